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
	server, own := os.Getenv(Server), false
	if server == "" {
		var err error
		if server, err = running(); err != nil {
			t.Fatal(err)
		}
		own = true
	}
	name := fmt.Sprintf("switchboard_test_%d_%d", os.Getpid(), database.Add(1))
	create := "CREATE DATABASE " + name
	if own {
		create += " TEMPLATE " + template
	}
	if err := administer(server, create); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := administer(server, "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)"); err != nil {
			t.Error(err)
		}
	})
	address := named(server, name)
	if !own {
		if _, err := store.Migrate(context.Background(), address); err != nil {
			t.Fatal(err)
		}
	}
	return address
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
	initdb, postgres, err := binaries()
	if err != nil {
		return "", err
	}
	dir, err := os.MkdirTemp("", "pg")
	if err != nil {
		return "", err
	}
	run, err := unprivileged(dir)
	if err != nil {
		return "", err
	}
	data := filepath.Join(dir, "data")
	make := exec.Command(initdb, "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync", "--no-instructions")
	make.Dir, make.SysProcAttr = dir, run
	if out, err := make.CombinedOutput(); err != nil {
		return "", fmt.Errorf("initdb: %w\n%s", err, out)
	}
	// $0 is the folder, the rest is the server's command line.
	serve := exec.Command("/bin/sh", "-c", `"$@" >"$0/log" 2>&1 & server=$!; cat >/dev/null; kill -QUIT $server; wait $server; cd /; rm -rf "$0"`,
		dir, postgres, "-D", data, "-k", dir, "-c", "listen_addresses=", "-c", "fsync=off", "-c", "synchronous_commit=off",
		"-c", "full_page_writes=off", "-c", "max_connections=300", "-c", "shared_buffers=64MB", "-c", "autovacuum=off")
	serve.Dir, serve.SysProcAttr = dir, run
	if _, err := serve.StdinPipe(); err != nil { // held open, and never written, until this program ends
		return "", err
	}
	if err := serve.Start(); err != nil {
		return "", fmt.Errorf("start PostgreSQL: %w", err)
	}
	go func() { _ = serve.Wait() }() // holds serve, whose pipe would close if it were collected
	server = (&url.URL{Scheme: "postgres", User: url.User("postgres"), Path: "/postgres", RawQuery: url.Values{"host": {dir}}.Encode()}).String()
	if err := await(server, filepath.Join(dir, "log")); err != nil {
		return "", err
	}
	if err := administer(server, "CREATE DATABASE "+template); err != nil {
		return "", err
	}
	if _, err := store.Migrate(context.Background(), named(server, template)); err != nil {
		return "", err
	}
	return server, nil
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
