package load

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"switchboard/internal/store"
	"switchboard/internal/store/cluster"
)

// Limit is what the machine does without the program, and what it did on the machine for which the
// targets were chosen.
type Limit struct {
	Name      string  `json:"name"`
	PerSecond float64 `json:"per_second"`
	Reference float64 `json:"reference,omitempty"`
}

// References: single flushed commits of a row, a message's statements gathered, answers of net/http.
const (
	referenceCommits  = 8_000
	referenceGathered = 23_000
	referenceAnswers  = 115_000
)

// Effort is how long a limit is looked for, and how many messages of a recording are repeated.
type Effort struct {
	Lasts    time.Duration
	Messages int
}

// usual is the bench's.
func usual() Effort { return Effort{Lasts: 2 * time.Second, Messages: 4000} }

// DatabaseLimits are those of the database that a demo in dir left: it must not be running. The database
// is not the same afterwards. loop is the bare loop with which the program's way in can be compared.
func DatabaseLimits(ctx context.Context, ready Ready, dir, database string, effort Effort) (limits []Limit, loop float64, err error) {
	const clients = 16
	s, err := OpenSeeds(ctx, ready, dir, database)
	if err != nil {
		return nil, 0, err
	}
	name := "SQLite"
	if database != "" {
		name = "PostgreSQL"
	}
	rows, err := store.SingleRows(ctx, s.url, clients, effort.Lasts)
	if err == nil && database == "" {
		limits = append(limits, Limit{name + ", commits of one row, one after the other", rows, referenceCommits})
	} else if err == nil {
		limits = append(limits, Limit{fmt.Sprintf("%s, commits of one row, %d clients", name, clients), rows, 0})
	}
	if err != nil {
		_ = s.Close()
		return nil, 0, err
	}
	// What is recorded is repeated on databases as they were before it.
	copies, remove, err := s.copies(ctx, database, 2)
	defer remove()
	var recording *store.Recording
	var domain float64
	if err == nil {
		recording, domain, err = s.Record(ctx, effort.Messages)
	}
	if closing := s.Close(); err == nil {
		err = closing
	}
	if err != nil {
		return nil, 0, err
	}
	limits = append(limits, Limit{name + ", a message's way in without HTTP and sockets", domain, 0})
	if database != "" {
		loop, err = recording.ReplayPostgres(ctx, copies[0], clients)
		return append(limits, Limit{fmt.Sprintf("%s, a message's statements on a bare loop, %d clients", name, clients), loop, 0}), loop, err
	}
	single, err := recording.ReplaySQLite(ctx, copies[0], 1)
	if err != nil {
		return nil, 0, err
	}
	loop, err = recording.ReplaySQLite(ctx, copies[1], 64)
	return append(limits, Limit{name + ", a message's statements on a bare loop, a commit each", single, 0},
		Limit{name + ", the same, 64 to a commit", loop, referenceGathered}), loop, err
}

// copies of the database as it is. On PostgreSQL they go with their server.
func (s *Seeds) copies(ctx context.Context, database string, n int) (made []string, remove func(), err error) {
	remove = func() {}
	if database != "" {
		// PostgreSQL copies a database that nobody is connected to.
		if err := s.db.Close(); err != nil {
			return nil, remove, err
		}
		name := strings.TrimPrefix(databaseName(database), "/")
		for i := range n {
			as := fmt.Sprintf("%s_copy%d", name, i)
			if err := cluster.Administer(database, "CREATE DATABASE "+as+" TEMPLATE "+name); err != nil {
				return nil, remove, err
			}
			made = append(made, cluster.Named(database, as))
		}
		s.db, err = store.Open(ctx, database, s.sealer)
		return made, remove, err
	}
	dir, err := os.MkdirTemp("", "switchboard-limits-")
	remove = func() { _ = os.RemoveAll(dir) }
	for i := range n {
		path := filepath.Join(dir, fmt.Sprintf("copy%d.db", i))
		if err == nil {
			err = s.db.CopySQLite(ctx, path)
		}
		made = append(made, path)
	}
	return made, remove, err
}

func databaseName(address string) string {
	if u, err := url.Parse(address); err == nil {
		return u.Path
	}
	return ""
}

// HTTPLimit is how many calls of a webhook's size net/http answers when nothing is done with them; this
// process plays both sides, as the load and its server share the machine.
func HTTPLimit(ctx context.Context) (Limit, error) {
	limit := Limit{Name: "net/http, answers", Reference: referenceAnswers}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return limit, err
	}
	server := &http.Server{ReadHeaderTimeout: time.Minute, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.WriteHeader(http.StatusOK)
	})}
	go func() { _ = server.Serve(listener) }()
	defer func() { _ = server.Close() }()
	body := bytes.Repeat([]byte("x"), 600)
	var answers atomic.Int64
	var all sync.WaitGroup
	began := time.Now()
	until := began.Add(usual().Lasts)
	for range 64 {
		all.Go(func() {
			call, err := newWire("http://" + listener.Addr().String())
			if err != nil {
				return
			}
			defer call.close()
			for time.Now().Before(until) {
				if status, _, err := call.post(ctx, "/", "Content-Type: application/json\r\n", body); err != nil || status != http.StatusOK {
					return
				}
				answers.Add(1)
			}
		})
	}
	all.Wait()
	limit.PerSecond = float64(answers.Load()) / time.Since(began).Seconds()
	return limit, nil
}

// WriteLimits writes limits as Markdown.
func WriteLimits(out io.Writer, limits []Limit) {
	fmt.Fprintln(out, "| limit of the machine | a second | reference | ratio |\n| --- | --- | --- | --- |")
	for _, l := range limits {
		reference, ratio := "", ""
		if l.Reference > 0 {
			reference, ratio = number(l.Reference), fmt.Sprintf("%.2f", l.PerSecond/l.Reference)
		}
		fmt.Fprintf(out, "| %s | %s | %s | %s |\n", l.Name, number(l.PerSecond), reference, ratio)
	}
}
