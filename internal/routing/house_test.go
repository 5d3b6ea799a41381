package routing_test

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"switchboard/internal/channel"
	"switchboard/internal/conversation"
	"switchboard/internal/fault"
	"switchboard/internal/job"
	"switchboard/internal/message"
	"switchboard/internal/resource"
	"switchboard/internal/routing"
	"switchboard/internal/setup"
	"switchboard/internal/staff"
	"switchboard/internal/store"
	"switchboard/internal/store/storetest"
)

// house is one organisation on a real database, with the dispatchers of one node or more.
type house struct {
	t        *testing.T
	url      string
	db       *store.DB
	org      message.OrgID
	admin    staff.Principal
	offers   *routing.Service
	setup    *routing.Setup
	channels *setup.Service
	staff    *staff.Service
	talk     *conversation.Service
	nodes    atomic.Pointer[[]*routing.Dispatchers]
	changed  chan struct{} // something was committed
	people   int
}

// agent is a user with their offers' receiver.
type agent = conversation.Staff

func newHouse(t *testing.T, url string) *house {
	h := &house{t: t, url: url, db: storetest.Open(t, url), changed: make(chan struct{}, 1)}
	h.nodes.Store(new([]*routing.Dispatchers))
	sequencer := store.NewSequencer(h.db, h.wake)
	h.db.OnCommit(func(signals []string) {
		sequencer.Committed(signals)
		select {
		case h.changed <- struct{}{}:
		default:
		}
	})
	sequencer.Start()
	t.Cleanup(sequencer.Stop)

	h.offers = &routing.Service{Write: store.Writer[routing.Tx](h.db), Node: message.NewID[message.RowID]()}
	h.setup = &routing.Setup{Write: store.Writer[routing.SetupTx](h.db), ChannelTypes: []string{"web", "sms"}}
	h.channels = &setup.Service{Write: store.Writer[setup.Tx](h.db), PublicURL: "http://switchboard.test",
		Kinds: []setup.Kind{{Type: channel.Web, Capabilities: channel.WebCapabilities()}, {Type: channel.SMS, Provider: "peer", Capabilities: smsCapabilities}}}
	h.staff = staff.New(store.Writer[staff.Tx](h.db), h.db, staff.NewPasswords(), "http://switchboard.test")
	h.talk = &conversation.Service{Write: store.Writer[conversation.Tx](h.db), Segments: func(string) int { return 1 },
		Capabilities: func(kind, _ string) channel.Capabilities {
			if kind == "web" {
				return channel.WebCapabilities()
			}
			return smsCapabilities
		}}
	o, _, err := h.channels.CreateOrganisation(t.Context(), "Acme", "ada@acme.test")
	h.must(err)
	h.org = o.ID
	h.admin = staff.Principal{Org: o.ID, Permissions: staff.Permissions{}}
	for _, p := range staff.Catalogue() {
		h.admin.Permissions[p.Permission] = struct{}{}
	}
	return h
}

var smsCapabilities = channel.Capabilities{TextMax: 1000, TextUnit: "characters", AgentOpens: true}

// dispatch runs one more node's dispatchers until the test ends, or until they are stopped.
func (h *house) dispatch() *routing.Dispatchers { return h.dispatchBy(store.Writer[routing.Tx](h.db)) }

func (h *house) dispatchBy(write func(context.Context, message.OrgID, func(routing.Tx) error) error) *routing.Dispatchers {
	d := routing.NewDispatchers(message.NewID[message.RowID](), h.db, write, slog.New(slog.NewTextHandler(h.t.Output(), nil)))
	nodes := append(slices.Clone(*h.nodes.Load()), d)
	h.nodes.Store(&nodes)
	d.Start()
	h.t.Cleanup(d.Stop)
	return d
}

func (h *house) wake(names []string) {
	for _, name := range names {
		if org, ok := message.WokenFeed(name); ok {
			for _, d := range *h.nodes.Load() {
				d.Wake(org)
			}
		}
	}
}

func (h *house) must(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

// until waits for something to become true.
func (h *house) until(what string, ok func() bool) {
	h.t.Helper()
	deadline := time.After(20 * time.Second)
	poll := time.NewTicker(20 * time.Millisecond)
	defer poll.Stop()
	for !ok() {
		select {
		case <-h.changed:
		case <-poll.C:
		case <-deadline:
			h.t.Fatalf("waited in vain: %s", what)
		}
	}
}

func (h *house) write(fn func(tx *store.Tx) error) {
	h.t.Helper()
	h.must(h.db.Write(context.Background(), h.org, fn))
}

// agent hires somebody and sets their status; an empty one leaves them as they came.
func (h *house) agent(name, status string, capacity int, queues ...message.QueueID) agent {
	h.t.Helper()
	h.people++
	id, _, err := h.staff.InviteUser(h.t.Context(), h.admin, staff.UserSpec{Name: name, Email: fmt.Sprintf("%d@acme.test", h.people), Role: "agent", Capacity: capacity, Queues: queues})
	h.must(err)
	if status != "" {
		h.status(agent{ID: id}, status)
	}
	return agent{ID: id, Name: name}
}

const online = "Available – Messaging"

func (h *house) status(a agent, name string) {
	h.t.Helper()
	h.must(h.offers.SetPresence(h.t.Context(), h.org, a.ID, name))
}

func (h *house) queue(name string, spec routing.ConfigurationSpec, overflow ...any) message.QueueID {
	h.t.Helper()
	spec.Name = name
	config, err := h.setup.CreateConfiguration(h.t.Context(), h.org, spec)
	h.must(err)
	q := routing.QueueSpec{Name: name, RoutingConfigID: config}
	if len(overflow) == 2 {
		q.OverflowQueueID, q.OverflowAfter = overflow[0].(message.QueueID), overflow[1].(int)
	}
	id, err := h.setup.CreateQueue(h.t.Context(), h.org, q)
	h.must(err)
	return id
}

func (h *house) channel(r resource.ChannelRouting) message.ChannelID {
	h.t.Helper()
	id, err := h.channels.CreateChannel(h.t.Context(), h.org, setup.ChannelSpec{Type: "web", Name: "Web", Routing: &r})
	h.must(err)
	return id
}

func toQueue(q message.QueueID) resource.ChannelRouting {
	return resource.ChannelRouting{Mode: "queue", Queue: q}
}

var toEveryone = resource.ChannelRouting{Mode: "everyone"}

// customer says something and returns their session.
func (h *house) customer(ch message.ChannelID, who string) conversation.Session {
	h.t.Helper()
	return h.says(ch, message.Address{Kind: message.AddressPhone, Value: who})
}

func (h *house) says(ch message.ChannelID, who message.Address) (s conversation.Session) {
	h.t.Helper()
	h.write(func(tx *store.Tx) error {
		id, _, err := tx.EnsureCustomer(ch, []message.Address{who}, message.Profile{})
		if err != nil {
			return err
		}
		c, _, err := tx.EnsureConversation(ch, id, "")
		if err != nil {
			return err
		}
		within, err := tx.LastAgentWithin(ch)
		if err != nil {
			return err
		}
		if _, err := conversation.CustomerWrites(tx, &c, nil, within); err != nil {
			return err
		}
		if err := conversation.Received(tx, &c, &conversation.Entry{ID: message.NewID[message.EntryID](), Kind: message.KindMessage, Content: message.Content{Text: "Hi"}}, true); err != nil {
			return err
		}
		s = c.Session
		return nil
	})
	return s
}

// session as it is now.
func (h *house) session(s conversation.Session) conversation.Session {
	h.t.Helper()
	c, err := h.db.ConversationHead(h.t.Context(), h.org, s.Conversation)
	h.must(err)
	return c.Session
}

// open are the offers of a session that nobody has answered.
func (h *house) open(s conversation.Session) (open []routing.Offer) {
	h.t.Helper()
	h.write(func(tx *store.Tx) (err error) {
		open, err = tx.OpenOffers(s.ID)
		return err
	})
	return open
}

// offered waits until a session is offered to exactly these agents, and returns the offers in their order.
func (h *house) offered(s conversation.Session, to ...agent) []routing.Offer {
	h.t.Helper()
	offers := make([]routing.Offer, len(to))
	var open []routing.Offer
	h.until(fmt.Sprintf("session %s offered to %v", s.ID, to), func() bool {
		open = h.open(s)
		for _, o := range open {
			if i := slices.IndexFunc(to, func(a agent) bool { return a.ID == o.Agent }); i >= 0 {
				offers[i] = o
			}
		}
		return len(open) == len(to) && !slices.ContainsFunc(offers, func(o routing.Offer) bool { return o.ID.IsZero() })
	})
	return offers
}

// explained waits until a session's routing says something.
func (h *house) explained(s conversation.Session, text string) {
	h.t.Helper()
	last := ""
	defer func() {
		if h.t.Failed() {
			h.t.Logf("routing says %q", last)
		}
	}()
	h.until("routing says "+text, func() bool {
		last = h.session(s).Routing.Text
		return strings.Contains(last, text)
	})
}

func (h *house) accept(a agent, o routing.Offer) {
	h.t.Helper()
	_, err := h.offers.Accept(h.t.Context(), h.org, a, o.ID)
	h.must(err)
	if s := h.session(conversation.Session{Conversation: o.Conversation}); s.Status != conversation.Active || s.Agent != a.ID {
		h.t.Fatalf("accepted, and the session is %s with %s", s.Status, s.Agent)
	}
}

func (h *house) decline(a agent, o routing.Offer, reason string) {
	h.t.Helper()
	h.must(h.offers.Decline(h.t.Context(), h.org, a.ID, o.ID, reason))
}

// assigned waits until an agent has the session.
func (h *house) assigned(s conversation.Session, to agent) {
	h.t.Helper()
	h.until("session with "+to.Name, func() bool {
		now := h.session(s)
		return now.Status == conversation.Active && now.Agent == to.ID
	})
}

func wantCode(t *testing.T, err error, code fault.Code) {
	t.Helper()
	if fault.CodeOf(err) != code {
		t.Errorf("got %v, want %s", err, code)
	}
}

// due runs a job as the runner would, if it is there.
func (h *house) due(kind string, a agent, handler job.Handler) {
	h.t.Helper()
	h.runJob(kind, a.ID.String(), handler)
}

func (h *house) hasJob(kind, key string) bool {
	return len(storetest.Column(h.t, h.url, "SELECT kind FROM job WHERE kind = $1 AND key = $2", kind, key)) > 0
}

// decisions are the kinds of what was decided about a session, in order, with the reasons.
func (h *house) decisions(s conversation.Session) (kinds, reasons []string) {
	kinds = storetest.Column(h.t, h.url, "SELECT kind FROM routing_decision WHERE session_id = $1 ORDER BY at, id", s.ID)
	reasons = storetest.Column(h.t, h.url, "SELECT reason FROM routing_decision WHERE session_id = $1 ORDER BY at, id", s.ID)
	return kinds, reasons
}

// runJob runs a job of any key as the runner would.
func (h *house) runJob(kind, key string, handler job.Handler) {
	h.t.Helper()
	if !h.hasJob(kind, key) {
		h.t.Fatalf("there is no job %s", kind)
	}
	h.must(handler(h.t.Context(), job.Job{Org: h.org, Kind: kind, Key: key, Attempts: 1}))
}
