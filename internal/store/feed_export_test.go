package store

import "context"

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
