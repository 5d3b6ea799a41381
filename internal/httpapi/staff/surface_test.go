package staff_test

import (
	"bytes"
	"cmp"
	"encoding/json"
	"io"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"

	staffapi "switchboard/internal/httpapi/staff"
	"switchboard/internal/staff"
)

// belongings is an id of everything that an organisation can have, by the first part of its path.
func (c *company) belongings() map[string]string {
	c.t.Helper()
	agent, _ := c.user("Owner", "agent")
	got := c.receive("whatsapp", "hello", agent)
	web := c.do("POST", "/channels", object{"type": "web", "name": "Site"}).is(201).str("id")
	made := func(path string, body object) string { return c.do("POST", path, body).is(201).str("id") }
	key := made("/keys", object{"name": "Shop", "jwk": publicJWK(c.t, "one")})
	return map[string]string{
		"conversations": got.conversation.String(), "sessions": got.session.String(), "offers": got.offer.String(), "messaging-users": got.customer.String(),
		"channels": got.channel.String(), "users": agent, "entry": got.entry.String(), "web": web, "files": c.upload(c.admin, "a.txt", "hello").is(201).str("id"),
		"deployments":            made("/deployments", object{"name": "Shop", "channel_id": web}),
		"keys":                   key,
		"keysets":                made("/keysets", object{"name": "Shop", "issuer": "https://shop.example", "keys": []string{key}}),
		"templates":              made("/templates", object{"channel_id": got.channel.String(), "name": "hello", "language": "en_US", "body": "Hello {{1}}"}),
		"quick-texts":            made("/quick-texts", object{"name": "Hi", "shortcut": "hi", "text": "Hi {{customer.name}}"}),
		"sensitive-data-rules":   made("/sensitive-data-rules", object{"name": "Cards", "active": true, "preset": "payment_card", "action": "remove", "authors": []string{"customer"}}),
		"queues":                 made("/queues", object{"name": "Sales", "members": []string{agent}}),
		"routing-configurations": made("/routing-configurations", object{"name": "Fast"}),
		"presence-statuses":      made("/presence-statuses", object{"name": "Lunch", "kind": "away"}),
		"permission-sets":        made("/permission-sets", object{"api_name": "few", "name": "Few", "permissions": []string{"note.write"}}),
		"api-keys":               made("/api-keys", object{"name": "k", "scopes": []string{"setup.view"}}),
		"me":                     made("/me/push-subscriptions", c.pushes.subscription(c.id.String())),
	}
}

func (w *world) upload(token, name, text string) reply {
	w.t.Helper()
	var form bytes.Buffer
	m := multipart.NewWriter(&form)
	part, err := m.CreateFormFile("file", name)
	if err != nil {
		w.t.Fatal(err)
	}
	_, _ = io.WriteString(part, text)
	_ = m.Close()
	return w.call(token, "POST", "/api/v1/files", form.String(), "Content-Type", m.FormDataContentType())
}

// bodies that pass the form check, so that what is tested is who may.
var bodies = map[string]object{
	"POST /channels/{id}/production":     {"address": "+15550001111", "test_conversations": "keep"},
	"POST /conversations":                {"channel_id": "01890000-0000-7000-8000-000000000000", "to": "+436601234567", "text": "x"},
	"POST /conversations/{id}/messages":  {"text": "x"},
	"POST /messaging-users/{id}/consent": {"status": "opted_out"},
	"POST /consents":                     {"channel_id": "01890000-0000-7000-8000-000000000000", "number": "+436601234567", "status": "opted_out"},
	"POST /conversations/{id}/notes":     {"text": "x"},
	"POST /conversations/{id}/read":      {"seq": 1},
	"POST /sessions/{id}/transfer":       {"to": object{"type": "queue", "id": "01890000-0000-7000-8000-000000000000"}},
	"POST /sessions/{id}/flag":           {"raised": true},
	"PUT /conversations/{id}/draft":      {"mode": "reply", "text": "x"},
	"POST /conversations/{id}/reactions": {"entry_id": "01890000-0000-7000-8000-000000000000", "emoji": "👍"},
	"PUT /me/presence":                   {"status": "Busy"},

	"POST /channels/{id}/number/code":     {"way": "sms"},
	"POST /channels/{id}/number/verify":   {"code": "123456"},
	"POST /channels/{id}/number/register": {"pin": "123456"},
	"PUT /channels/{id}/limits":           {"numbers": 20, "templates": 250},
	"POST /keysets/{id}/check":            {"token": "x"},
	"POST /keysets/{id}/test-key":         {"subject": "x"},
}

// queries of lists that have to be told what is looked for: something that the other organisation has.
var queries = map[string]string{"/api/v1/search": "?q=hello"}

func filled(r staffapi.Route, ids map[string]string) string {
	path := strings.TrimPrefix(r.Path, "/api/v1")
	noun, _, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	known := func(noun string) string { return cmp.Or(ids[noun], "01890000-0000-7000-8000-000000000000") }
	return strings.NewReplacer("{id}", known(noun), "{entry_id}", known("entry"), "{token}", "x", "{code}", "DE").Replace(path)
}

func bodyOf(r staffapi.Route) any {
	if b, ok := bodies[r.Method+" "+strings.TrimPrefix(r.Path, "/api/v1")]; ok {
		return b
	}
	if r.Method == http.MethodGet || r.Method == http.MethodDelete {
		return nil
	}
	return object{}
}

func TestEveryRouteAsksForCredentials(t *testing.T) {
	each(t, func(w *world) {
		public := 0
		for _, r := range w.api.Routes() {
			if r.Permission == staffapi.Public {
				public++
				continue
			}
			w.call("", r.Method, "/api/v1"+filled(r, map[string]string{}), bodyOf(r)).refuses(401, "unauthorized")
			w.call("sk_unknown", r.Method, "/api/v1"+filled(r, map[string]string{}), bodyOf(r)).refuses(401, "unauthorized")
		}
		if public != 5 {
			w.t.Errorf("%d routes are public; login, the two of invitations and the two of an empty installation should be", public)
		}
	})
}

func TestEveryRouteAsksForItsPermission(t *testing.T) {
	each(t, func(w *world) {
		c := w.company("Acme")
		ids := map[string]string{}
		lacking := map[staff.Permission]string{} // an API key with all permissions but one
		for _, m := range staff.Catalogue() {
			var scopes []string
			for _, other := range staff.Catalogue() {
				if other.Permission != m.Permission {
					scopes = append(scopes, string(other.Permission))
				}
			}
			lacking[m.Permission] = c.do("POST", "/api-keys", object{"name": "all but " + string(m.Permission), "scopes": scopes}).is(201).str("key")
		}
		asked := map[staff.Permission]bool{}
		for _, r := range w.api.Routes() {
			if r.Permission == staffapi.Public || r.Permission == staffapi.SignedIn {
				continue
			}
			asked[r.Permission] = true
			got := w.call(lacking[r.Permission], r.Method, "/api/v1"+filled(r, ids), bodyOf(r)).refuses(403, "no_permission")
			if got.body["permission"] != string(r.Permission) {
				w.t.Errorf("%s %s is refused for %v, want %s", r.Method, r.Path, got.body["permission"], r.Permission)
			}
		}
	})
}

// Promise 9: every id of one organisation, with the credentials of another that may do everything.
func TestOrganisationsNeverMeet(t *testing.T) {
	each(t, func(w *world) {
		a, b := w.company("Acme"), w.company("Bolt")
		ids := a.belongings()
		tried := map[string]bool{}
		for _, r := range w.api.Routes() {
			if r.Permission == staffapi.Public {
				continue
			}
			if !strings.Contains(r.Path, "{id}") { // steps of the checklist have names, not ids
				if r.Method == http.MethodGet {
					answer := b.call(b.admin, "GET", "/api/v1"+filled(r, ids)+queries[r.Path], nil).is(200)
					for noun, id := range ids {
						if strings.Contains(answer.text, id) {
							w.t.Errorf("GET %s shows a foreign one of %s", r.Path, noun)
						}
					}
				}
				continue
			}
			noun, _, _ := strings.Cut(strings.TrimPrefix(r.Path, "/api/v1/"), "/")
			if ids[noun] == "" {
				w.t.Fatalf("no example of %s: add one to belongings", noun)
			}
			tried[noun] = true
			b.do(r.Method, filled(r, ids), bodyOf(r)).refuses(404, "not_found")
		}
		if len(tried) < 15 {
			w.t.Errorf("only %d nouns were tried", len(tried))
		}
		// Ids inside of bodies.
		own := b.belongings()
		for _, try := range []struct {
			method, path string
			body         object
		}{
			{"POST", "/queues", object{"name": "q1", "members": []string{ids["users"]}}},
			{"POST", "/queues", object{"name": "q2", "routing_configuration_id": ids["routing-configurations"]}},
			{"POST", "/queues", object{"name": "q3", "overflow_queue_id": ids["queues"], "overflow_after_seconds": 5}},
			{"POST", "/channels", object{"type": "web", "name": "w1", "routing": object{"mode": "queue", "queue_id": ids["queues"]}}},
			{"POST", "/deployments", object{"name": "d1", "channel_id": ids["web"]}},
			{"POST", "/templates", object{"channel_id": ids["channels"], "name": "t1", "language": "en", "body": "x"}},
			{"POST", "/users", object{"name": "u1", "email": "u1@example.com", "permission_set_id": ids["permission-sets"]}},
			{"POST", "/users", object{"name": "u2", "email": "u2@example.com", "role": "agent", "queues": []string{ids["queues"]}}},
			{"PATCH", "/users/" + own["users"], object{"permission_set_id": ids["permission-sets"]}},
			{"PATCH", "/users/" + own["users"], object{"queues": []string{ids["queues"]}}},
			{"PATCH", "/queues/" + own["queues"], object{"members": []string{ids["users"]}}},
			{"POST", "/conversations", object{"channel_id": ids["channels"], "to": "+436601234567", "text": "x"}},
			{"POST", "/conversations/" + own["conversations"] + "/messages", object{"file_id": ids["files"]}},
			{"POST", "/conversations/" + own["conversations"] + "/messages", object{"text": "x", "reply_to": ids["entry"]}},
			{"POST", "/conversations/" + own["conversations"] + "/messages", object{"template": object{"id": ids["templates"], "body": []string{"x"}}}},
			{"POST", "/conversations/" + own["conversations"] + "/retry/" + ids["entry"], nil},
			{"PUT", "/me/presence", object{"status": ids["presence-statuses"]}},
		} {
			got := b.do(try.method, try.path, try.body)
			if got.status != 404 && got.status != 422 {
				w.t.Errorf("%s %s with a foreign id: %d %s", try.method, try.path, got.status, got.text)
			}
		}
		for _, path := range []string{"/templates?channel=" + ids["channels"], "/conversations?scope=all&channel=" + ids["channels"], "/sessions?queue=" + ids["queues"]} {
			if got := b.do("GET", path, nil); got.status == 200 && len(got.at("items").([]any)) > 0 {
				w.t.Errorf("GET %s: %s", path, got.text)
			}
		}
	})
}

func TestDescription(t *testing.T) {
	each(t, func(w *world) {
		got := w.call("", "GET", "/api/openapi.json", nil).is(200)
		if got.body["openapi"] != "3.1.0" {
			w.t.Fatalf("openapi %v", got.body["openapi"])
		}
		paths := got.body["paths"].(object)
		for _, r := range w.api.Routes() {
			operations, _ := paths[r.Path].(object)
			op, _ := operations[strings.ToLower(r.Method)].(object)
			if op == nil || op["summary"] != r.Summary {
				w.t.Errorf("%s %s is not described", r.Method, r.Path)
				continue
			}
			if _, secured := op["security"]; secured == (r.Permission == staffapi.Public) {
				w.t.Errorf("%s %s: security %v", r.Method, r.Path, op["security"])
			}
		}
		for _, path := range []string{"/api/docs", "/api/docs.js", "/api/errors.json"} {
			res, err := http.Get(w.server.URL + path)
			if err != nil {
				w.t.Fatal(err)
			}
			text, _ := io.ReadAll(res.Body)
			_ = res.Body.Close()
			if res.StatusCode != 200 || bytes.Contains(text, []byte("https://")) {
				w.t.Errorf("GET %s: %d, and it must load nothing from elsewhere", path, res.StatusCode)
			}
		}
		var codes map[string][]object
		if err := json.Unmarshal([]byte(w.call("", "GET", "/api/errors.json", nil).is(200).text), &codes); err != nil || len(codes["delivery_codes"]) != 20 {
			w.t.Errorf("%d delivery codes, %v", len(codes["delivery_codes"]), err)
		}
	})
}
