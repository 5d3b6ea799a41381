package store_test

import (
	"context"
	"regexp"
	"strings"
	"sync"
	"testing"

	"switchboard/internal/store"
	"switchboard/internal/store/storetest"
)

func init() { storetest.Closing = readsByKey }

var (
	planned sync.Map // texts of statements that were looked at

	// grows are the tables that grow with history.
	grows = regexp.MustCompile(`^(entry|session|conversation|change|messaging_user|messaging_user_address|provider_message|file|offer|outbox|read_marker|` +
		`customer_event|routing_decision|delivery_error|idempotency|search_doc|search_block)$`)
	named   = regexp.MustCompile(`(?:FROM|JOIN|UPDATE) (\w+)(?: (?:AS )?(\w+))?`)
	reading = regexp.MustCompile(`^(?:SCAN|SEARCH) (\w+)(.*)$`)
	// testsOwn are statements of the tests themselves.
	testsOwn = regexp.MustCompile(`^DELETE FROM search_\w+ WHERE org_id = \$1$|^INSERT INTO search_head .*entry_before|COUNT\(\*\) FROM search_tail`)
	// ends: the first rows of an index are all that is read of it.
	ends = regexp.MustCompile(`\bLIMIT (?:\$\d+|\d+)(?:\) few.*)?\s*$|^INSERT INTO change |\(SELECT M(?:AX|IN)\(seq\) FROM change `)
)

// readsByKey fails a test of this package in which a statement read all rows of an organisation in a table that
// grows with history. SQLite decides by the text alone, since it gathers no statistics.
func readsByKey(t testing.TB, db *store.DB) {
	plans, err := store.Plans(context.Background(), db)
	if err != nil {
		t.Error(err)
	}
	for text, plan := range plans {
		if _, known := planned.LoadOrStore(text, true); known || ends.MatchString(text) || testsOwn.MatchString(text) {
			continue
		}
		tables := map[string]string{}
		for _, m := range named.FindAllStringSubmatch(text, -1) {
			tables[m[1]] = m[1]
			if m[2] != "" {
				tables[m[2]] = m[1]
			}
		}
		for _, line := range plan {
			m := reading.FindStringSubmatch(line)
			if m != nil && grows.MatchString(tables[m[1]]) && (strings.HasPrefix(line, "SCAN") || strings.HasSuffix(line, "(org_id=?)")) {
				t.Errorf("%q reads all of an organisation in %s", line, text)
			}
		}
	}
}
