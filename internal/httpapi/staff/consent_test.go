package staff_test

import (
	"encoding/csv"
	"fmt"
	"strings"
	"testing"
)

// An agent opts a customer out: the session ends, nothing can be written, and the ledger says who and why; then
// in again, with a note (CN-4).
func TestAnAgentOptsOutAndIn(t *testing.T) {
	each(t, func(w *world) {
		c := w.company("Acme")
		id, agent := c.user("Grace", "agent")
		got := c.receive("whatsapp", "Hello", id)
		c.call(agent, "POST", "/api/v1/offers/"+got.offer.String()+"/accept", object{}).is(200)
		talk, person := "/api/v1/conversations/"+got.conversation.String(), "/api/v1/messaging-users/"+got.customer.String()
		c.call(agent, "POST", talk+"/messages", object{"text": "How can I help?"}).is(201)

		if out := c.call(agent, "POST", person+"/consent", object{"status": "opted_out", "note": "Said so on the phone"}).is(200); out.str("consent.status") != "opted_out" {
			t.Errorf("they are %s", out.text)
		}
		head := c.call(agent, "GET", talk, nil).is(200)
		if head.str("session.status") != "ended" || head.str("blocked.code") != "opted_out" {
			t.Errorf("the conversation is %s", head.text)
		}
		// What waited in the outbox has failed, with its reason.
		entries := c.call(agent, "GET", talk+"/entries", nil).is(200)
		if !strings.Contains(entries.text, `"code":"opted_out"`) || !strings.Contains(entries.text, `"consent_changed"`) {
			t.Errorf("the entries are %s", entries.text)
		}
		c.call(agent, "POST", talk+"/messages", object{"text": "Still there?"}).refuses(409, "opted_out")
		c.do("POST", "/conversations", object{"channel_id": got.channel.String(), "to": "+436601234567", "text": "Hi"}).refuses(409, "opted_out")

		c.call(agent, "POST", person+"/consent", object{"status": "explicitly_opted_in"}).refuses(422, "unprocessable") // no note
		c.call(agent, "POST", person+"/consent", object{"status": "explicitly_opted_in", "note": "A form", "at": "2020-01-01T00:00:00Z"}).refuses(409, "conflict")
		c.call(agent, "POST", person+"/consent", object{"status": "explicitly_opted_in", "note": "Called and asked for it"}).is(200)
		c.do("POST", "/conversations", object{"channel_id": got.channel.String(), "to": "+436601234567", "text": "Hi"}).is(201)

		history := c.call(agent, "GET", person+"/consent?limit=2", nil).is(200)
		if history.str("items.0.after") != "explicitly_opted_in" || history.str("items.0.note") != "Called and asked for it" || history.str("items.0.actor.name") != "Grace" ||
			history.str("items.1.before") != "implicitly_opted_in" || history.str("items.1.cause") != "agent" {
			t.Errorf("the history is %s", history.text)
		}
		if rest := c.call(agent, "GET", person+"/consent?limit=2&cursor="+history.str("next_cursor"), nil).is(200); len(rest.at("items").([]any)) != 1 || rest.str("items.0.cause") != "wrote" {
			t.Errorf("the rest is %s", rest.text)
		}
		c.call(agent, "GET", "/api/v1/consents/export", nil).refuses(403, "no_permission")
	})
}

// Consent from outside: one by one, from a file with a trial first, and out again as proof.
func TestConsentFromOutside(t *testing.T) {
	each(t, func(w *world) {
		c := w.company("Acme")
		line := c.do("POST", "/channels", object{"type": "whatsapp", "name": "Line", "sandbox": true}).is(201).str("id")
		web := c.do("POST", "/channels", object{"type": "web", "name": "Site"}).is(201).str("id")
		one := object{"channel_id": line, "number": "+43 660 1234567", "status": "explicitly_opted_in", "source": "newsletter form", "at": "2026-01-02T03:04:05Z"}
		made := c.do("POST", "/consents", one).is(200)
		if made.str("consent.status") != "explicitly_opted_in" {
			t.Errorf("they are %s", made.text)
		}
		for field, value := range map[string]any{"number": "5", "channel_id": web, "at": "2999-01-01T00:00:00Z"} {
			bad := object{}
			for k, v := range one {
				bad[k] = v
			}
			bad[field] = value
			if got := c.do("POST", "/consents", bad).refuses(422, "unprocessable"); got.at("errors").(object)[field] == nil {
				t.Errorf("%s: %s", field, got.text)
			}
		}

		table := "channel,number,status,source,at,note\n" +
			"Line,+43 660 1234567,explicitly_opted_in,till,,\n" + // no stronger than it was
			"line,+43 660 7654321,doubly_opted_in,till,2026-02-03T04:05:06Z,=note\n" +
			"Nowhere,+43 660 1,opted_out,,,\n" +
			"Line,+43 660 1111111,perhaps,till,,\n"
		post := func(query string) reply {
			return c.do("POST", "/consents/import"+query, table, "Content-Type", "text/csv")
		}
		if tried := post("?dry_run=true").is(200); tried.at("applied") != false || tried.at("made") != 1.0 || tried.at("same") != 1.0 || tried.at("refused") != 2.0 {
			t.Errorf("the trial says %s", tried.text)
		}
		post("").refuses(422, "unprocessable")
		if kept := post("?skip_bad=true").is(200); kept.at("applied") != true || kept.at("made") != 1.0 {
			t.Errorf("it says %s", kept.text)
		}
		if people := c.do("GET", "/messaging-users?channel="+line, nil).is(200); len(people.at("items").([]any)) != 2 {
			t.Errorf("there are %s", people.text)
		}

		out := c.do("GET", "/consents/export?from=2026-01-01T00:00:00Z", nil).is(200)
		rows, err := csv.NewReader(strings.NewReader(out.text)).ReadAll()
		if err != nil || len(rows) != 3 || rows[1][12] != "Ada Acme" || rows[2][14] != "'=note" || rows[2][1] != "2026-02-03T04:05:06Z" {
			t.Errorf("the table is %v, %v", rows, err)
		}
		if all := c.do("GET", "/consents/export?format=json&messaging_user="+made.str("id"), nil).is(200); len(all.at("items").([]any)) != 1 || all.str("items.0.source") != "newsletter form" || all.str("items.0.cause") != "api" {
			t.Errorf("one person's is %s", all.text)
		}
		if none := c.do("GET", "/consents/export?format=json&to=2020-01-01T00:00:00Z", nil).is(200); len(none.at("items").([]any)) != 0 {
			t.Errorf("before there was anything: %s", none.text)
		}
		c.do("GET", "/consents/export?format=xml", nil).refuses(400, "malformed")
		// Another organisation's is not there.
		other := w.company("Other")
		if theirs := other.do("GET", "/consents/export?format=json", nil).is(200); len(theirs.at("items").([]any)) != 0 {
			t.Errorf("others see %s", theirs.text)
		}
		other.do("GET", "/consents/export?format=json&messaging_user="+made.str("id"), nil).refuses(404, "not_found")
	})
}

// Rules are made once for the organisation and may be a channel's own (CH-27); what a channel's kind needs is
// asked before they are kept (CN-3, CN-6).
func TestConsentRules(t *testing.T) {
	each(t, func(w *world) {
		c := w.company("Acme")
		line := c.do("POST", "/channels", object{"type": "sms", "name": "Line", "sandbox": true, "address": "+1 201 555 0100"}).is(201).str("id")
		short := c.do("POST", "/channels", object{"type": "sms", "name": "Short", "sandbox": true, "address": "12345", "settings": object{"country": "CA"}}).is(201)
		if short.str("required_consent") != "explicitly_opted_in" {
			t.Errorf("a short code requires %s", short.str("required_consent")) // CN-5
		}
		built := c.do("GET", "/consent", nil).is(200)
		if built.at("own") != false || built.str("languages.0.keywords.opt_out.0") != "STOP" {
			t.Errorf("built in: %s", built.text)
		}
		if of := c.do("GET", "/channels/"+line+"/consent", nil).is(200); of.at("own") != false || len(of.at("missing").([]any)) != 0 {
			t.Errorf("the long code's: %s", of.text)
		}
		if of := c.do("GET", "/channels/"+short.str("id")+"/consent", nil).is(200); !strings.Contains(fmt.Sprint(of.at("missing")), "campaign") {
			t.Errorf("a short code lacks nothing: %s", of.text)
		}

		languages := built.at("languages").([]any)
		english := languages[0].(object)
		one := object{"languages": []any{english}}
		// The short code of Canada has the organisation's: without French it would have no right to be active.
		if got := c.do("PATCH", "/consent", one).refuses(422, "unprocessable"); got.at("errors").(object)["languages"] == nil {
			t.Errorf("no word of French: %s", got.text)
		}
		english["texts"].(object)["opt_out_confirmation"] = "Bye, and no more messages."
		kept := c.do("PATCH", "/consent", object{"languages": languages}, "If-Match", `"1"`).is(200)
		if kept.at("own") != true || kept.at("version") != 2.0 {
			t.Errorf("kept as %s", kept.text)
		}
		c.do("PATCH", "/consent", object{"languages": languages}, "If-Match", `"1"`).refuses(409, "conflict")
		if of := c.do("GET", "/channels/"+line+"/consent", nil).is(200); of.str("languages.0.texts.opt_out_confirmation") != "Bye, and no more messages." {
			t.Errorf("the channel says %s", of.text)
		}
		twice := object{"languages": []any{english, object{"language": "de", "keywords": object{"opt_out": []string{" stop "}}, "texts": object{"opt_out_confirmation": "Tschüss"}}}}
		got := c.do("PATCH", "/channels/"+line+"/consent", twice).refuses(422, "unprocessable")
		for _, field := range []string{"languages.1.keywords.opt_out", "languages.1.texts.opt_in_confirmation"} {
			if got.at("errors").(object)[field] == nil {
				t.Errorf("%s is not named in %s", field, got.text)
			}
		}
		own := c.do("PATCH", "/channels/"+line+"/consent", one).is(200)
		if own.at("own") != true || len(own.at("languages").([]any)) != 1 {
			t.Errorf("its own: %s", own.text)
		}
		c.do("DELETE", "/channels/"+line+"/consent", nil).is(204)
		if of := c.do("GET", "/channels/"+line+"/consent", nil).is(200); of.at("own") != false || len(of.at("languages").([]any)) != 2 {
			t.Errorf("inherited again: %s", of.text)
		}
		c.do("DELETE", "/consent", nil).is(204)
		if of := c.do("GET", "/consent", nil).is(200); of.at("own") != false {
			t.Errorf("built in again: %s", of.text)
		}
		c.do("PATCH", "/channels/"+short.str("id")+"/consent", one).refuses(422, "unprocessable")
	})
}
