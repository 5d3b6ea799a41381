package staff_test

import (
	"strings"
	"testing"
)

// Every change of the set-up leaves one line, a refused one none; secrets are in none of them.
func TestChangesAreAudited(t *testing.T) {
	each(t, func(w *world) {
		c, other := w.company("Acme"), w.company("Other")
		lines := func(query string) []any {
			t.Helper()
			return c.do("GET", "/audit"+query, nil).is(200).body["items"].([]any)
		}
		before := len(lines(""))
		queue := c.do("POST", "/queues", object{"name": "Orders"}).is(201).body
		c.do("PATCH", "/queues/"+queue["id"].(string), object{"name": "Sales"}).is(200)
		c.do("PATCH", "/queues/"+queue["id"].(string), object{"name": ""}).is(422)
		c.do("POST", "/channels", object{"type": "sms", "provider": "twilio", "name": "Texts", "address": "+15005550006",
			"settings": object{"account_sid": "AC00000000000000000000000000000000"}, "secrets": object{"auth_token": "s3cr3t-of-twilio"}}).is(201)
		c.do("DELETE", "/queues/"+queue["id"].(string), nil).is(204)

		got := lines("")[:4]
		if len(lines("")) != before+4 {
			t.Fatalf("%d lines more, want 4", len(lines(""))-before)
		}
		for i, want := range []string{"DELETE /queues/{id}", "POST /channels", "PATCH /queues/{id}", "POST /queues"} {
			line := got[i].(object)
			if line["action"] != want || line["actor_name"] == "" || line["ip"] == "" {
				t.Errorf("line %d is %v, want %s", i, line, want)
			}
			if strings.HasPrefix(want, "POST /queues") && line["target_id"] != queue["id"] {
				t.Errorf("the target is %v, want what was made", line["target_id"])
			}
		}
		if detail := got[1].(object)["detail"].(object); detail["secrets"].(object)["auth_token"] != "•••" || detail["name"] != "Texts" {
			t.Errorf("detail %v", detail)
		}
		if got[2].(object)["detail"].(object)["name"] != "Sales" {
			t.Errorf("detail %v", got[2])
		}
		for query, want := range map[string]int{"?noun=channels": 1, "?target=" + queue["id"].(string): 3, "?to=2020-01-01T00:00:00Z": 0,
			"?from=2100-01-01T00:00:00Z": 0, "?from=2020-01-01T00:00:00Z&noun=queues": 3, "?actor=" + queue["id"].(string): 0} {
			if got := lines(query); len(got) != want {
				t.Errorf("%s finds %d lines, want %d", query, len(got), want)
			}
		}
		c.do("GET", "/audit?from=yesterday", nil).is(422)
		c.do("GET", "/audit?actor=x", nil).is(422)
		if state := c.do("GET", "/audit/state", nil).is(200).body; state["whole"] != true || state["lines"] != float64(before+4) {
			t.Errorf("state %v", state)
		}
		first := c.do("GET", "/audit?limit=1", nil).is(200).body
		if second := c.do("GET", "/audit?limit=1&cursor="+first["next_cursor"].(string), nil).is(200).body["items"].([]any)[0]; second.(object)["action"] != "POST /channels" {
			t.Errorf("the second page begins with %v", second)
		}
		for _, format := range []string{"csv", "json"} {
			text := c.call(c.admin, "GET", "/api/v1/audit/export?format="+format, nil).is(200).text
			if strings.Contains(text, "s3cr3t") || strings.Count(text, "POST /channels") != 1 {
				t.Errorf("export as %s: %s", format, text)
			}
		}
		for _, line := range other.do("GET", "/audit", nil).is(200).body["items"].([]any) {
			if strings.Contains(line.(object)["action"].(string), "queues") {
				t.Errorf("another organisation sees %v", line)
			}
		}
	})
}

// Where somebody is signed in is shown to them and can be ended, by them and by who manages users.
func TestLoginsAreListedAndEnded(t *testing.T) {
	each(t, func(w *world) {
		c := w.company("Acme")
		id, here := c.user("Bo", "agent")
		me := func(token, method, path string) reply { return c.call(token, method, "/api/v1"+path, nil) }
		signIn := func() string {
			return c.call("", "POST", "/api/v1/login", object{"email": "bo@" + strings.ToLower(c.key) + ".example", "password": password}).is(200).str("token")
		}
		there := signIn()
		other, current := "", 0
		items := me(here, "GET", "/me/logins").is(200).body["items"].([]any)
		for _, one := range items {
			if one := one.(object); one["current"] == true {
				current++
			} else {
				other = one["id"].(string)
			}
		}
		if len(items) != 2 || current != 1 {
			t.Fatalf("logins %v", items)
		}
		_, stranger := c.user("Cy", "agent")
		me(stranger, "DELETE", "/me/logins/"+other).is(404)
		me(stranger, "GET", "/users/"+id+"/logins").is(403)
		me(there, "GET", "/me").is(200)
		me(here, "POST", "/me/logins/end-others").is(204)
		me(there, "GET", "/me").is(401)
		me(here, "GET", "/me").is(200)
		me(here, "DELETE", "/me/logins/"+other).is(404) // it is over

		third := signIn()
		for _, one := range me(third, "GET", "/me/logins").is(200).body["items"].([]any) {
			if one := one.(object); one["current"] != true {
				me(third, "DELETE", "/me/logins/"+one["id"].(string)).is(204)
			}
		}
		me(here, "GET", "/me").is(401)
		if list := c.do("GET", "/users/"+id+"/logins", nil).is(200).body["items"].([]any); len(list) != 1 {
			t.Errorf("the administrator sees %v", list)
		}
		w.company("Other").do("DELETE", "/users/"+id+"/logins", nil).is(404)
		me(third, "GET", "/me").is(200)
		c.do("DELETE", "/users/"+id+"/logins", nil).is(204)
		me(third, "GET", "/me").is(401)
	})
}

// What stands of customers elsewhere, and goes when they are erased, is not in the log.
func TestTheLogKeepsNothingOfCustomers(t *testing.T) {
	each(t, func(w *world) {
		c := w.company("Acme")
		id, agent := c.user("Bo", "agent")
		got := c.receive("whatsapp", "hello", id)
		c.call(agent, "POST", "/api/v1/messaging-users/"+got.customer.String()+"/consent", object{"status": "opted_out", "note": "Said so to Ines Hartmann"}).is(200)
		c.do("POST", "/consents", object{"channel_id": got.channel.String(), "number": "+15005550123", "status": "explicitly_opted_in", "source": "form", "note": "At the fair"}).is(200)
		text := c.do("GET", "/audit", nil).is(200).text
		for _, theirs := range []string{"Hartmann", "5005550123", "fair"} {
			if strings.Contains(text, theirs) {
				t.Errorf("%s stands in the log", theirs)
			}
		}
		if !strings.Contains(text, "POST /consents") {
			t.Errorf("that consent was recorded does not: %s", text)
		}
	})
}
