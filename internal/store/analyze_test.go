package store_test

import (
	"testing"
	"time"

	"switchboard/internal/store/storetest"
)

// What has grown is counted without autovacuum, which the tests' PostgreSQL has switched off.
func TestGrownTablesAreCounted(t *testing.T) {
	url := storetest.Postgres(t)
	db := storetest.Open(t, url)
	const known = "SELECT reltuples::bigint FROM pg_class WHERE relname = 'lease' AND relnamespace = current_schema()::regnamespace"
	storetest.Exec(t, url, "INSERT INTO lease (name, holder, epoch, expires_at) SELECT n::text, gen_random_uuid(), 1, 0 FROM generate_series(1, 500) n")
	// The server learns of new rows when the connection that wrote them is idle.
	deadline, poll := time.After(10*time.Second), time.NewTicker(20*time.Millisecond)
	defer poll.Stop()
	for {
		if err := db.Analyze(t.Context()); err != nil {
			t.Fatal(err)
		}
		got := storetest.Column(t, url, known)
		if got[0] == "500" {
			return
		}
		select {
		case <-poll.C:
		case <-deadline:
			t.Fatalf("the planner knows of %s rows, want 500", got)
		}
	}
}
