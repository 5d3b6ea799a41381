package app

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"switchboard/internal/store/storetest"
)

// SL-2 from end to end: a first message to a number that can't take text messages is refused by the
// provider, and the session it opened is in error, with the reason and how often.
func TestFirstMessageToNobody(t *testing.T) {
	storetest.EachURL(t, func(t *testing.T, url string) {
		listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0") // the sandbox answers there, too
		if err != nil {
			t.Fatal(err)
		}
		config, err := Demo{Listen: listener.Addr().String(), Data: t.TempDir(), Database: url}.Config()
		if err != nil {
			t.Fatal(err)
		}
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
		server := httptest.NewUnstartedServer(a.handler)
		_ = server.Listener.Close()
		server.Listener = listener
		server.Start()
		t.Cleanup(server.Close)
		call := func(method, path string, body, into any) int {
			t.Helper()
			text, err := json.Marshal(body)
			if err != nil {
				t.Fatal(err)
			}
			r, err := http.NewRequestWithContext(t.Context(), method, server.URL+"/api/v1"+path, bytes.NewReader(text))
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Authorization", "Bearer "+a.demoKey())
			r.Header.Set("Content-Type", "application/json")
			response, err := http.DefaultClient.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = response.Body.Close() }()
			if err := json.NewDecoder(response.Body).Decode(into); err != nil {
				t.Fatal(err)
			}
			return response.StatusCode
		}
		var channels struct {
			Items []struct{ ID, Type string }
		}
		call(http.MethodGet, "/channels", nil, &channels)
		sms := ""
		for _, c := range channels.Items {
			if c.Type == "sms" {
				sms = c.ID
			}
		}
		type session struct {
			ID, Status string
			Error      struct{ Code, Text string }
			ErrorCount int       `json:"error_count"`
			ErrorAt    time.Time `json:"error_at"`
		}
		type talk struct {
			ID      string
			Session session
			Detail  string
		}
		open := func() string {
			t.Helper()
			var made talk
			// The provider's own number for "not a mobile".
			if status := call(http.MethodPost, "/conversations", map[string]any{"channel_id": sms, "to": "+1 500 555 0009", "text": "Hello?"}, &made); status != http.StatusCreated {
				t.Fatalf("opening: %d %s", status, made.Detail)
			}
			return made.ID
		}
		failed := func(id string, times int) session {
			t.Helper()
			var now talk
			deadline, poll := time.After(30*time.Second), time.NewTicker(20*time.Millisecond)
			defer poll.Stop()
			for waits := true; waits; {
				if call(http.MethodGet, "/conversations/"+id, nil, &now); now.Session.Status == "error" && now.Session.ErrorCount == times {
					return now.Session
				}
				select {
				case <-poll.C:
				case <-deadline:
					waits = false
				}
			}
			t.Fatalf("the session is %+v", now.Session)
			return session{}
		}
		id := open()
		first := failed(id, 1)
		if first.Error.Code != "2001" || first.Error.Text == "" || first.ErrorAt.IsZero() {
			t.Errorf("the session says %+v", first)
		}
		if again := open(); again != id {
			t.Errorf("the same number made conversation %s of %s", again, id)
		}
		if second := failed(id, 2); second.ID != first.ID || second.ErrorAt.Before(first.ErrorAt) {
			t.Errorf("the same cause made %+v of %+v", second, first)
		}
		var list struct {
			Items []talk
		}
		if call(http.MethodGet, "/conversations?status=error", nil, &list); len(list.Items) != 1 || list.Items[0].ID != id {
			t.Errorf("in error are %+v", list.Items)
		}
	})
}
