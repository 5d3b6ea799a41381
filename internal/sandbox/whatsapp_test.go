package sandbox_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"switchboard/internal/channel"
	"switchboard/internal/channel/whatsapp"
	"switchboard/internal/fault"
	"switchboard/internal/message"
	"switchboard/internal/sandbox"
)

// png is one transparent pixel.
var png, _ = base64.StdEncoding.DecodeString("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")

// TestWhatsAppIn: every kind that a customer can send comes through signature and parser as what it is.
func TestWhatsAppIn(t *testing.T) {
	w := newWorld(t)
	p, first := w.written(w.whatsapp)
	if first.Content.Text != "Hello?" || first.Profile.Name != p.Name || first.From[0].Value != p.Number || first.At.IsZero() {
		t.Errorf("got %+v", first)
	}
	for name, tt := range map[string]struct {
		said map[string]any
		want message.Content
	}{
		"text":     {map[string]any{"text": "Grüße / 😀"}, message.Content{Text: "Grüße / 😀"}},
		"location": {map[string]any{"location": map[string]any{"latitude": 1.5, "longitude": -2.25, "name": "Here"}}, message.Content{Location: &message.Location{Latitude: 1.5, Longitude: -2.25, Name: "Here"}}},
		"contact": {map[string]any{"contacts": []any{map[string]any{"name": "Ana", "phones": []string{"+15550001111"}, "emails": []string{"a@b.c"}, "org": "O"}}},
			message.Content{Contacts: []message.Contact{{Name: "Ana", Phones: []string{"+15550001111"}, Emails: []string{"a@b.c"}, Org: "O"}}}},
		"form": {map[string]any{"form": []any{map[string]any{"name": "size", "value": "M"}}},
			message.Content{Text: "Sent", Form: []message.Field{{Name: "flow_token", Value: "sandbox", Hidden: true}, {Name: "size", Value: "M"}}}},
		"poll": {map[string]any{"unsupported": "poll_creation"}, message.Content{Unsupported: "poll creation"}},
	} {
		t.Run(name, func(t *testing.T) {
			m := w.say(p, tt.said)
			e := w.next()
			if d := cmp.Diff(tt.want, e.Content); d != "" {
				t.Error(d)
			}
			if e.ProviderID != m.ID || e.Kind != channel.EventMessage {
				t.Errorf("got %s %s, want %s", e.Kind, e.ProviderID, m.ID)
			}
		})
	}

	m := w.say(p, map[string]any{"text": "First"})
	w.next()
	w.say(p, map[string]any{"text": "About that", "reply_to": m.ID})
	if e := w.next(); e.RefersTo != m.ID || e.Content.Text != "About that" {
		t.Errorf("a reply came as %+v", e)
	}
	w.say(p, map[string]any{"reaction": map[string]any{"emoji": "👍"}, "reply_to": m.ID})
	if e := w.next(); e.Kind != channel.EventReaction || e.RefersTo != m.ID || e.Content.Reaction.Emoji != "👍" {
		t.Errorf("a reaction came as %+v", e)
	}
	w.say(p, map[string]any{"reaction": map[string]any{"emoji": ""}, "reply_to": m.ID})
	if e := w.next(); e.Kind != channel.EventReaction || e.Content.Reaction.Emoji != "" {
		t.Errorf("a reaction taken back came as %+v", e)
	}
	w.call(http.MethodPatch, "/phones/"+p.ID+"/messages/"+m.ID, map[string]any{"text": "Corrected"}, &m)
	if e := w.next(); e.Kind != channel.EventEdit || e.RefersTo != m.ID || e.Content.Text != "Corrected" {
		t.Errorf("an edit came as %+v", e)
	}
	if status := w.call(http.MethodDelete, "/phones/"+p.ID+"/messages/"+m.ID, nil, nil); status != http.StatusNoContent {
		t.Errorf("deleted with %d", status)
	}
	if e := w.next(); e.Kind != channel.EventDelete || e.RefersTo != m.ID {
		t.Errorf("a deletion came as %+v", e)
	}
	w.call(http.MethodPost, "/phones/"+p.ID+"/raw", map[string]any{"type": "hologram", "hologram": map[string]any{"x": 1}}, &m)
	if e := w.next(); e.Content.Unsupported != "hologram" || e.ProviderID != m.ID {
		t.Errorf("a raw message came as %+v", e)
	}
	w.call(http.MethodPatch, "/phones/"+p.ID, map[string]any{"hide_number": true}, &p)
	w.say(p, map[string]any{"text": "Guess who"})
	if e := w.next(); len(e.From) != 1 || e.From[0].Kind != message.AddressScoped {
		t.Errorf("a hidden number came as %+v", e.From)
	}
}

// TestWhatsAppMedia: files from the phone arrive by FetchMedia, and with the token only.
func TestWhatsAppMedia(t *testing.T) {
	w := newWorld(t)
	p := w.phone(w.whatsapp)
	ogg := append([]byte("OggS\x00\x02"), bytes.Repeat([]byte{0}, 40)...)
	for name, tt := range map[string]struct {
		said       map[string]any
		name, kind string
		bytes      []byte
		check      func(*message.File) bool
	}{
		"picture":  {map[string]any{"text": "Look"}, "a.png", "image/png", png, func(f *message.File) bool { return f.Type == "image/png" && !f.Sticker }},
		"voice":    {map[string]any{"voice": true}, "v.ogg", "audio/ogg; codecs=opus", ogg, func(f *message.File) bool { return f.Voice && f.Type == "audio/ogg; codecs=opus" }},
		"document": {nil, "bill.pdf", "application/pdf", []byte("%PDF-1.4 x"), func(f *message.File) bool { return f.Name == "bill.pdf" && f.Type == "application/pdf" }},
		"sticker":  {map[string]any{"sticker": true}, "s.webp", "image/webp", []byte("RIFF\x24\x00\x00\x00WEBPVP8 "), func(f *message.File) bool { return f.Sticker }},
	} {
		t.Run(name, func(t *testing.T) {
			w.upload(p.ID, tt.said, tt.name, tt.kind, tt.bytes)
			e := w.next()
			if e.Media == nil || e.Content.File == nil || !tt.check(e.Content.File) {
				t.Fatalf("got %+v with %+v", e.Content.File, e.Media)
			}
			body, err := w.connector(w.whatsapp).FetchMedia(t.Context(), w.whatsapp, *e.Media)
			if err != nil {
				t.Fatal(err)
			}
			defer body.Close()
			if b, _ := io.ReadAll(body); !bytes.Equal(b, tt.bytes) {
				t.Errorf("%d bytes came, %d were sent", len(b), len(tt.bytes))
			}
			thief := w.whatsapp
			thief.Secrets = map[string]string{"access_token": "another"}
			if body, err := w.connector(thief).FetchMedia(t.Context(), thief, *e.Media); err == nil {
				body.Close()
				t.Error("fetched with a wrong token")
			}
		})
	}
}

// TestWhatsAppOut: every kind that the connector sends passes the provider's checks and shows on the phone.
func TestWhatsAppOut(t *testing.T) {
	w := newWorld(t)
	w.files["f.png"] = png
	p, hello := w.written(w.whatsapp)
	link := w.server.URL + "/files/f.png?signature=very-secret"
	file := func(kind string, size int) *message.File {
		return &message.File{Name: "f", Type: kind, Size: int64(size)}
	}
	open := func(b []byte) func(context.Context) (io.ReadCloser, error) {
		return func(context.Context) (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(b)), nil }
	}
	for name, tt := range map[string]struct {
		change func(*channel.Outbound)
		check  func(sandbox.Message) bool
	}{
		"text":  {func(o *channel.Outbound) { o.Content.Text = "Hi 😀" }, func(m sandbox.Message) bool { return m.Content.Text == "Hi 😀" }},
		"reply": {func(o *channel.Outbound) { o.Content.Text, o.ReplyTo = "Yes", hello.ProviderID }, func(m sandbox.Message) bool { return m.ReplyTo == hello.ProviderID }},
		"upload": {func(o *channel.Outbound) {
			o.Content = message.Content{Text: "Look", File: file("image/png", len(png))}
			o.FileBody = open(png)
		}, func(m sandbox.Message) bool { return m.Content.File.Type == "image/png" && m.Content.Text == "Look" }},
		"link": {func(o *channel.Outbound) {
			o.Content = message.Content{File: file("image/png", len(png))}
			o.FileURL = link
		}, func(m sandbox.Message) bool {
			return m.Content.File.Size == int64(len(png)) && m.Content.File.URL != ""
		}},
		"document": {func(o *channel.Outbound) {
			o.Content = message.Content{File: &message.File{Name: "bill.pdf", Type: "application/pdf", Size: 10}}
			o.FileBody = open([]byte("%PDF-1.4 x"))
		}, func(m sandbox.Message) bool { return m.Content.File.Name == "bill.pdf" }},
		"location": {func(o *channel.Outbound) { o.Content.Location = &message.Location{Latitude: 1, Longitude: 2} }, func(m sandbox.Message) bool { return m.Content.Location.Longitude == 2 }},
		"contact": {func(o *channel.Outbound) {
			o.Content.Contacts = []message.Contact{{Name: "Ana", Phones: []string{"+1"}, Org: "O"}}
		}, func(m sandbox.Message) bool { return m.Content.Contacts[0].Org == "O" }},
		"buttons": {func(o *channel.Outbound) {
			o.Content = message.Content{Text: "Which?", Buttons: []message.Option{{ID: "a", Title: "A"}, {ID: "b", Title: "B"}}}
		}, func(m sandbox.Message) bool { return len(m.Content.Buttons) == 2 && !m.List }},
		"list": {func(o *channel.Outbound) {
			o.Content = message.Content{Text: "Which?", Buttons: []message.Option{{ID: "a", Title: "A"}, {ID: "b", Title: "B"}, {ID: "c", Title: "C"}, {ID: "d", Title: "D"}}}
		}, func(m sandbox.Message) bool { return len(m.Content.Buttons) == 4 && m.List }},
		"template": {func(o *channel.Outbound) {
			o.Content.Template = &message.TemplateUse{Name: "order_update", Language: "en_US", Header: []string{"77"}, Body: []string{"Ana", "77", "today"}}
		}, func(m sandbox.Message) bool {
			return m.Header == "Order 77" && m.Content.Text == "Hi Ana, your order 77 is on its way and arrives today."
		}},
	} {
		t.Run(name, func(t *testing.T) {
			out := w.outbound(w.whatsapp, p, message.Content{})
			tt.change(&out)
			id, err := w.send(w.whatsapp, out)
			if err != nil {
				t.Fatal(err)
			}
			for _, want := range []message.Status{message.StatusSent, message.StatusDelivered} {
				e := w.next()
				if e.Receipt == nil || e.Receipt.Status != want || e.Receipt.ProviderID != id || e.Receipt.EntryID != out.EntryID {
					t.Fatalf("got %+v, want %s of %s", e.Receipt, want, id)
				}
			}
			all := w.messages(p)
			if m := all[len(all)-1]; m.ID != id || !tt.check(m) {
				t.Errorf("the phone shows %+v", m)
			}
		})
	}
	for _, e := range w.exchange(w.whatsapp) {
		for _, secret := range []string{"very-secret", "t0ken-of-access", "s3cret-of-the-app"} {
			if strings.Contains(e.Request+e.Response+e.URL, secret) {
				t.Errorf("the log tells %s: %+v", secret, e)
			}
		}
	}

	reaction := w.outbound(w.whatsapp, p, message.Content{Reaction: &message.Reaction{Emoji: "❤️"}})
	reaction.ReplyTo = hello.ProviderID
	if _, err := w.send(w.whatsapp, reaction); err != nil {
		t.Fatal(err)
	}
	if m := w.messages(p)[0]; m.BusinessReaction != "❤️" {
		t.Errorf("the phone shows %+v", m)
	}
}

// TestWhatsAppAnswers: a tapped button, a chosen row and a template's button come back as choices.
func TestWhatsAppAnswers(t *testing.T) {
	w := newWorld(t)
	p, _ := w.written(w.whatsapp)
	options := []message.Option{{ID: "a", Title: "A"}, {ID: "b", Title: "B"}, {ID: "c", Title: "C"}, {ID: "d", Title: "D"}}
	for name, content := range map[string]message.Content{
		"buttons":  {Text: "Which?", Buttons: options[:2]},
		"list":     {Text: "Which?", Buttons: options},
		"template": {Template: &message.TemplateUse{Name: "hello_world", Language: "en_US"}},
	} {
		t.Run(name, func(t *testing.T) {
			id, err := w.send(w.whatsapp, w.outbound(w.whatsapp, p, content))
			if err != nil {
				t.Fatal(err)
			}
			w.statuses(2)
			w.say(p, map[string]any{"choice": map[string]any{"id": "b", "title": "B"}, "reply_to": id})
			e := w.next()
			if e.Content.Choice == nil || *e.Content.Choice != (message.Choice{ID: "b", Title: "B"}) || e.RefersTo != id {
				t.Errorf("got %+v", e)
			}
		})
	}
}

// TestWhatsAppRefuses what the provider refuses, with its codes.
func TestWhatsAppRefuses(t *testing.T) {
	w := newWorld(t)
	stranger := w.phone(w.whatsapp)
	text := message.Content{Text: "Hi"}
	template := func(name, language string, values ...string) message.Content {
		return message.Content{Template: &message.TemplateUse{Name: name, Language: language, Body: values}}
	}
	other := w.whatsapp
	other.Secrets = map[string]string{"access_token": "wrong"}
	elsewhere := w.whatsapp
	elsewhere.Settings = map[string]string{"phone_number_id": "999999", "waba_id": "1"}
	for name, tt := range map[string]struct {
		account  channel.Account
		content  message.Content
		outcome  fault.Outcome
		code     fault.DeliveryCode
		provider string
	}{
		"window closed":    {w.whatsapp, text, fault.Refused, fault.WindowIsClosed, "131047"},
		"no such template": {w.whatsapp, template("nope", "en_US"), fault.Refused, fault.IntentInvalid, "132001"},
		"no such language": {w.whatsapp, template("hello_world", "fr"), fault.Refused, fault.IntentInvalid, "132001"},
		"parameters":       {w.whatsapp, template("follow_up", "en_US"), fault.Refused, fault.IntentInvalid, "132000"},
		"too many":         {w.whatsapp, template("follow_up", "en_US", "a", "b"), fault.Refused, fault.IntentInvalid, "132000"},
		"paused":           {w.whatsapp, template("winter_sale", "en_US", "a"), fault.Refused, fault.IntentInvalid, "132015"},
		"not approved":     {w.whatsapp, template("review_request", "en_US", "a"), fault.Refused, fault.IntentInvalid, "132001"},
		"token":            {other, text, fault.Refused, fault.ChannelSettings, "190"},
		"another number":   {elsewhere, text, fault.Refused, fault.Rejected, "100"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := w.send(tt.account, w.outbound(tt.account, stranger, tt.content))
			refusedWith(t, err, tt.outcome, tt.code, tt.provider)
		})
	}
	if _, err := w.send(w.whatsapp, w.outbound(w.whatsapp, stranger, template("follow_up", "de", "Ana"))); err != nil {
		t.Errorf("an approved template outside of the window: %v", err)
	}
	bad := w.outbound(w.whatsapp, stranger, text)
	bad.To.Value = "+12"
	_, err := w.send(w.whatsapp, bad)
	refusedWith(t, err, fault.Refused, fault.Rejected, "131009")
}

// TestWhatsAppWindowIsRemembered: the window outlives the sandbox's memory, when somebody remembers.
func TestWhatsAppWindowIsRemembered(t *testing.T) {
	at := time.Now().Add(-23 * time.Hour)
	w := newWorld(t, func(c *sandbox.Config) {
		c.LastInbound = func(context.Context, channel.Account, string) (time.Time, error) { return at, nil }
	})
	if _, err := w.send(w.whatsapp, w.outbound(w.whatsapp, w.phone(w.whatsapp), message.Content{Text: "Hi"})); err != nil {
		t.Error(err)
	}
	at = time.Now().Add(-25 * time.Hour)
	_, err := w.send(w.whatsapp, w.outbound(w.whatsapp, w.phone(w.whatsapp), message.Content{Text: "Hi"}))
	refusedWith(t, err, fault.Refused, fault.WindowIsClosed, "131047")
}

// TestWhatsAppStates: what becomes of a message depends on the phone.
func TestWhatsAppStates(t *testing.T) {
	w := newWorld(t)
	p, hello := w.written(w.whatsapp)
	set := func(change map[string]any) { w.call(http.MethodPatch, "/phones/"+p.ID, change, &p) }
	send := func() channel.Outbound {
		out := w.outbound(w.whatsapp, p, message.Content{Text: "Hi"})
		if _, err := w.send(w.whatsapp, out); err != nil {
			t.Fatal(err)
		}
		return out
	}
	set(map[string]any{"state": "off"})
	send()
	if got := w.statuses(1); got[0] != "sent" {
		t.Errorf("off: %v", got)
	}
	set(map[string]any{"state": "on"})
	if got := w.statuses(1); got[0] != "delivered" {
		t.Errorf("on again: %v", got)
	}
	set(map[string]any{"state": "unreachable"})
	send()
	if e := w.next(); e.Receipt.Status != message.StatusFailed || e.Receipt.Failure.Code != string(fault.BadAddress) || e.Receipt.Failure.ProviderCode != "131026" {
		t.Errorf("unreachable: %+v", e.Receipt)
	}
	set(map[string]any{"state": "on"})
	w.say(p, map[string]any{"text": "Are you there?"})
	w.next()
	send()
	w.statuses(2)
	w.call(http.MethodPost, "/phones/"+p.ID+"/read", nil, nil)
	if got := w.statuses(2); got[0] != "read" || got[1] != "read" {
		t.Errorf("read: %v", got)
	}
	// The business reads: blue ticks, and it seems to write.
	c := whatsapp.New(http.DefaultClient)
	if err := c.Typing(t.Context(), w.whatsapp, message.Address{}, hello.ProviderID); err != nil {
		t.Fatal(err)
	}
	if m := w.messages(p)[0]; m.Status != "read" {
		t.Errorf("the customer's message is %s", m.Status)
	}
	w.call(http.MethodGet, "/phones/"+p.ID, nil, &p)
	if p.TypingUntil == nil {
		t.Error("nobody seems to write")
	}
	if err := c.MarkRead(t.Context(), w.whatsapp, "wamid.unknown"); err == nil {
		t.Error("an unknown message was marked read")
	}
}

// TestWhatsAppAccount: what set-up asks the provider.
func TestWhatsAppAccount(t *testing.T) {
	w := newWorld(t)
	name, err := w.connector(w.whatsapp).Probe(t.Context(), w.whatsapp)
	if err != nil || !strings.Contains(name, "Sandbox business") {
		t.Errorf("got %q, %v", name, err)
	}
	wrong := w.whatsapp
	wrong.Address = "+15550000000"
	if _, err := w.connector(wrong).Probe(t.Context(), wrong); fault.CodeOf(err) != fault.Unprocessable {
		t.Errorf("another number's id is taken: %v", err)
	}
	templates, err := whatsapp.New(http.DefaultClient).Templates(t.Context(), w.whatsapp)
	if err != nil {
		t.Fatal(err)
	}
	states := map[string]string{}
	for _, x := range templates {
		states[x.Name+" "+x.Language] = x.Status
	}
	if len(templates) != 7 || states["order_update en_US"] != "approved" || states["winter_sale en_US"] != "paused" || states["review_request en_US"] != "pending" {
		t.Errorf("got %v", states)
	}
	// More than a page.
	for i := range 120 {
		w.call(http.MethodPost, "/channels/"+w.whatsapp.ID.String()+"/templates", map[string]any{"name": "extra_" + strings.Repeat("x", i), "language": "en", "body": "Hi"}, &struct{}{})
	}
	if templates, err = whatsapp.New(http.DefaultClient).Templates(t.Context(), w.whatsapp); err != nil || len(templates) != 127 {
		t.Errorf("got %d templates, %v", len(templates), err)
	}
	var verified struct{ Verified bool }
	w.call(http.MethodPost, "/channels/"+w.whatsapp.ID.String()+"/verify", nil, &verified)
	if !verified.Verified {
		t.Error("the handshake fails")
	}
}

// TestWhatsAppDailyLimit: outside of the window only so many customers are reached within a day (131048);
// those already reached and those who write don't count again.
func TestWhatsAppDailyLimit(t *testing.T) {
	w := newWorld(t)
	number := func(change map[string]any) int {
		return w.call(http.MethodPatch, "/channels/"+w.whatsapp.ID.String()+"/number", change, nil)
	}
	if status := number(map[string]any{"daily_limit": "2"}); status != http.StatusUnprocessableEntity && status != http.StatusBadRequest {
		t.Errorf("a limit of no tier is answered with %d", status)
	}
	if status := number(map[string]any{"daily_limit": "TIER_2"}); status != http.StatusOK {
		t.Fatalf("the limit is answered with %d", status)
	}
	if e := w.next(); e.Kind != channel.EventAccount {
		t.Fatalf("the change is told as %+v", e)
	}
	template := message.Content{Template: &message.TemplateUse{Name: "hello_world", Language: "en_US"}}
	first, second, third := w.phone(w.whatsapp), w.phone(w.whatsapp), w.phone(w.whatsapp)
	send := func(p sandbox.Phone, c message.Content) error {
		_, err := w.send(w.whatsapp, w.outbound(w.whatsapp, p, c))
		return err
	}
	for _, p := range []sandbox.Phone{first, second, first} {
		if err := send(p, template); err != nil {
			t.Fatalf("within the limit: %v", err)
		}
	}
	refusedWith(t, send(third, template), fault.Refused, fault.Spam, "131048")
	w.say(third, map[string]any{"text": "Hello?"})
	for e := w.next(); e.Kind != channel.EventMessage; e = w.next() { // reports on what was sent come between
	}
	if err := send(third, message.Content{Text: "Within the window"}); err != nil {
		t.Errorf("an answer counts: %v", err)
	}
	if err := send(third, template); err != nil {
		t.Errorf("a template within the window counts: %v", err)
	}
	fourth := w.phone(w.whatsapp)
	refusedWith(t, send(fourth, template), fault.Refused, fault.Spam, "131048")
	if status := number(map[string]any{"daily_limit": "TIER_UNLIMITED"}); status != http.StatusOK {
		t.Fatal(status)
	}
	if err := send(fourth, template); err != nil {
		t.Errorf("without a limit: %v", err)
	}
}
