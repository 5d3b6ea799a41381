package app

import (
	"net/http"
	"net/netip"
	"testing"
)

// FuzzClientIP: what a stranger writes into X-Forwarded-For is not believed, and what a proxy forwards is an
// address or the proxy's own.
func FuzzClientIP(f *testing.F) {
	for _, header := range []string{"", "203.0.113.9", "198.51.100.1, 10.0.0.7", ",,", "::ffff:10.0.0.1", "fe80::1%eth0", "1.2.3.4:5", " 203.0.113.9 ,10.1.1.1"} {
		f.Add(header)
	}
	a := &App{config: Config{proxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}}}
	f.Fuzz(func(t *testing.T, header string) {
		from := func(peer string) string {
			return a.clientIP(&http.Request{RemoteAddr: peer, Header: http.Header{"X-Forwarded-For": {header}}})
		}
		if got := from("192.0.2.1:5555"); got != "192.0.2.1" {
			t.Errorf("%q makes a stranger %q", header, got)
		}
		if got := from("10.9.9.9:5555"); got != "10.9.9.9" {
			if _, err := netip.ParseAddr(got); err != nil {
				t.Errorf("%q makes %q", header, got)
			}
		}
	})
}
