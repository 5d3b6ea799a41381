package staff_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"switchboard/internal/feed"
	"switchboard/internal/store"
)

// as is somebody signed in.
func (c *company) as(token string) func(method, path string, body any, headers ...string) reply {
	return func(method, path string, body any, headers ...string) reply {
		c.t.Helper()
		return c.call(token, method, "/api/v1"+path, body, headers...)
	}
}

// told are the feed's lines of a type for a user.
func (c *company) told(kind feed.Type, user string) (n int) {
	c.t.Helper()
	numbers := store.NewSequencer(c.db, func([]string) {})
	numbers.Start()
	defer numbers.Stop()
	deadline := time.Now().Add(10 * time.Second)
	for {
		n = 0
		changes, err := c.db.Changes(c.t.Context(), c.id, 0, 10_000)
		if err != nil {
			c.t.Fatal(err)
		}
		for _, one := range changes {
			if one.Type == kind && one.Agent.String() == user {
				n++
			}
		}
		if n > 0 || time.Now().After(deadline) {
			return n
		}
	}
}

func TestDraftsFollowTheirAuthor(t *testing.T) {
	each(t, func(w *world) {
		c := w.company("Acme")
		anna, token := c.user("Anna", "agent")
		_, other := c.user("Bert", "supervisor")
		got := c.receive("whatsapp", "Where is my parcel?", anna)
		as, bert := c.as(token), c.as(other)
		path := "/conversations/" + got.conversation.String()
		as("POST", "/offers/"+got.offer.String()+"/accept", nil).is(200)

		file := c.upload(token, "label.txt", "hello").is(201).str("id")
		first := as("PUT", path+"/draft", object{"mode": "reply", "text": "On its", "reply_to": got.entry.String(), "file_ids": []string{file}, "device": "a"}).is(200).at("version").(float64)
		second := as("PUT", path+"/draft", object{"mode": "reply", "text": "On its way", "reply_to": got.entry.String(), "file_ids": []string{file}, "device": "b"}).is(200).at("version").(float64)
		as("PUT", path+"/draft", object{"mode": "note", "text": "Regular", "device": "b"}).is(200)
		if second <= first {
			w.t.Fatalf("version %v after %v", second, first)
		}
		all := as("GET", path+"/draft", nil).is(200)
		if all.str("items.0.text") != "On its way" || all.str("items.0.device") != "b" || all.str("items.0.reply_to") != got.entry.String() ||
			all.str("items.0.files.0.name") != "label.txt" || all.str("items.1.mode") != "note" {
			w.t.Fatalf("drafts %s", all.text)
		}
		if row := as("GET", "/conversations?scope=mine", nil).is(200); row.str("items.0.draft.preview") != "On its way" {
			w.t.Fatalf("list %s", row.text)
		}
		if c.told(feed.DraftUpdated, anna) == 0 {
			w.t.Fatal("the author's other screens aren't told")
		}
		// A draft is its author's alone.
		if theirs := bert("GET", path+"/draft", nil).is(200); len(theirs.at("items").([]any)) != 0 {
			w.t.Fatalf("somebody else sees %s", theirs.text)
		}
		if row := bert("GET", "/conversations?scope=all", nil).is(200); strings.Contains(row.text, "On its way") {
			w.t.Fatalf("somebody else's list has it: %s", row.text)
		}
		bert("PUT", path+"/draft", object{"mode": "reply", "text": "x", "file_ids": []string{file}}).refuses(422, "unprocessable")

		// A send takes the draft it came from with it, and no newer one.
		as("POST", path+"/messages", object{"text": "On its", "draft_version": first}).is(201)
		if all := as("GET", path+"/draft", nil).is(200); len(all.at("items").([]any)) != 2 {
			w.t.Fatalf("a newer draft went: %s", all.text)
		}
		as("POST", path+"/messages", object{"text": "On its way", "file_id": file, "draft_version": second}).is(201)
		as("POST", path+"/notes", object{"text": "A regular", "draft_version": second + 1e12}).is(201)
		if all := as("GET", path+"/draft", nil).is(200); len(all.at("items").([]any)) != 0 {
			w.t.Fatalf("still there: %s", all.text)
		}

		as("PUT", path+"/draft", object{"mode": "reply", "text": "again"}).is(200)
		as("PUT", path+"/draft", object{"mode": "reply", "text": ""}).is(200)
		as("PUT", path+"/draft", object{"mode": "note", "text": "again"}).is(200)
		as("DELETE", path+"/draft", nil).is(204)
		if all := as("GET", path+"/draft", nil).is(200); len(all.at("items").([]any)) != 0 {
			w.t.Fatalf("still there: %s", all.text)
		}
		as("PUT", path+"/draft", object{"mode": "letter", "text": "x"}).refuses(422, "unprocessable")
		as("PUT", path+"/draft", object{"mode": "reply", "text": strings.Repeat("x", 20_001)}).refuses(422, "unprocessable")
		as("PUT", path+"/draft", object{"mode": "reply", "text": "x", "reply_to": "01890000-0000-7000-8000-000000000000"}).refuses(422, "unprocessable")

		// What a draft holds is kept from the sweep; the draft itself for 30 days.
		held := c.upload(token, "kept.txt", "hello").is(201).str("id")
		as("PUT", path+"/draft", object{"mode": "reply", "text": "", "file_ids": []string{held}}).is(200)
		if loose, err := w.db.UnboundFiles(t.Context(), time.Now().Add(time.Hour), 10); err != nil || len(loose) != 0 {
			w.t.Fatalf("%d to be swept, %v", len(loose), err)
		}
		if err := w.db.Sweep(t.Context(), time.Now().Add(29*24*time.Hour)); err != nil {
			w.t.Fatal(err)
		}
		kept, err := w.db.UnboundFiles(t.Context(), time.Now().Add(time.Hour), 10)
		if err != nil || len(kept) != 0 {
			w.t.Fatalf("swept too early: %d, %v", len(kept), err)
		}
		if err := w.db.Sweep(t.Context(), time.Now().Add(31*24*time.Hour)); err != nil {
			w.t.Fatal(err)
		}
		if loose, err := w.db.UnboundFiles(t.Context(), time.Now().Add(time.Hour), 10); err != nil || len(loose) != 1 {
			w.t.Fatalf("%d to be swept, %v", len(loose), err)
		}
	})
}

func TestQuickTextsSuitTheConversation(t *testing.T) {
	each(t, func(w *world) {
		c := w.company("Acme")
		anna, token := c.user("Anna", "agent")
		got := c.receive("whatsapp", "Hallo", anna)
		as := c.as(token)
		path := "/conversations/" + got.conversation.String()
		as("POST", "/offers/"+got.offer.String()+"/accept", nil).is(200)
		queue := c.do("POST", "/queues", object{"name": "Sales"}).is(201).str("id")
		made := func(body object) string { return c.do("POST", "/quick-texts", body).is(201).str("id") }
		greet := made(object{"name": "A greeting", "shortcut": "hi", "text": "Hello {{customer.name}}, {{agent.first_name}} of {{org.name}}: {{prechat._Order}} {{queue.name|our team}}"})
		german := made(object{"name": "Z German", "shortcut": "hi", "text": "Grüß Gott", "language": "de", "folder": " Hello  all "})
		sales := made(object{"name": "Only sales", "shortcut": "s", "text": "x", "queues": []string{queue}})
		long := made(object{"name": "B long", "shortcut": "long", "text": strings.Repeat("x", 5000)})
		c.do("DELETE", "/queues/"+queue, nil).refuses(409, "in_use")
		c.do("PATCH", "/quick-texts/"+greet, object{"queues": []string{"01890000-0000-7000-8000-000000000000"}}).refuses(422, "unprocessable")

		fits := func() string {
			var out []string
			for _, v := range as("GET", path+"/quick-texts", nil).is(200).at("items").([]any) {
				if q := v.(object); q["fits"] == true {
					out = append(out, q["name"].(string))
				}
			}
			return strings.Join(out, ",")
		}
		if got := fits(); got != "A greeting,Z German" {
			w.t.Fatalf("without a language %s fit", got)
		}
		as("POST", path+"/messages", object{"text": "Grüß Gott", "quick_texts": []string{german, "01890000-0000-7000-8000-000000000000"}}).is(201)
		if got := fits(); got != "Z German,A greeting" {
			w.t.Fatalf("after a use %s fit", got)
		}
		as("PUT", "/quick-texts/"+greet+"/favourite", nil).is(200)
		if got := fits(); got != "A greeting,Z German" {
			w.t.Fatalf("with a favourite %s fit", got)
		}
		as("DELETE", "/quick-texts/"+greet+"/favourite", nil).is(204)
		if list := c.do("GET", "/quick-texts/"+german, nil).is(200); list.at("uses") != 1.0 || list.str("folder") != "Hello all" {
			w.t.Fatalf("use isn't counted: %s", list.text)
		}

		filled := as("POST", "/quick-texts/"+greet+"/render", object{"conversation_id": got.conversation.String()}).is(200)
		if filled.str("text") != "Hello Carla, Anna of Acme: {{prechat._Order}} our team" || fmt.Sprint(filled.at("missing")) != "[prechat._Order]" {
			w.t.Fatalf("filled %s", filled.text)
		}
		as("POST", "/quick-texts/"+greet+"/render", object{}).refuses(404, "not_found")
		for _, id := range []string{greet, german, sales, long} {
			c.do("DELETE", "/quick-texts/"+id, nil).is(204)
		}
	})
}

func TestImports(t *testing.T) {
	each(t, func(w *world) {
		c := w.company("Acme")
		c.do("POST", "/queues", object{"name": "Sales"}).is(201)
		csv := "name,shortcut,text,language,folder,queues\n" +
			"Hello,hello,Hi {{customer.name|there}},,Greetings,sales\n" +
			"Bad,no good,text,,,\n" +
			"Nowhere,x,text,,,Nowhere\n" +
			"Salary,y,{{customer.salary}},,,\n" +
			"Twice,hello,again,,,\n"
		post := func(path, body string) reply { return c.do("POST", path, body, "Content-Type", "text/csv") }
		tried := post("/quick-texts/import?dry_run=true", csv).is(200)
		if tried.at("applied") != false || tried.at("made") != 1.0 || tried.at("refused") != 4.0 || tried.at("problems.0.row") != 3.0 || tried.str("problems.0.field") != "shortcut" ||
			tried.str("problems.1.field") != "queues" || tried.at("preview.0.action") != "made" {
			w.t.Fatalf("tried %s", tried.text)
		}
		refused := post("/quick-texts/import", csv).refuses(422, "unprocessable")
		if len(refused.at("rows").([]any)) != 4 || refused.at("rows.0.row") != 3.0 || refused.str("rows.0.message") == "" || refused.str("rows.0.code") != "unprocessable" {
			w.t.Fatalf("refused %s", refused.text)
		}
		if list := c.do("GET", "/quick-texts", nil).is(200); len(list.at("items").([]any)) != 0 {
			w.t.Fatalf("kept something: %s", list.text)
		}
		if kept := post("/quick-texts/import?skip_bad=true", csv).is(200); kept.at("applied") != true || kept.at("made") != 1.0 {
			w.t.Fatalf("kept %s", kept.text)
		}
		// What was exported is what is there; changed, it changes.
		out := c.do("GET", "/quick-texts/export", nil).is(200)
		if !strings.Contains(out.text, "Hello,hello,Hi {{customer.name|there}},,Greetings,Sales") {
			w.t.Fatalf("exported %q", out.text)
		}
		if again := post("/quick-texts/import", out.text).is(200); again.at("same") != 1.0 {
			w.t.Fatalf("again %s", again.text)
		}
		if changed := c.do("POST", "/quick-texts/import", `[{"name":"Hello","shortcut":"hello","text":"Hi"}]`).is(200); changed.at("changed") != 1.0 {
			w.t.Fatalf("changed %s", changed.text)
		}
		for _, bad := range []string{"", "\xff", "nope\n1", "name,shortcut,text\n" + strings.Repeat("a,b,c\n", 5001)} {
			post("/quick-texts/import", bad).refuses(422, "unprocessable")
		}
		post("/quick-texts/import?dry_run=perhaps", csv).refuses(400, "malformed")

		users := "name;email;permission_set;queues;capacity\nBert;bert@example.com;agent;Sales;3\nCarl;no address;;;\nDora;" + c.email + ";;;\nEve;eve@example.com;king;;\nFred;fred@example.com;;;many\n"
		if tried := post("/users/import?dry_run=true", users).is(200); tried.at("made") != 1.0 || tried.at("refused") != 4.0 || strings.Contains(tried.text, "/invite/") {
			w.t.Fatalf("tried %s", tried.text)
		}
		post("/users/import", users).refuses(422, "unprocessable")
		kept := post("/users/import?skip_bad=true", users).is(200)
		link := kept.str("links.0.link")
		w.call("", "POST", "/api/v1/invitations/"+link[strings.LastIndex(link, "/")+1:], object{"password": password}).is(200)
		list := c.do("GET", "/users", nil).is(200)
		if len(list.at("items").([]any)) != 2 || !strings.Contains(list.text, "bert@example.com") {
			w.t.Fatalf("users %s", list.text)
		}
		// Nobody imports more rights than they have.
		key := c.do("POST", "/api-keys", object{"name": "k", "scopes": []string{"user.manage"}}).is(201).str("key")
		got := w.call(key, "POST", "/api/v1/users/import?dry_run=true", "name,email,permission_set\nZ,z@example.com,admin\n").is(200)
		if got.str("problems.0.code") != "no_permission" {
			w.t.Fatalf("granted %s", got.text)
		}
	})
}

func TestMentions(t *testing.T) {
	each(t, func(w *world) {
		c := w.company("Acme")
		anna, annaToken := c.user("Anna", "agent")
		bert, bertToken := c.user("Bert", "agent")
		sue, sueToken := c.user("Sue", "supervisor")
		got := c.receive("whatsapp", "Where is my parcel?", anna)
		as := c.as(annaToken)
		path := "/conversations/" + got.conversation.String()
		as("POST", "/offers/"+got.offer.String()+"/accept", nil).is(200)
		if people := as("GET", "/colleagues", nil).is(200); len(people.at("items").([]any)) != 4 {
			w.t.Fatalf("colleagues %s", people.text)
		}
		body := object{"text": "@Bert and @Sue, have a look. @Anna", "mentions": []string{bert, sue, sue, anna, c.do("GET", "/users", nil).str("items.0.id")}}
		note := as("POST", path+"/notes", body, "Idempotency-Key", "n1").is(201)
		as("POST", path+"/notes", body, "Idempotency-Key", "n1").is(201)
		if m := note.at("content.mentions").([]any); len(m) != 3 || note.str("content.mentions.0.name") != "Bert" {
			w.t.Fatalf("mentions %s", note.text)
		}
		as("POST", path+"/notes", object{"text": "x", "mentions": []string{"01890000-0000-7000-8000-000000000000"}}).refuses(422, "unprocessable")

		// Who may read sees what it is about; who may not is told that they are mentioned, and no more.
		theirs := c.as(sueToken)("GET", "/me/notifications", nil).is(200)
		if theirs.at("unread") != 1.0 || theirs.str("items.0.actor.name") != "Anna" || theirs.str("items.0.entry_id") != note.str("id") || theirs.at("items.0.readable") != true ||
			!strings.Contains(theirs.str("items.0.preview"), "have a look") {
			w.t.Fatalf("the supervisor's %s", theirs.text)
		}
		blind := c.as(bertToken)("GET", "/me/notifications", nil).is(200)
		if blind.at("unread") != 1.0 || blind.at("items.0.readable") != false || strings.Contains(blind.text, "look") || strings.Contains(blind.text, "Carla") {
			w.t.Fatalf("the stranger's %s", blind.text)
		}
		c.as(bertToken)("GET", path, nil).refuses(404, "not_found")
		if own := as("GET", "/me/notifications", nil).is(200); own.at("unread") != 0.0 {
			w.t.Fatalf("one's own mention: %s", own.text)
		}
		if c.told(feed.MentionCreated, sue) != 1 {
			w.t.Fatal("not told once")
		}
		c.as(bertToken)("POST", "/me/notifications/read", object{"ids": []string{theirs.str("items.0.id")}}).is(204)
		if still := c.as(sueToken)("GET", "/me/notifications", nil).is(200); still.at("unread") != 1.0 {
			w.t.Fatal("somebody else read it")
		}
		c.as(sueToken)("POST", "/me/notifications/read", nil).is(204)
		if read := c.as(sueToken)("GET", "/me/notifications", nil).is(200); read.at("unread") != 0.0 || read.at("items.0.read_at") == nil {
			w.t.Fatalf("not read: %s", read.text)
		}
		if c.told(feed.NotificationsRead, sue) != 1 {
			w.t.Fatal("other screens aren't told")
		}
		if err := w.db.Sweep(t.Context(), time.Now().Add(31*24*time.Hour)); err != nil {
			w.t.Fatal(err)
		}
		again := c.call("", "POST", "/api/v1/login", object{"email": "sue@" + strings.ToLower(c.key) + ".example", "password": password}).is(200).str("token")
		if gone := c.as(again)("GET", "/me/notifications", nil).is(200); len(gone.at("items").([]any)) != 0 {
			w.t.Fatal("kept for ever")
		}
	})
}
