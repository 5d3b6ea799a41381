package setup

import (
	"strings"
	"testing"
)

// FuzzOrigin: a pattern that is accepted allows nothing but pages below its own domain, and can't break
// out of the header that it is written into.
func FuzzOrigin(f *testing.F) {
	for _, pattern := range []string{"https://www.example.com", "https://*.example.com", "https://*.com", "http://localhost:8080", "https://*.co.uk", "https://*.*.example.com", "https://a b.example.com", "https://x;y", "https://[::1]:9", "https://user@example.com"} {
		f.Add(pattern, "https://shop.example.com")
	}
	f.Fuzz(func(t *testing.T, pattern, origin string) {
		if checkOrigin(pattern) != nil {
			return
		}
		if strings.ContainsAny(strings.TrimSpace(pattern), " ;,\r\n'\"") {
			t.Errorf("%q is accepted", pattern)
		}
		if !MatchOrigin([]string{strings.TrimSuffix(pattern, "/")}, origin) {
			return
		}
		_, want, _ := splitOrigin(strings.TrimSuffix(pattern, "/"))
		if _, got, _ := splitOrigin(origin); !strings.HasSuffix(got, strings.TrimPrefix(want, "*")) {
			t.Errorf("%q allows %q", pattern, origin)
		}
	})
}
