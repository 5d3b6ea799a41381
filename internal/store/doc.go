// Package store is the SQL of Switchboard: one file for each noun, the same text for SQLite and
// PostgreSQL wherever both understand it. db.go opens a database, sqlite.go and postgres.go run
// writes on it, tx.go is the transaction that every use case's own Tx interface is satisfied by.
//
// It decides nothing: rules live in the domains, which hand it values to keep. It imports domain
// packages for their types; none imports it.
package store
