package storetest

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"switchboard/internal/fault"
	"switchboard/internal/message"
	"switchboard/internal/store"
)

// Each runs a test on SQLite and on PostgreSQL, each time with a fresh, migrated database.
func Each(t *testing.T, test func(t *testing.T, db *store.DB)) {
	t.Helper()
	EachURL(t, func(t *testing.T, url string) { test(t, Open(t, url)) })
}

// EachURL is Each for tests that open the database themselves: several nodes, or a restart.
func EachURL(t *testing.T, test func(t *testing.T, url string)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { test(t, SQLite(t)) })
	t.Run("postgres", func(t *testing.T) { test(t, Postgres(t)) })
}

// EachEmpty is EachURL for tests that make the schema themselves.
func EachEmpty(t *testing.T, test func(t *testing.T, url string)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { test(t, "sqlite:"+filepath.Join(t.TempDir(), "switchboard.db")) })
	t.Run("postgres", func(t *testing.T) { test(t, emptyPostgres(t)) })
}

// migrated is the file that each test's own is a copy of: a test needs most of a second to migrate one.
var migrated = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "sqlite")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "switchboard.db")
	if _, err := store.Migrate(context.Background(), "sqlite:"+path); err != nil {
		return nil, err
	}
	// The last one to close the database has moved the log into it, and removed that.
	if _, err := os.Stat(path + "-wal"); !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("the migrated database has a log beside it: %w", err)
	}
	return os.ReadFile(path)
})

// SQLite makes a migrated SQLite database that goes with the test, and returns its URL.
func SQLite(t testing.TB) string {
	t.Helper()
	file, err := migrated()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "switchboard.db")
	if err := os.WriteFile(path, file, 0o600); err != nil {
		t.Fatal(err)
	}
	return "sqlite:" + path
}

// Open opens a database until the test ends.
func Open(t testing.TB, url string) *store.DB {
	t.Helper()
	db, err := store.Open(context.Background(), url, Sealer{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		Closing(t, db)
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

// Closing looks at each database of Open before it is closed. The tests of a package may set their own.
var Closing = func(testing.TB, *store.DB) {}

// Sealer writes envelopes of key 0: their content is not encrypted, which is what an installation
// without sealing does.
type Sealer struct{}

// Seal puts the plain bytes after the key id.
func (Sealer) Seal(_ message.OrgID, _ message.CustomerID, plain []byte) []byte {
	return append([]byte{0}, plain...)
}

// Open takes the key id off.
func (Sealer) Open(_ message.OrgID, envelope []byte) ([]byte, error) {
	if len(envelope) == 0 || envelope[0] != 0 {
		return nil, fault.New(fault.NotFound, "This text was sealed with a key that is not here.")
	}
	return envelope[1:], nil
}

// Key is an HMAC under the organisation's id.
func (Sealer) Key(org message.OrgID, parts ...string) []byte {
	h := hmac.New(sha256.New, org[:])
	for _, p := range parts {
		h.Write([]byte(p))
		h.Write([]byte{0})
	}
	return h.Sum(nil)
}
