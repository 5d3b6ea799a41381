package conversation

import (
	"context"
	"time"

	"switchboard/internal/consent"
	"switchboard/internal/fault"
	"switchboard/internal/message"
)

// Consents is what staff and programs record about consent.
type Consents struct {
	Write func(ctx context.Context, org message.OrgID, fn func(OpenTx) error) error
	// Sent waits, for a while, until nothing is on its way to somebody any more that was handed to their
	// provider before they opted out; nil waits for nothing.
	Sent func(ctx context.Context, org message.OrgID, customer message.CustomerID)
}

// ConsentRecord is what somebody said elsewhere.
type ConsentRecord struct {
	Level        consent.Level
	Cause        consent.Cause
	Note, Source string
	At           time.Time // when they said it; zero for now
}

// check refuses what proves nothing.
func (r *ConsentRecord) check(now time.Time) error {
	switch {
	case r.Level != consent.OptedOut && r.Level != consent.Implicit && r.Level != consent.Explicit && r.Level != consent.Doubly:
		return fault.Invalid("status", "Say which consent was given: opted_out, implicitly_opted_in, explicitly_opted_in or doubly_opted_in.")
	case r.Level != consent.OptedOut && r.Cause == consent.ByAgent && r.Note == "":
		return fault.Invalid("note", "Say how the customer agreed: it is the proof.")
	case r.Level != consent.OptedOut && r.Cause != consent.ByAgent && r.Source == "":
		return fault.Invalid("source", "Say where the consent comes from, such as the name of a form.")
	case r.At.After(now.Add(time.Minute)):
		return fault.Invalid("at", "This time has not come yet.")
	}
	return nil
}

// Record a change for a messaging user. When it returns without an error, somebody who opted out is sent nothing
// any more.
func (s *Consents) Record(ctx context.Context, org message.OrgID, by Staff, customer message.CustomerID, r ConsentRecord) error {
	err := s.Write(ctx, org, func(tx OpenTx) error {
		_, err := r.Put(tx, by, customer)
		return err
	})
	if err == nil && r.Level == consent.OptedOut && s.Sent != nil {
		s.Sent(ctx, org, customer)
	}
	return err
}

// Put records it in a transaction. changed is false where the person stands so already, or better.
func (r ConsentRecord) Put(tx ConsentTx, by Staff, customer message.CustomerID) (changed bool, err error) {
	if err := r.check(tx.Now()); err != nil {
		return false, err
	}
	return ChangeConsent(tx, customer, consent.Change{To: r.Level, Cause: r.Cause, Note: r.Note, Source: r.Source, At: r.At, Agent: by.ID, AgentName: by.Name})
}

// ConsentOf is a record about somebody who is known by their number, on a channel.
type ConsentOf struct {
	Channel message.ChannelID
	To      message.Address
	ConsentRecord
}

// RecordFor records what somebody said elsewhere who may not be known yet.
func (s *Consents) RecordFor(ctx context.Context, org message.OrgID, by Staff, r ConsentOf) (customer message.CustomerID, err error) {
	err = s.Write(ctx, org, func(tx OpenTx) error {
		customer, _, err = r.put(tx, by)
		return err
	})
	if err == nil && r.Level == consent.OptedOut && s.Sent != nil {
		s.Sent(ctx, org, customer)
	}
	return customer, err
}

func (r ConsentOf) put(tx OpenTx, by Staff) (customer message.CustomerID, action string, err error) {
	sender, err := tx.Sender(r.Channel, message.UserID{})
	if err != nil {
		return customer, "", err
	}
	if sender.ChannelType == webChannel {
		return customer, "", fault.Invalid("channel_id", "People on a web channel have no number. Record their consent on their own page.")
	}
	if err := r.check(tx.Now()); err != nil {
		return customer, "", err // before anybody is made for it
	}
	customer, made, err := tx.EnsureCustomer(r.Channel, []message.Address{r.To}, message.Profile{})
	if err != nil {
		return customer, "", err
	}
	changed, err := r.Put(tx, by, customer)
	switch {
	case made:
		action = fault.RowMade
	case changed:
		action = fault.RowChanged
	default:
		action = fault.RowSame
	}
	return customer, action, err
}

// Import records each of many, and returns what became of each. Unless bad rows are to be skipped, one that is
// refused keeps all out; a trial keeps nothing in any case.
func (s *Consents) Import(ctx context.Context, org message.OrgID, by Staff, records []ConsentOf, trial, skipBad bool) (outcomes []fault.RowOutcome, applied bool, err error) {
	err = s.Write(ctx, org, func(tx OpenTx) error {
		var rowsErr error
		outcomes, rowsErr = fault.EachRow(len(records), trial, skipBad, func(i int) (string, error) {
			_, action, err := records[i].put(tx, by)
			return action, err
		})
		return rowsErr
	})
	return fault.Settled(outcomes, err)
}
