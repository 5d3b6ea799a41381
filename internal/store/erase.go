package store

import (
	"strings"

	"switchboard/internal/conversation"
	"switchboard/internal/feed"
	"switchboard/internal/message"
	"switchboard/internal/search"
)

// SessionOf is a session of a conversation. The caller holds the conversation's lock.
func (tx *Tx) SessionOf(c message.ConversationID, id message.SessionID) (s conversation.Session, err error) {
	var told sessionTold
	found, err := one(tx, sessionDest(tx, &s, &told), "SELECT "+sessionColumns+" FROM session s WHERE s.org_id = $1 AND s.conversation_id = $2 AND s.id = $3", tx.org, c, id)
	if err := must(found, err, "session"); err != nil {
		return s, err
	}
	return s, told.read(&s)
}

// Outgoing reports whether a message of a session is still on its way.
func (tx *Tx) Outgoing(id message.SessionID) (found bool, err error) {
	var n int
	return one(tx, []any{&n}, `SELECT 1 FROM session s JOIN outbox o ON o.org_id = s.org_id AND o.conversation_id = s.conversation_id
 JOIN entry e ON e.org_id = o.org_id AND e.conversation_id = o.conversation_id AND e.seq = o.entry_seq AND e.session_id = s.id
 WHERE s.org_id = $1 AND s.id = $2 LIMIT 1`, tx.org, id)
}

// EraseSession removes a session and what was said in it. See conversation.EraseTx.
func (tx *Tx) EraseSession(c *conversation.Conversation, s *conversation.Session) error {
	files, err := tx.eraseEntries(c, s)
	if err != nil {
		return err
	}
	kept, err := tx.filesLeft(c)
	if err != nil {
		return err
	}
	for _, id := range files {
		if kept[id] {
			continue
		}
		// The sweep of uploads that nothing holds takes it and what was made from it, with their bytes.
		for _, which := range []string{"id", "made_from"} {
			if err := tx.exec("UPDATE file SET conversation_id = NULL, user_id = NULL, customer_id = NULL, created_at = 0 WHERE org_id = $1 AND "+which+" = $2 AND conversation_id = $3",
				tx.org, id, c.ID); err != nil {
				return err
			}
		}
	}
	for _, rows := range []string{"offer", "routing_decision", "work_item"} {
		if err := tx.exec("DELETE FROM "+rows+" WHERE org_id = $1 AND session_id = $2", tx.org, s.ID); err != nil {
			return err
		}
	}
	if err := tx.exec("DELETE FROM session WHERE org_id = $1 AND id = $2", tx.org, s.ID); err != nil {
		return err
	}
	if err := tx.headWithout(c, s); err != nil {
		return err
	}
	return tx.Change(Change{Type: feed.SessionDeleted, Conversation: c.ID, Session: s.ID, Agent: s.Agent, Customer: s.Customer})
}

// eraseEntries leaves of a session's entries their numbers, kinds and times, and returns their files.
func (tx *Tx) eraseEntries(c *conversation.Conversation, s *conversation.Session) (files []message.FileID, err error) {
	if _, err := tx.holdIndex(); err != nil {
		return nil, err
	}
	type line struct {
		seq  int64
		text string
	}
	lines, err := list(tx, func(r row, l *line) error { return r.Scan(&l.seq, opened{tx, &l.text}) },
		"SELECT seq, content_env FROM entry WHERE org_id = $1 AND conversation_id = $2 AND session_id = $3 AND erased_at IS NULL ORDER BY seq", tx.org, c.ID, s.ID)
	if err != nil {
		return nil, err
	}
	for _, l := range lines {
		var said, left message.Content
		if err := readJSON(l.text, &said); err != nil {
			return nil, err
		}
		if said.Event != nil {
			left.Event = &message.Event{Type: said.Event.Type} // what happened, and nobody's name
		}
		if said.File != nil && !said.File.ID.IsZero() {
			files = append(files, said.File.ID)
		}
		if err := tx.unindex(subject(c.ID), l.seq, search.Distinct(said.Plain())); err != nil {
			return nil, err
		}
		if err := tx.exec(`UPDATE entry SET content_env = $4, author_env = NULL, error_detail = '', erased_at = $5, version = version + 1
 WHERE org_id = $1 AND conversation_id = $2 AND seq = $3`, tx.org, c.ID, l.seq, tx.seal(s.Customer, asJSON(left)), us(tx.Now())); err != nil {
			return nil, err
		}
		if err := tx.Change(Change{Type: feed.EntryUpdated, Conversation: c.ID, Session: s.ID, EntrySeq: l.seq, Customer: s.Customer}); err != nil {
			return nil, err
		}
	}
	return files, tx.countAgain(c.ID)
}

// countAgain counts the customer's messages after some were erased: for the conversation, and up to each marker.
func (tx *Tx) countAgain(c message.ConversationID) error {
	const counted = "(SELECT count(*) FROM entry e WHERE e.org_id = $1 AND e.conversation_id = $2 AND " + customersMessage
	if err := tx.exec("UPDATE conversation SET customer_count = "+counted+") WHERE org_id = $1 AND id = $2", tx.org, c); err != nil {
		return err
	}
	return tx.exec("UPDATE read_marker SET customer_count = "+counted+" AND e.seq <= read_marker.seq) WHERE org_id = $1 AND conversation_id = $2", tx.org, c)
}

// entryBatch is how many entries are looked through with one statement.
const entryBatch = 500

// filesLeft are the files of what is left of a conversation.
func (tx *Tx) filesLeft(c *conversation.Conversation) (files map[message.FileID]bool, err error) {
	files = map[message.FileID]bool{}
	for after := int64(0); ; {
		type line struct {
			seq  int64
			text string
		}
		lines, err := list(tx, func(r row, l *line) error { return r.Scan(&l.seq, opened{tx, &l.text}) },
			"SELECT seq, content_env FROM entry WHERE org_id = $1 AND conversation_id = $2 AND seq > $3 AND erased_at IS NULL ORDER BY seq LIMIT $4",
			tx.org, c.ID, after, entryBatch)
		if err != nil {
			return nil, err
		}
		for _, l := range lines {
			var said message.Content
			if err := readJSON(l.text, &said); err != nil {
				return nil, err
			}
			if said.File != nil {
				files[said.File.ID] = true
			}
			after = l.seq
		}
		if len(lines) < entryBatch {
			return files, nil
		}
	}
}

// headWithout brings a conversation's head in line after one of its sessions is gone.
func (tx *Tx) headWithout(c *conversation.Conversation, gone *conversation.Session) error {
	latest := c.Session.ID
	if latest == gone.ID {
		latest = message.SessionID{}
		// -number, or SQLite walks through the numbers of all sessions until one is this conversation's.
		if _, err := one(tx, []any{&latest}, "SELECT id FROM session WHERE org_id = $1 AND conversation_id = $2 ORDER BY -number LIMIT 1", tx.org, c.ID); err != nil {
			return err
		}
		if err := tx.exec("UPDATE session SET latest = $3, version = version + 1 WHERE org_id = $1 AND id = $2", tx.org, latest, true); err != nil {
			return err
		}
	}
	var last lastEntry
	var author message.RowID
	var at int64
	var words string
	said, err := one(tx, []any{&last.Seq, text(&last.Kind), text(&last.AuthorType), &author, text(&last.Status), &at, opened{tx, &words}},
		`SELECT seq, kind, author_type, author_id, status, created_at, content_env FROM entry
 WHERE org_id = $1 AND conversation_id = $2 AND kind IN ('message', 'reaction') AND erased_at IS NULL ORDER BY seq DESC LIMIT 1`, tx.org, c.ID)
	if err != nil {
		return err
	}
	var content message.Content
	var head any
	if said {
		if last.At = at; !author.IsZero() {
			last.AuthorID = author.String()
		}
		if err := readJSON(words, &content); err != nil {
			return err
		}
		head = asJSON(last)
	}
	return tx.exec("UPDATE conversation SET session_id = $3, last_entry = $4, last_preview_env = $5, version = version + 1 WHERE org_id = $1 AND id = $2",
		tx.org, c.ID, latest, head, tx.seal(c.Customer, strings.TrimSpace(content.Preview(previewMax))))
}

// SessionBefore is the session of a conversation that came before the one with a number.
func (tx *Tx) SessionBefore(c message.ConversationID, number int64) (s conversation.Session, err error) {
	var told sessionTold
	found, err := one(tx, sessionDest(tx, &s, &told), "SELECT "+sessionColumns+" FROM session s WHERE s.org_id = $1 AND s.conversation_id = $2 AND s.number < $3 ORDER BY s.number DESC LIMIT 1",
		tx.org, c, number)
	if err != nil || !found {
		return conversation.Session{}, err
	}
	return s, told.read(&s)
}

// FoldSession moves the entries of a session to an earlier one and removes its row.
func (tx *Tx) FoldSession(c *conversation.Conversation, from, to *conversation.Session) error {
	for _, step := range []struct {
		statement string
		args      []any
	}{
		{"UPDATE entry SET session_id = $4 WHERE org_id = $1 AND conversation_id = $2 AND session_id = $3", []any{tx.org, c.ID, from.ID, to.ID}},
		{"DELETE FROM session WHERE org_id = $1 AND id = $2", []any{tx.org, from.ID}},
		{"UPDATE session SET latest = $3 WHERE org_id = $1 AND id = $2", []any{tx.org, to.ID, true}},
	} {
		if err := tx.exec(step.statement, step.args...); err != nil {
			return err
		}
	}
	return tx.Change(Change{Type: feed.SessionDeleted, Conversation: c.ID, Session: from.ID, Agent: from.Agent, Customer: from.Customer})
}
