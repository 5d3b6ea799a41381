package load_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"switchboard/internal/app"
	"switchboard/internal/load"
	"switchboard/internal/store/storetest"
)

// TestPlays plays against a real server for a moment: everything is said, shown, kept and measured, and
// nothing is lost. The other scenarios are parts of steady.
func TestPlays(t *testing.T) {
	storetest.EachURL(t, func(t *testing.T, url string) {
		ready, _ := demo(t, t.TempDir(), url)
		server := load.ServerOf(ready, 0)
		scenarios := []string{"steady"}
		if strings.HasPrefix(url, "sqlite:") {
			scenarios = append(scenarios, "overload", "reconnect", "idle")
		}
		for _, scenario := range scenarios {
			t.Run(scenario, func(t *testing.T) {
				plan := load.Plan{Scenario: scenario, Rate: 40, Warmup: 200 * time.Millisecond, Duration: 1500 * time.Millisecond,
					Conversations: 12, Pages: 4, Agents: 3, Connections: 4, Sockets: 12}
				result, err := server.Play(t.Context(), plan, t.Logf)
				if err != nil {
					t.Fatal(err)
				}
				result.Print(t.Output())
				if !result.Audit.Clean() {
					t.Errorf("the audit found %+v", result.Audit)
				}
				if scenario == "idle" {
					if len(result.Facts) == 0 {
						t.Error("nothing is told")
					}
					return
				}
				if !result.Audit.Checked || result.Audit.Acknowledged < 40 {
					t.Errorf("%d messages were acknowledged", result.Audit.Acknowledged)
				}
				if len(result.Latencies) == 0 || len(result.Samples) == 0 || result.Usage.PeakRSS == 0 {
					t.Errorf("%d latencies, %d samples, %d bytes", len(result.Latencies), len(result.Samples), result.Usage.PeakRSS)
				}
				for _, l := range result.Latencies {
					if l.P50 <= 0 || l.Max < l.P99 {
						t.Errorf("%s: %+v", l.Name, l.Summary)
					}
				}
			})
		}
	})
}

// TestLimitsAndSeeds fills a demo's database, and repeats what messages ask of it on a bare loop.
func TestLimitsAndSeeds(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) { limitsAndSeeds(t, "", 4) })
	t.Run("postgres", func(t *testing.T) { limitsAndSeeds(t, storetest.Postgres(t), 3) })
}

func limitsAndSeeds(t *testing.T, database string, want int) {
	dir := t.TempDir()
	ready, stop := demo(t, dir, database)
	stop()
	seeds, err := load.OpenSeeds(t.Context(), ready, dir, database)
	if err != nil {
		t.Fatal(err)
	}
	agents, err := seeds.Agents(t.Context(), 3, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(seeds.Conversations(t.Context(), 20, 2, 5, agents), seeds.Close()); err != nil {
		t.Fatal(err)
	}
	limits, loop, err := load.DatabaseLimits(t.Context(), ready, dir, database, load.Effort{Lasts: 200 * time.Millisecond, Messages: 800})
	if err != nil {
		t.Fatal(err)
	}
	if loop <= 0 || len(limits) != want {
		t.Errorf("%g messages a second, limits %+v", loop, limits)
	}
	again, _ := demo(t, dir, database)
	c := load.NewClient(again.URL, again.APIKey)
	open := 0
	if err := c.Conversations(t.Context(), "status=active", func(load.ConversationRow) { open++ }); err != nil {
		t.Fatal(err)
	}
	if open != 205 { // five of the seeds, and those of the recording
		t.Errorf("%d conversations are open", open)
	}
}

// demo runs a server in this process, on a free port.
func demo(t *testing.T, dir, database string) (ready load.Ready, end func()) {
	t.Helper()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().String()
	listener.Close()
	out, in := io.Pipe()
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	d := app.Demo{Listen: address, Data: dir, Database: database}
	go func() {
		err := app.RunDemo(ctx, d, "test", in, io.Discard, slog.New(slog.DiscardHandler))
		in.CloseWithError(fmt.Errorf("the demo ended: %w", err))
		ended <- err
	}()
	end = sync.OnceFunc(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(end)
	line, err := bufio.NewReader(out).ReadBytes('\n')
	if err != nil {
		t.Fatal(err)
	}
	if ready, err = load.ParseReady(line); err != nil {
		t.Fatal(err)
	}
	return ready, end
}
