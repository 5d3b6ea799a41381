// Package past writes conversations that happened earlier, by the same functions as those that happen
// now: samples for the demo, and as many as the bench needs.
package past

import (
	"fmt"
	"time"

	"switchboard/internal/consent"
	"switchboard/internal/conversation"
	"switchboard/internal/message"
	"switchboard/internal/store"
)

// Line of a conversation.
type Line struct {
	Agent bool // who says it; otherwise the customer
	Text  string
}

// Story is one conversation on a text channel.
type Story struct {
	Channel message.ChannelID
	Number  string // the customer's, E.164
	Profile message.Profile
	Agent   conversation.Staff
	Lines   []Line
	Begins  time.Time
	// Key makes the provider's ids of its messages.
	Key string
	// Waiting: nobody has accepted it. Open: it goes on. Otherwise the agent ended it.
	Waiting, Open bool
}

// clock is a transaction whose clock stands at an earlier time.
type clock struct {
	*store.Tx
	now time.Time
}

// Now is the time of what is being told.
func (tx *clock) Now() time.Time { return tx.now.UTC() }

// Tell writes a story.
func Tell(write *store.Tx, s Story) (message.ConversationID, error) {
	tx := &clock{Tx: write, now: s.Begins}
	customer, _, err := tx.EnsureCustomer(s.Channel, []message.Address{{Kind: message.AddressPhone, Value: s.Number}}, s.Profile)
	if err != nil {
		return message.ConversationID{}, err
	}
	if _, _, err := tx.SetConsent(customer, consent.Change{To: consent.Implicit, Cause: consent.ByWriting, At: tx.Now()}); err != nil {
		return message.ConversationID{}, err
	}
	c, _, err := tx.EnsureConversation(s.Channel, customer, "")
	if err != nil {
		return c.ID, err
	}
	for i, l := range s.Lines {
		tx.now = tx.now.Add(time.Duration(20+13*i) * time.Second)
		e := conversation.Entry{ID: message.NewID[message.EntryID](), Kind: message.KindMessage, Content: message.Content{Text: l.Text},
			ProviderID: fmt.Sprintf("%s.%d", s.Key, i), CreatedAt: tx.Now(), Version: 1}
		if err := tx.say(&c, s, l, e, i == 0); err != nil {
			return c.ID, err
		}
	}
	if s.Waiting || s.Open {
		return c.ID, nil
	}
	tx.now = tx.now.Add(time.Minute)
	return c.ID, conversation.End(tx, &c, conversation.AgentEnded, "agent", s.Agent, message.Reason{})
}

func (tx *clock) say(c *conversation.Conversation, s Story, l Line, e conversation.Entry, first bool) error {
	if l.Agent {
		e.Conversation, e.Session, e.Customer, e.Author, e.AuthorID, e.AuthorName = c.ID, c.Session.ID, c.Customer, message.AuthorAgent, s.Agent.ID, s.Agent.Name
		for _, status := range []message.Status{message.StatusSent, message.StatusDelivered, message.StatusRead} {
			e.Status = e.Status.Advance(status)
			e.Settle(status, tx.Now().Add(2*time.Second))
		}
		c.Session.AgentMessages++
		return tx.AppendEntry(c, &e)
	}
	if _, err := conversation.CustomerWrites(tx, c, nil, 0); err != nil {
		return err
	}
	e.AuthorName = s.Profile.Name
	if err := conversation.Received(tx, c, &e, true); err != nil {
		return err
	}
	if !first || s.Waiting {
		return nil
	}
	tx.now = tx.now.Add(15 * time.Second)
	return conversation.Accept(tx, c, s.Agent)
}
