// Package channeltest is the one suite that every connector passes: signatures, parsing that never
// panics, and sends that end as promise 4 says, against a provider that answers, refuses, breaks and
// hangs. What is peculiar to a provider is tested beside its connector.
package channeltest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"switchboard/internal/channel"
	"switchboard/internal/fault"
	"switchboard/internal/message"
)

// Reader is a connector with webhooks.
type Reader interface {
	channel.Connector
	channel.WebhookReader
}

// Suite is what a connector brings.
type Suite struct {
	New func(*http.Client) Reader
	// Account is complete, with secrets that occur nowhere else. BaseURL is set by the suite.
	Account channel.Account
	// Sign adds to a request what the provider adds, so that the account's Verify takes it.
	Sign func(channel.Account, *channel.WebhookRequest)
	// Messages are unsigned calls by name, at least one with a customer's text and one with a status.
	Messages map[string]channel.WebhookRequest
	// Send is a message that the connector takes.
	Send channel.Outbound
	// Taken is the provider's good answer to it, and TakenID the id in it.
	Taken   func(http.ResponseWriter)
	TakenID string
	// Errors are the provider's own error answers by name, with what they must become.
	Errors map[string]ErrorCase
}

// ErrorCase is an answer of the provider and how a send ends with it.
type ErrorCase struct {
	Status  int
	Body    string
	Outcome fault.Outcome
	Code    fault.DeliveryCode
	Hold    bool
}

// Ends makes an ErrorCase.
func Ends(status int, body string, outcome fault.Outcome, code fault.DeliveryCode, hold bool) ErrorCase {
	return ErrorCase{Status: status, Body: body, Outcome: outcome, Code: code, Hold: hold}
}

// Run runs the suite.
func Run(t *testing.T, s Suite) {
	t.Run("describes itself", s.describes)
	t.Run("verifies", s.verifies)
	t.Run("parses", s.parses)
	t.Run("sends", s.sends)
	t.Run("ends as the provider says", s.errorAnswers)
	t.Run("ends truthfully without an answer", s.withoutAnswer)
}

func (s Suite) describes(t *testing.T) {
	c := s.New(http.DefaultClient)
	if c.Type() == "" || c.Hook() == "" {
		t.Error("a connector with webhooks needs a type and a hook")
	}
	seen := map[string]bool{}
	for _, set := range c.Settings() {
		if set.Name == "" || set.Label == "" || set.Help == "" || seen[set.Name] {
			t.Errorf("setting %+v needs a name of its own, a label and help", set)
		}
		seen[set.Name] = true
		if _, err := regexp.Compile(set.Pattern); err != nil {
			t.Errorf("setting %s: %v", set.Name, err)
		}
		value := s.Account.Settings[set.Name]
		if set.Secret {
			value = s.Account.Secrets[set.Name]
		}
		if set.Required && value == "" {
			t.Errorf("the suite's account lacks %s", set.Name)
		}
		if value != "" && set.Pattern != "" && !regexp.MustCompile("^(?:"+set.Pattern+")$").MatchString(value) {
			t.Errorf("setting %s: %q doesn't match its pattern", set.Name, value)
		}
	}
	caps := c.Capabilities()
	if caps.TextMax <= 0 || caps.TextUnit == "" || caps.PerSecond <= 0 {
		t.Errorf("capabilities lack the text limit or the pace: %+v", caps)
	}
}

func (s Suite) verifies(t *testing.T) {
	c := s.New(http.DefaultClient)
	for name, bare := range s.Messages {
		t.Run(name, func(t *testing.T) {
			good := s.signed(bare)
			if err := c.Verify(s.Account, good); err != nil {
				t.Fatalf("a good signature is refused: %v", err)
			}
			s.refuses(t, "no signature", s.Account, clone(bare))

			tampered := s.signed(bare)
			if len(tampered.Body) > 0 {
				tampered.Body = append([]byte(nil), tampered.Body...)
				tampered.Body[len(tampered.Body)/2] ^= 1
				s.refuses(t, "one bit of the body changed", s.Account, tampered)
			}
			longer := s.signed(bare)
			longer.Body = append(append([]byte(nil), longer.Body...), '&', 'a', '=', 'b')
			s.refuses(t, "something added", s.Account, longer)

			other := s.Account
			other.Secrets = map[string]string{}
			for k, v := range s.Account.Secrets {
				other.Secrets[k] = v + "x"
			}
			s.refuses(t, "another account's signature", other, good)

			none := s.Account
			none.Secrets = nil
			s.refuses(t, "an account without secrets", none, good)

			for h := range good.Header {
				for _, v := range []string{"", "sha256=", "sha256=zz", "AAAA", "sha256=" + strings.Repeat("0", 64), strings.Repeat("A", 1<<16)} {
					if h == "Content-Type" {
						continue
					}
					broken := s.signed(bare)
					broken.Header.Set(h, v)
					s.refuses(t, fmt.Sprintf("%s: %.20q", h, v), s.Account, broken)
				}
			}
		})
	}
}

func (s Suite) refuses(t *testing.T, what string, a channel.Account, r channel.WebhookRequest) {
	t.Helper()
	err := s.New(http.DefaultClient).Verify(a, r)
	if fault.CodeOf(err) != fault.BadSignature {
		t.Errorf("%s: got %v, want bad_signature", what, err)
	}
	s.noSecret(t, err)
}

func (s Suite) signed(r channel.WebhookRequest) channel.WebhookRequest {
	r = clone(r)
	s.Sign(s.Account, &r)
	return r
}

func clone(r channel.WebhookRequest) channel.WebhookRequest {
	r.Header = r.Header.Clone()
	if r.Header == nil {
		r.Header = http.Header{}
	}
	return r
}

func (s Suite) parses(t *testing.T) {
	c := s.New(http.DefaultClient)
	messages, receipts := 0, 0
	for name, r := range s.Messages {
		t.Run(name, func(t *testing.T) {
			events, err := c.Parse(s.Account, s.signed(r))
			if err != nil {
				t.Fatal(err)
			}
			if len(events) == 0 {
				t.Fatal("a verified call says nothing at all; it should at least be ignored by name")
			}
			CheckEvents(t, events)
			again, err := c.Parse(s.Account, s.signed(r))
			if err != nil || len(again) != len(events) {
				t.Fatalf("parsed again: %d events, %v", len(again), err)
			}
			for i := range events {
				if events[i].ProviderID != again[i].ProviderID {
					t.Error("the same call parsed twice has other ids: a repeated delivery would double")
				}
				switch events[i].Kind {
				case channel.EventMessage:
					messages++
				case channel.EventReceipt:
					receipts++
				}
			}
			for cut := range min(len(r.Body), 400) { // a body cut anywhere may be an error, never a panic
				short := s.signed(r)
				short.Body = short.Body[:cut]
				if events, err := c.Parse(s.Account, short); err == nil {
					CheckEvents(t, events)
				}
			}
		})
	}
	if messages == 0 || receipts == 0 {
		t.Errorf("the suite's calls hold %d messages and %d receipts: bring one of each at least", messages, receipts)
	}
}

// CheckEvents holds what is true of every event of every connector. Fuzz tests use it too.
func CheckEvents(t *testing.T, events []channel.Event) {
	t.Helper()
	seen := map[string]bool{}
	for _, e := range events {
		if e.ProviderID == "" {
			t.Errorf("an event without a provider's id: %+v", e)
		}
		if seen[e.ProviderID] && e.Kind != channel.EventReceipt && e.Kind != channel.EventIgnored {
			// The provider itself may repeat one in a call; inbound makes it once.
			t.Logf("id %s twice in one call", e.ProviderID)
		}
		seen[e.ProviderID] = true
		switch e.Kind {
		case channel.EventMessage:
			if len(e.From) == 0 || e.From[0].Value == "" {
				t.Errorf("a message from nobody: %+v", e)
			}
			c := e.Content
			if c.Text == "" && c.File == nil && c.Location == nil && c.Contacts == nil && c.Choice == nil && c.Form == nil && c.Unsupported == "" && e.Media == nil {
				t.Errorf("a message that says nothing, not even that it is unsupported: %+v", e)
			}
			if (e.Media != nil) != (c.File != nil) {
				t.Errorf("file and media reference come together: %+v", e)
			}
		case channel.EventReceipt:
			if e.Receipt == nil || e.Receipt.ProviderID == "" || e.Receipt.Status == "" {
				t.Errorf("an empty receipt: %+v", e)
			} else if (e.Receipt.Status == message.StatusFailed) != (e.Receipt.Failure != nil) {
				t.Errorf("a failure and its reason come together: %+v", e.Receipt)
			}
		case channel.EventReaction:
			if e.Content.Reaction == nil {
				t.Errorf("a reaction without one: %+v", e)
			}
		case channel.EventAccount:
			if e.Account == nil {
				t.Errorf("a change of the account without what it says: %+v", e)
			}
		case channel.EventEdit, channel.EventDelete, channel.EventOptIn, channel.EventOptOut, channel.EventIgnored, channel.EventTyping:
		default:
			t.Errorf("an event of no known kind: %+v", e)
		}
		for _, a := range e.From {
			if a.Kind == message.AddressPhone && !strings.HasPrefix(a.Value, "+") {
				t.Errorf("a phone number that is not E.164: %+v", a)
			}
		}
	}
}

func (s Suite) sends(t *testing.T) {
	id, err := s.attempt(t, func(w http.ResponseWriter, _ *http.Request) { s.Taken(w) })
	if err != nil || id != s.TakenID {
		t.Fatalf("got %q, %v; want %q", id, err, s.TakenID)
	}
}

func (s Suite) errorAnswers(t *testing.T) {
	generic := map[string]ErrorCase{
		"a bare 400":                       Ends(400, "", fault.Refused, fault.Rejected, false),
		"a bare 401":                       Ends(401, "no", fault.Refused, fault.ChannelSettings, true),
		"a bare 429":                       Ends(429, "<html>slow down</html>", fault.Later, fault.CantSendNow, true),
		"a bare 500":                       Ends(500, "", fault.Later, fault.ServiceFailed, false),
		"a bare 503":                       Ends(503, "{", fault.Later, fault.ServiceFailed, false),
		"a gateway that lost the answer":   Ends(504, "<html>", fault.Unknown, fault.ServiceFailed, false),
		"a gateway with a broken back end": Ends(502, "<html>", fault.Unknown, fault.ServiceFailed, false),
		"a redirect":                       Ends(302, "", fault.Refused, fault.ChannelSettings, false),
	}
	for name, c := range s.Errors {
		generic[name] = c
	}
	for name, c := range generic {
		t.Run(name, func(t *testing.T) {
			_, err := s.attempt(t, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Retry-After", "7")
				w.Header().Set("Location", "/elsewhere")
				w.WriteHeader(c.Status)
				io.WriteString(w, c.Body)
			})
			d := s.delivery(t, err)
			if d.Outcome != c.Outcome || d.Code != c.Code || d.HoldChannel != c.Hold {
				t.Errorf("got %s %s hold=%v, want %s %s hold=%v (%v)", d.Outcome, d.Code, d.HoldChannel, c.Outcome, c.Code, c.Hold, err)
			}
			if d.RetryAfter != 7 {
				t.Errorf("Retry-After is lost: %d", d.RetryAfter)
			}
		})
	}
}

func (s Suite) withoutAnswer(t *testing.T) {
	t.Run("an answer that can't be read", func(t *testing.T) {
		_, err := s.attempt(t, func(w http.ResponseWriter, _ *http.Request) { s.okWith(w, "thanks!") })
		s.ends(t, err, fault.Unknown)
	})
	t.Run("an answer that breaks off", func(t *testing.T) {
		_, err := s.attempt(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "1000")
			s.okWith(w, "{")
			panic(http.ErrAbortHandler)
		})
		s.ends(t, err, fault.Unknown)
	})
	t.Run("a connection that breaks", func(t *testing.T) {
		_, err := s.attempt(t, func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
		s.ends(t, err, fault.Unknown)
	})
	t.Run("no answer in time", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		arrived := make(chan struct{})
		go func() { <-arrived; cancel() }()
		_, err := s.attemptWith(ctx, t, func(_ http.ResponseWriter, r *http.Request) {
			close(arrived)
			<-r.Context().Done()
		})
		s.ends(t, err, fault.Unknown)
	})
	t.Run("given up before it began", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err := s.attemptWith(ctx, t, func(http.ResponseWriter, *http.Request) { t.Error("the provider was called") })
		s.ends(t, err, fault.Later)
	})
	t.Run("nobody listens", func(t *testing.T) {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		address := "http://" + l.Addr().String()
		l.Close()
		_, err = s.sendTo(t.Context(), address)
		d := s.ends(t, err, fault.Later)
		if d.Code != fault.ServiceUnreachable {
			t.Errorf("got %s, want 0001", d.Code)
		}
	})
	t.Run("an address that is none", func(t *testing.T) {
		_, err := s.sendTo(t.Context(), "http://\x7f")
		s.delivery(t, err)
	})
}

func (s Suite) okWith(w http.ResponseWriter, body string) {
	rec := httptest.NewRecorder()
	s.Taken(rec)
	w.WriteHeader(rec.Code)
	io.WriteString(w, body)
	if f, ok := w.(http.Flusher); ok {
		f.Flush()
	}
}

func (s Suite) attempt(t *testing.T, provider http.HandlerFunc) (string, error) {
	t.Helper()
	return s.attemptWith(t.Context(), t, provider)
}

func (s Suite) attemptWith(ctx context.Context, t *testing.T, provider http.HandlerFunc) (string, error) {
	t.Helper()
	calls := make(chan string, 16)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body) // a provider reads what it answers; a broken connection is seen only then
		calls <- r.URL.Path
		provider(w, r)
	}))
	defer server.Close()
	id, err := s.sendTo(ctx, server.URL)
	if n := len(calls); n > 1 {
		t.Errorf("%d calls in one attempt: the connector must not retry", n)
	}
	return id, err
}

func (s Suite) sendTo(ctx context.Context, base string) (string, error) {
	a := s.Account
	a.BaseURL = base
	client := &http.Client{Transport: &http.Transport{}, Timeout: 20 * time.Second}
	defer client.CloseIdleConnections()
	return s.New(client).Send(ctx, a, s.Send)
}

func (s Suite) ends(t *testing.T, err error, want fault.Outcome) *fault.Delivery {
	t.Helper()
	d := s.delivery(t, err)
	if d.Outcome != want {
		t.Errorf("got %s, want %s (%v)", d.Outcome, want, err)
	}
	return d
}

func (s Suite) delivery(t *testing.T, err error) *fault.Delivery {
	t.Helper()
	var d *fault.Delivery
	if !errors.As(err, &d) {
		t.Fatalf("Send ends in an id or a *fault.Delivery, not in %v", err)
	}
	s.noSecret(t, err)
	return d
}

// noSecret: errors are logged.
func (s Suite) noSecret(t *testing.T, err error) {
	t.Helper()
	for name, v := range s.Account.Secrets {
		if err != nil && v != "" && strings.Contains(fmt.Sprintf("%v %+v", err, err), v) {
			t.Errorf("the error tells the secret %s: %v", name, err)
		}
	}
}
