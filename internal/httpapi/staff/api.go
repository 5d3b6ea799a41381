package staff

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
	"github.com/danielgtaylor/huma/v2/validation"

	"switchboard/internal/fault"
	"switchboard/internal/httpapi/problem"
	"switchboard/internal/once"
	"switchboard/internal/staff"
	"switchboard/internal/text"
)

const (
	base = "/api/v1"
	// bodyMax bounds JSON bodies, in bytes. Files are streamed by a handler of their own.
	bodyMax = 1 << 20
)

// Route is one line of the surface.
type Route struct {
	Method     string
	Path       string
	Permission staff.Permission // Public or SignedIn for those that need none
	Summary    string
}

// Two stand-ins for a permission.
const (
	Public   staff.Permission = "(public)"    // no credentials
	SignedIn staff.Permission = "(signed in)" // any credentials
)

// API serves the routes of staff.
type API struct {
	Deps
	mux    *http.ServeMux
	huma   huma.API
	routes []Route
}

// New builds the API.
func New(deps Deps) *API {
	plainErrors()
	config := huma.DefaultConfig("Switchboard", deps.Version)
	config.CreateHooks = nil // it would put $schema into every answer
	config.OpenAPIPath, config.DocsPath, config.SchemasPath = "", "", ""
	config.Info.Description = "The API of staff and administrators. Errors are problem+json; lists are {items, next_cursor}."
	config.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		"bearer": {Type: "http", Scheme: "bearer", Description: "An API key or the token of a login."},
		"cookie": {Type: "apiKey", In: "cookie", Name: sessionCookie, Description: "Set by a login. Requests that change something also send X-CSRF-Token."},
	}
	a := &API{Deps: deps, mux: http.NewServeMux()}
	a.huma = humago.New(a.mux, config)
	a.table()
	a.document()
	a.mux.HandleFunc("/api/", func(w http.ResponseWriter, r *http.Request) {
		problem.Write(w, r, fault.New(fault.NotFound, "There is nothing at %s %s.", r.Method, r.URL.Path))
	})
	return a
}

// ServeHTTP answers everything below /api/.
func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	if err := text.CheckURL(r.URL); err != nil {
		problem.Write(w, r, err)
		return
	}
	a.mux.ServeHTTP(w, r)
}

// Routes lists the surface in the order of the table.
func (a *API) Routes() []Route { return a.routes }

// None is the answer of a route that has nothing to say: 204.
type None struct{}

type answer[T any] struct{ Body T }

// handler is a use case behind a route. It gets the principal that the route's check returned: there
// is no way to it without one.
type handler[I, O any] func(ctx context.Context, p staff.Principal, in *I) (O, error)

// replay answers a repeated POST from what the first one made.
type replay[I, O any] func(ctx context.Context, p staff.Principal, in *I, made [16]byte) (O, error)

func get[I, O any](a *API, path string, permission staff.Permission, summary string, h handler[I, O]) {
	route(a, http.MethodGet, path, permission, summary, http.StatusOK, h, nil)
}

// post takes an Idempotency-Key when it says how to answer a repetition.
func post[I, O any](a *API, path string, permission staff.Permission, summary string, h handler[I, O], again replay[I, O]) {
	route(a, http.MethodPost, path, permission, summary, http.StatusOK, h, again)
}

// create is post for what makes something new: 201.
func create[I, O any](a *API, path string, permission staff.Permission, summary string, h handler[I, O], again replay[I, O]) {
	route(a, http.MethodPost, path, permission, summary, http.StatusCreated, h, again)
}

func put[I, O any](a *API, path string, permission staff.Permission, summary string, h handler[I, O]) {
	route(a, http.MethodPut, path, permission, summary, http.StatusOK, h, nil)
}

func patch[I, O any](a *API, path string, permission staff.Permission, summary string, h handler[I, O]) {
	route(a, http.MethodPatch, path, permission, summary, http.StatusOK, h, nil)
}

func del[I any](a *API, path string, permission staff.Permission, summary string, h handler[I, None]) {
	route(a, http.MethodDelete, path, permission, summary, http.StatusNoContent, h, nil)
}

func route[I, O any](a *API, method, path string, permission staff.Permission, summary string, status int, h handler[I, O], again replay[I, O]) {
	if permission == "" {
		panic("a route without a permission: " + method + " " + path)
	}
	a.routes = append(a.routes, Route{Method: method, Path: base + path, Permission: permission, Summary: summary})
	op := a.operation(method, path, permission, summary)
	op.Middlewares = huma.Middlewares{a.guard(permission)}
	if !safe(method) {
		op.Middlewares = append(op.Middlewares, whole)
		if staff.Audited(permission) {
			op.Middlewares = append(op.Middlewares, a.audited(method+" "+path, permission))
		}
	}
	if again != nil {
		op.Middlewares = append(op.Middlewares, a.keyed(method+" "+path))
		op.Parameters = append(op.Parameters, &huma.Param{Name: "Idempotency-Key", In: "header", Schema: &huma.Schema{Type: huma.TypeString},
			Description: "repeated within 24 hours the request answers with what the first one made"})
	}
	run := func(ctx context.Context, in *I) (O, error) {
		out, err := doOnce(ctx, a, principalOf(ctx), in, h, again)
		if err != nil {
			return out, problem.From(ctx, err)
		}
		return out, nil
	}
	if _, silent := any(*new(O)).(None); silent {
		op.DefaultStatus = http.StatusNoContent
		huma.Register(a.huma, op, func(ctx context.Context, in *I) (*struct{}, error) {
			_, err := run(ctx, in)
			return nil, err
		})
		return
	}
	op.DefaultStatus = status
	huma.Register(a.huma, op, func(ctx context.Context, in *I) (*answer[O], error) {
		out, err := run(ctx, in)
		return &answer[O]{Body: out}, err
	})
}

func (a *API) operation(method, path string, permission staff.Permission, summary string) huma.Operation {
	noun, _, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	// A body is read before huma sees it. The time in which it would read one ends with the deadline of the whole
	// connection, and with it requests that take longer: who waits for a password's turn, or for the database.
	const noDeadline = -1
	op := huma.Operation{BodyReadTimeout: noDeadline, Method: method, Path: base + path, Summary: summary, Tags: []string{noun}, MaxBodyBytes: bodyMax,
		OperationID: strings.ToLower(method) + strings.NewReplacer("/", "-", "{", "", "}", "").Replace(path)}
	switch permission {
	case Public:
		op.Description = "Needs no credentials."
		return op
	case SignedIn:
		op.Description = "For whoever is signed in."
	default:
		op.Description = "Needs the permission `" + string(permission) + "`."
	}
	op.Security = []map[string][]string{{"bearer": {}}, {"cookie": {}}}
	return op
}

// doOnce runs the use case, or answers from what an earlier request with the same key made.
func doOnce[I, O any](ctx context.Context, a *API, p staff.Principal, in *I, h handler[I, O], again replay[I, O]) (O, error) {
	claim, _ := ctx.Value(claimKey{}).(*once.Claim)
	if claim == nil || again == nil {
		return h(ctx, p, in)
	}
	claim.Credential = p.UserID
	out, err := h(once.With(ctx, claim), p, in)
	if !errors.Is(err, once.ErrTaken) {
		return out, err
	}
	// The key was used before, or just now by somebody faster: what they made is committed.
	first, found, err := a.Claims.Claimed(ctx, p.Org, claim.Credential, claim.Route, claim.Key)
	switch {
	case err != nil:
		return out, err
	case !found: // its 24 hours ended in this moment
		return out, fault.New(fault.Unavailable, "The same request was just being handled. Try again.")
	case string(first.BodyHash) != string(claim.BodyHash):
		return out, fault.New(fault.KeyReused, "This Idempotency-Key was used with another body. Use a new key for a new request.")
	}
	return again(ctx, p, in, first.Result)
}

// plainErrors replaces huma's error builder, which repeats rejected bodies to whoever sent them. The
// library keeps it in package variables, so it is set once for the process.
var plainErrors = sync.OnceFunc(func() {
	huma.NewError = func(status int, text string, errs ...error) huma.StatusError {
		return rejected(context.Background(), status, text, errs)
	}
	huma.NewErrorWithContext = func(ctx huma.Context, status int, text string, errs ...error) huma.StatusError {
		if ctx == nil {
			return rejected(context.Background(), status, text, errs)
		}
		return rejected(ctx.Context(), status, text, errs)
	}
})

// rejected turns what huma found wrong with a request into our own words.
func rejected(ctx context.Context, status int, text string, errs []error) *problem.Problem {
	switch {
	case status == 0: // huma asks for the error's type only
		return &problem.Problem{}
	case status == http.StatusRequestEntityTooLarge:
		return problem.From(ctx, fault.New(fault.TooLarge, "The body is larger than %d bytes, which is the limit here.", bodyMax))
	case status >= 500:
		return problem.From(ctx, fault.Wrap(errors.Join(errs...), fault.Internal, "Something went wrong on our side."))
	case status != http.StatusUnprocessableEntity:
		return problem.From(ctx, fault.New(fault.Malformed, "The request can't be read: %s.", plain(text, errs)))
	}
	f := fault.New(fault.Unprocessable, "Some of the values can't be taken.")
	f.Fields = map[string]fault.Sentence{}
	for _, err := range errs {
		var detail *huma.ErrorDetail
		if !errors.As(err, &detail) || strings.Contains(detail.Message, "UUID") {
			f.Code, f.Sentence = fault.Malformed, fault.Say("The request can't be read: an id is not a UUID, or a value has the wrong form.")
			continue
		}
		where, name, _ := strings.Cut(detail.Location, ".")
		if where != "body" {
			f.Code, f.Sentence = fault.Malformed, fault.Say("The address or the headers of the request can't be read.")
		}
		f.Fields[missing(name, detail.Message)] = sentence(detail.Message)
	}
	return problem.From(ctx, f)
}

// missing adds the property that is not there to where it should be: what is at fault is named, and not
// only the object around it.
func missing(where, text string) string {
	var property string
	if n, _ := fmt.Sscanf(text, validation.MsgExpectedRequiredProperty, &property); n == 0 {
		return where
	}
	return strings.TrimPrefix(where+"."+property, ".")
}

// plain says what is wrong with the form of a request without repeating any of it.
func plain(text string, errs []error) string {
	if text == "validation failed" || len(errs) > 0 {
		return "the body is not valid JSON"
	}
	return text
}

// sentence makes one of what huma found wrong with a value.
func sentence(s string) fault.Sentence {
	var n float64
	var name string
	has := func(format string, into any) bool {
		found, err := fmt.Sscanf(s, format, into)
		return found == 1 && err == nil
	}
	switch {
	case s == "":
		return fault.Sentence{}
	case has(validation.MsgExpectedRequiredProperty, &name):
		return fault.Say("Expected required property %s to be present.", name)
	case has("expected length >= %g", &n):
		return fault.Say("Expected length >= %g.", n)
	case has("expected length <= %g", &n):
		return fault.Say("Expected length <= %g.", n)
	case has("expected array length >= %g", &n):
		return fault.Say("Expected array length >= %g.", n)
	case has("expected array length <= %g", &n):
		return fault.Say("Expected array length <= %g.", n)
	case has("expected number >= %g", &n):
		return fault.Say("Expected number >= %g.", n)
	case has("expected number <= %g", &n):
		return fault.Say("Expected number <= %g.", n)
	case s == validation.MsgExpectedInteger:
		return fault.Say("Expected integer.")
	case s == validation.MsgExpectedNumber:
		return fault.Say("Expected number.")
	case s == validation.MsgExpectedString:
		return fault.Say("Expected string.")
	case s == validation.MsgUnexpectedProperty:
		return fault.Say("Unexpected property.")
	}
	if values, ok := strings.CutPrefix(s, "expected value to be one of "); ok {
		return fault.Say("Expected value to be one of %s.", values)
	}
	return fault.Say("%s", strings.ToUpper(s[:1])+s[1:]+".")
}
