package staff_test

import (
	"bytes"
	"context"
	"encoding/json"
	"image"
	pictures "image/png"
	"io"
	"net/http"
	"strings"
	"testing"

	"switchboard/internal/channel"
	"switchboard/internal/sandbox"
)

// played lets the sandbox be the provider of every channel, with somebody who holds the number.
func (c *company) played() (number func(body string) map[string]any) {
	c.t.Helper()
	s := sandbox.New(sandbox.Config{Accounts: everyAccount{c}, HTTP: http.DefaultClient, Problem: func(w http.ResponseWriter, _ *http.Request, err error) { http.Error(w, err.Error(), 400) }})
	c.t.Cleanup(s.Stop)
	graph, api := s.Handler(), s.API()
	c.provider = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, sandbox.APIPath) {
			api.ServeHTTP(w, r)
			return
		}
		r.URL.Path = sandbox.GraphPath + r.URL.Path
		graph.ServeHTTP(w, r)
	})
	return func(body string) map[string]any {
		c.t.Helper()
		method, path, _ := strings.Cut(body, " ")
		path, text, _ := strings.Cut(path, " ")
		r, err := http.NewRequest(method, c.upstream.URL+sandbox.APIPath+"/channels/"+path+"/number", strings.NewReader(text))
		if err != nil {
			c.t.Fatal(err)
		}
		return c.answer(r).is(200).body
	}
}

// answer makes any request.
func (c *company) answer(r *http.Request) reply {
	c.t.Helper()
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		c.t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	out := reply{t: c.t, what: r.URL.Path, status: res.StatusCode, header: res.Header, text: string(text)}
	if err := json.Unmarshal(text, &out.body); err != nil {
		c.t.Fatalf("%v in %q", err, text)
	}
	return out
}

type everyAccount struct{ c *company }

func (e everyAccount) SandboxAccounts(ctx context.Context) ([]channel.Account, error) {
	rows, err := e.c.db.SandboxAccounts(ctx)
	var out []channel.Account
	for _, row := range rows {
		row.BaseURL, row.WebhookURL = e.c.upstream.URL, e.c.server.URL
		out = append(out, row.Account)
	}
	return out, err
}

func square(t *testing.T, side int) string {
	t.Helper()
	var b bytes.Buffer
	if err := pictures.Encode(&b, image.NewGray(image.Rect(0, 0, side, side))); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestBusinessProfile(t *testing.T) {
	each(t, func(w *world) {
		c := w.company("Acme")
		c.played()
		path := "/channels/" + c.do("POST", "/channels", object{"type": "whatsapp", "name": "Chat", "sandbox": true}).is(201).str("id") + "/profile"
		empty := c.do("GET", path, nil).is(200)
		if empty.at("rules.description_max") != 138.0 || empty.str("description") != "" {
			w.t.Fatalf("at first %s", empty.text)
		}
		saved := c.do("PUT", path, object{"about": "Bicycles 🚲", "address": "Ring 1, Vienna", "description": strings.Repeat("ü", 138), "email": "shop@example.com",
			"websites": []string{"https://shop.example.com", " "}, "vertical": "RETAIL"}).is(200)
		if saved.str("about") != "Bicycles 🚲" || saved.str("websites.0") != "https://shop.example.com" || saved.str("vertical") != "RETAIL" || saved.str("email") != "shop@example.com" {
			w.t.Fatalf("saved %s", saved.text)
		}
		// What is emptied is empty at the provider, but for the line that it insists on.
		if again := c.do("PUT", path, object{"description": "Short"}).is(200); again.str("address") != "" || again.str("about") != "Bicycles 🚲" || len(again.at("websites").([]any)) != 0 {
			w.t.Fatalf("emptied %s", again.text)
		}
		bad := c.do("PUT", path, object{"description": strings.Repeat("x", 139), "email": "nobody", "vertical": "SPACE", "websites": []string{"javascript:alert(1)", "https://a.example", "https://b.example"}}).refuses(422, "unprocessable")
		for _, field := range []string{"description", "email", "vertical", "websites", "websites.0"} {
			if bad.at("errors") == nil && !strings.Contains(bad.text, `"`+field+`"`) {
				w.t.Errorf("nothing about %s in %s", field, bad.text)
			}
		}

		small := c.upload(c.admin, "small.png", square(w.t, 639)).is(201).str("id")
		if got := c.do("PUT", path, object{"picture_file_id": small}).refuses(422, "unprocessable"); !strings.Contains(got.text, "640") {
			w.t.Errorf("refused without saying what is needed: %s", got.text)
		}
		c.do("PUT", path, object{"picture_file_id": c.upload(c.admin, "logo.png", "%PDF-1.4 no picture").is(201).str("id")}).refuses(422, "unprocessable")
		_, agent := c.user("Anna", "agent")
		others := c.upload(agent, "logo.png", square(w.t, 640)).is(201).str("id")
		c.do("PUT", path, object{"picture_file_id": others}).refuses(422, "unprocessable")
		if got := c.do("PUT", path, object{"picture_file_id": c.upload(c.admin, "logo.png", square(w.t, 640)).is(201).str("id")}).is(200); got.str("picture_url") == "" {
			w.t.Errorf("no picture: %s", got.text)
		}
		c.call(agent, "GET", "/api/v1"+path, nil).refuses(403, "no_permission")
		c.call(agent, "PUT", "/api/v1"+path, object{}).refuses(403, "no_permission")
		other := w.company("Other")
		other.do("GET", path, nil).refuses(404, "not_found")
		sms := c.do("POST", "/channels", object{"type": "sms", "name": "Text", "sandbox": true}).is(201).str("id")
		c.do("GET", "/channels/"+sms+"/profile", nil).refuses(409, "capability_missing")
		c.do("GET", "/channels/"+sms+"/number", nil).refuses(409, "capability_missing")
	})
}

func TestNumberIsVerified(t *testing.T) {
	each(t, func(w *world) {
		c := w.company("Acme")
		number := c.played()
		id := c.do("POST", "/channels", object{"type": "whatsapp", "name": "Chat", "sandbox": true}).is(201).str("id")
		path := "/channels/" + id + "/number"
		number("PATCH " + id + ` {"verified":false,"registered":false}`)
		if got := c.do("POST", path+"/refresh", nil).is(200); got.at("verified") != false || got.str("status") != "pending" || got.str("quality") != "high" || got.at("daily.allowed") != 250.0 {
			w.t.Fatalf("at first %s", got.text)
		}
		c.do("POST", path+"/register", object{"pin": "123456"}).refuses(422, "delivery_failed")
		c.do("POST", path+"/register", object{"pin": "12"}).refuses(422, "unprocessable")
		c.do("POST", path+"/code", object{"way": "pigeon"}).refuses(422, "unprocessable")
		c.do("POST", path+"/code", object{"way": "sms", "language": "klingon"}).refuses(422, "unprocessable")
		number("PATCH " + id + ` {"refuse_code":true}`)
		if got := c.do("POST", path+"/code", object{"way": "sms"}).refuses(422, "delivery_failed"); !strings.Contains(got.text, "Too many codes") {
			w.t.Errorf("the provider's reason is missing: %s", got.text)
		}
		number("PATCH " + id + ` {"refuse_code":false}`)
		c.do("POST", path+"/code", object{"way": "call", "language": "de"}).is(200)
		came := number("GET " + id)
		if came["code_way"] != "voice" {
			w.t.Fatalf("came %v", came)
		}
		c.do("POST", path+"/verify", object{"code": "abc"}).refuses(422, "unprocessable")
		c.do("POST", path+"/verify", object{"code": "000000"}).refuses(422, "delivery_failed")
		code := came["code"].(string)
		if got := c.do("POST", path+"/verify", object{"code": code[:3] + "-" + code[3:]}).is(200); got.at("verified") != true || got.str("status") != "pending" {
			w.t.Fatalf("verified %s", got.text)
		}
		if got := c.do("POST", path+"/register", object{"pin": "123456"}).is(200); got.str("status") != "connected" {
			w.t.Fatalf("registered %s", got.text)
		}
		c.do("POST", path+"/register", object{"pin": "654321"}).refuses(422, "delivery_failed")

		for _, address := range []string{"12345", "44636"} {
			if got := c.do("POST", "/channels", object{"type": "whatsapp", "name": "Short", "address": address, "sandbox": true}).refuses(422, "unprocessable"); !strings.Contains(got.text, "short codes") {
				w.t.Errorf("%s: %s", address, got.text)
			}
		}
	})
}

func TestLimitsOfABusinessAccount(t *testing.T) {
	each(t, func(w *world) {
		c := w.company("Acme")
		number := c.played()
		line := func(name, account string) reply {
			return c.do("POST", "/channels", object{"type": "whatsapp", "name": name, "sandbox": true, "settings": object{"waba_id": account}})
		}
		id := line("One", "100200300").is(201).str("id")
		path := "/channels/" + id
		at := c.do("GET", path+"/number", nil).is(200)
		if at.at("numbers.used") != 1.0 || at.at("numbers.allowed") != 20.0 || at.at("templates.allowed") != 250.0 || at.str("numbers.source") != "usual" || at.at("read_at") != nil {
			w.t.Fatalf("before it was asked %s", at.text)
		}
		number("PATCH " + id + ` {"daily_limit":"TIER_2K","templates_limit":8}`)
		asked := c.do("POST", path+"/number/refresh", nil).is(200)
		if asked.at("daily.allowed") != 2000.0 || asked.at("templates.used") != 6.0 || asked.at("templates.allowed") != 8.0 || asked.str("templates.source") != "provider" {
			w.t.Fatalf("asked %s", asked.text)
		}
		c.do("POST", "/templates", object{"channel_id": id, "name": "mine_0", "language": "en_US", "body": "Hello"}).is(201)
		number("PATCH " + id + ` {"templates_limit":6}`)
		c.do("POST", path+"/number/refresh", nil).is(200)
		if got := c.do("POST", "/templates", object{"channel_id": id, "name": "more", "language": "en_US", "body": "Hello"}).refuses(409, "limit_reached"); got.at("source") != "provider" || !strings.Contains(got.str("detail"), "provider") {
			w.t.Fatalf("refused %s", got.text)
		}
		c.do("POST", "/templates", object{"channel_id": id, "name": "mine_0", "language": "de", "body": "Hallo"}).is(201) // a translation

		c.do("PUT", path+"/limits", object{"numbers": 2, "templates": -1}).refuses(422, "unprocessable")
		if got := c.do("PUT", path+"/limits", object{"numbers": 2, "templates": 0}).is(200); got.at("numbers.allowed") != 2.0 || got.str("numbers.source") != "set" {
			w.t.Fatalf("set %s", got.text)
		}
		second := line("Two", "100200300").is(201).str("id")
		if got := line("Three", "100200300").refuses(409, "limit_reached"); got.at("source") != "set" || !strings.Contains(got.str("detail"), "installation") {
			w.t.Fatalf("refused %s", got.text)
		}
		third := line("Three", "999888777").is(201).str("id")
		c.do("PATCH", "/channels/"+third, object{"settings": object{"waba_id": "100200300", "phone_number_id": "55555"}}).refuses(409, "limit_reached")
		if got := c.do("GET", "/channels/"+second+"/number", nil).is(200); got.at("numbers.used") != 2.0 || got.at("numbers.allowed") != 2.0 {
			w.t.Fatalf("the other number of the account %s", got.text)
		}
		_, agent := c.user("Anna", "agent")
		c.call(agent, "PUT", "/api/v1"+path+"/limits", object{"numbers": 5, "templates": 5}).refuses(403, "no_permission")
		// Another organisation's account of the same name is another account.
		other := w.company("Other")
		other.do("GET", path+"/number", nil).refuses(404, "not_found")
		theirs := other.do("POST", "/channels", object{"type": "whatsapp", "name": "One", "sandbox": true, "settings": object{"waba_id": "100200300"}}).is(201).str("id")
		if got := other.do("GET", "/channels/"+theirs+"/number", nil).is(200); got.at("numbers.used") != 1.0 || got.at("numbers.allowed") != 20.0 {
			w.t.Fatalf("theirs %s", got.text)
		}
	})
}
