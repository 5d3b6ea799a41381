package twilio_test

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/twilio/twilio-go/client"

	"switchboard/internal/channel"
	"switchboard/internal/channel/channeltest"
	"switchboard/internal/channel/twilio"
	"switchboard/internal/fault"
	"switchboard/internal/message"
)

const (
	hook       = "https://switchboard.example/hooks/twilio/1"
	accountSID = "AC0123456789abcdef0123456789abcdef"
)

func account() channel.Account {
	return channel.Account{
		Type: channel.SMS, Provider: channel.ProviderTwilio, Address: "+15555550100",
		Settings:   map[string]string{"account_sid": accountSID},
		Secrets:    map[string]string{"auth_token": "t0ken-of-auth"},
		WebhookURL: hook,
	}
}

// sign as Twilio describes it, written apart from the connector.
func sign(a channel.Account, r *channel.WebhookRequest) {
	s := r.URL
	params, _ := url.ParseQuery(string(r.Body))
	var names []string
	for n := range params {
		names = append(names, n)
	}
	slices.Sort(names)
	for _, n := range names {
		s += n + params.Get(n)
	}
	mac := hmac.New(sha1.New, []byte(a.Secrets["auth_token"]))
	mac.Write([]byte(s))
	r.Header.Set("X-Twilio-Signature", base64.StdEncoding.EncodeToString(mac.Sum(nil)))
}

func call(query string, pairs ...string) channel.WebhookRequest {
	form := url.Values{"AccountSid": {accountSID}, "ApiVersion": {"2010-04-01"}}
	for i := 0; i < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
	}
	return channel.WebhookRequest{Method: http.MethodPost, URL: hook + query,
		Header: http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}, Body: []byte(form.Encode())}
}

func calls() map[string]channel.WebhookRequest {
	in := []string{"MessageSid", "SM1", "SmsSid", "SM1", "From", "+15555550123", "To", "+15555550100", "SmsStatus", "received", "NumSegments", "1"}
	with := func(more ...string) channel.WebhookRequest { return call("", append(slices.Clone(in), more...)...) }
	out := []string{"MessageSid", "SM9", "SmsSid", "SM9", "From", "+15555550100", "To", "+15555550123"}
	status := func(s string, more ...string) channel.WebhookRequest {
		return call("?entry=0197a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b", append(append(slices.Clone(out), "MessageStatus", s, "SmsStatus", s), more...)...)
	}
	return map[string]channel.WebhookRequest{
		"text": with("Body", "Grüße 😀 & more", "NumMedia", "0", "FromCountry", "US"),
		"two pictures": with("Body", "Look", "NumMedia", "2", "MediaUrl0", "https://api.twilio.com/m/0", "MediaContentType0", "image/jpeg",
			"MediaUrl1", "https://api.twilio.com/m/1", "MediaContentType1", "video/mp4"),
		"stop":              with("Body", "STOP", "NumMedia", "0", "OptOutType", "STOP"),
		"start":             with("Body", "START", "OptOutType", "START"),
		"help":              with("Body", "HELP", "OptOutType", "HELP"),
		"nothing":           with("NumMedia", "0"),
		"a short code":      call("", "MessageSid", "SM2", "From", "72345", "To", "+15555550100", "Body", "Your code"),
		"queued":            status("queued"),
		"delivered":         status("delivered"),
		"failed":            status("failed", "ErrorCode", "30006", "ErrorMessage", "Landline"),
		"undelivered":       status("undelivered", "ErrorCode", "99999"),
		"a new status":      status("levitating"),
		"another number":    call("", "MessageSid", "SM3", "From", "+15555550123", "To", "+15555550199", "Body", "x"),
		"another account":   call("", "MessageSid", "SM4", "AccountSid", "ACffffffffffffffffffffffffffffffff", "From", "+15555550123", "To", "+15555550100", "Body", "x"),
		"status, no entry":  call("", append(slices.Clone(out), "MessageStatus", "sent")...),
		"status, bad entry": call("?entry=zzz", append(slices.Clone(out), "MessageStatus", "sent")...),
	}
}

func TestConnector(t *testing.T) {
	answer := func(code int) string {
		return fmt.Sprintf(`{"code":%d,"message":"No","more_info":"https://www.twilio.com/docs","status":400}`, code)
	}
	channeltest.Run(t, channeltest.Suite{
		New:      func(c *http.Client) channeltest.Reader { return twilio.New(c) },
		Account:  account(),
		Sign:     sign,
		Messages: calls(),
		Send: channel.Outbound{EntryID: message.NewID[message.EntryID](), CallbackURL: hook + "?entry=1",
			To: message.Address{Kind: message.AddressPhone, Value: "+15555550123"}, Content: message.Content{Text: "Hello"}},
		Taken: func(w http.ResponseWriter) {
			w.WriteHeader(http.StatusCreated)
			io.WriteString(w, `{"sid":"SMnew","status":"queued"}`)
		},
		TakenID: "SMnew",
		Errors: map[string]channeltest.ErrorCase{
			"opted out":        channeltest.Ends(400, answer(21610), fault.Refused, fault.RecipientBlocked, false),
			"not a mobile":     channeltest.Ends(400, answer(21614), fault.Refused, fault.BadAddress, false),
			"no number":        channeltest.Ends(400, answer(21211), fault.Refused, fault.BadAddress, false),
			"region":           channeltest.Ends(400, answer(21408), fault.Refused, fault.ChannelSettings, false),
			"too long":         channeltest.Ends(400, answer(21617), fault.Refused, fault.TextTooLarge, false),
			"not our number":   channeltest.Ends(400, answer(21606), fault.Refused, fault.SenderInvalid, true),
			"rate":             channeltest.Ends(429, answer(20429), fault.Later, fault.CantSendNow, true),
			"rate of a number": channeltest.Ends(429, answer(14107), fault.Later, fault.CantSendNow, false),
			"token":            channeltest.Ends(401, answer(20003), fault.Refused, fault.ChannelSettings, true),
			"suspended":        channeltest.Ends(403, answer(30002), fault.Refused, fault.SenderBlocked, true),
			"unregistered":     channeltest.Ends(400, answer(30034), fault.Refused, fault.SenderNotVerified, true),
			"filtered":         channeltest.Ends(400, answer(30007), fault.Refused, fault.CarrierBlocks, false),
			"unheard-of":       channeltest.Ends(400, answer(98765), fault.Refused, fault.Rejected, false),
			"its own 502":      channeltest.Ends(502, answer(98765), fault.Later, fault.ServiceFailed, false),
		},
	})
}

// TestSignatureVector is the vector of Twilio's own documentation and libraries.
func TestSignatureVector(t *testing.T) {
	a := account()
	a.Secrets["auth_token"] = "12345"
	a.WebhookURL = "https://mycompany.com/myapp.php"
	form := url.Values{"Digits": {"1234"}, "CallSid": {"CA1234567890ABCDE"}, "To": {"+18005551212"}, "Caller": {"+14158675309"}, "From": {"+14158675309"}}
	r := channel.WebhookRequest{Method: http.MethodPost, URL: "http://inside:8080/myapp.php?foo=1&bar=2", Body: []byte(form.Encode()),
		Header: http.Header{"Content-Type": {"application/x-www-form-urlencoded; charset=utf-8"}, "X-Twilio-Signature": {"RSOYDt4T1cUTdK1PDd93/VVr8B8="}}}
	if err := twilio.New(http.DefaultClient).Verify(a, r); err != nil {
		t.Error(err)
	}
	r.URL = "http://inside:8080/myapp.php?foo=1&bar=3"
	if err := twilio.New(http.DefaultClient).Verify(a, r); err == nil {
		t.Error("another query is taken")
	}
}

// TestSignatureOfJSON: the body's hash is in the query, which the signature covers.
func TestSignatureOfJSON(t *testing.T) {
	a := account()
	a.Secrets["auth_token"] = "12345"
	a.WebhookURL = "https://mycompany.com/myapp.php"
	body := `{"property": "value", "boolean": true}`
	r := channel.WebhookRequest{Method: http.MethodPost, Body: []byte(body),
		URL:    a.WebhookURL + "?bodySHA256=0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620",
		Header: http.Header{"Content-Type": {"application/json"}}}
	mac := hmac.New(sha1.New, []byte("12345"))
	mac.Write([]byte(r.URL))
	r.Header.Set("X-Twilio-Signature", base64.StdEncoding.EncodeToString(mac.Sum(nil)))
	c := twilio.New(http.DefaultClient)
	if err := c.Verify(a, r); err != nil {
		t.Error(err)
	}
	if v := client.NewRequestValidator("12345"); !v.ValidateBody(r.URL, r.Body, r.Header.Get("X-Twilio-Signature")) {
		t.Error("Twilio's own library takes it for wrong: the test signs wrongly")
	}
	r.Body = []byte(strings.Replace(body, "true", "null", 1))
	if err := c.Verify(a, r); err == nil {
		t.Error("a changed body is taken")
	}
	// An old signature over the bare address must not carry a new body of another type.
	r.URL = a.WebhookURL
	mac.Reset()
	mac.Write([]byte(r.URL))
	r.Header.Set("X-Twilio-Signature", base64.StdEncoding.EncodeToString(mac.Sum(nil)))
	r.Header.Set("Content-Type", "text/plain")
	if err := c.Verify(a, r); err == nil {
		t.Error("a body that no signature covers is taken")
	}
}

// TestSignatureAgreesWithTwilio: what our Verify takes, Twilio's own library takes, and the reverse.
func TestSignatureAgreesWithTwilio(t *testing.T) {
	c, v := twilio.New(http.DefaultClient), client.NewRequestValidator("t0ken-of-auth")
	for name, r := range calls() {
		sign(account(), &r)
		params := map[string]string{}
		form, _ := url.ParseQuery(string(r.Body))
		for k := range form {
			params[k] = form.Get(k)
		}
		if !v.Validate(r.URL, params, r.Header.Get("X-Twilio-Signature")) {
			t.Errorf("%s: Twilio's library refuses", name)
		}
		if err := c.Verify(account(), r); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestVerifyPorts: Twilio has signed addresses with and without their port.
func TestVerifyPorts(t *testing.T) {
	c := twilio.New(http.DefaultClient)
	for signedAs, webhook := range map[string]string{
		"https://switchboard.example:443/hooks/twilio/1": hook,
		hook:                              "https://switchboard.example:443/hooks/twilio/1",
		"http://127.0.0.1/hooks/twilio/1": "http://127.0.0.1:8080/hooks/twilio/1",
	} {
		r := calls()["text"]
		r.URL = signedAs
		sign(account(), &r)
		a := account()
		a.WebhookURL = webhook
		if err := c.Verify(a, r); err != nil {
			t.Errorf("signed as %s, known as %s: %v", signedAs, webhook, err)
		}
	}
}

func TestParse(t *testing.T) {
	customer := []message.Address{{Kind: message.AddressPhone, Value: "+15555550123"}}
	said := func(id string, c message.Content) channel.Event {
		return channel.Event{Kind: channel.EventMessage, ProviderID: id, From: customer, Content: c}
	}
	with := func(e channel.Event, f func(*channel.Event)) channel.Event { f(&e); return e }
	entry, _ := message.ParseID[message.EntryID]("0197a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b")
	report := func(status string, r channel.Receipt) channel.Event {
		r.ProviderID = "SM9"
		return channel.Event{Kind: channel.EventReceipt, ProviderID: "status:SM9:" + status, From: customer, Receipt: &r}
	}
	ignored := func(id string) []channel.Event {
		return []channel.Event{{Kind: channel.EventIgnored, ProviderID: "ignored:" + id}}
	}
	answered := func(e *channel.Event) { e.Answered = true }
	for name, want := range map[string][]channel.Event{
		"text": {with(said("SM1", message.Content{Text: "Grüße 😀 & more"}), func(e *channel.Event) { e.Profile.Country = "US" })},
		"two pictures": {
			with(said("SM1", message.Content{Text: "Look", File: &message.File{Name: "Photo.jpg", Type: "image/jpeg"}}),
				func(e *channel.Event) {
					e.Media = &channel.MediaRef{URL: "https://api.twilio.com/m/0", Type: "image/jpeg", Name: "Photo.jpg"}
				}),
			with(said("SM1:1", message.Content{File: &message.File{Name: "Video.mp4", Type: "video/mp4"}}),
				func(e *channel.Event) {
					e.Media = &channel.MediaRef{URL: "https://api.twilio.com/m/1", Type: "video/mp4", Name: "Video.mp4"}
				}),
		},
		"stop":              {with(said("SM1", message.Content{Text: "STOP"}), answered), {Kind: channel.EventOptOut, ProviderID: "opt_out:SM1", From: customer}},
		"start":             {with(said("SM1", message.Content{Text: "START"}), answered), {Kind: channel.EventOptIn, ProviderID: "opt_in:SM1", From: customer}},
		"help":              {with(said("SM1", message.Content{Text: "HELP"}), answered)},
		"nothing":           {said("SM1", message.Content{Unsupported: "empty message"})},
		"queued":            {report("queued", channel.Receipt{Status: message.StatusSent, EntryID: entry})},
		"delivered":         {report("delivered", channel.Receipt{Status: message.StatusDelivered, EntryID: entry})},
		"failed":            {report("failed", channel.Receipt{Status: message.StatusFailed, EntryID: entry, Failure: &channel.Failure{Code: "2001", ProviderCode: "30006", ProviderText: "Landline"}})},
		"undelivered":       {report("undelivered", channel.Receipt{Status: message.StatusFailed, EntryID: entry, Failure: &channel.Failure{Code: "3001", ProviderCode: "99999"}})},
		"status, no entry":  {report("sent", channel.Receipt{Status: message.StatusSent})},
		"status, bad entry": {report("sent", channel.Receipt{Status: message.StatusSent})},
		"a new status":      ignored("status:SM9:levitating"),
		"another number":    ignored("other-number:SM3"),
		"another account":   ignored("other-account:SM4"),
	} {
		t.Run(name, func(t *testing.T) {
			got, err := twilio.New(http.DefaultClient).Parse(account(), calls()[name])
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(want, got); d != "" {
				t.Errorf("(-want +got)\n%s", d)
			}
		})
	}
}

func TestAnswerSaysNothing(t *testing.T) {
	kind, body := twilio.New(http.DefaultClient).Answer()
	if !strings.HasPrefix(kind, "text/xml") || !strings.HasSuffix(body, "<Response></Response>") {
		t.Errorf("%s %s", kind, body)
	}
}

func FuzzParse(f *testing.F) {
	for _, r := range calls() {
		f.Add(string(r.Body), r.URL)
	}
	c := twilio.New(http.DefaultClient)
	f.Fuzz(func(t *testing.T, body, address string) {
		events, err := c.Parse(account(), channel.WebhookRequest{Method: http.MethodPost, URL: address, Body: []byte(body)})
		if err == nil {
			channeltest.CheckEvents(t, events)
		}
	})
}

func FuzzVerify(f *testing.F) {
	f.Add("AAAA", hook+"?bodySHA256=00", "a=b", "application/json")
	f.Add("", "", "", "")
	c := twilio.New(http.DefaultClient)
	f.Fuzz(func(t *testing.T, signature, address, body, kind string) {
		r := channel.WebhookRequest{Method: http.MethodPost, URL: address, Body: []byte(body), Header: http.Header{"X-Twilio-Signature": {signature}, "Content-Type": {kind}}}
		if err := c.Verify(account(), r); err == nil {
			t.Error("a signature was guessed")
		}
	})
}
