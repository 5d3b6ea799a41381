package store

import (
	"context"

	"github.com/jackc/pgx/v5"
)

// grown are tables that have twice the rows that PostgreSQL's planner knows of, and not just a few.
const grown = `SELECT s.relname FROM pg_stat_user_tables s JOIN pg_class c ON c.oid = s.relid
 WHERE s.schemaname = current_schema() AND s.n_live_tup > 100 AND s.n_live_tup > 2 * c.reltuples ORDER BY s.relname`

// Analyze has PostgreSQL count anew what has doubled since it was counted. Its own autovacuum does so as well, a
// minute or more later: until then statements that were planned on empty tables walk an index of the whole
// organisation, which made the first minutes of an installation, and those after an import, slow.
func (db *DB) Analyze(ctx context.Context) error {
	if db.dialect.name != postgresDialect.name {
		return nil
	}
	tables, err := list(db.engine.read(ctx), func(r row, name *string) error { return r.Scan(name) }, grown)
	for i := 0; err == nil && i < len(tables); i++ {
		err = db.engine.read(ctx).exec("ANALYZE (SKIP_LOCKED) " + pgx.Identifier{tables[i]}.Sanitize())
	}
	return asFault(err)
}
