package egress_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"
	"time"

	"switchboard/internal/egress"
)

func TestInnerAddressesAreRefused(t *testing.T) {
	for _, inner := range []string{"127.0.0.1", "127.8.8.8", "::1", "0.0.0.0", "0.1.2.3", "::", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "192.0.0.192",
		"198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255", "fe80::1", "fe80::1%eth0", "fd00::1", "fd00:ec2::254", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "2001:0:1::"} {
		if (egress.Guard{}).Allows(netip.MustParseAddr(inner)) {
			t.Errorf("%s may be called", inner)
		}
	}
	for _, outer := range []string{"1.1.1.1", "93.184.216.34", "2606:4700::1111", "::ffff:1.1.1.1"} {
		if !(egress.Guard{}).Allows(netip.MustParseAddr(outer)) {
			t.Errorf("%s may not be called", outer)
		}
	}
	allowed := egress.Guard{Allow: []netip.Prefix{netip.MustParsePrefix("10.7.0.0/16")}}
	if !allowed.Allows(netip.MustParseAddr("10.7.1.1")) || !allowed.Allows(netip.MustParseAddr("::ffff:10.7.1.1")) || allowed.Allows(netip.MustParseAddr("10.8.1.1")) {
		t.Error("what is allowed is something else")
	}
}

// A name that leads inside is refused when it is called, and so is where an answer redirects.
func TestRedirectsAndNames(t *testing.T) {
	inner := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) }))
	defer inner.Close()
	host := netip.MustParseAddrPort(inner.Listener.Addr().String())
	only := egress.Guard{Allow: []netip.Prefix{netip.PrefixFrom(host.Addr(), 32)}}
	get := func(g egress.Guard, address string) (int, error) {
		client := g.Client(time.Second)
		defer client.CloseIdleConnections()
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
		if err != nil {
			t.Fatal(err)
		}
		res, err := client.Do(r)
		if err != nil {
			return 0, err
		}
		return res.StatusCode, res.Body.Close()
	}
	if status, err := get(only, inner.URL); err != nil || status != http.StatusTeapot {
		t.Errorf("an allowed address: %d %v", status, err)
	}
	if _, err := get(egress.Guard{}, inner.URL); !errors.Is(err, egress.ErrGuarded) {
		t.Errorf("an inner address: %v", err)
	}
	if _, err := get(egress.Guard{}, "http://localhost:"+inner.URL[len("http://127.0.0.1:"):]); !errors.Is(err, egress.ErrGuarded) {
		t.Errorf("an inner name: %v", err)
	}
	for _, to := range []string{"http://127.0.0.2:1/", "http://localhost:1/", "ftp://127.0.0.1/", "https://10.0.0.1/", "http://example.com/"} {
		sends := httptest.NewServer(http.RedirectHandler(to, http.StatusFound))
		status, err := get(only, sends.URL)
		if err == nil {
			t.Errorf("redirected to %s: %d", to, status)
		}
		sends.Close()
	}
	var loop *httptest.Server
	hops := 0
	loop = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		hops++
		http.Redirect(w, r, loop.URL, http.StatusFound)
	}))
	defer loop.Close()
	if _, err := get(only, loop.URL); err == nil || errors.Is(err, context.DeadlineExceeded) || hops > 5 {
		t.Errorf("a loop: %v after %d", err, hops)
	}
}
