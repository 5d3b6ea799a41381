package store_test

import (
	"testing"
	"time"

	"switchboard/internal/message"
	"switchboard/internal/store"
	"switchboard/internal/store/storetest"
)

// TestBacklogCountsWhatWaits puts rows into the queues and finds them counted.
func TestBacklogCountsWhatWaits(t *testing.T) {
	storetest.EachURL(t, func(t *testing.T, url string) {
		db := storetest.Open(t, url)
		now := time.Now()
		if b, err := db.Backlog(t.Context(), now); err != nil || b.Jobs != 0 || b.OutboxAge != 0 || b.Outbox["queued"] != 0 {
			t.Fatalf("an empty installation has %+v (%v)", b, err)
		}
		id := func() message.RowID { return message.NewID[message.RowID]() }
		org := message.NewID[message.OrgID]()
		insert := `INSERT INTO outbox (org_id, id, channel_id, conversation_id, entry_seq, entry_id, class, state, attempts, due_at, deadline, epoch, created_at)
 VALUES ($1, $2, $2, $2, 1, $2, 1, $3, 0, $4, $4, 0, $4)`
		err := db.Write(t.Context(), org, func(tx *store.Tx) error {
			for _, state := range []string{"queued", "queued", "unknown"} {
				if err := store.Exec(tx, insert, org, id(), state, now.Add(-time.Minute).UnixMicro()); err != nil {
					return err
				}
			}
			for key, due := range map[string]time.Duration{"late": -5 * time.Second, "later": time.Hour} {
				if err := tx.SetJob("test", key, now.Add(due), ""); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		b, err := db.Backlog(t.Context(), now)
		if err != nil {
			t.Fatal(err)
		}
		if b.Outbox["queued"] != 2 || b.Outbox["unknown"] != 1 || b.OutboxAge.Round(time.Second) != time.Minute || b.Jobs != 1 || b.JobsLag.Round(time.Second) != 5*time.Second {
			t.Errorf("got %+v", b)
		}
	})
}
