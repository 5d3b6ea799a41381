package app

import (
	"context"
	"fmt"
	"time"

	"switchboard/internal/consent"
	"switchboard/internal/conversation"
	"switchboard/internal/message"
	"switchboard/internal/store"
)

// line of a sample conversation.
type line struct {
	agent bool
	text  string
}

var samples = []struct {
	number, name string
	lines        []line
}{
	{"+15550100101", "Nora Weiss", []line{
		{false, "Hi, is the oak shelf back in stock?"},
		{true, "Hello Nora! It came in this morning: 14 pieces, ready to ship tomorrow."},
		{false, "Great, I'll order two. Thanks!"},
		{true, "My pleasure. Have a good day!"},
	}},
	{"+15550100102", "Tomás Rivera", []line{
		{false, "My parcel says delivered but nothing is here"},
		{true, "I'm sorry, Tomás. I've asked the carrier for the exact drop-off place and will write as soon as I know."},
		{true, "They left it with your neighbour at number 12."},
		{false, "Found it, thank you!"},
	}},
	{"+15550100103", "Aiko Tanaka", []line{
		{false, "Can I change the delivery address of order 88213?"},
		{true, "Yes, it hasn't left the warehouse. What's the new address?"},
		{false, "25 Mill Lane, same city"},
		{true, "Done. You'll get a new confirmation by e-mail."},
	}},
}

// demoPast writes conversations that are over, by the same functions as real ones, at an earlier time.
func (a *App) demoPast(ctx context.Context, org message.OrgID, channel message.ChannelID, users []message.UserID) error {
	at := time.Now().Add(-pastStart)
	for i, s := range samples {
		agent := conversation.Staff{ID: users[2+i%3], Name: people[2+i%3].name}
		err := a.db.Write(ctx, org, func(tx *store.Tx) error {
			past := &pastTx{Tx: tx, now: at.Add(time.Duration(i) * 40 * time.Minute)}
			customer, _, err := past.EnsureCustomer(channel, []message.Address{{Kind: message.AddressPhone, Value: s.number}}, message.Profile{Name: s.name, Locale: "en", Country: "US"})
			if err != nil {
				return err
			}
			if err := past.SetConsent(customer, consent.Implicit); err != nil {
				return err
			}
			c, _, err := past.EnsureConversation(channel, customer, "")
			if err != nil {
				return err
			}
			return past.tell(&c, agent, s.name, s.lines, i)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// pastTx is a transaction whose clock stands at an earlier time.
type pastTx struct {
	*store.Tx
	now time.Time
}

// Now is the time of what is being told.
func (tx *pastTx) Now() time.Time { return tx.now.UTC() }

func (tx *pastTx) tell(c *conversation.Conversation, agent conversation.Staff, name string, lines []line, n int) error {
	for i, l := range lines {
		tx.now = tx.now.Add(time.Duration(20+13*i) * time.Second)
		e := conversation.Entry{ID: message.NewID[message.EntryID](), Kind: message.KindMessage, Content: message.Content{Text: l.text},
			ProviderID: fmt.Sprintf("demo.%d.%d", n, i), CreatedAt: tx.Now(), Version: 1}
		if l.agent {
			e.Conversation, e.Session, e.Customer, e.Author, e.AuthorID, e.AuthorName = c.ID, c.Session.ID, c.Customer, message.AuthorAgent, agent.ID, agent.Name
			for _, status := range []message.Status{message.StatusSent, message.StatusDelivered, message.StatusRead} {
				e.Status = e.Status.Advance(status)
				e.Settle(status, tx.Now().Add(2*time.Second))
			}
			if err := tx.AppendEntry(c, &e); err != nil {
				return err
			}
			c.Session.AgentMessages++
			continue
		}
		if _, err := conversation.CustomerWrites(tx, c, nil, 0); err != nil {
			return err
		}
		e.AuthorName = name
		if err := conversation.Received(tx, c, &e, true); err != nil {
			return err
		}
		if i == 0 {
			tx.now = tx.now.Add(15 * time.Second)
			if err := conversation.Accept(tx, c, agent); err != nil {
				return err
			}
		}
	}
	tx.now = tx.now.Add(time.Minute)
	return conversation.End(tx, c, conversation.AgentEnded, "agent", agent, message.Reason{})
}
