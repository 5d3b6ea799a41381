package staff_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestLogin(t *testing.T) {
	each(t, func(w *world) {
		c := w.company("Acme")
		in := w.call("", "POST", "/api/v1/login", object{"email": strings.ToUpper(c.email), "password": password}).is(200)
		if in.str("user.email") != c.email || in.str("user.role") != "admin" {
			w.t.Fatalf("somebody else signed in: %s", in.text)
		}
		me := w.call(in.str("token"), "GET", "/api/v1/me", nil).is(200)
		if me.str("organisation.key") != c.key || len(c.key) != 15 || !strings.HasPrefix(c.key, "00D") {
			w.t.Fatalf("organisation %s", me.text)
		}
		if me.str("presence.status.kind") != "offline" {
			w.t.Fatalf("who just came has no presence: %s", me.text)
		}
		w.call("", "POST", "/api/v1/login", object{"email": c.email, "password": "wrong password"}).refuses(401, "bad_login")
		w.call("", "POST", "/api/v1/login", object{"email": "nobody@example.com", "password": password}).refuses(401, "bad_login")
		w.call("", "POST", "/api/v1/login", object{"email": c.email, "password": password, "organisation": "00Dxxxxxxxxxxxx"}).refuses(403, "no_permission")
		w.call(in.str("token"), "POST", "/api/v1/logout", nil).is(204)
		w.call(in.str("token"), "GET", "/api/v1/me", nil).refuses(401, "unauthorized")
		w.call("", "GET", "/api/v1/me", nil).refuses(401, "unauthorized")
	})
}

func TestUnknownEmailTakesAsLongAsAWrongPassword(t *testing.T) {
	each(t, func(w *world) {
		c := w.company("Acme")
		took := func(email string) time.Duration {
			least := time.Hour
			for range 4 {
				began := time.Now()
				w.call("", "POST", "/api/v1/login", object{"email": email, "password": "wrong password"}).refuses(401, "bad_login")
				least = min(least, time.Since(began))
			}
			return least
		}
		known, unknown := took(c.email), took("nobody@example.com")
		if unknown < known/3 {
			w.t.Fatalf("an unknown e-mail is told by its time: %v against %v", unknown, known)
		}
	})
}

func TestGuessingIsSlowedDown(t *testing.T) {
	each(t, func(w *world) {
		c := w.company("Acme")
		var last reply
		for range 11 {
			last = w.call("", "POST", "/api/v1/login", object{"email": c.email, "password": "guess number one"})
		}
		last.refuses(429, "rate_limited")
		if last.header.Get("Retry-After") == "" {
			w.t.Fatal("no Retry-After")
		}
		// The right password has to wait as well; another person has not.
		w.call("", "POST", "/api/v1/login", object{"email": c.email, "password": password}).refuses(429, "rate_limited")
		w.call("", "POST", "/api/v1/login", object{"email": "other@example.com", "password": password}).refuses(401, "bad_login")
	})
}

// Strangers' guesses, from however many networks, keep nobody out of a browser in which they signed in.
func TestStrangersLockNobodyOut(t *testing.T) {
	each(t, func(w *world) {
		c := w.company("Acme")
		w.api.ClientIP = func(r *http.Request) string { return r.Header.Get("Test-Address") }
		login := func(from, password string, headers ...string) reply {
			return w.call("", "POST", "/api/v1/login", object{"email": c.email, "password": password}, append(headers, "Test-Address", from)...)
		}
		in := login("192.0.2.7", password).is(200)
		var device string
		for _, set := range in.header.Values("Set-Cookie") {
			if strings.HasPrefix(set, "sb_device=") && strings.Contains(set, "HttpOnly") && strings.Contains(set, "SameSite=Lax") {
				device, _, _ = strings.Cut(set, ";")
			}
		}
		refused := false
		for i := range 60 {
			refused = login(fmt.Sprintf("198.51.%d.1", i), "guess number one").status == http.StatusTooManyRequests
		}
		if !refused {
			w.t.Fatal("guessing from many networks is not slowed down")
		}
		login("203.0.113.1", password).refuses(429, "rate_limited")
		login("203.0.113.1", password, "Cookie", device).is(200)
		login("192.0.2.8", password).is(200) // a network in which she signed in
		for range 20 {
			login("192.0.2.9", "guess number one")
		}
		login("192.0.2.7", password).refuses(429, "rate_limited")
		login("192.0.2.7", password, "Cookie", device).is(200)
	})
}

func TestCookieNeedsItsToken(t *testing.T) {
	each(t, func(w *world) {
		c := w.company("Acme")
		in := w.call("", "POST", "/api/v1/login", object{"email": c.email, "password": password}).is(200)
		set := in.header.Get("Set-Cookie")
		for _, part := range []string{"sb_session=", "HttpOnly", "SameSite=Lax"} {
			if !strings.Contains(set, part) {
				w.t.Fatalf("cookie %q lacks %s", set, part)
			}
		}
		cookie, _, _ := strings.Cut(set, ";")
		change := object{"name": "Acme renamed"}
		w.call("", "GET", "/api/v1/me", nil, "Cookie", cookie).is(200)
		w.call("", "PATCH", "/api/v1/organisation", change, "Cookie", cookie).refuses(403, "bad_csrf")
		w.call("", "PATCH", "/api/v1/organisation", change, "Cookie", cookie, "X-CSRF-Token", "guessed").refuses(403, "bad_csrf")
		w.call("", "PATCH", "/api/v1/organisation", change, "Cookie", cookie, "X-CSRF-Token", in.str("csrf")).is(200)
	})
}

func TestAPIKeys(t *testing.T) {
	each(t, func(w *world) {
		c := w.company("Acme")
		made := c.do("POST", "/api-keys", object{"name": "robot", "scopes": []string{"setup.view", "queue.configure"}}).is(201)
		key, id := made.str("key"), made.str("id")
		if !strings.HasPrefix(key, "sk_") || strings.Contains(c.do("GET", "/api-keys/"+id, nil).is(200).text, key) {
			w.t.Fatalf("the key %s is told twice", key)
		}
		w.call(key, "GET", "/api/v1/queues", nil).is(200)
		w.call(key, "POST", "/api/v1/queues", object{"name": "Sales"}).is(201)
		w.call(key, "GET", "/api/v1/api-keys", nil).refuses(403, "no_permission")
		w.call(key, "GET", "/api/v1/me", nil).is(200)
		if c.do("GET", "/api-keys/"+id, nil).is(200).body["last_used_at"] == nil {
			w.t.Fatal("its use was not noted")
		}
		c.do("POST", "/api-keys", object{"name": "bad", "scopes": []string{"world.rule"}}).refuses(422, "unprocessable")
		c.do("DELETE", "/api-keys/"+id, nil).is(204)
		w.call(key, "GET", "/api/v1/queues", nil).refuses(401, "unauthorized")
		c.do("GET", "/api-keys/"+id, nil).refuses(404, "not_found")
	})
}

func TestNobodyGrantsMoreThanTheyHave(t *testing.T) {
	each(t, func(w *world) {
		c := w.company("Acme")
		c.do("POST", "/permission-sets", object{"api_name": "manager", "name": "Manager",
			"permissions": []string{"setup.view", "user.manage", "permission_set.manage", "api_key.manage"}}).is(201)
		_, manager := c.user("Mona", "manager")
		agent, _ := c.user("Anna", "agent")
		admin := c.do("GET", "/me", nil).is(200).str("user.id")
		as := func(method, path string, body any) reply { return w.call(manager, method, "/api/v1"+path, body) }
		as("POST", "/api-keys", object{"name": "k", "scopes": []string{"channel.configure"}}).refuses(403, "no_permission")
		as("POST", "/users", object{"name": "X", "email": "x@example.com", "role": "admin"}).refuses(403, "no_permission")
		as("POST", "/permission-sets", object{"api_name": "all", "name": "All", "permissions": []string{"channel.configure"}}).refuses(403, "no_permission")
		as("POST", "/users/"+admin+"/reset", nil).refuses(403, "no_permission")
		as("PATCH", "/users/"+admin, object{"active": false}).refuses(403, "no_permission")
		as("PATCH", "/users/"+agent, object{"role": "admin"}).refuses(403, "no_permission")
	})
}

func TestUsers(t *testing.T) {
	each(t, func(w *world) {
		c := w.company("Acme")
		queue := c.do("POST", "/queues", object{"name": "Sales"}).is(201).str("id")
		made := c.do("POST", "/users", object{"name": "Anna", "email": "Anna@Example.com", "role": "agent", "queues": []string{queue}}).is(201)
		id, link := made.str("id"), made.str("invite_link")
		if made.at("invited") != true || made.str("email") != "anna@example.com" || made.str("queues.0") != queue {
			w.t.Fatalf("invited as %s", made.text)
		}
		c.do("POST", "/users", object{"name": "Anna again", "email": "anna@example.com", "role": "agent"}).refuses(409, "conflict")
		again := c.do("POST", "/users/"+id+"/invite", nil).is(200).str("link")
		token := func(link string) string { return "/api/v1/invitations/" + link[strings.LastIndex(link, "/")+1:] }
		w.call("", "GET", token(link), nil).refuses(404, "not_found")
		if shown := w.call("", "GET", token(again), nil).is(200); shown.str("organisation") != "Acme" {
			w.t.Fatalf("the link shows %s", shown.text)
		}
		w.call("", "POST", token(again), object{"password": "short"}).refuses(422, "unprocessable")
		in := w.call("", "POST", token(again), object{"name": "Anna Berg", "password": password}).is(200).str("token")
		w.call("", "POST", token(again), object{"password": password}).refuses(404, "not_found")
		c.do("POST", "/users/"+id+"/invite", nil).refuses(409, "conflict")

		reset := c.do("POST", "/users/"+id+"/reset", nil).is(200).str("link")
		w.call("", "POST", token(reset), object{"password": "another good password"}).is(200)
		w.call(in, "GET", "/api/v1/me", nil).refuses(401, "unauthorized")
		in = w.call("", "POST", "/api/v1/login", object{"email": "anna@example.com", "password": "another good password"}).is(200).str("token")

		changed := c.do("PATCH", "/users/"+id, object{"capacity": 9, "role": "supervisor"}).is(200)
		if changed.at("capacity") != 9.0 || changed.str("role") != "supervisor" || changed.str("name") != "Anna Berg" || changed.str("queues.0") != queue {
			w.t.Fatalf("changed to %s", changed.text)
		}
		w.call(in, "GET", "/api/v1/setup/checklist", nil).is(200)
		c.do("PATCH", "/users/"+id, object{"role": "agent"}).is(200)
		w.call(in, "GET", "/api/v1/setup/checklist", nil).refuses(403, "no_permission")
		c.do("PATCH", "/users/"+id, object{"active": false}).is(200)
		w.call(in, "GET", "/api/v1/me", nil).refuses(401, "unauthorized")
		c.do("DELETE", "/users/"+id, nil).is(204)
		c.do("GET", "/users/"+id, nil).refuses(404, "not_found")

		admin := c.do("GET", "/me", nil).is(200).str("user.id")
		c.do("PATCH", "/users/"+admin, object{"role": "agent"}).refuses(409, "conflict")
		c.do("DELETE", "/users/"+admin, nil).refuses(409, "conflict")
	})
}

// What an administrator of one organisation does must not open another, whoever invited first.
func TestAnOrganisationsLinksOpenNoOther(t *testing.T) {
	each(t, func(w *world) {
		a, b := w.company("Acme"), w.company("Bolt")
		const email = "vera@example.com"
		path := func(made reply, field string) string {
			link := made.str(field)
			return "/api/v1/invitations/" + link[strings.LastIndex(link, "/")+1:]
		}
		login := func(password, organisation string) reply {
			return w.call("", "POST", "/api/v1/login", object{"email": email, "password": password, "organisation": organisation})
		}
		const inA, inB = "the password at Acme", "the password at Bolt"
		byA := a.do("POST", "/users", object{"name": "Vera", "email": email, "role": "admin"}).is(201)
		byB := b.do("POST", "/users", object{"name": "Vera", "email": email, "role": "agent"}).is(201)

		// Bolt's link is taken first: it opens Bolt and nothing else, and Acme's still does its work.
		atB := w.call("", "POST", path(byB, "invite_link"), object{"password": inB}).is(200).str("token")
		login(inB, a.key).refuses(403, "no_permission")
		atA := w.call("", "POST", path(byA, "invite_link"), object{"password": inA}).is(200)
		if n := len(atA.at("organisations").([]any)); n != 1 {
			w.t.Fatalf("a link to one organisation opened %d", n)
		}
		if got := login(inA, "").is(200); got.str("organisations.0.key") != a.key || len(got.at("organisations").([]any)) != 1 {
			w.t.Fatalf("Acme's password opens %s", got.text)
		}
		login(inA, b.key).refuses(403, "no_permission")
		login(inB, a.key).refuses(403, "no_permission")

		// A reset at Bolt ends her sessions there, not at Acme, and leaves Acme's password alone.
		reset := b.do("POST", "/users/"+byB.str("id")+"/reset", nil).is(200)
		w.call("", "POST", path(reset, "link"), object{"password": inB + " 2"}).is(200)
		w.call(atB, "GET", "/api/v1/me", nil).refuses(401, "unauthorized")
		w.call(atA.str("token"), "GET", "/api/v1/me", nil).is(200)
		login(inB, "").refuses(401, "bad_login")
		login(inA, "").is(200)

		// Who likes one password better has it, and opens both with it.
		reset = b.do("POST", "/users/"+byB.str("id")+"/reset", nil).is(200)
		w.call("", "POST", path(reset, "link"), object{"password": inA}).is(200)
		if both := login(inA, b.key).is(200); len(both.at("organisations").([]any)) != 2 ||
			w.call(both.str("token"), "GET", "/api/v1/me", nil).is(200).str("organisation.key") != b.key {
			w.t.Fatalf("organisations %s", both.text)
		}
		// Switched off at Bolt she still works at Acme.
		b.do("PATCH", "/users/"+byB.str("id"), object{"active": false}).is(200)
		if got := login(inA, "").is(200); len(got.at("organisations").([]any)) != 1 {
			w.t.Fatalf("organisations %s", got.text)
		}
	})
}

func TestCredentialsAreRemembered(t *testing.T) {
	each(t, func(w *world) {
		c := w.company("Acme")
		key := c.do("POST", "/api-keys", object{"name": "robot", "scopes": []string{"setup.view"}}).is(201).str("key")
		ctx := context.Background()
		if _, err := w.staff.Authenticate(ctx, key); err != nil {
			w.t.Fatal(err)
		}
		const n = 2000
		began := time.Now()
		for range n {
			if _, err := w.staff.Authenticate(ctx, key); err != nil {
				w.t.Fatal(err)
			}
		}
		if each := time.Since(began) / n; each > 20*time.Microsecond {
			w.t.Errorf("a known key costs %v, want at most 20 µs", each)
		}
	})
}

func TestErrorsRepeatNothing(t *testing.T) {
	each(t, func(w *world) {
		c := w.company("Acme")
		secret := "hunter2hunter2"
		for _, body := range []string{`{"password":"` + secret, `{"password":{"x":"` + secret + `"},"email":"a"}`, `{"pass":"` + secret + `"}`, `"` + secret + `"`} {
			got := w.call("", "POST", "/api/v1/login", body)
			if got.status != 400 && got.status != 422 || strings.Contains(got.text, secret) {
				w.t.Errorf("%s answered %d %s", body, got.status, got.text)
			}
		}
		c.do("GET", "/queues/not-an-id", nil).refuses(400, "malformed")
		c.do("POST", "/queues", object{"name": "x", "members": []string{"not-an-id"}}).refuses(400, "malformed")
		c.do("POST", "/queues", object{"name": "x", "colour": "red"}).refuses(422, "unprocessable")
		c.do("GET", "/queues?limit=201", nil).refuses(400, "malformed")
		c.do("GET", "/queues?cursor=xyz", nil).refuses(400, "malformed")
		c.do("GET", "/nothing-here", nil).refuses(404, "not_found")
		c.do("POST", "/queues", `{"name":"`+strings.Repeat("x", 1<<20)+`"}`).refuses(413, "too_large")
		if id := c.do("GET", "/me", nil, "Traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01").header.Get("X-Request-Id"); id != "0af7651916cd43dd8448eb211c80319c" {
			w.t.Errorf("request id %q", id)
		}
	})
}

func TestSecureCookieOnHTTPS(t *testing.T) {
	each(t, func(w *world) {
		c := w.company("Acme")
		w.api.PublicURL = "https://switchboard.test"
		in := w.call("", "POST", "/api/v1/login", object{"email": c.email, "password": password}).is(http.StatusOK)
		if !strings.Contains(in.header.Get("Set-Cookie"), "Secure") {
			w.t.Fatalf("cookie %q", in.header.Get("Set-Cookie"))
		}
	})
}
