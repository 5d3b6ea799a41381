package realtime_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"
	"go.uber.org/goleak"

	"switchboard/internal/conversation"
	"switchboard/internal/feed"
	"switchboard/internal/message"
	"switchboard/internal/resource"
	"switchboard/internal/store"
)

func TestMain(m *testing.M) {
	// The test's PostgreSQL runs until the program ends.
	goleak.VerifyTestMain(m, goleak.IgnoreAnyFunction("switchboard/internal/store/cluster.Cluster.Serve.func1"))
}

func topicOf(c conversation.Conversation) string { return "conversation:" + c.ID.String() }

// What is told equals what the API would answer at that moment.
func TestFramesAreTheResources(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		n := h.start()
		c := n.opens(conversation.Active, h.ada, h.sales)
		ada := n.dial("ada", "")
		ada.subscribe("me", "list:scope=mine", topicOf(c))
		n.says(c.ID, "hello")

		entry := ada.want("entry.created", topicOf(c))
		items, err := n.views.Entries(t.Context(), h.org, h.viewer(h.ada), c.ID, 0, 0, 1)
		if err != nil || len(items) != 1 {
			t.Fatal(items, err)
		}
		same(t, entry.Data, items[0])

		n.says(c.ID, "again")
		row := ada.want("conversation.updated", "list:scope=mine")
		for strings.Contains(string(row.Data), `"last_seq":1`) {
			row = ada.want("conversation.updated", "list:scope=mine")
		}
		head, err := n.views.Conversation(t.Context(), h.org, h.viewer(h.ada), c.ID)
		if err != nil || head.Unread != 2 {
			t.Fatal(head, err)
		}
		same(t, row.Data, head)

		n.changes(c.ID, func(c *conversation.Conversation) { c.Session.Flagged = "help" })
		session := ada.want("session.updated", "me")
		now, err := n.views.Session(t.Context(), h.org, h.viewer(h.ada), c.Session.ID)
		if err != nil {
			t.Fatal(err)
		}
		same(t, session.Data, now)

		n.write(func(tx *store.Tx) error {
			if _, err := tx.SetReadMarker(h.ada, c.ID, 2); err != nil {
				return err
			}
			return tx.ConversationChanged(c.ID, h.ada)
		})
		if read := ada.want("conversation.updated", "me"); !strings.Contains(string(read.Data), `"read_seq":2`) {
			t.Errorf("%s", read.Data)
		}
	})
}

func same(t *testing.T, got json.RawMessage, want any) {
	t.Helper()
	if data, _ := json.Marshal(want); string(data) != string(got) {
		t.Errorf("told\n%s\nthe API says\n%s", got, data)
	}
}

// Clients whose connections break at any frame, and who come back to any node with their cursor, get
// every line of their topics once and in order.
func TestNothingIsMissedOrToldTwice(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		nodes := []*node{h.start()}
		if strings.HasPrefix(h.url, "postgres") {
			nodes = append(nodes, h.start())
		}
		const each, clients = 60, 3
		one, two := nodes[0].opens(conversation.Active, h.ada, h.sales), nodes[0].opens(conversation.Active, h.ada, h.sales)
		var all sync.WaitGroup
		for range clients {
			c := nodes[0].dial("ada", "")
			topics := []string{"list:scope=team", topicOf(one), topicOf(two), "me"}
			c.subscribe(topics...)
			all.Go(func() {
				seen := map[string]int{} // entries by conversation
				sessions := 0
				for seen[topicOf(one)] < each || seen[topicOf(two)] < each {
					for range 1 + rand.IntN(12) {
						f, err := c.read()
						if err != nil {
							t.Errorf("read: %v", err)
							return
						}
						switch f.Type {
						case "resync", "error":
							t.Errorf("%+v", f)
							return
						case "session.updated":
							sessions++
						case "entry.created":
							var e resource.Entry
							if err := json.Unmarshal(f.Data, &e); err != nil {
								t.Error(err)
							}
							if e.Seq != int64(seen[f.Topic]+1) {
								t.Errorf("entry %d after %d", e.Seq, seen[f.Topic])
								return
							}
							seen[f.Topic]++
						}
						if seen[topicOf(one)] == each && seen[topicOf(two)] == each {
							break
						}
					}
					_ = c.ws.CloseNow()
					rand.Shuffle(len(topics), func(i, j int) { topics[i], topics[j] = topics[j], topics[i] })
					c = nodes[rand.IntN(len(nodes))].dial("ada", c.cursor, topics...)
				}
			})
		}
		for i := range each {
			all.Go(func() { nodes[i%len(nodes)].says(one.ID, fmt.Sprint(i)) })
			all.Go(func() { nodes[i%len(nodes)].says(two.ID, fmt.Sprint(i)) })
		}
		all.Wait()
	})
}

// A line that is told on several topics can be cut between any two of them.
func TestCursorWithinALine(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		n := h.start()
		c := n.opens(conversation.Active, h.ada, h.sales)
		topics := []string{"list:scope=mine", "list:scope=team", topicOf(c), "list:scope=all"}
		ada := n.dial("ada", "")
		ada.subscribe(topics...)
		n.says(c.ID, "hello")
		var whole []frame
		for range 5 { // three lists, the entry and the head
			whole = append(whole, ada.next())
		}
		for cut := range whole {
			again := n.dial("ada", whole[cut].Cursor)
			again.subscribeAndSync(t, n, topics, whole[cut+1:])
		}
	})
}

// subscribeAndSync expects exactly these frames before those of a message sent now.
func (c *client) subscribeAndSync(t *testing.T, n *node, topics []string, want []frame) {
	t.Helper()
	c.subscribe(topics...)
	for i, w := range want {
		if f := c.next(); f.Type != w.Type || f.Topic != w.Topic || f.Cursor != w.Cursor {
			t.Fatalf("frame %d: got %s %s, want %s %s", i, f.Type, f.Topic, w.Type, w.Topic)
		}
	}
	head, _, err := n.db.Head(t.Context(), n.org)
	if err != nil {
		t.Fatal(err)
	}
	n.write(func(tx *store.Tx) error {
		return tx.Change(feed.Change{Type: feed.OfferWithdrawn, Agent: n.ada, Ref: message.NewID[message.RowID]()})
	})
	c.say(map[string]string{"type": "subscribe", "topic": "me"})
	for {
		f := c.next()
		if f.Type == "subscribed" {
			continue
		}
		cursor, err := feed.ParseCursor(f.Cursor)
		if err != nil || f.Topic != "me" {
			t.Fatalf("after the cut came %+v", f)
		}
		if cursor.Seq > head.Seq {
			return
		}
	}
}

// What comes live while missed lines are told waits until they are.
func TestMissedLinesComeBeforeLiveOnes(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		const missed, live = 150, 40
		n := h.start()
		c := n.opens(conversation.Active, h.ada, h.sales)
		cursor := n.dial("ada", "").cursor
		text := strings.Repeat("much to tell ", 500) // fills the socket, so that telling takes its time
		var writing sync.WaitGroup
		for range missed {
			writing.Go(func() { n.says(c.ID, text) })
		}
		writing.Wait()
		ada := n.dial("ada", cursor)
		ada.say(map[string]string{"type": "subscribe", "topic": topicOf(c)})
		ada.want("subscribed", "")
		for range live {
			writing.Go(func() { n.says(c.ID, "live") })
		}
		for seq := int64(1); seq <= missed+live; seq++ {
			var e resource.Entry
			if err := json.Unmarshal(ada.want("entry.created", topicOf(c)).Data, &e); err != nil || e.Seq != seq {
				t.Fatalf("entry %d, want %d, %v", e.Seq, seq, err)
			}
			if seq == 1 {
				writing.Wait()
			}
		}
	})
}

func TestUselessCursorsResync(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		n := h.start()
		c := n.opens(conversation.Active, h.ada, h.sales)
		watch := n.dial("ada", "")
		first := watch.cursor
		watch.subscribe(topicOf(c))
		for i := range 5 {
			n.says(c.ID, fmt.Sprint(i))
			watch.want("entry.created", topicOf(c)) // it is on the feed: what waits to be numbered isn't purged
		}
		here, err := feed.ParseCursor(watch.cursor)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := n.db.PurgeChanges(t.Context(), time.Now().Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
		for name, cursor := range map[string]string{
			"purged": first, "other history": feed.Cursor{Epoch: here.Epoch + 1, Seq: here.Seq}.String(),
			"future": feed.Cursor{Epoch: here.Epoch, Seq: here.Seq + 1000}.String(), "garbage": "garbage",
		} {
			again := n.dial("ada", cursor)
			if f := again.next(); f.Type != "resync" || f.Cursor == "" {
				t.Errorf("%s: got %+v", name, f)
			}
			again.subscribe("me", topicOf(c))
			n.says(c.ID, "live")
			again.want("entry.created", topicOf(c))
		}
	})
}

func TestRights(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		n := h.start()
		bobs := n.opens(conversation.Active, h.bob, h.support)
		ask := func(as, topic, code string) {
			t.Helper()
			c := n.dial(as, "")
			c.say(map[string]string{"type": "subscribe", "topic": topic})
			f := c.next()
			if code == "" && f.Type == "subscribed" {
				return
			}
			if f.Type != "error" || f.Code != code || f.Topic != topic {
				t.Errorf("%s on %s: got %+v, want %s", as, topic, f, code)
			}
		}
		ask("ada", topicOf(bobs), "not_found")
		ask("stranger", topicOf(bobs), "not_found")
		ask("boss", topicOf(bobs), "")
		ask("ada", "queues", "no_permission")
		ask("ada", "presence", "no_permission")
		ask("boss", "queues", "")
		ask("ada", "conversation:x", "not_found")
		ask("ada", "list:scope=their", "unprocessable")
		ask("ada", "list:q=word", "unprocessable")
		ask("ada", "everything", "malformed")

		// Bob leaves the queue and the session goes to nobody: he is told nothing more of it.
		waits := n.opens(conversation.Waiting, message.UserID{}, h.support)
		bob, boss := n.dial("bob", ""), n.dial("boss", "")
		bob.subscribe(topicOf(waits), "list:scope=team")
		boss.subscribe(topicOf(waits))
		n.says(waits.ID, "before")
		bob.want("entry.created", topicOf(waits))
		n.write(func(tx *store.Tx) error {
			if err := tx.SetUserQueues(h.bob, nil); err != nil {
				return err
			}
			return tx.Change(feed.Change{Type: feed.AgentUpdated, Agent: h.bob})
		})
		if f := bob.want("error", topicOf(waits)); f.Code != "not_found" {
			t.Errorf("%+v", f)
		}
		n.says(waits.ID, "secret")
		boss.want("entry.created", topicOf(waits))
		n.write(func(tx *store.Tx) error { return tx.Change(feed.Change{Type: feed.OfferWithdrawn, Agent: h.bob}) })
		bob.say(map[string]string{"type": "subscribe", "topic": "me"})
		for _, f := range bob.until("offer.withdrawn", "me") {
			if strings.Contains(string(f.Data), "secret") {
				t.Errorf("bob was told %s", f.Data)
			}
		}
	})
}

// A transfer takes a conversation off its agent's lists and tells the session to who had it.
func TestLeavingAList(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		n := h.start()
		c := n.opens(conversation.Active, h.ada, h.sales)
		n.changes(c.ID, func(c *conversation.Conversation) { c.LastAgent = h.ada })
		ada, bob := n.dial("ada", ""), n.dial("bob", "")
		ada.subscribe("me", "list:scope=mine")
		bob.subscribe("list:scope=team", "list:scope=mine")
		n.changes(c.ID, func(c *conversation.Conversation) {
			c.Session.Status, c.Session.Agent, c.Session.Queue = conversation.Waiting, message.UserID{}, h.support
		})
		told := map[string]bool{}
		for len(told) < 2 {
			switch f := ada.next(); f.Type {
			case "session.updated":
				if strings.Contains(string(f.Data), `"waiting"`) {
					told["session"] = true
				}
			case "conversation.updated":
				if f.Removed && f.Topic == "list:scope=mine" {
					told["removed"] = true
				}
			}
		}
		f := bob.want("conversation.updated", "list:scope=team")
		for f.Removed { // before it was there
			f = bob.want("conversation.updated", "list:scope=team")
		}
		if !strings.Contains(string(f.Data), `"waiting"`) {
			t.Errorf("bob was told %+v", f)
		}
	})
}

// SL-3: whoever has the conversation open hears that a session of it was deleted, and sees its entries empty
// and the conversation without it.
func TestDeletedSessions(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		n := h.start()
		c := n.opens(conversation.Active, h.ada, h.sales)
		n.says(c.ID, "My card is 4111.")
		n.changes(c.ID, func(c *conversation.Conversation) { c.Session.Status = conversation.Ended })
		boss := n.dial("boss", "")
		boss.subscribe(topicOf(c))
		eraser := &conversation.Eraser{Write: store.Writer[conversation.EraseTx](n.db)}
		if err := eraser.Delete(t.Context(), h.org, c.ID, c.Session.ID); err != nil {
			t.Fatal(err)
		}
		told := map[string]json.RawMessage{}
		// What came before may be told late: the head that counts is the one without the session.
		for told["session.deleted"] == nil || told["entry.updated"] == nil || told["conversation.updated"] == nil ||
			strings.Contains(string(told["conversation.updated"]), c.Session.ID.String()) {
			f := boss.next()
			told[f.Type] = f.Data
		}
		want := map[string]string{"id": c.Session.ID.String(), "conversation_id": c.ID.String()}
		same(t, told["session.deleted"], want)
		if e := string(told["entry.updated"]); strings.Contains(e, "4111") || !strings.Contains(e, `"erased_at"`) {
			t.Errorf("the entry is told as %s", e)
		}
		if head := string(told["conversation.updated"]); strings.Contains(head, "4111") {
			t.Errorf("the conversation is told as %s", head)
		}
	})
}

func TestPresenceQueuesAndTyping(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		n := h.start()
		c := n.opens(conversation.Active, h.ada, h.sales)
		boss, ada := n.dial("boss", ""), n.dial("ada", "")
		boss.subscribe("queues", "presence", topicOf(c))
		ada.subscribe("me", topicOf(c))
		if f := boss.want("queue.updated", "queues"); !strings.Contains(string(f.Data), `"name"`) {
			t.Errorf("%s", f.Data)
		}
		n.write(func(tx *store.Tx) error { return tx.PresenceChanged(h.ada) })
		for _, f := range []frame{boss.want("presence.updated", "presence"), ada.want("presence.updated", "me")} {
			if !strings.Contains(string(f.Data), `"Ada"`) {
				t.Errorf("%s", f.Data)
			}
		}
		n.hub.Typing(h.org, c.ID, resource.Author{Type: message.AuthorAgent, ID: h.ada.String()}, true)
		f := boss.want("typing", topicOf(c))
		if f.Cursor != "" || string(f.Data) != `{"author":{"type":"agent","id":"`+h.ada.String()+`","name":"Ada"},"typing":true}` {
			t.Errorf("%+v %s", f, f.Data)
		}
		n.hub.Typing(h.org, c.ID, resource.Author{Type: message.AuthorCustomer, ID: c.Customer.String()}, true)
		if f := ada.want("typing", topicOf(c)); !strings.Contains(string(f.Data), `"customer"`) {
			t.Errorf("ada was told of herself: %s", f.Data)
		}
	})
}

// A reader that is too slow is sent away, counted, and comes back without a loss.
func TestSlowReadersResume(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.sendBuffer = 16 << 10 // or the system keeps megabytes for who doesn't read
		n := h.start()
		c := n.opens(conversation.Active, h.ada, h.sales)
		slow := n.dial("ada", "")
		slow.subscribe(topicOf(c))
		const messages = 96
		text := strings.Repeat("long ", 8000)
		for range messages / 8 {
			var writing sync.WaitGroup
			for range 8 {
				writing.Go(func() { n.says(c.ID, text) })
			}
			writing.Wait()
		}
		await(t, func() bool { return n.metric(t, "switchboard_realtime_slow_total") == 1 })
		seen, last := int64(0), slow.cursor
		follow := func(c *client) {
			for seen < messages {
				f, err := c.read()
				if err != nil {
					return
				}
				if last = c.cursor; f.Type == "entry.created" {
					var e resource.Entry
					if err := json.Unmarshal(f.Data, &e); err != nil || e.Seq != seen+1 {
						t.Fatalf("entry %d after %d, %v", e.Seq, seen, err)
					}
					seen++
				}
			}
		}
		follow(slow)
		if seen == messages {
			t.Fatal("the slow reader was not sent away")
		}
		again := n.dial("ada", last)
		again.say(map[string]string{"type": "subscribe", "topic": topicOf(c)})
		follow(again)
		if seen != messages {
			t.Fatalf("%d of %d entries", seen, messages)
		}
	})
}

func TestCredentialsThatEnd(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		n := h.start()
		ada := n.dial("ada", "")
		ada.subscribe("me")
		h.signedOut.Store(true)
		h.bus.Publish([]string{message.WakeAccess(h.org)})
		if code := ada.closes(); code != 4001 {
			t.Errorf("closed with %d", code)
		}
	})
}

// Stop sends everybody elsewhere, gives agents' connections back and leaves nothing running.
func TestStop(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		n := h.start()
		second := h.start()
		ada := second.dial("ada", "")
		ada.subscribe("me")
		connections := 0
		second.present.Range(func(_, user any) bool { connections++; return user == h.ada })
		if connections != 1 {
			t.Errorf("%d connections noted", connections)
		}
		closed := make(chan websocket.StatusCode)
		go func() { closed <- ada.closes() }()
		second.hub.Stop()
		if code := <-closed; code != websocket.StatusGoingAway {
			t.Errorf("closed with %d", code)
		}
		second.present.Range(func(_, _ any) bool { t.Error("a connection stayed"); return false })
		n.dial("ada", "").subscribe("me") // the other one goes on
	})
}

func TestOtherOriginsAreRefused(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		n := h.start()
		for origin, want := range map[string]int{"https://evil.example": http.StatusForbidden, n.server.URL: http.StatusForbidden, "https://console.test": http.StatusSwitchingProtocols} {
			ws, response, err := websocket.Dial(context.Background(), n.server.URL+"?as=ada", &websocket.DialOptions{HTTPHeader: http.Header{"Origin": {origin}}})
			if response.StatusCode != want {
				t.Errorf("%s: %d, %v", origin, response.StatusCode, err)
			}
			if ws != nil {
				_ = ws.CloseNow()
			}
		}
	})
}

// await polls until a condition holds.
func await(t *testing.T, holds func() bool) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !holds(); <-time.After(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("it did not come to pass")
		}
	}
}

func (n *node) metric(t *testing.T, name string) float64 {
	t.Helper()
	families, err := n.metrics.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		if f.GetName() == name {
			return f.GetMetric()[0].GetCounter().GetValue() + f.GetMetric()[0].GetGauge().GetValue()
		}
	}
	t.Fatalf("there is no metric %s", name)
	return 0
}

// A connection on which nothing happens is told again and again that it lives; what happens is told in between.
func TestQuietConnectionsHearAHeartbeat(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.quietAfter = 20 * time.Millisecond
		n := h.start()
		c := n.opens(conversation.Active, h.ada, h.sales)
		ada := n.dial("ada", "", topicOf(c))
		for range 3 {
			if f := ada.want("heartbeat", ""); f.Cursor != "" || f.Topic != "" || f.Data != nil {
				t.Fatalf("a heartbeat says more than that: %+v", f)
			}
		}
		n.says(c.ID, "hello")
		ada.want("entry.created", topicOf(c))
		ada.want("heartbeat", "")
	})
}
