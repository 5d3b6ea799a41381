package storetest

import (
	"context"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"testing"

	"switchboard/internal/store"
	"switchboard/internal/store/cluster"
)

// Server is the environment variable with the URL of a PostgreSQL to use instead of starting one. Its
// user must be allowed to create databases.
const Server = "SWITCHBOARD_TEST_POSTGRES"

// template is the migrated database that each test's own is cloned from.
const template = "switchboard_template"

var (
	running  = sync.OnceValues(start)
	database atomic.Int64
)

// Postgres makes a migrated PostgreSQL database that goes with the test, and returns its URL. Where
// PostgreSQL is missing the test fails and says what to install.
func Postgres(t testing.TB) string {
	t.Helper()
	if server := os.Getenv(Server); server != "" {
		address := newDatabase(t, server, "")
		if _, err := store.Migrate(context.Background(), address); err != nil {
			t.Fatal(err)
		}
		return address
	}
	return newDatabase(t, own(t), " TEMPLATE "+template)
}

// emptyPostgres makes a PostgreSQL database without a schema.
func emptyPostgres(t testing.TB) string {
	t.Helper()
	if server := os.Getenv(Server); server != "" {
		return newDatabase(t, server, "")
	}
	return newDatabase(t, own(t), "")
}

// own is the server that this test program runs.
func own(t testing.TB) string {
	t.Helper()
	server, err := running()
	if err != nil {
		t.Fatal(err)
	}
	return server
}

func newDatabase(t testing.TB, server, as string) string {
	t.Helper()
	name := fmt.Sprintf("switchboard_test_%d_%d", os.Getpid(), database.Add(1))
	create := "CREATE DATABASE " + name + as
	if err := cluster.Administer(server, create); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := cluster.Administer(server, "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)"); err != nil {
			t.Error(err)
		}
	})
	return cluster.Named(server, name)
}

// start runs a PostgreSQL of this test program's own, in a folder of its own, on a Unix socket. A
// shell holds both and ends them when this program's end of a pipe closes, however it ended.
func start() (server string, err error) {
	c, err := cluster.New()
	if err != nil {
		return "", fmt.Errorf("%w; or set %s to the URL of a server", err, Server)
	}
	// Nothing here outlives the server, so nothing waits for the disk.
	if _, err := c.Serve(`rm -rf "$0"`, append(cluster.Hasty(), "-c", "synchronous_commit=off", "-c", "full_page_writes=off")...); err != nil {
		return "", err
	}
	if err := cluster.Administer(c.URL, "CREATE DATABASE "+template); err != nil {
		return "", err
	}
	if _, err := store.Migrate(context.Background(), cluster.Named(c.URL, template)); err != nil {
		return "", err
	}
	return c.URL, nil
}

// PostgresServer is a PostgreSQL that a test may stop and start again. It keeps what it committed.
type PostgresServer struct {
	// URL of an empty database on it.
	URL string

	t       testing.TB
	cluster cluster.Cluster
	stop    func()
}

// NewPostgresServer starts one that goes with the test. It is always a server of the test's own.
func NewPostgresServer(t testing.TB) *PostgresServer {
	t.Helper()
	c, err := cluster.New()
	if err != nil {
		t.Fatal(err)
	}
	s := &PostgresServer{URL: c.URL, t: t, cluster: c}
	t.Cleanup(func() {
		s.Stop()
		_ = os.RemoveAll(c.Dir)
	})
	s.Start()
	return s
}

// Start returns when it answers.
func (s *PostgresServer) Start() {
	s.t.Helper()
	var err error
	if s.stop, err = s.cluster.Serve("true", cluster.Hasty()...); err != nil {
		s.t.Fatal(err)
	}
}

// Stop ends it as a power cut would.
func (s *PostgresServer) Stop() {
	if s.stop != nil {
		s.stop()
		s.stop = nil
	}
}
