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

// ownServer is the server that a test program runs.
type ownServer struct {
	url string
	// emptied are databases that were used and hold nothing any more. Cloning one takes longer than most tests do.
	emptied chan string
}

// Postgres makes a migrated PostgreSQL database that goes with the test, and returns its URL. Where
// PostgreSQL is missing the test fails and says what to install.
func Postgres(t testing.TB) string {
	t.Helper()
	if server := os.Getenv(Server); server != "" {
		address := newDatabase(t, server)
		if _, err := store.Migrate(context.Background(), address); err != nil {
			t.Fatal(err)
		}
		return address
	}
	server := own(t)
	name, err := server.cloned()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if !t.Failed() && server.empty(name) == nil {
			select {
			case server.emptied <- name:
				return
			default:
			}
		}
		drop(t, server.url, name)
	})
	return cluster.Named(server.url, name)
}

// emptyPostgres makes a PostgreSQL database without a schema.
func emptyPostgres(t testing.TB) string {
	t.Helper()
	if server := os.Getenv(Server); server != "" {
		return newDatabase(t, server)
	}
	return newDatabase(t, own(t).url)
}

// own starts the server of this test program, unless it runs.
func own(t testing.TB) *ownServer {
	t.Helper()
	server, err := running()
	if err != nil {
		t.Fatal(err)
	}
	return server
}

func newDatabase(t testing.TB, server string) string {
	t.Helper()
	name := nextName()
	if err := cluster.Administer(server, "CREATE DATABASE "+name); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { drop(t, server, name) })
	return cluster.Named(server, name)
}

func nextName() string { return fmt.Sprintf("switchboard_test_%d_%d", os.Getpid(), database.Add(1)) }

func drop(t testing.TB, server, name string) {
	if err := cluster.Administer(server, "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)"); err != nil {
		t.Error(err)
	}
}

// cloned gives a database that is as the template: an emptied one, or else a new one.
func (s *ownServer) cloned() (name string, err error) {
	select {
	case name = <-s.emptied:
		return name, nil
	default:
	}
	name = nextName()
	return name, cluster.Administer(s.url, "CREATE DATABASE "+name+" TEMPLATE "+template)
}

// countRelations notes how many tables, indexes and sequences the template has, for wipe.
const countRelations = `DO $$ BEGIN EXECUTE format('COMMENT ON SCHEMA public IS %L', (SELECT count(*) FROM pg_class)); END $$`

// wipe takes out what a test has stored. It fails where a test has made something else, and where it has stored so
// much that those after it would meet many dead rows.
const wipe = `DO $$ DECLARE one record; BEGIN
	SET LOCAL session_replication_role = replica; -- foreign keys are not looked at
	FOR one IN SELECT oid::regclass AS name FROM pg_class WHERE relkind = 'S' AND relname LIKE 'session\_number\_%' LOOP
		EXECUTE 'DROP SEQUENCE ' || one.name; -- an organisation's
	END LOOP;
	FOR one IN SELECT oid::regclass AS name, pg_relation_size(oid) AS bytes FROM pg_class
		WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND relname NOT LIKE 'goose%' AND pg_relation_size(oid) > 0 LOOP
		ASSERT one.bytes < 1000000, 'much was stored';
		EXECUTE 'DELETE FROM ' || one.name;
	END LOOP;
	FOR one IN SELECT oid::regclass AS name FROM pg_class WHERE relkind = 'S' AND relname NOT LIKE 'goose%' LOOP
		EXECUTE 'ALTER SEQUENCE ' || one.name || ' RESTART';
	END LOOP;
	ASSERT (SELECT count(*) FROM pg_class) = (SELECT obj_description('public'::regnamespace)::bigint), 'the schema is another';
END $$`

// empty ends whoever is still connected to a database of cloned, and wipes it.
func (s *ownServer) empty(name string) error {
	if err := cluster.Administer(s.url, "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = '"+name+"'"); err != nil {
		return err
	}
	return cluster.Run(cluster.Named(s.url, name), wipe)
}

// start runs a PostgreSQL of this test program's own, in a folder of its own, on a Unix socket. A
// shell holds both and ends them when this program's end of a pipe closes, however it ended.
func start() (*ownServer, error) {
	c, err := cluster.New()
	if err != nil {
		return nil, fmt.Errorf("%w; or set %s to the URL of a server", err, Server)
	}
	// Nothing here outlives the server, so nothing waits for the disk.
	if _, err := c.Serve(`rm -rf "$0"`, append(cluster.Hasty(), "-c", "synchronous_commit=off", "-c", "full_page_writes=off")...); err != nil {
		return nil, err
	}
	if err := cluster.Administer(c.URL, "CREATE DATABASE "+template); err != nil {
		return nil, err
	}
	made := cluster.Named(c.URL, template)
	if _, err := store.Migrate(context.Background(), made); err != nil {
		return nil, err
	}
	return &ownServer{url: c.URL, emptied: make(chan string, 100)}, cluster.Run(made, countRelations)
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
