package store

import (
	"context"

	"switchboard/internal/message"
	"switchboard/internal/resource"
	"switchboard/internal/setup"
)

const quickTextColumns = "id, name, shortcut, text, language, version FROM quick_text"

// QuickTextSetup by id, locked.
func (tx *Tx) QuickTextSetup(id message.QuickTextID) (q setup.QuickText, err error) {
	found, err := one(tx, []any{&q.ID, &q.Name, &q.Shortcut, &q.Text, &q.Language, &q.Version},
		"SELECT "+quickTextColumns+" WHERE org_id = $1 AND id = $2"+tx.db.dialect.forUpdate, tx.org, id)
	return q, must(found, err, "quick text")
}

const shortcutTaken = "There is already a quick text with this shortcut in this language."

// InsertQuickText adds one.
func (tx *Tx) InsertQuickText(q setup.QuickText) error {
	tx.made(q.ID)
	n, err := tx.affected(`INSERT INTO quick_text (org_id, id, name, shortcut, text, language, version) VALUES ($1, $2, $3, $4, $5, $6, $7)
 ON CONFLICT (org_id, shortcut, language) DO NOTHING`, tx.org, q.ID, q.Name, q.Shortcut, q.Text, q.Language, q.Version)
	return unlessTaken(n, err, "shortcut", shortcutTaken)
}

// SaveQuickText writes everything about it.
func (tx *Tx) SaveQuickText(q *setup.QuickText) error {
	q.Version++
	n, err := tx.affected(`UPDATE quick_text SET name = $3, shortcut = $4, text = $5, language = $6, version = $7 WHERE org_id = $1 AND id = $2
 AND NOT EXISTS (SELECT 1 FROM quick_text o WHERE o.org_id = $1 AND o.shortcut = $4 AND o.language = $6 AND o.id <> $2)`,
		tx.org, q.ID, q.Name, q.Shortcut, q.Text, q.Language, q.Version)
	return unlessTaken(n, err, "shortcut", shortcutTaken)
}

// DeleteQuickText removes one.
func (tx *Tx) DeleteQuickText(id message.QuickTextID) error {
	return tx.exec("DELETE FROM quick_text WHERE org_id = $1 AND id = $2", tx.org, id)
}

func scanQuickText(r row, q *resource.QuickText) error {
	return r.Scan(&q.ID, &q.Name, &q.Shortcut, &q.Text, &q.Language, &q.Version)
}

// QuickTexts is a page of them by name.
func (db *DB) QuickTexts(ctx context.Context, org message.OrgID, page resource.Page) ([]resource.QuickText, string, error) {
	from, err := after(page)
	if err != nil {
		return nil, "", err
	}
	rows, err := list(db.reader(ctx, org), scanQuickText, "SELECT "+quickTextColumns+" WHERE org_id = $1 AND (name, id) > ($2, $3) ORDER BY name, id LIMIT $4",
		org, from.Text, from.ID, page.Limit+1)
	rows, next := paged(rows, page.Limit, func(q resource.QuickText) position { return position{q.Name, message.RowID(q.ID)} })
	return rows, next, err
}

// QuickTextByID for those who read.
func (db *DB) QuickTextByID(ctx context.Context, org message.OrgID, id message.QuickTextID) (resource.QuickText, error) {
	return only(db.reader(ctx, org), "quick text", scanQuickText, "SELECT "+quickTextColumns+" WHERE org_id = $1 AND id = $2", org, id)
}
