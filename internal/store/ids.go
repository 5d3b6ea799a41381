package store

import (
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5/pgtype"
)

// ids collects the arguments of a statement that asks for many values, after those that it has already.
//
// PostgreSQL gets them as arrays: the text is the same for any number of them, so that it is planned once for
// each connection. (With a placeholder for each, planning was most of what a page of a list cost.)
type ids struct {
	args   []any
	arrays bool
}

func (db *DB) ids(args ...any) ids { return ids{args: args, arrays: db.dialect.arrays} }
func (tx *Tx) ids(args ...any) ids { return tx.db.ids(args...) }

// add one value and return its placeholder.
func (a *ids) add(value any) string {
	a.args = append(a.args, value)
	return "$" + strconv.Itoa(len(a.args))
}

// in adds values and returns the condition that a column has one of them, to stand behind the column. There must
// be one at least. On SQLite the list is filled up to a power of two with its last value, so that few different
// texts are prepared.
func in[T any](a *ids, values []T) string {
	if a.arrays {
		return "= ANY(" + a.add(array(values)) + ")"
	}
	var b strings.Builder
	n := 1
	for n < len(values) {
		n *= 2
	}
	b.WriteString("IN (")
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(a.add(values[min(i, len(values)-1)]))
	}
	b.WriteByte(')')
	return b.String()
}

// inPairs is in for two columns at once: "(a, b) " + inPairs(…). There are as many of one as of the other.
func inPairs[A, B any](a *ids, firsts []A, seconds []B) string {
	if a.arrays {
		return "IN (SELECT * FROM unnest(" + a.add(array(firsts)) + "::" + arrayType(firsts) + ", " + a.add(array(seconds)) + "::" + arrayType(seconds) + "))"
	}
	var b strings.Builder
	b.WriteString("IN (VALUES ")
	for i := range firsts {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString("(" + a.add(firsts[i]) + "," + a.add(seconds[i]) + ")")
	}
	b.WriteByte(')')
	return b.String()
}

// identified is an id of any kind.
type identified interface{ Raw() [16]byte }

// array is values as PostgreSQL takes them.
func array[T any](values []T) any {
	if _, ok := any(values[0]).(identified); !ok {
		return values
	}
	out := make([]pgtype.UUID, len(values))
	for i, v := range values {
		out[i] = pgtype.UUID{Bytes: any(v).(identified).Raw(), Valid: true}
	}
	return out
}

func arrayType[T any](values []T) string {
	if _, ok := any(values[0]).(identified); ok {
		return "uuid[]"
	}
	return "bigint[]"
}
