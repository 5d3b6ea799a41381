package httpapi

import (
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"
)

func TestWebAppServesFilesAndItsPage(t *testing.T) {
	script := strings.Repeat("console.log('x');", 100)
	apps := fstest.MapFS{
		"console/index.html":      {Data: []byte("<!doctype html>page")},
		"console/assets/a-123.js": {Data: []byte(script)},
		"console/.secret":         {Data: []byte("no")},
	}
	app := newApp(apps, "console", "index.html", func(h http.Header) { h.Set("X-Policy", "yes") })
	for _, c := range []struct {
		path, encoding string
		status         int
		body, cache    string
	}{
		{"/", "", 200, "<!doctype html>page", "no-cache"},
		{"/inbox/123", "", 200, "<!doctype html>page", "no-cache"},
		{"/assets/a-123.js", "", 200, script, "public, max-age=31536000, immutable"},
		{"/assets/a-123.js", "gzip", 200, script, "public, max-age=31536000, immutable"},
		{"/assets/other.js", "", 404, "", ""},
		{"/.secret", "", 200, "<!doctype html>page", "no-cache"},
		{"/../console/.secret", "", 200, "<!doctype html>page", "no-cache"},
	} {
		r := httptest.NewRequest(http.MethodGet, "http://x"+c.path, nil)
		r.Header.Set("Accept-Encoding", c.encoding)
		w := httptest.NewRecorder()
		app.ServeHTTP(w, r)
		if w.Code != c.status {
			t.Errorf("%s: status %d, want %d", c.path, w.Code, c.status)
		}
		if c.status != 200 {
			continue
		}
		var body io.Reader = w.Body
		if c.encoding != "" {
			if w.Header().Get("Content-Encoding") != c.encoding || w.Body.Len() >= len(script) {
				t.Errorf("%s: not compressed", c.path)
			}
			z, err := gzip.NewReader(body)
			if err != nil {
				t.Fatal(err)
			}
			body = z
		}
		got, err := io.ReadAll(body)
		if err != nil || string(got) != c.body {
			t.Errorf("%s: body %.40q, %v", c.path, got, err)
		}
		if w.Header().Get("Cache-Control") != c.cache || w.Header().Get("X-Policy") != "yes" {
			t.Errorf("%s: headers %v", c.path, w.Header())
		}
	}
}

func TestWebAppThatWasNotBuiltSaysSo(t *testing.T) {
	w := httptest.NewRecorder()
	newApp(fstest.MapFS{}, "console", "index.html", func(http.Header) {}).ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/", nil))
	if w.Code != http.StatusServiceUnavailable || !strings.Contains(w.Body.String(), "make build") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}
