package store

// dialect holds what the two databases say differently. Everything else is one text for both.
type dialect struct {
	name string
	// forUpdate locks the rows a SELECT reads; SQLite's only writer needs none.
	forUpdate string
	// skipLocked is forUpdate that passes over rows somebody else holds.
	skipLocked string
	// now is the database's own clock in microseconds, for leases that several nodes compare.
	now string
	// insertChange writes one change row: straight into the numbered feed, or into the pending
	// table from which the sequencer moves it.
	insertChange string
	// like is the case-insensitive LIKE.
	like string
}

const changeColumns = "org_id, at, type, conversation_id, session_id, entry_seq, agent_id, customer_id, ref_id"

var sqliteDialect = dialect{
	name: "sqlite",
	now:  "CAST(unixepoch('subsec') * 1000000 AS integer)",
	insertChange: "INSERT INTO change (seq, " + changeColumns + ") VALUES (" +
		"(SELECT COALESCE(MAX(seq), 0) + 1 FROM change WHERE org_id = $1), $1, $2, $3, $4, $5, $6, $7, $8, $9)",
	like: "LIKE",
}

var postgresDialect = dialect{
	name:         "postgres",
	forUpdate:    " FOR UPDATE",
	skipLocked:   " FOR UPDATE SKIP LOCKED",
	now:          "(EXTRACT(EPOCH FROM clock_timestamp()) * 1000000)::bigint",
	insertChange: "INSERT INTO change_pending (" + changeColumns + ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
	like:         "ILIKE",
}
