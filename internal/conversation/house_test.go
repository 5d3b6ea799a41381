package conversation_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"switchboard/internal/channel"
	"switchboard/internal/consent"
	"switchboard/internal/conversation"
	"switchboard/internal/fault"
	"switchboard/internal/message"
	"switchboard/internal/org"
	"switchboard/internal/routing"
	"switchboard/internal/store"
	"switchboard/internal/store/storetest"
)

// house is one organisation with a web and an SMS channel on a real database. What the channels can do
// is the test's to say.
type house struct {
	t    testing.TB
	url  string
	db   *store.DB
	org  message.OrgID
	web  message.ChannelID
	sms  message.ChannelID
	caps map[string]*channel.Capabilities
	talk *conversation.Service
}

func newHouse(t testing.TB, url string) *house {
	h := &house{t: t, url: url, db: storetest.Open(t, url), org: message.NewID[message.OrgID]()}
	h.write(func(tx *store.Tx) error {
		if _, err := org.Create(tx, "Acme"); err != nil {
			return err
		}
		return routing.Found(tx)
	})
	web := channel.WebCapabilities()
	h.caps = map[string]*channel.Capabilities{"web": &web, "sms": {TextMax: 10, TextUnit: "segments", AgentOpens: true, FilesMax: 1,
		FilesOut: []channel.FileRule{{Types: []string{"image/*"}, MaxBytes: 1000}}}}
	h.web, h.sms = h.channel("web"), h.channel("sms")
	h.talk = &conversation.Service{Write: store.Writer[conversation.Tx](h.db), Segments: func(text string) int { return (len(text) + 159) / 160 },
		Capabilities: func(kind, _ string) channel.Capabilities { return *h.caps[kind] }}
	return h
}

func onEach(t *testing.T, test func(t *testing.T, h *house)) {
	t.Helper()
	storetest.EachURL(t, func(t *testing.T, url string) { test(t, newHouse(t, url)) })
}

func (h *house) channel(kind string) message.ChannelID {
	id := message.NewID[message.ChannelID]()
	h.exec(`INSERT INTO channel (org_id, id, type, provider, name, api_name, address, active, sandbox, settings, required_consent, routing, created_at, version)
 VALUES ($1, $2, $3, 'peer', 'A channel', $4, '', TRUE, FALSE, '{}', 'implicitly_opted_in', '{"mode":"everyone"}', 0, 1)`, h.org, id, kind, "c"+id.String())
	return id
}

func (h *house) exec(statement string, args ...any) {
	h.t.Helper()
	storetest.Exec(h.t, h.url, statement, args...)
}

func (h *house) column(query string, args ...any) []string {
	h.t.Helper()
	return storetest.Column(h.t, h.url, query, args...)
}

func (h *house) must(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) try(fn func(tx *store.Tx) error) error {
	return h.db.Write(context.Background(), h.org, fn)
}

func (h *house) write(fn func(tx *store.Tx) error) {
	h.t.Helper()
	h.must(h.try(fn))
}

// agent is a user with a status.
func (h *house) agent(name, status string) conversation.Staff {
	h.t.Helper()
	a := conversation.Staff{ID: message.NewID[message.UserID](), Name: name}
	h.exec(`INSERT INTO staff_user (org_id, id, login_id, name, permission_set_id, capacity, active, created_at, version)
 VALUES ($1, $2, $3, $4, $5, 5, TRUE, 0, 1)`, h.org, a.ID, message.NewID[message.LoginID](), name, message.NewID[message.PermissionSetID]())
	h.status(a, status)
	return a
}

func (h *house) status(a conversation.Staff, kind string) {
	h.t.Helper()
	h.write(func(tx *store.Tx) error {
		s, err := tx.FirstStatus(kind)
		if err != nil {
			return err
		}
		return tx.SetPresenceOf(a.ID, s, time.Now())
	})
}

// thread is the conversation of somebody on a channel; level is their consent.
func (h *house) thread(ch message.ChannelID, who string, level consent.Level) (id message.ConversationID) {
	h.t.Helper()
	h.write(func(tx *store.Tx) error {
		customer, _, err := tx.EnsureCustomer(ch, []message.Address{phone(who)}, message.Profile{})
		if err != nil {
			return err
		}
		if _, _, err := tx.SetConsent(customer, consent.Change{To: level, Cause: consent.ByWriting}); err != nil {
			return err
		}
		c, _, err := tx.EnsureConversation(ch, customer, "")
		id = c.ID
		return err
	})
	return id
}

func phone(number string) message.Address {
	return message.Address{Kind: message.AddressPhone, Value: number}
}

// with runs something on a locked conversation.
func (h *house) with(id message.ConversationID, do func(tx *store.Tx, c *conversation.Conversation) error) error {
	return h.try(func(tx *store.Tx) error {
		c, err := tx.Conversation(id)
		if err != nil {
			return err
		}
		return do(tx, &c)
	})
}

func says(tx *store.Tx, c *conversation.Conversation) error {
	if _, err := conversation.CustomerWrites(tx, c, nil, time.Hour); err != nil {
		return err
	}
	return conversation.Received(tx, c, &conversation.Entry{ID: message.NewID[message.EntryID](), Kind: message.KindMessage, Content: message.Content{Text: "Hi"}}, true)
}

// talking is a conversation that the customer began and the agent accepted.
func (h *house) talking(ch message.ChannelID, who string, a conversation.Staff) message.ConversationID {
	h.t.Helper()
	id := h.thread(ch, who, consent.Implicit)
	h.must(h.with(id, says))
	h.must(h.with(id, func(tx *store.Tx, c *conversation.Conversation) error { return conversation.Accept(tx, c, a) }))
	return id
}

func (h *house) head(id message.ConversationID) conversation.Conversation {
	h.t.Helper()
	c, err := h.db.ConversationHead(context.Background(), h.org, id)
	h.must(err)
	return c
}

// entries of a conversation, in order.
func (h *house) entries(id message.ConversationID) (all []conversation.Entry) {
	h.t.Helper()
	h.write(func(tx *store.Tx) error {
		all = nil
		c, err := tx.Conversation(id)
		for seq := int64(1); seq <= c.LastSeq && err == nil; seq++ {
			var e conversation.Entry
			e, err = tx.EntryBySeq(id, seq)
			all = append(all, e)
		}
		return err
	})
	return all
}

func (h *house) send(a conversation.Staff, id message.ConversationID, d conversation.Draft) (conversation.Entry, error) {
	return h.talk.Send(context.Background(), h.org, a, id, d)
}

func wantCode(t testing.TB, err error, code fault.Code) {
	t.Helper()
	if err == nil || fault.CodeOf(err) != code {
		t.Errorf("got %v, want %s", err, code)
	}
}

// code of an error; empty for none.
func code(err error) fault.Code {
	if err == nil {
		return ""
	}
	return fault.CodeOf(err)
}

func numbers(n int) []string {
	all := make([]string, n)
	for i := range all {
		all[i] = fmt.Sprint(i + 1)
	}
	return all
}
