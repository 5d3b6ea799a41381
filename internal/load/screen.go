package load

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/coder/websocket"
)

// topicsMax is how many conversations one screen shows: a connection has at most 100 topics.
const topicsMax = 90

// screen is a member of staff's live connection. It comes back with its cursor when it is cut.
type screen struct {
	base, token string
	// frame is told of everything that comes, in order; data is good until it returns.
	frame func(data []byte)

	mu     sync.Mutex
	conn   *websocket.Conn
	topics []string
	cursor string

	welcome  chan struct{} // closed after the first welcome
	once     sync.Once
	comings  atomic.Int64 // connections that were welcomed
	refusals atomic.Int64
	resyncs  atomic.Int64
	lastErr  atomic.Value // string
}

func newScreen(base, token string, frame func(data []byte), topics ...string) *screen {
	return &screen{base: base, token: token, frame: frame, topics: topics, welcome: make(chan struct{})}
}

// run keeps it connected until the context ends.
func (s *screen) run(ctx context.Context) {
	for wait := 20 * time.Millisecond; ctx.Err() == nil; wait = min(2*wait, time.Second) {
		began := time.Now()
		if err := s.connect(ctx); err != nil {
			s.lastErr.Store(err.Error())
		}
		if time.Since(began) > time.Second {
			wait = 20 * time.Millisecond
		}
		waitUntil(ctx, time.Now().Add(wait))
	}
}

// awaitWelcome returns when it is connected for the first time.
func (s *screen) awaitWelcome(ctx context.Context) error {
	select {
	case <-s.welcome:
		return nil
	case <-ctx.Done():
		why, _ := s.lastErr.Load().(string)
		return fmt.Errorf("a screen did not connect: %s", why)
	}
}

// cut ends the connection; run makes another.
func (s *screen) cut() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.conn != nil {
		_ = s.conn.CloseNow()
	}
}

// subscribe to a topic, now and after every cut.
func (s *screen) subscribe(ctx context.Context, topic string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.topics = append(s.topics, topic)
	if s.conn != nil { // when this fails the connection is gone, and the next one names the topic
		_ = s.conn.Write(ctx, websocket.MessageText, []byte(`{"type":"subscribe","topic":"`+topic+`"}`))
	}
}

func (s *screen) connect(ctx context.Context) error {
	conn, res, err := websocket.Dial(ctx, strings.Replace(s.base, "http", "ws", 1)+"/api/v1/realtime",
		&websocket.DialOptions{HTTPHeader: http.Header{"Authorization": {"Bearer " + s.token}}})
	if err != nil {
		return err
	}
	if res.Body != nil {
		res.Body.Close()
	}
	defer func() { _ = conn.CloseNow() }()
	conn.SetReadLimit(1 << 20)
	s.mu.Lock()
	hello, err := json.Marshal(map[string]any{"type": "hello", "after": s.cursor, "topics": s.topics})
	if err == nil {
		err = conn.Write(ctx, websocket.MessageText, hello)
	}
	s.conn = conn
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		s.conn = nil
		s.mu.Unlock()
	}()
	var data bytes.Buffer
	for err == nil {
		_, in, readErr := conn.Reader(ctx)
		if readErr != nil {
			return readErr
		}
		data.Reset()
		if _, err = data.ReadFrom(in); err == nil {
			s.take(data.Bytes())
		}
	}
	return err
}

// take reads what every frame has: its cursor first, then its type.
func (s *screen) take(data []byte) {
	cursor := field(data, `"cursor":"`)
	switch frameType := field(data, `"type":"`); string(frameType) {
	case "welcome":
		s.once.Do(func() { close(s.welcome) })
		s.comings.Add(1)
		if s.cursor != "" {
			cursor = nil // the place from which this connection goes on: we stand further back until told
		}
	case "resync":
		s.resyncs.Add(1)
	case "error":
		s.refusals.Add(1)
		s.lastErr.Store(string(data))
	}
	if len(cursor) > 0 {
		s.mu.Lock()
		s.cursor = string(cursor)
		s.mu.Unlock()
	}
	s.frame(data)
}

// field is the text behind a name, where neither is escaped. Frames are read this way because most are
// looked at for two fields only, and there are thousands a second.
func field(data []byte, name string) []byte {
	i := bytes.Index(data, []byte(name))
	if i < 0 {
		return nil
	}
	rest := data[i+len(name):]
	if end := bytes.IndexByte(rest, '"'); end >= 0 {
		return rest[:end]
	}
	return nil
}
