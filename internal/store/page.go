package store

import (
	"encoding/base64"
	"encoding/json"

	"switchboard/internal/fault"
	"switchboard/internal/message"
	"switchboard/internal/resource"
)

// position is where a page of a list sorted by a text and an id ended. Lists go on after it by a row
// comparison, which an index on (text, id) serves.
type position struct {
	Text string        `json:"t"`
	ID   message.RowID `json:"i"`
}

// after reads a page's cursor. The beginning is before every row, as no row has an empty text.
func after(page resource.Page) (p position, err error) {
	if page.Cursor == "" {
		return p, nil
	}
	b, err := base64.RawURLEncoding.DecodeString(page.Cursor)
	if err == nil {
		err = json.Unmarshal(b, &p)
	}
	if err != nil {
		err = fault.New(fault.Malformed, "This cursor is not one of ours. Begin the list without it.")
	}
	return p, err
}

// paged cuts rows, read with one more than the limit, to the page and gives the cursor of the next.
func paged[T any](rows []T, limit int, at func(T) position) ([]T, string) {
	if len(rows) <= limit {
		return rows, ""
	}
	rows = rows[:limit]
	return rows, base64.RawURLEncoding.EncodeToString([]byte(asJSON(at(rows[limit-1]))))
}

// only reads the one row that a query finds, or says that there is no such thing.
func only[T any](c conn, noun string, scan func(row, *T) error, query string, args ...any) (v T, err error) {
	rows, err := list(c, scan, query, args...)
	if err := must(len(rows) > 0, err, noun); err != nil {
		return v, err
	}
	return rows[0], nil
}
