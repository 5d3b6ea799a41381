package realtime_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"switchboard/internal/conversation"
	"switchboard/internal/message"
	"switchboard/internal/resource"
)

// views says what a page shows now.
func (c *client) views(topics ...string) {
	c.t.Helper()
	c.say(map[string]any{"type": "view", "topics": append([]string{}, topics...)})
}

// sees reads on until the others who look at a conversation are these. Conversations are told in no order, so
// what was told of this one while another was waited for counts.
func (c *client) sees(topic string, names ...string) {
	c.t.Helper()
	for {
		if now, told := c.viewed[topic]; told && now == strings.Join(names, " ") {
			return
		}
		f := c.want("viewers", "")
		var said struct {
			Viewers []struct{ Name string }
			Count   int
		}
		if err := json.Unmarshal(f.Data, &said); err != nil || f.Cursor != "" || said.Count != len(said.Viewers) {
			c.t.Fatalf("%v %+v %s", err, f, f.Data)
		}
		var got []string
		for _, v := range said.Viewers {
			got = append(got, v.Name)
		}
		c.viewed[f.Topic] = strings.Join(got, " ")
	}
}

// Who looks at a conversation is told to the others who follow it, on every node; two pages of one person
// are one, and a page that is closed, hidden or leafed on is none.
func TestViewers(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		one := h.start()
		c, other := one.opens(conversation.Active, h.ada, h.sales), one.opens(conversation.Active, h.ada, h.sales)
		here, there := topicOf(c), topicOf(other)
		ada := one.dial("ada", "", here, there)
		ada.views(here)
		boss := one.dial("boss", "", here, there)
		boss.sees(here, "Ada") // who comes later hears who is there
		boss.views(here)
		ada.sees(here, "Boss")

		two := h.start() // a node that comes later hears it too
		far := two.dial("boss", "", here, there)
		far.sees(here, "Ada")
		far.views(here, there)
		ada.sees(there, "Boss")
		boss.views() // hidden; the other page is still looked at
		far.views(here)
		ada.sees(there)
		ada.views(there)
		far.sees(here)
		far.sees(there, "Ada")
		_ = far.ws.CloseNow()
		ada.sees(here)
		_ = ada.ws.CloseNow()
		boss.sees(there)
	})
}

// A page says only what it may read: a view of anything else doesn't count, and ends with the right.
func TestViewersAreReaders(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		n := h.start()
		c := n.opens(conversation.Active, h.ada, h.sales)
		boss, bob, ada := n.dial("boss", "", topicOf(c)), n.dial("bob", "", topicOf(c)), n.dial("ada", "", topicOf(c))
		bob.want("error", topicOf(c))
		bob.views(topicOf(c))
		ada.views(topicOf(c))
		boss.sees(topicOf(c), "Ada")
		n.changes(c.ID, func(c *conversation.Conversation) {
			c.Session.Agent, c.Session.Queue, c.LastAgent = h.bob, h.support, h.bob
		})
		ada.want("error", topicOf(c))
		boss.sees(topicOf(c))

		many := make([]string, 9)
		for i := range many {
			many[i] = topicOf(c)
		}
		boss.views(many...)
		if f := boss.want("error", ""); f.Code != "malformed" {
			t.Errorf("%+v", f)
		}
	})
}

// What a node no longer repeats is forgotten: it may have died.
func TestViewersOfADeadNodeAreForgotten(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.viewersEvery = 50 * time.Millisecond
		n := h.start()
		c := n.opens(conversation.Active, h.ada, h.sales)
		boss := n.dial("boss", "", topicOf(c))
		boss.want("subscribed", topicOf(c))
		node := message.NewID[message.RowID]()
		said := func(user message.UserID, seq, on int) string {
			return fmt.Sprintf("viewing:%s:%s:%s:%s:%d:%d", h.org, c.ID, user, node, seq, on)
		}
		h.bus.Publish([]string{said(h.ada, 1, 1)})
		boss.sees(topicOf(c), "Ada")
		boss.sees(topicOf(c)) // nobody took it back

		// What was said before and comes late changes nothing.
		h.bus.Publish([]string{said(h.ada, 4, 1)})
		boss.sees(topicOf(c), "Ada")
		h.bus.Publish([]string{said(h.ada, 6, 0)})
		boss.sees(topicOf(c))
		h.bus.Publish([]string{said(h.ada, 5, 1), said(h.bob, 7, 1), "viewing:x", "viewing?:x"})
		if f := boss.want("viewers", topicOf(c)); !strings.Contains(string(f.Data), "Bob") || strings.Contains(string(f.Data), "Ada") {
			t.Errorf("%s", f.Data)
		}
		n.hub.TypingNote(h.org, c.ID, resource.Author{Type: message.AuthorAgent, ID: h.ada.String()})
		if f := boss.want("typing", topicOf(c)); !strings.Contains(string(f.Data), `"typing":true,"note":true`) {
			t.Errorf("%s", f.Data)
		}
	})
}
