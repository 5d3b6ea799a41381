package outbound_test

import (
	"context"
	"log/slog"
	"sync/atomic"
	"testing"
	"time"

	"switchboard/internal/conversation"
	"switchboard/internal/fault"
	"switchboard/internal/message"
	"switchboard/internal/outbound"
	"switchboard/internal/store"
	"switchboard/internal/store/storetest"
)

// row of an entry, and what became of the entry.
func (h *house) row(t testing.TB, id message.EntryID) (e conversation.Entry, row outbound.Row, waits bool) {
	t.Helper()
	must(t, h.db.Write(t.Context(), h.account.Org, func(tx *store.Tx) (err error) {
		if e, err = tx.Entry(id); err != nil {
			return err
		}
		row, waits, err = tx.OutboxOf(e.Conversation, e.Seq)
		return err
	}))
	return e, row, waits
}

// A message whose template was removed after it was written fails, and those of others go out.
func TestWhatMissesSomethingHoldsNobodyUp(t *testing.T) {
	storetest.EachURL(t, func(t *testing.T, url string) {
		h := newHouse(t, storetest.Open(t, url), url, newProvider(false))
		defer h.senders.Stop()
		var orphan message.EntryID
		c := h.converse(t, "+15550002222")
		must(t, h.db.Write(t.Context(), h.account.Org, func(tx *store.Tx) error {
			c, err := tx.Conversation(c)
			if err != nil {
				return err
			}
			e := conversation.Entry{ID: message.NewID[message.EntryID](), Conversation: c.ID, Session: c.Session.ID, Customer: c.Customer, Kind: message.KindMessage,
				Author: message.AuthorAgent, Status: message.StatusQueued, CreatedAt: tx.Now(), Version: 1,
				Content: message.Content{Text: "Hi", Template: &message.TemplateUse{ID: message.NewID[message.TemplateID]()}}}
			orphan = e.ID
			if err := tx.AppendEntry(&c, &e); err != nil {
				return err
			}
			return tx.Enqueue(&c, &e, conversation.ClassAgent, tx.Now().Add(time.Hour))
		}))
		entries := h.settled(t, []message.EntryID{orphan, h.send(t, c, "behind it"), h.send(t, h.converse(t, "+15550003333"), "beside it")})
		if e := entries[0]; e.Status != message.StatusFailed || e.ErrorCode != string(fault.Rejected) || e.ErrorDetail == "" {
			t.Errorf("got %s %q %q", e.Status, e.ErrorCode, e.ErrorDetail)
		}
		if entries[1].Status != message.StatusSent || entries[2].Status != message.StatusSent {
			t.Errorf("the others are %s and %s", entries[1].Status, entries[2].Status)
		}
	})
}

// counted counts how often a node asks for a lease.
type counted struct {
	*store.DB
	asked atomic.Int64
}

func (c *counted) AcquireLease(ctx context.Context, name string, holder message.RowID, ttl time.Duration) (int64, bool, error) {
	c.asked.Add(1)
	return c.DB.AcquireLease(ctx, name, holder, ttl)
}

// A node that does not hold the lease asks for it now and then, however much is due.
func TestWhoDoesNotSendWaits(t *testing.T) {
	storetest.EachURL(t, func(t *testing.T, url string) {
		db := storetest.Open(t, url)
		h := newHouse(t, db, url, newProvider(false))
		h.senders.Stop()
		_, ok, err := db.AcquireLease(t.Context(), "outbox:"+h.account.ID.String(), message.NewID[message.RowID](), time.Minute)
		if err != nil || !ok {
			t.Fatal(ok, err)
		}
		id := h.send(t, h.converse(t, "+15550002222"), "a")
		rows := &counted{DB: db}
		other := outbound.NewSenders(message.NewID[message.RowID](), outbound.DefaultTiming, rows, store.Writer[outbound.Tx](db), accounts{h}, noFiles{},
			func(string, string, time.Duration) {}, slog.New(slog.DiscardHandler))
		other.Start()
		other.Wake(outbound.ChannelKey{Org: h.account.Org, Channel: h.account.ID})
		<-time.After(1500 * time.Millisecond)
		other.Stop()
		if n := rows.asked.Load(); n < 1 || n > 4 {
			t.Errorf("asked %d times in 1.5 s", n)
		}
		if e, _, waits := h.row(t, id); !waits || e.Status != message.StatusQueued {
			t.Errorf("the message is %s, waits: %v", e.Status, waits)
		}
	})
}

// The database fails just when a node that took a lease over looks for what was under way: it looks again.
func TestTakingOverIsTriedAgain(t *testing.T) {
	storetest.EachURL(t, func(t *testing.T, url string) {
		db := storetest.Open(t, url)
		h := newHouse(t, db, url, newProvider(false))
		h.senders.Stop()
		id := h.send(t, h.converse(t, "+15550002222"), "a")
		_, row, _ := h.row(t, id)
		must(t, db.Write(t.Context(), h.account.Org, func(tx *store.Tx) error { // as a node that died in the middle of a call left it
			row.State, row.Attempts = outbound.Sending, 1
			_, err := tx.SaveOutbox(row, tx.Now())
			return err
		}))
		write, failed := store.Writer[outbound.Tx](db), false
		next := outbound.NewSenders(message.NewID[message.RowID](), outbound.Timing{Retry: 5 * time.Millisecond, Reconcile: 5 * time.Millisecond}, db,
			func(ctx context.Context, org message.OrgID, fn func(outbound.Tx) error) error {
				if !failed {
					failed = true
					return fault.New(fault.Unavailable, "not now")
				}
				return write(ctx, org, fn)
			}, accounts{h}, noFiles{}, func(string, string, time.Duration) {}, slog.New(slog.DiscardHandler))
		began := time.Now()
		next.Start()
		defer next.Stop()
		defer func() {
			if took := time.Since(began); took > 20*time.Second {
				t.Errorf("it took %s: it was found only when the channel had been idle", took)
			}
		}()
		if e := h.settled(t, []message.EntryID{id})[0]; e.Status != message.StatusUnknown || h.p.arrived[id] != 0 {
			t.Errorf("got %s, sent again %d times", e.Status, h.p.arrived[id])
		}
	})
}
