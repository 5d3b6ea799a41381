package trace

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

func TestHandler(t *testing.T) {
	for header, kept := range map[string]bool{
		"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01": true,
		"00-00000000000000000000000000000000-b7ad6b7169203331-01": false,
		"00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01": false,
		"ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01": false,
		"nonsense": false,
		"":         false,
	} {
		var seen string
		h := Handler(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { seen = ID(r.Context()) }), nil)
		w, r := httptest.NewRecorder(), httptest.NewRequest("GET", "/", nil)
		r.Header.Set("Traceparent", header)
		h.ServeHTTP(w, r)
		if len(seen) != 32 || w.Header().Get("X-Request-Id") != seen || (seen == "0af7651916cd43dd8448eb211c80319c") != kept {
			t.Errorf("%q gives %q", header, seen)
		}
	}
}
