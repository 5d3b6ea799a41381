package staff_test

import (
	"sync"
	"testing"
)

func TestAnAgentAnswers(t *testing.T) {
	each(t, func(w *world) {
		c := w.company("Acme")
		agent, token := c.user("Anna", "agent")
		got := c.receive("whatsapp", "Where is my parcel?", agent)
		as := func(method, path string, body any, headers ...string) reply {
			return w.call(token, method, "/api/v1"+path, body, headers...)
		}
		offers := as("GET", "/me/offers", nil).is(200)
		if offers.str("items.0.id") != got.offer.String() || offers.str("items.0.preview") != "Where is my parcel?" {
			w.t.Fatalf("offers %s", offers.text)
		}
		conversation := "/conversations/" + got.conversation.String()
		as("POST", conversation+"/messages", object{"text": "too early"}).refuses(409, "not_assigned")
		session := as("POST", "/offers/"+got.offer.String()+"/accept", nil).is(200)
		if session.str("id") != got.session.String() || session.str("status") != "active" || session.str("agent.id") != agent {
			w.t.Fatalf("accepted %s", session.text)
		}
		as("POST", "/offers/"+got.offer.String()+"/accept", nil).is(200)

		sent := as("POST", conversation+"/messages", object{"text": "On its way."}).is(201)
		if sent.str("status") != "queued" || sent.str("author.type") != "agent" || sent.str("content.text") != "On its way." {
			w.t.Fatalf("sent %s", sent.text)
		}
		note := as("POST", conversation+"/notes", object{"text": "A regular."}).is(201)
		if note.str("kind") != "note" {
			w.t.Fatalf("note %s", note.text)
		}
		as("POST", conversation+"/messages", object{"text": "  "}).refuses(422, "unprocessable")
		as("POST", conversation+"/typing", object{"typing": true}).is(204)
		as("POST", conversation+"/typing", nil).is(204)
		as("POST", conversation+"/typing", object{"note": true}).is(204)
		as("POST", conversation+"/typing", object{"note": "x"}).refuses(422, "unprocessable")
		as("POST", conversation+"/read", object{"seq": 99}).is(204)
		as("POST", conversation+"/read", object{"seq": 1}).is(204)
		if len(w.sent.typing) != 2 || w.sent.notes != 1 || w.sent.reads != 1 {
			w.t.Fatalf("%d times typing, %d receipts", len(w.sent.typing), w.sent.reads)
		}
		entries := as("GET", conversation+"/entries", nil).is(200)
		for i, v := range entries.at("items").([]any) {
			if v.(object)["seq"] != float64(i+1) {
				w.t.Fatalf("numbers have a gap: %s", entries.text)
			}
		}
		// A program that follows a conversation begins after number 0.
		for _, page := range []struct {
			query       string
			first, last float64
		}{{"?after=0&limit=2", 1, 2}, {"?after=0&before=2&limit=2", 1, 1}, {"?after=2&limit=1", 3, 3}} {
			items := as("GET", conversation+"/entries"+page.query, nil).is(200).at("items").([]any)
			if items[0].(object)["seq"] != page.first || items[len(items)-1].(object)["seq"] != page.last {
				w.t.Fatalf("%s: %v", page.query, items)
			}
		}
		as("GET", conversation+"/sessions", nil).is(200)
		if list := as("GET", "/conversations?scope=mine", nil).is(200); list.str("items.0.id") != got.conversation.String() || list.at("items.0.unread") != 0.0 {
			w.t.Fatalf("list %s", list.text)
		}
		if list := as("GET", "/sessions?mine=true", nil).is(200); list.str("items.0.id") != got.session.String() {
			w.t.Fatalf("list %s", list.text)
		}
		as("GET", "/messaging-users/"+got.customer.String(), nil).is(200)

		if s := as("POST", "/sessions/"+got.session.String()+"/inactive", nil).is(200); s.str("status") != "inactive" {
			w.t.Fatalf("set aside %s", s.text)
		}
		ended := as("POST", "/sessions/"+got.session.String()+"/end", object{"reason": "solved"}, "Idempotency-Key", "end-1").is(200)
		if ended.str("status") != "ended" || ended.str("end_reason") != "solved" {
			w.t.Fatalf("ended %s", ended.text)
		}
		as("POST", "/sessions/"+got.session.String()+"/end", object{"reason": "solved"}, "Idempotency-Key", "end-1").is(200)
		as("POST", "/sessions/"+got.session.String()+"/end", object{}).refuses(409, "no_open_session")
		as("POST", conversation+"/messages", object{"text": "late"}).refuses(409, "no_open_session")
	})
}

func TestPresence(t *testing.T) {
	each(t, func(w *world) {
		c := w.company("Acme")
		_, token := c.user("Anna", "agent")
		set := w.call(token, "PUT", "/api/v1/me/presence", object{"status": "Available – Messaging"}).is(200)
		if set.str("status.kind") != "online" || set.at("capacity.limit") != 5.0 {
			w.t.Fatalf("presence %s", set.text)
		}
		if got := w.call(token, "GET", "/api/v1/me/presence", nil).is(200); got.str("status.name") != "Available – Messaging" {
			w.t.Fatalf("presence %s", got.text)
		}
		if all := c.do("GET", "/presences", nil).is(200); len(all.at("items").([]any)) != 2 {
			w.t.Fatalf("presences %s", all.text)
		}
		w.call(token, "PUT", "/api/v1/me/presence", object{"status": "Asleep"}).is(422)
		key := c.do("POST", "/api-keys", object{"name": "k", "scopes": []string{"presence.set", "session.accept"}}).is(201).str("key")
		w.call(key, "PUT", "/api/v1/me/presence", object{"status": "Busy"}).refuses(403, "no_permission")
		w.call(key, "GET", "/api/v1/me/offers", nil).refuses(403, "no_permission")
	})
}

func TestWriteFirst(t *testing.T) {
	each(t, func(w *world) {
		c := w.company("Acme")
		line := c.do("POST", "/channels", object{"type": "sms", "name": "Text", "sandbox": true}).is(201).str("id")
		body := object{"channel_id": line, "to": "+1 212 555 0142", "text": "Your table is ready."}
		made := c.do("POST", "/conversations", body, "Idempotency-Key", "k1").is(201)
		again := c.do("POST", "/conversations", body, "Idempotency-Key", "k1").is(201)
		if made.str("id") != again.str("id") || made.at("last_seq") != again.at("last_seq") {
			w.t.Fatalf("written twice: %s and %s", made.text, again.text)
		}
		c.do("POST", "/conversations", body, "Idempotency-Key", "k2").refuses(409, "session_open")
		own := c.do("GET", "/channels/"+line, nil).is(200).str("address")
		for _, to := range []string{"0660 1234567", "+1 212 555 0143 ext. 5", "+12125550143x5", "+12125550143;ext=5", "+1 212 555 0143 or so", "+1 212 555 0143 / +1 212 555 0144",
			"call +1 212 555 0143", "+1 800 FLOWERS", "tel:+12125550143", own, own[:2] + " " + own[2:]} {
			body["to"] = to
			if got := c.do("POST", "/conversations", body).refuses(422, "unprocessable"); got.at("errors.to") == nil {
				w.t.Errorf("%q: %s", to, got.text)
			}
		}
		body["to"] = " +1 (212) 555/01.43 "
		if got := c.do("POST", "/conversations", body).is(201); got.str("customer.address") == "" {
			w.t.Errorf("written to %s", got.text)
		}
		web := c.do("POST", "/channels", object{"type": "web", "name": "Site"}).is(201).str("id")
		c.do("POST", "/conversations", object{"channel_id": web, "to": "+12125550142", "text": "x"}).refuses(409, "capability_missing")
	})
}

func TestIdempotencyKeys(t *testing.T) {
	each(t, func(w *world) {
		c := w.company("Acme")
		agent, token := c.user("Anna", "agent")
		got := c.receive("whatsapp", "hello", agent)
		w.call(token, "POST", "/api/v1/offers/"+got.offer.String()+"/accept", nil).is(200)
		messages := "/api/v1/conversations/" + got.conversation.String() + "/messages"

		// The same message from many at once is one message.
		const n = 12
		sent, queues := make([]reply, n), make([]reply, n)
		var all sync.WaitGroup
		for i := range n {
			all.Go(func() { sent[i] = w.call(token, "POST", messages, object{"text": "once"}, "Idempotency-Key", "m1") })
			all.Go(func() { queues[i] = c.do("POST", "/queues", object{"name": "Sales"}, "Idempotency-Key", "q1") })
		}
		all.Wait()
		for i := range n {
			if sent[i].is(201).str("id") != sent[0].str("id") || queues[i].is(201).str("id") != queues[0].str("id") {
				w.t.Fatalf("made several times: %s %s", sent[i].text, queues[i].text)
			}
		}
		w.call(token, "POST", messages, object{"text": "another"}, "Idempotency-Key", "m1").refuses(422, "idempotency_key_reused")
		c.do("POST", "/queues", object{"name": "Support"}, "Idempotency-Key", "q1").refuses(422, "idempotency_key_reused")
		c.do("POST", "/queues", object{"name": "Sales"}).refuses(409, "conflict")
		// What failed used nothing up.
		c.do("POST", "/queues", object{"name": "Sales"}, "Idempotency-Key", "q2").refuses(409, "conflict")
		c.do("POST", "/queues", object{"name": "Support"}, "Idempotency-Key", "q2").is(201)
		// Another credential's key is another key.
		key := c.do("POST", "/api-keys", object{"name": "k", "scopes": []string{"queue.configure"}}).is(201).str("key")
		w.call(key, "POST", "/api/v1/queues", object{"name": "Billing"}, "Idempotency-Key", "q1").is(201)
	})
}

// png is a picture of one point.
const png = "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89\x00\x00\x00\nIDATx\x9cc\x00\x01\x00\x00\x05\x00\x01\r\n-\xb4\x00\x00\x00\x00IEND\xaeB`\x82"

func TestFiles(t *testing.T) {
	each(t, func(w *world) {
		c := w.company("Acme")
		_, token := c.user("Anna", "agent")
		_, other := c.user("Otto", "agent")
		up := w.upload(token, "note.txt", "plain words").is(201)
		if up.str("name") != "note.txt" || up.at("size") != 11.0 || up.body["url"] == nil {
			w.t.Fatalf("uploaded %s", up.text)
		}
		w.call(token, "GET", "/api/v1/files/"+up.str("id"), nil).is(200)
		w.call(other, "GET", "/api/v1/files/"+up.str("id"), nil).refuses(404, "not_found")
		// Only who uploaded it sends it; once it is in a conversation it belongs there.
		r := c.receive("web", "hello", c.do("GET", "/me", nil).is(200).str("user.id"))
		send := func(token, file string) reply {
			return w.call(token, "POST", "/api/v1/conversations/"+r.conversation.String()+"/messages", object{"text": "here", "file_id": file})
		}
		picture := w.upload(token, "note.png", png).is(201).str("id")
		send(c.admin, picture).refuses(422, "unprocessable")
		key := c.do("POST", "/api-keys", object{"name": "k", "scopes": []string{"message.send", "conversation.read", "conversation.read_all", "file.upload"}}).is(201).str("key")
		send(key, picture).refuses(422, "unprocessable")
		own := w.upload(c.admin, "own.png", png).is(201).str("id")
		send(c.admin, own).is(201)
		send(key, own).is(201)
		send(key, w.upload(key, "key.png", png).is(201).str("id")).is(201)
		w.upload(token, "empty.txt", "").refuses(422, "unprocessable")
		w.upload(token, "big.txt", string(make([]byte, 1<<20+1))).refuses(413, "too_large")
		w.call(token, "POST", "/api/v1/files", object{}).refuses(400, "malformed")
	})
}
