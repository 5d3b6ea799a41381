package customer

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"time"

	"switchboard/internal/message"
)

const (
	// pollEvery and pollMost make up for lost wake-ups: so often, so many people are asked about, in
	// turn. Up to pollMost people nobody waits longer than pollEvery.
	pollEvery = time.Second
	pollMost  = 2000
	// streamsMax is how many streams one person may hold: many tabs, and not more.
	streamsMax = 32
	// typingWaiting is how many typing frames a stream holds back before it drops some.
	typingWaiting = 2
	// typingsAtOnce is how many typing notices are looked up at a time.
	typingsAtOnce = 8
)

// Wakes is what a bus' subscription offers.
type Wakes interface {
	Wait() <-chan struct{}
	Take() map[string]struct{}
	Cancel()
}

// HubRows is what a hub reads.
type HubRows interface {
	CustomerHeads(ctx context.Context, org message.OrgID, ids []message.CustomerID) (map[message.CustomerID]int64, error)
	// CustomerThread is the client-made id of a conversation, and who has its session.
	CustomerThread(ctx context.Context, org message.OrgID, id message.ConversationID) (thread string, agent message.UserID, name string, err error)
}

// Hub wakes the streams of this node's customers. It holds no content: a stream that is woken reads
// what is new for itself, so nothing is lost when a wake-up comes twice, late or never.
type Hub struct {
	// Publish sends to the bus, for typing between nodes. Set it before Start; nil is a single node.
	Publish func(names []string)

	rows    HubRows
	wakes   Wakes
	typings chan struct{} // look-ups under way

	mu       sync.Mutex
	people   map[string]*person // by wake-up name
	order    []*person          // for polling in turn; may hold some that have gone
	turn     int
	stopping chan struct{}
	stopped  chan struct{}
	once     sync.Once
}

// person is a messaging user with open streams.
type person struct {
	org     message.OrgID
	id      message.CustomerID
	head    int64 // highest number that a poll has seen
	streams map[*stream]struct{}
}

// stream is one open connection.
type stream struct {
	look   chan struct{} // something may be new
	typing chan typing
}

type typing struct {
	thread  string
	agent   message.UserID
	name    string
	started bool
}

// NewHub makes a hub on a subscription of the bus, which it cancels when it stops. Start it.
func NewHub(rows HubRows, wakes Wakes) *Hub {
	return &Hub{rows: rows, wakes: wakes, people: map[string]*person{}, typings: make(chan struct{}, typingsAtOnce), stopping: make(chan struct{}), stopped: make(chan struct{})}
}

// Start begins to wake streams.
func (h *Hub) Start() { go h.run() }

// Stop tells every stream to end, so that clients come back to another node, and returns when the hub
// has stopped. Streams end within a write's time.
func (h *Hub) Stop() {
	h.once.Do(func() { close(h.stopping) })
	<-h.stopped
}

func (h *Hub) run() {
	defer close(h.stopped)
	defer h.wakes.Cancel()
	poll := time.NewTicker(pollEvery)
	defer poll.Stop()
	for {
		select {
		case <-h.stopping:
			return
		case <-h.wakes.Wait():
			h.wake(h.wakes.Take())
		case <-poll.C:
			h.poll()
		}
	}
}

func (h *Hub) wake(names map[string]struct{}) {
	for name := range names {
		if strings.HasPrefix(name, typingName) {
			h.typed(name)
		}
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	for name := range names {
		if p := h.people[name]; p != nil {
			p.wake()
		}
	}
}

func (p *person) wake() {
	for s := range p.streams {
		select {
		case s.look <- struct{}{}:
		default: // it is going to look anyway
		}
	}
}

// poll asks for the next people in turn how far their streams are, and wakes those with something new.
func (h *Hub) poll() {
	byOrg := map[message.OrgID][]message.CustomerID{}
	h.mu.Lock()
	if h.turn >= len(h.order) {
		h.turn = 0
		h.order = h.order[:0]
		for _, p := range h.people {
			h.order = append(h.order, p)
		}
	}
	for n := 0; n < pollMost && h.turn < len(h.order); h.turn++ {
		if p := h.order[h.turn]; len(p.streams) > 0 {
			byOrg[p.org] = append(byOrg[p.org], p.id)
			n++
		}
	}
	h.mu.Unlock()
	for org, ids := range byOrg {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		heads, err := h.rows.CustomerHeads(ctx, org, ids)
		cancel()
		if err != nil {
			slog.Warn("customers' streams could not be polled", "err", err)
			continue
		}
		h.mu.Lock()
		for id, head := range heads {
			if p := h.people[message.WakeCustomer(id)]; p != nil && p.org == org && head > p.head {
				p.head = head
				p.wake()
			}
		}
		h.mu.Unlock()
	}
}

var errTooManyStreams = errors.New("too many streams")

// join adds a stream. It is woken from now on, so what it reads after joining misses nothing.
func (h *Hub) join(org message.OrgID, id message.CustomerID) (*stream, error) {
	s := &stream{look: make(chan struct{}, 1), typing: make(chan typing, typingWaiting)}
	h.mu.Lock()
	defer h.mu.Unlock()
	name := message.WakeCustomer(id)
	p := h.people[name]
	if p == nil {
		p = &person{org: org, id: id, streams: map[*stream]struct{}{}}
		h.people[name] = p
	}
	if len(p.streams) >= streamsMax {
		return nil, errTooManyStreams
	}
	p.streams[s] = struct{}{}
	return s, nil
}

func (h *Hub) leave(id message.CustomerID, s *stream) {
	h.mu.Lock()
	defer h.mu.Unlock()
	name := message.WakeCustomer(id)
	if p := h.people[name]; p != nil {
		delete(p.streams, s)
		if len(p.streams) == 0 {
			delete(h.people, name)
		}
	}
}

// Streams is how many are open on this node.
func (h *Hub) Streams() (n int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, p := range h.people {
		n += len(p.streams)
	}
	return n
}

// typingName begins the wake-ups that carry an agent's typing from node to node: ids only. One that is
// lost does no harm, as clients let typing fade.
const typingName = "customer.typing:"

// AgentTyping shows a customer, on whatever node their streams are, that the agent of their session
// writes, or has stopped. It is numbered by nothing and kept nowhere.
func (h *Hub) AgentTyping(org message.OrgID, id message.CustomerID, conversation message.ConversationID, started bool) {
	state := "0"
	if started {
		state = "1"
	}
	name := typingName + strings.Join([]string{org.String(), id.String(), conversation.String(), state}, ":")
	if h.Publish == nil {
		h.typed(name)
		return
	}
	h.Publish([]string{name}) // comes back to this node as well
}

// typed reads what AgentTyping said, here or elsewhere, and tells the streams that this node has.
func (h *Hub) typed(name string) {
	parts := strings.Split(strings.TrimPrefix(name, typingName), ":")
	if len(parts) != 4 {
		return
	}
	org, orgErr := message.ParseID[message.OrgID](parts[0])
	id, idErr := message.ParseID[message.CustomerID](parts[1])
	conversation, conversationErr := message.ParseID[message.ConversationID](parts[2])
	if orgErr != nil || idErr != nil || conversationErr != nil || !h.here(org, id) {
		return
	}
	select {
	case h.typings <- struct{}{}:
	default:
		return // more than can be looked up: what is ephemeral may be dropped
	}
	go func() {
		defer func() { <-h.typings }()
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		thread, agent, display, err := h.rows.CustomerThread(ctx, org, conversation)
		if err != nil {
			return // it is over before it could be shown
		}
		h.mu.Lock()
		defer h.mu.Unlock()
		if p := h.people[message.WakeCustomer(id)]; p != nil {
			for s := range p.streams {
				select {
				case s.typing <- typing{thread, agent, display, parts[3] == "1"}:
				default:
				}
			}
		}
	}()
}

func (h *Hub) here(org message.OrgID, id message.CustomerID) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	p := h.people[message.WakeCustomer(id)]
	return p != nil && p.org == org
}
