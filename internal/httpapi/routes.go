// Package httpapi is the whole surface that the program answers, in one table. What is behind each
// line lives in the packages below it: staff (with its own table of routes), customer, hook, files,
// problem for errors, trace for request ids.
package httpapi

import (
	"context"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"path"
	"strings"
	"time"

	"switchboard/internal/httpapi/trace"
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

	// Apps is the built web apps: console/, widget/, phone/.
	Apps fs.FS
	// FrameAncestors is the CSP source list of pages that may hold a deployment's widget.
	FrameAncestors func(ctx context.Context, orgKey, deployment string) string
	// APIOrigin is where the widget's frame calls, as a CSP source.
	APIOrigin   string
	FilesOrigin string

	Observe func(surface, method string, status int, took time.Duration)
	Log     *slog.Logger
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
		mount("/sandbox/", http.StripPrefix("/sandbox", s.app("phone", s.consolePolicy)))
		mux.Handle("GET /sandbox", http.RedirectHandler("/sandbox/", http.StatusFound))
	}
	mount("/widget/", http.StripPrefix("/widget", s.widget()))
	mount("/", s.app("console", s.consolePolicy))
	return trace.Handler(s.observe(mux))
}

// app serves one web app: its files, and its page for every other address (the app reads the address).
func (s Surface) app(name string, policy func(http.Header)) http.Handler {
	root, err := fs.Sub(s.Apps, name)
	if err != nil {
		panic(err) // the name is valid
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			w.Header().Set("Allow", "GET, HEAD")
			http.Error(w, "There is nothing to do here.", http.StatusMethodNotAllowed)
			return
		}
		policy(w.Header())
		file := strings.TrimPrefix(path.Clean("/"+r.URL.Path), "/")
		if info, err := fs.Stat(root, file); file != "" && err == nil && !info.IsDir() {
			serveFile(w, r, root, file)
			return
		}
		if strings.HasPrefix(file, "assets/") {
			http.NotFound(w, r) // an asset of another build: the page must be loaded again
			return
		}
		if _, err := fs.Stat(root, "index.html"); err != nil {
			w.Header().Set("Content-Type", "text/plain; charset=utf-8")
			w.WriteHeader(http.StatusServiceUnavailable)
			fmt.Fprintf(w, "The web apps were not built into this program. Run: make build\n")
			return
		}
		serveFile(w, r, root, "index.html")
	})
}

func serveFile(w http.ResponseWriter, r *http.Request, root fs.FS, file string) {
	w.Header().Set("X-Content-Type-Options", "nosniff")
	if strings.HasPrefix(file, "assets/") && !strings.HasPrefix(file, "assets/js/") {
		w.Header().Set("Cache-Control", "public, max-age=31536000, immutable") // the name has the content's hash; below js/ lies the page script's other address
	} else {
		w.Header().Set("Cache-Control", "no-cache")
	}
	if file == "index.html" {
		// ServeFileFS would redirect this name to its folder.
		b, err := fs.ReadFile(root, file)
		if err != nil {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = w.Write(b)
		return
	}
	http.ServeFileFS(w, r, root, file)
}

// consolePolicy: nobody frames the console, and it loads nothing from elsewhere but files.
func (s Surface) consolePolicy(h http.Header) {
	files := strings.TrimSpace("'self' " + s.FilesOrigin)
	h.Set("Content-Security-Policy", "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src "+files+
		" data: blob: https:; media-src "+files+" blob:; connect-src 'self' ws: wss:; frame-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'; object-src 'none'")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Referrer-Policy", "same-origin")
}

// widget serves the script for any page, and the frame for the pages of its deployment.
func (s Surface) widget() http.Handler {
	app := s.app("widget", func(http.Header) {})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		switch {
		case r.URL.Path == "/frame.html":
			q := r.URL.Query()
			h.Set("Content-Security-Policy", "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob: https: "+s.FilesOrigin+
				"; media-src 'self' blob: "+s.FilesOrigin+"; connect-src 'self' "+s.APIOrigin+" "+s.FilesOrigin+"; base-uri 'none'; object-src 'none'; frame-ancestors "+
				s.FrameAncestors(r.Context(), q.Get("org"), q.Get("deployment")))
		case strings.HasSuffix(r.URL.Path, ".html"):
			h.Set("X-Frame-Options", "SAMEORIGIN")
		default:
			h.Set("Access-Control-Allow-Origin", "*")
			h.Set("Cross-Origin-Resource-Policy", "cross-origin")
		}
		app.ServeHTTP(w, r)
	})
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
		s.Log.DebugContext(r.Context(), "request", "trace", trace.ID(r.Context()), "method", r.Method, "path", r.URL.Path, "status", recorder.status(), "took", took)
	})
}

// surfaceOf keeps the label's values few.
func surfaceOf(path string) string {
	first, _, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	switch first {
	case "api", "iamessage", "embeddedservice", "eventrouter", "hooks", "files", "sandbox", "widget":
		return first
	}
	return "console"
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

// Unwrap is for http.ResponseController, which takes over connections and sets deadlines.
func (r *recorder) Unwrap() http.ResponseWriter {
	r.streams = true // only streams and sockets ask for what lies beneath
	return r.ResponseWriter
}
