package app

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"

	"switchboard/internal/message"
	"switchboard/internal/resource"
	"switchboard/internal/store/storetest"
)

// cardNumber is nowhere in the program.
const cardNumber = "4024007103939509"

// lockedLog is what the program logs.
type lockedLog struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *lockedLog) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *lockedLog) Bytes() []byte {
	l.mu.Lock()
	defer l.mu.Unlock()
	return bytes.Clone(l.text.Bytes())
}

// Promise 8, through every door: a card number that a rule is for is posted wherever a text can come in. After that it
// is in no file of the database, its log of writes, the files, nor in what was logged; and nobody is shown it.
func TestSensitiveTextIsNowhere(t *testing.T) {
	storetest.EachURL(t, func(t *testing.T, database string) {
		postgres := strings.HasPrefix(database, "postgres")
		folder, logged := t.TempDir(), &lockedLog{}
		d := newDeskIn(t, map[bool]string{true: database}[postgres], folder, slog.New(slog.NewJSONHandler(logged, &slog.HandlerOptions{Level: slog.LevelDebug})))
		d.is(d.call("POST", "/api/v1/sensitive-data-rules", map[string]any{"name": "Payment cards", "active": true, "preset": "payment_card", "action": "replace",
			"replacement": "[card]", "authors": []string{"customer", "agent", "supervisor", "bot"}}, nil), 201)

		said := "My card is " + cardNumber + ", thanks."
		conversations := d.throughStaffDoors(said)
		conversations = append(conversations, d.throughCustomerDoors(said)...)
		d.throughHooks(said)

		// What was said around it is there, so that this can fail.
		var found resource.Found
		d.is(d.call("GET", "/api/v1/search?q="+cardNumber, nil, &found), 200)
		if text, _ := json.Marshal(found); bytes.Contains(text, []byte("conversation_id")) {
			t.Errorf("the search finds it: %.500s", text)
		}
		masked := 0
		for _, c := range conversations {
			for _, e := range d.entries(c) {
				text, err := json.Marshal(e.Content)
				if err != nil || bytes.Contains(text, []byte(cardNumber)) {
					t.Errorf("an entry has it: %s, %v", text, err)
				}
				masked += len(e.Content.Masked)
			}
		}
		var blocks struct{ Items []resource.SensitiveBlock }
		d.is(d.call("GET", "/api/v1/sensitive-data-rules/blocks?limit=200", nil, &blocks), 200)
		places := map[string]int{}
		for _, b := range blocks.Items {
			places[b.Place]++
		}
		for _, place := range []string{"message", "note", "event", "prechat", "file_name"} {
			if places[place] == 0 {
				t.Errorf("no block is on record of %s: %v", place, places)
			}
		}
		if masked < 10 {
			t.Errorf("entries tell of %d masks", masked)
		}
		if n := d.occurrences(folder, database, logged, []byte("My card is [card], thanks.")); n == 0 {
			t.Error("what stands in its place was not found either: the search is not thorough")
		}
		if n := d.occurrences(folder, database, logged, []byte(cardNumber)); n > 0 {
			t.Errorf("it was found in %d places", n)
		}
	})
}

// throughStaffDoors posts a text wherever staff can.
func (d *desk) throughStaffDoors(said string) (conversations []message.ConversationID) {
	d.t.Helper()
	_, id := d.written("Hello")
	at := "/api/v1/conversations/" + id.String()
	var talk resource.Conversation
	d.is(d.call("GET", at, nil, &talk), 200)
	session := "/api/v1/sessions/" + talk.Session.ID.String()

	d.is(d.call("POST", at+"/messages", map[string]any{"text": said}, nil), 201)
	d.is(d.call("POST", at+"/messages", map[string]any{"text": said, "file_id": d.upload(cardNumber+".pdf", "application/pdf", []byte("%PDF-1.4 a file"))}, nil), 201)
	d.is(d.call("POST", at+"/notes", map[string]any{"text": said}, nil), 201)
	d.is(d.call("POST", session+"/flag", map[string]any{"raised": true, "note": said}, nil), 200)
	var templates struct{ Items []resource.Template }
	d.is(d.call("GET", "/api/v1/templates", nil, &templates), 200)
	if len(templates.Items) == 0 {
		d.is(d.call("POST", "/api/v1/channels/"+d.whatsapp.String()+"/templates/sync", nil, &templates), 200)
	}
	sent := false
	for _, one := range templates.Items {
		if n := strings.Count(one.Body, "{{"); one.Status == "approved" && n > 0 && !strings.Contains(one.Header, "{{") {
			values := make([]string, n)
			for i := range values {
				values[i] = said
			}
			d.is(d.call("POST", at+"/messages", map[string]any{"template": map[string]any{"id": one.ID, "body": values}}, nil), 201)
			sent = true
			break
		}
	}
	if !sent {
		d.t.Error("there is no template to send")
	}
	d.is(d.call("POST", session+"/end", map[string]any{"reason": said}, nil), 200)

	var channels struct{ Items []resource.Channel }
	d.is(d.call("GET", "/api/v1/channels", nil, &channels), 200)
	for _, c := range channels.Items {
		if c.Type == "sms" {
			var opened resource.Conversation
			d.is(d.call("POST", "/api/v1/conversations", map[string]any{"channel_id": c.ID, "to": "+1 500 555 0006", "text": said}, &opened), 201)
			conversations = append(conversations, opened.ID)
		}
	}
	d.asAgent(said)
	return append(conversations, id)
}

// asAgent is what only a person does: drafts, transfers, offers that are declined.
func (d *desk) asAgent(said string) {
	d.t.Helper()
	var login struct{ Token string }
	who := people[1]
	d.is(d.call("POST", "/api/v1/login", map[string]any{"email": who.email, "password": d.app.demoPassword(who)}, &login), 200)
	as := func(method, path string, body, into any) int { return d.as(login.Token, method, path, body, into) }
	d.is(as("PUT", "/api/v1/me/presence", map[string]any{"status": d.onlineStatus()}, nil), 200)
	_, id := d.written("I need help")
	var offers struct{ Items []resource.Offer }
	d.until("the work is offered", func() bool {
		d.is(as("GET", "/api/v1/me/offers", nil, &offers), 200)
		return len(offers.Items) > 0
	})
	d.is(as("POST", "/api/v1/offers/"+offers.Items[0].ID.String()+"/decline", map[string]any{"reason": said}, nil), 204)
	for _, mode := range []string{"reply", "note"} {
		d.is(as("PUT", "/api/v1/conversations/"+id.String()+"/draft", map[string]any{"mode": mode, "text": said}, nil), 200)
	}
}

func (d *desk) onlineStatus() string {
	d.t.Helper()
	var statuses struct{ Items []resource.PresenceStatus }
	d.is(d.call("GET", "/api/v1/presence-statuses", nil, &statuses), 200)
	for _, s := range statuses.Items {
		if s.Kind == "online" {
			return s.ID.String()
		}
	}
	d.t.Fatal("nobody can be online")
	return ""
}

// as is call with other credentials.
func (d *desk) as(token, method, path string, body, into any) int {
	d.t.Helper()
	status, text := d.raw(token, method, path, "application/json", mustJSON(body))
	if into != nil {
		if err := json.Unmarshal(text, into); err != nil {
			d.t.Fatalf("%s %s: %d %.300s", method, path, status, text)
		}
	}
	return status
}

func mustJSON(v any) []byte {
	if v == nil {
		return nil
	}
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return b
}

func (d *desk) raw(token, method, path, contentType string, body []byte, headers ...string) (int, []byte) {
	d.t.Helper()
	r, err := http.NewRequestWithContext(d.t.Context(), method, d.base+path, bytes.NewReader(body))
	if err != nil {
		d.t.Fatal(err)
	}
	r.Header.Set("Content-Type", contentType)
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		d.t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		d.t.Fatal(err)
	}
	return res.StatusCode, text
}

// throughCustomerDoors posts a text wherever a web customer, and a customer with a phone, can.
func (d *desk) throughCustomerDoors(said string) (conversations []message.ConversationID) {
	d.t.Helper()
	var organisation resource.Organisation
	d.is(d.call("GET", "/api/v1/organisation", nil, &organisation), 200)
	const api = "/iamessage/api/v2"
	var admitted struct{ AccessToken string }
	d.is(d.as("", "POST", api+"/authorization/unauthenticated/access-token", map[string]any{"orgId": organisation.Key, "esDeveloperName": "Demo_Web", "capabilitiesVersion": "1", "platform": "Web"}, &admitted), 200)
	post := func(path string, body map[string]any, want int) {
		d.t.Helper()
		if status, text := d.raw(admitted.AccessToken, "POST", api+path, "application/json", mustJSON(body)); status != want {
			d.t.Fatalf("%s: %d %s", path, status, text)
		}
	}
	id := func() string { return message.NewID[message.RowID]().String() }
	answers := map[string]any{"_firstName": "Carla", "order_number": cardNumber, "_subject": said}
	values := map[string]any{"cart": said, "n" + cardNumber: "x"}
	thread := id()
	post("/conversation", map[string]any{"conversationId": thread, "esDeveloperName": "Demo_Web", "routingAttributes": answers, "autoResponseParameters": values, "language": "en-x-" + cardNumber[:8] + "-" + cardNumber[8:]}, 201)
	talk := "/conversation/" + thread
	post(talk+"/message", map[string]any{"message": map[string]any{"id": id(), "messageType": "StaticContentMessage", "staticContent": map[string]any{"formatType": "Text", "text": said}},
		"isNewMessagingSession": true, "routingAttributes": answers, "autoResponseParameters": map[string]any{"cart": cardNumber}}, 202)
	post(talk+"/message", map[string]any{"message": map[string]any{"id": id(), "messageType": "StaticContentMessage", "staticContent": map[string]any{"formatType": "Text", "text": cardNumber + strings.Repeat(" and so on", 900)}}}, 202)
	post(talk+"/message", map[string]any{"message": map[string]any{"id": id(), "messageType": "ChoicesResponseMessage",
		"choicesResponse": map[string]any{"formatType": "Selections", "selectedOptions": []any{map[string]any{"optionIdentifier": "a", "optionTitle": said}}}}}, 202)
	post(talk+"/message", map[string]any{"message": map[string]any{"id": id(), "messageType": "FormResponseMessage",
		"formResponse": map[string]any{"formatType": "Inputs", "inputValues": []any{map[string]any{"inputValueType": "SingleInputValue", "inputId": "f" + cardNumber, "inputlabel": said, "value": said}}}}}, 202)
	post(talk+"/entry", map[string]any{"entryType": "TypingStartedIndicator", "text": said}, 202)

	var form bytes.Buffer
	w := multipart.NewWriter(&form)
	_ = w.WriteField("messageEntry", string(mustJSON(map[string]any{"message": map[string]any{"id": id(), "fileId": id(), "text": said}})))
	head := textproto.MIMEHeader{}
	head.Set("Content-Disposition", multipart.FileContentDisposition("fileData", cardNumber+".pdf"))
	head.Set("Content-Type", "application/pdf")
	part, err := w.CreatePart(head)
	if err != nil {
		d.t.Fatal(err)
	}
	_, _ = part.Write([]byte("%PDF-1.4 a file"))
	_ = w.Close()
	if status, text := d.raw(admitted.AccessToken, "POST", api+talk+"/file", w.FormDataContentType(), form.Bytes()); status != 202 {
		d.t.Fatalf("file: %d %s", status, text)
	}
	var list struct{ Items []resource.Conversation }
	d.is(d.call("GET", "/api/v1/conversations?limit=50", nil, &list), 200)
	for _, c := range list.Items {
		if c.Channel.Type == "web" {
			conversations = append(conversations, c.ID)
		}
	}

	phone, whatsapp := d.written(said)
	messages := "/sandbox/api/phones/" + phone.ID + "/messages"
	n := len(d.entries(whatsapp))
	for _, one := range []map[string]any{
		{"text": said + strings.Repeat(" and so on", 1500)}, // over what an entry holds: a file
		{"location": map[string]any{"latitude": 48.2, "longitude": 16.4, "name": said, "address": said}},
		{"contacts": []any{map[string]any{"name": said, "org": said, "phones": []string{"+" + cardNumber}, "emails": []string{cardNumber + "@example.com"}}}},
		{"unsupported": "poll"},
	} {
		d.is(d.call("POST", messages, one, nil), 201)
		n++
	}
	var document bytes.Buffer
	w = multipart.NewWriter(&document)
	_ = w.WriteField("message", string(mustJSON(map[string]any{"text": said})))
	part, err = w.CreateFormFile("file", cardNumber+".pdf")
	if err != nil {
		d.t.Fatal(err)
	}
	_, _ = part.Write([]byte("%PDF-1.4 a file"))
	_ = w.Close()
	d.is(d.call("POST", messages, &document, nil, w.FormDataContentType()), 201)
	d.until("the phone's messages are there, and the file", func() bool {
		entries := d.entries(whatsapp)
		if len(entries) < n+1 {
			return false
		}
		for _, e := range entries {
			if f := e.Content.File; f != nil && f.ID.IsZero() && f.Error == "" {
				return false
			}
		}
		return true
	})
	return append(conversations, whatsapp)
}

// throughHooks lets the provider say what can't be understood.
func (d *desk) throughHooks(said string) {
	d.t.Helper()
	account, _, err := d.app.accounts.HookAccount(d.t.Context(), "whatsapp", d.whatsapp)
	if err != nil {
		d.t.Fatal(err)
	}
	for _, body := range []string{
		said, // no JSON
		`{"object":"whatsapp_business_account","entry":` + cardNumber + `}`, // parsers repeat numbers of the wrong kind
	} {
		mac := hmac.New(sha256.New, []byte(account.Secrets["app_secret"]))
		mac.Write([]byte(body))
		status, _ := d.raw("", "POST", "/hooks/whatsapp/"+d.whatsapp.String(), "application/json", []byte(body), "X-Hub-Signature-256", "sha256="+hex.EncodeToString(mac.Sum(nil)))
		d.is(status, 400)
	}
}

// occurrences counts a text in everything that the program has written down.
func (d *desk) occurrences(folder, database string, logged *lockedLog, text []byte) (n int) {
	d.t.Helper()
	look := func(name string, content []byte) {
		if bytes.Contains(content, text) {
			n++
			if i := bytes.Index(content, text); string(text) == cardNumber {
				d.t.Logf("%s: …%q…", name, content[max(0, i-80):min(len(content), i+60)])
			}
		}
	}
	files := func(dir string) {
		err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() {
				return nil //nolint:nilerr // PostgreSQL removes files of its own while we look
			}
			if content, err := os.ReadFile(path); err == nil {
				look(path, content)
			}
			return nil
		})
		if err != nil {
			d.t.Error(err)
		}
	}
	files(folder)
	look("log", logged.Bytes())
	if !strings.HasPrefix(database, "postgres") {
		return n
	}
	db, err := pgx.Connect(d.t.Context(), database)
	if err != nil {
		d.t.Fatal(err)
	}
	defer db.Close(context.WithoutCancel(d.t.Context()))
	for _, statement := range []string{"CHECKPOINT"} {
		if _, err := db.Exec(d.t.Context(), statement); err != nil {
			d.t.Fatal(err)
		}
	}
	if address, err := url.Parse(database); err == nil {
		if dir := address.Query().Get("host"); filepath.IsAbs(dir) {
			files(dir) // the whole server: tables, its log of writes, what it logs
		}
	}
	var names []string
	rows, err := db.Query(d.t.Context(), "SELECT tablename::text FROM pg_tables WHERE schemaname = 'public'")
	if err == nil {
		names, err = pgx.CollectRows(rows, pgx.RowTo[string])
	}
	if err != nil || len(names) < 20 {
		d.t.Fatalf("%d tables, %v", len(names), err)
	}
	for _, name := range names {
		rows, err := db.Query(d.t.Context(), fmt.Sprintf("SELECT t::text FROM %s t", pgx.Identifier{name}.Sanitize()))
		if err != nil {
			d.t.Fatal(err)
		}
		lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			d.t.Fatal(err)
		}
		for _, line := range lines {
			look("table "+name, []byte(line))
			if strings.Contains(line, hex.EncodeToString(text)) { // how it shows bytes
				look("table "+name, text)
			}
		}
	}
	return n
}

// TestRulesHoldOnEveryNode: a rule that one node makes is in force on another, with the news of it and without.
func TestRulesHoldOnEveryNode(t *testing.T) {
	for name, wakes := range map[string]string{"told by the bus": "postgres", "without a bus between them": "memory"} {
		t.Run(name, func(t *testing.T) {
			database := storetest.Postgres(t)
			here := newDeskIn(t, database, t.TempDir(), slog.New(slog.DiscardHandler))
			there := newDeskIn(t, database, here.folder, slog.New(slog.DiscardHandler), func(c *Config) { c.Bus = wakes })
			_, id := here.written("Hello")
			say := func(d *desk) string {
				var e resource.Entry
				d.is(d.call("POST", "/api/v1/conversations/"+id.String()+"/messages", map[string]any{"text": "It is " + cardNumber + "."}, &e), 201)
				return e.Content.Text
			}
			if got := say(there) + say(here); strings.Contains(got, "[card]") {
				t.Fatalf("without a rule: %s", got)
			}
			here.is(here.call("POST", "/api/v1/sensitive-data-rules", map[string]any{"name": "Cards", "active": true, "preset": "payment_card", "action": "replace",
				"replacement": "[card]", "authors": []string{"supervisor"}}, nil), 201)
			if got := say(here); got != "It is [card]." {
				t.Errorf("on the node that made the rule, the next message is %q", got)
			}
			there.until("the rule holds on the other node", func() bool { return say(there) == "It is [card]." })
		})
	}
}
