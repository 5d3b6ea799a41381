package customer_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"switchboard/internal/blob"
	"switchboard/internal/bus"
	"switchboard/internal/channel"
	"switchboard/internal/conversation"
	"switchboard/internal/customer"
	"switchboard/internal/file"
	api "switchboard/internal/httpapi/customer"
	"switchboard/internal/httpapi/files"
	"switchboard/internal/identity"
	"switchboard/internal/message"
	"switchboard/internal/org"
	"switchboard/internal/resource"
	"switchboard/internal/store"
	"switchboard/internal/store/storetest"
)

const (
	orgKey     = "00D000000000001"
	deployment = "Help_Web"
	origin     = "https://shop.example.com"
)

// house is a running customer API with one organisation, one web channel and one deployment.
type house struct {
	t         testing.TB
	db        *store.DB
	raw       *sql.DB
	sqlite    bool
	url       string
	org       message.OrgID
	channel   message.ChannelID
	customers *customer.Service
	agents    *conversation.Service
	files     *file.Service
	hub       *api.Hub
	api       *api.API
	handler   http.Handler

	mu      sync.Mutex
	clock   time.Duration // how far ahead customers' clock is
	typings []string
}

// each runs a test on both databases.
func each(t *testing.T, test func(h *house)) {
	storetest.EachURL(t, func(t *testing.T, url string) { test(newHouse(t, url, settings())) })
}

func settings() resource.DeploymentSettings {
	return resource.DeploymentSettings{
		Origins: []string{origin}, Languages: []string{"en", "de"}, EnterSends: true, Emoji: true, Attachments: true, Typing: true, Receipts: true, Transcript: true,
		Branding: resource.Branding{Title: "Help", Accent: "#0b57d0"},
		Labels:   map[string]map[string]string{"en": {"title": "Ask us", "send": "Go"}, "de": {"title": "Frag uns"}},
		Prechat: []resource.PrechatField{
			{Name: "_firstName", Type: "Text", Required: true, MaxLength: 20},
			{Name: "topic", Type: "ChoiceList", Choices: []message.Option{{ID: "billing", Title: "Billing"}}, Labels: map[string]string{"en": "Topic", "de": "Thema"}},
			{Name: "page", Type: "Text", Hidden: true, MaxLength: 10},
		},
	}
}

func newHouse(t testing.TB, url string, published resource.DeploymentSettings) *house {
	t.Helper()
	h := &house{t: t, org: message.NewID[message.OrgID](), channel: message.NewID[message.ChannelID](), db: storetest.Open(t, url)}
	h.seed(url, orgKey, h.org, h.channel, published)
	folder, err := blob.Open(t.Context(), "file:"+t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	wakes := bus.NewMemory()
	h.db.OnCommit(wakes.Publish)
	h.hub = api.NewHub(h.db, wakes.Subscribe())
	h.hub.Publish = wakes.Publish
	h.hub.Start()
	server := httptest.NewUnstartedServer(nil)
	server.Start()
	h.url = server.URL
	now := func() time.Time {
		h.mu.Lock()
		defer h.mu.Unlock()
		return time.Now().Add(h.clock)
	}
	h.customers = &customer.Service{Write: store.Writer[customer.Tx](h.db), Rows: h.db, Now: now, Identity: &identity.Verifier{Rows: h.db, Now: now}}
	h.files = &file.Service{Write: store.Writer[file.Tx](h.db), Rows: h.db, Blobs: folder, Links: file.Links{Base: server.URL, Key: []byte("test")}}
	h.agents = &conversation.Service{
		Write: store.Writer[conversation.Tx](h.db),
		Capabilities: func(string, string) channel.Capabilities {
			return channel.Capabilities{TextMax: 10_000, TextUnit: "characters", ReplyTo: true, FilesMax: 1, TextWithFile: true, FilesOut: []channel.FileRule{{Types: []string{"*/*"}, MaxBytes: 1 << 20}}}
		},
		Segments: func(string) int { return 1 },
	}
	h.api = &api.API{
		Customers: h.customers, Files: h.files, Hub: h.hub,
		Typing: func(_ message.OrgID, _ message.ConversationID, a resource.Author, typing bool) {
			h.mu.Lock()
			defer h.mu.Unlock()
			h.typings = append(h.typings, fmt.Sprint(a.Type, " ", a.Name, " ", typing))
		},
		MatchOrigin: func(s *resource.DeploymentSettings, o string) bool { return o == s.Origins[0] },
		WriteWithin: 300 * time.Millisecond,
	}
	h.handler = h.api.Handler()
	mux := http.NewServeMux()
	mux.Handle("/", h.handler)
	mux.Handle(file.Path, files.Handler(h.files))
	server.Config.Handler = mux
	t.Cleanup(func() {
		h.hub.Stop()
		server.Close()
	})
	return h
}

// seed writes what setup would: an organisation with a web channel and its published deployment.
func (h *house) seed(url, key string, id message.OrgID, channelID message.ChannelID, published resource.DeploymentSettings) {
	h.t.Helper()
	if h.raw == nil {
		driver, address := "pgx", url
		if path, ok := strings.CutPrefix(url, "sqlite:"); ok {
			driver, address, h.sqlite = "sqlite", "file:"+path+"?_pragma=busy_timeout(10000)", true
		}
		var err error
		if h.raw, err = sql.Open(driver, address); err != nil {
			h.t.Fatal(err)
		}
		h.t.Cleanup(func() { _ = h.raw.Close() })
	}
	draft, _ := json.Marshal(published)
	if err := h.db.Write(context.Background(), id, func(tx *store.Tx) error {
		return tx.InsertOrganisation(org.Organisation{ID: id, Key: key, Name: "Shop", TimeZone: "UTC", Language: "en", CreatedAt: tx.Now(), Version: 1})
	}); err != nil {
		h.t.Fatal(err)
	}
	h.exec(`INSERT INTO channel (org_id, id, type, provider, name, api_name, address, active, sandbox, settings, required_consent, routing, created_at, version)
 VALUES ($1, $2, 'web', '', 'Web', 'Web', '', $3, $4, '{}', 'implicitly_opted_in', '{"mode":"everyone"}', 1, 1)`, h.id(id), h.id(channelID), true, false)
	h.exec(`INSERT INTO deployment (org_id, id, name, api_name, kind, channel_id, draft, published, published_at, version)
 VALUES ($1, $2, 'Help', $3, 'web', $4, $5, $5, 1, 1)`, h.id(id), h.id(message.NewID[message.DeploymentID]()), deployment, h.id(channelID), string(draft))
}

func (h *house) exec(query string, args ...any) {
	h.t.Helper()
	if h.sqlite {
		query = strings.ReplaceAll(query, "$", "?")
	}
	if _, err := h.raw.Exec(query, args...); err != nil {
		h.t.Fatal(err)
	}
}

// id is an id as the database at hand takes it.
func (h *house) id(id interface{ Raw() [16]byte }) any {
	raw := id.Raw()
	if h.sqlite {
		return raw[:]
	}
	return fmt.Sprintf("%x", raw)
}

// later moves customers' clock.
func (h *house) later(d time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.clock += d
}

var agent = conversation.Staff{ID: message.NewID[message.UserID](), Name: "Ada"}

// accept gives a conversation's session to the agent.
func (h *house) accept(id message.ConversationID) {
	h.t.Helper()
	h.write(func(tx *store.Tx) error {
		c, err := tx.Conversation(id)
		if err != nil {
			return err
		}
		return conversation.Accept(tx, &c, agent)
	})
}

func (h *house) write(fn func(tx *store.Tx) error) {
	h.t.Helper()
	if err := h.db.Write(context.Background(), h.org, fn); err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) answer(id message.ConversationID, text string) conversation.Entry {
	h.t.Helper()
	e, err := h.agents.Send(context.Background(), h.org, agent, id, conversation.Draft{Text: text})
	if err != nil {
		h.t.Fatal(err)
	}
	return e
}

// deviceNamed is a random UUID that is the same for the same name.
func deviceNamed(name string) string {
	sum := sha256.Sum256([]byte(name))
	sum[6], sum[8] = 0x40|sum[6]&0x0f, 0x80|sum[8]&0x3f
	return message.RowID(sum[:16]).String()
}

// browser is one customer.
type browser struct {
	*house
	token, head string
	device      string
	customer    message.CustomerID
}

func (h *house) browser(name string) *browser {
	h.t.Helper()
	device := deviceNamed(name)
	b := &browser{house: h, device: device}
	status, body := b.call("POST", "/iamessage/api/v2/authorization/unauthenticated/access-token",
		object{"orgId": orgKey, "esDeveloperName": deployment, "capabilitiesVersion": "1", "platform": "Web", "deviceId": device})
	if status != 200 {
		h.t.Fatalf("access token: %d %v", status, body)
	}
	b.token, b.head = body["accessToken"].(string), body["lastEventId"].(string)
	subject := at(body, "context", "endUser", "subject").(string)
	b.customer, _ = message.ParseID[message.CustomerID](subject)
	return b
}

type object = map[string]any

// at walks down objects and lists.
func at(v any, path ...any) any {
	for _, step := range path {
		switch s := step.(type) {
		case string:
			m, _ := v.(object)
			v = m[s]
		case int:
			l, _ := v.([]any)
			if s >= len(l) {
				return nil
			}
			v = l[s]
		}
	}
	return v
}

func (b *browser) request(method, path string, body io.Reader, headers ...string) *http.Response {
	b.t.Helper()
	r, err := http.NewRequestWithContext(b.t.Context(), method, b.url+path, body)
	if err != nil {
		b.t.Fatal(err)
	}
	if b.token != "" {
		r.Header.Set("Authorization", "Bearer "+b.token)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		b.t.Fatal(err)
	}
	return response
}

func (b *browser) call(method, path string, body any, headers ...string) (int, object) {
	b.t.Helper()
	var reader io.Reader
	switch v := body.(type) {
	case nil:
	case string:
		reader = strings.NewReader(v)
	default:
		text, _ := json.Marshal(v)
		reader = bytes.NewReader(text)
	}
	response := b.request(method, path, reader, headers...)
	defer response.Body.Close()
	var out object
	_ = json.NewDecoder(response.Body).Decode(&out)
	return response.StatusCode, out
}

// must is call for what has to succeed.
func (b *browser) must(method, path string, body any) object {
	b.t.Helper()
	status, out := b.call(method, path, body)
	if status >= 300 {
		b.t.Fatalf("%s %s: %d %v", method, path, status, out)
	}
	return out
}

func talkPath(thread string) string { return "/iamessage/api/v2/conversation/" + thread }

// talk opens a conversation and returns its client-made and its own id.
func (b *browser) talk(answers object) (string, message.ConversationID) {
	b.t.Helper()
	thread := message.NewID[message.RowID]().String()
	b.must("POST", "/iamessage/api/v2/conversation", object{"conversationId": thread, "esDeveloperName": deployment, "routingAttributes": answers})
	c, err := b.db.CustomerConversation(b.t.Context(), b.org, b.customer, thread)
	if err != nil {
		b.t.Fatal(err)
	}
	return thread, c.ID
}

func textBody(id, text string) object {
	return object{"esDeveloperName": deployment, "message": object{"id": id, "messageType": "StaticContentMessage",
		"staticContent": object{"formatType": "Text", "text": text}}}
}

func newUUID() string { return message.NewID[message.RowID]().String() }

func (b *browser) say(thread, text string) string {
	b.t.Helper()
	id := newUUID()
	b.must("POST", talkPath(thread)+"/message", textBody(id, text))
	return id
}

// frame is one event of a stream.
type frame struct {
	id, event string
	data      object
}

func (f frame) payload() object {
	var p object
	text, _ := at(f.data, "conversationEntry", "entryPayload").(string)
	_ = json.Unmarshal([]byte(text), &p)
	return p
}

func (f frame) text() string {
	text, _ := at(f.payload(), "abstractMessage", "staticContent", "text").(string)
	return text
}

// tab is an open stream.
type tab struct {
	t      testing.TB
	frames chan frame
	cut    context.CancelFunc
	ended  chan string // the last comment
}

func (b *browser) open(cursor string) *tab {
	b.t.Helper()
	ctx, cancel := context.WithCancel(b.t.Context())
	r, _ := http.NewRequestWithContext(ctx, http.MethodGet, b.url+"/eventrouter/v1/sse?_ts=1", nil)
	r.Header.Set("Accept", "text/event-stream")
	r.Header.Set("Authorization", "Bearer "+b.token)
	r.Header.Set("X-Org-Id", orgKey)
	r.Header.Set("Last-Event-Id", cursor)
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		b.t.Fatal(err)
	}
	if response.StatusCode != http.StatusOK || response.Header.Get("Content-Type") != "text/event-stream" {
		b.t.Fatalf("stream: %s", response.Status)
	}
	s := &tab{t: b.t, frames: make(chan frame, 1000), cut: cancel, ended: make(chan string, 1)}
	b.t.Cleanup(cancel)
	go func() {
		defer response.Body.Close()
		var f frame
		var comment string
		lines := bufio.NewScanner(response.Body)
		lines.Buffer(nil, 1<<20)
		for lines.Scan() {
			name, value, _ := strings.Cut(lines.Text(), ": ")
			switch name {
			case "":
				if value != "" {
					comment = value
				} else if f.event != "" {
					s.frames <- f
					f = frame{}
				}
			case "id":
				f.id = value
			case "event":
				f.event = value
			case "data":
				_ = json.Unmarshal([]byte(value), &f.data)
			}
		}
		close(s.frames)
		s.ended <- comment
	}()
	return s
}

// next waits for the next frame.
func (s *tab) next() frame {
	s.t.Helper()
	select {
	case f, ok := <-s.frames:
		if !ok {
			s.t.Fatal("the stream has ended")
		}
		return f
	case <-time.After(10 * time.Second):
		s.t.Fatal("nothing came within 10 s")
		return frame{}
	}
}

// until collects frames up to the one with this text.
func (s *tab) until(text string) (all []frame) {
	s.t.Helper()
	for {
		f := s.next()
		all = append(all, f)
		if f.text() == text {
			return all
		}
	}
}
