package storetest

import (
	"context"
	"testing"

	"switchboard/internal/store"
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
