package twilio_test

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"switchboard/internal/channel"
	"switchboard/internal/channel/twilio"
	"switchboard/internal/fault"
	"switchboard/internal/message"
)

func to(number string) message.Address {
	return message.Address{Kind: message.AddressPhone, Value: number}
}

// TestSendForms: each kind of content makes the form that Twilio documents.
func TestSendForms(t *testing.T) {
	const link = "https://files.example/f/1"
	file := func(kind string, size int64) *message.File {
		return &message.File{ID: message.NewID[message.FileID](), Name: "f", Type: kind, Size: size}
	}
	service := account()
	service.Settings["messaging_service_sid"] = "MG0123456789abcdef0123456789abcdef"
	for name, tt := range map[string]struct {
		account channel.Account
		out     channel.Outbound
		want    url.Values
	}{
		"text": {account(), channel.Outbound{To: to("+15555550123"), Content: message.Content{Text: "Hello"}, CallbackURL: hook + "?entry=1"},
			url.Values{"To": {"+15555550123"}, "From": {"+15555550100"}, "Body": {"Hello"}, "StatusCallback": {hook + "?entry=1"}}},
		"by a messaging service": {service, channel.Outbound{To: to("+15555550123"), Content: message.Content{Text: "Hello"}},
			url.Values{"To": {"+15555550123"}, "MessagingServiceSid": {"MG0123456789abcdef0123456789abcdef"}, "Body": {"Hello"}}},
		"picture": {account(), channel.Outbound{To: to("+15555550123"), Content: message.Content{Text: "Look", File: file("image/png", 1000)}, FileURL: link},
			url.Values{"To": {"+15555550123"}, "From": {"+15555550100"}, "Body": {"Look"}, "MediaUrl": {link}}},
		"picture abroad goes as a link": {account(), channel.Outbound{To: to("+4915550123"), Content: message.Content{Text: "Look", File: file("image/png", 1000)}, FileURL: link},
			url.Values{"To": {"+4915550123"}, "From": {"+15555550100"}, "Body": {"Look\n" + link}}},
		"picture for a generous carrier": {account(), channel.Outbound{To: to("+15555550123"), Content: message.Content{File: file("image/png", 600<<10)}, FileURL: link},
			url.Values{"To": {"+15555550123"}, "From": {"+15555550100"}, "MediaUrl": {link}}},
		"large picture abroad goes as a link": {account(), channel.Outbound{To: to("+4915550123"), Content: message.Content{File: file("image/png", 6<<20)}, FileURL: link},
			url.Values{"To": {"+4915550123"}, "From": {"+15555550100"}, "Body": {link}}},
		"document goes as a link": {account(), channel.Outbound{To: to("+15555550123"), Content: message.Content{File: file("application/pdf", 10)}, FileURL: link},
			url.Values{"To": {"+15555550123"}, "From": {"+15555550100"}, "Body": {link}}},
		"buttons become numbers": {account(), channel.Outbound{To: to("+15555550123"), Content: message.Content{Text: "Which?", Buttons: []message.Option{{ID: "a", Title: "A"}, {ID: "b", Title: "B"}}}},
			url.Values{"To": {"+15555550123"}, "From": {"+15555550100"}, "Body": {"Which?\n1. A\n2. B"}}},
		"contact becomes a line": {account(), channel.Outbound{To: to("+15555550123"), Content: message.Content{Contacts: []message.Contact{{Name: "Ana", Phones: []string{"+1"}}}}},
			url.Values{"To": {"+15555550123"}, "From": {"+15555550100"}, "Body": {"Ana +1"}}},
	} {
		t.Run(name, func(t *testing.T) {
			var got url.Values
			s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				user, password, _ := r.BasicAuth()
				if user != accountSID || password != "t0ken-of-auth" || r.URL.Path != "/2010-04-01/Accounts/"+accountSID+"/Messages.json" {
					t.Errorf("%s as %s", r.URL.Path, user)
				}
				r.ParseForm()
				got = r.PostForm
				w.WriteHeader(http.StatusCreated)
				io.WriteString(w, `{"sid":"SM1"}`)
			}))
			defer s.Close()
			tt.account.BaseURL = s.URL
			if _, err := twilio.New(s.Client()).Send(t.Context(), tt.account, tt.out); err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(tt.want, got); d != "" {
				t.Errorf("(-want +got)\n%s", d)
			}
		})
	}
}

// TestSendRefuses what can't be sent, before any call.
func TestSendRefuses(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("the provider was called") }))
	defer s.Close()
	a := account()
	a.BaseURL = s.URL
	for name, tt := range map[string]struct {
		content message.Content
		code    fault.DeliveryCode
	}{
		"seven segments":          {message.Content{Text: strings.Repeat("a", 919)}, fault.TextTooLarge},
		"seven segments of UCS-2": {message.Content{Text: strings.Repeat("ж", 403)}, fault.TextTooLarge},
		"nothing":                 {message.Content{}, fault.Rejected},
		"26 MB":                   {message.Content{File: &message.File{Type: "image/png", Size: 26 << 20}}, fault.FileTooLarge},
		"a file without a link":   {message.Content{File: &message.File{Type: "image/png", Size: 26}}, fault.Rejected},
	} {
		var d *fault.Delivery
		_, err := twilio.New(s.Client()).Send(t.Context(), a, channel.Outbound{To: to("+15555550123"), Content: tt.content})
		if !errors.As(err, &d) || d.Outcome != fault.Refused || d.Code != tt.code {
			t.Errorf("%s: got %v, want refused %s", name, err, tt.code)
		}
	}
}

// TestReconcile answers only what is certain.
func TestReconcile(t *testing.T) {
	since := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	type msg map[string]any
	at := func(seconds int, body, sid string) msg {
		return msg{"sid": sid, "body": body, "direction": "outbound-api", "date_created": since.Add(time.Duration(seconds) * time.Second).Format(time.RFC1123Z)}
	}
	inbound := at(3, "Hello", "SMin")
	inbound["direction"] = "inbound"
	for name, tt := range map[string]struct {
		log     []msg
		more    bool
		later   time.Duration
		want    string
		unknown bool
	}{
		"it arrived":                        {[]msg{at(1, "Hello", "SM1"), at(-60, "Hello", "SM0")}, false, time.Second, "SM1", false},
		"it did not, a minute later":        {[]msg{at(-400, "Hello", "SM0")}, false, 2 * time.Minute, "", false},
		"it may have: our clock is ahead":   {[]msg{at(-60, "Hello", "SM0")}, false, 2 * time.Minute, "", true},
		"our clock is hours ahead":          {[]msg{at(-7200, "Hello", "SM0")}, false, -2 * time.Hour, "", true},
		"an empty log":                      {nil, false, 2 * time.Minute, "", false},
		"not there yet":                     {nil, false, 2 * time.Second, "", true},
		"twice the same":                    {[]msg{at(1, "Hello", "SM1"), at(2, "Hello", "SM2")}, false, time.Hour, "", true},
		"one that may be it, rewritten":     {[]msg{at(1, "Sent from a trial account - Hello", "SM1")}, false, time.Hour, "", true},
		"the customer's own words":          {[]msg{inbound}, false, time.Hour, "", false},
		"the log goes on":                   {[]msg{inbound}, true, time.Hour, "", true},
		"the log goes on, but is older now": {[]msg{at(-400, "x", "SM0")}, true, time.Hour, "", false},
	} {
		t.Run(name, func(t *testing.T) {
			s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if q := r.URL.Query(); q.Get("To") != "+15555550123" || q.Get("From") != "+15555550100" {
					t.Errorf("query %s", r.URL.RawQuery)
				}
				w.Header().Set("Date", since.Add(tt.later).UTC().Format(http.TimeFormat))
				page := map[string]any{"messages": tt.log}
				if tt.more {
					page["next_page_uri"] = "/more"
				}
				json.NewEncoder(w).Encode(page)
			}))
			defer s.Close()
			a := account()
			a.BaseURL = s.URL
			got, err := twilio.New(s.Client()).Reconcile(t.Context(), a, channel.Outbound{To: to("+15555550123"), Content: message.Content{Text: "Hello"}}, since)
			if (err != nil) != tt.unknown || got != tt.want {
				t.Errorf("got %q, %v", got, err)
			}
		})
	}
}

// TestFetchMedia: the credentials stay with the API's host; what it redirects to must be Twilio's.
func TestFetchMedia(t *testing.T) {
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("a foreign host was called") }))
	defer elsewhere.Close()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if user, _, _ := r.BasicAuth(); user != accountSID {
			t.Errorf("%s without credentials", r.URL)
		}
		switch r.URL.Path {
		case "/m/0":
			http.Redirect(w, r, "/bytes", http.StatusTemporaryRedirect)
		case "/away":
			http.Redirect(w, r, elsewhere.URL, http.StatusTemporaryRedirect)
		case "/circle":
			http.Redirect(w, r, "/circle", http.StatusTemporaryRedirect)
		case "/bytes":
			io.WriteString(w, "the picture")
		default:
			w.WriteHeader(http.StatusNotFound)
		}
	}))
	defer s.Close()
	a := account()
	a.BaseURL = s.URL
	c := twilio.New(s.Client())
	body, err := c.FetchMedia(t.Context(), a, channel.MediaRef{URL: s.URL + "/m/0"})
	if err != nil {
		t.Fatal(err)
	}
	defer body.Close()
	if b, _ := io.ReadAll(body); string(b) != "the picture" {
		t.Errorf("got %q", b)
	}
	for _, bad := range []string{elsewhere.URL, s.URL + "/away", s.URL + "/circle", s.URL + "/missing", "https://api.twilio.com/x", ""} {
		if body, err := c.FetchMedia(t.Context(), a, channel.MediaRef{URL: bad}); err == nil {
			body.Close()
			t.Errorf("%s was fetched", bad)
		}
	}
}

// network answers in place of the provider's own hosts.
type network func(*http.Request) *http.Response

func (n network) RoundTrip(r *http.Request) (*http.Response, error) {
	res := n(r)
	res.Request = r
	return res, nil
}

// TestFetchMediaFromStorage: the storage that Twilio redirects to gets no credentials.
func TestFetchMediaFromStorage(t *testing.T) {
	answer := func(status int, location, body string) *http.Response {
		return &http.Response{StatusCode: status, Header: http.Header{"Location": {location}}, Body: io.NopCloser(strings.NewReader(body))}
	}
	client := &http.Client{Transport: network(func(r *http.Request) *http.Response {
		_, _, signed := r.BasicAuth()
		switch r.URL.Host {
		case "api.twilio.com":
			if !signed {
				t.Error("Twilio was asked without credentials")
			}
			return answer(http.StatusTemporaryRedirect, "https://media.twiliocdn.com/x?token=1", "")
		case "media.twiliocdn.com":
			if signed {
				t.Error("the storage got the credentials")
			}
			return answer(http.StatusOK, "", "the picture")
		}
		t.Errorf("call to %s", r.URL.Host)
		return answer(http.StatusNotFound, "", "")
	})}
	body, err := twilio.New(client).FetchMedia(t.Context(), account(), channel.MediaRef{URL: "https://api.twilio.com/m/0"})
	if err != nil {
		t.Fatal(err)
	}
	defer body.Close()
	if b, _ := io.ReadAll(body); string(b) != "the picture" {
		t.Errorf("got %q", b)
	}
}
