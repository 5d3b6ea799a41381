package bus

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
)

const (
	// postgresChannel is the NOTIFY channel of all nodes of a database.
	postgresChannel = "switchboard"
	// payloadMax is PostgreSQL's limit of a NOTIFY, in bytes (8000, the limit excluded).
	payloadMax = 7900
	// coalesce gathers what is published close together into one NOTIFY: each takes a lock that is
	// global to the database server.
	coalesce = 5 * time.Millisecond
	// reconnectFirst and reconnectMost bound the pause before a lost connection is opened again.
	reconnectFirst = 100 * time.Millisecond
	reconnectMost  = 5 * time.Second
)

// Postgres is a bus over LISTEN and NOTIFY, on two connections of its own: one listens, one notifies,
// outside of all transactions. This process's subscribers are woken at once, without the way round.
// What is published while the database is away is lost to the others; who listens again is woken for
// nothing it missed, which is what their own poll is for.
type Postgres struct {
	url    string
	local  *Memory
	node   string // marks own notifications, which were delivered already
	mu     sync.Mutex
	names  map[string]struct{}
	wake   chan struct{}
	cancel context.CancelFunc
	done   sync.WaitGroup
}

// OpenPostgres connects to the database at url, which other nodes use too, and listens before it returns.
func OpenPostgres(ctx context.Context, url string) (*Postgres, error) {
	b := &Postgres{url: url, local: NewMemory(), node: nodeName(), names: map[string]struct{}{}, wake: make(chan struct{}, 1)}
	listening, err := b.listen(ctx)
	if err != nil {
		return nil, err
	}
	background, cancel := context.WithCancel(context.Background())
	b.cancel = cancel
	b.done.Go(func() { b.receive(background, listening) })
	b.done.Go(func() { b.send(background) })
	return b, nil
}

const nameLetters = "abcdefghijklmnopqrstuvwxyz0123456789"

// nodeName is random: two buses of one process are two nodes.
func nodeName() string {
	name := make([]byte, 12)
	for i := range name {
		name[i] = nameLetters[rand.IntN(len(nameLetters))]
	}
	return string(name)
}

// Publish wakes this process's subscribers at once and the others' soon.
func (b *Postgres) Publish(names []string) {
	b.local.Publish(names)
	b.mu.Lock()
	for _, n := range names {
		b.names[n] = struct{}{}
	}
	b.mu.Unlock()
	select {
	case b.wake <- struct{}{}:
	default:
	}
}

// Subscribe to everything that is published from now on, on any node.
func (b *Postgres) Subscribe() *Subscription { return b.local.Subscribe() }

// Close ends both connections. What was published and not sent yet is lost.
func (b *Postgres) Close() error {
	b.cancel()
	b.done.Wait()
	return nil
}

func (b *Postgres) listen(ctx context.Context) (*pgx.Conn, error) {
	c, err := pgx.Connect(ctx, b.url)
	if err != nil {
		return nil, err
	}
	if _, err := c.Exec(ctx, "LISTEN "+postgresChannel); err != nil {
		return nil, errors.Join(err, c.Close(ctx))
	}
	return c, nil
}

// receive hands on what other nodes publish, and listens again whenever the connection is lost.
func (b *Postgres) receive(ctx context.Context, c *pgx.Conn) {
	pause := reconnectFirst
	for ctx.Err() == nil {
		if c == nil {
			var err error
			if c, err = b.listen(ctx); err != nil {
				pause = wait(ctx, "listen", pause, err)
				continue
			}
			pause = reconnectFirst
		}
		n, err := c.WaitForNotification(ctx)
		if err != nil {
			closeConn(c)
			c = nil
			pause = wait(ctx, "listen", pause, err)
			continue
		}
		if node, names, ok := strings.Cut(n.Payload, " "); ok && node != b.node {
			b.local.Publish(strings.Split(names, " "))
		}
	}
	if c != nil {
		closeConn(c)
	}
}

// send notifies of what was published since the last time.
func (b *Postgres) send(ctx context.Context) {
	var c *pgx.Conn
	pause := reconnectFirst
	for ctx.Err() == nil {
		select {
		case <-ctx.Done():
		case <-b.wake:
			var err error
			if c == nil {
				if c, err = pgx.Connect(ctx, b.url); err != nil {
					pause = wait(ctx, "notify", pause, err)
					c = nil
					b.again()
					continue
				}
			}
			for _, payload := range payloads(b.node, b.take()) {
				if _, err = c.Exec(ctx, "SELECT pg_notify($1, $2)", postgresChannel, payload); err != nil {
					break
				}
			}
			if err != nil {
				closeConn(c)
				c = nil
				pause = wait(ctx, "notify", pause, err)
				continue
			}
			pause = reconnectFirst
			select {
			case <-time.After(coalesce):
			case <-ctx.Done():
			}
		}
	}
	if c != nil {
		closeConn(c)
	}
}

func (b *Postgres) take() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	names := make([]string, 0, len(b.names))
	for n := range b.names {
		names = append(names, n)
	}
	clear(b.names)
	slices.Sort(names)
	return names
}

// again makes send try what is still there.
func (b *Postgres) again() {
	select {
	case b.wake <- struct{}{}:
	default:
	}
}

// payloads puts names behind the node's mark, as many as fit into each. Names have no spaces.
func payloads(node string, names []string) (out []string) {
	var p strings.Builder
	for _, n := range names {
		if p.Len() > 0 && p.Len()+1+len(n) > payloadMax {
			out = append(out, p.String())
			p.Reset()
		}
		if p.Len() == 0 {
			p.WriteString(node)
		}
		p.WriteString(" " + n)
	}
	if p.Len() > 0 {
		out = append(out, p.String())
	}
	return out
}

// wait pauses before the next try and returns the pause after that.
func wait(ctx context.Context, doing string, pause time.Duration, err error) time.Duration {
	if ctx.Err() != nil {
		return pause
	}
	slog.Warn("bus: PostgreSQL is away; other nodes are woken by their polls", "doing", doing, "err", err)
	select {
	case <-time.After(pause):
	case <-ctx.Done():
	}
	return min(2*pause, reconnectMost)
}

func closeConn(c *pgx.Conn) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	_ = c.Close(ctx)
}
