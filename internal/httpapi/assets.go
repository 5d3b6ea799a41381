package httpapi

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/base64"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"
	"sync"
	"time"
)

// webApp serves one built web app: its files, and its page for every other address, since the app
// itself reads the address. Files are compressed once, when they are first asked for.
type webApp struct {
	files fs.FS
	// page answers addresses that are no file; empty: they are not found.
	page   string
	policy func(http.Header)
	ready  sync.Map // file → *asset
}

// asset is a file as it goes over the wire.
type asset struct {
	plain, zipped []byte // zipped is nil where it saves nothing
	mediaType     string
	etag          string
}

func newApp(apps fs.FS, name, page string, policy func(http.Header)) *webApp {
	files, err := fs.Sub(apps, name)
	if err != nil {
		panic(err) // the name is valid
	}
	return &webApp{files: files, page: page, policy: policy}
}

// ServeHTTP answers GET and HEAD.
func (a *webApp) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "There is nothing to do here.", http.StatusMethodNotAllowed)
		return
	}
	a.policy(w.Header())
	file := strings.TrimPrefix(path.Clean("/"+r.URL.Path), "/")
	if one, ok := a.asset(file); ok {
		one.serve(w, r, file)
		return
	}
	// An asset that is not there belongs to another build: the page must be loaded again.
	if a.page == "" || strings.HasPrefix(file, "assets/") {
		http.NotFound(w, r)
		return
	}
	if one, ok := a.asset(a.page); ok {
		one.serve(w, r, a.page)
		return
	}
	http.Error(w, "The web apps were not built into this program. Run: make build", http.StatusServiceUnavailable)
}

func (a *webApp) asset(file string) (*asset, bool) {
	if one, ok := a.ready.Load(file); ok {
		return one.(*asset), true
	}
	if !fs.ValidPath(file) || file == "." || strings.HasPrefix(path.Base(file), ".") {
		return nil, false
	}
	plain, err := fs.ReadFile(a.files, file)
	if err != nil {
		return nil, false // also for folders
	}
	sum := sha256.Sum256(plain)
	one := &asset{plain: plain, mediaType: mime.TypeByExtension(path.Ext(file)), etag: `"` + base64.RawURLEncoding.EncodeToString(sum[:12]) + `"`}
	if one.mediaType == "" {
		one.mediaType = "application/octet-stream"
	}
	if compressible(one.mediaType) {
		var b bytes.Buffer
		z, _ := gzip.NewWriterLevel(&b, gzip.BestCompression) // the level is valid
		_, _ = z.Write(plain)                                 // a buffer takes everything
		_ = z.Close()
		if b.Len() < len(plain)*9/10 {
			one.zipped = b.Bytes()
		}
	}
	a.ready.Store(file, one)
	return one, true
}

func compressible(mediaType string) bool {
	return strings.HasPrefix(mediaType, "text/") || strings.Contains(mediaType, "javascript") || strings.Contains(mediaType, "json") || strings.Contains(mediaType, "svg")
}

func (one *asset) serve(w http.ResponseWriter, r *http.Request, file string) {
	h := w.Header()
	h.Set("Content-Type", one.mediaType)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("ETag", one.etag)
	h.Set("Cache-Control", "no-cache")
	if strings.HasPrefix(file, "assets/") && !strings.HasPrefix(file, "assets/js/") {
		// The name has the content's hash. Below js/ lies the page script's other address.
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	body := one.plain
	if one.zipped != nil {
		h.Add("Vary", "Accept-Encoding")
		if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
			h.Set("Content-Encoding", "gzip")
			body = one.zipped
		}
	}
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(body))
}

// consolePolicy: nobody frames the console, and it loads nothing from elsewhere but files.
func (s Surface) consolePolicy(h http.Header) {
	files := strings.TrimSpace("'self' " + s.FilesOrigin)
	h.Set("Content-Security-Policy", "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src "+files+
		" data: blob: https:; media-src "+files+" blob:; connect-src "+files+" ws: wss:; frame-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'; object-src 'none'")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Referrer-Policy", "same-origin")
}

// galleryPolicy is the console's, but for the frame in which the gallery shows itself as on a phone.
func (s Surface) galleryPolicy(h http.Header) {
	s.consolePolicy(h)
	h.Set("Content-Security-Policy", strings.Replace(h.Get("Content-Security-Policy"), "frame-ancestors 'none'", "frame-ancestors 'self'", 1))
	h.Set("X-Frame-Options", "SAMEORIGIN")
}

// widget serves the script for any page, and the frame for the pages of its deployment.
func (s Surface) widget() http.Handler {
	app := newApp(s.Apps, "widget", "", func(http.Header) {})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		switch {
		case r.URL.Path == "/frame.html":
			q := r.URL.Query()
			h.Set("Content-Security-Policy", "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data: blob: https: "+s.FilesOrigin+
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
