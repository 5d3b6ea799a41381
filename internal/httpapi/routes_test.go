package httpapi

import (
	"bytes"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/danielgtaylor/huma/v2"
)

func TestLogsTellNoLinksAndNoFileNames(t *testing.T) {
	var log bytes.Buffer
	ok := func(http.ResponseWriter, *http.Request) {}
	s := Surface{Health: ok, Ready: ok, Hooks: func(*http.ServeMux) {}, Apps: fstest.MapFS{}, Observe: func(string, string, int, time.Duration) {},
		Log: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))}
	h := s.Handler()
	for path, want := range map[string]string{
		"/api/v1/invitations/SECRET": "/api/v1/invitations/…", "/api/v1/first/SECRET": "/api/v1/first/…",
		"/invite/SECRET": "/invite/…", "/reset/SECRET": "/reset/…", "/first/SECRET": "/first/…",
		"/files/org/id/SECRET.png": "/files/org/id/…", "/api/v1/users/7/reset": "/api/v1/users/7/reset",
	} {
		log.Reset()
		h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, path, nil))
		if got := log.String(); !strings.Contains(got, "path="+want+" ") || strings.Contains(got, "SECRET") {
			t.Errorf("%s: %s", path, got)
		}
	}
}

// TestAnsweredBodiesAreCounted: what reads a body with a deadline, as the staff API's library does, is an
// answered request and no stream.
func TestAnsweredBodiesAreCounted(t *testing.T) {
	counted := ""
	ok := func(http.ResponseWriter, *http.Request) {}
	s := Surface{Health: ok, Ready: ok, Hooks: func(*http.ServeMux) {}, Apps: fstest.MapFS{}, Log: slog.New(slog.DiscardHandler),
		Staff: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			_ = huma.SetReadDeadline(w, time.Time{})
			w.WriteHeader(http.StatusCreated)
		}),
		Observe: func(surface, method string, status int, _ time.Duration) {
			counted = fmt.Sprint(surface, " ", method, " ", status)
		}}
	s.Handler().ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodPost, "/api/v1/users", strings.NewReader("{}")))
	if counted != "api POST 201" {
		t.Errorf("counted %q", counted)
	}
}
