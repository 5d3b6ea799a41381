// Package cluster runs a PostgreSQL server of one's own, from the binaries installed on this machine, in
// a folder of its own and on a Unix socket. It is gone when its program ends, however that ends. Tests
// and the bench use it; an installation brings its own server.
package cluster

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
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
)

// Cluster is the data of a PostgreSQL server, in a folder of its own.
type Cluster struct {
	// URL of the server's own database.
	URL string
	// Dir holds everything.
	Dir string

	postgres string
	run      *syscall.SysProcAttr
}

// Hasty are settings for data that may be lost with the machine: nothing waits for the disk.
func Hasty() []string {
	return []string{"-c", "fsync=off", "-c", "max_connections=300", "-c", "shared_buffers=64MB", "-c", "autovacuum=off"}
}

// New makes an empty one.
func New() (c Cluster, err error) {
	initdb, postgres, err := binaries()
	if err != nil {
		return c, err
	}
	c.postgres = postgres
	if c.Dir, err = os.MkdirTemp("", "pg"); err != nil {
		return c, err
	}
	if c.run, err = unprivileged(c.Dir); err != nil {
		return c, err
	}
	make := exec.Command(initdb, "-D", c.data(), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync", "--no-instructions") //nolint:noctx // some seconds, on this machine
	make.Dir, make.SysProcAttr = c.Dir, c.run
	if out, err := make.CombinedOutput(); err != nil {
		return c, fmt.Errorf("initdb: %w\n%s", err, out)
	}
	c.URL = (&url.URL{Scheme: "postgres", User: url.User("postgres"), Path: "/postgres", RawQuery: url.Values{"host": {c.Dir}}.Encode()}).String()
	return c, nil
}

func (c Cluster) data() string { return filepath.Join(c.Dir, "data") }

// Serve runs the server until stop, or until this program ends, however it does; then it runs a shell
// command, whose $0 is the folder. The server has no time to tidy up: it recovers at the next start.
func (c Cluster) Serve(finally string, settings ...string) (stop func(), err error) {
	args := []string{"-c", `"$@" >>"$0/log" 2>&1 & server=$!; cat >/dev/null; kill -QUIT $server; wait $server; cd /; ` + finally,
		c.Dir, c.postgres, "-D", c.data(), "-k", c.Dir, "-c", "listen_addresses="}
	server := exec.Command("/bin/sh", append(args, settings...)...) //nolint:noctx // it is ended by stop
	server.Dir, server.SysProcAttr = c.Dir, c.run
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
	return func() { hold.Close(); <-ended }, await(c.URL, filepath.Join(c.Dir, "log"))
}

// await polls until the server answers.
func await(server, log string) (err error) {
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) { //nolint:forbidigo // polls with a deadline
		if err = Administer(server, "SELECT 1"); err == nil {
			return nil
		}
	}
	said, _ := os.ReadFile(log)
	return fmt.Errorf("PostgreSQL did not answer within 30 s: %w\n%s", err, said)
}

// Administer runs one statement on the server's own database.
func Administer(server, statement string) error { return Run(Named(server, "postgres"), statement) }

// Run runs one statement on the database of a URL, within 30 s, over a connection of its own.
func Run(address, statement string) error {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	c, err := pgx.Connect(ctx, address)
	if err != nil {
		return fmt.Errorf("connect to PostgreSQL: %w", err)
	}
	defer c.Close(ctx)
	_, err = c.Exec(ctx, statement)
	return err
}

// Named is the server's URL with another database.
func Named(server, database string) string {
	u, err := url.Parse(server)
	if err != nil {
		return server
	}
	u.Path = "/" + database
	return u.String()
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
		return "", "", fmt.Errorf("PostgreSQL is not installed: install the Debian package postgresql")
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
