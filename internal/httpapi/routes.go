// Package httpapi is the whole surface that the program answers, in one table. What is behind each
// line lives in the packages below it: staff (with its own table of routes), customer, hook, files,
// problem for errors, trace for request ids.
package httpapi

import (
	"context"
	"io/fs"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"switchboard/internal/httpapi/trace"
	spans "switchboard/internal/trace"
)

// Surface is everything that answers. Parts that are nil are not served.
type Surface struct {
	Staff    http.Handler // below /api/
	Realtime http.Handler // /api/v1/realtime
	Customer http.Handler // /iamessage/, /eventrouter/, /embeddedservice/
	Hooks    func(*http.ServeMux)
	Files    http.Handler // below /files/
	// Sandbox: the providers' side, the person's side, both with whole paths.
	SandboxProviders http.Handler
	SandboxAPI       http.Handler
	Health, Ready    http.HandlerFunc
	Metrics          http.Handler // on the main listener in a demo only

	// Gallery shows the kit of the web apps at /ui/, for who builds on it: in a demo only.
	Gallery bool

	// Apps is the built web apps: console/, widget/, phone/, gallery/.
	Apps fs.FS
	// FrameAncestors is the CSP source list of pages that may hold a deployment's widget.
	FrameAncestors func(ctx context.Context, orgKey, deployment string) string
	// APIOrigin is where the widget's frame calls, as a CSP source.
	APIOrigin   string
	FilesOrigin string

	Observe func(surface, method string, status int, took time.Duration)
	// Spans records stretches of requests' work; nil records none.
	Spans spans.Recorder
	Log   *slog.Logger
}

// Handler answers the surface.
func (s Surface) Handler() http.Handler {
	mux := http.NewServeMux()
	mount := func(pattern string, h http.Handler) {
		if h != nil {
			mux.Handle(pattern, h)
		}
	}
	mount("/api/", s.Staff)
	mount("/api/v1/realtime", s.Realtime)
	mount("/iamessage/", s.Customer)
	mount("/eventrouter/", s.Customer)
	mount("/embeddedservice/", s.Customer)
	mount("/files/", s.Files)
	mount("GET /healthz", s.Health)
	mount("GET /readyz", s.Ready)
	mount("GET /metrics", s.Metrics)
	s.Hooks(mux)

	if s.SandboxProviders != nil {
		mount("/sandbox/graph/", s.SandboxProviders)
		mount("/sandbox/twilio/", s.SandboxProviders)
		mount("/sandbox/api/", s.SandboxAPI)
		mount("/sandbox/", http.StripPrefix("/sandbox", newApp(s.Apps, "phone", "index.html", s.consolePolicy)))
		mux.Handle("GET /sandbox", http.RedirectHandler("/sandbox/", http.StatusFound))
	}
	if s.Gallery {
		mount("/ui/", http.StripPrefix("/ui", newApp(s.Apps, "gallery", "index.html", s.galleryPolicy)))
		mux.Handle("GET /ui", http.RedirectHandler("/ui/", http.StatusFound))
	}
	mount("/widget/", http.StripPrefix("/widget", s.widget()))
	mount("/", newApp(s.Apps, "console", "index.html", s.consolePolicy))
	return bodies(trace.Handler(s.observe(mux), s.Spans), bodyPatience)
}

// observe counts answered requests and logs slow and failed ones. Streams and sockets count as nothing:
// they end when they end.
func (s Surface) observe(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began := time.Now()
		recorder := &recorder{ResponseWriter: w}
		next.ServeHTTP(recorder, r)
		took := time.Since(began)
		if recorder.streams {
			return
		}
		s.Observe(surfaceOf(r.URL.Path), r.Method, recorder.status(), took)
		s.Log.DebugContext(r.Context(), "request", "trace", trace.ID(r.Context()), "method", r.Method, "path", loggedPath(r.URL.Path), "status", recorder.status(), "took", took)
	})
}

// surfaceOf keeps the label's values few.
func surfaceOf(path string) string {
	first, _, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	switch first {
	case "api", "iamessage", "embeddedservice", "eventrouter", "hooks", "files", "sandbox", "widget", "ui":
		return first
	}
	return "console"
}

// loggedPath is a path without what logs must not tell: the tokens of one-time links, and how people
// called their files.
func loggedPath(path string) string {
	for _, link := range []string{"/api/v1/invitations/", "/api/v1/first/", "/invite/", "/reset/", "/first/"} {
		if strings.HasPrefix(path, link) {
			return link + "…"
		}
	}
	if parts := strings.SplitN(path, "/", 5); len(parts) == 5 && parts[1] == "files" {
		return strings.Join(parts[:4], "/") + "/…"
	}
	return path
}

// recorder remembers the status. It passes on what streams and sockets need.
type recorder struct {
	http.ResponseWriter
	code    int
	streams bool
}

func (r *recorder) status() int {
	if r.code == 0 {
		return http.StatusOK
	}
	return r.code
}

// WriteHeader remembers the first status.
func (r *recorder) WriteHeader(code int) {
	if r.code == 0 {
		r.code = code
	}
	r.ResponseWriter.WriteHeader(code)
}

// Flush makes it a stream.
func (r *recorder) Flush() {
	r.streams = true
	if f, ok := r.ResponseWriter.(http.Flusher); ok {
		f.Flush()
	}
}

// SetReadDeadline is about the request's body, and makes it no stream.
func (r *recorder) SetReadDeadline(t time.Time) error {
	return http.NewResponseController(r.ResponseWriter).SetReadDeadline(t)
}

// Unwrap is for http.ResponseController, which takes over connections and sets deadlines.
func (r *recorder) Unwrap() http.ResponseWriter {
	r.streams = true // only streams and sockets ask for what lies beneath
	return r.ResponseWriter
}
