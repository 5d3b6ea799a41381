package store

import (
	"context"

	"switchboard/internal/fault"
	"switchboard/internal/message"
	"switchboard/internal/resource"
	"switchboard/internal/setup"
)

const quickTextColumns = "id, name, shortcut, text, language, folder, version FROM quick_text"

func quickTextDest(q *setup.QuickText) []any {
	return []any{&q.ID, &q.Name, &q.Shortcut, &q.Text, &q.Language, &q.Folder, &q.Version}
}

func (tx *Tx) quickTextWhere(where string, args ...any) (q setup.QuickText, found bool, err error) {
	found, err = one(tx, quickTextDest(&q), "SELECT "+quickTextColumns+" WHERE "+where+tx.db.dialect.forUpdate, args...)
	if err != nil || !found {
		return q, found, err
	}
	queues, err := tx.quickTextQueues([]message.QuickTextID{q.ID})
	q.Queues = queues[q.ID]
	return q, true, err
}

// QuickTextSetup by id, locked.
func (tx *Tx) QuickTextSetup(id message.QuickTextID) (setup.QuickText, error) {
	q, found, err := tx.quickTextWhere("org_id = $1 AND id = $2", tx.org, id)
	return q, must(found, err, "quick text")
}

// QuickTextByShortcut finds the one of a shortcut and a language, locked.
func (tx *Tx) QuickTextByShortcut(shortcut, language string) (setup.QuickText, bool, error) {
	return tx.quickTextWhere("org_id = $1 AND shortcut = $2 AND language = $3", tx.org, shortcut, language)
}

// quickTextQueues are the queues that quick texts are for, by name.
func (tx *Tx) quickTextQueues(wanted []message.QuickTextID) (map[message.QuickTextID][]message.QueueID, error) {
	out := map[message.QuickTextID][]message.QueueID{}
	for len(wanted) > 0 {
		n := min(len(wanted), rowsMax)
		a := tx.ids(tx.org)
		err := tx.query(func(r row) error {
			var q message.QuickTextID
			var queue message.QueueID
			err := r.Scan(&q, &queue)
			out[q] = append(out[q], queue)
			return err
		}, "SELECT quick_text_id, queue_id FROM quick_text_queue WHERE org_id = $1 AND quick_text_id "+in(&a, wanted[:n])+" ORDER BY queue_id", a.args...)
		if err != nil {
			return nil, err
		}
		wanted = wanted[n:]
	}
	return out, nil
}

func (tx *Tx) setQuickTextQueues(id message.QuickTextID, queues []message.QueueID) error {
	if err := tx.exec("DELETE FROM quick_text_queue WHERE org_id = $1 AND quick_text_id = $2", tx.org, id); err != nil {
		return err
	}
	for _, q := range queues {
		n, err := tx.affected(`INSERT INTO quick_text_queue (org_id, quick_text_id, queue_id) SELECT org_id, $2, id FROM queue WHERE org_id = $1 AND id = $3
 ON CONFLICT (org_id, quick_text_id, queue_id) DO NOTHING`, tx.org, id, q)
		if err != nil {
			return err
		}
		if n == 0 {
			return fault.Invalid("queues", "There is no queue %s, or it is named twice.", q)
		}
	}
	return nil
}

const shortcutTaken = "There is already a quick text with this shortcut in this language."

// InsertQuickText adds one.
func (tx *Tx) InsertQuickText(q setup.QuickText) error {
	tx.made(q.ID)
	n, err := tx.affected(`INSERT INTO quick_text (org_id, id, name, shortcut, text, language, folder, version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
 ON CONFLICT (org_id, shortcut, language) DO NOTHING`, tx.org, q.ID, q.Name, q.Shortcut, q.Text, q.Language, q.Folder, q.Version)
	if err := unlessTaken(n, err, "shortcut", shortcutTaken); err != nil {
		return err
	}
	return tx.setQuickTextQueues(q.ID, q.Queues)
}

// SaveQuickText writes everything about it.
func (tx *Tx) SaveQuickText(q *setup.QuickText) error {
	q.Version++
	n, err := tx.affected(`UPDATE quick_text SET name = $3, shortcut = $4, text = $5, language = $6, folder = $7, version = $8 WHERE org_id = $1 AND id = $2
 AND NOT EXISTS (SELECT 1 FROM quick_text o WHERE o.org_id = $1 AND o.shortcut = $4 AND o.language = $6 AND o.id <> $2)`,
		tx.org, q.ID, q.Name, q.Shortcut, q.Text, q.Language, q.Folder, q.Version)
	if err := unlessTaken(n, err, "shortcut", shortcutTaken); err != nil {
		return err
	}
	return tx.setQuickTextQueues(q.ID, q.Queues)
}

// DeleteQuickText removes one.
func (tx *Tx) DeleteQuickText(id message.QuickTextID) error {
	for _, query := range []string{
		"DELETE FROM quick_text_queue WHERE org_id = $1 AND quick_text_id = $2",
		"DELETE FROM quick_text_use WHERE org_id = $1 AND quick_text_id = $2",
		"DELETE FROM quick_text WHERE org_id = $1 AND id = $2",
	} {
		if err := tx.exec(query, tx.org, id); err != nil {
			return err
		}
	}
	return nil
}

// QuickTextsUsed counts that a user sent these; those that are gone are passed over.
func (tx *Tx) QuickTextsUsed(user message.UserID, wanted []message.QuickTextID) error {
	for _, id := range wanted {
		if err := tx.exec(`INSERT INTO quick_text_use (org_id, user_id, quick_text_id, uses, last_at, favourite)
 SELECT org_id, $2, id, 1, $4, false FROM quick_text WHERE org_id = $1 AND id = $3
 ON CONFLICT (org_id, user_id, quick_text_id) DO UPDATE SET uses = quick_text_use.uses + 1, last_at = excluded.last_at`,
			tx.org, user, id, us(tx.Now())); err != nil {
			return err
		}
	}
	return nil
}

// MarkFavourite keeps whether a user counts a quick text among their favourites.
func (tx *Tx) MarkFavourite(user message.UserID, id message.QuickTextID, favourite bool) error {
	return tx.exec(`INSERT INTO quick_text_use (org_id, user_id, quick_text_id, uses, favourite) VALUES ($1, $2, $3, 0, $4)
 ON CONFLICT (org_id, user_id, quick_text_id) DO UPDATE SET favourite = excluded.favourite`, tx.org, user, id, favourite)
}

const quickTextView = `SELECT q.id, q.name, q.shortcut, q.text, q.language, q.folder, q.version,
 (SELECT CAST(SUM(u.uses) AS bigint) FROM quick_text_use u WHERE u.org_id = q.org_id AND u.quick_text_id = q.id) FROM quick_text q `

func scanQuickText(r row, q *resource.QuickText) error {
	return r.Scan(&q.ID, &q.Name, &q.Shortcut, &q.Text, &q.Language, &q.Folder, &q.Version, &q.Uses)
}

// withQueues fills the queues of quick texts.
func (tx *Tx) withQueues(rows []resource.QuickText) ([]resource.QuickText, error) {
	wanted := make([]message.QuickTextID, len(rows))
	for i, q := range rows {
		wanted[i] = q.ID
	}
	queues, err := tx.quickTextQueues(wanted)
	for i := range rows {
		if rows[i].Queues = queues[rows[i].ID]; rows[i].Queues == nil {
			rows[i].Queues = []message.QueueID{}
		}
	}
	return rows, err
}

// QuickTexts is a page of them by name.
func (db *DB) QuickTexts(ctx context.Context, org message.OrgID, page resource.Page) ([]resource.QuickText, string, error) {
	from, err := after(page)
	if err != nil {
		return nil, "", err
	}
	tx := db.reader(ctx, org)
	rows, err := list(tx, scanQuickText, quickTextView+"WHERE q.org_id = $1 AND (q.name, q.id) > ($2, $3) ORDER BY q.name, q.id LIMIT $4",
		org, from.Text, from.ID, page.Limit+1)
	if err != nil {
		return nil, "", asFault(err)
	}
	rows, next := paged(rows, page.Limit, func(q resource.QuickText) position { return position{q.Name, message.RowID(q.ID)} })
	rows, err = tx.withQueues(rows)
	return rows, next, asFault(err)
}

// QuickTextByID for those who read.
func (db *DB) QuickTextByID(ctx context.Context, org message.OrgID, id message.QuickTextID) (q resource.QuickText, err error) {
	tx := db.reader(ctx, org)
	if q, err = only(tx, "quick text", scanQuickText, quickTextView+"WHERE q.org_id = $1 AND q.id = $2", org, id); err != nil {
		return q, err
	}
	rows, err := tx.withQueues([]resource.QuickText{q})
	return rows[0], asFault(err)
}

// QuickTextsFor are all quick texts with what one user does with them, at most limit.
func (db *DB) QuickTextsFor(ctx context.Context, org message.OrgID, user message.UserID, limit int) ([]resource.QuickSuggestion, error) {
	tx := db.reader(ctx, org)
	rows, err := list(tx, func(r row, q *resource.QuickSuggestion) error {
		return r.Scan(&q.ID, &q.Name, &q.Shortcut, &q.Text, &q.Language, &q.Folder, &q.Uses, &q.LastUsed, &q.Favourite)
	}, `SELECT q.id, q.name, q.shortcut, q.text, q.language, q.folder, u.uses, u.last_at, u.favourite FROM quick_text q
 LEFT JOIN quick_text_use u ON u.org_id = q.org_id AND u.user_id = $2 AND u.quick_text_id = q.id
 WHERE q.org_id = $1 ORDER BY q.name, q.id LIMIT $3`, org, user, limit)
	if err != nil {
		return nil, asFault(err)
	}
	wanted := make([]message.QuickTextID, len(rows))
	for i, q := range rows {
		wanted[i] = q.ID
	}
	queues, err := tx.quickTextQueues(wanted)
	for i := range rows {
		rows[i].Queues = queues[rows[i].ID]
	}
	return rows, asFault(err)
}
