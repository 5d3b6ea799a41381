package store

import (
	"context"
	"strings"

	"switchboard/internal/inbox"
	"switchboard/internal/message"
	"switchboard/internal/resource"
)

// Exec lets tests write rows that no method writes yet.
func Exec(tx *Tx, query string, args ...any) error { return tx.exec(query, args...) }

// ReadInt lets tests read one number in a transaction, under the lock of its row.
func ReadInt(tx *Tx, query string, args ...any) (n int64, err error) {
	_, err = one(tx, []any{&n}, query+tx.db.dialect.forUpdate, args...)
	return n, err
}

// Plan is how the database would carry out a query.
func Plan(ctx context.Context, db *DB, query string, args ...any) ([]string, error) {
	if db.dialect.name != sqliteDialect.name {
		return nil, nil
	}
	return list(db.engine.read(ctx), func(r row, line *string) error {
		var id, parent, unused int64
		return r.Scan(&id, &parent, &unused, line)
	}, "EXPLAIN QUERY PLAN "+query, args...)
}

// ListPlans is how the database would carry out each statement of a list.
func ListPlans(ctx context.Context, db *DB, org message.OrgID, viewer resource.Viewer, ask resource.ListQuery) (plans [][]string, err error) {
	q, err := inbox.Parse(ask, viewer.All)
	if err != nil {
		return nil, err
	}
	sight, err := NewViews(db, nil, nil).Sight(ctx, org, viewer)
	if err != nil {
		return nil, err
	}
	tx := db.reader(ctx, org)
	branches, err := tx.branches(q, sight)
	if err != nil {
		return nil, err
	}
	for _, after := range []*place{nil, {key: 5}} {
		for _, s := range tx.statements(q, branches, true, after) {
			plan, err := Plan(ctx, db, s.text, s.args...)
			if err != nil {
				return nil, err
			}
			plans = append(plans, plan)
		}
	}
	return plans, nil
}

// MigrateTo brings the schema to one version, and reports what versions there are.
func MigrateTo(ctx context.Context, url string, version int64) (versions []int64, err error) {
	provider, db, err := migrator(ctx, url)
	if err != nil {
		return nil, err
	}
	defer db.Close()
	for _, source := range provider.ListSources() {
		versions = append(versions, source.Version)
	}
	_, err = provider.UpTo(ctx, version)
	return versions, err
}

// RenderFor keeps of a text what belongs to the database at url.
func RenderFor(url, text string) string {
	if strings.HasPrefix(url, "sqlite:") {
		return renderText(text, sqliteDialect.name)
	}
	return renderText(text, postgresDialect.name)
}
