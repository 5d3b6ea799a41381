package storetest

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"switchboard/internal/store"
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
	if err := administer(server, create); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := administer(server, "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)"); err != nil {
			t.Error(err)
		}
	})
	return named(server, name)
}

// administer runs one statement on the server's own database.
func administer(server, statement string) error {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	c, err := pgx.Connect(ctx, named(server, "postgres"))
	if err != nil {
		return fmt.Errorf("connect to the test's PostgreSQL: %w", err)
	}
	defer c.Close(ctx)
	_, err = c.Exec(ctx, statement)
	return err
}

// named is the server's URL with another database.
func named(server, database string) string {
	u, err := url.Parse(server)
	if err != nil {
		return server
	}
	u.Path = "/" + database
	return u.String()
}

// start runs a PostgreSQL of this test program's own, in a folder of its own, on a Unix socket. A
// shell holds both and ends them when this program's end of a pipe closes, however it ended.
func start() (server string, err error) {
	c, err := newCluster()
	if err != nil {
		return "", err
	}
	// Nothing here outlives the server, so nothing waits for the disk.
	if _, err := c.serve(`rm -rf "$0"`, "-c", "synchronous_commit=off", "-c", "full_page_writes=off"); err != nil {
		return "", err
	}
	if err := administer(c.url, "CREATE DATABASE "+template); err != nil {
		return "", err
	}
	if _, err := store.Migrate(context.Background(), named(c.url, template)); err != nil {
		return "", err
	}
	return c.url, nil
}

// cluster is the data of a PostgreSQL server, in a folder of its own.
type cluster struct {
	dir, postgres, url string
	run                *syscall.SysProcAttr
}

func newCluster() (c cluster, err error) {
	initdb, postgres, err := binaries()
	if err != nil {
		return c, err
	}
	c.postgres = postgres
	if c.dir, err = os.MkdirTemp("", "pg"); err != nil {
		return c, err
	}
	if c.run, err = unprivileged(c.dir); err != nil {
		return c, err
	}
	make := exec.Command(initdb, "-D", c.data(), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync", "--no-instructions")
	make.Dir, make.SysProcAttr = c.dir, c.run
	if out, err := make.CombinedOutput(); err != nil {
		return c, fmt.Errorf("initdb: %w\n%s", err, out)
	}
	c.url = (&url.URL{Scheme: "postgres", User: url.User("postgres"), Path: "/postgres", RawQuery: url.Values{"host": {c.dir}}.Encode()}).String()
	return c, nil
}

func (c cluster) data() string { return filepath.Join(c.dir, "data") }

// serve runs the server until stop, or until this program ends, however it does; then it runs a shell
// command, whose $0 is the folder. The server has no time to tidy up: it recovers at the next start.
func (c cluster) serve(finally string, settings ...string) (stop func(), err error) {
	args := []string{"-c", `"$@" >>"$0/log" 2>&1 & server=$!; cat >/dev/null; kill -QUIT $server; wait $server; cd /; ` + finally,
		c.dir, c.postgres, "-D", c.data(), "-k", c.dir, "-c", "listen_addresses=", "-c", "fsync=off",
		"-c", "max_connections=300", "-c", "shared_buffers=64MB", "-c", "autovacuum=off"}
	server := exec.Command("/bin/sh", append(args, settings...)...)
	server.Dir, server.SysProcAttr = c.dir, c.run
	hold, err := server.StdinPipe() // never written
	if err != nil {
		return nil, err
	}
	if err := server.Start(); err != nil {
		return nil, fmt.Errorf("start PostgreSQL: %w", err)
	}
	ended := make(chan struct{})
	go func() { // holds server, whose pipe would close if it were collected
		_ = server.Wait()
		close(ended)
	}()
	return func() { hold.Close(); <-ended }, await(c.url, filepath.Join(c.dir, "log"))
}

// PostgresServer is a PostgreSQL that a test may stop and start again. It keeps what it committed.
type PostgresServer struct {
	// URL of an empty database on it.
	URL string

	t       testing.TB
	cluster cluster
	stop    func()
}

// NewPostgresServer starts one that goes with the test. It is always a server of the test's own.
func NewPostgresServer(t testing.TB) *PostgresServer {
	t.Helper()
	c, err := newCluster()
	if err != nil {
		t.Fatal(err)
	}
	s := &PostgresServer{URL: c.url, t: t, cluster: c}
	t.Cleanup(func() {
		s.Stop()
		_ = os.RemoveAll(c.dir)
	})
	s.Start()
	return s
}

// Start returns when it answers.
func (s *PostgresServer) Start() {
	s.t.Helper()
	var err error
	if s.stop, err = s.cluster.serve("true"); err != nil {
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

// await polls until the server answers.
func await(server, log string) (err error) {
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) { //nolint:forbidigo // polls with a deadline
		if err = administer(server, "SELECT 1"); err == nil {
			return nil
		}
	}
	said, _ := os.ReadFile(log)
	return fmt.Errorf("PostgreSQL did not answer within 30 s: %w\n%s", err, said)
}

// binaries finds initdb and postgres: in the PATH, or the newest where packages put them.
func binaries() (initdb, postgres string, err error) {
	if initdb, err = exec.LookPath("initdb"); err == nil {
		if postgres, err = exec.LookPath("postgres"); err == nil {
			return initdb, postgres, nil
		}
	}
	var found []string
	for _, pattern := range []string{"/usr/lib/postgresql/*/bin/initdb", "/usr/pgsql-*/bin/initdb", "/opt/homebrew/opt/postgresql@*/bin/initdb"} {
		paths, _ := filepath.Glob(pattern)
		found = append(found, paths...)
	}
	if len(found) == 0 {
		return "", "", fmt.Errorf("PostgreSQL is not installed: install the Debian package postgresql, or set %s to the URL of a server", Server)
	}
	newest := slices.MaxFunc(found, func(a, b string) int { return version(a) - version(b) })
	return newest, filepath.Join(filepath.Dir(newest), "postgres"), nil
}

// version is the last number in the folder above bin.
func version(initdb string) int {
	folder := filepath.Base(filepath.Dir(filepath.Dir(initdb)))
	n, _ := strconv.Atoi(folder[strings.LastIndexAny(folder, "-@")+1:])
	return n
}

// unprivileged gives dir to a user that PostgreSQL agrees to run as: it refuses root.
func unprivileged(dir string) (*syscall.SysProcAttr, error) {
	if os.Geteuid() != 0 {
		return &syscall.SysProcAttr{}, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, _ := strconv.Atoi(u.Uid)
		gid, _ := strconv.Atoi(u.Gid)
		if err := os.Chown(dir, uid, gid); err != nil {
			return nil, err
		}
		return &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}, nil
	}
	return nil, fmt.Errorf("PostgreSQL refuses to run as root, and there is neither a user postgres nor nobody")
}
