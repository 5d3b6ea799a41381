// Package bustest is the suite that every bus passes, and the NATS server that a test needs.
package bustest

import (
	"fmt"
	"net"
	"os/exec"
	"slices"
	"sync"
	"testing"
	"time"

	"switchboard/internal/bus"
)

// Run checks that a bus keeps the promises of bus.Bus. open gives another node on the same bus each
// time it is called; single is a bus that one process has alone.
func Run(t *testing.T, single bool, open func(t *testing.T) bus.Bus) {
	t.Run("own names come back", func(t *testing.T) {
		b := open(t)
		s := b.Subscribe()
		defer s.Cancel()
		b.Publish([]string{"one", "two"})
		await(t, s, "one", "two")
	})
	t.Run("a name waits once", func(t *testing.T) {
		b := open(t)
		s := b.Subscribe()
		defer s.Cancel()
		for range 100 {
			b.Publish([]string{"again"})
		}
		await(t, s, "again")
		if names := s.Take(); len(names) > 1 {
			t.Errorf("%v", names)
		}
	})
	t.Run("nothing after cancel", func(t *testing.T) {
		b := open(t)
		s, other := b.Subscribe(), b.Subscribe()
		defer other.Cancel()
		s.Cancel()
		b.Publish([]string{"late"})
		await(t, other, "late")
		if names := s.Take(); len(names) > 0 {
			t.Errorf("%v", names)
		}
	})
	t.Run("a slow reader holds nobody up", func(t *testing.T) {
		b := open(t)
		slow, s := b.Subscribe(), b.Subscribe()
		defer slow.Cancel()
		defer s.Cancel()
		var want []string
		for i := range 2000 {
			name := fmt.Sprintf("feed:%036d", i)
			want = append(want, name)
			b.Publish([]string{name})
		}
		await(t, s, want...)
		await(t, slow, want...)
	})
	if single {
		return
	}
	t.Run("other nodes hear", func(t *testing.T) {
		nodes := []bus.Bus{open(t), open(t), open(t)}
		subs := make([]*bus.Subscription, len(nodes))
		for i, n := range nodes {
			subs[i] = n.Subscribe()
			defer subs[i].Cancel()
		}
		var publishing sync.WaitGroup
		var want []string
		for i, n := range nodes {
			for j := range 300 {
				name := fmt.Sprintf("outbox:%d:%032d", i, j)
				want = append(want, name)
				publishing.Go(func() { n.Publish([]string{name}) })
			}
		}
		publishing.Wait()
		for _, s := range subs {
			await(t, s, want...)
		}
	})
}

// await takes names until all of these came.
func await(t *testing.T, s *bus.Subscription, want ...string) {
	t.Helper()
	deadline := time.After(20 * time.Second)
	missing := map[string]bool{}
	for _, n := range want {
		missing[n] = true
	}
	for len(missing) > 0 {
		select {
		case <-s.Wait():
			for n := range s.Take() {
				if !slices.Contains(want, n) {
					t.Errorf("nobody published %q", n)
				}
				delete(missing, n)
			}
		case <-deadline:
			t.Fatalf("%d names did not come", len(missing))
		}
	}
}

// Server is a nats-server of the test's own.
type Server struct {
	URL  string
	t    testing.TB
	port string
	cmd  *exec.Cmd
}

// NATS starts a server on a free port until the test ends.
func NATS(t testing.TB) *Server {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(l.Addr().String())
	_ = l.Close()
	s := &Server{URL: "nats://127.0.0.1:" + port, t: t, port: port}
	s.Start()
	t.Cleanup(s.Stop)
	return s
}

// Start runs the server and waits until it answers.
func (s *Server) Start() {
	s.t.Helper()
	binary, err := exec.LookPath("nats-server")
	if err != nil {
		if binary, err = exec.LookPath("/usr/sbin/nats-server"); err != nil {
			s.t.Fatal("nats-server is not installed: install the Debian package nats-server")
		}
	}
	s.cmd = exec.CommandContext(s.t.Context(), binary, "-a", "127.0.0.1", "-p", s.port)
	if err := s.cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	for deadline := time.Now().Add(20 * time.Second); ; <-time.After(10 * time.Millisecond) {
		c, err := new(net.Dialer).DialContext(s.t.Context(), "tcp", "127.0.0.1:"+s.port)
		if err == nil {
			_ = c.Close()
			return
		}
		if time.Now().After(deadline) {
			s.t.Fatal("nats-server does not answer: ", err)
		}
	}
}

// Stop ends the server.
func (s *Server) Stop() {
	if s.cmd != nil {
		_ = s.cmd.Process.Kill()
		_ = s.cmd.Wait()
		s.cmd = nil
	}
}
