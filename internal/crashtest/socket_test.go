package crashtest

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/coder/websocket"
)

// socket is a member of staff's live connection.
type socket struct {
	conn *websocket.Conn

	mu     sync.Mutex
	frames []string
	closed websocket.StatusCode // when it is over
	over   chan struct{}
}

// connect opens one and subscribes to topics.
func connect(t testing.TB, c *client, topics ...string) *socket {
	t.Helper()
	ctx := context.Background()
	conn, res, err := websocket.Dial(ctx, strings.Replace(c.Base, "http", "ws", 1)+"/api/v1/realtime",
		&websocket.DialOptions{HTTPHeader: http.Header{"Authorization": {"Bearer " + c.Token}}})
	if err != nil {
		t.Fatalf("%v %+v", err, res)
	}
	conn.SetReadLimit(1 << 20)
	s := &socket{conn: conn, over: make(chan struct{})}
	t.Cleanup(func() { _ = conn.CloseNow() })
	say := func(text string) {
		if err := conn.Write(ctx, websocket.MessageText, []byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	say(`{"type":"hello"}`)
	for _, topic := range topics {
		say(`{"type":"subscribe","topic":"` + topic + `"}`)
	}
	go func() {
		defer close(s.over)
		for {
			_, data, err := conn.Read(ctx)
			if err != nil {
				s.closed = websocket.CloseStatus(err)
				return
			}
			s.mu.Lock()
			s.frames = append(s.frames, string(data))
			s.mu.Unlock()
		}
	}()
	return s
}

// heard reports whether any frame has all of the texts.
func (s *socket) heard(texts ...string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
frames:
	for _, f := range s.frames {
		for _, text := range texts {
			if !strings.Contains(f, text) {
				continue frames
			}
		}
		return true
	}
	return false
}
