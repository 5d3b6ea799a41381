package realtime

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/coder/websocket"

	"switchboard/internal/feed"
	"switchboard/internal/inbox"
	"switchboard/internal/message"
)

const (
	// readLimit bounds what a client may say at once, in bytes.
	readLimit = 4 << 10
	// queueFrames and queueBytes bound what waits for a slow reader before it is sent away to resume.
	// Missed lines fill at most a quarter, and what is held meanwhile at most half of it.
	queueFrames = 512
	queueBytes  = 1 << 20
	// topicsMax bounds the subscriptions of one socket.
	topicsMax = 100
	// gather is how long the server waits for further subscriptions before it serves those it has. A
	// client that comes back with a cursor must get all its topics in one replay: a cursor of one topic
	// may not pass by lines that another was not told yet.
	gather      = 5 * time.Millisecond
	gatherAfter = 60 * time.Millisecond
	// replayWithin: topics subscribed this soon after the hello are told everything since its cursor.
	replayWithin = 10 * time.Second
	writeTimeout = 10 * time.Second
	pingEvery    = 25 * time.Second
	pongWithin   = 20 * time.Second
	// quietAfter is how long nothing may be told before a heartbeat says that the connection lives. A
	// page can't see pings, so without it a dead network looks like a quiet one.
	quietAfter = 15 * time.Second
)

// socket is one client's connection. A reader goroutine takes what the client says, a writer empties
// the queue; topics change only in the desk's goroutine.
type socket struct {
	hub  *Hub
	desk *desk
	ws   *websocket.Conn
	id   message.RowID

	ready chan struct{} // the queue has something
	space chan struct{} // the queue has become shorter
	gone  chan struct{} // closed when the socket ends
	once  sync.Once

	mu     sync.Mutex
	who    Principal
	sight  inbox.Sight
	topics []*topic
	queue  [][]byte
	queued int // bytes
	// held is what was told live while missed lines are still on their way; heldBytes of it.
	held      [][]byte
	heldBytes int
	replaying bool
	last      int64 // number of the newest line told

	pending []*topic // gathered for a replay by timer
	timer   *time.Timer
	replays sync.Mutex // one replay at a time

	visible bool     // as the client said last; the reading goroutine's own
	views   []string // topics that the page shows, as the client said last; the desk's own

	// Set by the hello, before any subscription:
	greeted time.Time
	after   feed.Cursor
	gather  time.Duration
}

func newSocket(h *Hub, ws *websocket.Conn, who Principal) *socket {
	return &socket{hub: h, ws: ws, who: who, id: message.NewID[message.RowID](),
		ready: make(chan struct{}, 1), space: make(chan struct{}, 1), gone: make(chan struct{})}
}

// run until the client goes, or end is called.
func (s *socket) run() {
	writing := make(chan struct{})
	go func() { defer close(writing); s.write() }()
	s.read()
	s.end(websocket.StatusNormalClosure, "")
	s.desk.do(func() {
		delete(s.desk.joined, s)
		s.desk.crowd = nil
		s.desk.looks(s)
	})
	_ = s.ws.CloseNow()
	<-writing
}

// end closes the connection, once; the close frame is sent without holding anybody up.
func (s *socket) end(code websocket.StatusCode, reason string) {
	s.once.Do(func() {
		close(s.gone)
		if code == websocket.StatusNormalClosure {
			return // the client is gone already
		}
		go func() { _ = s.ws.Close(code, reason) }()
	})
}

// push queues a frame of line seq (0 for none) for the writer, or holds it while missed lines are told.
// A reader that is too slow is sent away with a code that makes it resume from its last cursor.
func (s *socket) push(data []byte, seq int64) {
	s.mu.Lock()
	s.last = max(s.last, seq)
	if s.replaying {
		s.held, s.heldBytes = append(s.held, data), s.heldBytes+len(data)
	} else {
		s.queue, s.queued = append(s.queue, data), s.queued+len(data)
	}
	slow := len(s.queue) > queueFrames || s.queued > queueBytes || len(s.held) > queueFrames/2 || s.heldBytes > queueBytes/2
	s.mu.Unlock()
	s.hub.metrics.frames.Inc()
	if slow {
		s.tooSlow()
		return
	}
	signal(s.ready)
}

func (s *socket) tooSlow() {
	select {
	case <-s.gone:
		return
	default:
	}
	s.hub.metrics.slow.Inc()
	s.end(statusResume, "resume")
}

// queueFrame queues what must come before anything that is held.
func (s *socket) queueFrame(data []byte) {
	s.mu.Lock()
	s.queue, s.queued = append(s.queue, data), s.queued+len(data)
	s.mu.Unlock()
	signal(s.ready)
}

// pushMissed queues a frame of the past as soon as there is room. It reports false when the socket ended.
func (s *socket) pushMissed(data []byte) bool {
	for {
		s.mu.Lock()
		room := len(s.queue) < queueFrames/4 && s.queued < queueBytes/4
		if room {
			s.queue, s.queued = append(s.queue, data), s.queued+len(data)
		}
		s.mu.Unlock()
		if room {
			s.hub.metrics.frames.Inc()
			signal(s.ready)
			return true
		}
		select {
		case <-s.space:
		case <-s.gone:
			return false
		}
	}
}

// catchUp tells an idle client how far the feed is. It runs in the desk's goroutine.
func (s *socket) catchUp(head feed.Cursor) {
	s.mu.Lock()
	idle := !s.replaying && s.last < head.Seq
	s.mu.Unlock()
	if idle {
		s.push(encodeFrame(head.String(), "cursor", "", nil, false), head.Seq)
	}
}

func (s *socket) has(name string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.ContainsFunc(s.topics, func(t *topic) bool { return t.name == name })
}

func (s *socket) audience() *audience {
	s.mu.Lock()
	defer s.mu.Unlock()
	return &audience{socket: s, sight: s.sight, topics: s.topics}
}

// setSight runs in the desk's goroutine.
func (s *socket) setSight(sight inbox.Sight) {
	s.desk.crowd = nil
	s.mu.Lock()
	s.sight = sight
	s.mu.Unlock()
}

// write empties the queue, pings, says in quiet times that it is there, and asks from time to time
// whether the credentials still hold.
func (s *socket) write() {
	ping := time.NewTicker(pingEvery)
	defer ping.Stop()
	quiet := time.NewTimer(s.hub.QuietAfter)
	defer quiet.Stop()
	for {
		select {
		case <-s.gone:
			return
		case <-ping.C:
			ctx, cancel := context.WithTimeout(context.Background(), pongWithin)
			err := s.ws.Ping(ctx)
			cancel()
			if err != nil {
				_ = s.ws.CloseNow()
				return
			}
			go s.renew()
		case <-s.ready:
			for _, data := range s.taken() {
				if !s.tell(data) {
					return
				}
				s.mu.Lock()
				s.queued -= len(data)
				s.mu.Unlock()
				signal(s.space)
			}
			quiet.Reset(s.hub.QuietAfter)
		case <-quiet.C:
			if !s.tell(encodeFrame("", "heartbeat", "", nil, false)) {
				return
			}
			quiet.Reset(s.hub.QuietAfter)
		}
	}
}

// tell writes one frame. It reports false when the connection can't take it and is given up.
func (s *socket) tell(data []byte) bool {
	ctx, cancel := context.WithTimeout(context.Background(), writeTimeout)
	defer cancel()
	if err := s.ws.Write(ctx, websocket.MessageText, data); err != nil {
		_ = s.ws.CloseNow()
		return false
	}
	return true
}

func (s *socket) taken() [][]byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	queue := s.queue
	s.queue = nil
	return queue
}
