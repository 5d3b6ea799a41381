package sandbox_test

import (
	"bytes"
	"io"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/twilio/twilio-go/client"

	"switchboard/internal/channel"
	"switchboard/internal/channel/twilio"
	"switchboard/internal/fault"
	"switchboard/internal/message"
	"switchboard/internal/sandbox"
)

func TestSMSIn(t *testing.T) {
	w := newWorld(t)
	p, first := w.written(w.sms)
	if first.Content.Text != "Hello?" || first.From[0].Value != p.Number || first.Profile.Country != "US" {
		t.Errorf("got %+v", first)
	}
	m := w.upload(p.ID, map[string]any{"text": "Look"}, "a.png", "image/png", png)
	e := w.next()
	if e.ProviderID != m.ID || e.Content.Text != "Look" || e.Media == nil || e.Media.Type != "image/png" {
		t.Fatalf("got %+v", e)
	}
	body, err := w.connector(w.sms).FetchMedia(t.Context(), w.sms, *e.Media)
	if err != nil {
		t.Fatal(err)
	}
	defer body.Close()
	if b, _ := io.ReadAll(body); !bytes.Equal(b, png) {
		t.Errorf("got %d bytes", len(b))
	}
	thief := w.sms
	thief.Secrets = map[string]string{"auth_token": "another"}
	if body, err := w.connector(thief).FetchMedia(t.Context(), thief, *e.Media); err == nil {
		body.Close()
		t.Error("fetched with a wrong token")
	}
	if status := w.call(http.MethodPost, "/phones/"+p.ID+"/messages", map[string]any{"location": map[string]any{"latitude": 1, "longitude": 2}}, nil); status != http.StatusConflict {
		t.Errorf("a location by SMS: %d", status)
	}
	if status := w.call(http.MethodPost, "/phones/"+p.ID+"/typing", map[string]any{}, nil); status != http.StatusConflict {
		t.Errorf("typing by SMS: %d", status)
	}
}

func TestSMSOut(t *testing.T) {
	w := newWorld(t)
	w.files["f.png"] = png
	p := w.phone(w.sms)
	out := w.outbound(w.sms, p, message.Content{Text: "Grüße 😀"})
	id, err := w.send(w.sms, out)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []message.Status{message.StatusSent, message.StatusDelivered} {
		e := w.next()
		if e.Receipt == nil || e.Receipt.Status != want || e.Receipt.ProviderID != id || e.Receipt.EntryID != out.EntryID {
			t.Fatalf("got %+v, want %s of %s", e.Receipt, want, id)
		}
	}
	mms := w.outbound(w.sms, p, message.Content{Text: "Look", File: &message.File{Name: "f", Type: "image/png", Size: int64(len(png))}})
	mms.FileURL = w.server.URL + "/files/f.png"
	if id, err = w.send(w.sms, mms); err != nil {
		t.Fatal(err)
	}
	w.statuses(2)
	all := w.messages(p)
	if m := all[len(all)-1]; m.ID != id || !strings.HasPrefix(id, "MM") || m.Content.File.Size != int64(len(png)) || m.Content.Text != "Look" {
		t.Errorf("the phone shows %+v", m)
	}
	mms.FileURL = w.server.URL + "/files/missing"
	if _, err = w.send(w.sms, mms); err != nil {
		t.Fatal(err)
	}
	if e := w.next(); e.Receipt.Status != message.StatusFailed || e.Receipt.Failure.Code != string(fault.ServiceUnreachable) {
		t.Errorf("a dead link: %+v", e.Receipt)
	}
	if _, err = w.send(w.sms, w.outbound(w.sms, p, message.Content{Text: "All here: https://BIT.ly/3xYz"})); err != nil {
		t.Fatal(err)
	}
	if e := w.next(); e.Receipt.Status != message.StatusFailed || e.Receipt.Failure.Code != string(fault.CarrierBlocks) {
		t.Errorf("a shortened link: %+v", e.Receipt)
	}
	if all = w.messages(p); all[0].Segments != 1 || all[0].Content.Text != "Grüße 😀" {
		t.Errorf("the phone shows %+v", all[0])
	}
}

func TestSMSRefuses(t *testing.T) {
	w := newWorld(t)
	p := w.phone(w.sms)
	text := message.Content{Text: "Hi"}
	to := func(number string) sandbox.Phone { return sandbox.Phone{Number: number} }
	token, sender := w.sms, w.sms
	token.Secrets = map[string]string{"auth_token": "wrong"}
	sender.Address = "+15555550199"
	for name, tt := range map[string]struct {
		account  channel.Account
		to       sandbox.Phone
		code     fault.DeliveryCode
		provider string
	}{
		"token":          {token, p, fault.ChannelSettings, "20003"},
		"another sender": {sender, p, fault.SenderInvalid, "21606"},
		"no number":      {w.sms, to("12"), fault.BadAddress, "21211"},
		"a land line":    {w.sms, to("+15005550009"), fault.BadAddress, "21614"},
		"a region":       {w.sms, to("+15005550003"), fault.ChannelSettings, "21408"},
		"to itself":      {w.sms, to(w.sms.Address), fault.BadAddress, "21266"},
		"another region": {w.sms, to("+436601234567"), fault.ChannelSettings, "21408"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := w.send(tt.account, w.outbound(tt.account, tt.to, text))
			refusedWith(t, err, fault.Refused, tt.code, tt.provider)
		})
	}
	foreign := w.outbound(w.sms, p, text)
	foreign.CallbackURL = "http://169.254.169.254/latest"
	_, err := w.send(w.sms, foreign)
	refusedWith(t, err, fault.Refused, fault.ChannelSettings, "21609")
}

// TestSMSOptOut: STOP is recorded, answered and enforced by the provider, until START.
func TestSMSOptOut(t *testing.T) {
	w := newWorld(t)
	p := w.phone(w.sms)
	w.say(p, map[string]any{"text": " stop "})
	if e := w.next(); e.Kind != channel.EventMessage || e.Content.Text != " stop " {
		t.Errorf("got %+v", e)
	}
	if e := w.next(); e.Kind != channel.EventOptOut {
		t.Errorf("got %+v", e)
	}
	if all := w.messages(p); len(all) != 2 || !all[1].Automatic {
		t.Errorf("the phone shows %+v", all)
	}
	_, err := w.send(w.sms, w.outbound(w.sms, p, message.Content{Text: "Hi"}))
	refusedWith(t, err, fault.Refused, fault.RecipientBlocked, "21610")
	w.say(p, map[string]any{"text": "START"})
	w.next()
	if e := w.next(); e.Kind != channel.EventOptIn {
		t.Errorf("got %+v", e)
	}
	if _, err := w.send(w.sms, w.outbound(w.sms, p, message.Content{Text: "Hi"})); err != nil {
		t.Error(err)
	}
}

// TestSMSReconciles: a send that was taken without an answer is found; one that never arrived is not.
func TestSMSReconciles(t *testing.T) {
	w := newWorld(t)
	p := w.phone(w.sms)
	since := time.Now()
	w.misbehave(w.sms, sandbox.Misbehaviour{Hang: 1})
	out := w.outbound(w.sms, p, message.Content{Text: "Once only"})
	client := twilio.New(&http.Client{Timeout: 200 * time.Millisecond})
	_, err := client.Send(t.Context(), w.sms, out)
	refusedWith(t, err, fault.Unknown, fault.ServiceFailed, "")
	id, err := client.Reconcile(t.Context(), w.sms, out, since)
	if err != nil || id == "" {
		t.Fatalf("got %q, %v", id, err)
	}
	if e := w.next(); e.Receipt.EntryID != out.EntryID || e.Receipt.ProviderID != id {
		t.Errorf("the report says %+v", e.Receipt)
	}
	w.next()
	w.misbehave(w.sms, sandbox.Misbehaviour{Break: 1})
	lost := w.outbound(w.sms, p, message.Content{Text: "Never came"})
	later := time.Now().Add(time.Minute)
	_, err = w.send(w.sms, lost)
	refusedWith(t, err, fault.Unknown, fault.ServiceFailed, "")
	if id, err := client.Reconcile(t.Context(), w.sms, lost, later); err == nil || id != "" {
		t.Errorf("certain too early: %q, %v", id, err)
	}
	if id, err := client.Reconcile(t.Context(), w.sms, lost, time.Now().Add(-2*time.Minute)); err == nil || id != "" {
		t.Errorf("certain beside another message: %q, %v", id, err)
	}
}

// TestSMSSignature: Twilio's own library takes what the sandbox signs.
func TestSMSSignature(t *testing.T) {
	signed := make(chan bool, 10)
	w := newWorld(t)
	v := client.NewRequestValidator("t0ken-of-auth")
	hook := w.server.Config.Handler
	w.server.Config.Handler = http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if r.Header.Get("X-Twilio-Signature") != "" {
			body, _ := io.ReadAll(r.Body)
			r.Body = io.NopCloser(bytes.NewReader(body))
			form, _ := url.ParseQuery(string(body))
			params := map[string]string{}
			for k := range form {
				params[k] = form.Get(k)
			}
			signed <- v.Validate(w.server.URL+r.URL.RequestURI(), params, r.Header.Get("X-Twilio-Signature"))
		}
		hook.ServeHTTP(rw, r)
	})
	p, _ := w.written(w.sms)
	if !<-signed {
		t.Error("a message's signature is refused")
	}
	if _, err := w.send(w.sms, w.outbound(w.sms, p, message.Content{Text: "Hi"})); err != nil {
		t.Fatal(err)
	}
	w.statuses(2)
	if first, second := <-signed, <-signed; !first || !second {
		t.Error("a report's signature is refused")
	}
}

func TestSMSProbe(t *testing.T) {
	w := newWorld(t)
	if name, err := w.connector(w.sms).Probe(t.Context(), w.sms); err != nil || name == "" {
		t.Errorf("got %q, %v", name, err)
	}
	other := w.sms
	other.Address = "+15555550142"
	if _, err := w.connector(other).Probe(t.Context(), other); fault.CodeOf(err) != fault.Unprocessable {
		t.Errorf("a foreign number is taken: %v", err)
	}
}

// What a picture may have depends on the recipient's carrier, if the channel may ask for it (CH-8); a
// carrier takes no more.
func TestSMSPicturesByCarrier(t *testing.T) {
	w := newWorld(t)
	for number, want := range map[string]int64{"+12125550140": 1200 << 10, "+12125550141": 1 << 20, "+12125550143": 500 << 10, "+12125550144": 2 << 20, "+436601234567": 0} {
		asked := w.sms
		asked.Settings = maps.Clone(asked.Settings)
		asked.Settings[channel.SettingLookup] = channel.Yes
		to := message.Address{Kind: message.AddressPhone, Value: number}
		limiter := w.connector(w.sms).(channel.PictureLimiter)
		if got := limiter.PictureLimit(t.Context(), asked, to); got != want {
			t.Errorf("%s: %d, want %d", number, got, want)
		}
		if got := limiter.PictureLimit(t.Context(), w.sms, to); got != min(want, 500<<10) {
			t.Errorf("%s, unasked: %d", number, got)
		}
	}
	w.files["big.png"] = append(bytes.Clone(png), make([]byte, 600<<10)...)
	small := sandbox.Phone{Number: "+12125550143"}
	out := w.outbound(w.sms, small, message.Content{File: &message.File{Name: "f", Type: "image/png", Size: 600 << 10}})
	out.FileURL = w.server.URL + "/files/big.png"
	if _, err := w.send(w.sms, out); err != nil {
		t.Fatal(err)
	}
	if e := w.next(); e.Receipt.Status != message.StatusFailed || e.Receipt.Failure.Code != string(fault.FileTooLarge) {
		t.Errorf("more than the carrier takes: %+v", e.Receipt)
	}
}

// A phone out of reach says nothing against its number.
func TestSMSToAPhoneOutOfReach(t *testing.T) {
	w := newWorld(t)
	p := w.phone(w.sms)
	if status := w.call(http.MethodPatch, "/phones/"+p.ID, map[string]any{"state": "unreachable"}, nil); status != http.StatusOK {
		t.Fatalf("the phone: %d", status)
	}
	if _, err := w.send(w.sms, w.outbound(w.sms, p, message.Content{Text: "Hi"})); err != nil {
		t.Fatal(err)
	}
	if f := w.next().Receipt.Failure; f == nil || f.Code != string(fault.CantSendNow) || f.ProviderCode != "30003" {
		t.Errorf("got %+v", f)
	}
}
