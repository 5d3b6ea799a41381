package bus

import (
	"log/slog"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
)

// natsSubject is where all nodes of an installation publish.
const natsSubject = "switchboard.wake"

// NATS is a bus over a NATS server (core NATS, no persistence). This process's subscribers are woken
// at once; others when the message arrives. While the server is away wake-ups are lost, and the
// connection comes back by itself.
type NATS struct {
	conn  *nats.Conn
	local *Memory
}

// OpenNATS connects to "nats://…" and is subscribed before it returns.
func OpenNATS(url string) (*NATS, error) {
	b := &NATS{local: NewMemory()}
	var err error
	b.conn, err = nats.Connect(url, nats.Name("switchboard"), nats.NoEcho(), nats.MaxReconnects(-1),
		nats.ReconnectWait(reconnectFirst), nats.ReconnectBufSize(-1), nats.PingInterval(20*time.Second),
		nats.DisconnectErrHandler(func(_ *nats.Conn, err error) {
			if err != nil {
				slog.Warn("bus: NATS is away; other nodes are woken by their polls", "err", err)
			}
		}))
	if err != nil {
		return nil, err
	}
	if _, err := b.conn.Subscribe(natsSubject, func(m *nats.Msg) { b.local.Publish(strings.Split(string(m.Data), " ")) }); err != nil {
		b.conn.Close()
		return nil, err
	}
	if err := b.conn.Flush(); err != nil {
		b.conn.Close()
		return nil, err
	}
	return b, nil
}

// Publish wakes this process's subscribers at once and the others' soon. Names have no spaces.
func (b *NATS) Publish(names []string) {
	b.local.Publish(names)
	if err := b.conn.Publish(natsSubject, []byte(strings.Join(names, " "))); err != nil {
		slog.Debug("bus: a wake-up was lost", "err", err)
	}
}

// Subscribe to everything that is published from now on, on any node.
func (b *NATS) Subscribe() *Subscription { return b.local.Subscribe() }

// Close sends what is buffered, as far as the server is there to take it, and ends the connection.
func (b *NATS) Close() error {
	_ = b.conn.FlushTimeout(time.Second) // a wake-up that is lost costs a second
	b.conn.Close()
	return nil
}
