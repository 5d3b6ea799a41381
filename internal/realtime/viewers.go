package realtime

import (
	"log/slog"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"switchboard/internal/fault"
	"switchboard/internal/message"
	"switchboard/internal/resource"
)

// Who else looks at a conversation. A page says what it shows (`view`), a node says it to the others over
// the bus, and says it again from time to time: nothing is written, and what gets lost is mended by the
// next time or runs out.

const (
	// viewsMax bounds the conversations that one socket shows; the console has three beside each other.
	viewsMax = 8
	// viewersMax is how many are named; the others are counted.
	viewersMax = 20
	// viewersEvery is how often a node says again who looks. Others forget what they didn't hear for
	// viewersForget times as long.
	viewersEvery  = 20 * time.Second
	viewersForget = 3
	// viewersPace gathers what changes together: somebody who leafs through a list, a node that starts.
	viewersPace = 100 * time.Millisecond

	viewingPrefix = "viewing:"
	askedPrefix   = "viewing?:"
)

// viewing says that a user looks at a conversation on some page of a node, or no longer.
type viewing struct {
	org          message.OrgID
	conversation message.ConversationID
	user         message.UserID
	node         message.RowID
	seq          int64 // counts what a node says: names of the bus may come out of their order
	on           bool
}

func (v viewing) name() string {
	state := "0"
	if v.on {
		state = "1"
	}
	return viewingPrefix + strings.Join([]string{v.org.String(), v.conversation.String(), v.user.String(), v.node.String(), strconv.FormatInt(v.seq, 10), state}, ":")
}

func parseViewing(name string) (v viewing, ok bool) {
	rest, ok := strings.CutPrefix(name, viewingPrefix)
	parts := strings.Split(rest, ":")
	if !ok || len(parts) != 6 {
		return v, false
	}
	var errs [5]error
	v.org, errs[0] = message.ParseID[message.OrgID](parts[0])
	v.conversation, errs[1] = message.ParseID[message.ConversationID](parts[1])
	v.user, errs[2] = message.ParseID[message.UserID](parts[2])
	v.node, errs[3] = message.ParseID[message.RowID](parts[3])
	v.seq, errs[4] = strconv.ParseInt(parts[4], 10, 64)
	v.on = parts[5] == "1"
	return v, errs == [5]error{}
}

// askedViewing is the organisation that a node which begins to serve it asks all others about.
func askedViewing(name string) (message.OrgID, bool) {
	id, ok := strings.CutPrefix(name, askedPrefix)
	if !ok {
		return message.OrgID{}, false
	}
	org, err := message.ParseID[message.OrgID](id)
	return org, err == nil
}

// elsewhere is a user's pages on another node.
type elsewhere struct {
	user message.UserID
	node message.RowID
}

// heard is what another node said last. That somebody left is kept as well until it runs out, since what
// was said before may come after it.
type heard struct {
	seq   int64
	on    bool
	until time.Time
}

// viewers is who looks at what, as far as a desk knows. Its goroutine owns it.
type viewers struct {
	pages map[*socket][]message.ConversationID              // what each page shows and may read
	here  map[message.ConversationID]map[message.UserID]int // pages of each user on this node
	there map[message.ConversationID]map[elsewhere]heard    // and on others
	stale map[message.ConversationID]bool                   // to be told
	due   *time.Timer
}

func newViewers() viewers {
	v := viewers{pages: map[*socket][]message.ConversationID{}, here: map[message.ConversationID]map[message.UserID]int{},
		there: map[message.ConversationID]map[elsewhere]heard{}, stale: map[message.ConversationID]bool{}, due: time.NewTimer(time.Hour)}
	v.due.Stop()
	return v
}

// view takes what a page says that it shows now; it counts for topics that the page is subscribed to.
func (s *socket) view(topics []string) {
	if len(topics) > viewsMax {
		s.refuse("", fault.New(fault.Malformed, "A page shows at most %d conversations.", viewsMax))
		return
	}
	s.desk.do(func() {
		s.views = topics
		s.desk.looks(s)
	})
}

// looks brings up to date what a page shows: after it said so, and when its topics change.
func (d *desk) looks(s *socket) {
	var now []message.ConversationID
	if _, joined := d.joined[s]; joined && len(s.views) > 0 {
		for _, t := range s.audience().topics {
			if t.kind == topicConversation && slices.Contains(s.views, t.name) {
				now = append(now, t.conversation)
			}
		}
	}
	user := s.audience().sight.User
	before := d.viewers.pages[s]
	for _, c := range now {
		if !slices.Contains(before, c) {
			d.looksAt(c, user, 1)
		}
	}
	for _, c := range before {
		if !slices.Contains(now, c) {
			d.looksAt(c, user, -1)
		}
	}
	if d.viewers.pages[s] = now; len(now) == 0 {
		delete(d.viewers.pages, s)
	}
}

// looksAt counts a user's pages; the first and the last are told.
func (d *desk) looksAt(c message.ConversationID, user message.UserID, step int) {
	users := d.viewers.here[c]
	if users == nil {
		users = map[message.UserID]int{}
		d.viewers.here[c] = users
	}
	before := users[user]
	users[user] += step
	if users[user] == 0 {
		delete(users, user)
	}
	if len(users) == 0 {
		delete(d.viewers.here, c)
	}
	if before == 0 || before+step == 0 {
		d.hub.Publish([]string{d.says(c, user, before == 0)})
		d.viewersChanged(c)
	}
}

func (d *desk) says(c message.ConversationID, user message.UserID, on bool) string {
	return viewing{org: d.org, conversation: c, user: user, node: d.hub.id, seq: d.hub.said.Add(1), on: on}.name()
}

// sayViews tells the other nodes who looks at what on this one.
func (d *desk) sayViews() {
	var names []string
	for c, users := range d.viewers.here {
		for user := range users {
			names = append(names, d.says(c, user, true))
		}
	}
	if len(names) > 0 {
		d.hub.Publish(names)
	}
}

// heardViews takes what other nodes said.
func (d *desk) heardViews(all []viewing) {
	for _, v := range all {
		users := d.viewers.there[v.conversation]
		if users == nil {
			users = map[elsewhere]heard{}
			d.viewers.there[v.conversation] = users
		}
		key := elsewhere{v.user, v.node}
		before := users[key]
		if before.seq >= v.seq {
			continue
		}
		users[key] = heard{v.seq, v.on, time.Now().Add(viewersForget * d.hub.ViewersEvery)}
		if before.on != v.on {
			d.viewersChanged(v.conversation)
		}
	}
}

// forgetViews drops what other nodes have not repeated.
func (d *desk) forgetViews() {
	now := time.Now()
	for c, users := range d.viewers.there {
		for key, h := range users {
			if now.Before(h.until) {
				continue
			}
			delete(users, key)
			if h.on {
				d.viewersChanged(c)
			}
		}
		if len(users) == 0 {
			delete(d.viewers.there, c)
		}
	}
}

// viewersOf is who looks at a conversation, on any node, each once.
func (d *desk) viewersOf(c message.ConversationID) map[message.UserID]bool {
	users := map[message.UserID]bool{}
	for user := range d.viewers.here[c] {
		users[user] = true
	}
	for key, h := range d.viewers.there[c] {
		if h.on {
			users[key.user] = true
		}
	}
	return users
}

// joinViewers tells a new subscriber soon who looks at its conversation, if anybody does.
func (d *desk) joinViewers(c message.ConversationID) {
	if len(d.viewersOf(c)) > 0 {
		d.viewersChanged(c)
	}
}

func (d *desk) viewersChanged(c message.ConversationID) {
	if len(d.viewers.stale) == 0 {
		d.viewers.due.Reset(viewersPace)
	}
	d.viewers.stale[c] = true
}

// tellViewers tells everybody who follows a conversation who else looks at it.
func (d *desk) tellViewers() {
	watching := map[message.ConversationID][]*audience{}
	for s := range d.joined {
		a := s.audience()
		for _, t := range a.topics {
			if t.kind == topicConversation && d.viewers.stale[t.conversation] {
				watching[t.conversation] = append(watching[t.conversation], a)
			}
		}
	}
	stale := d.viewers.stale
	d.viewers.stale = map[message.ConversationID]bool{}
	if len(watching) == 0 {
		return
	}
	users := map[message.UserID]bool{}
	for c := range watching {
		maps.Copy(users, d.viewersOf(c))
	}
	rows, err := d.hub.Views.Rows(d.ctx, d.org, set(watching), nil)
	var names map[message.UserID]string
	if err == nil && len(users) > 0 {
		names, err = d.hub.Views.UserNames(d.ctx, d.org, set(users))
	}
	if err != nil {
		if d.ctx.Err() == nil {
			slog.Warn("realtime: who looks at a conversation can't be told", "org", d.org, "err", err)
		}
		d.viewers.stale = stale
		d.viewers.due.Reset(poll)
		return
	}
	for c, audiences := range watching {
		row := rows[c]
		// Who is unknown here is a program, or was removed.
		var refs []resource.AgentRef
		for user := range d.viewersOf(c) {
			if names[user] != "" {
				refs = append(refs, resource.AgentRef{ID: user, Name: names[user]})
			}
		}
		slices.SortFunc(refs, func(a, b resource.AgentRef) int { return strings.Compare(a.Name+a.ID.String(), b.Name+b.ID.String()) })
		for _, a := range audiences {
			if row == nil || !a.sight.MayRead(row.Reach) {
				continue
			}
			others := slices.DeleteFunc(slices.Clone(refs), func(r resource.AgentRef) bool { return r.ID == a.sight.User })
			data := raw(struct {
				Viewers []resource.AgentRef `json:"viewers"`
				Count   int                 `json:"count"`
			}{append([]resource.AgentRef{}, others[:min(len(others), viewersMax)]...), len(others)})
			a.socket.push(encodeFrame("", "viewers", "conversation:"+c.String(), data, false), 0)
		}
	}
}
