package customer

import (
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"time"

	"switchboard/internal/customer"
	"switchboard/internal/fault"
	"switchboard/internal/file"
	"switchboard/internal/httpapi/admission"
	"switchboard/internal/httpapi/problem"
	"switchboard/internal/message"
	"switchboard/internal/resource"
	"switchboard/internal/text"
)

const (
	// bodyMax bounds JSON bodies; a text of customer.TextMax fits however it is escaped.
	bodyMax = 256 << 10
	// orgKeyLength of an organisation's key. Clients may send its 18-character form, whose last three
	// only guard against changed case.
	orgKeyLength = 15
)

// API serves the customer API.
type API struct {
	Customers *customer.Service
	Files     *file.Service
	Hub       *Hub
	// Typing tells staff that a customer writes. It must not block. Nothing is kept.
	Typing func(org message.OrgID, conversation message.ConversationID, author resource.Author, typing bool)
	// MatchOrigin reports whether a page's origin is on a deployment's allowlist.
	MatchOrigin func(settings *resource.DeploymentSettings, origin string) bool
	// OwnOrigins are those of our own widget's frame. Which pages may hold the frame is decided where
	// it is served.
	OwnOrigins []string
	// ClientIP is the address that a request comes from, behind trusted proxies. Nil believes nobody.
	ClientIP func(*http.Request) string
	// Limits bound how often a client may call. Nil is no limit.
	Limits *Limits
	// Gate lets what customers write to the database in turn. Nil lets all in at once.
	Gate *admission.Gate
	// WriteWithin is how long a stream's client may take to take what is written; 10 s when it is 0.
	// One that doesn't is dropped, and comes back with its cursor.
	WriteWithin time.Duration
}

const (
	messaging = "/iamessage/api/v2"
	embedded  = "/embeddedservice/v1"
	router    = "/eventrouter/v1"
)

// Handler serves every route below /iamessage/, /eventrouter/ and /embeddedservice/.
func (a *API) Handler() http.Handler {
	mux := http.NewServeMux()
	open := func(pattern string, h func(http.ResponseWriter, *http.Request) error) {
		mux.Handle(pattern, a.refuse(h))
	}
	mine := func(pattern string, h func(http.ResponseWriter, *http.Request, *customer.Visitor) error) {
		mux.Handle(pattern, a.refuse(a.visitor(h)))
	}

	open("POST "+messaging+"/authorization/unauthenticated/access-token", a.admit)
	open("POST "+messaging+"/authorization/authenticated/access-token", a.admitVerified)
	mine("DELETE "+messaging+"/authorization/authenticated/access-token", a.revoke)
	mine("DELETE "+messaging+"/authorization/unauthenticated/access-token", a.revoke)
	mine("GET "+messaging+"/authorization/continuation-access-token", a.continueToken)

	mine("POST "+messaging+"/conversation", a.openConversation)
	mine("GET "+messaging+"/conversation/list", a.listConversations)
	mine("GET "+messaging+"/conversation/{id}", a.conversation)
	mine("DELETE "+messaging+"/conversation/{id}", a.closeConversation)
	mine("DELETE "+messaging+"/conversation/{id}/session", a.endSession)
	mine("GET "+messaging+"/conversation/{id}/entries", a.entries)
	mine("GET "+messaging+"/conversation/{id}/transcript", a.transcript)
	mine("POST "+messaging+"/conversation/{id}/message", a.message)
	mine("POST "+messaging+"/conversation/{id}/file", a.file)
	mine("POST "+messaging+"/conversation/{id}/entry", a.typing)
	mine("POST "+messaging+"/conversation/{id}/acknowledge-entries", a.acknowledge)

	open("GET "+embedded+"/embedded-service-config", a.config)
	open("GET "+embedded+"/businesshours", a.businessHours)
	mine("GET "+router+"/sse", a.stream)
	mine("GET "+router+"/poll", a.poll)
	open("/", func(http.ResponseWriter, *http.Request) error {
		return fault.New(fault.NotFound, "There is no such route in the customer API.")
	})
	return a.cors(mux)
}

// refuse answers a handler's error, unless the answer has begun.
func (a *API) refuse(h func(http.ResponseWriter, *http.Request) error) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		err := text.CheckURL(r.URL)
		if err == nil {
			err = h(w, r)
		}
		if err != nil {
			if fault.CodeOf(err) == fault.OriginRefused {
				w.Header().Del("Access-Control-Allow-Origin")
			}
			problem.Write(w, r, err)
		}
	})
}

// cors lets pages read answers and send the headers that the API needs. Whose page it is shows only
// with the deployment: the allowlist is asked then, and a refused page can't read why.
func (a *API) cors(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Add("Vary", "Origin")
		h.Set("X-Content-Type-Options", "nosniff")
		if origin := r.Header.Get("Origin"); origin != "" {
			h.Set("Access-Control-Allow-Origin", origin)
			h.Set("Access-Control-Expose-Headers", "content-disposition, retry-after")
			if r.Method == http.MethodOptions {
				h.Set("Access-Control-Allow-Methods", "GET, POST, DELETE")
				h.Set("Access-Control-Allow-Headers", "authorization, content-type, x-org-id, last-event-id")
				h.Set("Access-Control-Max-Age", "600")
			}
		}
		if r.Method == http.MethodOptions {
			w.WriteHeader(http.StatusNoContent)
			return
		}
		if !a.Limits.address(a.clientIP(r)) {
			problem.Write(w, r, tooOften())
			return
		}
		next.ServeHTTP(w, r)
	})
}

// inTurn waits until something of this deployment may be written; done must be called when it is.
func (a *API) inTurn(r *http.Request, d *customer.Deployment) (done func(), err error) {
	return a.Gate.Enter(r.Context(), admission.Source{Org: d.Org, Channel: d.Channel}, int(max(r.ContentLength, 0)))
}

// allowOrigin refuses pages outside of a deployment's allowlist. Apps send no Origin.
func (a *API) allowOrigin(r *http.Request, d *customer.Deployment) error {
	origin := r.Header.Get("Origin")
	if origin == "" || slices.Contains(a.OwnOrigins, origin) || a.MatchOrigin(&d.Settings, origin) {
		return nil
	}
	return fault.New(fault.OriginRefused, "This page may not use the deployment: its origin is not on the allowlist.")
}

// visitor finds out who calls before the handler runs.
func (a *API) visitor(h func(http.ResponseWriter, *http.Request, *customer.Visitor) error) func(http.ResponseWriter, *http.Request) error {
	return func(w http.ResponseWriter, r *http.Request) error {
		v, err := a.Customers.Authenticate(r.Context(), bearer(r))
		if err != nil {
			return err
		}
		if err := a.allowOrigin(r, v.Deployment); err != nil {
			return err
		}
		if key := r.Header.Get("X-Org-Id"); key != "" && orgKey(key) != v.Deployment.OrgKey {
			return fault.New(fault.Unauthorized, "This access token belongs to another organisation than X-Org-Id names.")
		}
		if name := r.URL.Query().Get("esDeveloperName"); name != "" {
			if err := sameDeployment(v, name); err != nil {
				return err
			}
		}
		if !a.Limits.token(v.Customer) {
			return tooOften()
		}
		return h(w, r, v)
	}
}

func (a *API) clientIP(r *http.Request) string {
	if a.ClientIP != nil {
		return a.ClientIP(r)
	}
	host, _, _ := net.SplitHostPort(r.RemoteAddr)
	return host
}

// bearer is the token that a request carries, empty for none.
func bearer(r *http.Request) string {
	secret, found := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !found {
		return ""
	}
	return strings.TrimSpace(secret)
}

func sameDeployment(v *customer.Visitor, name string) error {
	if name != "" && name != v.Deployment.APIName {
		return fault.New(fault.NotFound, "This access token is for another deployment.")
	}
	return nil
}

func orgKey(sent string) string {
	if len(sent) == orgKeyLength+3 {
		return sent[:orgKeyLength]
	}
	return sent
}

func tooOften() error {
	return fault.New(fault.RateLimited, "Too many calls. Try again in a moment.").With(problem.RetryAfter, 1)
}

// readJSON reads a whole body into a value. What is wrong with it is told without repeating it.
func readJSON(w http.ResponseWriter, r *http.Request, into any) error {
	return decode(http.MaxBytesReader(w, r.Body, bodyMax), into)
}

func decode(body io.Reader, into any) error {
	read, err := io.ReadAll(body)
	if err != nil {
		return problem.OfBody(err)
	}
	if err := text.Check(read); err != nil {
		return err
	}
	var wrongType *json.UnmarshalTypeError
	switch err := json.Unmarshal(read, into); {
	case err == nil:
		return nil
	case errors.As(err, &wrongType) && wrongType.Field != "":
		e := fault.Wrap(err, fault.Malformed, "The body's %q is not of the kind that this route takes.", wrongType.Field)
		e.Fields = map[string]fault.Sentence{wrongType.Field: fault.Say("This is not of the kind that this route takes.")}
		return e
	}
	return fault.Wrap(err, fault.Malformed, "The body is not the JSON that this route takes.")
}

// malformed names the property of the body at fault.
func malformed(property, text string, args ...any) error {
	return fault.New(fault.Malformed, text, args...).At(property)
}

// answer writes JSON.
func answer(w http.ResponseWriter, status int, body any) error {
	b, err := json.Marshal(body)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write(append(b, '\n')) // a client that has gone needs no answer
	return nil
}
