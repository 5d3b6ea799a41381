package outbound_test

import (
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"time"

	"switchboard/internal/channel"
	"switchboard/internal/consent/phone"
	"switchboard/internal/fault"
	"switchboard/internal/inbound"
	"switchboard/internal/message"
	"switchboard/internal/resource"
	"switchboard/internal/store"
	"switchboard/internal/store/storetest"
)

// A number's limits hold when a message leaves, though it was written before they were reached; what
// comes in makes room again (CH-4).
func TestLimitsHoldWhenMessagesLeave(t *testing.T) {
	storetest.EachURL(t, func(t *testing.T, url string) {
		h := newHouse(t, storetest.Open(t, url), url, newProvider(false))
		h.account.Type = channel.SMS
		storetest.Exec(t, url, `UPDATE channel SET type = 'sms', provider = 'twilio', address = '+12015550100' WHERE id = $1`, h.account.ID)
		now := time.Now().UTC()
		storetest.Exec(t, url, `INSERT INTO channel_month (org_id, channel_id, month, shard, sent, received) VALUES ($1, $2, $3, 0, 98, 0)`,
			h.account.Org, h.account.ID, now.Year()*100+int(now.Month()))
		c := h.converse(t, "+12125550111")
		h.senders.Stop() // all three are written before one leaves
		ids := []message.EntryID{h.send(t, c, "99"), h.send(t, c, "100"), h.send(t, c, "101")}
		h.restart()
		entries := h.settled(t, ids)
		for i, want := range []message.Status{message.StatusSent, message.StatusSent, message.StatusFailed} {
			if entries[i].Status != want {
				t.Errorf("%s is %s %s, want %s", entries[i].Content.Text, entries[i].Status, entries[i].ErrorCode, want)
			}
		}
		if e := entries[2]; e.ErrorCode != string(fault.UseNotAllowed) || e.ErrorDetail == "" {
			t.Errorf("refused as %q: %q", e.ErrorCode, e.ErrorDetail)
		}
		if _, err := h.talk.Retry(t.Context(), h.account.Org, h.agent, c, ids[2]); fault.CodeOf(err) != fault.UseNotAllowed {
			t.Errorf("asked again: %v", err)
		}

		// 34 customers write at once: three times as many may go.
		service := inbound.New(store.Writer[inbound.Tx](h.db), func(message.OrgID, message.ConversationID, resource.Author, bool) {}, slog.New(slog.DiscardHandler))
		var all sync.WaitGroup
		for i := range 34 {
			all.Go(func() {
				from := []message.Address{{Kind: message.AddressPhone, Value: fmt.Sprintf("+121255501%02d", i)}}
				for range 2 { // the same call twice counts once
					if _, err := service.Receive(t.Context(), h.account, call{[]channel.Event{{Kind: channel.EventMessage, ProviderID: fmt.Sprint("m", i),
						From: from, Content: message.Content{Text: "Hi"}}}}, channel.WebhookRequest{}); err != nil {
						t.Error(err)
					}
				}
			})
		}
		all.Wait()
		if m, err := h.db.ChannelMonth(t.Context(), h.account.Org, h.account.ID, now); err != nil || m != (phone.Month{Sent: 100, Received: 34}) {
			t.Errorf("counted %+v, %v", m, err)
		}
		if m, err := h.db.ChannelMonth(t.Context(), message.NewID[message.OrgID](), h.account.ID, now); err != nil || m != (phone.Month{}) {
			t.Errorf("another organisation counts %+v, %v", m, err)
		}
		_, err := h.talk.Retry(t.Context(), h.account.Org, h.agent, c, ids[2])
		must(t, err)
		if e := h.settled(t, ids[2:])[0]; e.Status != message.StatusSent {
			t.Errorf("after customers wrote: %s %s", e.Status, e.ErrorCode)
		}
		h.senders.Stop()
	})
}

// What the organisation sets in its country table holds when a message leaves, though it was written before.
func TestCountryTableHoldsWhenMessagesLeave(t *testing.T) {
	storetest.EachURL(t, func(t *testing.T, url string) {
		h := newHouse(t, storetest.Open(t, url), url, newProvider(false))
		h.account.Type = channel.SMS
		storetest.Exec(t, url, `UPDATE channel SET type = 'sms', provider = 'twilio', address = '+12015550100' WHERE id = $1`, h.account.ID)
		c := h.converse(t, "+12125550111")
		h.senders.Stop()
		ids := []message.EntryID{h.send(t, c, "Hello")}
		set := func(numbers string) {
			storetest.Exec(t, url, `INSERT INTO country (org_id, code, numbers, version) VALUES ($1, 'US', $2, 2)
 ON CONFLICT (org_id, code) DO UPDATE SET numbers = excluded.numbers`, h.account.Org, numbers)
		}
		set(`[{"kind": "long_code", "uses": ["automated"]}]`)
		h.restart()
		if e := h.settled(t, ids)[0]; e.Status != message.StatusFailed || e.ErrorCode != string(fault.UseNotAllowed) {
			t.Errorf("it is %s %s", e.Status, e.ErrorCode)
		}
		set(`[{"kind": "long_code", "uses": ["answer", "begin"]}]`)
		_, err := h.talk.Retry(t.Context(), h.account.Org, h.agent, c, ids[0])
		must(t, err)
		if e := h.settled(t, ids)[0]; e.Status != message.StatusSent {
			t.Errorf("allowed again it is %s %s", e.Status, e.ErrorCode)
		}
		h.senders.Stop()
	})
}
