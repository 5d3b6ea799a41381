package app

import (
	"context"
	"crypto/ecdh"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"switchboard/internal/egress"
	"switchboard/internal/push"
	pushweb "switchboard/internal/push/web"
)

// What goes out because somebody said so never reaches this machine or a private network.
func TestGuardRefusesInnerAddresses(t *testing.T) {
	transport := guard(Config{Listen: "127.0.0.1:8080", Sandbox: true}).Transport()
	for _, address := range []string{"127.0.0.1:80", "127.8.8.8:443", "localhost:80", "[::1]:80", "0.0.0.0:80", "[::]:80", "10.1.2.3:80", "172.16.0.1:80", "192.168.1.1:443",
		"169.254.169.254:80", "100.64.0.1:80", "[fe80::1]:80", "[fd00::1]:80", "[::ffff:127.0.0.1]:80", "[::ffff:10.0.0.1]:80", "224.0.0.1:80", "127.0.0.1:8081"} {
		connection, err := transport.DialContext(t.Context(), "tcp", address)
		if err == nil {
			_ = connection.Close()
		}
		if !errors.Is(err, egress.ErrGuarded) {
			t.Errorf("%s: got %v", address, err)
		}
	}
	// An address of the outer world is tried; this one is kept for documents and answers nobody.
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if _, err := transport.DialContext(ctx, "tcp", "192.0.2.1:80"); errors.Is(err, egress.ErrGuarded) {
		t.Errorf("the outer world is guarded: %v", err)
	}
}

// The sandbox plays providers on this server's own listener, and only then is it reached.
func TestGuardLetsTheSandboxThrough(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) }))
	defer server.Close()
	inner := httptest.NewServer(http.RedirectHandler(server.URL, http.StatusFound))
	defer inner.Close()
	get := func(c Config, url string) (int, error) {
		client := &http.Client{Transport: guard(c).Transport()}
		defer client.CloseIdleConnections()
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
		if err != nil {
			t.Fatal(err)
		}
		response, err := client.Do(request)
		if err != nil {
			return 0, err
		}
		return response.StatusCode, response.Body.Close()
	}
	own := strings.TrimPrefix(server.URL, "http://")
	if status, err := get(Config{Listen: own, Sandbox: true}, server.URL); err != nil || status != http.StatusTeapot {
		t.Errorf("the own listener: %d %v", status, err)
	}
	if _, err := get(Config{Listen: own}, server.URL); !errors.Is(err, egress.ErrGuarded) {
		t.Errorf("the own listener without a sandbox: %v", err)
	}
	if _, err := get(Config{Listen: strings.TrimPrefix(inner.URL, "http://"), Sandbox: true}, inner.URL); !errors.Is(err, egress.ErrGuarded) {
		t.Errorf("a redirect to another inner address: %v", err)
	}
	for listen, want := range map[string]string{":80": "127.0.0.1:80", "0.0.0.0:80": "127.0.0.1:80", "[::]:80": "127.0.0.1:80", "localhost:80": "127.0.0.1:80", "10.0.0.5:80": "10.0.0.5:80"} {
		if got := ownListener(listen); got != want {
			t.Errorf("listening on %s, the own listener is %s, want %s", listen, got, want)
		}
	}
}

// Only what trusted proxies wrote of a request's way is believed.
func TestClientIP(t *testing.T) {
	c := good(t)
	c.TrustedProxies = "10.0.0.0/8,2001:db8::/32"
	if err := c.validate(); err != nil {
		t.Fatal(err)
	}
	a := &App{config: c}
	for what, test := range map[string]struct {
		peer string
		hops []string
		want string
	}{
		"nobody between":                {"203.0.113.9:4711", nil, "203.0.113.9"},
		"a stranger's claim":            {"203.0.113.9:4711", []string{"198.51.100.1"}, "203.0.113.9"},
		"a proxy's word":                {"10.0.0.1:4711", []string{"198.51.100.1"}, "198.51.100.1"},
		"a proxy that says nothing":     {"10.0.0.1:4711", nil, "10.0.0.1"},
		"a claim before a proxy's word": {"10.0.0.1:4711", []string{"127.0.0.1, 198.51.100.1"}, "198.51.100.1"},
		"two proxies":                   {"10.0.0.1:4711", []string{"203.0.113.77, 198.51.100.1, 10.9.9.9"}, "198.51.100.1"},
		"two headers":                   {"10.0.0.1:4711", []string{"203.0.113.77", "198.51.100.1"}, "198.51.100.1"},
		"nonsense":                      {"10.0.0.1:4711", []string{"198.51.100.1, unknown"}, "10.0.0.1"},
		"proxies only":                  {"10.0.0.1:4711", []string{"10.2.2.2"}, "10.2.2.2"},
		"IPv6":                          {"[2001:db8::1]:4711", []string{"2001:470::5"}, "2001:470::5"},
		"IPv4 in IPv6":                  {"[::ffff:10.0.0.1]:4711", []string{"198.51.100.1"}, "198.51.100.1"},
	} {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.RemoteAddr = test.peer
		r.Header["X-Forwarded-For"] = test.hops
		if got := a.clientIP(r); got != test.want {
			t.Errorf("%s: %s, want %s", what, got, test.want)
		}
	}
}

// Browsers name the addresses of their push services: one that leads inside is never called.
func TestDevicesInsideAreNotCalled(t *testing.T) {
	called := false
	server := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { called = true }))
	defer server.Close()
	key, err := ecdh.P256().GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	b64 := base64.RawURLEncoding
	to := push.Target{Endpoint: server.URL + "/secret", P256dh: b64.EncodeToString(key.PublicKey().Bytes()), Auth: b64.EncodeToString(make([]byte, 16))}
	derive := func(purpose string) []byte {
		sum := sha256.Sum256([]byte(purpose))
		return sum[:]
	}
	err = pushweb.New(guard(Config{}).Transport(), "https://switchboard.example", derive).Send(t.Context(), to, push.Call{Payload: []byte("{}"), TTL: time.Minute})
	if !errors.Is(err, egress.ErrGuarded) || called || strings.Contains(err.Error(), "secret") {
		t.Errorf("%v, called %v", err, called)
	}
}
