package staff_test

import (
	"fmt"
	"strings"
	"testing"

	"switchboard/internal/message"
	"switchboard/internal/privacy"
	"switchboard/internal/store"
)

func card(name string) object {
	return object{"name": name, "active": true, "preset": "payment_card", "action": "replace", "replacement": "[card]", "authors": []string{"agent", "supervisor", "customer"}}
}

func (c *company) ruleNames() (names []string) {
	c.t.Helper()
	for _, r := range c.do("GET", "/sensitive-data-rules", nil).is(200).body["items"].([]any) {
		names = append(names, r.(object)["name"].(string))
	}
	return names
}

func TestSensitiveRulesAreSetUp(t *testing.T) {
	each(t, func(w *world) {
		c, other := w.company("Acme"), w.company("Other")
		first := c.do("POST", "/sensitive-data-rules", card("Cards")).is(201)
		path := "/sensitive-data-rules/" + first.str("id")
		second := c.do("POST", "/sensitive-data-rules", object{"name": "Codes", "active": true, "pattern": `CUST-\d{6}`, "action": "remove", "replacement": "unused", "authors": []string{"agent"}}).is(201)
		if first.at("priority") != 10.0 || second.at("priority") != 20.0 || second.body["replacement"] != nil {
			t.Errorf("made %s and %s", first.text, second.text)
		}
		c.do("POST", "/sensitive-data-rules", card("cards")).refuses(409, "conflict")
		for _, bad := range []struct {
			change object
			field  string
		}{
			{object{"authors": []string{"system"}}, "authors"},
			{object{"preset": "nonsense"}, "preset"},
			{object{"pattern": "x"}, "pattern"},
			{object{"preset": "", "pattern": ""}, "pattern"},
			{object{"preset": "", "pattern": "("}, "pattern"},
			{object{"preset": "", "pattern": "x*"}, "pattern"},
			{object{"preset": "", "pattern": "(a+)+$"}, "pattern"},
			{object{"preset": "", "pattern": `\d`, "replacement": "00"}, "replacement"},
			{object{"replacement": ""}, "replacement"},
			{object{"name": "  "}, "name"},
			{object{"name": "CODES"}, "name"},
		} {
			r := c.do("PATCH", path, bad.change)
			if r.status != 422 && r.status != 409 || r.body["errors"] == nil || r.body["errors"].(object)[bad.field] == nil {
				t.Errorf("%v: %d %s", bad.change, r.status, r.text)
			}
		}
		changed := c.do("PATCH", path, object{"name": "Payment cards", "active": false}, "If-Match", `"1"`).is(200)
		if changed.at("version") != 2.0 || changed.at("active") != false || changed.str("preset") != "payment_card" {
			t.Errorf("changed to %s", changed.text)
		}
		c.do("PATCH", path, object{"name": "Late"}, "If-Match", `"1"`).refuses(409, "conflict")
		c.do("PUT", "/sensitive-data-rules/order", object{"ids": []any{second.at("id"), first.at("id")}}).is(200)
		if names := fmt.Sprint(c.ruleNames()); names != "[Codes Payment cards]" {
			t.Errorf("the order is %s", names)
		}
		c.do("PUT", "/sensitive-data-rules/order", object{"ids": []any{second.at("id")}}).refuses(422, "unprocessable")
		c.do("PUT", "/sensitive-data-rules/order", object{"ids": []any{second.at("id"), second.at("id")}}).refuses(422, "unprocessable")

		// Another organisation's are not there.
		if names := other.ruleNames(); len(names) != 0 {
			t.Errorf("another organisation has %v", names)
		}
		other.do("GET", path, nil).refuses(404, "not_found")
		other.do("PATCH", path, object{"active": true}).refuses(404, "not_found")
		other.do("DELETE", path, nil).refuses(404, "not_found")
		// Supervisors see them and change nothing; agents don't.
		_, supervisor := c.user("Sam", "supervisor")
		_, agent := c.user("Grace", "agent")
		c.call(supervisor, "GET", "/api/v1/sensitive-data-rules", nil).is(200)
		for _, call := range [][2]string{{"PATCH", path}, {"DELETE", path}, {"POST", "/sensitive-data-rules"}, {"POST", "/sensitive-data-rules/test"}, {"POST", "/sensitive-data-rules/trial"}} {
			c.call(supervisor, call[0], "/api/v1"+call[1], card("Mine")).refuses(403, "no_permission")
		}
		c.call(agent, "GET", "/api/v1/sensitive-data-rules", nil).refuses(403, "no_permission")
		c.do("DELETE", path, nil).is(204)
		c.do("GET", path, nil).refuses(404, "not_found")
		for i := len(c.ruleNames()); i < privacy.RulesMax; i++ {
			c.do("POST", "/sensitive-data-rules", card(fmt.Sprint("Rule ", i))).is(201)
		}
		c.do("POST", "/sensitive-data-rules", card("One more")).refuses(409, "conflict")
	})
}

func TestSensitiveRulesAreTried(t *testing.T) {
	each(t, func(w *world) {
		c := w.company("Acme")
		if items := c.do("GET", "/sensitive-data-rules/presets", nil).is(200).body["items"].([]any); len(items) != len(privacy.Presets()) {
			t.Errorf("presets: %v", items)
		}
		tried := c.do("POST", "/sensitive-data-rules/test", object{"pattern": `\d{4}`, "action": "replace", "replacement": "#", "sample": "é 1234 and 5678"}).is(200)
		if tried.str("result") != "é # and #" || tried.at("matches.1.from") != 11.0 || tried.at("matches.1.text") != "5678" || tried.at("unchecked") != false {
			t.Errorf("tried: %s", tried.text)
		}
		if slow := c.do("POST", "/sensitive-data-rules/test", object{"pattern": "(a+)+$", "sample": strings.Repeat("a", 4000) + "!"}).is(200); slow.at("unchecked") != true || slow.str("result") != privacy.Withheld {
			t.Errorf("slow: %s", slow.text)
		}
		c.do("POST", "/sensitive-data-rules/test", object{"pattern": "(", "sample": "x"}).refuses(422, "unprocessable")
		user, _ := c.user("Grace", "agent")
		c.receive("whatsapp", "my card is 4111 1111 1111 1111 thanks", user)
		c.receive("whatsapp", "hello", user)
		trial := c.do("POST", "/sensitive-data-rules/trial", object{"preset": "payment_card", "authors": []string{"customer"}}).is(200)
		if trial.at("looked") != 2.0 || trial.at("found") != 1.0 || trial.at("complete") != true || strings.Contains(trial.text, "1111") || trial.str("items.0.context") != "my card is ▮▮▮▮ thanks" {
			t.Errorf("trial: %s", trial.text)
		}
		if none := c.do("POST", "/sensitive-data-rules/trial", object{"preset": "payment_card", "authors": []string{"agent"}}).is(200); none.at("looked") != 0.0 {
			t.Errorf("trial among agents: %s", none.text)
		}
		// A trial reads messages: it needs that right as well.
		key := c.do("POST", "/api-keys", object{"name": "Rules", "scopes": []string{"privacy.configure", "setup.view"}}).is(201).str("key")
		c.call(key, "POST", "/api/v1/sensitive-data-rules/test", object{"pattern": "x", "sample": "x"}).is(200)
		c.call(key, "POST", "/api/v1/sensitive-data-rules/trial", object{"pattern": "x", "authors": []string{"customer"}}).refuses(403, "no_permission")
	})
}

// TestSensitiveTextOfStaff: what an agent writes is masked at once; what a rule leaves nothing of, or can't check, is refused.
func TestSensitiveTextOfStaff(t *testing.T) {
	each(t, func(w *world) {
		c := w.company("Acme")
		user, token := c.user("Grace", "agent")
		talk := c.receive("whatsapp", "hello", user)
		c.call(token, "POST", "/api/v1/offers/"+talk.offer.String()+"/accept", nil).is(200)
		at := "/api/v1/conversations/" + talk.conversation.String()
		say := func(text string) reply { return c.call(token, "POST", at+"/messages", object{"text": text}) }
		say("4111 1111 1111 1111").is(201) // there is no rule yet
		rule := c.do("POST", "/sensitive-data-rules", card("Cards")).is(201)
		masked := say("it is 4111 1111 1111 1111.").is(201)
		if masked.str("content.text") != "it is [card]." || masked.str("content.masked.0.name") != "Cards" || masked.str("content.masked.0.by") != "agent" {
			t.Errorf("sent %s", masked.text)
		}
		c.call(token, "PUT", at+"/draft", object{"mode": "reply", "text": "4111 1111 1111 1111"}).is(200)
		if draft := c.call(token, "GET", at+"/draft", nil).is(200); draft.str("items.0.text") != "[card]" {
			t.Errorf("the draft is %s", draft.text)
		}
		path := "/sensitive-data-rules/" + rule.str("id")
		c.do("PATCH", path, object{"action": "remove"}).is(200)
		say("4111 1111 1111 1111").refuses(422, "unprocessable")
		say("4111 1111 1111 1111!").is(201)
		// One that was saved and would not be any more, by a later version say.
		if err := w.db.Write(t.Context(), c.id, func(tx *store.Tx) error {
			id, _ := message.ParseID[message.SensitiveRuleID](rule.str("id"))
			return tx.SaveSensitiveRule(&privacy.Rule{ID: id, Name: "Slow", Active: true, Pattern: "(a+)+$", Action: privacy.Remove, Authors: []message.AuthorType{message.AuthorAgent}, Version: 9})
		}); err != nil {
			t.Fatal(err)
		}
		w.setup.Rules.Forget(c.id)
		if refused := say(strings.Repeat("a", 4000)+"!").refuses(422, "unprocessable"); !strings.Contains(refused.text, "Slow") {
			t.Errorf("refused with %s", refused.text)
		}
		rules := c.do("GET", "/sensitive-data-rules", nil).is(200)
		if rules.at("items.0.blocked") != 4.0 || rules.at("items.0.unchecked") != 1.0 || rules.at("items.0.last_at") == nil {
			t.Errorf("it did: %s", rules.text)
		}
		blocks := c.do("GET", "/sensitive-data-rules/blocks?limit=3&rule_id="+rule.str("id"), nil).is(200)
		if blocks.str("items.0.place") != "refused" || blocks.at("items.0.unchecked") != true || blocks.str("items.1.place") != "message" || blocks.str("items.1.conversation_id") != talk.conversation.String() {
			t.Errorf("blocks: %s", blocks.text)
		}
		if rest := c.do("GET", "/sensitive-data-rules/blocks?cursor="+blocks.str("next_cursor"), nil).is(200); len(rest.body["items"].([]any)) != 1 || strings.Contains(rest.text+blocks.text, "1111") {
			t.Errorf("the rest: %s", rest.text)
		}
		c.do("PATCH", path, object{"active": false, "preset": "payment_card", "pattern": ""}).is(200)
		if kept := say("it is 4111 1111 1111 1111.").is(201); kept.str("content.text") != "it is 4111 1111 1111 1111." {
			t.Errorf("a rule that is off still holds: %s", kept.text)
		}
	})
}
