package app

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/coder/websocket"
)

// A proxy that puts its upstream's address into the Host header must not cut the console off from its
// live connection; pages from elsewhere stay out.
func TestConsoleConnectsThroughAProxy(t *testing.T) {
	config, err := Demo{Listen: "127.0.0.1:0", Data: t.TempDir()}.Config()
	if err != nil {
		t.Fatal(err)
	}
	config.PublicURL = "https://support.example.com"
	a, err := New(t.Context(), config, "test", slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	if err := a.SeedDemo(t.Context()); err != nil {
		t.Fatal(err)
	}
	a.Start(t.Context())
	t.Cleanup(func() {
		if err := a.Stop(); err != nil {
			t.Error(err)
		}
	})
	server := httptest.NewServer(a.handler)
	t.Cleanup(server.Close)
	token := a.demoKey()
	for origin, want := range map[string]int{"https://support.example.com": http.StatusSwitchingProtocols, "http://support.example.com": http.StatusForbidden,
		"https://support.example.com.evil.example": http.StatusForbidden, "null": http.StatusForbidden, server.URL: http.StatusForbidden} {
		ws, response, err := websocket.Dial(context.Background(), server.URL+"/api/v1/realtime", &websocket.DialOptions{
			HTTPHeader: http.Header{"Origin": {origin}, "Authorization": {"Bearer " + token}}})
		if response == nil || response.StatusCode != want {
			t.Errorf("%s: %v, %v; want %d", origin, response, err, want)
		}
		if ws != nil {
			_ = ws.CloseNow()
		}
	}
	// The same for what a page could have the demo's open sandbox do.
	for origin, refused := range map[string]bool{"https://support.example.com": false, "": false, "https://evil.example": true, "null": true, server.URL: true} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL+"/sandbox/api/nothing", nil)
		if err != nil {
			t.Fatal(err)
		}
		if origin != "" {
			r.Header.Set("Origin", origin)
		}
		response, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = response.Body.Close()
		if got := response.StatusCode == http.StatusForbidden; got != refused {
			t.Errorf("the sandbox answers a page of %q with %d", origin, response.StatusCode)
		}
	}
}

func TestOwnPages(t *testing.T) {
	for public, pages := range map[string]map[string]bool{
		"http://127.0.0.1:8080":       {"http://localhost:8080": true, "http://[::1]:8080": true, "http://127.0.0.1:8080": true, "http://127.0.0.1:9": false, "https://127.0.0.1:8080": false, "http://evil.example:8080": false},
		"https://support.example.com": {"https://support.example.com": true, "http://support.example.com": false, "https://localhost": false, "null": false, "": false},
	} {
		a := &App{config: Config{PublicURL: public}, log: slog.New(slog.DiscardHandler)}
		for page, want := range pages {
			if got := a.ownPage(page); got != want {
				t.Errorf("%q at %s: %v", page, public, got)
			}
		}
	}
}
