package conversation

import (
	"context"
	"errors"
	"time"

	"switchboard/internal/consent"
	"switchboard/internal/fault"
	"switchboard/internal/job"
	"switchboard/internal/message"
)

const (
	// answerEvery is how often somebody has the same answer from the house: two robots that answer one another
	// stop here. Who has opted out and writes is asked to come back at most once in askAgainEvery.
	answerEvery   = 5 * time.Minute
	askAgainEvery = 24 * time.Hour
	// ConsentEnds is how long a session of consent keywords waits for the customer to go on.
	ConsentEnds = 24 * time.Hour
	// TimerConsentEnds ends it; the key is its id.
	TimerConsentEnds = "session.consent_ends"
	// JobBlocked records that a customer has blocked the brand at their provider; the key is the customer, the
	// payload the entry that was refused. It is made in the transaction that settles that.
	JobBlocked = "consent.blocked"
)

// ConsentTx is what changing somebody's consent needs, and answering them.
type ConsentTx interface {
	Tx
	TongueTx
	// Standing of a messaging user. It isn't locked: SetConsent looks again.
	Standing(id message.CustomerID) (consent.Standing, error)
	// SetConsent is the one way in which consent changes: level and ledger together. changed is false where the
	// change does nothing.
	SetConsent(id message.CustomerID, c consent.Change) (e consent.Event, changed bool, err error)
	// TalksOf are the conversations of a person in which something may be going on, in one order.
	TalksOf(id message.CustomerID) ([]message.ConversationID, error)
	// CancelQueued takes out of the outbox what waits there for a conversation and is no compliance answer.
	CancelQueued(c message.ConversationID) ([]Entry, error)
	// MayAnswer reports whether somebody has not had the same answer within a time. It keeps that they asked.
	MayAnswer(id message.CustomerID, answer string, within time.Duration) (bool, error)
	// AskedSince reports whether somebody has written something, since a time, that waits for their consent.
	AskedSince(id message.CustomerID, since time.Time) (bool, error)
	LogDeliveryError(c message.ChannelID, conv message.ConversationID, entry message.EntryID, code, detail string) error
}

// Hearing is what a customer's message is taken with: what its channel asks for, and what the message is,
// found out before the transaction.
type Hearing struct {
	Required consent.Level
	Words    *consent.Words
	Keyword  consent.Keyword
	// Silent: no answer, since the provider has answered by itself, or nothing was said.
	Silent bool
}

// Heard is what a message meant, between the session and the answer.
type Heard struct {
	hearing  Hearing
	decision consent.Decision
	standing consent.Standing
}

// CustomerSays does to consent and the session what a customer's message does (CN-1, SL-2): what is for an
// agent goes the way of CustomerWrites; what is only about consent, or waits for it, begins a session that is
// not routed. The entry is appended by the caller afterwards, and then Settle called. moved is as CustomerWrites
// returns it. lastAgent is asked when a session begins.
func CustomerSays(tx ConsentTx, c *Conversation, h Hearing, standing consent.Standing, prechat []message.Field, lastAgent func() (time.Duration, error)) (heard Heard, moved bool, err error) {
	status := c.Session.Status
	heard = Heard{hearing: h, standing: standing, decision: consent.Decide(standing, h.Required, h.Keyword.Role, status.Open() && status != Consent)}
	d := &heard.decision
	if d.Cause == consent.ByWriting {
		if _, _, err := tx.SetConsent(c.Customer, consent.Change{To: d.To, Cause: d.Cause}); err != nil {
			return heard, false, err
		}
	}
	if d.Routed {
		var within time.Duration
		if !status.Open() || status == New { // a session begins
			if within, err = lastAgent(); err != nil {
				return heard, false, err
			}
		}
		moved, err = CustomerWrites(tx, c, prechat, within)
		return heard, moved, err
	}
	if status.Open() {
		if status == Consent {
			err = tx.SetTimer(TimerConsentEnds, c.Session.ID.String(), tx.Now().Add(ConsentEnds))
		}
		return heard, false, err
	}
	if err := begin(tx, c, FromCustomer, Consent, ConsentKeyword, prechat); err != nil {
		return heard, false, err
	}
	return heard, true, tx.SetTimer(TimerConsentEnds, c.Session.ID.String(), tx.Now().Add(ConsentEnds))
}

// OptedOut reports whether the message was a word to opt out.
func (h *Heard) OptedOut() bool { return h.decision.To == consent.OptedOut }

// Settle does what follows the entry of a message: its change of consent, and the house's answer.
func (h *Heard) Settle(tx ConsentTx, c *Conversation, e *Entry) error {
	d := &h.decision
	if d.To != "" && d.Cause == consent.ByKeyword {
		k := h.hearing.Keyword
		if _, err := changeConsent(tx, c, c.Customer, consent.Change{To: d.To, Cause: d.Cause, Keyword: k.Word, Language: k.Language, Entry: e.ID}); err != nil {
			return err
		}
	}
	if h.OptedOut() && c.Session.Status.Open() { // they were out already
		if err := End(tx, c, RuleEnded, "system", Staff{}, optedOut()); err != nil {
			return err
		}
	}
	if d.Answer == "" {
		return nil
	}
	if err := h.answer(tx, c); err != nil {
		return err
	}
	return h.release(tx, c)
}

// answer says what the rules have for it, in the customer's language, unless they have just had the same.
func (h *Heard) answer(tx ConsentTx, c *Conversation) error {
	a, within := h.decision.Answer, answerEvery
	if a == consent.OptInPrompt && h.standing.Level == consent.OptedOut {
		within = askAgainEvery
	}
	rules := &h.hearing.Words.Rules
	language, err := LanguageOf(tx, c.Customer, rules.Tags(), h.hearing.Keyword.Language)
	if err != nil {
		return err
	}
	text, spoken := rules.Text(a, language)
	key := string(a)
	if h.decision.Keyword {
		key += " " + spoken // a word of another language gets its own answer
	}
	may, err := tx.MayAnswer(c.Customer, key, within)
	if err != nil || !may || h.hearing.Silent || text == "" {
		return err
	}
	_, err = SayAutomatically(tx, c, text, ClassCompliance)
	return err
}

// release sends a session to routing whose customer had said something before they agreed: they need not say
// it again.
func (h *Heard) release(tx ConsentTx, c *Conversation) error {
	agreed := h.decision.Answer == consent.OptInConfirmation
	if !agreed || c.Session.Status != Consent {
		return nil
	}
	said, err := tx.AskedSince(c.Customer, c.Session.StartedAt)
	if err != nil || !said {
		return err
	}
	prior := c.Session.Status
	if err := toRouting(tx, c, CustomerWrote, WorkChange{State: WorkWaiting}); err != nil {
		return err
	}
	return save(tx, c, prior)
}

// ChangeConsent records a change that comes from elsewhere than the customer's own message, and does what
// follows. changed is false where the change does nothing.
func ChangeConsent(tx ConsentTx, customer message.CustomerID, change consent.Change) (changed bool, err error) {
	return changeConsent(tx, nil, customer, change)
}

// changeConsent writes the change down, says it in the person's conversations, and when they opted out ends
// their sessions and takes back what waits to be sent to them. at is the conversation at hand, if any.
//
// Conversations are locked before the person: who writes to them holds a conversation while it asks the policy,
// so that it either comes first, and its message is taken back here, or sees what was decided.
func changeConsent(tx ConsentTx, at *Conversation, customer message.CustomerID, change consent.Change) (bool, error) {
	ids, err := tx.TalksOf(customer)
	if err != nil {
		return false, err
	}
	talks := make([]*Conversation, 0, len(ids))
	for _, id := range ids {
		if at != nil && at.ID == id {
			talks = append(talks, at)
			continue
		}
		c, err := tx.Conversation(id)
		if err != nil {
			return false, err
		}
		talks = append(talks, &c)
	}
	event, changed, err := tx.SetConsent(customer, change)
	if err != nil || !changed {
		return false, err
	}
	for _, c := range talks {
		if err := consentEvent(tx, c, &event); err != nil {
			return false, err
		}
		if change.To == consent.OptedOut {
			if err := silence(tx, c, &change); err != nil {
				return false, err
			}
		}
	}
	return true, nil
}

// consentEvent says a change in a conversation, for staff.
func consentEvent(tx Tx, c *Conversation, e *consent.Event) error {
	if !c.Session.ID.IsZero() {
		if err := event(tx, c, message.Event{Type: message.EventConsent, Actor: e.AgentName, From: string(e.Before), To: string(e.To), Cause: string(e.Cause), Target: e.Keyword},
			message.AuthorSystem, Staff{ID: e.Agent, Name: e.AgentName}); err != nil {
			return err
		}
	}
	return tx.ConversationChanged(c.ID, message.UserID{})
}

// silence ends what is open with somebody who opted out, and takes back what waits to be sent.
func silence(tx ConsentTx, c *Conversation, change *consent.Change) error {
	cancelled, err := tx.CancelQueued(c.ID)
	if err != nil {
		return err
	}
	for _, e := range cancelled {
		e.Settle(message.StatusFailed, tx.Now())
		e.ErrorCode, e.ErrorDetail, e.AttemptAt = string(fault.OptedOut), "", time.Time{}
		if err := tx.SaveEntry(&e); err != nil {
			return err
		}
		if err := tx.LogDeliveryError(c.Channel, c.ID, e.ID, e.ErrorCode, ""); err != nil {
			return err
		}
	}
	if !c.Session.Status.Open() {
		return nil
	}
	why := optedOut()
	if change.Cause == consent.ByBlock {
		why = message.Because("blocked", message.ReasonParams{}, "The customer has blocked this sender at their provider.")
	}
	return End(tx, c, RuleEnded, "system", Staff{}, why)
}

func optedOut() message.Reason {
	return message.Because("opted_out", message.ReasonParams{}, "The customer opted out.")
}

// Blocked reports whether a delivery code says that the person has blocked the brand (CN-1).
func Blocked(code string) bool { return fault.DeliveryCode(code) == fault.RecipientBlocked }

// RecordBlock is the handler of JobBlocked.
func RecordBlock(write func(context.Context, message.OrgID, func(ConsentTx) error) error) job.Handler {
	return func(ctx context.Context, j job.Job) error {
		customer, err1 := message.ParseID[message.CustomerID](j.Key)
		entry, err2 := message.ParseID[message.EntryID](j.Payload)
		if err := errors.Join(err1, err2); err != nil {
			return errors.Join(job.ErrGiveUp, err)
		}
		return write(ctx, j.Org, func(tx ConsentTx) error {
			e, err := tx.Entry(entry)
			if fault.CodeOf(err) == fault.NotFound {
				return nil // deleted meanwhile
			}
			if err != nil {
				return err
			}
			c, err := tx.Conversation(e.Conversation)
			if err != nil || c.CustomerAt.After(e.CreatedAt) {
				return err // they have written since: they can be written to
			}
			_, err = ChangeConsent(tx, customer, consent.Change{To: consent.OptedOut, Cause: consent.ByBlock, Entry: entry})
			return err
		})
	}
}
