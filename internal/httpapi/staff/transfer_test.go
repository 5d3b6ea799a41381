package staff_test

import (
	"strings"
	"testing"
)

// RT-13 over HTTP: whom to hand to, handing over, what both see, taking it back.
func TestTransferOverHTTP(t *testing.T) {
	each(t, func(w *world) {
		c := w.company("Acme")
		anna, token := c.user("Anna", "agent")
		ben, other := c.user("Ben", "agent")
		queue := c.do("POST", "/queues", object{"name": "Second line", "members": []string{ben}}).is(201).str("id")
		for _, user := range []string{token, other} {
			w.call(user, "PUT", "/api/v1/me/presence", object{"status": "Available – Messaging"}).is(200)
		}
		got := c.receive("whatsapp", "Where is my parcel?", anna)
		w.call(token, "POST", "/api/v1/offers/"+got.offer.String()+"/accept", nil).is(200)
		session := "/api/v1/sessions/" + got.session.String()

		targets := w.call(token, "GET", "/api/v1/transfer-targets?session_id="+got.session.String(), nil).is(200)
		if targets.str("agents.0.id") != ben || targets.at("agents.0.available") != true || targets.str("agents.0.status.kind") != "online" ||
			targets.at("agents.0.capacity.limit") != 5.0 || targets.str("queues.0.id") != queue || targets.at("queues.0.available_agents") != 1.0 {
			w.t.Fatalf("targets %s", targets.text)
		}
		for _, a := range targets.at("agents").([]any) {
			if a.(object)["id"] == anna {
				w.t.Error("the session's own agent is a target")
			}
		}
		none := w.call(token, "GET", "/api/v1/transfer-targets?q=b%25n", nil).is(200)
		if len(none.at("agents").([]any)) != 0 || len(none.at("queues").([]any)) != 0 {
			w.t.Fatalf("a name with a percent sign: %s", none.text)
		}
		if found := w.call(token, "GET", "/api/v1/transfer-targets?q=BE", nil).is(200); found.str("agents.0.id") != ben {
			w.t.Fatalf("by name: %s", found.text)
		}

		w.call(token, "POST", session+"/transfer", object{"to": object{"type": "skill", "id": ben}}).refuses(422, "unprocessable")
		w.call(token, "POST", session+"/transfer", object{"to": object{"type": "queue", "id": ben}}).refuses(409, "recipient_unavailable")
		moved := w.call(token, "POST", session+"/transfer", object{"to": object{"type": "agent", "id": ben}, "note": "speaks Basque"}).is(200)
		if moved.str("status") != "waiting" || moved.str("transfer.to.type") != "agent" || moved.str("transfer.to.id") != ben || moved.str("transfer.to.name") != "Ben" ||
			moved.str("transfer.by.id") != anna || moved.str("transfer.note") != "speaks Basque" || moved.str("agent.id") != anna {
			w.t.Fatalf("transfer %s", moved.text)
		}
		if mine := w.call(token, "GET", "/api/v1/conversations?scope=mine", nil).is(200); mine.str("items.0.session.transfer.to.name") != "Ben" {
			w.t.Fatalf("the giver's list %s", mine.text)
		}
		w.call(token, "POST", session+"/transfer", object{"to": object{"type": "queue", "id": queue}}).refuses(409, "transfer_pending")
		back := w.call(token, "POST", session+"/transfer/withdraw", nil).is(200)
		if back.str("status") != "active" || back.body["transfer"] != nil {
			w.t.Fatalf("withdrawn %s", back.text)
		}
		w.call(token, "POST", session+"/transfer/withdraw", nil).refuses(409, "no_transfer")

		// RT-16: a flag goes up and down, and lists can ask for it.
		up := w.call(token, "POST", session+"/flag", object{"raised": true, "note": "angry"}).is(200)
		if up.str("flagged") != "angry" || up.str("flagged_by.id") != anna || up.str("flagged_at") == "" {
			w.t.Fatalf("flagged %s", up.text)
		}
		w.call(other, "POST", session+"/flag", object{"raised": true}).is(404)
		asking := func(path string) int { return len(c.do("GET", path, nil).is(200).at("items").([]any)) }
		calm := c.receive("whatsapp", "Nothing urgent", anna)
		for _, path := range []string{"/conversations?flagged=true", "/conversations?status=all&flagged=true", "/sessions?flagged=true"} {
			list := c.do("GET", path, nil).is(200)
			if len(list.at("items").([]any)) != 1 || !strings.Contains(list.text, got.conversation.String()) || strings.Contains(list.text, calm.conversation.String()) {
				w.t.Errorf("%s lists %s", path, list.text)
			}
		}
		if n := asking("/conversations?flagged=false"); n != 2 {
			w.t.Errorf("without the filter there are %d", n)
		}
		down := c.do("POST", "/sessions/"+got.session.String()+"/flag", object{"raised": false}).is(200)
		if down.body["flagged_at"] != nil || down.body["flagged"] != nil {
			w.t.Fatalf("lowered %s", down.text)
		}
		if n := asking("/conversations?flagged=true") + asking("/sessions?flagged=true"); n != 0 {
			w.t.Errorf("nobody asks for help, and %d are listed", n)
		}
		events := map[string]int{}
		for _, e := range w.call(token, "GET", "/api/v1/conversations/"+got.conversation.String()+"/entries", nil).is(200).at("items").([]any) {
			if event, ok := e.(object)["content"].(object)["event"].(object); ok {
				events[event["type"].(string)]++
			}
		}
		if events["transferred"] != 1 || events["transfer_withdrawn"] != 1 || events["flagged"] != 2 {
			w.t.Errorf("events %v", events)
		}
	})
}
