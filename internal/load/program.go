package load

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"syscall"
	"time"
)

// startWithin is generous: migrations and the demo's passwords take their time on a busy machine.
const startWithin = 90 * time.Second

// Program is a `switchboard demo` that runs as a child of this process, and ends when this one does.
// It can be ended and started again on the same data.
type Program struct {
	Binary string
	Args   []string
	// Env is added to the environment of this process.
	Env []string
	// Log takes its standard error.
	Log *os.File
	// Ready is its ready line, Took the time until it came.
	Ready Ready
	Took  time.Duration

	cmd   *exec.Cmd
	ended chan struct{} // closed when it is over; state is set then
	state *os.ProcessState
}

// DemoArgs are the arguments of a demo on a free port, with its data in dir, on SQLite there or on a
// PostgreSQL database.
func DemoArgs(dir, database string) ([]string, error) {
	address, err := freeAddress()
	if err != nil {
		return nil, err
	}
	args := []string{"demo", "--data", dir, "--listen", address}
	if database != "" {
		args = append(args, "--database", database)
	}
	return args, nil
}

// freeAddress is below the ports that the system gives to outgoing connections, so that nobody takes
// it while the program is down.
func freeAddress() (string, error) {
	var err error
	for range 100 {
		address := fmt.Sprintf("127.0.0.1:%d", 12000+rand.IntN(18000))
		var l net.Listener
		if l, err = new(net.ListenConfig).Listen(context.Background(), "tcp", address); err == nil {
			l.Close()
			return address, nil
		}
	}
	return "", fmt.Errorf("no free port: %w", err)
}

// Start runs it and waits until it answers.
func (p *Program) Start() error {
	began := time.Now()
	line, err := p.Launch()
	if err != nil {
		return err
	}
	select {
	case text := <-line:
		p.Took = time.Since(began)
		p.Ready, err = ParseReady(text)
		return err
	case <-time.After(startWithin):
		p.Kill()
		return fmt.Errorf("not ready within %s", startWithin)
	}
}

// Launch runs it. The first line of its output comes when it answers; an empty one when it is over before.
func (p *Program) Launch() (first <-chan []byte, err error) {
	p.cmd = exec.Command(p.Binary, p.Args...) //nolint:noctx // it is ended by Stop and Kill, and by its parent's end
	p.cmd.Stderr, p.cmd.SysProcAttr, p.cmd.Env = p.Log, leashed(), append(os.Environ(), p.Env...)
	stdout, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	line := make(chan []byte, 1)
	read := make(chan struct{})
	go func() {
		defer close(read)
		out := bufio.NewReader(stdout)
		first, _ := out.ReadBytes('\n') // empty when it ends before
		line <- first
		_, _ = io.Copy(io.Discard, out)
	}()
	cmd, ended := p.cmd, make(chan struct{})
	p.ended = ended
	go func() {
		<-read // Wait closes the pipe
		_ = cmd.Wait()
		p.state = cmd.ProcessState
		close(ended)
	}()
	return line, nil
}

// PID of the process.
func (p *Program) PID() int { return p.cmd.Process.Pid }

// Ended is closed when the process is over.
func (p *Program) Ended() <-chan struct{} { return p.ended }

// Running reports whether it was started and is not over.
func (p *Program) Running() bool {
	if p.ended == nil {
		return false
	}
	select {
	case <-p.ended:
		return false
	default:
		return true
	}
}

// Kill ends it at once, without a chance to tidy up.
func (p *Program) Kill() {
	_ = p.cmd.Process.Kill()
	<-p.ended
}

// Stop asks it to end and returns its exit code; ok is false when it still runs.
func (p *Program) Stop(within time.Duration) (code int, ok bool) {
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-p.ended:
		return p.state.ExitCode(), true
	case <-time.After(within):
		return -1, false
	}
}
