package storetest

import (
	"database/sql"
	"regexp"
	"strings"
	"testing"
)

var dollar = regexp.MustCompile(`\$(\d+)`)

// Exec runs one statement beside the store, for rows that a test needs and no use case under test makes.
func Exec(t testing.TB, url, statement string, args ...any) {
	t.Helper()
	db, statement := beside(t, url, statement)
	defer db.Close()
	if _, err := db.Exec(statement, args...); err != nil {
		t.Fatalf("%v in %s", err, statement)
	}
}

// Try is Exec for what may fail.
func Try(t testing.TB, url, statement string) error {
	t.Helper()
	db, statement := beside(t, url, statement)
	defer db.Close()
	_, err := db.Exec(statement)
	return err
}

// Column reads the first column of a query's rows as text, for what is kept and no use case under test shows.
func Column(t testing.TB, url, query string, args ...any) (values []string) {
	t.Helper()
	db, query := beside(t, url, query)
	defer db.Close()
	rows, err := db.Query(query, args...)
	if err != nil {
		t.Fatalf("%v in %s", err, query)
	}
	defer rows.Close()
	for rows.Next() {
		var value string
		if err := rows.Scan(&value); err != nil {
			t.Fatalf("%v in %s", err, query)
		}
		values = append(values, value)
	}
	if err := rows.Err(); err != nil {
		t.Fatalf("%v in %s", err, query)
	}
	return values
}

// beside opens the database without the store, and writes a statement as its driver wants it.
func beside(t testing.TB, url, statement string) (*sql.DB, string) {
	t.Helper()
	driver, source := "pgx", url
	if path, ok := strings.CutPrefix(url, "sqlite:"); ok {
		driver, source = "sqlite", "file:"+path+"?_pragma=busy_timeout(10000)"
		statement = dollar.ReplaceAllString(statement, "?$1")
	}
	db, err := sql.Open(driver, source)
	if err != nil {
		t.Fatal(err)
	}
	return db, statement
}
