package store_test

import (
	"strings"
	"testing"
	"time"

	"switchboard/internal/message"
	"switchboard/internal/store"
	"switchboard/internal/store/storetest"
)

// Of two servers on one SQLite file the second is refused, and the next one need not wait for what
// the first left behind.
func TestOneServerToASQLiteFile(t *testing.T) {
	url := storetest.SQLite(t)
	open := func() *store.DB {
		db, err := store.Open(t.Context(), url, storetest.Sealer{})
		if err != nil {
			t.Fatal(err)
		}
		return db
	}
	first, second := open(), open()
	defer second.Close()
	if err := first.TakeOver(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := second.TakeOver(t.Context()); err == nil || !strings.Contains(err.Error(), "another server") {
		t.Fatalf("a second server: %v", err)
	}
	lease := func(db *store.DB) (epoch int64, ok bool) {
		epoch, ok, err := db.AcquireLease(t.Context(), "outbox:x", message.NewID[message.RowID](), time.Hour)
		if err != nil {
			t.Fatal(err)
		}
		return epoch, ok
	}
	before, ok := lease(first)
	if !ok {
		t.Fatal("a free lease was refused")
	}
	if err := first.Close(); err != nil { // what a crash leaves is the same: nothing gives the lease back
		t.Fatal(err)
	}
	if _, ok := lease(second); ok {
		t.Fatal("the lease was free before anybody took over")
	}
	if err := second.TakeOver(t.Context()); err != nil {
		t.Fatal(err)
	}
	if epoch, ok := lease(second); !ok || epoch <= before {
		t.Fatalf("after taking over: epoch %d (before %d), %v", epoch, before, ok)
	}
}

func TestPostgresHasManyServers(t *testing.T) {
	url := storetest.Postgres(t)
	for range 2 {
		if err := storetest.Open(t, url).TakeOver(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
}
