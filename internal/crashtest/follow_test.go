package crashtest

import (
	"bufio"
	"context"
	"encoding/json"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/coder/websocket"
)

// follower is a live connection that comes back with its cursor after every outage, as consoles and
// widgets do (promise 5).
type follower struct {
	l      *traffic
	cancel context.CancelFunc
	done   sync.WaitGroup

	mu sync.Mutex
	// numbers that were told, in their order: entries by conversation, or a web customer's messages by
	// their name.
	numbers map[string][]int
	resyncs int
	comings int
}

// follow connects again and again until end.
func (l *traffic) follow(connect func(ctx context.Context, f *follower)) *follower {
	ctx, cancel := context.WithCancel(context.Background())
	f := &follower{l: l, cancel: cancel, numbers: map[string][]int{}}
	f.done.Go(func() {
		for ctx.Err() == nil {
			connect(ctx, f)
			select {
			case <-time.After(againAfter):
			case <-ctx.Done(): // a thousand of them end one after the other
			}
		}
	})
	return f
}

func (f *follower) end() {
	f.cancel()
	f.done.Wait()
}

func (f *follower) told(name string, number int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.numbers[name] = append(f.numbers[name], number)
}

// reached reports whether everything up to a number was told.
func (f *follower) reached(name string, number int) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	n := f.numbers[name]
	return len(n) > 0 && n[len(n)-1] >= number
}

// check: from the first on, each number was told once and in order.
func (f *follower) check() {
	f.l.t.Helper()
	total := 0
	for name, numbers := range f.numbers {
		total += len(numbers)
		for i, n := range numbers {
			if n != numbers[0]+i {
				f.l.t.Errorf("%s: %d was told after %d", name, n, numbers[i-1])
				break
			}
		}
	}
	if f.resyncs > 0 {
		f.l.t.Errorf("it was told %d times to read everything anew", f.resyncs)
	}
	f.l.t.Logf("followed %d with %d numbers, connected %d times", len(f.numbers), total, f.comings)
}

// screen follows conversations on a member of staff's socket.
func (l *traffic) screen(c *client, conversations []string) *follower {
	topics := make([]string, len(conversations))
	for i, id := range conversations {
		topics[i] = "conversation:" + id
	}
	cursor := ""
	return l.follow(func(ctx context.Context, f *follower) {
		conn, _, err := websocket.Dial(ctx, strings.Replace(c.Base, "http", "ws", 1)+"/api/v1/realtime",
			&websocket.DialOptions{HTTPHeader: http.Header{"Authorization": {"Bearer " + c.Token}}})
		if err != nil {
			return
		}
		defer func() { _ = conn.CloseNow() }()
		conn.SetReadLimit(1 << 20)
		f.comings++
		hello, err := json.Marshal(map[string]any{"type": "hello", "after": cursor, "topics": topics})
		if err != nil || conn.Write(ctx, websocket.MessageText, hello) != nil {
			return
		}
		for {
			_, data, err := conn.Read(ctx)
			if err != nil {
				return
			}
			var frame struct {
				Cursor, Type, Code string
				Data               struct {
					ConversationID string `json:"conversation_id"`
					Seq            int    `json:"seq"`
				}
			}
			if err := json.Unmarshal(data, &frame); err != nil {
				l.t.Errorf("%v in %.200s", err, data)
				return
			}
			switch frame.Type {
			case "entry.created":
				f.told(frame.Data.ConversationID, frame.Data.Seq)
			case "resync":
				f.resyncs++
			case "error":
				l.t.Errorf("the socket says %s", data)
			}
			if frame.Cursor != "" && (frame.Type != "welcome" || cursor == "") {
				cursor = frame.Cursor
			}
		}
	})
}

var numbered = regexp.MustCompile(`(web\d+)#(\d+)`)

// stream follows what a web customer is told of their own messages.
func (l *traffic) stream(c *client) *follower {
	last := "0"
	return l.follow(func(ctx context.Context, f *follower) {
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, c.Base+"/eventrouter/v1/sse", http.NoBody)
		if err != nil {
			l.t.Error(err)
			return
		}
		for name, value := range map[string]string{"Authorization": "Bearer " + c.Token, "X-Org-Id": l.p.Ready.Org.Key, "Last-Event-Id": last} {
			r.Header.Set(name, value)
		}
		res, err := http.DefaultClient.Do(r)
		if err != nil {
			return
		}
		defer res.Body.Close()
		f.comings++
		id, event := "", ""
		for lines := bufio.NewScanner(res.Body); lines.Scan(); {
			name, value, _ := strings.Cut(lines.Text(), ": ")
			switch name {
			case "id":
				id = value
			case "event":
				event = value
				if event == "resync" {
					f.resyncs++
				}
			case "data":
				if m := numbered.FindStringSubmatch(value); m != nil && event == "CONVERSATION_MESSAGE" {
					n, _ := strconv.Atoi(m[2]) // the expression has digits only
					f.told(m[1], n)
				}
			case "":
				if id != "" {
					last, id = id, "" // the event is complete
				}
			}
		}
	})
}
