package realtime

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"switchboard/internal/feed"
	"switchboard/internal/inbox"
	"switchboard/internal/message"
)

// audience is one socket with the topics that some lines of the feed are to be told on.
type audience struct {
	socket *socket
	sight  inbox.Sight
	topics []*topic
	round  uint64 // the crowd's, in which it was named last
}

func (a *audience) on(kind topicKind) bool {
	return slices.ContainsFunc(a.topics, func(t *topic) bool { return t.kind == kind })
}

// frame is what one line says on one topic. data is nil for a line that says nothing after all.
type frame struct {
	part    uint64
	topic   *topic
	kind    feed.Type
	data    json.RawMessage
	removed bool // the conversation left this list, or was never on it
}

type entryKey struct {
	conversation message.ConversationID
	seq          int64
}

type shownTo struct {
	conversation message.ConversationID
	user         message.UserID
}

// batch is some lines of the feed with everything they are about, loaded once as it is now. Since
// resources are told as they are, a resource that changed several times within a batch is told once,
// at its last line; new entries are each told at their own.
type batch struct {
	changes   []feed.Change
	now       time.Time
	rows      map[message.ConversationID]*inbox.Row
	entries   map[entryKey]json.RawMessage
	created   map[entryKey]bool
	lastEntry map[entryKey]int64
	lastHead  map[message.ConversationID]int64
	moved     map[message.ConversationID]bool // its session changed, so it may have left lists
	sessions  map[message.SessionID]json.RawMessage
	lastSess  map[message.SessionID]int64
	offers    map[message.OfferID]json.RawMessage
	presences map[message.UserID]json.RawMessage
	lastPres  map[message.UserID]int64
	heads     map[shownTo]json.RawMessage
	drafts    map[shownTo]json.RawMessage
	lastDraft map[shownTo]int64
	notices   map[message.RowID]json.RawMessage
	unread    map[message.UserID]int
	lastReads map[message.UserID]int64
}

func raw(v any) json.RawMessage {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // resources always marshal
	}
	return b
}

func set[K comparable, V any](m map[K]V) []K {
	out := make([]K, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	return out
}

// load fetches what the lines are about, as far as somebody wants it, in few statements.
func (h *Hub) load(ctx context.Context, org message.OrgID, changes []feed.Change, to *crowd) (*batch, error) {
	lists, persons := len(to.lists) > 0, len(to.persons) > 0
	b := &batch{changes: changes, now: time.Now(), entries: map[entryKey]json.RawMessage{}, created: map[entryKey]bool{}, lastEntry: map[entryKey]int64{},
		lastHead: map[message.ConversationID]int64{}, moved: map[message.ConversationID]bool{}, sessions: map[message.SessionID]json.RawMessage{},
		lastSess: map[message.SessionID]int64{}, offers: map[message.OfferID]json.RawMessage{}, presences: map[message.UserID]json.RawMessage{},
		lastPres: map[message.UserID]int64{}, heads: map[shownTo]json.RawMessage{}, drafts: map[shownTo]json.RawMessage{},
		lastDraft: map[shownTo]int64{}, notices: map[message.RowID]json.RawMessage{}, lastReads: map[message.UserID]int64{}}
	conversations, entries := map[message.ConversationID]bool{}, map[message.ConversationID][]int64{}
	offers := map[message.OfferID]bool{}
	for _, c := range changes {
		watched, person := len(to.watching[c.Conversation]) > 0, len(to.persons[c.Agent]) > 0
		switch c.Type {
		case feed.EntryCreated, feed.EntryUpdated:
			// The line of a new entry names whose list it moves.
			if lists || watched || person || persons && c.Type == feed.EntryUpdated {
				conversations[c.Conversation] = true
			}
			key := entryKey{c.Conversation, c.EntrySeq}
			if watched && b.lastEntry[key] == 0 {
				entries[c.Conversation] = append(entries[c.Conversation], c.EntrySeq)
			}
			b.lastEntry[key] = c.Seq
			b.created[key] = b.created[key] || c.Type == feed.EntryCreated
		case feed.SessionUpdated:
			if lists || persons || watched {
				conversations[c.Conversation] = true
			}
			b.moved[c.Conversation], b.lastSess[c.Session] = true, c.Seq
		case feed.SessionDeleted:
			if lists || persons || watched {
				conversations[c.Conversation] = true
			}
			b.moved[c.Conversation] = true
		case feed.ConversationUpdated:
			if lists || persons || watched {
				conversations[c.Conversation] = true
			}
		case feed.OfferCreated:
			if person {
				offers[message.OfferID(c.Ref)] = true
			}
		case feed.PresenceUpdated:
			if len(to.presence) > 0 || person {
				b.lastPres[c.Agent] = c.Seq
			}
		}
	}
	var err error
	if b.rows, err = h.Views.RowsTo(ctx, org, set(conversations), to.readers(changes)); err != nil {
		return nil, err
	}
	if len(entries) > 0 {
		loaded, err := h.Views.EntriesOf(ctx, org, entries)
		if err != nil {
			return nil, err
		}
		for _, e := range loaded {
			b.entries[entryKey{e.ConversationID, e.Seq}] = raw(e)
		}
	}
	if err := h.loadSessions(ctx, org, b); err != nil {
		return nil, err
	}
	if len(offers) > 0 {
		loaded, err := h.Views.OffersByID(ctx, org, set(offers))
		if err != nil {
			return nil, err
		}
		for id, o := range loaded {
			b.offers[id] = raw(o)
		}
	}
	if len(b.lastPres) > 0 {
		loaded, err := h.Views.Presences(ctx, org, set(b.lastPres))
		if err != nil {
			return nil, err
		}
		for id, p := range loaded {
			b.presences[id] = raw(p)
		}
	}
	if err := h.loadPersonal(ctx, org, b, to); err != nil {
		return nil, err
	}
	for _, c := range changes {
		if b.headChanges(c) {
			b.lastHead[c.Conversation] = c.Seq
		}
	}
	return b, nil
}

// loadSessions takes sessions from their conversations' rows; those that a newer one has followed
// within the same lines are loaded by themselves.
func (h *Hub) loadSessions(ctx context.Context, org message.OrgID, b *batch) error {
	var older []message.SessionID
	for _, c := range b.changes {
		row := b.rows[c.Conversation]
		if c.Type != feed.SessionUpdated || row == nil || b.lastSess[c.Session] != c.Seq {
			continue
		}
		if s := row.Conversation.Session; s != nil && s.ID == c.Session {
			b.sessions[c.Session] = raw(s)
		} else {
			older = append(older, c.Session)
		}
	}
	if len(older) == 0 {
		return nil
	}
	loaded, err := h.Views.SessionsByID(ctx, org, older)
	for id, s := range loaded {
		b.sessions[id] = raw(s)
	}
	return err
}

// headChanges reports whether a line changes what lists and heads show of a conversation to everybody.
func (b *batch) headChanges(c feed.Change) bool {
	switch c.Type {
	case feed.EntryCreated, feed.SessionUpdated, feed.SessionDeleted:
		return true
	case feed.EntryUpdated:
		row := b.rows[c.Conversation]
		return row != nil && row.Conversation.LastEntry != nil && row.Conversation.LastEntry.Seq == c.EntrySeq
	case feed.ConversationUpdated:
		return c.Agent.IsZero()
	}
	return false
}

// head is a conversation as one viewer sees it.
func (b *batch) head(row *inbox.Row, s inbox.Sight) json.RawMessage {
	key := shownTo{row.Head.ID, s.User}
	data, ok := b.heads[key]
	if !ok {
		data = raw(row.For(s, b.now))
		b.heads[key] = data
	}
	return data
}

// frames is what a line says to an audience, in the order of parts. lost are topics whose conversation
// the viewer may no longer read.
func (b *batch) frames(a *audience, c feed.Change) (out []frame, lost []*topic) {
	for _, t := range a.topics {
		switch t.kind {
		case topicMe:
			out = append(out, b.onMe(a, t, c)...)
		case topicList:
			out = append(out, b.onList(a, t, c)...)
		case topicConversation:
			if t.conversation != c.Conversation || c.Conversation.IsZero() {
				continue
			}
			row := b.rows[c.Conversation]
			if row == nil {
				continue
			}
			if !a.sight.MayRead(row.Reach) {
				lost = append(lost, t)
				continue
			}
			out = append(out, b.onConversation(a, t, c, row)...)
		case topicPresence:
			if c.Type == feed.PresenceUpdated && b.lastPres[c.Agent] == c.Seq {
				out = append(out, frame{topic: t, kind: c.Type, data: b.presences[c.Agent]})
			}
		}
	}
	out = slices.DeleteFunc(out, func(f frame) bool { return f.data == nil })
	for i := range out {
		out[i].part = part(out[i].topic.name, string(out[i].kind))
	}
	slices.SortFunc(out, func(x, y frame) int {
		if x.part < y.part {
			return -1
		}
		return 1
	})
	return out, lost
}

// onMe: the viewer's offers, presence and sessions, and their read markers set elsewhere. A session is
// theirs while they have it and in the change that takes it from them.
func (b *batch) onMe(a *audience, t *topic, c feed.Change) []frame {
	row := b.rows[c.Conversation]
	switch c.Type {
	case feed.OfferCreated:
		if c.Agent == a.sight.User {
			return []frame{{topic: t, kind: c.Type, data: b.offers[message.OfferID(c.Ref)]}}
		}
	case feed.OfferWithdrawn:
		if c.Agent == a.sight.User {
			return []frame{{topic: t, kind: c.Type, data: raw(map[string]string{"id": c.Ref.String()})}}
		}
	case feed.PresenceUpdated:
		if c.Agent == a.sight.User && b.lastPres[c.Agent] == c.Seq {
			return []frame{{topic: t, kind: c.Type, data: b.presences[c.Agent]}}
		}
	case feed.SessionUpdated:
		if row != nil && b.lastSess[c.Session] == c.Seq && (row.Reach.Agent == a.sight.User || row.Reach.LastAgent == a.sight.User) {
			return []frame{{topic: t, kind: c.Type, data: b.sessions[c.Session]}}
		}
	case feed.DraftUpdated, feed.MentionCreated, feed.NotificationsRead, feed.PreferencesUpdated:
		return b.personal(a, t, c)
	case feed.ConversationUpdated:
		if row != nil && c.Agent == a.sight.User && a.sight.MayRead(row.Reach) {
			return []frame{{topic: t, kind: c.Type, data: b.head(row, a.sight)}}
		}
	}
	return nil
}

// tellsHead reports whether this line is where the conversation's head is told to this viewer.
func (b *batch) tellsHead(a *audience, c feed.Change) bool {
	if c.Type == feed.ConversationUpdated && !c.Agent.IsZero() {
		return c.Agent == a.sight.User
	}
	return b.lastHead[c.Conversation] == c.Seq
}

// onList: the conversation as it is now where it belongs on the list; where its session changed and it
// doesn't, that it has left, with no more than its id for those who may not read it.
func (b *batch) onList(a *audience, t *topic, c feed.Change) []frame {
	row := b.rows[c.Conversation]
	if c.Conversation.IsZero() || row == nil || !b.tellsHead(a, c) {
		return nil
	}
	f := frame{topic: t, kind: feed.ConversationUpdated}
	switch reads := a.sight.MayRead(row.Reach); {
	case t.query.Matches(row, a.sight):
		f.data = b.head(row, a.sight)
	case !b.moved[c.Conversation], !t.query.OnChannel(row):
	case t.query.Scope == inbox.ScopeMine && row.Reach.LastAgent != a.sight.User && row.Reach.Agent != a.sight.User:
	case reads:
		f.data, f.removed = b.head(row, a.sight), true
	default:
		f.data, f.removed = raw(map[string]string{"id": row.Head.ID.String()}), true
	}
	return []frame{f}
}

// onConversation: each entry, its session, and the head.
func (b *batch) onConversation(a *audience, t *topic, c feed.Change, row *inbox.Row) (out []frame) {
	switch c.Type {
	case feed.EntryCreated:
		out = append(out, frame{topic: t, kind: c.Type, data: b.entries[entryKey{c.Conversation, c.EntrySeq}]})
	case feed.EntryUpdated:
		// One that was created among these lines was told as it is now already.
		if key := (entryKey{c.Conversation, c.EntrySeq}); !b.created[key] && b.lastEntry[key] == c.Seq {
			out = append(out, frame{topic: t, kind: c.Type, data: b.entries[key]})
		}
	case feed.SessionUpdated:
		if b.lastSess[c.Session] == c.Seq {
			out = append(out, frame{topic: t, kind: c.Type, data: b.sessions[c.Session]})
		}
	case feed.SessionDeleted:
		out = append(out, frame{topic: t, kind: c.Type, data: raw(map[string]string{"id": c.Session.String(), "conversation_id": c.Conversation.String()})})
	}
	if b.tellsHead(a, c) {
		out = append(out, frame{topic: t, kind: feed.ConversationUpdated, data: b.head(row, a.sight)})
	}
	return out
}

// encode writes a frame as clients get it.
func (f frame) encode(cursor feed.Cursor) []byte {
	return encodeFrame(cursor.String(), string(f.kind), f.topic.name, f.data, f.removed)
}

// encodeFrame puts together by hand what is JSON already: the same data goes into many frames.
func encodeFrame(cursor, kind, topic string, data json.RawMessage, removed bool) []byte {
	out := make([]byte, 0, len(data)+len(topic)+len(cursor)+80)
	out = append(out, '{')
	if cursor != "" {
		out = append(append(append(out, `"cursor":`...), raw(cursor)...), ',')
	}
	out = append(append(out, `"type":`...), raw(kind)...)
	if topic != "" {
		out = append(append(out, `,"topic":`...), raw(topic)...)
	}
	if removed {
		out = append(out, `,"removed":true`...)
	}
	if len(data) > 0 {
		out = append(append(out, `,"data":`...), data...)
	}
	return append(out, '}')
}

// told numbers the frames of one line: only the last says that the whole line is behind it.
func told(epoch int64, c feed.Change, frames []frame) [][]byte {
	out := make([][]byte, len(frames))
	for i, f := range frames {
		cursor := feed.Cursor{Epoch: epoch, Seq: c.Seq}
		if i < len(frames)-1 {
			cursor.Part = f.part
		}
		out[i] = f.encode(cursor)
	}
	return out
}
