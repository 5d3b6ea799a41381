package store

import (
	"context"

	"switchboard/internal/message"
	"switchboard/internal/resource"
	"switchboard/internal/setup"
)

const templateColumns = "id, channel_id, name, language, category, status, header, body, footer, version FROM template"

func scanTemplateSetup(r row, t *setup.Template) error {
	return r.Scan(&t.ID, &t.Channel, &t.Name, &t.Language, &t.Category, &t.Status, &t.Header, &t.Body, &t.Footer, &t.Version)
}

// TemplateSetup by id, locked.
func (tx *Tx) TemplateSetup(id message.TemplateID) (setup.Template, error) {
	return only(tx, "template", scanTemplateSetup, "SELECT "+templateColumns+" WHERE org_id = $1 AND id = $2"+tx.db.dialect.forUpdate, tx.org, id)
}

// ChannelTemplates are all templates of a channel.
func (tx *Tx) ChannelTemplates(id message.ChannelID) ([]setup.Template, error) {
	return list(tx, scanTemplateSetup, "SELECT "+templateColumns+" WHERE org_id = $1 AND channel_id = $2 ORDER BY id"+tx.db.dialect.forUpdate, tx.org, id)
}

// InsertTemplate adds one.
func (tx *Tx) InsertTemplate(t setup.Template) error {
	tx.made(t.ID)
	n, err := tx.affected(`INSERT INTO template (org_id, id, channel_id, name, language, category, status, header, body, footer, version)
 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT (org_id, channel_id, name, language) DO NOTHING`,
		tx.org, t.ID, t.Channel, t.Name, t.Language, t.Category, t.Status, t.Header, t.Body, t.Footer, t.Version)
	return unlessTaken(n, err, "name", "This channel already has a template with this name and language.")
}

// SaveTemplate writes what can change.
func (tx *Tx) SaveTemplate(t *setup.Template) error {
	t.Version++
	return tx.exec(`UPDATE template SET category = $3, status = $4, header = $5, body = $6, footer = $7, version = $8 WHERE org_id = $1 AND id = $2`,
		tx.org, t.ID, t.Category, t.Status, t.Header, t.Body, t.Footer, t.Version)
}

// DeleteTemplate removes one.
func (tx *Tx) DeleteTemplate(id message.TemplateID) error {
	return tx.exec("DELETE FROM template WHERE org_id = $1 AND id = $2", tx.org, id)
}

func scanTemplate(r row, t *resource.Template) error {
	return r.Scan(&t.ID, &t.ChannelID, &t.Name, &t.Language, &t.Category, &t.Status, &t.Header, &t.Body, &t.Footer, &t.Version)
}

// Templates is a page of them by name, of one channel or of all.
func (db *DB) Templates(ctx context.Context, org message.OrgID, channel message.ChannelID, page resource.Page) ([]resource.Template, string, error) {
	from, err := after(page)
	if err != nil {
		return nil, "", err
	}
	where, args := "", []any{org, from.Text, from.ID, page.Limit + 1}
	if !channel.IsZero() {
		where, args = " AND channel_id = $5", append(args, channel)
	}
	rows, err := list(db.reader(ctx, org), scanTemplate, "SELECT "+templateColumns+" WHERE org_id = $1 AND (name, id) > ($2, $3)"+where+
		" ORDER BY name, id LIMIT $4", args...)
	rows, next := paged(rows, page.Limit, func(t resource.Template) position { return position{t.Name, message.RowID(t.ID)} })
	return rows, next, err
}

// TemplateByID for those who read.
func (db *DB) TemplateByID(ctx context.Context, org message.OrgID, id message.TemplateID) (resource.Template, error) {
	return only(db.reader(ctx, org), "template", scanTemplate, "SELECT "+templateColumns+" WHERE org_id = $1 AND id = $2", org, id)
}
