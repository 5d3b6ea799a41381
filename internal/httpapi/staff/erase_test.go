package staff_test

import "testing"

// SL-3: only a session that is over is deleted; its entries keep their numbers and lose what was said.
func TestDeleteASession(t *testing.T) {
	each(t, func(w *world) {
		c := w.company("Acme")
		anna, token := c.user("Anna", "agent")
		got := c.receive("web", "Where is my zebra?", anna)
		w.call(token, "POST", "/api/v1/offers/"+got.offer.String()+"/accept", nil).is(200)
		talk, session := "/conversations/"+got.conversation.String(), "/sessions/"+got.session.String()
		w.call(token, "POST", "/api/v1"+talk+"/messages", object{"text": "In the post."}).is(201)
		w.call(token, "POST", "/api/v1"+talk+"/notes", object{"text": "A regular."}).is(201)
		c.do("DELETE", session, nil).refuses(409, "unlawful_state")
		w.call(token, "POST", "/api/v1"+session+"/end", nil).is(200)
		w.call(token, "DELETE", "/api/v1"+session, nil).refuses(403, "no_permission")
		if found := c.do("GET", "/conversations?q=zebra", nil).is(200); len(found.at("items").([]any)) != 1 {
			w.t.Fatalf("not found before: %s", found.text)
		}
		before := c.do("GET", talk+"/entries", nil).is(200).at("items").([]any)

		c.do("DELETE", session, nil).is(204)
		c.do("DELETE", session, nil).refuses(404, "not_found")
		c.do("GET", session, nil).refuses(404, "not_found")
		after := c.do("GET", talk+"/entries", nil).is(200)
		items := after.at("items").([]any)
		if len(items) != len(before) {
			w.t.Fatalf("%d entries became %d", len(before), len(items))
		}
		for i, v := range items {
			e := v.(object)
			content := e["content"].(object)
			if event, _ := content["event"].(object); e["seq"] != float64(i+1) || e["kind"] != before[i].(object)["kind"] || e["erased_at"] == nil ||
				content["text"] != nil || len(event) > 1 {
				w.t.Errorf("left of an entry: %v", e)
			}
		}
		for _, path := range []string{"/conversations?q=zebra&status=all", "/conversations?status=closed", "/sessions?status=all", talk + "/sessions"} {
			if list := c.do("GET", path, nil).is(200); len(list.at("items").([]any)) != 0 {
				w.t.Errorf("%s still shows %s", path, list.text)
			}
		}
		head := c.do("GET", talk, nil).is(200)
		if head.body["session"] != nil || head.body["last_entry"] != nil {
			w.t.Errorf("the conversation shows %s", head.text)
		}
		// The customer's stream has no gap, and nothing of what was said.
		events, err := w.db.CustomerEvents(w.t.Context(), c.id, got.customer, 0, 100)
		if err != nil || len(events) == 0 {
			w.t.Fatal(err, len(events))
		}
		for i, e := range events {
			if e.Seq != int64(i+1) || e.Entry != nil && (e.Entry.ErasedAt.IsZero() || e.Entry.Content.Text != "") {
				w.t.Errorf("event %d is number %d with %+v", i+1, e.Seq, e.Entry)
			}
		}
	})
}
