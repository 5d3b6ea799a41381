package store_test

import (
	"testing"
	"time"

	"switchboard/internal/message"
	"switchboard/internal/store"
	"switchboard/internal/store/storetest"
)

// What a node held that stopped renewing its row is taken at once, with a new epoch, so that whatever it
// still writes is refused. A node that lives, or is not known, keeps its leases.
func TestADeadNodesLeasesAreTaken(t *testing.T) {
	storetest.EachURL(t, func(t *testing.T, url string) {
		db, ctx := storetest.Open(t, url), t.Context()
		a, b := message.NewID[message.RowID](), message.NewID[message.RowID]()
		beat := func(node message.RowID) {
			if _, _, err := db.Heartbeat(ctx, node, 5*time.Second); err != nil {
				t.Fatal(err)
			}
		}
		acquire := func(name string, node message.RowID) (int64, bool) {
			epoch, ok, err := db.AcquireLease(ctx, name, node, time.Hour)
			if err != nil {
				t.Fatal(err)
			}
			return epoch, ok
		}
		hold := func(name string, node message.RowID, epoch int64) error {
			return db.Write(ctx, message.OrgID{}, func(tx *store.Tx) error { return tx.HoldLease(name, node, epoch) })
		}
		beat(a)
		for _, name := range []string{"first", "second"} {
			if epoch, ok := acquire(name, a); !ok || epoch != 1 {
				t.Fatalf("%s: epoch %d, %v", name, epoch, ok)
			}
		}
		beat(b)
		if _, ok := acquire("first", b); ok {
			t.Fatal("a living node lost its lease")
		}
		storetest.Exec(t, url, "UPDATE node SET seen_at = seen_at - 5000000 WHERE id = $1", idOf(url, a))
		if epoch, ok := acquire("first", b); !ok || epoch != 2 {
			t.Fatalf("the dead one's lease: epoch %d, %v", epoch, ok)
		}
		if hold("first", a, 1) == nil || hold("first", b, 2) != nil {
			t.Fatal("the wrong node holds it")
		}
		beat(b) // forgets the dead one, whose other lease nobody asked for yet
		if hold("second", a, 1) == nil {
			t.Fatal("a node that was given up writes on")
		}
		if epoch, ok := acquire("second", b); !ok || epoch != 2 {
			t.Fatalf("its other lease: epoch %d, %v", epoch, ok)
		}
	})
}

// idOf is an id as a driver beside the store wants it.
func idOf(url string, id message.RowID) any {
	if url[:6] == "sqlite" {
		return id[:]
	}
	return id.String()
}
