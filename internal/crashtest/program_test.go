package crashtest

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"

	_ "switchboard/internal/app" // what is built below: these tests are run again when it changes
)

// startWithin is generous: migrations and the demo's passwords take their time on a busy machine.
const startWithin = 90 * time.Second

var built struct {
	once sync.Once
	dir  string
	err  error
}

func TestMain(m *testing.M) {
	code := m.Run()
	if built.dir != "" {
		_ = os.RemoveAll(built.dir)
	}
	os.Exit(code)
}

// binary builds the program, once for all tests.
func binary(t testing.TB) string {
	t.Helper()
	built.once.Do(func() {
		if built.dir, built.err = os.MkdirTemp("", "crashtest"); built.err != nil {
			return
		}
		out, err := exec.Command("go", "build", "-buildvcs=false", "-o", filepath.Join(built.dir, "switchboard"), "switchboard/cmd/switchboard").CombinedOutput()
		if err != nil {
			built.err = fmt.Errorf("go build: %w\n%s", err, out)
		}
	})
	if built.err != nil {
		t.Fatal(built.err)
	}
	return filepath.Join(built.dir, "switchboard")
}

// ready is the line that a demo prints when it answers.
type ready struct {
	URL string `json:"url"`
	Org struct {
		ID  string `json:"id"`
		Key string `json:"key"`
	} `json:"org"`
	APIKey string `json:"api_key"`
	Users  []struct {
		Email, Password, Role, Name string
	} `json:"users"`
	Channels []struct {
		ID, Type, Deployment, Address, Webhook string
		Secrets                                map[string]string
	} `json:"channels"`
}

// program is one `switchboard demo`. It can be ended and started again on the same data.
type program struct {
	t      testing.TB
	args   []string
	output string // file with its log
	ready  ready

	cmd   *exec.Cmd
	ended chan struct{} // closed when it is over; state is set then
	state *os.ProcessState
}

// demo starts a demo on a free port, with its data in dir, on SQLite there or on a PostgreSQL database.
func demo(t testing.TB, dir, database string) *program {
	t.Helper()
	p := &program{t: t, output: filepath.Join(t.TempDir(), "log"), args: []string{"demo", "--data", dir, "--listen", freeAddress(t)}}
	if database != "" {
		p.args = append(p.args, "--database", database)
	}
	p.start()
	t.Cleanup(func() {
		p.kill()
		if t.Failed() {
			t.Logf("the end of %s's log:\n%s", p.ready.URL, p.tail())
		}
	})
	return p
}

// freeAddress is below the ports that the system gives to outgoing connections, so that nobody takes
// it while the program is down.
func freeAddress(t testing.TB) string {
	t.Helper()
	for range 100 {
		address := fmt.Sprintf("127.0.0.1:%d", 12000+rand.IntN(18000))
		if l, err := net.Listen("tcp", address); err == nil {
			l.Close()
			return address
		}
	}
	t.Fatal("no free port")
	return ""
}

// start runs it and waits until it answers.
func (p *program) start() {
	p.t.Helper()
	log, err := os.OpenFile(p.output, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		p.t.Fatal(err)
	}
	defer log.Close()
	p.cmd = exec.Command(binary(p.t), p.args...)
	p.cmd.Stderr, p.cmd.SysProcAttr = log, leashed()
	stdout, err := p.cmd.StdoutPipe()
	if err != nil {
		p.t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		p.t.Fatal(err)
	}
	line := make(chan []byte, 1)
	read := make(chan struct{})
	go func() {
		defer close(read)
		out := bufio.NewReader(stdout)
		first, _ := out.ReadBytes('\n')
		line <- first
		_, _ = out.WriteTo(discard{})
	}()
	cmd, ended := p.cmd, make(chan struct{})
	p.ended = ended
	go func() {
		<-read // Wait closes the pipe
		_ = cmd.Wait()
		p.state = cmd.ProcessState
		close(ended)
	}()
	select {
	case text := <-line:
		if err := json.Unmarshal(text, &p.ready); err != nil {
			p.t.Fatalf("no ready line but %q: %v\n%s", text, err, p.tail())
		}
	case <-time.After(startWithin):
		p.t.Fatalf("not ready within %s\n%s", startWithin, p.tail())
	}
}

type discard struct{}

func (discard) Write(b []byte) (int, error) { return len(b), nil }

// kill ends it at once, without a chance to tidy up.
func (p *program) kill() {
	_ = p.cmd.Process.Kill()
	<-p.ended
}

// stop asks it to end and returns its exit code.
func (p *program) stop(within time.Duration) int {
	p.t.Helper()
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-p.ended:
		return p.state.ExitCode()
	case <-time.After(within):
		p.t.Fatalf("still running %s after SIGTERM\n%s", within, p.tail())
		return -1
	}
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
	for _, c := range p.ready.Channels {
		if c.Type == kind {
			return c.ID, c.Webhook, c.Secrets
		}
	}
	p.t.Fatalf("the demo has no channel of type %s", kind)
	return
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
