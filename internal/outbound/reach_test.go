package outbound_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"switchboard/internal/channel"
	"switchboard/internal/conversation"
	"switchboard/internal/fault"
	"switchboard/internal/inbound"
	"switchboard/internal/message"
	"switchboard/internal/outbound"
	"switchboard/internal/resource"
	"switchboard/internal/setup"
	"switchboard/internal/store"
	"switchboard/internal/store/storetest"
)

// limited is a provider that keeps a window, and a daily limit of those reached outside of it.
type limited struct{ *provider }

func (limited) Capabilities() channel.Capabilities {
	return channel.Capabilities{TextMax: 4096, TextUnit: "characters", AgentOpens: true, Templates: true, WindowHours: 24}
}
func (limited) BusinessAccount(channel.Account) string { return "waba" }
func (limited) Standing(context.Context, channel.Account) (channel.Standing, error) {
	return channel.Standing{}, fault.New(fault.Unavailable, "not asked here")
}

// limitedHouse is a house whose account may reach so many customers a day.
func limitedHouse(t *testing.T, url string, limit int) (h *house, template message.TemplateUse) {
	t.Helper()
	p := newProvider(false)
	h = newHouse(t, storetest.Open(t, url), url, p)
	h.connector = limited{p}
	h.talk.Capabilities = func(string, string) channel.Capabilities { return limited{}.Capabilities() }
	template = message.TemplateUse{ID: message.NewID[message.TemplateID](), Name: "hello", Language: "en"}
	must(t, h.db.Write(t.Context(), h.account.Org, func(tx *store.Tx) error {
		if err := tx.SaveBusinessAccount(setup.Account{Provider: channel.ProviderMeta, Name: "waba", DailyLimit: limit}); err != nil {
			return err
		}
		return tx.InsertTemplate(setup.Template{ID: template.ID, Channel: h.account.ID, Version: 1, Template: channel.Template{Name: "hello", Language: "en", Status: "approved", Body: "Hello"}})
	}))
	return h, template
}

// late closes the window of every conversation.
func (h *house) late(t *testing.T, url string) {
	t.Helper()
	storetest.Exec(t, url, "UPDATE conversation SET customer_at = $1 WHERE org_id = $2", time.Now().Add(-25*time.Hour).UnixMicro(), h.account.Org)
}

func (h *house) template(t *testing.T, c message.ConversationID, use message.TemplateUse) message.EntryID {
	t.Helper()
	e, err := h.talk.Send(t.Context(), h.account.Org, h.agent, c, conversation.Draft{Text: "Hello", Template: &use})
	must(t, err)
	return e.ID
}

// waits polls until an entry says that it waits for room.
func (h *house) waits(t *testing.T, id message.EntryID) (e conversation.Entry) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); ; {
		must(t, h.db.Write(t.Context(), h.account.Org, func(tx *store.Tx) (err error) {
			e, err = tx.Entry(id)
			return err
		}))
		if e.ErrorCode == string(fault.DailyLimit) {
			return e
		}
		if e.Status != message.StatusQueued || time.Now().After(deadline) {
			t.Fatalf("it doesn't wait: %s %q", e.Status, e.ErrorCode)
		}
		select {
		case <-h.changed:
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// Over the daily limit a template waits and says until when; who counts already, or has just written,
// is not held up; and a place that is free again is taken.
func TestTemplatesKeepToTheDailyLimit(t *testing.T) {
	storetest.EachURL(t, func(t *testing.T, url string) {
		h, hello := limitedHouse(t, url, 2)
		defer h.senders.Stop()
		var talks []message.ConversationID
		for i := range 4 {
			talks = append(talks, h.converse(t, fmt.Sprintf("+1555000222%d", i)))
		}
		// Within the window nobody is counted.
		h.settled(t, []message.EntryID{h.template(t, talks[3], hello)})
		h.late(t, url)
		first, second := h.template(t, talks[0], hello), h.template(t, talks[1], hello)
		for _, e := range h.settled(t, []message.EntryID{first, second}) {
			if e.Status != message.StatusSent {
				t.Fatalf("within the limit: %s %s %s", e.Status, e.ErrorCode, e.ErrorDetail)
			}
		}
		third := h.template(t, talks[2], hello)
		e := h.waits(t, third)
		if wait := time.Until(e.AttemptAt); e.Status != message.StatusQueued || wait < 23*time.Hour || wait > 24*time.Hour+outbound.ReachBucket {
			t.Fatalf("waits %v as %s", wait, e.Status)
		}
		again := h.template(t, talks[0], hello) // counts already
		if e := h.settled(t, []message.EntryID{again})[0]; e.Status != message.StatusSent {
			t.Fatalf("to one who counts: %s %s", e.Status, e.ErrorDetail)
		}

		// A day later there is room.
		day := (25 * time.Hour).Microseconds()
		storetest.Exec(t, url, "UPDATE reached_bucket SET bucket = bucket - $1", day)
		storetest.Exec(t, url, "UPDATE reached SET bucket = bucket - $1", day)
		storetest.Exec(t, url, "UPDATE outbox SET due_at = 0")
		h.senders.Wake(outbound.ChannelKey{Org: h.account.Org, Channel: h.account.ID})
		if e := h.settled(t, []message.EntryID{third})[0]; e.Status != message.StatusSent || e.ErrorCode != "" {
			t.Fatalf("a day later: %s %q", e.Status, e.ErrorCode)
		}

		// A customer who writes opens the window: what waits for the limit goes at once.
		h.settled(t, []message.EntryID{h.template(t, talks[1], hello)})
		fourth := h.template(t, talks[3], hello)
		h.waits(t, fourth)
		service := inbound.New(store.Writer[inbound.Tx](h.db), func(message.OrgID, message.ConversationID, resource.Author, bool) {}, nil)
		_, err := service.Receive(t.Context(), h.account, call{[]channel.Event{{Kind: channel.EventMessage, ProviderID: "in.again",
			From: []message.Address{{Kind: message.AddressPhone, Value: "+15550002223"}}, Content: message.Content{Text: "Hi again"}}}}, channel.WebhookRequest{})
		must(t, err)
		if e := h.settled(t, []message.EntryID{fourth})[0]; e.Status != message.StatusSent {
			t.Fatalf("after the customer wrote: %s %s", e.Status, e.ErrorDetail)
		}
	})
}

func TestReachFrees(t *testing.T) {
	at := time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	buckets := []outbound.Bucket{{Begins: at, Customers: 2}, {Begins: at.Add(time.Hour), Customers: 3}}
	for _, c := range []struct {
		limit int
		want  time.Time
	}{
		{6, time.Time{}}, {channel.Unlimited, time.Time{}}, {0, time.Time{}},
		{5, at.Add(24*time.Hour + outbound.ReachBucket)},
		{4, at.Add(24*time.Hour + outbound.ReachBucket)},
		{3, at.Add(25*time.Hour + outbound.ReachBucket)},
	} {
		if got := (outbound.Reach{Limit: c.limit, Buckets: buckets}).Free(); !got.Equal(c.want) {
			t.Errorf("limit %d: room at %v, want %v", c.limit, got, c.want)
		}
	}
}
