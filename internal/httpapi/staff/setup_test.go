package staff_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
)

var twilioAccount = object{"type": "sms", "name": "Text line", "address": "+43 660 1234567",
	"settings": object{"account_sid": "AC0123456789abcdef0123456789abcdef"}, "secrets": object{"auth_token": "very-secret-token"}}

func with(o object, more ...any) object {
	out := object{}
	for k, v := range o {
		out[k] = v
	}
	for i := 0; i < len(more); i += 2 {
		out[more[i].(string)] = more[i+1]
	}
	return out
}

func TestChannels(t *testing.T) {
	each(t, func(w *world) {
		c := w.company("Acme")
		made := c.do("POST", "/channels", twilioAccount).is(201)
		id := made.str("id")
		if made.str("address") != "+436601234567" || made.str("webhook") != publicURL+"/hooks/twilio/"+id || made.str("routing.mode") != "everyone" ||
			made.str("secrets_set.0") != "auth_token" || made.str("capabilities.text_unit") != "segments" || made.str("provider") != "twilio" {
			w.t.Fatalf("made %s", made.text)
		}
		if strings.Contains(made.text, "very-secret-token") {
			w.t.Fatal("the secret came back")
		}
		// A number is active once, in the whole installation.
		c.do("POST", "/channels", with(twilioAccount, "name", "Second")).refuses(409, "conflict")
		b := w.company("Bolt")
		b.do("POST", "/channels", twilioAccount).refuses(409, "conflict")
		b.do("POST", "/channels", with(twilioAccount, "active", false)).is(201)

		for field, bad := range map[string]object{
			"settings.account_sid":       with(twilioAccount, "address", "+436601234568", "settings", object{"account_sid": "nonsense"}),
			"secrets.auth_token":         with(twilioAccount, "address", "+436601234568", "secrets", object{}),
			"settings.per_second":        with(twilioAccount, "address", "+436601234568", "settings", object{"account_sid": "AC0123456789abcdef0123456789abcdef", "per_second": "0"}),
			"settings.colour":            with(twilioAccount, "address", "+436601234568", "settings", object{"account_sid": "AC0123456789abcdef0123456789abcdef", "colour": "red"}),
			"address":                    with(twilioAccount, "address", "0660 1234567"),
			"type":                       with(twilioAccount, "type", "pigeon"),
			"name":                       {"type": "twilio"}, // missing at the top level
			"routing.mode":               with(twilioAccount, "address", "+436601234568", "routing", object{}),
			"routing.queue_id":           with(twilioAccount, "address", "+436601234568", "routing", object{"mode": "queue"}),
			"routing.last_agent_minutes": with(twilioAccount, "address", "+436601234568", "routing", object{"mode": "everyone", "last_agent_minutes": -1}),
		} {
			got := c.do("POST", "/channels", bad).refuses(422, "unprocessable")
			if fields, _ := got.body["errors"].(object); fields[field] == nil {
				w.t.Errorf("%s is not named: %s", field, got.text)
			}
		}

		path := "/channels/" + id
		// A PATCH names only what it changes, of secrets, too.
		named := c.do("PATCH", path, object{"name": "Renamed"}).is(200)
		if named.str("secrets_set.0") != "auth_token" || named.str("name") != "Renamed" || named.at("version") != 2.0 {
			w.t.Fatalf("changed %s", named.text)
		}
		c.do("PATCH", path, object{"name": "Late"}, "If-Match", `"1"`).refuses(409, "conflict")
		c.do("PATCH", path, object{"name": "In time"}, "If-Match", `"2"`).is(200)
		c.do("PATCH", path, object{"name": "x"}, "If-Match", `"two"`).refuses(400, "malformed")
		for _, fixed := range []object{{"type": "whatsapp"}, {"address": "+436601234599"}, {"api_name": "Other"}, {"sandbox": true}} {
			c.do("PATCH", path, fixed).refuses(422, "unprocessable")
		}
		c.do("PATCH", path, object{"secrets": object{"auth_token": ""}}).refuses(422, "unprocessable")
		queue := c.do("POST", "/queues", object{"name": "Sales"}).is(201).str("id")
		if got := c.do("PATCH", path, object{"routing": object{"mode": "queue", "queue_id": queue, "last_agent_minutes": 30}}).is(200); got.str("routing.queue_id") != queue {
			w.t.Fatalf("routed %s", got.text)
		}
		c.do("DELETE", "/queues/"+queue, nil).refuses(409, "in_use")
		if got := c.do("GET", "/queues/"+queue, nil).is(200); !strings.Contains(got.str("problem"), "routing configuration") {
			w.t.Errorf("a queue without a routing configuration isn't reported: %s", got.text)
		}
		c.do("PATCH", path, object{"routing": object{"mode": "none"}, "active": false}).is(200)
		c.do("DELETE", "/queues/"+queue, nil).is(204)
		c.do("DELETE", path, nil).is(204)
		c.do("GET", path, nil).refuses(404, "not_found")
	})
}

func TestSandboxChannelsNeedNoAccount(t *testing.T) {
	each(t, func(w *world) {
		c := w.company("Acme")
		for _, kind := range []string{"sms", "whatsapp"} {
			made := c.do("POST", "/channels", object{"type": kind, "name": "Play " + kind, "sandbox": true}).is(201)
			if !strings.HasPrefix(made.str("address"), "+1") || len(made.at("secrets_set").([]any)) == 0 {
				w.t.Fatalf("made %s", made.text)
			}
		}
		// So many draw the same number twice; each gets one of its own.
		for i := range 120 {
			c.do("POST", "/channels", object{"type": "sms", "name": fmt.Sprintf("Play %d", i), "sandbox": true}).is(201)
		}
		agent, _ := c.user("Anna", "agent")
		got := c.receive("whatsapp", "hello", agent)
		c.do("DELETE", "/channels/"+got.channel.String(), nil).refuses(409, "in_use")
		types := c.do("GET", "/channel-types", nil).is(200)
		if len(types.at("items").([]any)) != 3 || types.str("items.1.settings.0.name") == "" {
			w.t.Fatalf("types %s", types.text)
		}
	})
}

func TestProbeAndTemplates(t *testing.T) {
	each(t, func(w *world) {
		c := w.company("Acme")
		w.provider = http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			rw.Header().Set("Content-Type", "application/json")
			switch {
			case r.Header.Get("Authorization") == "Bearer revoked":
				rw.WriteHeader(401)
				fmt.Fprint(rw, `{"error":{"message":"Invalid OAuth access token","type":"OAuthException","code":190}}`)
			case strings.Contains(r.URL.Path, "message_templates"):
				fmt.Fprint(rw, `{"data":[{"id":"1","name":"order_sent","language":"en_US","status":"APPROVED","category":"UTILITY","components":[{"type":"BODY","text":"Order {{1}} was sent to {{2}}."}]}]}`)
			default:
				fmt.Fprint(rw, `{"id":"123456789012345","display_phone_number":"+43 660 1234567","verified_name":"Acme Shop"}`)
			}
		})
		line := c.do("POST", "/channels", object{"type": "whatsapp", "name": "Chat", "address": "+436601234567",
			"settings": object{"phone_number_id": "123456789012345", "waba_id": "123456789012346"},
			"secrets":  object{"access_token": "good", "app_secret": "s", "verify_token": "v"}}).is(201).str("id")
		if got := c.do("POST", "/channels/"+line+"/probe", nil).is(200); !strings.Contains(got.str("name"), "Acme Shop") {
			w.t.Fatalf("probed %s", got.text)
		}
		synced := c.do("POST", "/channels/"+line+"/templates/sync", nil).is(200)
		if synced.str("items.0.name") != "order_sent" || synced.str("items.0.status") != "approved" {
			w.t.Fatalf("synchronised %s", synced.text)
		}
		c.do("POST", "/channels/"+line+"/templates/sync", nil).is(200)
		list := c.do("GET", "/templates?channel="+line, nil).is(200)
		if len(list.at("items").([]any)) != 1 {
			w.t.Fatalf("templates %s", list.text)
		}
		template := list.str("items.0.id")
		c.do("PATCH", "/templates/"+template, object{"body": "Another text"}).refuses(409, "conflict")
		c.do("DELETE", "/templates/"+template, nil).refuses(409, "in_use")

		open := func(values ...string) reply {
			return c.do("POST", "/conversations", object{"channel_id": line, "to": "+436607654321", "template": object{"id": template, "body": values}})
		}
		open("17").refuses(422, "unprocessable")
		open("17", " ").refuses(422, "unprocessable")
		made := open("17", "Vienna").is(201)
		if made.str("last_entry.preview") != "Order 17 was sent to Vienna." {
			w.t.Fatalf("sent %s", made.text)
		}
		c.do("PATCH", "/templates/"+template, object{"retired": true}).is(200)
		c.do("POST", "/channels/"+line+"/templates/sync", nil).is(200)
		if got := c.do("GET", "/templates/"+template, nil).is(200); got.str("status") != "retired" {
			w.t.Fatalf("retired %s", got.text)
		}
		c.do("PATCH", "/channels/"+line, object{"secrets": object{"access_token": "revoked"}}).is(200)
		refused := c.do("POST", "/channels/"+line+"/probe", nil).refuses(422, "delivery_failed")
		if refused.body["delivery_code"] != "0003" || strings.Contains(refused.text, `"revoked"`) {
			w.t.Fatalf("refused %s", refused.text)
		}
		web := c.do("POST", "/channels", object{"type": "web", "name": "Site"}).is(201).str("id")
		c.do("POST", "/channels/"+web+"/templates/sync", nil).is(409)
	})
}

func TestDeployments(t *testing.T) {
	each(t, func(w *world) {
		c := w.company("Acme")
		web := c.do("POST", "/channels", object{"type": "web", "name": "Site"}).is(201).str("id")
		sms := c.do("POST", "/channels", twilioAccount).is(201).str("id")
		c.do("POST", "/deployments", object{"name": "Shop", "channel_id": sms}).refuses(422, "unprocessable")
		made := c.do("POST", "/deployments", object{"name": "Web Shop", "channel_id": web}).is(201)
		path := "/deployments/" + made.str("id")
		if made.str("api_name") != "Web_Shop" || made.body["published"] != nil || made.at("changed") != true {
			w.t.Fatalf("made %s", made.text)
		}
		for _, part := range []string{`"` + c.key + `"`, `"Web_Shop"`, "http://widget.test/widget/bootstrap.min.js"} {
			if !strings.Contains(made.str("snippet"), part) {
				w.t.Errorf("the snippet lacks %s:\n%s", part, made.str("snippet"))
			}
		}
		c.do("POST", path+"/publish", nil).refuses(422, "unprocessable") // no page may show it yet

		draft := func(change func(d object)) object {
			var d object
			text, _ := json.Marshal(made.body["draft"])
			_ = json.Unmarshal(text, &d)
			d["domain"] = "example.com"
			if change != nil {
				change(d)
			}
			return object{"draft": d}
		}
		field := func(more ...any) func(object) {
			return func(d object) {
				d["prechat"] = []object{with(object{"name": "order", "type": "Text", "labels": object{"en": "Order"}}, more...)}
			}
		}
		for name, change := range map[string]func(object){
			"an origin with a path":         func(d object) { d["origins"] = []string{"https://example.com/shop"} },
			"all of a top-level domain":     func(d object) { d["origins"] = []string{"https://*.com"} },
			"all of a public suffix":        func(d object) { d["origins"] = []string{"https://*.co.uk"} },
			"a star in the middle":          func(d object) { d["origins"] = []string{"https://shop.*.example.com"} },
			"another scheme":                func(d object) { d["origins"] = []string{"ftp://example.com"} },
			"a policy in the origin":        func(d object) { d["origins"] = []string{"https://example.com;script-src"} },
			"everybody's domain":            func(d object) { d["domain"] = "co.uk" },
			"a domain with a scheme":        func(d object) { d["domain"] = "https://example.com" },
			"a colour that is none":         func(d object) { d["branding"].(object)["accent"] = "red;}" },
			"a font that is code":           func(d object) { d["branding"].(object)["font"] = "x;background:url(//e)" },
			"a picture without https":       func(d object) { d["branding"].(object)["avatar_url"] = "http://example.com/a.png" },
			"a pre-chat that is neither":    func(d object) { d["prechat_style"] = "song" },
			"an invitation much later":      func(d object) { d["invitation"] = object{"active": true, "after_seconds": 3601} },
			"a language that is none":       func(d object) { d["languages"] = []string{"klingonisch"} },
			"a hidden field that is needed": field("hidden", true, "required", true),
			"a hidden list":                 field("hidden", true, "type", "ChoiceList", "choices", []object{{"id": "a", "title": "A"}}),
			"an underscore of one's own":    field("name", "_order"),
			"a name twice": func(d object) {
				one := object{"name": "order", "type": "Text", "labels": object{"en": "Order"}}
				d["prechat"] = []object{one, with(one, "hidden", true)}
			},
		} {
			if got := c.do("PATCH", path, draft(change)); got.status != 422 {
				w.t.Errorf("%s was taken: %d %s", name, got.status, got.text)
			}
		}
		c.do("PATCH", path, draft(func(d object) {
			d["origins"] = []string{"https://*.Example.com/", "http://localhost:3000"}
			d["prechat"] = []object{{"name": "_email", "type": "Email", "required": true}, {"name": "cart", "type": "Text", "hidden": true}}
			d["prechat_style"], d["invitation"] = "conversation", object{"active": true, "after_seconds": 20}
		})).is(200)
		published := c.do("POST", path+"/publish", nil).is(200)
		if published.at("changed") != false || published.str("published.origins.0") != "https://*.example.com" ||
			published.str("published.prechat_style") != "conversation" || published.at("published.invitation.after_seconds") != 20.0 {
			w.t.Fatalf("published %s", published.text)
		}
		if drafted := c.do("PATCH", path, draft(nil)).is(200); drafted.at("changed") != true || drafted.str("published.origins.0") != "https://*.example.com" {
			w.t.Fatalf("a draft is in force: %s", drafted.text)
		}
		for _, fixed := range []object{{"api_name": "Other"}, {"kind": "mobile"}, {"channel_id": sms}} {
			c.do("PATCH", path, fixed).refuses(422, "unprocessable")
		}
		c.do("DELETE", "/channels/"+web, nil).refuses(409, "in_use")
		c.do("DELETE", path, nil).is(204)
	})
}

func TestRoutingSetup(t *testing.T) {
	each(t, func(w *world) {
		c := w.company("Acme")
		agent, _ := c.user("Anna", "agent")
		fast := c.do("POST", "/routing-configurations", object{"name": "Fast", "push_timeout_seconds": 20}).is(201)
		if fast.str("model") != "least_active" || fast.at("size_units") != 1.0 || fast.at("priority") != 1.0 {
			w.t.Fatalf("defaults %s", fast.text)
		}
		c.do("POST", "/routing-configurations", object{"name": "Both", "size_units": 1, "size_percent": 10}).refuses(422, "unprocessable")
		c.do("POST", "/routing-configurations", object{"name": "Fast"}).refuses(409, "conflict")
		first := c.do("POST", "/queues", object{"name": "First", "routing_configuration_id": fast.str("id"), "members": []string{agent}}).is(201)
		second := c.do("POST", "/queues", object{"name": "Second", "overflow_queue_id": first.str("id"), "overflow_after_seconds": 30}).is(201).str("id")
		if second == "" || first.str("members.0") != agent {
			w.t.Fatalf("queue %s", first.text)
		}
		c.do("PATCH", "/queues/"+first.str("id"), object{"overflow_queue_id": second, "overflow_after_seconds": 30}).refuses(422, "unprocessable")
		c.do("PATCH", "/queues/"+second, object{"name": "First"}).refuses(409, "conflict")
		c.do("DELETE", "/routing-configurations/"+fast.str("id"), nil).refuses(409, "in_use")
		c.do("DELETE", "/queues/"+first.str("id"), nil).refuses(409, "in_use")
		if u := c.do("GET", "/users/"+agent, nil).is(200); u.str("queues.0") != first.str("id") {
			w.t.Fatalf("user %s", u.text)
		}
		if q := c.do("PATCH", "/queues/"+first.str("id"), object{"members": []string{}}).is(200); len(q.at("members").([]any)) != 0 {
			w.t.Fatalf("members %s", q.text)
		}
		c.do("DELETE", "/queues/"+second, nil).is(204)

		statuses := c.do("GET", "/presence-statuses", nil).is(200)
		if statuses.str("items.0.name") != "Available – Messaging" || len(statuses.at("items").([]any)) != 4 {
			w.t.Fatalf("statuses %s", statuses.text)
		}
		c.do("DELETE", "/presence-statuses/"+statuses.str("items.0.id"), nil).refuses(409, "conflict")
		c.do("DELETE", "/presence-statuses/"+statuses.str("items.2.id"), nil).is(204)
		c.do("PATCH", "/presence-statuses/"+statuses.str("items.1.id"), object{"kind": "away"}).refuses(422, "unprocessable")
		c.do("POST", "/presence-statuses", object{"name": "Phone", "kind": "online", "channels": []string{"pigeon"}}).refuses(422, "unprocessable")
		c.do("POST", "/presence-statuses", object{"name": "Texts", "kind": "online", "channels": []string{"sms"}}).is(201)
	})
}

func TestListsArePaged(t *testing.T) {
	each(t, func(w *world) {
		c := w.company("Acme")
		want := map[string]bool{}
		for i := range 7 {
			want[c.do("POST", "/quick-texts", object{"name": "Same name", "shortcut": fmt.Sprint("s", i), "text": "x"}).is(201).str("id")] = true
		}
		cursor, pages := "", 0
		for {
			got := c.do("GET", "/quick-texts?limit=3&cursor="+cursor, nil).is(200)
			pages++
			for _, v := range got.at("items").([]any) {
				id := v.(object)["id"].(string)
				if !want[id] {
					w.t.Fatalf("%s came twice or is foreign", id)
				}
				delete(want, id)
			}
			next, more := got.body["next_cursor"].(string)
			if !more {
				break
			}
			cursor = next
		}
		if pages != 3 || len(want) != 0 {
			w.t.Fatalf("%d pages, %d left out", pages, len(want))
		}
	})
}

func TestQuickTextsOrganisationAndChecklist(t *testing.T) {
	each(t, func(w *world) {
		c := w.company("Acme")
		made := c.do("POST", "/quick-texts", object{"name": "Hi", "shortcut": "/HI", "text": "Hi {{customer.name}}", "language": "de-at"}).is(201)
		if made.str("shortcut") != "hi" || made.str("language") != "de-AT" {
			w.t.Fatalf("made %s", made.text)
		}
		c.do("POST", "/quick-texts", object{"name": "Hi", "shortcut": "hi", "text": "x", "language": "de-AT"}).refuses(409, "conflict")
		other := c.do("POST", "/quick-texts", object{"name": "Hi", "shortcut": "hi", "text": "x"}).is(201).str("id")
		c.do("PATCH", "/quick-texts/"+other, object{"language": "de-AT"}).refuses(409, "conflict")
		c.do("POST", "/quick-texts", object{"name": "Hi", "shortcut": "no", "text": "{{customer.salary}}"}).refuses(422, "unprocessable")
		c.do("DELETE", "/quick-texts/"+other, nil).is(204)

		c.do("PATCH", "/organisation", object{"time_zone": "Europe/Nowhere"}).refuses(422, "unprocessable")
		c.do("PATCH", "/organisation", object{"language": "klingonisch"}).refuses(422, "unprocessable")
		if o := c.do("PATCH", "/organisation", object{"time_zone": "Europe/Vienna", "language": "de-at"}).is(200); o.str("language") != "de-AT" || o.str("name") != "Acme" {
			w.t.Fatalf("organisation %s", o.text)
		}

		done := func() map[string]bool {
			out := map[string]bool{}
			for _, v := range c.do("GET", "/setup/checklist", nil).is(200).at("items").([]any) {
				out[v.(object)["key"].(string)] = v.(object)["done"].(bool)
			}
			return out
		}
		if d := done(); d["channel"] || d["test_message"] || !d["agent"] {
			w.t.Fatalf("begun with %v", d)
		}
		agent, _ := c.user("Anna", "agent")
		c.receive("whatsapp", "hello", agent)
		if d := done(); !d["channel"] || !d["test_message"] || d["deployment"] {
			w.t.Fatalf("went on with %v", d)
		}
		c.do("GET", "/delivery-errors", nil).is(200)
		c.do("GET", "/quarantine", nil).is(200)
	})
}
