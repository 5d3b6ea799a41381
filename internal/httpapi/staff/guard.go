package staff

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"io"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"switchboard/internal/audit"
	"switchboard/internal/fault"
	"switchboard/internal/httpapi/problem"
	"switchboard/internal/message"
	"switchboard/internal/once"
	"switchboard/internal/staff"
	"switchboard/internal/text"
)

const (
	sessionCookie = "sb_session"
	// deviceCookie proves an earlier sign-in in this browser, so that others' guesses don't lock it out.
	deviceCookie = "sb_device"
)

type (
	principalKey struct{}
	requestKey   struct{}
	claimKey     struct{}
	bodyKey      struct{}
)

// principalOf is the principal that guard found. On a public route it is nobody.
func principalOf(ctx context.Context) staff.Principal {
	return ctx.Value(principalKey{}).(staff.Principal)
}

// exchange is the HTTP request and its answer, for the few handlers that look at headers or set cookies.
type exchange struct {
	request  *http.Request
	response http.ResponseWriter
}

func request(ctx context.Context) *http.Request { return ctx.Value(requestKey{}).(exchange).request }

func response(ctx context.Context) http.ResponseWriter {
	return ctx.Value(requestKey{}).(exchange).response
}

// guard is the one place where credentials and permissions are checked.
func (a *API) guard(permission staff.Permission) func(huma.Context, func(huma.Context)) {
	return func(ctx huma.Context, next func(huma.Context)) {
		r, w := humago.Unwrap(ctx)
		p, err := a.admit(r, permission)
		if err != nil {
			problem.Write(w, r, err)
			return
		}
		ctx = huma.WithValue(ctx, principalKey{}, p)
		next(huma.WithValue(ctx, requestKey{}, exchange{r, w}))
	}
}

// admit finds out who asks and whether they may.
func (a *API) admit(r *http.Request, permission staff.Permission) (staff.Principal, error) {
	if permission == Public {
		return staff.Principal{}, nil
	}
	token, cookie := credentials(r)
	if token == "" {
		return staff.Principal{}, fault.New(fault.Unauthorized, "Sign in, or send an API key as Authorization: Bearer.")
	}
	p, err := a.Staff.Authenticate(r.Context(), token)
	if err != nil {
		return staff.Principal{}, err
	}
	if cookie && !safe(r.Method) && subtle.ConstantTimeCompare([]byte(r.Header.Get("X-CSRF-Token")), []byte(p.CSRF)) != 1 {
		return staff.Principal{}, fault.New(fault.BadCSRF, "This request did not come from the console. Load the page again.")
	}
	if permission != SignedIn && !p.Can(permission) {
		return staff.Principal{}, fault.New(fault.NoPermission, "You don't have the permission for this (%s).", permission).With("permission", string(permission))
	}
	return p, nil
}

// credentials of a request, and whether they came as a cookie, which browsers send by themselves.
func credentials(r *http.Request) (token string, cookie bool) {
	if header := r.Header.Get("Authorization"); header != "" {
		scheme, token, _ := strings.Cut(header, " ")
		if strings.EqualFold(scheme, "Bearer") {
			return strings.TrimSpace(token), false
		}
		return "", false
	}
	if c, err := r.Cookie(sessionCookie); err == nil {
		return c.Value, true
	}
	return "", false
}

func safe(method string) bool { return method == http.MethodGet || method == http.MethodHead }

// Plain registers a handler that streams, or speaks another protocol than JSON over HTTP. It passes
// the same check as every other route and stands in the same table.
func (a *API) Plain(method, path string, permission staff.Permission, summary string, h func(w http.ResponseWriter, r *http.Request, p staff.Principal)) {
	if permission == "" {
		panic("a route without a permission: " + method + " " + path)
	}
	a.routes = append(a.routes, Route{Method: method, Path: base + path, Permission: permission, Summary: summary})
	op := a.operation(method, path, permission, summary)
	op.Responses = map[string]*huma.Response{"default": {Description: summary}}
	a.huma.OpenAPI().AddOperation(&op)
	a.mux.HandleFunc(method+" "+base+path, func(w http.ResponseWriter, r *http.Request) {
		p, err := a.admit(r, permission)
		if err != nil {
			problem.Write(w, r, err)
			return
		}
		if !safe(method) && staff.Audited(permission) {
			r = r.WithContext(audit.With(r.Context(), a.deed(r, p, method+" "+path, nil, permission)))
		}
		h(w, r, p)
	})
}

// whole reads a request's body before anything is done, so that one that breaks off does nothing, and
// refuses texts that can't be kept.
func whole(ctx huma.Context, next func(huma.Context)) {
	r, w := humago.Unwrap(ctx)
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, bodyMax))
	if err == nil {
		err = text.Check(body)
	} else {
		err = problem.OfBody(err)
	}
	if err != nil {
		problem.Write(w, r, err)
		return
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	next(huma.WithValue(ctx, bodyKey{}, body))
}

// keyed reads the Idempotency-Key of a request, which whole has read, and the hash of its body.
func (a *API) keyed(route string) func(huma.Context, func(huma.Context)) {
	return func(ctx huma.Context, next func(huma.Context)) {
		r, w := humago.Unwrap(ctx)
		key := r.Header.Get("Idempotency-Key")
		if key == "" {
			next(ctx)
			return
		}
		if len(key) > 255 || !text.Keepable(key) {
			problem.Write(w, r, fault.New(fault.Malformed, "An Idempotency-Key is UTF-8 and has at most 255 characters."))
			return
		}
		body, _ := ctx.Context().Value(bodyKey{}).([]byte)
		hash := sha256.Sum256(body)
		// The address is part of the route: the same key on another conversation is another request.
		claim := &once.Claim{Route: route + " " + r.URL.Path, Key: key, BodyHash: hash[:]}
		next(huma.WithValue(ctx, claimKey{}, claim))
	}
}

// audited puts what is asked for into the context, for the transaction that does it. whole has read the body.
func (a *API) audited(action string, permission staff.Permission) func(huma.Context, func(huma.Context)) {
	return func(ctx huma.Context, next func(huma.Context)) {
		r, _ := humago.Unwrap(ctx)
		body, _ := ctx.Context().Value(bodyKey{}).([]byte)
		next(huma.WithContext(ctx, audit.With(ctx.Context(), a.deed(r, principalOf(ctx.Context()), action, body, permission))))
	}
}

func (a *API) deed(r *http.Request, p staff.Principal, action string, body []byte, permission staff.Permission) *audit.Deed {
	d := &audit.Deed{Org: p.Org, ActorType: audit.User, Actor: message.RowID(p.UserID), ActorName: p.Name, Action: action,
		Detail: audit.Plain(body, staff.Personal(permission)), IP: a.ClientIP(r)}
	if p.APIKey {
		d.ActorType = audit.APIKey
	}
	if id, err := message.ParseID[message.RowID](r.PathValue("id")); err == nil {
		d.Target = id
	}
	return d
}

// client is where a request comes from.
func (a *API) client(ctx context.Context) staff.Client {
	r := request(ctx)
	c := staff.Client{IP: a.ClientIP(r), UserAgent: r.UserAgent()}
	if device, err := r.Cookie(deviceCookie); err == nil {
		c.Device = device.Value
	}
	return c
}

// deviceCookie lives as long as browsers let it and is sent to sign-ins only.
func (a *API) deviceCookie(device string) *http.Cookie {
	return &http.Cookie{Name: deviceCookie, Value: device, Path: base + "/login", MaxAge: 400 * 24 * 3600, HttpOnly: true,
		SameSite: http.SameSiteLaxMode, Secure: strings.HasPrefix(a.PublicURL, "https:")}
}

// staffCookie carries the session. SameSite=Lax keeps other sites' posts out; X-CSRF-Token does the rest.
func (a *API) staffCookie(token string, maxAge int) *http.Cookie {
	return &http.Cookie{Name: sessionCookie, Value: token, Path: "/", MaxAge: maxAge, HttpOnly: true,
		SameSite: http.SameSiteLaxMode, Secure: strings.HasPrefix(a.PublicURL, "https:")}
}
