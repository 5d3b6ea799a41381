package store

import (
	"bytes"
	"cmp"
	"context"
	"encoding/base64"
	"encoding/binary"
	"slices"
	"time"

	"switchboard/internal/conversation"
	"switchboard/internal/fault"
	"switchboard/internal/inbox"
	"switchboard/internal/message"
	"switchboard/internal/resource"
)

// A list is the union of branches (mine, each of my queues, what waits for everyone; or all), each cut
// into parts (open, waiting, closed) so that every statement walks one index in the list's order and
// stops at the page's end. The branches' pages are merged here. There is no OFFSET and no COUNT.

// listed is one candidate of a list: a session at its place in the order.
type listed struct {
	session      message.SessionID
	conversation message.ConversationID
	key          int64 // microseconds
}

// place is where a page ended; the cursor that clients hold.
type place struct {
	key int64
	id  message.SessionID
}

func (p place) String() string {
	return base64.RawURLEncoding.EncodeToString(append(binary.BigEndian.AppendUint64(nil, uint64(p.key)), p.id[:]...))
}

func parsePlace(s string) (*place, error) {
	if s == "" {
		return nil, nil
	}
	b, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil || len(b) != 24 {
		return nil, badCursor()
	}
	return &place{int64(binary.BigEndian.Uint64(b)), message.SessionID(b[8:])}, nil
}

func badCursor() error { return fault.New(fault.Malformed, "This cursor is not one of this list.") }

// branch is one condition on sessions that an index serves.
type branch struct {
	where func(a *ids) string
	// waitingOnly: the branch holds waiting sessions only.
	waitingOnly bool
}

// branches of a query for a viewer.
func (tx *Tx) branches(q inbox.Query, sight inbox.Sight) ([]branch, error) {
	briefs, err := tx.channelBriefs()
	if err != nil {
		return nil, err
	}
	var everyone, asked []message.ChannelID
	for _, c := range briefs {
		if (q.Channel.IsZero() || c.ID == q.Channel) && (q.ChannelType == "" || c.Type == q.ChannelType) {
			asked = append(asked, c.ID)
			if c.Everyone {
				everyone = append(everyone, c.ID)
			}
		}
	}
	byChannel := !q.Channel.IsZero() || q.ChannelType != ""
	if byChannel && len(asked) == 0 {
		return nil, nil
	}
	narrow := func(a *ids, where string) string {
		if byChannel {
			where += " AND s.channel_id " + in(a, asked)
		}
		if !q.Queue.IsZero() {
			where += " AND s.queue_id = " + a.add(q.Queue)
		}
		return where
	}
	var out []branch
	queue := func(id message.QueueID) {
		out = append(out, branch{where: func(a *ids) string { return narrow(a, "s.queue_id = "+a.add(id)) }})
	}
	if q.Scope == inbox.ScopeAll && sight.All {
		switch {
		case !q.Queue.IsZero():
			queue(q.Queue)
		case byChannel:
			for _, id := range asked {
				out = append(out, branch{where: func(a *ids) string { return "s.channel_id = " + a.add(id) }})
			}
		default:
			out = append(out, branch{where: func(*ids) string { return "s.status IS NOT NULL" }})
		}
		return out, nil
	}
	out = append(out, branch{where: func(a *ids) string { return narrow(a, "s.agent_id = "+a.add(sight.User)) }})
	if q.Scope == inbox.ScopeMine {
		return out, nil
	}
	for id := range sight.Queues {
		if q.Queue.IsZero() || q.Queue == id {
			queue(id)
		}
	}
	if len(everyone) > 0 && q.Queue.IsZero() {
		out = append(out, branch{waitingOnly: true, where: func(a *ids) string {
			return "s.queue_id IS NULL AND s.channel_id " + in(a, everyone)
		}})
	}
	return out, nil
}

// part is one cut of a branch: sessions whose place in the order stands in one column.
type part struct {
	column, where string
	statuses      []conversation.Status
}

func parts(q inbox.Query, latestOnly bool) (out []part) {
	open, closed := q.Open(), q.Closed()
	if q.Sort == inbox.SortWaiting && slices.Contains(open, conversation.Waiting) {
		out = append(out, part{"s.waiting_since", "s.status = 'waiting'", []conversation.Status{conversation.Waiting}})
		open = slices.DeleteFunc(open, func(s conversation.Status) bool { return s == conversation.Waiting })
	}
	if len(open) > 0 && q.Sort != inbox.SortEnded {
		out = append(out, part{"s.last_activity_at", "s.status NOT IN ('ended', 'error')", open})
	}
	if len(closed) > 0 {
		where := "s.status IN ('ended', 'error')"
		if latestOnly {
			where += " AND s.latest"
		}
		out = append(out, part{"s.ended_at", where, closed})
	}
	return out
}

// statement is one query of a list.
type statement struct {
	text string
	args []any
}

// statements of a query: each branch by each part.
func (tx *Tx) statements(q inbox.Query, branches []branch, latestOnly bool, after *place) (out []statement) {
	direction, beyond := "DESC", "<"
	if q.Sort == inbox.SortWaiting {
		direction, beyond = "ASC", ">"
	}
	for _, b := range branches {
		for _, p := range parts(q, latestOnly) {
			if b.waitingOnly && !slices.Contains(p.statuses, conversation.Waiting) {
				continue
			}
			a := tx.ids(tx.org, q.Limit+1)
			text := "SELECT s.id, s.conversation_id, " + p.column + " FROM session s WHERE s.org_id = $1 AND " + p.where + " AND " + b.where(&a)
			switch {
			case b.waitingOnly:
				text += " AND s.status = 'waiting'"
			case p.column != "s.waiting_since":
				text += " AND s.status IN ("
				for i, status := range p.statuses { // names of our own, see inbox.Parse
					if i > 0 {
						text += ", "
					}
					text += "'" + string(status) + "'"
				}
				text += ")"
			}
			if q.Flagged {
				text += " AND s.flagged_at IS NOT NULL"
			}
			if after != nil {
				text += " AND (" + p.column + ", s.id) " + beyond + " (" + a.add(after.key) + ", " + a.add(after.id) + ")"
			}
			out = append(out, statement{text + " ORDER BY " + p.column + " " + direction + ", s.id " + direction + " LIMIT $2", a.args})
		}
	}
	return out
}

// page finds the sessions of one page and the cursor of the next, empty at the end.
func (tx *Tx) page(q inbox.Query, sight inbox.Sight, latestOnly bool) (found []listed, next string, err error) {
	after, err := parsePlace(q.Cursor)
	if err != nil {
		return nil, "", err
	}
	branches, err := tx.branches(q, sight)
	if err != nil {
		return nil, "", err
	}
	for _, s := range tx.statements(q, branches, latestOnly, after) {
		rows, err := list(tx, func(r row, l *listed) error { return r.Scan(&l.session, &l.conversation, &l.key) }, s.text, s.args...)
		if err != nil {
			return nil, "", err
		}
		found = append(found, rows...)
	}
	slices.SortFunc(found, func(a, b listed) int {
		order := cmp.Or(cmp.Compare(a.key, b.key), bytes.Compare(a.session[:], b.session[:]))
		if q.Sort == inbox.SortWaiting {
			return order
		}
		return -order
	})
	found = slices.CompactFunc(found, func(a, b listed) bool { return a.session == b.session })
	if len(found) > q.Limit {
		found = found[:q.Limit]
		last := found[q.Limit-1]
		next = place{last.key, last.session}.String()
	}
	return found, next, nil
}

// Conversations lists the conversations that a viewer asks for and may read, one page at a time.
func (v *Views) Conversations(ctx context.Context, org message.OrgID, viewer resource.Viewer, ask resource.ListQuery) (items []resource.Conversation, next string, err error) {
	q, err := inbox.Parse(ask, viewer.All)
	if err != nil {
		return nil, "", err
	}
	sight, err := v.Sight(ctx, org, viewer)
	if err != nil {
		return nil, "", err
	}
	if q.Q != "" {
		return v.search(ctx, org, q, sight)
	}
	found, next, err := v.db.reader(ctx, org).page(q, sight, true)
	if err != nil {
		return nil, "", asFault(err)
	}
	order := make([]message.ConversationID, len(found))
	for i, l := range found {
		order[i] = l.conversation
	}
	rows, err := v.Rows(ctx, org, order, []message.UserID{viewer.User})
	if err != nil {
		return nil, "", err
	}
	items = make([]resource.Conversation, 0, len(order))
	for _, id := range order {
		if r := rows[id]; r != nil && sight.MayRead(r.Reach) {
			items = append(items, r.For(sight, time.Now()))
		}
	}
	return items, next, nil
}

// Sessions lists sessions, closed ones of every age included.
func (v *Views) Sessions(ctx context.Context, org message.OrgID, viewer resource.Viewer, ask resource.ListQuery) (items []resource.Session, next string, err error) {
	q, err := inbox.Parse(ask, viewer.All)
	if err != nil {
		return nil, "", err
	}
	sight, err := v.Sight(ctx, org, viewer)
	if err != nil {
		return nil, "", err
	}
	tx := v.db.reader(ctx, org)
	found, next, err := tx.page(q, sight, false)
	if err != nil {
		return nil, "", asFault(err)
	}
	order := make([]message.SessionID, len(found))
	for i, l := range found {
		order[i] = l.session
	}
	items, err = v.inOrder(tx, order)
	return items, next, err
}
