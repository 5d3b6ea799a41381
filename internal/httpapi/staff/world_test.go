package staff_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"switchboard/internal/blob"
	"switchboard/internal/channel"
	"switchboard/internal/channel/sms"
	"switchboard/internal/channel/twilio"
	"switchboard/internal/channel/whatsapp"
	"switchboard/internal/consent"
	"switchboard/internal/conversation"
	"switchboard/internal/egress"
	"switchboard/internal/file"
	staffapi "switchboard/internal/httpapi/staff"
	"switchboard/internal/httpapi/trace"
	"switchboard/internal/identity"
	"switchboard/internal/identity/jwks"
	"switchboard/internal/message"
	"switchboard/internal/org"
	"switchboard/internal/privacy"
	"switchboard/internal/push"
	pushweb "switchboard/internal/push/web"
	"switchboard/internal/routing"
	"switchboard/internal/setup"
	"switchboard/internal/staff"
	"switchboard/internal/store"
	"switchboard/internal/store/storetest"
)

const publicURL = "http://switchboard.test"

// world is the API over a real database, as the program puts it together.
type world struct {
	// mail takes e-mails of the house; by default none can be sent, so that links are shown.
	mail   func(to, text string) error
	t      *testing.T
	db     *store.DB
	api    *staffapi.API
	setup  *setup.Service
	staff  *staff.Service
	server *httptest.Server
	sent   *courtesies
	// provider answers what connectors call.
	provider http.Handler
	upstream *httptest.Server
	// pushes is where browsers are called.
	pushes *pushService
	push   *push.Service
}

// courtesies notes what went to customers beside messages.
type courtesies struct {
	typing []bool
	notes  int
	reads  int
}

func (c *courtesies) StaffTyping(_ context.Context, _ message.OrgID, _ conversation.Staff, _ message.ConversationID, typing, note bool) error {
	if note {
		c.notes++
	} else {
		c.typing = append(c.typing, typing)
	}
	return nil
}

func (c *courtesies) StaffRead(context.Context, message.OrgID, message.ConversationID) { c.reads++ }

func newWorld(t *testing.T, db *store.DB) *world {
	t.Helper()
	w := &world{t: t, db: db, sent: &courtesies{}, mail: func(string, string) error { return errors.New("no mail server in this test") }}
	w.upstream = httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) { w.provider.ServeHTTP(rw, r) }))
	t.Cleanup(w.upstream.Close)
	connectors := []channel.Connector{whatsapp.New(http.DefaultClient), twilio.New(http.DefaultClient)}
	capabilities := func(t, provider string) channel.Capabilities {
		for _, c := range connectors {
			if string(c.Type()) == t && c.Provider() == provider {
				return c.Capabilities()
			}
		}
		return channel.WebCapabilities()
	}
	blobs, err := blob.Open(context.Background(), "file:"+t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	files := &file.Service{Write: store.Writer[file.Tx](db), Rows: db, Blobs: blobs,
		Links: file.Links{Base: "http://files.test", Key: []byte("a key for links")}}
	w.staff = staff.New(store.Writer[staff.Tx](db), db, staff.NewPasswords(), publicURL)
	w.staff.KnowDevices([]byte("a key for devices"))
	w.setup = &setup.Service{Write: store.Writer[setup.Tx](db), Template: db.TemplateByID, PublicURL: publicURL, WidgetURL: "http://widget.test", Sandbox: true,
		File: files.Get, OpenFile: files.OpenByID, CheckURL: egress.Guard{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}}.CheckURL,
		Account: func(ctx context.Context, org message.OrgID, id message.ChannelID) (channel.Account, channel.Connector, error) {
			c, err := db.ChannelByID(ctx, org, id)
			if err != nil {
				return channel.Account{}, nil, err
			}
			row, err := db.Account(ctx, id)
			row.BaseURL = w.upstream.URL
			for _, one := range connectors {
				if string(one.Type()) == c.Type && one.Provider() == c.Provider {
					return row.Account, one, err
				}
			}
			return row.Account, nil, err
		},
		Candidate: func(a channel.Account) (channel.Account, channel.Connector, error) {
			a.BaseURL = w.upstream.URL
			for _, one := range connectors {
				if one.Type() == a.Type && one.Provider() == a.Provider {
					return a, one, nil
				}
			}
			return a, nil, errors.New("no connector")
		}}
	rules := privacy.NewRulebook(db.SensitiveRules)
	w.setup.SensitiveRules, w.setup.Rules = db.SensitiveRules, rules
	w.setup.Kinds = append(w.setup.Kinds, setup.Kind{Type: channel.Web, Capabilities: channel.WebCapabilities()})
	for _, c := range connectors {
		w.setup.Kinds = append(w.setup.Kinds, setup.KindOf(c))
	}
	w.pushes = newPushService(t)
	views := store.NewViews(db, capabilities, files.Links.Sign)
	w.push = &push.Service{Write: store.Writer[push.Tx](db), Rows: struct {
		*store.DB
		*store.Views
	}{db, views}, Sender: pushweb.New(w.pushes.server.Client().Transport, publicURL, func(purpose string) []byte {
		key := sha256.Sum256([]byte(purpose))
		return key[:]
	})}
	talk := &conversation.Service{Write: store.Writer[conversation.Tx](db), Capabilities: capabilities,
		Segments: func(text string) int { return sms.Measure(text).Segments }, Rules: rules}
	first := &setup.First{Setup: w.setup, Staff: w.staff, Token: firstToken, Empty: func(ctx context.Context) (bool, error) {
		orgs, err := db.Organisations(ctx)
		return len(orgs) == 0, err
	}}
	published := jwks.New(&http.Client{Timeout: time.Second}, db, nil, nil)
	t.Cleanup(published.Stop)
	w.api = staffapi.New(staffapi.Deps{
		First: first, Mail: func(ctx context.Context, to, subject, text string) error { return w.mail(to, text) },
		Version: "test", PublicURL: publicURL, ClientIP: func(r *http.Request) string { return r.RemoteAddr[:strings.LastIndex(r.RemoteAddr, ":")] },
		Staff: w.staff, Organisation: &org.Service{Write: store.Writer[org.Tx](db)}, Setup: w.setup,
		RoutingSetup:  &routing.Setup{Write: store.Writer[routing.SetupTx](db), ChannelTypes: []string{"web", "whatsapp", "sms"}},
		Conversations: talk,
		Open: func(ctx context.Context, org message.OrgID, by conversation.Staff, c message.ChannelID, to message.Address, d conversation.Draft) (conversation.Entry, error) {
			return talk.Open(ctx, org, store.Writer[conversation.OpenTx](db), by, c, to, d)
		},
		Consents:  &conversation.Consents{Write: store.Writer[conversation.OpenTx](db)},
		Transfers: &conversation.Transfers{Write: store.Writer[conversation.TransferTx](db)},
		Eraser:    &conversation.Eraser{Write: store.Writer[conversation.EraseTx](db)},
		Identity:  verification{&identity.Verifier{Rows: db, Published: published}, published},
		Routing:   &routing.Service{Write: store.Writer[routing.Tx](db)}, Outbound: w.sent, Push: w.push,
		Files: files, FileMax: 1 << 20, SignFile: files.Links.Sign,
		Claims: db, Views: views, Rows: db,
	})
	w.server = httptest.NewServer(trace.Handler(w.api, nil))
	t.Cleanup(w.server.Close)
	return w
}

// each runs a test on both databases.
func each(t *testing.T, test func(w *world)) {
	t.Helper()
	storetest.Each(t, func(t *testing.T, db *store.DB) { test(newWorld(t, db)) })
}

type object = map[string]any

// reply is an answer of the API.
type reply struct {
	t      *testing.T
	what   string
	status int
	header http.Header
	text   string
	body   object
}

// is checks the status.
func (r reply) is(status int) reply {
	r.t.Helper()
	if r.status != status {
		r.t.Fatalf("%s: status %d, want %d\n%s", r.what, r.status, status, r.text)
	}
	return r
}

// refuses checks the status and the code of a problem.
func (r reply) refuses(status int, code string) reply {
	r.t.Helper()
	r.is(status)
	if r.body["code"] != code || r.header.Get("Content-Type") != "application/problem+json" {
		r.t.Fatalf("%s: code %v (%s), want %s\n%s", r.what, r.body["code"], r.header.Get("Content-Type"), code, r.text)
	}
	return r
}

// at walks into the body: "items.0.id" is split at dots.
func (r reply) at(path string) any {
	r.t.Helper()
	var v any = r.body
	for _, step := range strings.Split(path, ".") {
		switch now := v.(type) {
		case object:
			v = now[step]
		case []any:
			i := int(step[0] - '0')
			if i >= len(now) {
				r.t.Fatalf("%s: no %s in\n%s", r.what, path, r.text)
			}
			v = now[i]
		default:
			r.t.Fatalf("%s: no %s in\n%s", r.what, path, r.text)
		}
	}
	return v
}

func (r reply) str(path string) string {
	r.t.Helper()
	s, ok := r.at(path).(string)
	if !ok {
		r.t.Fatalf("%s: %s is no text in\n%s", r.what, path, r.text)
	}
	return s
}

// call makes a request with a bearer token; headers come in pairs.
func (w *world) call(token, method, path string, body any, headers ...string) reply {
	w.t.Helper()
	var reader io.Reader
	switch b := body.(type) {
	case nil:
	case string:
		reader = strings.NewReader(b)
	default:
		text, err := json.Marshal(b)
		if err != nil {
			w.t.Fatal(err)
		}
		reader = bytes.NewReader(text)
	}
	r, err := http.NewRequest(method, w.server.URL+path, reader)
	if err != nil {
		w.t.Fatal(err)
	}
	if reader != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		w.t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	out := reply{t: w.t, what: method + " " + path, status: res.StatusCode, header: res.Header, text: string(text)}
	if len(text) > 0 && text[0] == '{' && strings.Contains(res.Header.Get("Content-Type"), "json") {
		if err := json.Unmarshal(text, &out.body); err != nil {
			w.t.Fatalf("%s: %v in %q", out.what, err, text)
		}
	}
	return out
}

// company is an organisation with its administrator signed in.
type company struct {
	*world
	id    message.OrgID
	key   string
	admin string // token
	email string
}

const firstToken = "the-link-that-the-server-printed"

const password = "correct horse battery"

func (w *world) company(name string) *company {
	w.t.Helper()
	email := strings.ToLower(name) + "-admin@example.com"
	o, link, err := w.setup.CreateOrganisation(context.Background(), name, email)
	if err != nil {
		w.t.Fatal(err)
	}
	token := strings.TrimPrefix(link, publicURL+"/invite/")
	joined := w.call("", "POST", "/api/v1/invitations/"+token, object{"name": "Ada " + name, "password": password}).is(200)
	return &company{world: w, id: o.ID, key: o.Key, admin: joined.str("token"), email: email}
}

// do calls as the administrator.
func (c *company) do(method, path string, body any, headers ...string) reply {
	c.t.Helper()
	return c.call(c.admin, method, "/api/v1"+path, body, headers...)
}

// user invites somebody and signs them in.
func (c *company) user(name, role string) (id, token string) {
	c.t.Helper()
	made := c.do("POST", "/users", object{"name": name, "email": strings.ToLower(name) + "@" + strings.ToLower(c.key) + ".example", "role": role}).is(201)
	link := made.str("invite_link")
	joined := c.call("", "POST", "/api/v1/invitations/"+link[strings.LastIndex(link, "/")+1:], object{"password": password}).is(200)
	return made.str("id"), joined.str("token")
}

// received is a conversation in which a customer wrote, on a channel that is made for it.
type received struct {
	channel      message.ChannelID
	conversation message.ConversationID
	session      message.SessionID
	customer     message.CustomerID
	entry        message.EntryID
	offer        message.OfferID
}

// receive makes a sandbox channel on which a customer writes, and offers the work to a user.
func (c *company) receive(channelType, text, user string) (out received) {
	c.t.Helper()
	made := c.do("POST", "/channels", object{"type": channelType, "name": "Line " + text, "sandbox": channelType != "web"}).is(201)
	out.channel, _ = message.ParseID[message.ChannelID](made.str("id"))
	agent, _ := message.ParseID[message.UserID](user)
	err := c.db.Write(context.Background(), c.id, func(tx *store.Tx) error {
		id, _, err := tx.EnsureCustomer(out.channel, []message.Address{{Kind: message.AddressPhone, Value: "+436601234567"}}, message.Profile{Name: "Carla"})
		if err != nil {
			return err
		}
		if _, _, err := tx.SetConsent(id, consent.Change{To: consent.Implicit, Cause: consent.ByWriting}); err != nil {
			return err
		}
		talk, _, err := tx.EnsureConversation(out.channel, id, "")
		if err != nil {
			return err
		}
		if _, err := conversation.CustomerWrites(tx, &talk, nil, 0); err != nil {
			return err
		}
		e := conversation.Entry{ID: message.NewID[message.EntryID](), Kind: message.KindMessage, Content: message.Content{Text: text}, ProviderID: "in " + text}
		if err := conversation.Received(tx, &talk, &e, true); err != nil {
			return err
		}
		out.customer, out.conversation, out.session, out.entry = id, talk.ID, talk.Session.ID, e.ID
		o := routing.Offer{ID: message.NewID[message.OfferID](), Session: talk.Session.ID, Conversation: talk.ID, Agent: agent, State: routing.OfferOpen,
			Units: 1, Reason: message.Reason{Text: "free"}, CreatedAt: tx.Now(), ExpiresAt: tx.Now().Add(time.Minute)}
		out.offer = o.ID
		return tx.InsertOffer(o)
	})
	if err != nil {
		c.t.Fatal(err)
	}
	return out
}
