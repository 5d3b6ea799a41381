package app

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"switchboard/internal/store/storetest"
)

// CN-4 from end to end, while agents go on sending: once a customer's opt-out is acknowledged, to the one who
// recorded it, nothing more of theirs reaches the provider, however the two race. What waited says why it failed.
func TestNothingLeavesAfterAnOptOut(t *testing.T) {
	storetest.EachURL(t, func(t *testing.T, url string) {
		listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
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
		// The sandbox plays the provider behind the same handler: what comes in for it is what leaves.
		var acknowledged, late atomic.Bool
		server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodPost && bytes.Contains([]byte(r.URL.Path), []byte("/Messages.json")) && acknowledged.Load() {
				late.Store(true)
			}
			a.handler.ServeHTTP(w, r)
		}))
		_ = server.Listener.Close()
		server.Listener = listener
		server.Start()
		t.Cleanup(server.Close)
		call := func(method, path string, body, into any) int {
			text, err := json.Marshal(body)
			if err != nil {
				t.Error(err)
				return 0
			}
			r, err := http.NewRequestWithContext(context.WithoutCancel(t.Context()), method, server.URL+"/api/v1"+path, bytes.NewReader(text))
			if err != nil {
				t.Error(err)
				return 0
			}
			r.Header.Set("Authorization", "Bearer "+a.demoKey())
			r.Header.Set("Content-Type", "application/json")
			response, err := http.DefaultClient.Do(r)
			if err != nil {
				t.Error(err)
				return 0
			}
			defer func() { _ = response.Body.Close() }()
			if into != nil {
				_ = json.NewDecoder(response.Body).Decode(into)
			}
			return response.StatusCode
		}
		var channels struct{ Items []struct{ ID, Type string } }
		call(http.MethodGet, "/channels", nil, &channels)
		sms := ""
		for _, c := range channels.Items {
			if c.Type == "sms" {
				sms = c.ID
			}
		}
		for round := range 4 {
			acknowledged.Store(false)
			var talk struct {
				ID       string
				Customer struct{ ID string }
				Detail   string
			}
			if status := call(http.MethodPost, "/conversations", map[string]any{"channel_id": sms, "to": fmt.Sprintf("+1 202 555 01%02d", 50+round), "text": "Hello"}, &talk); status != http.StatusCreated {
				t.Fatalf("opening: %d %s", status, talk.Detail)
			}
			var wait sync.WaitGroup
			var refused atomic.Int32
			said := make(chan struct{}, 24)
			for range 3 {
				wait.Go(func() {
					for i := range 8 {
						if status := call(http.MethodPost, "/conversations/"+talk.ID+"/messages", map[string]any{"text": fmt.Sprint("More ", i)}, nil); status == http.StatusConflict {
							refused.Add(1)
						}
						said <- struct{}{}
					}
				})
			}
			for range 3 * round { // another moment of the race each time
				<-said
			}
			if status := call(http.MethodPost, "/messaging-users/"+talk.Customer.ID+"/consent", map[string]any{"status": "opted_out", "source": "phone"}, nil); status != http.StatusOK {
				t.Fatalf("opting out: %d", status)
			}
			acknowledged.Store(true)
			wait.Wait()
			var entries struct {
				Items []struct {
					Kind, Status string
					Error        struct{ Code string }
				}
			}
			deadline, poll := time.After(30*time.Second), time.NewTicker(20*time.Millisecond)
			for waits := true; waits; {
				call(http.MethodGet, "/conversations/"+talk.ID+"/entries?limit=200", nil, &entries)
				waits = false
				for _, e := range entries.Items {
					waits = waits || e.Kind == "message" && e.Status == "queued"
				}
				select {
				case <-poll.C:
				case <-deadline:
					t.Fatalf("something is still on its way: %+v", entries.Items)
				}
			}
			poll.Stop()
			for _, e := range entries.Items {
				if e.Status == "failed" && e.Error.Code != "opted_out" {
					t.Errorf("a message failed with %+v", e)
				}
			}
			if late.Load() {
				t.Fatal("a message reached the provider after the opt-out was acknowledged")
			}
		}
	})
}
