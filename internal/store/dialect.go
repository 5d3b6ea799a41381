package store

import (
	"strings"

	"switchboard/internal/message"
)

// numberSequence names the PostgreSQL sequence of an organisation's session numbers. It is made
// with the organisation.
func numberSequence(org message.OrgID) string {
	return "session_number_" + strings.ReplaceAll(org.String(), "-", "")
}

// dialect holds what the two databases say differently. Everything else is one text for both.
type dialect struct {
	name string
	// forUpdate locks the rows a SELECT reads; SQLite's only writer needs none.
	forUpdate string
	// skipLocked is forUpdate that passes over rows somebody else holds.
	skipLocked string
	// forShare keeps the rows a SELECT reads from being changed until the commit.
	forShare string
	// now is the database's own clock in microseconds, for leases that several nodes compare.
	now string
	// insertChange writes one change row: straight into the numbered feed, or into the pending
	// table from which the sequencer moves it.
	insertChange string
	// nextNumber gives the organisation's next session number.
	nextNumber string
	// arrays: an argument can be an array, see ids.
	arrays bool
	// newOrg prepares what the database keeps beside the tables for an organisation; may be empty.
	newOrg func(message.OrgID) string
}

const changeColumns = "org_id, at, type, conversation_id, session_id, entry_seq, agent_id, customer_id, ref_id, trace"

var sqliteDialect = dialect{
	name: "sqlite",
	now:  "CAST(unixepoch('subsec') * 1000000 AS integer)",
	insertChange: "INSERT INTO change (seq, " + changeColumns + ") VALUES (" +
		"(SELECT COALESCE(MAX(seq), 0) + 1 FROM change WHERE org_id = $1), $1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
	nextNumber: "UPDATE org SET last_session_number = last_session_number + 1 WHERE id = $1 RETURNING last_session_number",
	newOrg:     func(message.OrgID) string { return "" },
}

var postgresDialect = dialect{
	name:         "postgres",
	arrays:       true,
	forUpdate:    " FOR UPDATE",
	forShare:     " FOR SHARE",
	skipLocked:   " FOR UPDATE SKIP LOCKED",
	now:          "(EXTRACT(EPOCH FROM clock_timestamp()) * 1000000)::bigint",
	insertChange: "INSERT INTO change_pending (" + changeColumns + ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
	nextNumber:   "SELECT nextval('session_number_' || replace($1::uuid::text, '-', ''))",
	newOrg:       func(org message.OrgID) string { return "CREATE SEQUENCE " + numberSequence(org) },
}
