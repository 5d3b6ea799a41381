package httpapi

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"
	"time"
)

func TestGalleryIsServedWhereItIsWanted(t *testing.T) {
	ok := func(http.ResponseWriter, *http.Request) {}
	apps := fstest.MapFS{"gallery/index.html": {Data: []byte("the kit")}, "console/index.html": {Data: []byte("the console")}}
	for _, gallery := range []bool{true, false} {
		s := Surface{Gallery: gallery, Health: ok, Ready: ok, Hooks: func(*http.ServeMux) {}, Apps: apps,
			Observe: func(string, string, int, time.Duration) {}, Log: slog.New(slog.DiscardHandler)}
		answer := httptest.NewRecorder()
		s.Handler().ServeHTTP(answer, httptest.NewRequest(http.MethodGet, "/ui/fields", nil))
		if got := answer.Body.String() == "the kit"; got != gallery {
			t.Errorf("gallery %t: %q", gallery, answer.Body)
		}
		// It frames itself; nobody frames the console.
		policy := answer.Header().Get("Content-Security-Policy")
		if framed := strings.Contains(policy, "frame-ancestors 'self'"); framed != gallery {
			t.Errorf("gallery %t: %s", gallery, policy)
		}
	}
}
