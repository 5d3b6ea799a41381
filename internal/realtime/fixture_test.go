package realtime_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/prometheus/client_golang/prometheus"

	"switchboard/internal/bus"
	"switchboard/internal/channel"
	"switchboard/internal/consent"
	"switchboard/internal/conversation"
	"switchboard/internal/fault"
	"switchboard/internal/message"
	"switchboard/internal/realtime"
	"switchboard/internal/resource"
	"switchboard/internal/store"
	"switchboard/internal/store/storetest"
)

// house is a database with one organisation: ada works for sales, bob for support, boss sees all.
type house struct {
	t              *testing.T
	url            string
	bus            *bus.Memory
	org            message.OrgID
	channel        message.ChannelID
	sales, support message.QueueID
	ada, bob, boss message.UserID
	people         atomic.Int64
	signedOut      atomic.Bool // what Renew says
	quietAfter     time.Duration
	viewersEvery   time.Duration
	sendBuffer     int // bytes that the system takes of a connection before writes wait; 0: as many as it likes
}

// node is one server with its own connections to the database.
type node struct {
	*house
	db      *store.DB
	views   *store.Views
	hub     *realtime.Hub
	server  *httptest.Server
	metrics *prometheus.Registry
	present sync.Map // open agents' connections by id
}

func newHouse(t *testing.T, url string) *house {
	h := &house{t: t, url: url, bus: bus.NewMemory(), org: message.NewID[message.OrgID](), channel: message.NewID[message.ChannelID](),
		sales: message.NewID[message.QueueID](), support: message.NewID[message.QueueID](),
		ada: message.NewID[message.UserID](), bob: message.NewID[message.UserID](), boss: message.NewID[message.UserID]()}
	h.sql("INSERT INTO channel (org_id, id, type, provider, name, api_name, address, active, sandbox, settings, required_consent, routing, created_at, version) VALUES (%s, %s, 'sms', 'twilio', 'SMS', 'SMS', '', true, false, '{}', 'implicitly_opted_in', '{\"mode\":\"queue\"}', 1, 1)", h.org, h.channel)
	for id, name := range map[message.QueueID]string{h.sales: "Sales", h.support: "Support"} {
		h.sql("INSERT INTO queue (org_id, id, name, overflow_after, version) VALUES (%s, %s, '"+name+"', 0, 1)", h.org, id)
	}
	h.sql("INSERT INTO queue_member (org_id, queue_id, user_id) VALUES (%s, %s, %s)", h.org, h.sales, h.ada)
	h.sql("INSERT INTO queue_member (org_id, queue_id, user_id) VALUES (%s, %s, %s)", h.org, h.support, h.bob)
	for id, name := range map[message.UserID]string{h.ada: "Ada", h.bob: "Bob", h.boss: "Boss"} {
		h.sql("INSERT INTO staff_user (org_id, id, login_id, name, permission_set_id, capacity, active, created_at, version) VALUES (%s, %s, %[2]s, '"+name+"', %[2]s, 5, true, 1, 1)", h.org, id)
	}
	return h
}

// sql runs a statement beside the store, with ids in place of %s.
func (h *house) sql(format string, ids ...interface{ Raw() [16]byte }) {
	h.t.Helper()
	driver, source, quote := "pgx", h.url, "'%x'"
	if path, ok := strings.CutPrefix(h.url, "sqlite:"); ok {
		driver, source, quote = "sqlite", "file:"+path+"?_pragma=busy_timeout(10000)", "X'%x'"
	}
	args := make([]any, len(ids))
	for i, id := range ids {
		args[i] = fmt.Sprintf(quote, id.Raw())
	}
	db, err := sql.Open(driver, source)
	if err != nil {
		h.t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec(fmt.Sprintf(format, args...)); err != nil {
		h.t.Fatal(err)
	}
}

// start opens a node. Who asks is named in the query: ?as=ada.
func (h *house) start() *node {
	n := &node{house: h, db: storetest.Open(h.t, h.url), metrics: prometheus.NewRegistry()}
	n.views = store.NewViews(n.db, func(string, string) channel.Capabilities { return channel.Capabilities{} }, func(_ message.OrgID, f *message.File) { f.URL = "signed" })
	sequencer := store.NewSequencer(n.db, h.bus.Publish)
	n.db.OnCommit(sequencer.Committed)
	sequencer.Start()
	n.hub = realtime.NewHub(realtime.Config{Origin: func(origin string) bool { return origin == "https://console.test" }, Feed: n.db, Views: n.views, Wakes: h.bus.Subscribe(), Publish: h.bus.Publish, Metrics: n.metrics, QuietAfter: h.quietAfter, ViewersEvery: h.viewersEvery,
		Connected: func(_ context.Context, _ message.OrgID, u message.UserID, id message.RowID) error {
			n.present.Store(id, u)
			return nil
		},
		Disconnected: func(_ context.Context, _ message.OrgID, _ message.UserID, id message.RowID) error {
			n.present.Delete(id)
			return nil
		}})
	n.hub.Start()
	n.server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		who := realtime.Principal{Org: h.org, Agent: true}
		switch r.URL.Query().Get("as") {
		case "ada":
			who.User = h.ada
		case "bob":
			who.User = h.bob
		case "boss":
			who.Viewer, who.Queues, who.Presences = resource.Viewer{User: h.boss, All: true}, true, true
		case "stranger":
			who.Org, who.Viewer = message.NewID[message.OrgID](), resource.Viewer{User: message.NewID[message.UserID](), All: true}
		}
		who.Renew = func(context.Context) (realtime.Principal, error) {
			if h.signedOut.Load() {
				return realtime.Principal{}, fault.New(fault.Unauthorized, "Signed out.")
			}
			return who, nil
		}
		n.hub.Serve(w, r, who)
	}))
	n.server.Config.ConnState = func(c net.Conn, state http.ConnState) {
		if tcp, ok := c.(*net.TCPConn); ok && state == http.StateNew && h.sendBuffer > 0 {
			if err := tcp.SetWriteBuffer(h.sendBuffer); err != nil {
				h.t.Error(err)
			}
		}
	}
	n.server.Start()
	h.t.Cleanup(func() {
		n.hub.Stop()
		n.server.Close()
		sequencer.Stop()
	})
	return n
}

// viewer is a user as the reads of the API know them.
func (h *house) viewer(u message.UserID) resource.Viewer {
	return resource.Viewer{User: u, All: u == h.boss}
}

// opens lets a new customer have a session.
func (n *node) opens(status conversation.Status, agent message.UserID, queue message.QueueID) conversation.Conversation {
	n.t.Helper()
	number := n.people.Add(1)
	var c conversation.Conversation
	n.write(func(tx *store.Tx) error {
		customer, _, err := tx.EnsureCustomer(n.channel, []message.Address{{Kind: message.AddressPhone, Value: fmt.Sprintf("+4930%07d", number)}}, message.Profile{Name: "Customer"})
		if err != nil {
			return err
		}
		if _, _, err := tx.SetConsent(customer, consent.Change{To: consent.Implicit, Cause: consent.ByWriting}); err != nil {
			return err
		}
		if c, _, err = tx.EnsureConversation(n.channel, customer, ""); err != nil {
			return err
		}
		now := tx.Now()
		s := conversation.Session{ID: message.NewID[message.SessionID](), Number: number, Conversation: c.ID, Channel: n.channel, ChannelType: "sms", Customer: customer,
			Status: status, Origin: conversation.FromCustomer, Agent: agent, Queue: queue, StartedAt: now, WaitingSince: now, LastActivityAt: now, ModifiedAt: now, Version: 1}
		if err := tx.InsertSession(&s); err != nil {
			return err
		}
		c.Session = s
		return tx.SaveConversation(&c)
	})
	return c
}

func (n *node) write(fn func(tx *store.Tx) error) {
	n.t.Helper()
	if err := n.db.Write(context.Background(), n.org, fn); err != nil {
		n.t.Error(err)
	}
}

// says appends one message of the customer.
func (n *node) says(id message.ConversationID, text string) {
	n.t.Helper()
	n.write(func(tx *store.Tx) error {
		c, err := tx.Conversation(id)
		if err != nil {
			return err
		}
		return conversation.Received(tx, &c, &conversation.Entry{ID: message.NewID[message.EntryID](), Kind: message.KindMessage, Content: message.Content{Text: text}}, true)
	})
}

// changes does something to a conversation's session.
func (n *node) changes(id message.ConversationID, do func(c *conversation.Conversation)) {
	n.t.Helper()
	n.write(func(tx *store.Tx) error {
		c, err := tx.Conversation(id)
		if err != nil {
			return err
		}
		do(&c)
		if err := tx.SaveSession(&c.Session); err != nil {
			return err
		}
		if err := tx.SaveConversation(&c); err != nil {
			return err
		}
		return tx.SessionChanged(&c.Session)
	})
}

// frame is what a client gets.
type frame struct {
	Cursor, Type, Topic, Code string
	Removed                   bool
	Data                      json.RawMessage
}

type client struct {
	t      *testing.T
	ws     *websocket.Conn
	cursor string
	viewed map[string]string // who looks at a topic, as it was told last
}

// dial connects and says hello.
func (n *node) dial(as, after string, topics ...string) *client {
	n.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	ws, _, err := websocket.Dial(ctx, n.server.URL+"?as="+as, nil)
	if err != nil {
		n.t.Fatal(err)
	}
	ws.SetReadLimit(1 << 20)
	n.t.Cleanup(func() { _ = ws.CloseNow() })
	c := &client{t: n.t, ws: ws, cursor: after, viewed: map[string]string{}}
	c.say(map[string]any{"type": "hello", "after": after, "topics": topics})
	f := c.next()
	for f.Type == "heartbeat" { // on a busy machine it is quiet long enough before the welcome
		f = c.next()
	}
	if f.Type != "welcome" || f.Cursor == "" {
		n.t.Fatalf("want welcome, got %+v", f)
	} else if after == "" {
		c.cursor = f.Cursor
	}
	return c
}

func (c *client) say(m any) {
	c.t.Helper()
	data, _ := json.Marshal(m)
	if err := c.ws.Write(context.Background(), websocket.MessageText, data); err != nil {
		c.t.Fatal(err)
	}
}

func (c *client) subscribe(topics ...string) {
	c.t.Helper()
	for _, topic := range topics {
		c.say(map[string]string{"type": "subscribe", "topic": topic})
	}
	for range topics {
		c.want("subscribed", "")
	}
}

func (c *client) read() (f frame, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	_, data, err := c.ws.Read(ctx)
	if err == nil {
		err = json.Unmarshal(data, &f)
	}
	if f.Cursor != "" && f.Type != "welcome" {
		c.cursor = f.Cursor
	}
	return f, err
}

func (c *client) next() frame {
	c.t.Helper()
	f, err := c.read()
	if err != nil {
		c.t.Fatal(err)
	}
	return f
}

// want reads on to a frame of this type, on this topic unless it is empty.
func (c *client) want(kind, topic string) frame {
	c.t.Helper()
	// A heartbeat comes for ever: what doesn't come within this time never does.
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); {
		if f := c.next(); f.Type == kind && (topic == "" || f.Topic == topic) {
			return f
		}
	}
	c.t.Fatalf("no %s on %q within a minute", kind, topic)
	return frame{}
}

// until reads all frames before the first of this type and topic, and that one.
func (c *client) until(kind, topic string) (all []frame) {
	c.t.Helper()
	for {
		f := c.next()
		if all = append(all, f); f.Type == kind && f.Topic == topic {
			return all
		}
	}
}

// closes reads to the end and returns the status.
func (c *client) closes() websocket.StatusCode {
	c.t.Helper()
	for {
		if _, err := c.read(); err != nil {
			return websocket.CloseStatus(err)
		}
	}
}

func each(t *testing.T, test func(t *testing.T, h *house)) {
	storetest.EachURL(t, func(t *testing.T, url string) { test(t, newHouse(t, url)) })
}
