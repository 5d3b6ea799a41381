package store_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"switchboard/internal/fault"
	"switchboard/internal/message"
	"switchboard/internal/store"
	"switchboard/internal/store/storetest"
)

// A write that comes while the database closes is answered: it is kept, or refused.
func TestNobodyWaitsForAClosedDatabase(t *testing.T) {
	db, err := store.Open(t.Context(), storetest.SQLite(t), storetest.Sealer{})
	if err != nil {
		t.Fatal(err)
	}
	var writers sync.WaitGroup
	answered := make(chan struct{})
	for range 16 {
		writers.Go(func() {
			for {
				err := db.Write(context.Background(), message.OrgID{}, func(*store.Tx) error { return nil })
				if fault.CodeOf(err) == fault.Unavailable {
					return
				}
				if err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	// One that could get into the writer's queue after its last look, if it were not told.
	for range 64 {
		writers.Go(func() { _ = db.Write(context.Background(), message.OrgID{}, func(*store.Tx) error { return nil }) })
	}
	go func() { writers.Wait(); close(answered) }()
	select {
	case <-answered:
	case <-time.After(10 * time.Second):
		t.Fatal("writes of a closed database wait for ever")
	}
}

// An error that a use case passed over does not become a commit.
func TestAFailedTransactionIsNotCommitted(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		err := db.Write(t.Context(), message.OrgID{}, func(tx *store.Tx) error {
			if err := store.Exec(tx, "INSERT INTO lease (name, holder, epoch, expires_at) VALUES ('a', $1, 1, 0)", message.NewID[message.RowID]()); err != nil {
				return err
			}
			_, _ = store.ReadInt(tx, "SELECT no_such_column FROM lease")
			return nil
		})
		var kept int64
		if e := db.Write(t.Context(), message.OrgID{}, func(tx *store.Tx) (err error) {
			kept, err = store.ReadInt(tx, "SELECT epoch FROM lease WHERE name = 'a'")
			return err
		}); e != nil {
			t.Fatal(e)
		}
		if committed := err == nil; committed != (kept == 1) {
			t.Errorf("the caller heard %v, and the row is there: %v", err, kept == 1)
		}
	})
}

// What PostgreSQL can't keep in a text is refused for good: a provider would repeat it for days.
func TestWhatCantBeKeptIsNotTemporary(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		err := db.Write(t.Context(), message.NewID[message.OrgID](), func(tx *store.Tx) error {
			_, err := tx.Once(message.NewID[message.ChannelID](), "wamid.\x00")
			return err
		})
		if err != nil && fault.CodeOf(err) != fault.Unprocessable {
			t.Errorf("got %v", err)
		}
	})
}

// A node whose row was swept away, because it had been silent for too long, hears of it.
func TestANodeHearsThatItWasTakenForDead(t *testing.T) {
	storetest.EachURL(t, func(t *testing.T, url string) {
		db := storetest.Open(t, url)
		one, two, user, org := message.NewID[message.RowID](), message.NewID[message.RowID](), message.NewID[message.UserID](), message.NewID[message.OrgID]()
		beat := func(node message.RowID, wantLost int, wantFresh bool) {
			t.Helper()
			lost, fresh, err := db.Heartbeat(t.Context(), node, time.Minute)
			if err != nil || len(lost) != wantLost || fresh != wantFresh {
				t.Errorf("lost %v, fresh %v, %v; want %d and %v", lost, fresh, err, wantLost, wantFresh)
			}
		}
		connect := func() {
			t.Helper()
			if err := db.Write(t.Context(), org, func(tx *store.Tx) error {
				return tx.AddConnection(user, two, two, time.Now()) // any id will do for the connection
			}); err != nil {
				t.Fatal(err)
			}
		}
		beat(one, 0, true)
		beat(two, 0, true)
		connect()
		connect() // noted again
		beat(one, 0, false)
		storetest.Exec(t, url, "UPDATE node SET seen_at = 1 WHERE id = $1", two)
		beat(one, 1, false)
		beat(two, 0, true)
		beat(two, 0, false)
		beat(one, 0, false)
	})
}

// PostgreSQL plans each text once a connection: there must not be one for each number of ids.
func TestOneTextForAnyNumberOfIDs(t *testing.T) {
	if one, many := store.AskingFor(1), store.AskingFor(77); one != many {
		t.Errorf("%s\n%s", one, many)
	}
}
