package load

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// online is the presence in which the demo's agents take messaging work.
	online = "Available – Messaging"
	// capacity of an agent of the load is the most that a user may have.
	capacity = 1000
	// prepareWithin bounds the set-up: agents' passwords take a core for some 50 ms each.
	prepareWithin = 5 * time.Minute
	// callers is how many connections set things up, accept offers and audit at once.
	callers = 8
	// hashers is how many passwords the server hashes at a time.
	hashers = 2
)

// world is the people around one server while a scenario runs.
type world struct {
	ready    Ready
	admin    *Client
	run      string
	marks    marks
	whatsapp ReadyChannel
	log      func(format string, args ...any)

	agents []*agent
	chats  []*chat // of kindInbound, by thread
	pages  []*page // of kindWeb, by thread
	said   map[kind]*ledger

	offers chan offered
	// shown is told of each message that a screen shows for the first time.
	shown func(at mark, meant time.Time)
	// acceptNew lets agents take new conversations, too; otherwise they stay offers.
	acceptNew bool

	showing  sync.Mutex // held while an agent's screens grow
	running  sync.WaitGroup
	accepted atomic.Int64
	failures atomic.Value // string: the last thing that an agent could not do
}

// agent is a user of the server with their screens.
type agent struct {
	id      string
	token   string
	header  string // of their calls
	screens []*screen
}

// chat is one conversation on WhatsApp that an agent has.
type chat struct {
	number string
	mu     sync.Mutex
	id     string
	agent  *agent
}

func (c *chat) taken() (id string, by *agent) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.id, c.agent
}

// offered is work on an agent's screen.
type offered struct {
	agent            *agent
	id, conversation string
	at               mark
}

func newWorld(ready Ready, log func(string, ...any)) (*world, error) {
	whatsapp, err := ready.Channel("whatsapp")
	if err != nil {
		return nil, err
	}
	var id [3]byte
	if _, err := rand.Read(id[:]); err != nil {
		return nil, err
	}
	run := hex.EncodeToString(id[:])
	return &world{ready: ready, admin: NewClient(ready.URL, ready.APIKey), run: run, marks: newMarks(run), whatsapp: whatsapp, log: log,
		said: map[kind]*ledger{}, offers: make(chan offered, 100_000), shown: func(mark, time.Time) {}}, nil
}

// number of a customer: country code 49 and what no other run has.
func (w *world) number(k kind, thread int) string {
	var n int64
	_, _ = fmt.Sscanf(w.run, "%x", &n)
	return fmt.Sprintf("49%d%02d%06d", 1+k%8, n%100, (n/100*7919+int64(thread))%1_000_000)
}

// hire makes users, signs them in and opens their screens.
func (w *world) hire(ctx context.Context, n int) error {
	var queues struct{ Items []struct{ ID string } }
	if err := w.admin.get(ctx, "/api/v1/queues?limit=200", &queues); err != nil {
		return err
	}
	ids := make([]string, len(queues.Items))
	for i, q := range queues.Items {
		ids[i] = q.ID
	}
	w.agents = make([]*agent, n)
	return each(ctx, n, hashers, func(ctx context.Context, i int) error {
		var made struct {
			ID         string `json:"id"`
			InviteLink string `json:"invite_link"`
		}
		email := fmt.Sprintf("agent%d.%s@load.example", i, w.run)
		err := w.admin.do(ctx, http.MethodPost, "/api/v1/users", map[string]any{"name": fmt.Sprintf("Load agent %d", i+1), "email": email,
			"role": "agent", "capacity": capacity, "queues": ids}, &made)
		if err != nil {
			return err
		}
		token := made.InviteLink[strings.LastIndex(made.InviteLink, "/")+1:]
		var in struct{ Token string }
		err = w.admin.As("").do(ctx, http.MethodPost, "/api/v1/invitations/"+token, map[string]string{"password": "load-" + w.run + "-" + token[:min(len(token), 8)]}, &in)
		if err != nil {
			return err
		}
		a := &agent{id: made.ID, token: in.Token}
		a.header = "Authorization: Bearer " + a.token + "\r\nContent-Type: application/json\r\n"
		w.agents[i] = a
		return nil
	})
}

// attend opens the agents' first screens, which stay until their own context ends, and makes the agents available.
func (w *world) attend(ctx, screens context.Context) error {
	for _, a := range w.agents {
		w.open(screens, a, "me", "list:scope=mine")
	}
	return each(ctx, len(w.agents), callers, func(ctx context.Context, i int) error {
		a := w.agents[i]
		if err := a.screens[0].awaitWelcome(ctx); err != nil {
			return err
		}
		return w.admin.As(a.token).do(ctx, http.MethodPut, "/api/v1/me/presence", map[string]string{"status": online}, nil)
	})
}

// open one more screen for an agent.
func (w *world) open(ctx context.Context, a *agent, topics ...string) *screen {
	s := newScreen(w.ready.URL, a.token, func(data []byte) { w.frame(a, data) }, topics...)
	a.screens = append(a.screens, s)
	w.running.Go(func() { s.run(ctx) })
	return s
}

// frame is what happens on a screen.
func (w *world) frame(a *agent, data []byte) {
	switch string(field(data, `"type":"`)) {
	case "entry.created":
		at, ours := w.marks.find(data)
		if !ours || at.kind == kindAnswer || at.kind == kindReply {
			return
		}
		if l := w.said[at.kind]; l != nil {
			if meant, first := l.show(at); first {
				w.shown(at, meant)
			}
		}
	case "offer.created":
		at, ours := w.marks.find(data)
		if !ours {
			return
		}
		var frame struct {
			Data struct {
				ID             string `json:"id"`
				ConversationID string `json:"conversation_id"`
			} `json:"data"`
		}
		if json.Unmarshal(data, &frame) != nil {
			return
		}
		if l := w.said[at.kind]; l != nil && at.number == 1 {
			if meant, first := l.offer(at); first {
				w.shown(at, meant)
			}
		}
		if at.kind == kindNew && !w.acceptNew {
			return
		}
		select {
		case w.offers <- offered{a, frame.Data.ID, frame.Data.ConversationID, at}:
		default: // it runs out and comes again
		}
	}
}

// accept takes offers until the context ends.
func (w *world) accept(ctx context.Context) error {
	call, err := newWire(w.ready.URL)
	if err != nil {
		return err
	}
	defer call.close()
	for {
		select {
		case <-ctx.Done():
			return nil
		case o := <-w.offers:
			status, body, err := call.post(ctx, "/api/v1/offers/"+o.id+"/accept", o.agent.header, []byte("{}"))
			switch {
			case err == nil && status == http.StatusOK:
				w.accepted.Add(1)
				w.give(ctx, o)
			case ctx.Err() == nil && status != http.StatusConflict && status != http.StatusNotFound:
				w.failures.Store(fmt.Sprintf("accept: %v %d %.200s", err, status, body))
				select {
				case w.offers <- o:
				default:
				}
			}
		}
	}
}

// give a conversation to the agent who took it, and put it on a screen of theirs.
func (w *world) give(ctx context.Context, o offered) {
	switch o.at.kind {
	case kindInbound:
		c := w.chats[o.at.thread]
		c.mu.Lock()
		c.id, c.agent = o.conversation, o.agent
		c.mu.Unlock()
	case kindWeb:
		w.pages[o.at.thread].give(o.conversation, o.agent)
	default:
		return
	}
	o.agent.show(ctx, w, o.conversation)
}

// show a conversation on the agent's emptiest screen.
func (a *agent) show(ctx context.Context, w *world, conversation string) {
	topic := "conversation:" + conversation
	w.showing.Lock()
	defer w.showing.Unlock()
	last := a.screens[len(a.screens)-1]
	last.mu.Lock()
	full := len(last.topics) >= topicsMax
	last.mu.Unlock()
	if full {
		w.open(ctx, a, topic)
		return
	}
	last.subscribe(ctx, topic)
}

// converse lets so many customers write once and waits until agents have them all.
func (w *world) converse(ctx context.Context, n int) error {
	w.chats = make([]*chat, n)
	w.said[kindInbound], w.said[kindAnswer] = newLedger(kindInbound, n), newLedger(kindAnswer, n)
	for i := range w.chats {
		w.chats[i] = &chat{number: w.number(kindInbound, i)}
	}
	if n == 0 {
		return nil
	}
	err := each(ctx, n, callers, func(ctx context.Context, i int) error {
		p, err := newWhatsApp(w.whatsapp)
		if err != nil {
			return err
		}
		defer p.wire.close()
		l := w.said[kindInbound]
		m := l.say(i, time.Time{})
		text := w.marks.text(nil, m)
		for {
			status, err := p.deliver(ctx, w.chats[i].number, text)
			if err == nil && status == http.StatusOK {
				l.acknowledge(m)
				return nil
			}
			if err == nil && status < 500 && status != http.StatusTooManyRequests {
				return fmt.Errorf("the webhook was answered %d", status)
			}
			if !waitUntil(ctx, time.Now().Add(100*time.Millisecond)) {
				return ctx.Err()
			}
		}
	})
	if err != nil {
		return err
	}
	return w.await(ctx, "agents have accepted all conversations", func() bool {
		for _, c := range w.chats {
			if _, by := c.taken(); by == nil {
				return false
			}
		}
		return true
	})
}

// await polls until something is so.
func (w *world) await(ctx context.Context, what string, so func() bool) error {
	for !so() {
		if !waitUntil(ctx, time.Now().Add(20*time.Millisecond)) {
			why, _ := w.failures.Load().(string)
			for _, a := range w.agents {
				for _, s := range a.screens {
					if text, ok := s.lastErr.Load().(string); ok && why == "" {
						why = text
					}
				}
			}
			return fmt.Errorf("not in time: %s (%d offers accepted; %s)", what, w.accepted.Load(), why)
		}
	}
	return nil
}

// dismiss makes the agents unavailable, so that a server that goes on has nobody who doesn't answer.
func (w *world) dismiss(ctx context.Context) {
	_ = each(ctx, len(w.agents), callers, func(ctx context.Context, i int) error {
		if a := w.agents[i]; a != nil {
			return w.admin.As(a.token).do(ctx, http.MethodPut, "/api/v1/me/presence", map[string]string{"status": "Offline"}, nil)
		}
		return nil
	})
}

// each does n things, so many at once, until one fails.
func each(ctx context.Context, n, atOnce int, do func(ctx context.Context, i int) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var next atomic.Int64
	var all sync.WaitGroup
	for range min(n, atOnce) {
		all.Go(func() {
			for ctx.Err() == nil {
				i := int(next.Add(1)) - 1
				if i >= n {
					return
				}
				if err := do(ctx, i); err != nil {
					cancel(err)
				}
			}
		})
	}
	all.Wait()
	return context.Cause(ctx)
}
