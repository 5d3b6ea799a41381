package store

import (
	"context"
	"time"

	"switchboard/internal/conversation"
	"switchboard/internal/inbox"
	"switchboard/internal/message"
	"switchboard/internal/resource"
)

// rowsMax bounds how many conversations one statement loads.
const rowsMax = 100

// Conversation as one viewer sees it.
func (v *Views) Conversation(ctx context.Context, org message.OrgID, viewer resource.Viewer, id message.ConversationID) (resource.Conversation, error) {
	sight, row, err := v.readable(ctx, org, viewer, id)
	if err != nil {
		return resource.Conversation{}, err
	}
	return row.For(sight, time.Now()), nil
}

// readable loads a conversation for somebody who may read it.
func (v *Views) readable(ctx context.Context, org message.OrgID, viewer resource.Viewer, id message.ConversationID) (inbox.Sight, *inbox.Row, error) {
	sight, err := v.Sight(ctx, org, viewer)
	if err != nil {
		return sight, nil, err
	}
	rows, err := v.Rows(ctx, org, []message.ConversationID{id}, []message.UserID{viewer.User})
	if err != nil {
		return sight, nil, err
	}
	row := rows[id]
	return sight, row, must(row != nil && sight.MayRead(row.Reach), nil, "conversation")
}

// MayRead reports, as fault.NotFound, that a viewer may not read a conversation.
func (v *Views) MayRead(ctx context.Context, org message.OrgID, viewer resource.Viewer, id message.ConversationID) error {
	_, _, err := v.readable(ctx, org, viewer, id)
	return err
}

// Rows loads conversations by id, with the read markers of these users. Those that don't exist are
// left out. It asks nobody's rights: inbox.Sight decides over each row.
func (v *Views) Rows(ctx context.Context, org message.OrgID, wanted []message.ConversationID, readers []message.UserID) (map[message.ConversationID]*inbox.Row, error) {
	return v.RowsTo(ctx, org, wanted, func(*inbox.Row) []message.UserID { return readers })
}

// RowsTo is Rows with readers of its own for each row: who names them when the rest of the row is known.
func (v *Views) RowsTo(ctx context.Context, org message.OrgID, wanted []message.ConversationID, who func(*inbox.Row) []message.UserID) (map[message.ConversationID]*inbox.Row, error) {
	rows := make(map[message.ConversationID]*inbox.Row, len(wanted))
	tx := v.db.reader(ctx, org)
	for len(wanted) > 0 {
		n := min(len(wanted), rowsMax)
		part := make(map[message.ConversationID]*inbox.Row, n)
		if err := v.rowHeads(tx, wanted[:n], part); err != nil {
			return nil, asFault(err)
		}
		if err := tx.rowOffers(part); err != nil {
			return nil, asFault(err)
		}
		if err := tx.rowReaders(part, who); err != nil {
			return nil, asFault(err)
		}
		for id, r := range part {
			rows[id] = r
		}
		wanted = wanted[n:]
	}
	return rows, nil
}

// rowReaders loads what is different for each reader of a row.
func (tx *Tx) rowReaders(rows map[message.ConversationID]*inbox.Row, who func(*inbox.Row) []message.UserID) error {
	all := map[message.UserID]bool{}
	for _, r := range rows {
		for _, user := range who(r) {
			all[user] = true
		}
	}
	if err := tx.rowMarkers(rows, keys(all)); err != nil {
		return err
	}
	return tx.rowDrafts(rows, keys(all))
}

const rowSelect = `SELECT c.id, c.channel_id, c.user_id, c.thread_key, c.last_seq, c.customer_seq, c.customer_at, c.last_agent_id, c.last_agent_at,
 c.last_activity_at, c.created_at, c.closed_at, c.version, c.customer_count, c.last_entry, c.last_preview_env,
 ch.type, ch.provider, ch.name, ch.address, ch.active, ch.required_consent, ch.routing,
 u.name_env, u.picture, u.locale, u.consent, q.name,
 (SELECT a.address_env FROM messaging_user_address a WHERE a.org_id = c.org_id AND a.user_id = c.user_id AND a.kind = 'phone' ORDER BY a.position LIMIT 1), ` + senderColumns + ", "

const rowFrom = ` FROM conversation c
 LEFT JOIN channel ch ON ch.org_id = c.org_id AND ch.id = c.channel_id
 LEFT JOIN messaging_user u ON u.org_id = c.org_id AND u.id = c.user_id
 LEFT JOIN session s ON s.org_id = c.org_id AND s.id = c.session_id
 LEFT JOIN queue q ON q.org_id = s.org_id AND q.id = s.queue_id `

// rowText is what a row's statement gives as text and is taken apart after it.
type rowText struct {
	row                           *inbox.Row
	last, preview, routing, queue string
	told                          sessionTold
	from                          sender
}

func (v *Views) rowHeads(tx *Tx, wanted []message.ConversationID, rows map[message.ConversationID]*inbox.Row) error {
	a := tx.ids(tx.org)
	texts, err := list(tx, func(r row, t *rowText) error {
		t.row = &inbox.Row{}
		c, h, f := &t.row.Conversation, &t.row.Head, &t.row.Facts
		return r.Scan(append([]any{&h.ID, &h.Channel, &h.Customer, &h.ThreadKey, &h.LastSeq, &h.CustomerSeq, &h.CustomerAt, &h.LastAgent, &h.LastAgentAt,
			&h.LastActivityAt, &h.CreatedAt, &h.ClosedAt, &h.Version, &t.row.CustomerCount, &t.last, opened{tx, &t.preview},
			&h.ChannelType, &h.Provider, &c.Channel.Name, &c.Channel.Address, &f.ChannelActive, text(&f.Required), &t.routing,
			opened{tx, &c.Customer.Name}, &c.Customer.Picture, &c.Customer.Locale, text(&f.Consent), &t.queue, opened{tx, &c.Customer.Address},
			&t.from.kind, &t.from.address, jsonColumn{&t.from.settings}, &t.from.opened},
			viewSessionDest(tx, &h.Session, &t.told)...)...)
	}, rowSelect+sessionColumns+rowFrom+"WHERE c.org_id = $1 AND c.id "+in(&a, wanted), a.args...)
	if err != nil {
		return err
	}
	var users []message.UserID
	lasts := make([]lastEntry, len(texts))
	for i, t := range texts {
		if err := readJSON(t.last, &lasts[i]); err != nil {
			return err
		}
		if id, err := message.ParseID[message.UserID](lasts[i].AuthorID); err == nil {
			users = append(users, id)
		}
		users = namedUsers(&t.row.Head.Session, users)
	}
	if err := tx.lastStatuses(texts, lasts); err != nil {
		return err
	}
	names, err := tx.userNames(users)
	if err != nil {
		return err
	}
	if err := tx.rowLines(texts); err != nil {
		return err
	}
	for i, t := range texts {
		if err := v.finishRow(t, lasts[i], names); err != nil {
			return err
		}
		rows[t.row.Head.ID] = t.row
	}
	return nil
}

// lastStatuses asks what became of newest lines that were on their way when they were written: heads
// are not rewritten with each receipt.
func (tx *Tx) lastStatuses(texts []rowText, lasts []lastEntry) error {
	a := tx.ids(tx.org)
	var conversations []message.ConversationID
	var numbers []int64
	at := map[message.ConversationID]*lastEntry{}
	for i, last := range lasts {
		if last.Seq > 0 && !last.AuthorType.Inbound() && last.Status != message.StatusRead {
			id := texts[i].row.Head.ID
			at[id] = &lasts[i]
			conversations, numbers = append(conversations, id), append(numbers, last.Seq)
		}
	}
	if len(numbers) == 0 {
		return nil
	}
	return tx.query(func(r row) error {
		var id message.ConversationID
		var status message.Status
		err := r.Scan(&id, text(&status))
		if last := at[id]; last != nil {
			last.Status = status
		}
		return err
	}, "SELECT conversation_id, status FROM entry WHERE org_id = $1 AND (conversation_id, seq) "+inPairs(&a, conversations, numbers), a.args...)
}

// finishRow fills what follows from the columns.
func (v *Views) finishRow(t rowText, last lastEntry, names map[message.UserID]string) error {
	r, c, h := t.row, &t.row.Conversation, &t.row.Head
	if err := t.told.read(&h.Session); err != nil {
		return err
	}
	var routing channelRouting
	if err := readJSON(t.routing, &routing); err != nil {
		return err
	}
	c.ID, c.LastSeq, c.LastActivityAt, c.Created, c.Version = h.ID, h.LastSeq, h.LastActivityAt, h.CreatedAt, h.Version
	c.Channel.ID, c.Channel.Type = h.Channel, h.ChannelType
	c.Customer.ID = h.Customer
	if s := &h.Session; !s.ID.IsZero() {
		shown := sessionResource(s, c.Channel, c.Customer, names, t.queue)
		c.Session = &shown
		c.LastActivityAt = activityOf(s)
	}
	if last.Seq > 0 {
		c.LastEntry = &resource.LastEntry{Seq: last.Seq, Kind: last.Kind, Preview: t.preview, Status: last.Status,
			CreatedAt: time.UnixMicro(last.At).UTC(), Author: resource.Author{Type: last.AuthorType, ID: last.AuthorID}}
		if id, err := message.ParseID[message.UserID](last.AuthorID); err == nil {
			c.LastEntry.Author.Name = names[id]
		}
		if last.AuthorType == message.AuthorCustomer {
			c.LastEntry.Author.Name = c.Customer.Name
		}
	}
	r.Facts.CustomerAt = h.CustomerAt
	r.Facts.WindowHours = v.capabilities(h.ChannelType, h.Provider).WindowHours
	r.Reach = inbox.Reach{Agent: h.Session.Agent, LastAgent: h.LastAgent, Queue: h.Session.Queue,
		Everyone: h.Session.Status == conversation.Waiting && h.Session.Queue.IsZero() && routing.Mode == routingEveryone}
	return nil
}

// rowLines fills what the policy needs to know of channels whose numbers have rules.
func (tx *Tx) rowLines(texts []rowText) error {
	var lines []ruled
	for _, t := range texts {
		t.from.customer = t.row.Conversation.Customer.Address
		if t.row.Facts.Line = t.from.line(); t.row.Facts.Line != nil {
			lines = append(lines, ruled{t.row.Head.Channel, t.row.Facts.Line})
		}
	}
	return tx.fillLines(tx.Now(), lines)
}

// activityOf is what lists sort a session by: its end when it is over, else its last activity.
func activityOf(s *conversation.Session) time.Time {
	if !s.EndedAt.IsZero() {
		return s.EndedAt
	}
	return s.LastActivityAt
}

// rowOffers fills who has an open offer of the conversation.
func (tx *Tx) rowOffers(rows map[message.ConversationID]*inbox.Row) error {
	waiting := map[message.SessionID]*inbox.Row{}
	var sessions []message.SessionID
	for _, r := range rows {
		if s := &r.Head.Session; s.Status == conversation.Waiting {
			waiting[s.ID] = r
			sessions = append(sessions, s.ID)
		}
	}
	if len(sessions) == 0 {
		return nil
	}
	a := tx.ids(tx.org)
	return tx.query(func(r row) error {
		var session message.SessionID
		var agent message.UserID
		err := r.Scan(&session, &agent)
		if row := waiting[session]; row != nil {
			row.Reach.Offered = append(row.Reach.Offered, agent)
		}
		return err
	}, "SELECT session_id, agent_id FROM offer WHERE org_id = $1 AND state = 'open' AND session_id "+in(&a, sessions), a.args...)
}

func keys[K comparable, V any](m map[K]V) []K {
	out := make([]K, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	return out
}

func (tx *Tx) rowMarkers(rows map[message.ConversationID]*inbox.Row, readers []message.UserID) error {
	for _, r := range rows {
		r.Markers = map[message.UserID]inbox.Marker{}
	}
	if len(rows) == 0 || len(readers) == 0 {
		return nil
	}
	a := tx.ids(tx.org)
	return tx.query(func(r row) error {
		var c message.ConversationID
		var user message.UserID
		var marker inbox.Marker
		err := r.Scan(&c, &user, &marker.Seq, &marker.Count)
		if row := rows[c]; row != nil {
			row.Markers[user] = marker
		}
		return err
	}, "SELECT conversation_id, user_id, seq, customer_count FROM read_marker WHERE org_id = $1 AND conversation_id "+in(&a, keys(rows))+" AND user_id "+in(&a, readers), a.args...)
}
