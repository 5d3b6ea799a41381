package realtime

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"strconv"
	"time"

	"github.com/coder/websocket"

	"switchboard/internal/fault"
	"switchboard/internal/feed"
	"switchboard/internal/message"
	"switchboard/internal/resource"
	"switchboard/internal/trace"
)

const (
	// coalesce gathers the wake-ups of commits that come close together; the first after a pause is
	// followed at once.
	coalesce = 5 * time.Millisecond
	// poll finds what a lost wake-up hid.
	poll = time.Second
	// tailLimit is how many lines of the feed are loaded together.
	tailLimit = 500
	// beat is how often an idle socket is told how far the feed is, so that it resumes from there.
	beat = 25 * time.Second
	// queuesPace bounds how often the queues are counted.
	queuesPace = 500 * time.Millisecond
)

// desk serves the sockets of one organisation. Its goroutine owns who is joined to which topic and the
// place in the feed up to which they were told everything; others ask it with do.
type desk struct {
	hub     *Hub
	org     message.OrgID
	ctx     context.Context
	cancel  context.CancelFunc
	sockets int // guarded by the hub

	commands     chan func()
	wake, access chan struct{}
	typings      chan typing
	views        chan []viewing
	asked        chan struct{} // another node wants to know who looks at what here

	head       feed.Cursor
	joined     map[*socket]struct{}
	crowd      *crowd                              // of those who are joined; nil when somebody's topics or rights have changed
	queues     map[message.QueueID]json.RawMessage // as they were told last
	queuesDue  *time.Timer
	queuesWait bool
	viewers    viewers
}

func newDesk(h *Hub, org message.OrgID) *desk {
	d := &desk{hub: h, org: org, commands: make(chan func()), wake: make(chan struct{}, 1), access: make(chan struct{}, 1),
		typings: make(chan typing, 256), views: make(chan []viewing, 64), asked: make(chan struct{}, 1), joined: map[*socket]struct{}{}, viewers: newViewers()}
	d.ctx, d.cancel = context.WithCancel(h.ctx)
	d.queuesDue = time.NewTimer(time.Hour)
	d.queuesDue.Stop()
	return d
}

// do runs f in the desk's goroutine, between batches. It reports false when the desk is closed.
func (d *desk) do(f func()) bool {
	done := make(chan struct{})
	select {
	case d.commands <- func() { f(); close(done) }:
		<-done
		return true
	case <-d.ctx.Done():
		return false
	}
}

func (d *desk) run() {
	if !d.begin() {
		return
	}
	polls, beats, views := time.NewTicker(poll), time.NewTicker(beat), time.NewTicker(d.hub.ViewersEvery)
	defer polls.Stop()
	defer beats.Stop()
	defer views.Stop()
	defer d.queuesDue.Stop()
	defer d.viewers.due.Stop()
	d.hub.Publish([]string{askedPrefix + d.org.String()})
	var last time.Time
	for {
		select {
		case <-d.ctx.Done():
			return
		case <-d.wake:
			if rest := coalesce - time.Since(last); rest > 0 {
				select {
				case <-time.After(rest):
				case <-d.ctx.Done():
					return
				}
			}
			d.tail()
			last = time.Now()
		case <-polls.C:
			d.tail()
		case f := <-d.commands:
			f()
		case <-d.access:
			for s := range d.joined {
				go s.renew()
			}
		case t := <-d.typings:
			d.typing(t)
		case all := <-d.views:
			d.heardViews(all)
		case <-d.asked:
			d.sayViews()
		case <-views.C:
			d.sayViews()
			d.forgetViews()
		case <-d.viewers.due.C:
			d.tellViewers()
		case <-d.queuesDue.C:
			d.tellQueues()
		case <-beats.C:
			for s := range d.joined {
				s.catchUp(d.head)
			}
		}
	}
}

// begin finds the place in the feed from which this desk tells everything.
func (d *desk) begin() bool {
	for {
		head, _, err := d.hub.Feed.Head(d.ctx, d.org)
		if err == nil {
			d.head = feed.Cursor{Epoch: head.Epoch, Seq: head.Seq}
			return true
		}
		slog.Warn("realtime: the feed can't be read", "org", d.org, "err", err)
		select {
		case <-time.After(time.Second):
		case <-d.ctx.Done():
			return false
		}
	}
}

// tail tells everything that is new. When it can't be loaded the place stays, and the poll tries again.
func (d *desk) tail() {
	for {
		changes, err := d.hub.Feed.Changes(d.ctx, d.org, d.head.Seq, tailLimit)
		if err == nil && len(changes) > 0 {
			err = d.tell(changes)
		}
		if err != nil {
			if d.ctx.Err() == nil {
				slog.Warn("realtime: changes wait to be told", "org", d.org, "err", err)
			}
			return
		}
		if len(changes) == 0 {
			return
		}
		d.head.Seq = changes[len(changes)-1].Seq
		d.hub.metrics.lag.Observe(time.Since(changes[len(changes)-1].At).Seconds())
	}
}

// tell hands lines to every socket that is joined. Whose rights they change is asked first.
func (d *desk) tell(changes []feed.Change) error {
	if err := d.refreshSights(changes); err != nil {
		return err
	}
	to := d.audiences()
	b, err := d.hub.load(d.ctx, d.org, changes, to)
	if err != nil {
		return err
	}
	debug := slog.Default().Enabled(d.ctx, slog.LevelDebug)
	sockets := make([]int, len(changes)) // that each line reached
	for i, c := range changes {
		reached := 0
		to.concerned(c, b.rows[c.Conversation], func(a *audience) {
			frames, lost := b.frames(a, c)
			if len(frames) > 0 {
				reached++
			}
			for _, data := range told(d.head.Epoch, c, frames) {
				a.socket.push(data, c.Seq)
			}
			for _, t := range lost {
				a.socket.drop(t)
				a.topics = a.socket.audience().topics
			}
		})
		sockets[i] = reached
		if debug { // the end of a request's trail: from here on it is on screens
			slog.Debug("on screen", "trace", c.Trace, "org", d.org, "type", c.Type, "feed_seq", c.Seq, "sockets", reached)
		}
	}
	d.onScreen(changes, sockets)
	for _, c := range changes {
		if c.Type == feed.QueueUpdated || c.Type == feed.WorkUpdated || c.Type == feed.PresenceUpdated || c.Type == feed.AgentUpdated {
			d.queuesChanged()
			break
		}
	}
	return nil
}

// audiences are all who are joined.
func (d *desk) audiences() *crowd {
	if d.crowd == nil {
		all := make([]*audience, 0, len(d.joined))
		for s := range d.joined {
			all = append(all, s.audience())
		}
		d.crowd = newCrowd(all)
	}
	return d.crowd
}

// onScreen records the ways of changes from their transactions to sockets, when traces are kept. A line that says
// nothing by itself is on screen with the others of its conversation.
func (d *desk) onScreen(changes []feed.Change, sockets []int) {
	if d.hub.Spans == nil {
		return
	}
	of := map[message.ConversationID]int{}
	for i, c := range changes {
		if !c.Conversation.IsZero() {
			of[c.Conversation] = max(of[c.Conversation], sockets[i])
		}
	}
	for i, c := range changes {
		if reached := max(sockets[i], of[c.Conversation]); c.Trace != "" && reached > 0 {
			d.hub.Spans.Keep(trace.Past{Trace: c.Trace, Name: "screen", Began: c.At, Ended: time.Now(), Texts: map[string]string{
				"switchboard.change": string(c.Type), "switchboard.sockets": strconv.Itoa(reached)}})
		}
	}
}

// refreshSights loads anew what viewers may see whose queues or rights these lines change.
func (d *desk) refreshSights(changes []feed.Change) error {
	all, users := false, map[message.UserID]bool{}
	for _, c := range changes {
		all = all || c.Type == feed.QueueUpdated
		if c.Type == feed.AgentUpdated {
			users[c.Agent] = true
		}
	}
	if !all && len(users) == 0 {
		return nil
	}
	for s := range d.joined {
		viewer := s.audience().sight.Viewer
		if !all && !users[viewer.User] {
			continue
		}
		sight, err := d.hub.Views.Sight(d.ctx, d.org, viewer)
		if err != nil {
			return err
		}
		s.setSight(sight)
		if err := d.recheck(s); err != nil {
			return err
		}
	}
	return nil
}

// recheck ends subscriptions to conversations that the viewer may no longer read.
func (d *desk) recheck(s *socket) error {
	a := s.audience()
	var watched []message.ConversationID
	for _, t := range a.topics {
		if t.kind == topicConversation {
			watched = append(watched, t.conversation)
		}
	}
	if len(watched) == 0 {
		return nil
	}
	rows, err := d.hub.Views.Rows(d.ctx, d.org, watched, nil)
	if err != nil {
		return err
	}
	for _, t := range a.topics {
		if row := rows[t.conversation]; t.kind == topicConversation && (row == nil || !a.sight.MayRead(row.Reach)) {
			s.drop(t)
		}
	}
	return nil
}

// joinQueues tells a new subscriber how the queues are.
func (d *desk) joinQueues() {
	d.queues = nil
	d.queuesChanged()
}

// queuesChanged counts the queues soon, for whoever wants to know.
func (d *desk) queuesChanged() {
	if d.queuesWait {
		return
	}
	for s := range d.joined {
		if s.audience().on(topicQueues) {
			d.queuesWait = true
			d.queuesDue.Reset(queuesPace)
			return
		}
	}
}

// tellQueues sends each queue whose state differs from what was told last.
func (d *desk) tellQueues() {
	d.queuesWait = false
	states, err := d.hub.Views.QueueStates(d.ctx, d.org, nil)
	if err != nil {
		slog.Warn("realtime: queues can't be counted", "org", d.org, "err", err)
		d.queuesChanged()
		return
	}
	now := map[message.QueueID]json.RawMessage{}
	for id, q := range states {
		now[id] = raw(q)
		if bytes.Equal(now[id], d.queues[id]) {
			continue
		}
		data := encodeFrame(d.head.String(), string(feed.QueueUpdated), "queues", now[id], false)
		for s := range d.joined {
			if s.audience().on(topicQueues) {
				s.push(data, d.head.Seq)
			}
		}
	}
	d.queues = now
}

// typing tells who looks at the conversation, except the one who types.
func (d *desk) typing(t typing) {
	var watching []*socket
	topic := "conversation:" + t.conversation.String()
	for s := range d.joined {
		if s.has(topic) && s.audience().sight.User.String() != t.author.ID {
			watching = append(watching, s)
		}
	}
	if len(watching) == 0 {
		return
	}
	rows, err := d.hub.Views.Rows(d.ctx, d.org, []message.ConversationID{t.conversation}, nil)
	row := rows[t.conversation]
	if err != nil || row == nil {
		return
	}
	author := t.author
	if author.Type == message.AuthorCustomer {
		author.Name = row.Conversation.Customer.Name
	} else if id, err := message.ParseID[message.UserID](author.ID); err == nil {
		names, err := d.hub.Views.UserNames(d.ctx, d.org, []message.UserID{id})
		if err != nil {
			return
		}
		author.Name = names[id]
	}
	data := encodeFrame("", "typing", topic, raw(struct {
		Author resource.Author `json:"author"`
		Typing bool            `json:"typing"`
		Note   bool            `json:"note,omitempty"`
	}{author, t.on, t.note}), false)
	for _, s := range watching {
		if s.audience().sight.MayRead(row.Reach) {
			s.push(data, 0)
		}
	}
}

// refused reads an error as what a socket is told.
func refused(err error) (code, text string) {
	var f *fault.Error
	if errors.As(err, &f) {
		return string(f.Code), f.Text
	}
	return string(fault.Unavailable), "This can't be done right now. Try again in a moment."
}

// Status codes with which sockets are closed, beside 1000 and 1001.
const (
	statusSignIn websocket.StatusCode = 4001 // the credentials are no longer good
	statusResume websocket.StatusCode = 4008 // connect again with the last cursor: the reader was too slow, or the database was away
)
