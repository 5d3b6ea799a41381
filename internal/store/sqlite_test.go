package store_test

import (
	"os"
	"path/filepath"
	"testing"

	"switchboard/internal/store"
	"switchboard/internal/store/storetest"
)

// Channels' secrets and what people wrote are no other user's of the machine.
func TestSQLiteFilesAreTheirOwnersOnly(t *testing.T) {
	path := filepath.Join(t.TempDir(), "switchboard.db")
	if _, err := store.Migrate(t.Context(), "sqlite:"+path); err != nil {
		t.Fatal(err)
	}
	db, err := store.Open(t.Context(), "sqlite:"+path, storetest.Sealer{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	files, err := filepath.Glob(path + "*")
	if err != nil || len(files) < 2 {
		t.Fatalf("%v, %v: want the database and its -wal", files, err)
	}
	for _, file := range files {
		info, err := os.Stat(file)
		if err != nil {
			t.Fatal(err)
		}
		if mode := info.Mode().Perm(); mode&0o077 != 0 {
			t.Errorf("%s has mode %o", filepath.Base(file), mode)
		}
	}
}
