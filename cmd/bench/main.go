// Command bench measures a build of Switchboard against the targets, on SQLite and on a PostgreSQL
// server of its own, and prints the tables of docs/benchmarks.md. It is for developers; what operators
// measure with is `switchboard load`.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"regexp"
	"strconv"
	"syscall"
	"time"

	"github.com/alecthomas/kong"

	"switchboard/internal/load"
	"switchboard/internal/store/cluster"
)

type cli struct {
	Binary string        `help:"The build that is measured." default:"bin/switchboard"`
	Long   bool          `help:"Measure with 10 000, 100 000 and 1 000 000 messages, and with 50 000 open sessions."`
	Only   string        `help:"Measure on one database only." enum:"both,sqlite,postgresql" default:"both"`
	Parts  []string      `help:"Measure these parts only." enum:"rates,new,crowd,stored,open" placeholder:"PART"`
	Lasts  time.Duration `help:"How long each rate is measured." default:"6s"`
	Scale  int           `help:"Divide all sizes and rates by this, to try the bench itself." default:"1"`
	JSON   string        `name:"json" help:"Write everything as JSON." placeholder:"FILE"`
	HTML   string        `name:"html" help:"Write a report with charts." placeholder:"FILE"`
}

func main() {
	var c cli
	command := kong.Parse(&c, kong.Description("Measures Switchboard against its targets."))
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	command.BindTo(ctx, (*context.Context)(nil))
	err := c.Run(ctx)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// bench of one database.
func (c *cli) bench(name string) load.Bench {
	b := load.Bench{Binary: c.Binary, Stored: []int{50_000}, Crowd: 5000, Idle: 10_000, Lasts: c.Lasts, Scale: float64(c.Scale), Parts: c.Parts,
		Log: func(format string, args ...any) { fmt.Fprintf(os.Stderr, name+": "+format+"\n", args...) }}
	if c.Long {
		b.Stored, b.Open, b.Online = []int{10_000, 100_000, 1_000_000}, 50_000, 500
	}
	for i := range b.Stored {
		b.Stored[i] /= c.Scale
	}
	b.Open, b.Online, b.Crowd, b.Idle = b.Open/c.Scale, b.Online/c.Scale, b.Crowd/c.Scale, b.Idle/c.Scale
	return b
}

func (c *cli) Run(ctx context.Context) error {
	began := time.Now()
	answers, err := load.HTTPLimit(ctx)
	if err != nil {
		return err
	}
	var sqlite, postgresql *load.Benched
	var failed [2]error
	if c.Only != "postgresql" {
		b := c.bench("SQLite")
		sqlite, failed[0] = b.Run(ctx)
	}
	if c.Only != "sqlite" {
		postgresql, failed[1] = c.postgresql(ctx)
	}
	decision, err := decisions(ctx)
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench: without the routing decision:", err)
	} else if sqlite != nil {
		sqlite.Values["decision"] = decision
	}
	rows := load.Table(values(sqlite), values(postgresql))
	c.print(os.Stdout, rows, answers, sqlite, postgresql)
	fmt.Fprintf(os.Stderr, "bench: %s in all\n", time.Since(began).Round(time.Second))
	return errors.Join(failed[0], failed[1], c.writeJSON(rows, answers, sqlite, postgresql), c.writeHTML(rows, sqlite, postgresql))
}

// postgresql starts a server for this, which flushes as one in earnest does.
func (c *cli) postgresql(ctx context.Context) (*load.Benched, error) {
	own, err := cluster.New()
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(own.Dir) }()
	stop, err := own.Serve(`rm -rf "$0"`, "-c", "max_connections=200", "-c", "shared_buffers=512MB", "-c", "max_wal_size=4GB")
	if err != nil {
		return nil, err
	}
	defer stop()
	b, n := c.bench("PostgreSQL"), 0
	b.Database = func(context.Context) (string, error) {
		n++
		name := fmt.Sprintf("bench%d", n)
		return cluster.Named(own.URL, name), cluster.Administer(own.URL, "CREATE DATABASE "+name)
	}
	return b.Run(ctx)
}

var nanoseconds = regexp.MustCompile(`BenchmarkDecision\S*\s+\d+\s+([0-9.]+) ns/op`)

// decisions runs the benchmark of the routing engine, which is pure: a decision in microseconds.
func decisions(ctx context.Context) (float64, error) {
	out, err := exec.CommandContext(ctx, "go", "test", "-run", "^$", "-bench", "^BenchmarkDecision$", "switchboard/internal/routing").CombinedOutput()
	found := nanoseconds.FindSubmatch(out)
	if err != nil || found == nil {
		return 0, fmt.Errorf("go test: %w\n%s", err, out)
	}
	ns, err := strconv.ParseFloat(string(found[1]), 64)
	return ns / 1000, err
}

func values(b *load.Benched) map[string]float64 {
	if b == nil {
		return nil
	}
	return b.Values
}

func (c *cli) print(out io.Writer, rows []load.Row, answers load.Limit, found ...*load.Benched) {
	fmt.Fprintf(out, "Measured on %s, %s.\n\n", load.Machine(), time.Now().UTC().Format("2 January 2006"))
	load.WriteTable(out, rows)
	fmt.Fprintln(out)
	limits := []load.Limit{answers}
	for _, b := range found {
		if b != nil {
			limits = append(limits, b.Limits...)
		}
	}
	load.WriteLimits(out, limits)
	for i, name := range []string{"SQLite", "PostgreSQL"} {
		if found[i] != nil {
			fmt.Fprintln(out)
			load.WriteCurve(out, name, found[i].Curve)
		}
	}
}

func (c *cli) writeJSON(rows []load.Row, answers load.Limit, sqlite, postgresql *load.Benched) error {
	if c.JSON == "" {
		return nil
	}
	raw, err := json.MarshalIndent(map[string]any{"machine": load.Machine(), "table": rows, "http": answers, "sqlite": sqlite, "postgresql": postgresql}, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(c.JSON, append(raw, '\n'), 0o644)
}

func (c *cli) writeHTML(rows []load.Row, found ...*load.Benched) error {
	if c.HTML == "" {
		return nil
	}
	var results []*load.Result
	for _, b := range found {
		if b != nil {
			results = append(results, b.Results...)
		}
	}
	f, err := os.Create(c.HTML)
	if err != nil {
		return err
	}
	return errors.Join(load.WriteHTML(f, results, rows), f.Close())
}
