package app

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"
	collector "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	spans "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"

	"switchboard/internal/store/storetest"
)

// collected is a collector that keeps what it is sent.
type collected struct {
	mu    sync.Mutex
	spans []*spans.Span
	raw   bytes.Buffer
}

func (c *collected) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	var in collector.ExportTraceServiceRequest
	if err != nil || r.URL.Path != "/v1/traces" || proto.Unmarshal(body, &in) != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.raw.Write(body)
	for _, resource := range in.ResourceSpans {
		for _, scope := range resource.ScopeSpans {
			c.spans = append(c.spans, scope.Spans...)
		}
	}
	w.Header().Set("Content-Type", "application/x-protobuf")
	w.WriteHeader(http.StatusOK)
}

// whole finds a trace that has spans of all these names.
func (c *collected) whole(names ...string) map[string]*spans.Span {
	c.mu.Lock()
	defer c.mu.Unlock()
	traces := map[string]map[string]*spans.Span{}
	for _, s := range c.spans {
		id := string(s.TraceId)
		if traces[id] == nil {
			traces[id] = map[string]*spans.Span{}
		}
		traces[id][s.Name] = s
	}
	for _, one := range traces {
		if !slices.ContainsFunc(names, func(name string) bool { return one[name] == nil }) {
			return one
		}
	}
	return nil
}

// What a customer writes is one trace from the provider's call to an agent's socket, and what the agent
// answers is one from the caller's own span to the provider.
func TestTracesReachFromWebhookToScreen(t *testing.T) {
	t.Setenv("OTEL_BSP_SCHEDULE_DELAY", "50") // ms between batches
	storetest.EachURL(t, func(t *testing.T, url string) {
		var got collected
		otlp := httptest.NewServer(&got)
		t.Cleanup(otlp.Close)
		listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		config, err := Demo{Listen: listener.Addr().String(), Data: t.TempDir(), Database: url}.Config()
		if err != nil {
			t.Fatal(err)
		}
		config.OTLP = otlp.URL
		a, err := New(t.Context(), config, "test", slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		if err := a.SeedDemo(t.Context()); err != nil {
			t.Fatal(err)
		}
		a.Start(t.Context())
		server := httptest.NewUnstartedServer(a.handler)
		_ = server.Listener.Close()
		server.Listener = listener
		server.Start()
		t.Cleanup(func() {
			a.hub.Stop() // sockets are requests, which the server waits for
			a.customers.Stop()
			a.senders.Stop()
			a.sandbox.Stop()
			server.Close()
			if err := a.Stop(); err != nil {
				t.Error(err)
			}
		})
		token := ""
		call := func(method, path string, body, into any, header ...string) {
			t.Helper()
			text, err := json.Marshal(body)
			if err != nil {
				t.Fatal(err)
			}
			r, err := http.NewRequestWithContext(t.Context(), method, server.URL+path, bytes.NewReader(text))
			if err != nil {
				t.Fatal(err)
			}
			if token != "" {
				r.Header.Set("Authorization", "Bearer "+token)
			}
			r.Header.Set("Content-Type", "application/json")
			for i := 0; i < len(header); i += 2 {
				r.Header.Set(header[i], header[i+1])
			}
			response, err := http.DefaultClient.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = response.Body.Close() }()
			answer, err := io.ReadAll(response.Body)
			if err != nil || response.StatusCode >= 300 || into != nil && json.Unmarshal(answer, into) != nil {
				t.Fatalf("%s %s: %d %s %v", method, path, response.StatusCode, answer, err)
			}
		}
		var in struct{ Token string }
		call("POST", "/api/v1/login", map[string]any{"email": people[2].email, "password": a.demoPassword(people[2])}, &in)
		token = in.Token
		var channels struct{ Items []struct{ ID, Type string } }
		call("GET", "/sandbox/api/channels", nil, &channels)
		whatsapp := ""
		for _, c := range channels.Items {
			if c.Type == "whatsapp" {
				whatsapp = c.ID
			}
		}

		socket, _, err := websocket.Dial(t.Context(), strings.Replace(server.URL, "http", "ws", 1)+"/api/v1/realtime",
			&websocket.DialOptions{HTTPHeader: http.Header{"Authorization": {"Bearer " + token}}})
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = socket.CloseNow() }()
		for _, say := range []string{`{"type":"hello"}`, `{"type":"subscribe","topic":"me"}`, `{"type":"subscribe","topic":"list:scope=team"}`} {
			if err := socket.Write(t.Context(), websocket.MessageText, []byte(say)); err != nil {
				t.Fatal(err)
			}
		}
		for subscribed := 0; subscribed < 2; { // what comes before isn't told on the socket, and is in no trace
			_, frame, err := socket.Read(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if bytes.Contains(frame, []byte(`"type":"subscribed"`)) {
				subscribed++
			}
		}
		go func() {
			for {
				if _, _, err := socket.Read(t.Context()); err != nil {
					return
				}
			}
		}()
		call("PUT", "/api/v1/me/presence", map[string]any{"status": "Available – Messaging"}, nil)

		await := func(names ...string) map[string]*spans.Span {
			t.Helper()
			deadline, poll := time.After(20*time.Second), time.NewTicker(20*time.Millisecond)
			defer poll.Stop()
			for {
				if one := got.whole(names...); one != nil {
					return one
				}
				select {
				case <-poll.C:
				case <-deadline:
					got.mu.Lock()
					defer got.mu.Unlock()
					for _, s := range got.spans {
						t.Logf("%x %s", s.TraceId, s.Name)
					}
					t.Fatalf("no trace has all of %q", names)
				}
			}
		}
		const number, words = "+15551230987", "xylophone"
		var phone struct{ ID string }
		call("POST", "/sandbox/api/channels/"+whatsapp+"/phones", map[string]any{"number": number, "name": "Zebulon"}, &phone)
		call("POST", "/sandbox/api/phones/"+phone.ID+"/messages", map[string]any{"text": words}, nil)
		one := await("hook", "inbound.read", "inbound.transaction", "dispatch", "screen")
		for _, inner := range []string{"inbound.read", "inbound.transaction"} {
			if !bytes.Equal(one[inner].ParentSpanId, one["hook"].SpanId) {
				t.Errorf("%s is not within the call", inner)
			}
		}

		var offers struct{ Items []struct{ ID string } }
		call("GET", "/api/v1/me/offers", nil, &offers)
		if len(offers.Items) != 1 {
			t.Fatalf("the agent is offered %+v", offers.Items)
		}
		call("POST", "/api/v1/offers/"+offers.Items[0].ID+"/accept", map[string]any{}, nil)
		var list struct{ Items []struct{ ID string } }
		call("GET", "/api/v1/conversations?scope=mine", nil, &list)
		if len(list.Items) == 0 {
			t.Fatal("the agent has no conversation")
		}
		const id, caller = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
		call("POST", "/api/v1/conversations/"+list.Items[0].ID+"/messages", map[string]any{"text": words}, nil, "Traceparent", "00-"+id+"-"+caller+"-01")
		sent := await("staff.send", "outbound.attempt")
		if s := sent["staff.send"]; hex.EncodeToString(s.TraceId) != id || hex.EncodeToString(s.ParentSpanId) != caller {
			t.Errorf("the caller's span %s of trace %s was not gone on from: %+v", caller, id, sent["staff.send"])
		}
		await("hook", "inbound.receipt")

		got.mu.Lock()
		defer got.mu.Unlock()
		for _, private := range []string{number, number[1:], words, "Zebulon", token} {
			if bytes.Contains(got.raw.Bytes(), []byte(private)) {
				t.Errorf("traces tell %q", private)
			}
		}
	})
}
