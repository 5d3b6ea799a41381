package crashtest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	_ "switchboard/internal/app" // what is built below: these tests are run again when it changes
	"switchboard/internal/load"
)

var built struct {
	once sync.Once
	dir  string
	err  error
}

func TestMain(m *testing.M) {
	readSources()
	code := m.Run()
	if built.dir != "" {
		_ = os.RemoveAll(built.dir)
	}
	os.Exit(code)
}

// readSources reads what is built below and isn't imported here, main and what failpoints are: files that a test has
// read are among what decides whether it is run again.
func readSources() {
	for _, folder := range []string{"../../cmd/switchboard", "../failpoint"} {
		files, err := filepath.Glob(folder + "/*.go")
		if err != nil || len(files) == 0 {
			panic(folder + " has no sources") // it was moved: the list here must be, too
		}
		for _, file := range files {
			if _, err := os.ReadFile(file); err != nil {
				panic(err)
			}
		}
	}
}

// binary builds the program, once for all tests.
func binary(t testing.TB) string {
	t.Helper()
	built.once.Do(func() {
		if built.dir, built.err = os.MkdirTemp("", "crashtest"); built.err != nil {
			return
		}
		out, err := exec.Command("go", "build", "-buildvcs=false", "-tags", "failpoints", "-o", filepath.Join(built.dir, "switchboard"), "switchboard/cmd/switchboard").CombinedOutput()
		if err != nil {
			built.err = fmt.Errorf("go build: %w\n%s", err, out)
		}
	})
	if built.err != nil {
		t.Fatal(built.err)
	}
	return filepath.Join(built.dir, "switchboard")
}

// program is one `switchboard demo`. It can be ended and started again on the same data.
type program struct {
	load.Program
	t        testing.TB
	database string // URL of its PostgreSQL database; empty: SQLite
	output   string // file with its log
	armed    string // file that says at which failpoint it dies
}

// demo starts a demo on a free port, with its data in dir, on SQLite there or on a PostgreSQL database.
func demo(t testing.TB, dir, database string) *program {
	t.Helper()
	args, err := load.DemoArgs(dir, database)
	if err != nil {
		t.Fatal(err)
	}
	armed := filepath.Join(t.TempDir(), "armed")
	p := &program{t: t, database: database, output: filepath.Join(t.TempDir(), "log"), armed: armed,
		Program: load.Program{Binary: binary(t), Args: args, Env: []string{"SWITCHBOARD_FAILPOINT_FILE=" + armed}}}
	p.start()
	t.Cleanup(func() {
		p.Kill()
		if t.Failed() {
			t.Logf("the end of %s's log:\n%s", p.Ready.URL, p.tail())
		}
	})
	return p
}

// start runs it and waits until it answers.
func (p *program) start() {
	p.t.Helper()
	p.run(p.Start)
}

// launch runs it, and doesn't wait.
func (p *program) launch() {
	p.t.Helper()
	p.run(func() error {
		_, err := p.Launch()
		return err
	})
}

func (p *program) run(start func() error) {
	p.t.Helper()
	log, err := os.OpenFile(p.output, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		p.t.Fatal(err)
	}
	defer log.Close()
	p.Log = log
	if err := start(); err != nil {
		p.t.Fatalf("%v\n%s", err, p.tail())
	}
}

// stop asks it to end and returns its exit code.
func (p *program) stop(within time.Duration) int {
	p.t.Helper()
	code, ok := p.Stop(within)
	if !ok {
		p.t.Fatalf("still running %s after SIGTERM\n%s", within, p.tail())
	}
	return code
}

func (p *program) tail() string {
	b, _ := os.ReadFile(p.output)
	return string(b[max(0, len(b)-6000):])
}

// logged counts the lines of the log by what they say. Those about a request that failed are left
// out: there is one for each.
func (p *program) logged() map[string]int {
	b, _ := os.ReadFile(p.output)
	counts := map[string]int{}
	for line := range bytes.Lines(b) {
		var said struct{ Msg string }
		if json.Unmarshal(line, &said) == nil && said.Msg != "request failed" && said.Msg != "webhook refused" {
			counts[said.Msg]++
		}
	}
	return counts
}

// quietLog fails the test when something repeats itself in the log faster than it could do any good.
func (p *program) quietLog(since time.Time) {
	p.t.Helper()
	most := 20 + 10*int(time.Since(since).Seconds())
	for text, n := range p.logged() {
		if n > most {
			p.t.Errorf("the log says %d times %q", n, text)
		}
	}
	p.t.Logf("%s of it; the log says %v", time.Since(since).Round(time.Millisecond), p.logged())
}

// channel of the ready line.
func (p *program) channel(kind string) (id, webhook string, secrets map[string]string) {
	p.t.Helper()
	c, err := p.Ready.Channel(kind)
	if err != nil {
		p.t.Fatal(err)
	}
	return c.ID, c.Webhook, c.Secrets
}

// poll asks until the answer is yes, and fails the test when it never is.
func poll(t testing.TB, within time.Duration, what string, done func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), within)
	defer cancel()
	tick := time.NewTicker(25 * time.Millisecond)
	defer tick.Stop()
	for !done() {
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Fatalf("after %s not yet: %s", within, what)
		}
	}
}
