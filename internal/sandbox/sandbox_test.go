package sandbox_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/textproto"
	"sync"
	"testing"
	"time"

	"switchboard/internal/channel"
	"switchboard/internal/channel/channeltest"
	"switchboard/internal/channel/twilio"
	"switchboard/internal/channel/whatsapp"
	"switchboard/internal/fault"
	"switchboard/internal/message"
	"switchboard/internal/sandbox"
)

// world is a server with the sandbox on one side and, on the other, webhooks that the real connectors
// verify and parse.
type world struct {
	t        *testing.T
	server   *httptest.Server
	sandbox  *sandbox.Sandbox
	whatsapp channel.Account
	sms      channel.Account
	events   chan channel.Event
	headers  chan http.Header

	mu     sync.Mutex
	refuse int // webhooks answered 500 before the next is taken
	files  map[string][]byte
	extra  []channel.Account
}

// connector of an account.
type connector interface {
	channeltest.Reader
	channel.MediaFetcher
	channel.Prober
}

func (w *world) connector(a channel.Account) connector {
	client := &http.Client{Timeout: 20 * time.Second}
	if a.Type == channel.SMS {
		return twilio.New(client)
	}
	return whatsapp.New(client)
}

// SandboxAccounts makes the world the sandbox's source of channels.
func (w *world) SandboxAccounts(context.Context) ([]channel.Account, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]channel.Account{w.whatsapp, w.sms}, w.extra...), nil
}

func newWorld(t *testing.T, change ...func(*sandbox.Config)) *world {
	t.Helper()
	w := &world{t: t, events: make(chan channel.Event, 1000), headers: make(chan http.Header, 1000), files: map[string][]byte{}}
	mux := http.NewServeMux()
	mux.HandleFunc("/hooks/{type}/{channel}", w.hook)
	mux.HandleFunc("GET /files/{name}", func(rw http.ResponseWriter, r *http.Request) {
		w.mu.Lock()
		defer w.mu.Unlock()
		b, ok := w.files[r.PathValue("name")]
		if !ok {
			rw.WriteHeader(http.StatusNotFound)
			return
		}
		rw.Write(b)
	})
	w.server = httptest.NewServer(mux)
	t.Cleanup(w.server.Close)
	w.whatsapp = channel.Account{
		Org: message.NewID[message.OrgID](), ID: message.NewID[message.ChannelID](), Type: channel.WhatsApp, Provider: channel.ProviderMeta, Address: "+15550783881",
		Settings: map[string]string{"phone_number_id": "106540352242922", "waba_id": "102290129340398"},
		Secrets:  map[string]string{"app_secret": "s3cret-of-the-app", "verify_token": "t0ken-to-verify", "access_token": "t0ken-of-access"},
	}
	w.sms = channel.Account{
		Org: w.whatsapp.Org, ID: message.NewID[message.ChannelID](), Type: channel.SMS, Provider: channel.ProviderTwilio, Address: "+15555550100",
		Settings: map[string]string{"account_sid": "AC0123456789abcdef0123456789abcdef"}, Secrets: map[string]string{"auth_token": "t0ken-of-auth"},
	}
	for _, a := range []*channel.Account{&w.whatsapp, &w.sms} {
		a.BaseURL = sandbox.BaseURL(w.server.URL, a.Provider)
		a.WebhookURL = w.server.URL + "/hooks/" + w.connector(*a).Hook() + "/" + a.ID.String()
	}
	config := sandbox.Config{
		Accounts: w, HTTP: &http.Client{Timeout: 20 * time.Second},
		Problem: func(rw http.ResponseWriter, _ *http.Request, err error) {
			status := map[fault.Class]int{fault.ClassMalformed: 400, fault.ClassForbidden: 403, fault.ClassNotFound: 404, fault.ClassState: 409, fault.ClassContent: 422}[fault.CodeOf(err).Class()]
			if status == 0 {
				status = 500
			}
			rw.WriteHeader(status)
			io.WriteString(rw, err.Error())
		},
		Timing: sandbox.Timing{Sent: time.Millisecond, Delivered: 30 * time.Millisecond, Backoff: 5 * time.Millisecond, BackoffMax: 20 * time.Millisecond},
	}
	for _, f := range change {
		f(&config)
	}
	w.sandbox = sandbox.New(config)
	mux.Handle(sandbox.GraphPath+"/", w.sandbox.Handler())
	mux.Handle(sandbox.TwilioPath+"/", w.sandbox.Handler())
	mux.Handle(sandbox.APIPath+"/", w.sandbox.API())
	w.sandbox.Start(t.Context())
	t.Cleanup(w.sandbox.Stop)
	return w
}

func (w *world) hook(rw http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	w.mu.Lock()
	accounts := []channel.Account{w.whatsapp, w.sms}
	refuse := w.refuse > 0
	if refuse {
		w.refuse--
	}
	w.mu.Unlock()
	for _, a := range accounts {
		if a.ID.String() != r.PathValue("channel") {
			continue
		}
		c := w.connector(a)
		request := channel.WebhookRequest{Method: r.Method, URL: w.server.URL + r.URL.RequestURI(), Header: r.Header, Body: body, Received: time.Now()}
		if r.Method == http.MethodGet {
			challenge, err := c.(channel.Handshaker).Handshake(a, request)
			if err != nil {
				rw.WriteHeader(http.StatusUnauthorized)
			}
			io.WriteString(rw, challenge)
			return
		}
		if err := c.Verify(a, request); err != nil {
			w.t.Errorf("the sandbox's signature is refused: %v", err)
			rw.WriteHeader(http.StatusUnauthorized)
			return
		}
		if refuse {
			rw.WriteHeader(http.StatusInternalServerError)
			return
		}
		events, err := c.Parse(a, request)
		if err != nil {
			w.t.Errorf("the sandbox's webhook can't be parsed: %v\n%s", err, body)
			rw.WriteHeader(http.StatusBadRequest)
			return
		}
		channeltest.CheckEvents(w.t, events)
		w.headers <- r.Header
		for _, e := range events {
			w.events <- e
		}
		return
	}
	rw.WriteHeader(http.StatusNotFound)
}

// next waits for an event.
func (w *world) next() channel.Event {
	w.t.Helper()
	select {
	case e := <-w.events:
		return e
	case <-time.After(20 * time.Second):
		w.t.Fatal("no webhook came")
	}
	panic("not reached")
}

// call uses the person's API.
func (w *world) call(method, path string, body, into any) int {
	w.t.Helper()
	var r io.Reader
	if body != nil {
		raw, err := json.Marshal(body)
		if err != nil {
			w.t.Fatal(err)
		}
		r = bytes.NewReader(raw)
	}
	req, err := http.NewRequestWithContext(w.t.Context(), method, w.server.URL+sandbox.APIPath+path, r)
	if err != nil {
		w.t.Fatal(err)
	}
	return w.do(req, into)
}

func (w *world) do(req *http.Request, into any) int {
	w.t.Helper()
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		w.t.Fatal(err)
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	if into != nil && res.StatusCode < 300 {
		if err := json.Unmarshal(raw, into); err != nil {
			w.t.Fatalf("%s %s: %v in %s", req.Method, req.URL, err, raw)
		}
	} else if into != nil {
		w.t.Fatalf("%s %s: %d %s", req.Method, req.URL, res.StatusCode, raw)
	}
	return res.StatusCode
}

// upload says something with a file.
func (w *world) upload(phone string, said map[string]any, name, kind string, b []byte) sandbox.Message {
	w.t.Helper()
	var form bytes.Buffer
	f := multipart.NewWriter(&form)
	raw, _ := json.Marshal(said)
	f.WriteField("message", string(raw))
	head := textproto.MIMEHeader{}
	head.Set("Content-Disposition", multipart.FileContentDisposition("file", name))
	head.Set("Content-Type", kind)
	part, _ := f.CreatePart(head)
	part.Write(b)
	f.Close()
	req, _ := http.NewRequestWithContext(w.t.Context(), http.MethodPost, w.server.URL+sandbox.APIPath+"/phones/"+phone+"/messages", &form)
	req.Header.Set("Content-Type", f.FormDataContentType())
	var m sandbox.Message
	w.do(req, &m)
	return m
}

func (w *world) phone(a channel.Account) sandbox.Phone {
	w.t.Helper()
	var p sandbox.Phone
	w.call(http.MethodPost, "/channels/"+a.ID.String()+"/phones", nil, &p)
	return p
}

// say sends as the customer.
func (w *world) say(p sandbox.Phone, said map[string]any) sandbox.Message {
	w.t.Helper()
	var m sandbox.Message
	w.call(http.MethodPost, "/phones/"+p.ID+"/messages", said, &m)
	return m
}

// written makes a phone whose customer has just written, so that the window is open.
func (w *world) written(a channel.Account) (sandbox.Phone, channel.Event) {
	w.t.Helper()
	p := w.phone(a)
	w.say(p, map[string]any{"text": "Hello?"})
	return p, w.next()
}

func (w *world) messages(p sandbox.Phone) []sandbox.Message {
	w.t.Helper()
	var out struct{ Items []sandbox.Message }
	w.call(http.MethodGet, "/phones/"+p.ID+"/messages", nil, &out)
	return out.Items
}

func (w *world) misbehave(a channel.Account, m sandbox.Misbehaviour) {
	w.t.Helper()
	w.call(http.MethodPut, "/channels/"+a.ID.String()+"/misbehaviour", m, &m)
}

func (w *world) exchange(a channel.Account) []sandbox.Exchange {
	w.t.Helper()
	var out struct{ Items []sandbox.Exchange }
	w.call(http.MethodGet, "/channels/"+a.ID.String()+"/exchange", nil, &out)
	return out.Items
}

// outbound to a phone, with an entry id and a callback as the outbox makes them.
func (w *world) outbound(a channel.Account, p sandbox.Phone, c message.Content) channel.Outbound {
	id := message.NewID[message.EntryID]()
	return channel.Outbound{EntryID: id, To: message.Address{Kind: message.AddressPhone, Value: p.Number}, Content: c, CallbackURL: a.WebhookURL + "?entry=" + id.String()}
}

func (w *world) send(a channel.Account, out channel.Outbound) (string, error) {
	ctx, cancel := context.WithTimeout(w.t.Context(), 15*time.Second)
	defer cancel()
	return w.connector(a).Send(ctx, a, out)
}

// refusedWith checks how a send ended.
func refusedWith(t *testing.T, err error, outcome fault.Outcome, code fault.DeliveryCode, provider string) {
	t.Helper()
	var d *fault.Delivery
	if !errors.As(err, &d) {
		t.Fatalf("got %v, want a delivery error", err)
	}
	if d.Outcome != outcome || d.Code != code || provider != "" && d.ProviderCode != provider {
		t.Errorf("got %v, want %s %s of %s", err, outcome, code, provider)
	}
}

// until polls a condition that becomes true without another signal.
func (w *world) until(what string, ok func() bool) {
	w.t.Helper()
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); {
		if ok() {
			return
		}
		time.Sleep(5 * time.Millisecond) //nolint:forbidigo // a poll with a deadline, not a guess
	}
	w.t.Fatalf("never: %s", what)
}

// statuses waits for n receipts of one message.
func (w *world) statuses(n int) (out []string) {
	w.t.Helper()
	for range n {
		e := w.next()
		if e.Receipt == nil {
			w.t.Fatalf("not a receipt: %+v", e)
		}
		out = append(out, string(e.Receipt.Status))
	}
	return out
}
