package routing_test

import (
	"context"
	"log/slog"
	"sync/atomic"
	"testing"
	"time"

	"switchboard/internal/message"
	"switchboard/internal/org"
	"switchboard/internal/routing"
	"switchboard/internal/store"
	"switchboard/internal/store/storetest"
)

// counted counts how often a node asks for a lease.
type counted struct {
	*store.DB
	asked atomic.Int64
}

func (c *counted) AcquireLease(ctx context.Context, name string, holder message.RowID, ttl time.Duration) (int64, bool, error) {
	c.asked.Add(1)
	return c.DB.AcquireLease(ctx, name, holder, ttl)
}

// A node that does not dispatch for an organisation asks whether it may now and then, not with every
// line of the feed.
func TestWhoDoesNotDispatchWaits(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		id := message.NewID[message.OrgID]()
		if err := db.Write(t.Context(), id, func(tx *store.Tx) error {
			_, err := org.Create(tx, "Acme")
			return err
		}); err != nil {
			t.Fatal(err)
		}
		if _, ok, err := db.AcquireLease(t.Context(), "routing:"+id.String(), message.NewID[message.RowID](), time.Minute); err != nil || !ok {
			t.Fatal(ok, err)
		}
		truth := &counted{DB: db}
		d := routing.NewDispatchers(message.NewID[message.RowID](), truth, store.Writer[routing.Tx](db), slog.New(slog.DiscardHandler))
		d.Start()
		defer d.Stop()
		tick := time.NewTicker(5 * time.Millisecond)
		defer tick.Stop()
		for began := time.Now(); time.Since(began) < 1500*time.Millisecond; <-tick.C {
			d.Wake(id)
		}
		if n := truth.asked.Load(); n < 1 || n > 4 {
			t.Errorf("asked %d times in 1.5 s", n)
		}
	})
}
