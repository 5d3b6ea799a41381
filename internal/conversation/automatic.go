package conversation

import (
	"switchboard/internal/consent"
	"switchboard/internal/message"
)

// SayAutomatically appends a text that the house says by itself and puts it on its way, as an entry like all
// others: agents see exactly what was sent. The class decides what the policy asks of it when it leaves; a
// compliance answer goes to anybody. The caller has looked whether the channel may be written on.
func SayAutomatically(tx Tx, c *Conversation, text string, class Class) (Entry, error) {
	now := tx.Now()
	e := Entry{
		ID: message.NewID[message.EntryID](), Conversation: c.ID, Session: c.Session.ID, Customer: c.Customer,
		Kind: message.KindMessage, Author: message.AuthorSystem,
		Content: message.Content{Text: text}, Status: message.StatusQueued, CreatedAt: now, Version: 1,
	}
	if c.drawsOwnWindow() {
		e.Settle(message.StatusSent, now)
	}
	if err := tx.AppendEntry(c, &e); err != nil {
		return e, err
	}
	if c.drawsOwnWindow() {
		return e, customerEvent(tx, c, CustomerEvent{Type: CustomerMessage, EntrySeq: e.Seq})
	}
	return e, tx.Enqueue(c, &e, class, now.Add(sendDeadline))
}

// TongueTx finds out in which language a person is spoken to.
type TongueTx interface {
	// Tongue is what is known of a person's language: their locale, and the country of their profile or number.
	Tongue(id message.CustomerID) (locale, country string, err error)
}

// LanguageOf a person, of those that are available; used is the one that they have just used, if any. See
// consent.Speak.
func LanguageOf(tx TongueTx, id message.CustomerID, available []string, used string) (string, error) {
	locale, country, err := tx.Tongue(id)
	return consent.Speak(available, used, locale, country), err
}
