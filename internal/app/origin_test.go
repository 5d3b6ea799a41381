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
		"https://support.example.com.evil.example": http.StatusForbidden, "null": http.StatusForbidden} {
		ws, response, err := websocket.Dial(context.Background(), server.URL+"/api/v1/realtime", &websocket.DialOptions{
			HTTPHeader: http.Header{"Origin": {origin}, "Authorization": {"Bearer " + token}}})
		if response == nil || response.StatusCode != want {
			t.Errorf("%s: %v, %v; want %d", origin, response, err, want)
		}
		if ws != nil {
			_ = ws.CloseNow()
		}
	}
}
