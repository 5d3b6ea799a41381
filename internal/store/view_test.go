package store_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"switchboard/internal/channel"
	"switchboard/internal/consent"
	"switchboard/internal/conversation"
	"switchboard/internal/fault"
	"switchboard/internal/message"
	"switchboard/internal/resource"
	"switchboard/internal/store"
	"switchboard/internal/store/storetest"
)

// desk is an organisation with two queues, two agents and a supervisor, whose lists are looked at.
type desk struct {
	t                *testing.T
	db               *store.DB
	views            *store.Views
	org              message.OrgID
	queued, everyone message.ChannelID
	sales, support   message.QueueID
	ada, bob, boss   message.UserID // ada is a member of sales, bob of support
	customers        int
	at               time.Time
}

func newDesk(t *testing.T, db *store.DB) *desk {
	d := &desk{t: t, db: db, org: message.NewID[message.OrgID](), queued: message.NewID[message.ChannelID](), everyone: message.NewID[message.ChannelID](),
		sales: message.NewID[message.QueueID](), support: message.NewID[message.QueueID](), ada: message.NewID[message.UserID](),
		bob: message.NewID[message.UserID](), boss: message.NewID[message.UserID](), at: time.Now().UTC().Add(-time.Hour).Truncate(time.Microsecond)}
	d.views = store.NewViews(db, func(channelType, provider string) channel.Capabilities {
		if provider == channel.ProviderMeta {
			return channel.Capabilities{WindowHours: 24}
		}
		return channel.Capabilities{}
	}, func(_ message.OrgID, f *message.File) { f.URL = "signed/" + f.ID.String() })
	d.write(func(tx *store.Tx) error {
		for _, row := range []struct {
			text string
			args []any
		}{
			{"INSERT INTO channel (org_id, id, type, provider, name, api_name, address, active, sandbox, settings, required_consent, routing, queue_id, created_at, version) VALUES ($1, $2, 'whatsapp', 'meta', 'WhatsApp', 'WA', '', $4, $5, '{}', 'implicitly_opted_in', '{\"mode\":\"queue\"}', $3, 1, 1)",
				[]any{d.org, d.queued, d.sales, true, false}},
			{"INSERT INTO channel (org_id, id, type, provider, name, api_name, address, active, sandbox, settings, required_consent, routing, created_at, version) VALUES ($1, $2, 'sms', 'twilio', 'SMS', 'SMS', '', $3, $4, '{}', 'implicitly_opted_in', '{\"mode\":\"everyone\"}', 1, 1)",
				[]any{d.org, d.everyone, true, false}},
			{"INSERT INTO queue (org_id, id, name, overflow_after, version) VALUES ($1, $2, 'Sales', 0, 1), ($1, $3, 'Support', 0, 1)", []any{d.org, d.sales, d.support}},
			{"INSERT INTO queue_member (org_id, queue_id, user_id) VALUES ($1, $2, $4), ($1, $3, $5)", []any{d.org, d.sales, d.support, d.ada, d.bob}},
		} {
			if err := store.Exec(tx, row.text, row.args...); err != nil {
				return err
			}
		}
		for id, name := range map[message.UserID]string{d.ada: "Ada", d.bob: "Bob"} {
			if err := store.Exec(tx, "INSERT INTO staff_user (org_id, id, login_id, name, permission_set_id, capacity, active, created_at, version) VALUES ($1, $2, $3, $4, $5, 5, $6, 1, 1)",
				d.org, id, message.NewID[message.LoginID](), name, message.NewID[message.PermissionSetID](), true); err != nil {
				return err
			}
		}
		return nil
	})
	return d
}

func (d *desk) write(fn func(tx *store.Tx) error) {
	d.t.Helper()
	if err := d.db.Write(d.t.Context(), d.org, fn); err != nil {
		d.t.Fatal(err)
	}
}

func (d *desk) viewer(u message.UserID) resource.Viewer {
	return resource.Viewer{User: u, All: u == d.boss}
}

// writes lets a new customer write, which leaves a session in this state.
func (d *desk) writes(ch message.ChannelID, status conversation.Status, agent message.UserID, queue message.QueueID, texts ...string) conversation.Conversation {
	d.t.Helper()
	d.customers++
	number := d.customers
	var c conversation.Conversation
	d.write(func(tx *store.Tx) error {
		customer, _, err := tx.EnsureCustomer(ch, []message.Address{{Kind: message.AddressPhone, Value: fmt.Sprintf("+49301000%03d", number)}}, message.Profile{Name: fmt.Sprintf("Customer %d", number)})
		if err != nil {
			return err
		}
		if _, _, err := tx.SetConsent(customer, consent.Change{To: consent.Implicit, Cause: consent.ByWriting}); err != nil {
			return err
		}
		if c, _, err = tx.EnsureConversation(ch, customer, ""); err != nil {
			return err
		}
		d.at = d.at.Add(time.Second)
		s := conversation.Session{ID: message.NewID[message.SessionID](), Number: int64(number), Conversation: c.ID, Channel: ch, ChannelType: c.ChannelType, Customer: customer,
			Status: status, Origin: conversation.FromCustomer, Agent: agent, Queue: queue, StartedAt: d.at, LastActivityAt: d.at, ModifiedAt: d.at, Version: 1,
			Prechat: []message.Field{{Name: "_Subject", Value: "Hello"}}}
		if status == conversation.Waiting {
			s.WaitingSince = d.at
		}
		if !status.Open() {
			s.AcceptedAt, s.EndedAt = d.at.Add(-time.Minute), d.at
		}
		if err := tx.InsertSession(&s); err != nil {
			return err
		}
		c.Session = s
		for _, text := range texts {
			e := conversation.Entry{ID: message.NewID[message.EntryID](), Conversation: c.ID, Session: s.ID, Customer: customer, Kind: message.KindMessage, Author: message.AuthorCustomer,
				AuthorID: customer, Content: message.Content{Text: text}, Status: message.StatusDelivered, CreatedAt: d.at, Version: 1}
			if err := tx.AppendEntry(&c, &e); err != nil {
				return err
			}
		}
		return tx.SaveConversation(&c)
	})
	return c
}

// sees names the customers on the pages of a list, in order, by their numbers.
func (d *desk) sees(u message.UserID, q resource.ListQuery) string {
	d.t.Helper()
	var names []string
	for pages := 0; ; pages++ {
		items, next, err := d.views.Conversations(d.t.Context(), d.org, d.viewer(u), q)
		if err != nil {
			d.t.Fatal(err)
		}
		for _, c := range items {
			names = append(names, strings.TrimPrefix(c.Customer.Name, "Customer "))
		}
		if q.Cursor = next; next == "" {
			return strings.Join(names, " ")
		}
		if pages > 500 {
			d.t.Fatal("the list doesn't end")
		}
	}
}

func TestListsHoldWhatTheirViewerMaySee(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		d := newDesk(t, db)
		none, noQueue := message.UserID{}, message.QueueID{}
		d.writes(d.queued, conversation.Waiting, none, d.sales, "one")     // 1
		d.writes(d.queued, conversation.Active, d.ada, d.sales, "two")     // 2
		d.writes(d.queued, conversation.Active, d.bob, d.support, "three") // 3
		d.writes(d.everyone, conversation.Waiting, none, noQueue, "four")  // 4
		d.writes(d.everyone, conversation.Active, d.bob, noQueue, "five")  // 5
		d.writes(d.queued, conversation.Ended, d.ada, d.sales, "six")      // 6
		d.writes(d.queued, conversation.Ended, d.bob, d.support, "seven")  // 7
		d.writes(d.queued, conversation.Waiting, none, noQueue, "eight")   // 8: not routed

		for _, c := range []struct {
			who  message.UserID
			ask  resource.ListQuery
			want string
		}{
			{d.ada, resource.ListQuery{Scope: "mine"}, "2"},
			{d.ada, resource.ListQuery{Scope: "team"}, "4 2 1"},
			{d.ada, resource.ListQuery{Scope: "all"}, "4 2 1"},
			{d.ada, resource.ListQuery{Scope: "team", Sort: "waiting"}, "1 2 4"},
			{d.ada, resource.ListQuery{Scope: "team", Status: "waiting"}, "4 1"},
			{d.ada, resource.ListQuery{Scope: "team", Status: "closed"}, "6"},
			{d.ada, resource.ListQuery{Scope: "team", Status: "all", Limit: 1}, "6 4 2 1"},
			{d.ada, resource.ListQuery{Scope: "team", Channel: "sms"}, "4"},
			{d.ada, resource.ListQuery{Scope: "team", Channel: "line"}, ""},
			{d.ada, resource.ListQuery{Scope: "team", Queue: d.sales.String()}, "2 1"},
			{d.ada, resource.ListQuery{Scope: "team", Queue: d.support.String()}, ""},
			{d.bob, resource.ListQuery{Scope: "team"}, "5 4 3"},
			{d.bob, resource.ListQuery{Scope: "mine", Status: "active,ended"}, "7 5 3"},
			{d.boss, resource.ListQuery{Scope: "all", Limit: 2}, "8 5 4 3 2 1"},
			{d.boss, resource.ListQuery{Scope: "all", Sort: "waiting", Limit: 2}, "1 2 3 4 5 8"},
			{d.boss, resource.ListQuery{Scope: "all", Sort: "ended", Limit: 1}, "7 6"},
			{d.boss, resource.ListQuery{Scope: "all", Channel: d.everyone.String(), Status: "all"}, "5 4"},
			{d.boss, resource.ListQuery{Scope: "all", Queue: d.support.String(), Status: "all"}, "7 3"},
			{d.boss, resource.ListQuery{Scope: "mine"}, ""},
			{d.boss, resource.ListQuery{Scope: "team"}, "4"},
			{d.boss, resource.ListQuery{Q: "THREE"}, "3"},
			{d.boss, resource.ListQuery{Q: "customer", Limit: 3}, "8 7 6 5 4 3 2 1"},
			{d.ada, resource.ListQuery{Q: "customer", Limit: 2}, "6 4 2 1"},
			{d.ada, resource.ListQuery{Q: "three"}, ""},
			{d.boss, resource.ListQuery{Q: "absent"}, ""},
			{d.boss, resource.ListQuery{Q: "+49 30 1000 007"}, "7"},
			{d.boss, resource.ListQuery{Q: "ms-00000003"}, "3"},
			{d.ada, resource.ListQuery{Q: "MS-00000003"}, ""},
		} {
			if got := d.sees(c.who, c.ask); got != c.want {
				t.Errorf("%+v: got %q, want %q", c.ask, got, c.want)
			}
		}
		for _, ask := range []resource.ListQuery{{Scope: "their"}, {Status: "lost"}, {Sort: "name"}, {Queue: "x"}, {Cursor: "x"}, {Cursor: "x", Q: "one"}} {
			if _, _, err := d.views.Conversations(t.Context(), d.org, d.viewer(d.ada), ask); err == nil {
				t.Errorf("%+v was taken", ask)
			}
		}
	})
}

func TestRightsOfSingleReads(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		d := newDesk(t, db)
		bobs := d.writes(d.queued, conversation.Active, d.bob, d.support, "secret")
		reads := map[string]func(org message.OrgID, v resource.Viewer) error{
			"conversation": func(org message.OrgID, v resource.Viewer) error {
				_, err := d.views.Conversation(t.Context(), org, v, bobs.ID)
				return err
			},
			"entries": func(org message.OrgID, v resource.Viewer) error {
				_, err := d.views.Entries(t.Context(), org, v, bobs.ID, 0, 0, 0)
				return err
			},
			"entry": func(org message.OrgID, v resource.Viewer) error {
				_, err := d.views.Entry(t.Context(), org, v, bobs.ID, 1)
				return err
			},
			"sessions": func(org message.OrgID, v resource.Viewer) error {
				_, err := d.views.SessionsOf(t.Context(), org, v, bobs.ID)
				return err
			},
			"session": func(org message.OrgID, v resource.Viewer) error {
				_, err := d.views.Session(t.Context(), org, v, bobs.Session.ID)
				return err
			},
		}
		other := message.NewID[message.OrgID]()
		for name, read := range reads {
			for _, who := range []message.UserID{d.bob, d.boss} {
				if err := read(d.org, d.viewer(who)); err != nil {
					t.Errorf("%s: refused: %v", name, err)
				}
			}
			for _, refused := range []error{read(d.org, d.viewer(d.ada)), read(d.org, resource.Viewer{}), read(other, d.viewer(d.boss))} {
				if fault.CodeOf(refused) != fault.NotFound {
					t.Errorf("%s: want not_found, got %v", name, refused)
				}
			}
		}
		// An offer opens it to her, as long as it is open.
		waits := d.writes(d.queued, conversation.Waiting, message.UserID{}, d.support, "first", "second")
		offer := message.NewID[message.OfferID]()
		d.write(func(tx *store.Tx) error {
			return store.Exec(tx, "INSERT INTO offer (org_id, id, session_id, agent_id, state, units, reason, decline_reason, created_at, expires_at) VALUES ($1, $2, $3, $4, 'open', 1, 'free', '', 1, 2)",
				d.org, offer, waits.Session.ID, d.ada)
		})
		if err := d.views.MayRead(t.Context(), d.org, d.viewer(d.ada), waits.ID); err != nil {
			t.Error(err)
		}
		offers, err := d.views.Offers(t.Context(), d.org, d.ada)
		if err != nil || len(offers) != 1 || offers[0].Preview != "first" || offers[0].Queue.Name != "Support" || len(offers[0].Prechat) != 1 || offers[0].Customer.Address == "" {
			t.Errorf("offers: %+v, %v", offers, err)
		}
		d.write(func(tx *store.Tx) error {
			return store.Exec(tx, "UPDATE offer SET state = 'expired' WHERE org_id = $1 AND id = $2", d.org, offer)
		})
		if err := d.views.MayRead(t.Context(), d.org, d.viewer(d.ada), waits.ID); fault.CodeOf(err) != fault.NotFound {
			t.Errorf("after the offer: %v", err)
		}
	})
}

func TestConversationAsItsViewerSeesIt(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		d := newDesk(t, db)
		c := d.writes(d.queued, conversation.Active, d.ada, d.sales, "one", "two", "three")
		d.write(func(tx *store.Tx) error {
			_, err := tx.SetReadMarker(d.ada, c.ID, 2)
			return err
		})
		ada, err := d.views.Conversation(t.Context(), d.org, d.viewer(d.ada), c.ID)
		if err != nil {
			t.Fatal(err)
		}
		if ada.ReadSeq != 2 || ada.Unread != 1 || ada.LastSeq != 3 || ada.Blocked != nil {
			t.Errorf("read %d, unread %d of %d, blocked %v", ada.ReadSeq, ada.Unread, ada.LastSeq, ada.Blocked)
		}
		if ada.Session == nil || ada.Session.Agent.Name != "Ada" || ada.Session.Queue.Name != "Sales" || ada.Session.Number != "MS-00000001" {
			t.Errorf("session %+v", ada.Session)
		}
		if ada.LastEntry == nil || ada.LastEntry.Preview != "three" || ada.LastEntry.Author.Name != "Customer 1" || ada.Customer.Address != "+49301000001" {
			t.Errorf("last entry %+v of %+v", ada.LastEntry, ada.Customer)
		}
		if ada.WindowExpiresAt == nil || !ada.WindowExpiresAt.Equal(c.CustomerAt.Add(24*time.Hour)) {
			t.Errorf("window %v", ada.WindowExpiresAt)
		}
		blocked := func(u message.UserID) string {
			t.Helper()
			got, err := d.views.Conversation(t.Context(), d.org, d.viewer(u), c.ID)
			if err != nil {
				t.Fatal(err)
			}
			if got.Blocked == nil {
				return ""
			}
			return got.Blocked.Code
		}
		d.write(func(tx *store.Tx) error {
			return store.Exec(tx, "UPDATE conversation SET customer_at = 5 WHERE org_id = $1 AND id = $2", d.org, c.ID)
		})
		if got := blocked(d.ada); got != string(fault.WindowClosed) {
			t.Errorf("blocked %q", got)
		}
		d.write(func(tx *store.Tx) error {
			_, _, err := tx.SetConsent(c.Customer, consent.Change{To: consent.OptedOut, Cause: consent.ByAgent})
			return err
		})
		if got := blocked(d.ada); got != string(fault.OptedOut) {
			t.Errorf("blocked %q", got)
		}
		// Who and what is gone is said to be gone.
		d.write(func(tx *store.Tx) error {
			if err := store.Exec(tx, "DELETE FROM queue WHERE org_id = $1 AND id = $2", d.org, d.sales); err != nil {
				return err
			}
			return store.Exec(tx, "DELETE FROM staff_user WHERE org_id = $1 AND id = $2", d.org, d.ada)
		})
		gone, err := d.views.Conversation(t.Context(), d.org, d.viewer(d.boss), c.ID)
		if err != nil || gone.Session.Agent.Name != "Removed user" || gone.Session.Queue.Name != "Removed queue" || gone.Unread != 3 {
			t.Errorf("%+v, %v", gone.Session, err)
		}
	})
}

func TestEntriesPageBothWays(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		d := newDesk(t, db)
		var texts []string
		for i := range 10 {
			texts = append(texts, fmt.Sprint(i+1))
		}
		c := d.writes(d.queued, conversation.Active, d.ada, d.sales, texts...)
		for _, p := range []struct {
			after, before int64
			limit         int
			want          string
		}{
			{0, 0, 3, "8 9 10"}, {0, 8, 3, "5 6 7"}, {0, 2, 3, "1"}, {3, 0, 2, "4 5"}, {9, 0, 5, "10"}, {10, 0, 5, ""}, {2, 6, 9, "3 4 5"}, {0, 0, 0, "1 2 3 4 5 6 7 8 9 10"},
		} {
			items, err := d.views.Entries(t.Context(), d.org, d.viewer(d.ada), c.ID, p.after, p.before, p.limit)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, e := range items {
				got = append(got, e.Content.Text)
			}
			if strings.Join(got, " ") != p.want {
				t.Errorf("%+v: got %v", p, got)
			}
		}
		users, next, err := d.views.MessagingUsers(t.Context(), d.org, resource.ListQuery{Q: "customer"})
		if err != nil || next != "" || len(users) != 1 || len(users[0].Addresses) != 1 || users[0].LastInboundAt == nil || users[0].Consent.Status != string(consent.Implicit) {
			t.Errorf("messaging users %+v, %v", users, err)
		}
		if one, err := d.views.MessagingUser(t.Context(), d.org, c.Customer); err != nil || one.Name != "Customer 1" {
			t.Errorf("%+v, %v", one, err)
		}
	})
}

// A file's link is signed on the way out and stays out of what is stored; failures say what to do.
// Who knows a device id is that visitor to the customer API: no agent may learn it.
func TestDeviceIDsAreNotShown(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		d := newDesk(t, db)
		var id message.CustomerID
		d.write(func(tx *store.Tx) (err error) {
			id, _, err = tx.EnsureCustomer(d.queued, []message.Address{{Kind: message.AddressDevice, Value: "6fa1c0de-secret"}}, message.Profile{})
			return err
		})
		user, err := d.views.MessagingUser(t.Context(), d.org, id)
		if err != nil || len(user.Addresses) != 1 || user.Addresses[0].Value != "6fa…" {
			t.Errorf("%+v, %v", user.Addresses, err)
		}
	})
}

func TestEntryResource(t *testing.T) {
	views := store.NewViews(nil, nil, func(_ message.OrgID, f *message.File) { f.URL = "signed" })
	file := message.File{ID: message.NewID[message.FileID](), Name: "a.png"}
	e := conversation.Entry{Content: message.Content{File: &file}, Status: message.StatusFailed, ErrorCode: string(fault.WindowIsClosed), ErrorDetail: "131047"}
	shown := views.EntryResource(message.NewID[message.OrgID](), &e)
	if shown.Content.File.URL != "signed" || file.URL != "" {
		t.Errorf("link %q, stored %q", shown.Content.File.URL, file.URL)
	}
	if shown.Error == nil || shown.Error.Provider != "131047" || !shown.Error.Retryable || !strings.Contains(shown.Error.Text, "template") {
		t.Errorf("%+v", shown.Error)
	}
	for detail, want := range map[string]string{"The video has no pictures in it.": "The video has no pictures in it.", "131053 Media upload error": fault.FileType.Advice().Agent, "": fault.FileType.Advice().Agent} {
		e.ErrorCode, e.ErrorDetail = string(fault.FileType), detail
		if shown := views.EntryResource(message.OrgID{}, &e); shown.Error.Text != want || shown.Error.Code != "3002" || shown.Error.Retryable {
			t.Errorf("%q: %+v", detail, shown.Error)
		}
	}
	e.Status, e.ErrorCode, e.ErrorDetail = message.StatusUnknown, "", ""
	if shown := views.EntryResource(message.OrgID{}, &e); shown.Error == nil || !shown.Error.Retryable {
		t.Errorf("%+v", shown.Error)
	}
}

// Lists walk indexes: on SQLite no statement of a list scans a table of conversations.
func TestListsScanNothing(t *testing.T) {
	db := storetest.Open(t, storetest.SQLite(t))
	d := newDesk(t, db)
	for _, who := range []message.UserID{d.ada, d.boss} {
		for _, q := range []resource.ListQuery{
			{Scope: "mine"}, {Scope: "team"}, {Scope: "all"}, {Scope: "all", Sort: "waiting"}, {Scope: "mine", Sort: "ended"}, {Scope: "team", Status: "all"},
			{Scope: "all", Status: "closed"}, {Scope: "all", Channel: "sms", Status: "closed"}, {Scope: "all", Queue: d.sales.String(), Status: "all"},
		} {
			plans, err := store.ListPlans(context.Background(), db, d.org, d.viewer(who), q)
			if err != nil {
				t.Fatal(err)
			}
			if len(plans) == 0 {
				t.Fatalf("%+v has no statements", q)
			}
			for _, plan := range plans {
				text, _ := json.Marshal(plan)
				if strings.Contains(string(text), "SCAN") || q.Status == "closed" && strings.Contains(string(text), "TEMP B-TREE") {
					t.Errorf("%+v: %s", q, text)
				}
			}
		}
	}
}

// What the dispatcher reads every few seconds for each queue is the head of an index.
func TestQueueLineReadsItsHead(t *testing.T) {
	db := storetest.Open(t, storetest.SQLite(t))
	plan, err := store.Plan(context.Background(), db, store.QueueLine, message.NewID[message.OrgID](), message.NewID[message.QueueID](), 50)
	if err != nil {
		t.Fatal(err)
	}
	if text := strings.Join(plan, "\n"); !strings.Contains(text, "work_item_waiting") || strings.Contains(text, "SCAN") || strings.Contains(text, "TEMP B-TREE") {
		t.Error(text)
	}
}

// A channel's health is read from indexes, whatever its history.
func TestHealthReadsIndexes(t *testing.T) {
	db := storetest.Open(t, storetest.SQLite(t))
	org, channel := message.NewID[message.OrgID](), message.NewID[message.ChannelID]()
	queries := store.HealthQueries()
	for query, args := range map[string][]any{queries[0]: {org, 1, 1000, channel}, queries[1]: {org, channel, 1, 1000}} {
		plan, err := store.Plan(context.Background(), db, query, args...)
		if err != nil {
			t.Fatal(err)
		}
		for _, line := range plan {
			if strings.Contains(line, "SCAN") && !strings.HasPrefix(line, "SCAN n") && !strings.HasPrefix(line, "SCAN e") && !strings.Contains(line, "CONSTANT ROW") {
				t.Errorf("%s in %s", line, query)
			}
		}
		if text := strings.Join(plan, "\n"); strings.Contains(query, "outbox") && !strings.Contains(text, "outbox_waits") {
			t.Error(text)
		}
	}
}
