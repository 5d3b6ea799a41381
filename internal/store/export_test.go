package store

import (
	"context"
	"maps"
	"slices"
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

// HealthQueries are what a channel's health is read with, the first of one channel.
func HealthQueries() [2]string { return [2]string{healthQuery + "= $4", channelFailures} }

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

// ErrTailChanged is what folding ends with when the tail isn't what it was.
var ErrTailChanged = errTailChanged

// FoldSome makes a segment of so many documents.
func FoldSome(tx *Tx, size int) error {
	fold, err := FoldLater(tx, size)
	if err != nil {
		return err
	}
	return fold(tx)
}

// FoldLater prepares a segment of so many documents, as it is done before the transaction that stores it.
func FoldLater(tx *Tx, size int) (fold func(*Tx) error, err error) {
	docs, err := tx.oldestInTail(size)
	if err != nil || len(docs) < size {
		return func(*Tx) error { return nil }, err
	}
	made := tx.compile(docs)
	return func(tx *Tx) error { return tx.fold(made) }, nil
}

// IndexAnew forgets the index and makes it again in segments of so many documents, as after the
// migration that brought it.
func IndexAnew(tx *Tx, size int) error {
	for _, table := range []string{"search_tail", "search_doc", "search_block", "search_segment", "search_head"} {
		if err := tx.exec("DELETE FROM "+table+" WHERE org_id = $1", tx.org); err != nil {
			return err
		}
	}
	if err := tx.exec(`INSERT INTO search_head (org_id, next_segment, old_segment, entry_before, user_before, done, total)
 VALUES ($1, 0, -1, (SELECT id FROM entry WHERE org_id = $1 ORDER BY id DESC LIMIT 1), (SELECT id FROM messaging_user WHERE org_id = $1 ORDER BY id DESC LIMIT 1), 0, 1)`, tx.org); err != nil {
		return err
	}
	for more := true; more; {
		var err error
		if more, err = tx.rebuildStep(size); err != nil {
			return err
		}
	}
	return nil
}

// IndexRows counts the rows of the index that are left.
func IndexRows(tx *Tx) (n int, err error) {
	_, err = one(tx, []any{&n}, `SELECT (SELECT COUNT(*) FROM search_tail WHERE org_id = $1) + (SELECT COUNT(*) FROM search_doc WHERE org_id = $1)
 + (SELECT COUNT(*) FROM search_block WHERE org_id = $1)`, tx.org)
	return n, err
}

// QueueLine is the statement behind QueueLine.
const QueueLine = queueLine

// Plans are how SQLite carries out each statement that was prepared for this database, by its text; none on
// PostgreSQL.
func Plans(ctx context.Context, db *DB) (map[string][]string, error) {
	e, ok := db.engine.(*sqliteEngine)
	if !ok {
		return nil, nil
	}
	texts := slices.Collect(maps.Keys(e.stmts)) // the writer's; nothing is written any more
	e.readStmts.Range(func(text, _ any) bool {
		texts = append(texts, text.(string))
		return true
	})
	plans := map[string][]string{}
	for _, text := range texts {
		if first, _, _ := strings.Cut(strings.TrimSpace(text), " "); !slices.Contains([]string{"SELECT", "UPDATE", "DELETE", "INSERT", "WITH"}, first) {
			continue
		}
		_, order := sqliteText(text)
		most := -1
		for _, n := range order {
			most = max(most, n)
		}
		plan, err := Plan(ctx, db, text, make([]any, most+1)...)
		if err != nil {
			return nil, err
		}
		plans[text] = plan
	}
	return plans, nil
}

// AskingFor is the condition that a column has one of n ids, as PostgreSQL is asked.
func AskingFor(n int) string {
	a := ids{arrays: true}
	wanted, numbers := make([]message.ConversationID, n), make([]int64, n)
	return in(&a, wanted) + inPairs(&a, wanted, numbers)
}
