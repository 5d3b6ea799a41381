package storetest

import (
	"context"
	"os"
	"testing"

	"switchboard/internal/store"
	"switchboard/internal/store/cluster"
)

func TestEachGivesTwoWorkingDatabases(t *testing.T) {
	seen := 0
	Each(t, func(t *testing.T, db *store.DB) {
		seen++
		if err := db.Ping(context.Background()); err != nil {
			t.Fatal(err)
		}
	})
	if seen != 2 {
		t.Fatalf("the test ran on %d databases, want 2", seen)
	}
}

// What a test leaves in its PostgreSQL database is not there for the next that gets it; a changed schema ends it.
func TestDatabasesAreUsedAgainEmpty(t *testing.T) {
	if os.Getenv(Server) != "" {
		t.Skip("databases of a server that is given are used once")
	}
	use := func(does string) (url string) {
		t.Run("use", func(t *testing.T) {
			url = Postgres(t)
			if err := cluster.Run(url, `DO $$ BEGIN ASSERT NOT EXISTS (SELECT FROM org), 'organisations of another test'; END $$`); err != nil {
				t.Fatal(err)
			}
			if err := cluster.Run(url, does); err != nil {
				t.Fatal(err)
			}
		})
		return url
	}
	const org = `INSERT INTO org (id, key, name, time_zone, language, created_at, version) VALUES ('01a1fbff-69ab-7000-a8d8-c02e0ae91426', '00D0', 'Shop', 'UTC', 'en', 0, 1)`
	first := use(org)
	if next := use(`CREATE TABLE left_behind (id int)`); next != first {
		t.Errorf("after %s another database was made: %s", first, next)
	}
	if next := use(org); next == first {
		t.Errorf("%s has another schema and was used again", next)
	}
}
