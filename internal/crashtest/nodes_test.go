package crashtest

import (
	"fmt"
	"testing"
	"time"

	"switchboard/internal/load"
	"switchboard/internal/store/storetest"
)

// TestTwoNodes runs two nodes on one database. What comes in at one is on the screens of the other at
// once; when the one that dispatches and sends dies, the other does both.
func TestTwoNodes(t *testing.T) {
	binary(t)
	dir, database := t.TempDir(), storetest.Postgres(t)
	first := demo(t, dir, database) // takes every lease
	second := demo(t, dir, database)
	agent := signIn(t, second, "agent", 0)
	screen := connect(t, agent, "me", "list:scope=all", "presence")
	agent.call("PUT", "/api/v1/me/presence", map[string]string{"status": "Available – Messaging"}).read(t, &struct{}{})
	t.Cleanup(func() { // what didn't happen: was it not offered, or not shown?
		if t.Failed() {
			for _, path := range []string{"/api/v1/me/offers", "/api/v1/me/presence", "/api/v1/sessions"} {
				t.Logf("%s: %.2000s", path, agent.call("GET", path, nil).Body)
			}
		}
	})
	_, _, secrets := first.channel("whatsapp")
	write := func(at *program, from, text string) {
		t.Helper()
		_, webhook, _ := at.channel("whatsapp")
		body, signature := load.WhatsAppCall(secrets, from, "wamid."+text, text)
		if a := newClient("", "").call("POST", webhook, body, "X-Hub-Signature-256", signature); !a.Good() {
			t.Fatalf("refused: %s", a)
		}
	}
	// serve: the agent hears of a new customer on the screen, takes the offer and answers.
	serve := func(text string) (offered, delivered time.Duration) {
		t.Helper()
		began := time.Now()
		poll(t, settleWithin, "the offer is on the screen", func() bool { return screen.heard(`"offer`, text) })
		offered = time.Since(began)
		list, _ := offers(agent)
		if len(list) != 1 {
			t.Fatalf("%d offers, want 1", len(list))
		}
		agent.call("POST", "/api/v1/offers/"+list[0].ID+"/accept", map[string]any{}).read(t, &struct{}{})
		var sent load.Entry
		began = time.Now()
		agent.call("POST", "/api/v1/conversations/"+list[0].ConversationID+"/messages", map[string]string{"text": "answer to " + text}).read(t, &sent)
		poll(t, settleWithin, "the answer is delivered", func() bool {
			for _, e := range entriesPage(t, agent, list[0].ConversationID, fmt.Sprintf("&after=%d", sent.Seq-1)) {
				if e.ID == sent.ID && (e.Status == "delivered" || e.Status == "read") {
					return true
				}
			}
			return false
		})
		return offered, time.Since(began)
	}
	write(first, "436607777771", "before")
	offered, delivered := serve("before")
	t.Logf("two nodes: offered on the other's screen after %s, answer delivered after %s", offered.Round(time.Millisecond), delivered.Round(time.Millisecond))
	if offered > 5*time.Second {
		t.Errorf("the offer took %s to the other node's screen", offered)
	}
	first.Kill()
	write(second, "436607777772", "after")
	offered, delivered = serve("after")
	t.Logf("its peer killed: offered after %s, answer delivered after %s", offered.Round(time.Millisecond), delivered.Round(time.Millisecond))
	if offered+delivered > 30*time.Second { // a dead node's leases are free after 5 s; the rest is room for a busy machine
		t.Errorf("the second node took over after %s", offered+delivered)
	}
	select {
	case <-screen.over:
		t.Errorf("the second node's socket was closed with %d", screen.closed)
	default:
	}
}
