package realtime

import (
	"context"
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/coder/websocket"
	"github.com/prometheus/client_golang/prometheus"

	"switchboard/internal/feed"
	"switchboard/internal/inbox"
	"switchboard/internal/message"
	"switchboard/internal/resource"
	"switchboard/internal/trace"
)

// Feed is the change feed, as the store keeps it.
type Feed interface {
	// Changes after a number, in order, at most limit of them.
	Changes(ctx context.Context, org message.OrgID, after int64, limit int) ([]feed.Change, error)
	// Head is the newest place, and the oldest number after which everything is still there.
	Head(ctx context.Context, org message.OrgID) (head feed.Cursor, oldest int64, err error)
}

// Views load resources. None of these methods asks for rights; the hub does, with inbox.Sight.
type Views interface {
	Sight(ctx context.Context, org message.OrgID, viewer resource.Viewer) (inbox.Sight, error)
	Rows(ctx context.Context, org message.OrgID, wanted []message.ConversationID, readers []message.UserID) (map[message.ConversationID]*inbox.Row, error)
	// RowsTo is Rows with the readers of each row, which it asks of who when it knows the rest of it.
	RowsTo(ctx context.Context, org message.OrgID, wanted []message.ConversationID, who func(*inbox.Row) []message.UserID) (map[message.ConversationID]*inbox.Row, error)
	EntriesOf(ctx context.Context, org message.OrgID, wanted map[message.ConversationID][]int64) ([]resource.Entry, error)
	SessionsByID(ctx context.Context, org message.OrgID, wanted []message.SessionID) (map[message.SessionID]resource.Session, error)
	OffersByID(ctx context.Context, org message.OrgID, wanted []message.OfferID) (map[message.OfferID]resource.Offer, error)
	Presences(ctx context.Context, org message.OrgID, only []message.UserID) (map[message.UserID]resource.Presence, error)
	QueueStates(ctx context.Context, org message.OrgID, only []message.QueueID) (map[message.QueueID]resource.Queue, error)
	Drafts(ctx context.Context, org message.OrgID, wanted map[message.UserID][]message.ConversationID) ([]resource.Draft, error)
	NotificationsByID(ctx context.Context, org message.OrgID, wanted []message.RowID, sights map[message.UserID]inbox.Sight) (map[message.RowID]resource.Notification, error)
	Unread(ctx context.Context, org message.OrgID, users []message.UserID) (map[message.UserID]int, error)
	UserNames(ctx context.Context, org message.OrgID, users []message.UserID) (map[message.UserID]string, error)
}

// Wakes is a subscription to the bus.
type Wakes interface {
	Wait() <-chan struct{}
	Take() map[string]struct{}
	Cancel()
}

// Principal is who opened a socket.
type Principal struct {
	Org message.OrgID
	resource.Viewer
	// Presences: may see what others are and their load. Queues: may see the queues' state.
	Presences, Queues bool
	// Agent: the socket counts as a connection of this person, which keeps them present.
	Agent bool
	// Renew asks again who this is: from time to time, and when rights of the organisation changed. A
	// refusal ends the connection. It must not block for long.
	Renew func(ctx context.Context) (Principal, error)
}

// Config is what a Hub needs.
type Config struct {
	Feed  Feed
	Views Views
	// Wakes is the hub's own subscription; Publish sends to the bus (who types, who looks).
	Wakes   Wakes
	Publish func(names []string)
	// Origin says whether pages from there may connect. What the request calls its own host proves nothing.
	// Programs send no origin.
	Origin func(origin string) bool
	// Connected and Disconnected tell presence of an agent's sockets. Connected is done before the
	// first frame; its error refuses the socket.
	Connected, Disconnected func(ctx context.Context, org message.OrgID, user message.UserID, connection message.RowID) error
	// Visible notes whether the page behind an agent's socket is looked at; may be nil.
	Visible func(ctx context.Context, org message.OrgID, user message.UserID, connection message.RowID, visible bool) error
	// QuietAfter is when a connection that is told nothing gets a heartbeat; 15 seconds unless set.
	QuietAfter time.Duration
	// ViewersEvery is how often a node says again who looks at what on it; 20 seconds unless set.
	ViewersEvery time.Duration
	// Metrics may be nil.
	Metrics prometheus.Registerer
	// Spans records how long a traced change took to the screens; may be nil.
	Spans trace.Recorder
}

// Hub holds a node's staff sockets.
type Hub struct {
	Config
	metrics metrics
	id      message.RowID // this node, among all that the bus reaches
	said    atomic.Int64  // counts what it says of viewers

	mu      sync.Mutex
	desks   map[message.OrgID]*desk
	sockets map[*socket]struct{}
	// stopping is closed, under mu, when no socket may enter any more.
	stopping chan struct{}

	ctx    context.Context
	cancel context.CancelFunc
	all    sync.WaitGroup // desks and sockets
	routed chan struct{}
}

// NewHub makes a hub. It serves after Start.
func NewHub(c Config) *Hub {
	if c.QuietAfter == 0 {
		c.QuietAfter = quietAfter
	}
	if c.ViewersEvery == 0 {
		c.ViewersEvery = viewersEvery
	}
	h := &Hub{Config: c, id: message.NewID[message.RowID](), desks: map[message.OrgID]*desk{}, sockets: map[*socket]struct{}{}, stopping: make(chan struct{}), routed: make(chan struct{})}
	h.metrics = newMetrics(c.Metrics)
	h.ctx, h.cancel = context.WithCancel(context.Background())
	return h
}

// Start begins to listen to the bus.
func (h *Hub) Start() { go h.route() }

// Stop tells every client to reconnect elsewhere (status 1001), waits until all sockets are closed and
// their agents' connections are given back, and ends. Once is enough; again does no harm.
func (h *Hub) Stop() {
	h.mu.Lock()
	select {
	case <-h.stopping:
	default:
		close(h.stopping)
	}
	sockets := make([]*socket, 0, len(h.sockets))
	for s := range h.sockets {
		sockets = append(sockets, s)
	}
	h.mu.Unlock()
	for _, s := range sockets {
		s.end(websocket.StatusGoingAway, "reconnect")
	}
	h.all.Wait()
	h.cancel()
	<-h.routed
	h.Wakes.Cancel()
}

// route hands wake-ups to the desks they are for.
func (h *Hub) route() {
	defer close(h.routed)
	for {
		select {
		case <-h.ctx.Done():
			return
		case <-h.Wakes.Wait():
		}
		var views map[message.OrgID][]viewing
		for name := range h.Wakes.Take() {
			if org, ok := message.WokenFeed(name); ok {
				h.toDesk(org, func(d *desk) { signal(d.wake) })
			} else if org, ok := message.WokenAccess(name); ok {
				h.toDesk(org, func(d *desk) { signal(d.access) })
			} else if t, ok := parseTyping(name); ok {
				h.toDesk(t.org, func(d *desk) {
					select {
					case d.typings <- t:
					default: // an ephemeral hint; the next one comes in a second
					}
				})
			} else if v, ok := parseViewing(name); ok && v.node != h.id {
				if views == nil {
					views = map[message.OrgID][]viewing{}
				}
				views[v.org] = append(views[v.org], v)
			} else if org, ok := askedViewing(name); ok {
				h.toDesk(org, func(d *desk) { signal(d.asked) })
			}
		}
		for org, all := range views {
			h.toDesk(org, func(d *desk) {
				select {
				case d.views <- all:
				default: // said again soon
				}
			})
		}
	}
}

func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

func (h *Hub) toDesk(org message.OrgID, do func(*desk)) {
	h.mu.Lock()
	d := h.desks[org]
	h.mu.Unlock()
	if d != nil {
		do(d)
	}
}

// enter adds a socket to its organisation's desk, opening it for the first.
func (h *Hub) enter(s *socket) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	select {
	case <-h.stopping:
		return false
	default:
	}
	d := h.desks[s.who.Org]
	if d == nil {
		d = newDesk(h, s.who.Org)
		h.desks[s.who.Org] = d
		h.all.Go(d.run)
	}
	d.sockets++
	s.desk = d
	h.sockets[s] = struct{}{}
	h.all.Add(1)
	h.metrics.sockets.Inc()
	return true
}

// leave is enter's opposite; the last one closes the desk.
func (h *Hub) leave(s *socket) {
	h.mu.Lock()
	delete(h.sockets, s)
	if s.desk.sockets--; s.desk.sockets == 0 {
		delete(h.desks, s.desk.org)
		s.desk.cancel()
	}
	h.mu.Unlock()
	h.metrics.sockets.Dec()
	h.all.Done()
}

// Serve takes over a request whose sender is known. It returns when the socket is open: what the HTTP
// server holds for a request is then free, and the socket lives in goroutines of its own.
func (h *Hub) Serve(w http.ResponseWriter, r *http.Request, who Principal) {
	if origin := r.Header.Get("Origin"); origin != "" && !h.Origin(origin) {
		http.Error(w, "This page may not connect: it is not at the server's public address.", http.StatusForbidden)
		return
	}
	ws, err := websocket.Accept(w, r, &websocket.AcceptOptions{InsecureSkipVerify: true}) // verified just now
	if err != nil {
		return // Accept has answered
	}
	ws.SetReadLimit(readLimit)
	s := newSocket(h, ws, who)
	if !h.enter(s) {
		_ = ws.Close(websocket.StatusGoingAway, "reconnect")
		return
	}
	go func() {
		defer h.leave(s)
		if who.Agent && h.Connected != nil {
			if err := h.connected(who, s.id); err != nil {
				slog.Warn("realtime: a connection could not be noted", "org", who.Org, "user", who.User, "err", err)
				_ = ws.Close(websocket.StatusTryAgainLater, "reconnect")
				return
			}
			defer h.disconnected(who, s.id)
		}
		s.run()
	}()
}

// noteTimeout bounds one try to note a connection.
const noteTimeout = 10 * time.Second

func (h *Hub) connected(who Principal, connection message.RowID) error {
	ctx, cancel := context.WithTimeout(h.ctx, noteTimeout)
	defer cancel()
	return h.Connected(ctx, who.Org, who.User, connection)
}

// NoteAgain notes the connections of all agents that are here, after they were dropped because this
// node was taken for dead.
func (h *Hub) NoteAgain(ctx context.Context) error {
	if h.Connected == nil {
		return nil
	}
	h.mu.Lock()
	sockets := make([]*socket, 0, len(h.sockets))
	for s := range h.sockets {
		sockets = append(sockets, s)
	}
	h.mu.Unlock()
	for _, s := range sockets {
		s.mu.Lock()
		who := s.who
		s.mu.Unlock()
		if !who.Agent {
			continue
		}
		if err := h.Connected(ctx, who.Org, who.User, s.id); err != nil {
			return err
		}
		select {
		case <-s.gone: // and perhaps given back before it was noted
			if err := h.Disconnected(ctx, who.Org, who.User, s.id); err != nil {
				return err
			}
		default:
		}
	}
	return nil
}

// disconnected gives an agent's connection back, and tries again while the database can't take it: a
// connection that stays would keep somebody present who has left.
func (h *Hub) disconnected(who Principal, connection message.RowID) {
	for wait := 100 * time.Millisecond; ; wait = min(2*wait, 5*time.Second) {
		ctx, cancel := context.WithTimeout(context.Background(), noteTimeout)
		err := h.Disconnected(ctx, who.Org, who.User, connection)
		cancel()
		if err == nil {
			return
		}
		slog.Warn("realtime: a closed connection could not be noted", "org", who.Org, "user", who.User, "err", err)
		select {
		case <-time.After(wait):
		case <-h.stopping:
			return // the node's heartbeat ends, which drops it
		}
	}
}
