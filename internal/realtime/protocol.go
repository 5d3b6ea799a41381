package realtime

import (
	"context"
	"encoding/json"
	"log/slog"
	"slices"
	"time"

	"github.com/coder/websocket"

	"switchboard/internal/fault"
	"switchboard/internal/feed"
	"switchboard/internal/inbox"
	"switchboard/internal/message"
	"switchboard/internal/text"
)

// said is what a client sends.
type said struct {
	Type  string `json:"type"`
	Topic string `json:"topic"`
	// Of hello:
	After string `json:"after"`
	// Of hello, and of view:
	Topics []string `json:"topics"`
	// Of visible:
	Visible bool `json:"visible"`
}

func (s *socket) read() {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	for {
		kind, data, err := s.ws.Read(ctx)
		if err != nil {
			return
		}
		var m said
		if kind != websocket.MessageText || json.Unmarshal(data, &m) != nil {
			s.refuse("", fault.New(fault.Malformed, "A message is JSON with a type."))
			continue
		}
		if err := text.Check(data); err != nil {
			s.refuse("", err)
			continue
		}
		switch {
		case m.Type == "hello" && s.greeted.IsZero():
			if !s.hello(ctx, m.After) {
				s.end(statusResume, "try again")
				return
			}
			for _, name := range m.Topics {
				s.subscribe(ctx, name)
			}
		case s.greeted.IsZero():
			s.refuse(m.Topic, fault.New(fault.Malformed, "Say hello first."))
		case m.Type == "subscribe":
			s.subscribe(ctx, m.Topic)
		case m.Type == "visible":
			s.look(ctx, m.Visible)
		case m.Type == "view":
			s.view(m.Topics)
		case m.Type == "unsubscribe":
			s.unsubscribe(m.Topic)
		default:
			s.refuse(m.Topic, fault.New(fault.Malformed, "There is no such message. Say subscribe, unsubscribe, visible or view."))
		}
	}
}

// look notes whether the page behind the socket is looked at; a change only, and never held up by it.
func (s *socket) look(ctx context.Context, visible bool) {
	s.mu.Lock()
	who := s.who
	s.mu.Unlock()
	if s.visible == visible || !who.Agent || s.hub.Visible == nil {
		return
	}
	s.visible = visible
	ctx, cancel := context.WithTimeout(ctx, noteTimeout)
	defer cancel()
	if err := s.hub.Visible(ctx, who.Org, who.User, s.id, visible); err != nil {
		slog.Warn("realtime: whether a page is looked at could not be noted", "org", who.Org, "user", who.User, "err", err)
	}
}

func (s *socket) refuse(topic string, err error) {
	code, text := refused(err)
	s.push(raw(struct {
		Type   string `json:"type"`
		Topic  string `json:"topic,omitempty"`
		Code   string `json:"code"`
		Detail string `json:"detail"`
	}{"error", topic, code, text}), 0)
}

// hello answers with welcome, or after it with resync when the client's cursor is of no use.
func (s *socket) hello(ctx context.Context, after string) bool {
	s.mu.Lock()
	viewer := s.who.Viewer
	s.mu.Unlock()
	sight, err := s.hub.Views.Sight(ctx, s.desk.org, viewer)
	if err != nil {
		return false
	}
	var here feed.Cursor
	if !s.desk.do(func() {
		s.setSight(sight)
		s.mu.Lock()
		s.last = s.desk.head.Seq
		s.mu.Unlock()
		here = s.desk.head
		s.desk.joined[s] = struct{}{}
		s.desk.crowd = nil
	}) {
		return false
	}
	s.push(encodeFrame(here.String(), "welcome", "", nil, false), 0)
	s.greeted, s.after, s.gather = time.Now(), here, gather
	if after == "" {
		return true
	}
	head, oldest, err := s.hub.Feed.Head(ctx, s.desk.org)
	if err != nil {
		return false
	}
	asked, err := feed.ParseCursor(after)
	if err != nil || asked.Epoch != head.Epoch || asked.Seq > head.Seq || behind(asked) < oldest {
		s.hub.metrics.resyncs.Inc()
		s.push(encodeFrame(here.String(), "resync", "", nil, false), 0)
		return true
	}
	if asked.Seq > here.Seq {
		// Another node was faster: get there before anything is told live, or it would be told twice.
		s.desk.do(func() { s.desk.tail(); here = s.desk.head })
		if asked.Seq > here.Seq {
			return false
		}
	}
	s.after, s.gather = asked, gatherAfter
	return true
}

// behind is the last line that is wholly behind a cursor.
func behind(c feed.Cursor) int64 {
	if c.Part != 0 {
		return c.Seq - 1
	}
	return c.Seq
}

// subscribe takes a topic. Soon after the hello it only notes it: the reader must get to the next one
// without waiting for the database, since what comes in one go is told in one go.
func (s *socket) subscribe(ctx context.Context, name string) {
	s.mu.Lock()
	who := s.who
	full := len(s.topics)+len(s.pending) >= topicsMax
	s.mu.Unlock()
	if s.has(name) {
		s.push(encodeFrame("", "subscribed", name, nil, false), 0)
		return
	}
	t, err := who.parseTopic(name)
	if err == nil && full {
		err = fault.New(fault.RateLimited, "A connection has at most %d topics.", topicsMax)
	}
	if err != nil {
		s.hub.metrics.refused.Inc()
		s.refuse(name, err)
		return
	}
	if time.Since(s.greeted) > replayWithin {
		if topics := s.readable(ctx, []*topic{t}); len(topics) > 0 {
			s.desk.do(func() { s.join(topics) })
		}
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.pending = append(s.pending, t)
	if s.timer == nil {
		s.timer = time.AfterFunc(s.gather, s.replayPending)
	} else {
		s.timer.Reset(s.gather)
	}
}

// readable refuses, among topics, the conversations that the viewer may not read, and returns the others.
func (s *socket) readable(ctx context.Context, topics []*topic) (out []*topic) {
	var wanted []message.ConversationID
	for _, t := range topics {
		if t.kind == topicConversation {
			wanted = append(wanted, t.conversation)
		}
	}
	var rows map[message.ConversationID]*inbox.Row
	var err error
	if len(wanted) > 0 {
		rows, err = s.hub.Views.Rows(ctx, s.desk.org, wanted, nil)
	}
	sight := s.audience().sight
	for _, t := range topics {
		if t.kind == topicConversation {
			refusal := err
			if row := rows[t.conversation]; err == nil && (row == nil || !sight.MayRead(row.Reach)) {
				refusal = fault.New(fault.NotFound, "There is no such conversation.")
			}
			if refusal != nil {
				s.hub.metrics.refused.Inc()
				s.refuse(t.name, refusal)
				continue
			}
		}
		out = append(out, t)
	}
	return out
}

func (s *socket) unsubscribe(name string) {
	s.mu.Lock()
	s.pending = slices.DeleteFunc(s.pending, func(t *topic) bool { return t.name == name })
	s.mu.Unlock()
	s.desk.do(func() { s.forget(name) })
	s.push(encodeFrame("", "unsubscribed", name, nil, false), 0)
}

// join adds topics and acknowledges them. It runs in the desk's goroutine: from the next line on they
// are told live.
func (s *socket) join(topics []*topic) {
	s.desk.crowd = nil
	for _, t := range topics {
		s.mu.Lock()
		known := slices.ContainsFunc(s.topics, func(o *topic) bool { return o.name == t.name })
		if !known {
			// A copy: audiences read the old slice without the lock.
			s.topics = append(slices.Clone(s.topics), t)
		}
		s.mu.Unlock()
		s.queueFrame(encodeFrame("", "subscribed", t.name, nil, false))
		if t.kind == topicQueues {
			s.desk.joinQueues()
		}
		if t.kind == topicConversation {
			s.desk.joinViewers(t.conversation)
		}
	}
	s.desk.looks(s)
}

// forget removes a topic. It runs in the desk's goroutine.
func (s *socket) forget(name string) {
	s.mu.Lock()
	s.topics = slices.DeleteFunc(slices.Clone(s.topics), func(t *topic) bool { return t.name == name })
	s.mu.Unlock()
	s.desk.crowd = nil
	s.desk.looks(s)
}

// drop ends a subscription whose conversation the viewer may no longer read, and says so.
func (s *socket) drop(t *topic) {
	s.forget(t.name)
	s.hub.metrics.refused.Inc()
	s.refuse(t.name, fault.New(fault.NotFound, "You can no longer see this conversation."))
}

// replayPending joins the topics that were gathered and tells them what they missed. Meanwhile live
// frames are held, so that the socket's lines stay in order.
func (s *socket) replayPending() {
	s.replays.Lock()
	defer s.replays.Unlock()
	s.mu.Lock()
	topics := s.pending
	s.pending = nil
	s.mu.Unlock()
	if topics = s.readable(s.desk.ctx, topics); len(topics) == 0 {
		return
	}
	var until int64
	if !s.desk.do(func() {
		s.join(topics)
		until = s.desk.head.Seq
		s.mu.Lock()
		s.replaying = true
		s.mu.Unlock()
	}) {
		return
	}
	if err := s.replay(topics, until); err != nil {
		if s.desk.ctx.Err() == nil {
			slog.Warn("realtime: missed lines can't be told", "org", s.desk.org, "err", err)
		}
		s.end(statusResume, "try again")
		return
	}
	s.mu.Lock()
	s.replaying = false
	s.queue, s.queued = append(s.queue, s.held...), s.queued+s.heldBytes
	s.held, s.heldBytes = nil, 0
	s.mu.Unlock()
	signal(s.ready)
}

// replay tells topics the lines after the hello's cursor up to the one from which they are told live.
func (s *socket) replay(topics []*topic, until int64) error {
	ctx, cancel := context.WithCancel(s.desk.ctx)
	defer cancel()
	for at := behind(s.after); at < until; {
		select {
		case <-s.gone:
			return nil
		default:
		}
		changes, err := s.hub.Feed.Changes(ctx, s.desk.org, at, int(min(tailLimit, until-at)))
		if err != nil {
			return err
		}
		if len(changes) == 0 {
			return fault.New(fault.Internal, "The feed ends before its head.")
		}
		a := s.audience()
		a.topics = topics
		b, err := s.hub.load(ctx, s.desk.org, changes, newCrowd([]*audience{a}))
		if err != nil {
			return err
		}
		for _, c := range changes {
			frames, _ := b.frames(a, c) // lost rights are found by the live path
			encoded := told(s.after.Epoch, c, frames)
			for i, f := range frames {
				if c.Seq == s.after.Seq && s.after.Part != 0 && f.part <= s.after.Part {
					continue
				}
				if !s.pushMissed(encoded[i]) {
					return nil
				}
			}
		}
		at = changes[len(changes)-1].Seq
	}
	return nil
}

// renew asks who this is now, and brings rights up to date.
func (s *socket) renew() {
	s.mu.Lock()
	before := s.who
	s.mu.Unlock()
	if before.Renew == nil {
		return
	}
	ctx, cancel := context.WithTimeout(s.hub.ctx, writeTimeout)
	defer cancel()
	now, err := before.Renew(ctx)
	switch class := fault.CodeOf(err).Class(); {
	case err == nil && (now.Org != before.Org || now.User != before.User):
		s.end(statusSignIn, "sign in again")
		return
	case err == nil:
	case class == fault.ClassUnauthorized || class == fault.ClassForbidden || class == fault.ClassNotFound:
		s.end(statusSignIn, "sign in again")
		return
	default:
		return // the database is away; the next ping asks again
	}
	sight, err := s.hub.Views.Sight(ctx, before.Org, now.Viewer)
	if err != nil {
		return
	}
	s.desk.do(func() {
		s.mu.Lock()
		if now.Renew == nil {
			now.Renew = before.Renew
		}
		s.who, s.sight = now, sight
		s.desk.crowd = nil
		topics := s.topics
		s.topics = nil
		s.mu.Unlock()
		for _, t := range topics {
			again, err := now.parseTopic(t.name) // a list of everything may have become one of the team
			if err != nil {
				s.refuse(t.name, err)
				continue
			}
			s.mu.Lock()
			s.topics = append(slices.Clone(s.topics), again)
			s.mu.Unlock()
		}
		if err := s.desk.recheck(s); err != nil {
			slog.Warn("realtime: rights could not be asked", "org", before.Org, "err", err)
			s.end(statusResume, "try again")
		}
	})
}
