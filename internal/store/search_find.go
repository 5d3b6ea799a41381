package store

import (
	"encoding/base64"
	"encoding/binary"
	"time"

	"switchboard/internal/conversation"
	"switchboard/internal/inbox"
	"switchboard/internal/message"
	"switchboard/internal/search"
)

// finder turns what a source proposes into hits: documents in conversations that the viewer may read,
// which the filters let through and whose texts have all words.
type finder struct {
	tx       *Tx
	q        inbox.Search
	sight    inbox.Sight
	source   source
	visible  map[message.ConversationID]bool
	seen     map[message.EntryID]bool
	everyone map[message.ChannelID]bool
	scanned  int
	began    time.Time
	ended    bool
	hits     []hit
	goOn     string
	lookedTo time.Time
}

// source proposes documents, the newest first.
type source interface {
	// from begins where a cursor says.
	from(cursor string) error
	// next are some documents, and the cursors that follow each; none at the end.
	next() (docs []document, err error)
	after(d *document) string
	here() string
}

func (v *Views) finder(tx *Tx, q inbox.Search, sight inbox.Sight) *finder {
	l := &look{tx: tx, words: q.Words, fits: func(flags int) bool {
		switch {
		case q.Author == "customer" && flags&docCustomer == 0, q.Author == "agent" && flags&docCustomer != 0:
			return false
		case q.Kind == string(message.KindNote) && flags&docNote == 0, q.Kind == string(message.KindMessage) && flags&docNote != 0:
			return false
		}
		return !q.File || flags&docFile != 0
	}}
	if !q.From.IsZero() {
		l.from = q.From.UnixMicro()
	}
	if !q.To.IsZero() {
		l.to = q.To.UnixMicro()
	}
	return &finder{began: time.Now(), tx: tx, q: q, sight: sight, source: &everywhere{l}, visible: map[message.ConversationID]bool{}, seen: map[message.EntryID]bool{}}
}

// more reports whether this request looks further.
func (f *finder) more() bool {
	return !f.ended && f.scanned < searchScan && (f.scanned == 0 || time.Since(f.began) < searchTime)
}

func (f *finder) take() []hit {
	hits := f.hits
	f.hits = nil
	return hits
}

// step looks at the next documents.
func (f *finder) step() error {
	docs, err := f.source.next()
	if err != nil {
		return err
	}
	if len(docs) == 0 {
		f.ended = true
		return nil
	}
	// Nearly all of them are hits when the viewer may see them: no more are read than a page needs.
	batch := f.q.Limit
	for len(docs) > 0 {
		n := min(len(docs), max(batch, 16))
		if err := f.check(docs[:n]); err != nil {
			return err
		}
		if f.q.Limit > 0 && len(f.hits) > f.q.Limit {
			return nil // the page ends within these
		}
		docs, batch = docs[n:], searchBatch
	}
	f.goOn = f.source.here()
	return nil
}

// check keeps of some documents those that are hits.
func (f *finder) check(docs []document) error {
	f.scanned += len(docs)
	if last := time.UnixMicro(docs[len(docs)-1].at).UTC(); f.lookedTo.IsZero() || last.Before(f.lookedTo) {
		f.lookedTo = last
	}
	if err := f.learn(docs); err != nil {
		return err
	}
	var wanted []message.EntryID
	for _, d := range docs {
		if f.visible[message.ConversationID(d.subject)] {
			wanted = append(wanted, message.EntryID(d.id))
		}
	}
	if len(wanted) == 0 {
		return nil
	}
	found, err := f.entries(wanted)
	if err != nil {
		return err
	}
	for i := range docs {
		d := &docs[i]
		e, ok := found[message.EntryID(d.id)]
		if !ok || f.seen[e.shown.EntryID] {
			continue
		}
		f.seen[e.shown.EntryID] = true
		e.after = f.source.after(d)
		f.hits = append(f.hits, e)
	}
	return nil
}

// learn finds out which of the documents' conversations the viewer may read and the filters take.
func (f *finder) learn(docs []document) error {
	var fresh []message.ConversationID
	for _, d := range docs {
		c := message.ConversationID(d.subject)
		if _, known := f.visible[c]; !known {
			f.visible[c] = false
			fresh = append(fresh, c)
		}
	}
	if len(fresh) == 0 {
		return nil
	}
	if f.everyone == nil {
		briefs, err := f.tx.channelBriefs()
		if err != nil {
			return err
		}
		f.everyone = map[message.ChannelID]bool{}
		for _, b := range briefs {
			f.everyone[b.ID] = b.Everyone
		}
	}
	offered := map[message.ConversationID]bool{}
	if !f.sight.All {
		if err := f.tx.query(func(r row) error {
			var c message.ConversationID
			err := r.Scan(&c)
			offered[c] = true
			return err
		}, `SELECT s.conversation_id FROM offer o JOIN session s ON s.org_id = o.org_id AND s.id = o.session_id
 WHERE o.org_id = $1 AND o.agent_id = $2 AND o.state = 'open' AND s.status = 'waiting'`, f.tx.org, f.sight.User); err != nil {
			return err
		}
	}
	a := f.tx.ids(f.tx.org)
	return f.tx.query(func(r row) error {
		var c message.ConversationID
		var channel message.ChannelID
		var kind string
		var status conversation.Status
		var reach inbox.Reach
		if err := r.Scan(&c, &channel, &kind, &reach.LastAgent, &reach.Agent, &reach.Queue, text(&status)); err != nil {
			return err
		}
		reach.Everyone = status == conversation.Waiting && reach.Queue.IsZero() && f.everyone[channel]
		if offered[c] {
			reach.Offered = []message.UserID{f.sight.User}
		}
		f.visible[c] = f.sight.MayRead(reach) && (f.q.Channel.IsZero() || f.q.Channel == channel) && (f.q.ChannelType == "" || f.q.ChannelType == kind)
		return nil
	}, `SELECT c.id, c.channel_id, ch.type, c.last_agent_id, s.agent_id, s.queue_id, s.status FROM conversation c
 LEFT JOIN channel ch ON ch.org_id = c.org_id AND ch.id = c.channel_id
 LEFT JOIN session s ON s.org_id = c.org_id AND s.id = c.session_id WHERE c.org_id = $1 AND c.id `+in(&a, fresh), a.args...)
}

// entries loads entries and keeps those that are hits.
func (f *finder) entries(wanted []message.EntryID) (map[message.EntryID]hit, error) {
	a := f.tx.ids(f.tx.org)
	where := " AND e.id " + in(&a, wanted)
	if !f.q.Queue.IsZero() {
		where += " AND s.queue_id = " + a.add(f.q.Queue)
	}
	if !f.q.Agent.IsZero() {
		where += " AND e.author_id = " + a.add(f.q.Agent)
	}
	if f.q.Kind != "" {
		where += " AND e.kind = " + a.add(f.q.Kind)
	}
	switch f.q.Author {
	case "customer":
		where += " AND e.author_type = 'customer'"
	case "agent":
		where += " AND e.author_type <> 'customer'"
	}
	if !f.q.From.IsZero() {
		where += " AND e.created_at >= " + a.add(us(f.q.From))
	}
	if !f.q.To.IsZero() {
		where += " AND e.created_at <= " + a.add(us(f.q.To))
	}
	found := map[message.EntryID]hit{}
	return found, f.tx.query(func(r row) error {
		var h hit
		var author message.RowID
		var content string
		e := &h.shown
		if err := r.Scan(&e.EntryID, &h.conversation, &e.Seq, text(&e.Kind), text(&e.Author.Type), &author, opened{f.tx, &e.Author.Name}, opened{f.tx, &content}, &e.CreatedAt); err != nil {
			return err
		}
		var said message.Content
		if err := readJSON(content, &said); err != nil {
			return err
		}
		plain := said.Plain()
		ranges, ok := f.q.Words.Match(plain)
		if !ok || f.q.File && said.File == nil {
			return nil
		}
		if !author.IsZero() {
			e.Author.ID = author.String()
		}
		e.File = said.File != nil
		e.Text, e.Ranges = search.Snippet(plain, ranges)
		h.at = e.CreatedAt
		found[e.EntryID] = h
		return nil
	}, `SELECT e.id, e.conversation_id, e.seq, e.kind, e.author_type, e.author_id, e.author_env, e.content_env, e.created_at
 FROM entry e LEFT JOIN session s ON s.org_id = e.org_id AND s.id = e.session_id
 WHERE e.org_id = $1 AND e.erased_at IS NULL`+where, a.args...)
}

// everywhere is the index as a source.
type everywhere struct{ *look }

func (s *everywhere) from(cursor string) (err error) {
	s.spot, err = parseSpot(cursor)
	return err
}
func (s *everywhere) after(d *document) string { return s.look.after(d).String() }
func (s *everywhere) here() string             { return s.look.here().String() }

// withinBatch is how many entries of one conversation are looked through at once.
const withinBatch = 500

// within is one conversation as a source: its entries themselves, from the last to the first.
type within struct {
	tx           *Tx
	conversation message.ConversationID
	before       int64
}

func (s *within) from(cursor string) error {
	s.before = 1 << 62
	if cursor == "" {
		return nil
	}
	b, err := base64.RawURLEncoding.DecodeString(cursor)
	if err != nil || len(b) != 8 {
		return badCursor()
	}
	s.before = int64(binary.BigEndian.Uint64(b))
	return nil
}

func (s *within) next() (docs []document, err error) {
	docs, err = list(s.tx, func(r row, d *document) error {
		d.subject = subject(s.conversation)
		return r.Scan(&d.id, &d.seq, &d.at)
	}, `SELECT id, seq, created_at FROM entry WHERE org_id = $1 AND conversation_id = $2 AND seq < $3 AND kind IN ('message', 'note')
 AND erased_at IS NULL ORDER BY seq DESC LIMIT $4`, s.tx.org, s.conversation, s.before, withinBatch)
	if len(docs) > 0 {
		s.before = docs[len(docs)-1].seq
	}
	return docs, err
}

func (s *within) after(d *document) string { return seqCursor(d.seq) }
func (s *within) here() string             { return seqCursor(s.before) }

func seqCursor(seq int64) string {
	return base64.RawURLEncoding.EncodeToString(binary.BigEndian.AppendUint64(nil, uint64(seq)))
}
