package sandbox_test

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"switchboard/internal/channel"
	"switchboard/internal/fault"
	"switchboard/internal/message"
	"switchboard/internal/sandbox"
)

// TestMisbehaviour: each switch does on both providers what it says, as often as it says.
func TestMisbehaviour(t *testing.T) {
	for _, kind := range []channel.Type{channel.WhatsApp, channel.SMS} {
		t.Run(string(kind), func(t *testing.T) {
			w := newWorld(t)
			a := w.whatsapp
			if kind == channel.SMS {
				a = w.sms
			}
			p, _ := w.written(a)
			send := func() error {
				_, err := w.send(a, w.outbound(a, p, message.Content{Text: "Hi"}))
				return err
			}
			w.misbehave(a, sandbox.Misbehaviour{RateLimit: 1})
			refusedWith(t, send(), fault.Later, fault.CantSendNow, "")
			w.misbehave(a, sandbox.Misbehaviour{Fail: 2})
			refusedWith(t, send(), fault.Later, fault.ServiceFailed, "")
			refusedWith(t, send(), fault.Later, fault.ServiceFailed, "")
			w.misbehave(a, sandbox.Misbehaviour{Break: 1})
			refusedWith(t, send(), fault.Unknown, fault.ServiceFailed, "")
			if n := len(w.messages(p)); n != 1 {
				t.Errorf("%d messages on the phone: one that was refused was taken", n)
			}
			if err := send(); err != nil {
				t.Fatalf("out of order for longer than it was told: %v", err)
			}
			if got := w.statuses(2); !slices.Equal(got, []string{"sent", "delivered"}) {
				t.Errorf("in order: %v", got)
			}

			w.misbehave(a, sandbox.Misbehaviour{Reorder: true})
			if err := send(); err != nil {
				t.Fatal(err)
			}
			if got := w.statuses(2); !slices.Equal(got, []string{"delivered", "sent"}) {
				t.Errorf("out of order: %v", got)
			}

			w.misbehave(a, sandbox.Misbehaviour{Duplicate: true})
			w.say(p, map[string]any{"text": "Twice"})
			if first, second := w.next(), w.next(); first.ProviderID != second.ProviderID {
				t.Errorf("two ids: %s, %s", first.ProviderID, second.ProviderID)
			}

			w.misbehave(a, sandbox.Misbehaviour{Drop: 1})
			gone := w.say(p, map[string]any{"text": "Lost"})
			w.say(p, map[string]any{"text": "Found"})
			if e := w.next(); e.Content.Text != "Found" {
				t.Errorf("got %q", e.Content.Text)
			}
			w.until("the lost message is shown as lost", func() bool {
				return slices.ContainsFunc(w.messages(p), func(m sandbox.Message) bool { return m.ID == gone.ID && m.Status == "lost" })
			})

			w.misbehave(a, sandbox.Misbehaviour{SlowMS: 50})
			started := time.Now()
			if err := send(); err != nil || time.Since(started) < 50*time.Millisecond {
				t.Errorf("after %s: %v", time.Since(started), err)
			}
		})
	}
}

// TestWebhooksAreRepeated until they are taken; others pass meanwhile.
func TestWebhooksAreRepeated(t *testing.T) {
	w := newWorld(t)
	p := w.phone(w.whatsapp)
	w.mu.Lock()
	w.refuse = 3
	w.mu.Unlock()
	m := w.say(p, map[string]any{"text": "Persistent"})
	if e := w.next(); e.ProviderID != m.ID {
		t.Errorf("got %+v", e)
	}
	w.until("the message has its tick", func() bool { return w.messages(p)[0].Status == "sent" })
	var attempts []int
	for _, e := range w.exchange(w.whatsapp) {
		attempts = append(attempts, e.Attempt)
	}
	if !slices.Equal(attempts, []int{1, 2, 3, 4}) {
		t.Errorf("attempts %v", attempts)
	}
	w.mu.Lock()
	w.refuse = 5
	w.mu.Unlock()
	s := w.phone(w.sms)
	w.say(s, map[string]any{"text": "Given up"})
	w.until("Twilio gives up after five", func() bool { return w.messages(s)[0].Status == "lost" })
	select {
	case e := <-w.events:
		t.Errorf("it came all the same: %+v", e)
	default:
	}
}

// TestPublishedRequests: the provider's own examples pass the sandbox's checks, once their placeholders
// are filled in. Kinds that the sandbox doesn't play are refused by name.
func TestPublishedRequests(t *testing.T) {
	w := newWorld(t)
	w.files["f"] = png
	p, hello := w.written(w.whatsapp)
	raw, err := os.ReadFile("../channel/whatsapp/testdata/meta-examples.json")
	if err != nil {
		t.Fatal(err)
	}
	var examples struct {
		Requests map[string]json.RawMessage `json:"requests"`
	}
	if err := json.Unmarshal(raw, &examples); err != nil {
		t.Fatal(err)
	}
	fill := strings.NewReplacer("{{Recipient-Phone-Number}}", p.Number, "{{Recipient-WA-Phone-Number}}", p.Number, "+16505551234", p.Number, "16315555555", p.Number,
		"http(s)://image-url", w.server.URL+"/files/f", `\u003chttp(s)://audio-url\u003e`, w.server.URL+"/files/f",
		"wamid.HBgLM...", hello.ProviderID, "wamid.HBgLMTY1MDM4Nzk0MzkVAgASGBQzQUYzMjEzNDM2RTZGQ0MzMDJBRgA=", hello.ProviderID)
	taken := 0
	for name, body := range examples.Requests {
		text := fill.Replace(string(body))
		if strings.Contains(text, "_OBJECT_ID>") || strings.Contains(text, "-url>") || strings.Contains(text, "http(s)") ||
			strings.Contains(text, "<BUTTON_TEXT>") && strings.Contains(text, "list") && strings.Contains(text, "<LIST_SECTION") {
			continue // placeholders that stand for files or run over the limits
		}
		if strings.Contains(text, `"type": "template"`) && !strings.Contains(text, "hello_world") {
			continue // templates that this account doesn't have
		}
		req, _ := http.NewRequestWithContext(t.Context(), http.MethodPost, w.whatsapp.BaseURL+"/v23.0/106540352242922/messages", strings.NewReader(text))
		req.Header.Set("Authorization", "Bearer t0ken-of-access")
		req.Header.Set("Content-Type", "application/json")
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		answer, _ := io.ReadAll(res.Body)
		res.Body.Close()
		switch {
		case res.StatusCode == http.StatusOK:
			taken++
		case strings.Contains(string(answer), "The sandbox plays interactive messages"), strings.Contains(string(answer), "unknown field"):
		default:
			t.Errorf("%s: %d %s", name, res.StatusCode, answer)
		}
	}
	if taken < 8 {
		t.Errorf("only %d of %d examples were tried and taken", taken, len(examples.Requests))
	}
}

// TestGraphIsStrict about what the provider is strict about.
func TestGraphIsStrict(t *testing.T) {
	w := newWorld(t)
	p, _ := w.written(w.whatsapp)
	head := `{"messaging_product":"whatsapp","to":"` + p.Number + `",`
	long := strings.Repeat("x", 4097)
	for name, body := range map[string]string{
		"no product":          `{"to":"` + p.Number + `","type":"text","text":{"body":"x"}}`,
		"unknown field":       head + `"type":"text","text":{"body":"x"},"colour":"red"}`,
		"no recipient":        `{"messaging_product":"whatsapp","type":"text","text":{"body":"x"}}`,
		"empty text":          head + `"type":"text","text":{"body":""}}`,
		"long text":           head + `"type":"text","text":{"body":"` + long + `"}}`,
		"unknown type":        head + `"type":"poll"}`,
		"type without part":   head + `"type":"image"}`,
		"id and link":         head + `"type":"image","image":{"id":"1","link":"http://x/y"}}`,
		"unknown file":        head + `"type":"image","image":{"id":"1"}}`,
		"bad link":            head + `"type":"image","image":{"link":"ftp://x"}}`,
		"audio caption":       head + `"type":"audio","audio":{"link":"http://x/y","caption":"c"}}`,
		"four buttons":        head + `"type":"interactive","interactive":{"type":"button","body":{"text":"?"},"action":{"buttons":[{"type":"reply","reply":{"id":"1","title":"1"}},{"type":"reply","reply":{"id":"2","title":"2"}},{"type":"reply","reply":{"id":"3","title":"3"}},{"type":"reply","reply":{"id":"4","title":"4"}}]}}}`,
		"twin buttons":        head + `"type":"interactive","interactive":{"type":"button","body":{"text":"?"},"action":{"buttons":[{"type":"reply","reply":{"id":"1","title":"1"}},{"type":"reply","reply":{"id":"1","title":"2"}}]}}}`,
		"long button":         head + `"type":"interactive","interactive":{"type":"button","body":{"text":"?"},"action":{"buttons":[{"type":"reply","reply":{"id":"1","title":"` + long[:21] + `"}}]}}}`,
		"half a location":     head + `"type":"location","location":{"latitude":1}}`,
		"nameless contact":    head + `"type":"contacts","contacts":[{"phones":[{"phone":"1"}]}]}`,
		"reaction to nothing": head + `"type":"reaction","reaction":{"message_id":"wamid.x","emoji":"x"}}`,
		"a group":             head + `"recipient_type":"group","type":"text","text":{"body":"x"}}`,
		"not JSON":            `hello`,
	} {
		req, _ := http.NewRequestWithContext(t.Context(), http.MethodPost, w.whatsapp.BaseURL+"/v23.0/106540352242922/messages", strings.NewReader(body))
		req.Header.Set("Authorization", "Bearer t0ken-of-access")
		req.Header.Set("Content-Type", "application/json")
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if res.StatusCode != http.StatusBadRequest {
			t.Errorf("%s: %d", name, res.StatusCode)
		}
	}
	if n := len(w.messages(p)); n != 1 {
		t.Errorf("%d messages on the phone", n)
	}
}

// TestOrganisationsNeverMeet: nobody sees another organisation's channels, phones or files.
func TestOrganisationsNeverMeet(t *testing.T) {
	var visitor message.OrgID
	w := newWorld(t, func(c *sandbox.Config) {
		c.Org = func(*http.Request) (message.OrgID, bool) { return visitor, !visitor.IsZero() }
	})
	visitor = w.whatsapp.Org
	p := w.phone(w.whatsapp)
	m := w.upload(p.ID, nil, "a.png", "image/png", png)
	paths := []string{"/channels/" + w.whatsapp.ID.String(), "/channels/" + w.whatsapp.ID.String() + "/exchange", "/channels/" + w.whatsapp.ID.String() + "/phones",
		"/phones/" + p.ID, "/phones/" + p.ID + "/messages", strings.TrimPrefix(m.Content.File.URL, sandbox.APIPath)}
	for _, path := range paths {
		if status := w.call(http.MethodGet, path, nil, nil); status != http.StatusOK {
			t.Errorf("%s: %d for its own", path, status)
		}
	}
	visitor = message.NewID[message.OrgID]()
	for _, path := range paths {
		if status := w.call(http.MethodGet, path, nil, nil); status != http.StatusNotFound {
			t.Errorf("%s: %d for a stranger", path, status)
		}
	}
	var channels struct{ Items []sandbox.Channel }
	w.call(http.MethodGet, "/channels", nil, &channels)
	if len(channels.Items) != 0 {
		t.Errorf("a stranger sees %+v", channels.Items)
	}
	visitor = message.OrgID{}
	if status := w.call(http.MethodGet, "/channels", nil, nil); status != http.StatusForbidden {
		t.Errorf("nobody may use it and gets %d", status)
	}
}

// TestEvents: a page that comes back with its last id misses nothing.
func TestEvents(t *testing.T) {
	w := newWorld(t)
	p := w.phone(w.whatsapp)
	read := func(last string, want int) (ids, kinds []string) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		req, _ := http.NewRequestWithContext(ctx, http.MethodGet, w.server.URL+sandbox.APIPath+"/events", nil)
		if last != "" {
			req.Header.Set("Last-Event-ID", last)
		}
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		var said sync.WaitGroup
		defer said.Wait()
		said.Go(func() { w.say(p, map[string]any{"text": "Hi"}) })
		for lines := bufio.NewScanner(res.Body); len(kinds) < want && lines.Scan(); {
			if id, ok := strings.CutPrefix(lines.Text(), "id: "); ok {
				ids = append(ids, id)
			}
			if kind, ok := strings.CutPrefix(lines.Text(), "event: "); ok {
				kinds = append(kinds, kind)
			}
		}
		return ids, kinds
	}
	ids, kinds := read("", 2)
	if kinds[0] != "message" || kinds[1] != "phone" {
		t.Errorf("got %v", kinds)
	}
	again, _ := read(ids[0], 1)
	if again[0] != ids[1] {
		t.Errorf("after %s came %s, not %s", ids[0], again[0], ids[1])
	}
	if _, kinds := read("99999999", 1); kinds[0] != "resync" {
		t.Errorf("from the future: %v", kinds)
	}
}

// TestStop: nothing of the sandbox runs after it, whatever was under way.
func TestStop(t *testing.T) {
	before := goleak.IgnoreCurrent()
	w := newWorld(t)
	w.mu.Lock()
	w.refuse = 1 << 30
	w.mu.Unlock()
	p := w.phone(w.whatsapp)
	for range 20 {
		w.say(p, map[string]any{"text": "Hi"})
	}
	w.sandbox.Stop()
	w.server.CloseClientConnections()
	w.server.Close()
	http.DefaultClient.CloseIdleConnections()
	goleak.VerifyNone(t, before, goleak.IgnoreAnyFunction("net/http.(*persistConn).readLoop"), goleak.IgnoreAnyFunction("net/http.(*persistConn).writeLoop"))
}

// TestDownAndRevoked: while a provider is down or refuses the credentials nothing is taken, whatever is
// called; then all goes on.
func TestDownAndRevoked(t *testing.T) {
	for _, kind := range []channel.Type{channel.WhatsApp, channel.SMS} {
		t.Run(string(kind), func(t *testing.T) {
			w := newWorld(t)
			a := w.whatsapp
			if kind == channel.SMS {
				a = w.sms
			}
			p, _ := w.written(a)
			send := func() error {
				_, err := w.send(a, w.outbound(a, p, message.Content{Text: "Hi"}))
				return err
			}
			w.misbehave(a, sandbox.Misbehaviour{Down: true})
			for range 3 {
				refusedWith(t, send(), fault.Unknown, fault.ServiceFailed, "")
			}
			w.misbehave(a, sandbox.Misbehaviour{Revoked: true})
			refusedWith(t, send(), fault.Refused, fault.ChannelSettings, "")
			w.misbehave(a, sandbox.Misbehaviour{})
			if n := len(w.messages(p)); n != 1 {
				t.Errorf("%d messages on the phone: one was taken while nothing could be", n)
			}
			if err := send(); err != nil {
				t.Fatal(err)
			}
			if got := w.statuses(2); !slices.Equal(got, []string{"sent", "delivered"}) {
				t.Errorf("afterwards: %v", got)
			}
		})
	}
}

// TestLateDates: what a webhook tells happened days ago, its message's reports too.
func TestLateDates(t *testing.T) {
	w := newWorld(t)
	p, _ := w.written(w.whatsapp)
	w.misbehave(w.whatsapp, sandbox.Misbehaviour{LateDays: 3})
	old := func(e channel.Event) {
		t.Helper()
		if age := time.Since(e.At); age < 71*time.Hour || age > 73*time.Hour {
			t.Errorf("%s is %s old", e.Kind, age)
		}
	}
	w.say(p, map[string]any{"text": "Days ago"})
	old(w.next())
	if _, err := w.send(w.whatsapp, w.outbound(w.whatsapp, p, message.Content{Text: "Hi"})); err != nil {
		t.Fatal(err)
	}
	old(w.next())
	old(w.next())
}
