package outbound_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"switchboard/internal/channel"
	"switchboard/internal/consent"
	"switchboard/internal/conversation"
	"switchboard/internal/fault"
	"switchboard/internal/inbound"
	"switchboard/internal/message"
	"switchboard/internal/org"
	"switchboard/internal/outbound"
	"switchboard/internal/resource"
	"switchboard/internal/store"
	"switchboard/internal/store/storetest"
)

// provider is the other side of a connector: it takes messages, or misbehaves as its script says.
type provider struct {
	mu      sync.Mutex
	script  []string // what the next calls meet; then all are taken
	taken   []message.EntryID
	ids     map[message.EntryID]string
	arrived map[message.EntryID]int // how often a customer would see it
	find    bool                    // reconciliation works
	window  int                     // hours in which the business may write; 0 is always
}

func (p *provider) Type() channel.Type          { return channel.WhatsApp }
func (p *provider) Provider() string            { return channel.ProviderMeta }
func (p *provider) Hook() string                { return "whatsapp" }
func (p *provider) Settings() []channel.Setting { return nil }
func (p *provider) Capabilities() channel.Capabilities {
	return channel.Capabilities{TextMax: 4096, TextUnit: "characters", Reconciles: p.find, AgentOpens: true, WindowHours: p.window}
}

func (p *provider) take(entry message.EntryID) string {
	p.taken = append(p.taken, entry)
	p.arrived[entry]++
	p.ids[entry] = "out." + entry.String()
	return p.ids[entry]
}

func (p *provider) Send(_ context.Context, _ channel.Account, out channel.Outbound) (string, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	step := ""
	if len(p.script) > 0 {
		step, p.script = p.script[0], p.script[1:]
	}
	switch step {
	case "later":
		return "", &fault.Delivery{Outcome: fault.Later, Code: fault.CantSendNow}
	case "refused":
		return "", &fault.Delivery{Outcome: fault.Refused, Code: fault.BadAddress, ProviderCode: "131026"}
	case "lost": // never arrived, and nobody says so
		return "", &fault.Delivery{Outcome: fault.Unknown, Code: fault.ServiceFailed}
	case "taken": // arrived, and the answer was lost
		p.take(out.EntryID)
		return "", &fault.Delivery{Outcome: fault.Unknown, Code: fault.ServiceFailed}
	}
	return p.take(out.EntryID), nil
}

func (p *provider) Reconcile(_ context.Context, _ channel.Account, out channel.Outbound, _ time.Time) (string, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.find {
		return "", fault.New(fault.CapabilityMissing, "no such thing here")
	}
	return p.ids[out.EntryID], nil
}

func newProvider(find bool, script ...string) *provider {
	return &provider{find: find, script: script, ids: map[message.EntryID]string{}, arrived: map[message.EntryID]int{}}
}

// house is one organisation with one channel, its senders, and one open session that an agent has.
type house struct {
	db      *store.DB
	account channel.Account
	p       *provider
	talk    conversation.Service
	agent   conversation.Staff
	senders *outbound.Senders
	changed chan struct{} // something was committed
	// connector in place of p, when set
	connector channel.Connector
}

type accounts struct{ h *house }

func (a accounts) Account(context.Context, message.OrgID, message.ChannelID) (channel.Account, channel.Connector, error) {
	if a.h.connector != nil {
		return a.h.account, a.h.connector, nil
	}
	return a.h.account, a.h.p, nil
}
func (a accounts) CallbackURL(channel.Account, message.EntryID) string { return "" }

type noFiles struct{}

func (noFiles) Open(context.Context, message.OrgID, message.FileID) (io.ReadCloser, error) {
	return nil, io.EOF
}
func (noFiles) Fit(context.Context, message.OrgID, message.FileID, int64) (message.File, error) {
	return message.File{}, io.EOF
}
func (noFiles) Common(context.Context, message.OrgID, message.FileID, int64) (message.File, error) {
	return message.File{}, io.EOF
}
func (noFiles) Link(message.OrgID, message.File, time.Time) string { return "" }

func newHouse(t testing.TB, db *store.DB, url string, p *provider) *house {
	h := &house{db: db, p: p, changed: make(chan struct{}, 1)}
	h.account = channel.Account{Org: message.NewID[message.OrgID](), ID: message.NewID[message.ChannelID](), Type: channel.WhatsApp, Provider: channel.ProviderMeta}
	h.agent = conversation.Staff{ID: message.NewID[message.UserID](), Name: "Grace"}
	must(t, db.Write(context.Background(), h.account.Org, func(tx *store.Tx) error {
		_, err := org.Create(tx, "Acme")
		return err
	}))
	storetest.Exec(t, url, `INSERT INTO channel (org_id, id, type, provider, name, api_name, address, active, sandbox, settings, required_consent, routing, created_at, version)
 VALUES ($1, $2, 'whatsapp', 'meta', 'WhatsApp', 'wa', '', TRUE, FALSE, '{}', 'implicitly_opted_in', '{"mode":"everyone"}', 0, 1)`, h.account.Org, h.account.ID)
	h.talk = conversation.Service{Write: store.Writer[conversation.Tx](db),
		Capabilities: func(string, string) channel.Capabilities { return p.Capabilities() }, Segments: func(string) int { return 1 }}
	h.restart()
	db.OnCommit(func(signals []string) {
		for _, s := range signals {
			if s == message.WakeOutbox(h.account.ID) {
				h.senders.Wake(outbound.ChannelKey{Org: h.account.Org, Channel: h.account.ID})
			}
		}
		select {
		case h.changed <- struct{}{}:
		default:
		}
	})
	return h
}

// restart begins to send, as a new node.
func (h *house) restart() {
	h.senders = outbound.NewSenders(message.NewID[message.RowID](), outbound.Timing{Retry: 5 * time.Millisecond, Reconcile: 5 * time.Millisecond}, h.db, store.Writer[outbound.Tx](h.db), accounts{h}, noFiles{},
		func(string, string, time.Duration) {}, slog.New(slog.DiscardHandler))
	h.senders.Start()
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// converse begins a conversation that the agent has accepted.
func (h *house) converse(t testing.TB, from string) message.ConversationID {
	var id message.ConversationID
	must(t, h.db.Write(context.Background(), h.account.Org, func(tx *store.Tx) error {
		e := channel.Event{Kind: channel.EventMessage, ProviderID: "in." + from, From: []message.Address{{Kind: message.AddressPhone, Value: from}}, Content: message.Content{Text: "Hi"}}
		customer, _, err := tx.EnsureCustomer(h.account.ID, e.From, e.Profile)
		if err != nil {
			return err
		}
		if _, _, err := tx.SetConsent(customer, consent.Change{To: consent.Implicit, Cause: consent.ByWriting}); err != nil {
			return err
		}
		c, _, err := tx.EnsureConversation(h.account.ID, customer, "")
		if err != nil {
			return err
		}
		id = c.ID
		if _, err := conversation.CustomerWrites(tx, &c, nil, 0); err != nil {
			return err
		}
		if err := conversation.Received(tx, &c, &conversation.Entry{ID: message.NewID[message.EntryID](), Kind: message.KindMessage, Content: e.Content}, true); err != nil {
			return err
		}
		return conversation.Accept(tx, &c, h.agent)
	}))
	return id
}

func (h *house) send(t testing.TB, c message.ConversationID, text string) message.EntryID {
	e, err := h.talk.Send(context.Background(), h.account.Org, h.agent, c, conversation.Draft{Text: text, ClientID: text})
	must(t, err)
	return e.ID
}

// settled waits until all of the entries are out of the outbox, and returns them.
func (h *house) settled(t testing.TB, ids []message.EntryID) (out []conversation.Entry) {
	t.Helper()
	deadline := time.After(45 * time.Second)
	poll := time.NewTicker(20 * time.Millisecond)
	defer poll.Stop()
	for {
		done := true
		must(t, h.db.Write(context.Background(), h.account.Org, func(tx *store.Tx) error {
			out, done = nil, true
			for _, id := range ids {
				e, err := tx.Entry(id)
				if err != nil {
					return err
				}
				_, waiting, err := tx.OutboxOf(e.Conversation, e.Seq)
				if err != nil {
					return err
				}
				done = done && !waiting
				out = append(out, e)
			}
			return nil
		}))
		if done {
			return out
		}
		select {
		case <-h.changed:
		case <-poll.C: // a row may go without waking anybody
		case <-deadline:
			t.Fatalf("still on their way: %+v", out)
		}
	}
}

func TestMessagesLeaveInOrderAndFailuresAreShown(t *testing.T) {
	storetest.EachURL(t, func(t *testing.T, url string) {
		h := newHouse(t, storetest.Open(t, url), url, newProvider(false, "", "later", "", "refused"))
		defer h.senders.Stop()
		c := h.converse(t, "+15550002222")
		var ids []message.EntryID
		for i := range 4 {
			ids = append(ids, h.send(t, c, fmt.Sprint(i)))
		}
		entries := h.settled(t, ids)
		// 0 is sent; 1 waits a second and holds back the rest; 2 meets "refused".
		want := []message.Status{message.StatusSent, message.StatusSent, message.StatusFailed, message.StatusSent}
		for i, e := range entries {
			if e.Status != want[i] {
				t.Errorf("message %d is %s, want %s", i, e.Status, want[i])
			}
		}
		if e := entries[2]; e.ErrorCode != string(fault.BadAddress) || e.ErrorDetail != "131026" {
			t.Errorf("error %q %q", e.ErrorCode, e.ErrorDetail)
		}
		if fmt.Sprint(h.p.taken) != fmt.Sprint([]message.EntryID{ids[0], ids[1], ids[3]}) {
			t.Errorf("left as %v, written as %v", h.p.taken, ids)
		}
		// Retry really sends.
		_, err := h.talk.Retry(t.Context(), h.account.Org, h.agent, c, ids[2])
		must(t, err)
		if e := h.settled(t, ids[2:3])[0]; e.Status != message.StatusSent || e.ErrorCode != "" || h.p.arrived[ids[2]] != 1 {
			t.Errorf("after retry %s %q, arrived %d times", e.Status, e.ErrorCode, h.p.arrived[ids[2]])
		}
	})
}

// A send without an answer, on a channel that can't tell, is shown as such and never repeated.
func TestUnknownIsNotRepeated(t *testing.T) {
	storetest.EachURL(t, func(t *testing.T, url string) {
		h := newHouse(t, storetest.Open(t, url), url, newProvider(false, "taken"))
		defer h.senders.Stop()
		c := h.converse(t, "+15550002222")
		ids := []message.EntryID{h.send(t, c, "a"), h.send(t, c, "b")}
		entries := h.settled(t, ids)
		if entries[0].Status != message.StatusUnknown || entries[1].Status != message.StatusSent {
			t.Errorf("got %s, %s", entries[0].Status, entries[1].Status)
		}
		if h.p.arrived[ids[0]] != 1 {
			t.Errorf("arrived %d times", h.p.arrived[ids[0]])
		}
	})
}

// A receipt that echoes our id settles a send without an answer (promise 4).
func TestReceiptSettlesUnknown(t *testing.T) {
	storetest.EachURL(t, func(t *testing.T, url string) {
		h := newHouse(t, storetest.Open(t, url), url, newProvider(false, "taken"))
		defer h.senders.Stop()
		c := h.converse(t, "+15550002222")
		id := h.send(t, c, "a")
		service := inbound.New(store.Writer[inbound.Tx](h.db), func(message.OrgID, message.ConversationID, resource.Author, bool) {}, slog.New(slog.DiscardHandler))
		_, err := service.Receive(t.Context(), h.account, call{[]channel.Event{{Kind: channel.EventReceipt, ProviderID: "s1",
			Receipt: &channel.Receipt{ProviderID: "out." + id.String(), EntryID: id, Status: message.StatusDelivered}}}}, channel.WebhookRequest{})
		must(t, err)
		if e := h.settled(t, []message.EntryID{id})[0]; e.Status != message.StatusDelivered || e.ProviderID == "" {
			t.Errorf("got %s %q", e.Status, e.ProviderID)
		}
	})
}

type call struct{ events []channel.Event }

func (c call) Verify(channel.Account, channel.WebhookRequest) error { return nil }
func (c call) Parse(channel.Account, channel.WebhookRequest) ([]channel.Event, error) {
	return c.events, nil
}

// Whatever a provider that can be asked does, every message arrives exactly once unless it was
// refused, and in the order of its conversation.
func TestWhateverTheProviderDoes(t *testing.T) {
	storetest.EachURL(t, func(t *testing.T, url string) {
		db := storetest.Open(t, url)
		n := 0
		rapid.Check(t, func(r *rapid.T) {
			script := rapid.SliceOfN(rapid.SampledFrom([]string{"", "", "", "refused", "taken", "lost", "later"}), 0, 6).Draw(r, "script")
			conversations := rapid.IntRange(1, 3).Draw(r, "conversations")
			messages := rapid.IntRange(1, 4).Draw(r, "messages")
			h := newHouse(t, db, url, newProvider(true, script...))
			defer h.senders.Stop()
			var all []message.EntryID
			order := map[message.EntryID]int{}
			in := map[message.EntryID]int{}
			for c := range conversations {
				n++
				id := h.converse(t, fmt.Sprintf("+1555%07d", n))
				for m := range messages {
					e := h.send(t, id, fmt.Sprint(m))
					all, order[e], in[e] = append(all, e), m, c
				}
			}
			last := map[int]int{}
			entries := h.settled(t, all)
			for _, e := range entries {
				arrived := h.p.arrived[e.ID]
				if e.Status == message.StatusSent && arrived != 1 || e.Status == message.StatusFailed && arrived != 0 ||
					e.Status != message.StatusSent && e.Status != message.StatusFailed {
					r.Fatalf("%s is %s and arrived %d times", e.Content.Text, e.Status, arrived)
				}
			}
			for c := range conversations {
				last[c] = -1
			}
			for _, e := range h.p.taken {
				if order[e] <= last[in[e]] {
					r.Fatalf("conversation %d: message %d left after %d", in[e], order[e], last[in[e]])
				}
				last[in[e]] = order[e]
			}
		})
	})
}
