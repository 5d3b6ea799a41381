package store_test

import (
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"switchboard/internal/channel"
	"switchboard/internal/conversation"
	"switchboard/internal/job"
	"switchboard/internal/message"
	"switchboard/internal/resource"
	"switchboard/internal/staff"
	"switchboard/internal/store"
	"switchboard/internal/store/storetest"
)

// What any version left behind goes through every later one, and the program works with it. A fixture
// testdata/version_NNNN.sql is what version NNNN wrote; it is never changed.
func TestEveryVersionUpgrades(t *testing.T) {
	fixtures, err := filepath.Glob("testdata/version_*.sql")
	if err != nil || len(fixtures) == 0 {
		t.Fatalf("no fixtures: %v", err)
	}
	for _, fixture := range fixtures {
		filled, err := strconv.ParseInt(strings.TrimSuffix(strings.TrimPrefix(filepath.Base(fixture), "version_"), ".sql"), 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		t.Run(filepath.Base(fixture), func(t *testing.T) {
			storetest.EachEmpty(t, func(t *testing.T, url string) {
				versions, err := store.MigrateTo(t.Context(), url, filled)
				if err != nil || !slices.Contains(versions, filled) {
					t.Fatalf("version %d: %v, there are %d", filled, err, versions)
				}
				fill(t, url, fixture)
				for _, version := range versions {
					if version <= filled {
						continue
					}
					if _, err := store.MigrateTo(t.Context(), url, version); err != nil {
						t.Fatalf("version %d: %v", version, err)
					}
				}
				current, newest, err := store.SchemaVersions(t.Context(), url)
				if err != nil || current != newest {
					t.Fatalf("version %d of %d: %v", current, newest, err)
				}
				works(t, storetest.Open(t, url))
			})
		})
	}
}

var literal = regexp.MustCompile(`\{([ub]):([0-9a-f]*)\}`)

// fill runs a fixture, whose ids and bytes are written as the database wants them.
func fill(t *testing.T, url, fixture string) {
	t.Helper()
	text, err := os.ReadFile(fixture)
	if err != nil {
		t.Fatal(err)
	}
	postgres := strings.HasPrefix(url, "postgres")
	statements := literal.ReplaceAllStringFunc(store.RenderFor(url, string(text)), func(s string) string {
		kind, hex := s[1], s[3:len(s)-1]
		switch {
		case !postgres:
			return "X'" + hex + "'"
		case kind == 'u':
			return "'" + hex + "'"
		default:
			return `'\x` + hex + "'"
		}
	})
	driver, source := "pgx", url
	if !postgres {
		driver, source = "sqlite", "file:"+strings.TrimPrefix(url, "sqlite:")
	}
	db, err := sql.Open(driver, source)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if postgres { // one statement each: no prepared statement holds several
		for _, s := range strings.Split(statements, ";\n") {
			if _, err := db.ExecContext(t.Context(), s); err != nil {
				t.Fatalf("%v in %s", err, s)
			}
		}
		return
	}
	if _, err := db.ExecContext(t.Context(), statements); err != nil {
		t.Fatal(err)
	}
}

// works reads what the fixtures hold, and goes on with it: an SMS conversation of Acme's, in which the
// customer wrote entry 3 and Anna answered with entry 5, which is still in the outbox.
func works(t *testing.T, db *store.DB) {
	t.Helper()
	ctx := t.Context()
	login := func(email string) staff.SignedIn {
		in, err := staff.New(store.Writer[staff.Tx](db), db, staff.NewPasswords(), "http://switchboard.test").
			Login(ctx, email, "correct horse battery", "", staff.Client{})
		if err != nil {
			t.Fatalf("%s can't sign in: %v", email, err)
		}
		return in
	}
	anna := login("anna@00d13nsw7kgvpxi.example")
	org := anna.Principal.Org
	if o, err := db.Organisation(ctx, org); err != nil || o.Name != "Acme" {
		t.Fatalf("organisation %+v, %v", o, err)
	}
	sms := channel.Capabilities{TextMax: 1600, TextUnit: "characters"}
	views := store.NewViews(db, func(string, string) channel.Capabilities { return sms }, func(message.OrgID, *message.File) {})
	viewer := resource.Viewer{User: anna.Principal.UserID}
	mine, _, err := views.Conversations(ctx, org, viewer, resource.ListQuery{Scope: "mine"})
	if err != nil || len(mine) != 1 || mine[0].Customer.Name != "Carla" {
		t.Fatalf("Anna has %+v, %v", mine, err)
	}
	talk := mine[0].ID
	if err := db.RebuildSearch(ctx, job.Job{Org: org}); err != nil {
		t.Fatal(err)
	}
	for _, q := range []string{"parcel", "tomorrow", "+43 660 1234567"} {
		if found, _, err := views.Conversations(ctx, org, viewer, resource.ListQuery{Q: q}); err != nil || len(found) != 1 {
			t.Errorf("%q finds %d, %v", q, len(found), err)
		}
	}
	texts := func() (texts []string) {
		entries, err := views.Entries(ctx, org, viewer, talk, 0, 0, 100)
		if err != nil {
			t.Fatal(err)
		}
		for i, e := range entries {
			if e.Seq != int64(i+1) {
				t.Fatalf("entry %d is number %d", i+1, e.Seq)
			}
			if e.Kind == message.KindMessage {
				texts = append(texts, e.Content.Text)
			}
		}
		return texts
	}
	if got := strings.Join(texts(), "|"); got != "where is my parcel|It arrives tomorrow." {
		t.Fatalf("the conversation holds %s", got)
	}

	service := conversation.Service{Write: store.Writer[conversation.Tx](db), Capabilities: func(string, string) channel.Capabilities { return sms },
		Segments: func(string) int { return 1 }}
	by := conversation.Staff{ID: anna.Principal.UserID, Name: anna.Principal.Name}
	if sent, err := service.Send(ctx, org, by, talk, conversation.Draft{Text: "And it is blue."}); err != nil || sent.Seq != 6 {
		t.Fatalf("sent as %d, %v", sent.Seq, err)
	}
	var number int64
	err = db.Write(ctx, org, func(tx *store.Tx) error {
		c, err := tx.Conversation(talk)
		if err != nil {
			return err
		}
		due, err := tx.DueOutbox(c.Channel, "queued", time.Now(), 10)
		if err != nil {
			return err
		}
		if len(due) != 1 || due[0].EntrySeq != 5 {
			return fmt.Errorf("due is %+v", due)
		}
		return tx.DeleteOutbox(due[0].ID)
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := service.EndSession(ctx, org, by, talk, mine[0].Session.ID, ""); err != nil {
		t.Fatal(err)
	}
	err = db.Write(ctx, org, func(tx *store.Tx) error {
		c, err := tx.Conversation(talk)
		if err != nil {
			return err
		}
		if _, err := conversation.CustomerWrites(tx, &c, nil, 0); err != nil {
			return err
		}
		number = c.Session.Number
		e := conversation.Entry{ID: message.NewID[message.EntryID](), Kind: message.KindMessage, Content: message.Content{Text: "I like blue"}}
		return conversation.Received(tx, &c, &e, true)
	})
	if err != nil || number != 2 {
		t.Fatalf("the next session is number %d, %v", number, err)
	}
	if got := texts(); !slices.Equal(got[1:], []string{"It arrives tomorrow.", "And it is blue.", "I like blue"}) {
		t.Fatalf("the conversation holds %q", got)
	}

	if _, err := db.Sequence(ctx, org); err != nil {
		t.Fatal(err)
	}
	changes, err := db.Changes(ctx, org, 0, 1000)
	if err != nil || len(changes) <= 18 {
		t.Fatalf("%d changes, %v", len(changes), err)
	}
	for i, c := range changes {
		if c.Seq != int64(i+1) {
			t.Fatalf("change %d is number %d", i+1, c.Seq)
		}
	}
	jobs, err := db.ClaimJobs(ctx, []string{"media.fetch"}, time.Now(), time.Now().Add(time.Minute), 10)
	if err != nil || !slices.ContainsFunc(jobs, func(j job.Job) bool { return j.Key == "a file that is still to be fetched" }) {
		t.Fatalf("jobs %+v, %v", jobs, err)
	}
	name := "routing:" + org.String()
	if epoch, ok, err := db.AcquireLease(ctx, name, message.NewID[message.RowID](), time.Minute); err != nil || !ok || epoch <= 3 {
		t.Fatalf("the lease's epoch is %d, %v, %v", epoch, ok, err)
	}
}
