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
	driver, source := "pgx", url
	if path, ok := strings.CutPrefix(url, "sqlite:"); ok {
		driver, source = "sqlite", "file:"+path+"?_pragma=busy_timeout(10000)"
		statement = dollar.ReplaceAllString(statement, "?$1")
	}
	db, err := sql.Open(driver, source)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec(statement, args...); err != nil {
		t.Fatalf("%v in %s", err, statement)
	}
}
