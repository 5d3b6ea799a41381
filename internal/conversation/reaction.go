package conversation

import (
	"context"
	"strings"
	"unicode"
	"unicode/utf8"

	"switchboard/internal/consent"
	"switchboard/internal/fault"
	"switchboard/internal/message"
)

// reactionMax is the longest sign in characters: families and flags are several joined into one.
const reactionMax = 16

// ReactionDraft is a sign that staff put on a message.
type ReactionDraft struct {
	To message.EntryID
	// Emoji is empty to take the earlier one back.
	Emoji string
	// ClientID makes it once.
	ClientID string
}

// React puts a sign on a message, in the place of one that was put before, and sends it on its way. Posted
// again with the same ClientID it returns the first entry. Refusals: capability_missing where the channel
// has none, those of MayWrite and of consent.Check, unlawful_state for what the customer can't see.
func (s *Service) React(ctx context.Context, org message.OrgID, by Staff, id message.ConversationID, d ReactionDraft) (out Entry, err error) {
	if !isSign(d.Emoji) {
		return Entry{}, fault.Invalid("emoji", "A reaction is one emoji; an empty one takes it back.")
	}
	err = s.Write(ctx, org, func(tx Tx) error {
		c, err := tx.Conversation(id)
		if err != nil {
			return err
		}
		if d.ClientID != "" {
			if prior, found, err := tx.EntryByClientID(id, d.ClientID); err != nil || found {
				out = prior
				return err
			}
		}
		caps := s.Capabilities(c.ChannelType, c.Provider)
		if !caps.Reactions {
			return fault.New(fault.CapabilityMissing, "This channel has no reactions.")
		}
		if err := MayWrite(&c, by); err != nil {
			return err
		}
		if err := reactable(tx, &c, d.To); err != nil {
			return err
		}
		facts, err := tx.Policy(id)
		if err != nil {
			return err
		}
		facts.WindowHours = caps.WindowHours
		now := tx.Now()
		if err := consent.Check(facts, consent.Kind{}, now); err != nil {
			return err
		}
		out = Entry{
			ID: message.NewID[message.EntryID](), Conversation: c.ID, Session: c.Session.ID, Customer: c.Customer,
			Kind: message.KindReaction, Author: by.author(), AuthorID: by.ID, AuthorName: by.Name, ClientID: d.ClientID, RefersTo: d.To,
			Content: message.Content{Reaction: &message.Reaction{Emoji: d.Emoji}}, Status: message.StatusQueued, CreatedAt: now, Version: 1,
		}
		if err := tx.AppendEntry(&c, &out); err != nil {
			return err
		}
		deadline := now.Add(sendDeadline)
		if ends := facts.WindowEnds(); !ends.IsZero() && ends.Before(deadline) {
			deadline = ends
		}
		return tx.Enqueue(&c, &out, ClassAgent, deadline)
	})
	return out, err
}

// reactable: a message of this conversation that the customer's side knows by an id.
func reactable(tx Tx, c *Conversation, id message.EntryID) error {
	target, err := tx.Entry(id)
	switch {
	case err != nil:
		return err
	case target.Conversation != c.ID:
		return fault.New(fault.NotFound, "There is no such entry in this conversation.")
	case target.Kind != message.KindMessage || !target.ErasedAt.IsZero():
		return fault.New(fault.UnlawfulState, "Only messages take reactions.")
	case target.ProviderID == "":
		return fault.New(fault.UnlawfulState, "This message has not been sent yet.")
	}
	return nil
}

// isSign: something that is neither a word nor a space, or nothing at all.
func isSign(s string) bool {
	if s == "" {
		return true
	}
	if utf8.RuneCountInString(s) > reactionMax || !utf8.ValidString(s) {
		return false
	}
	return !strings.ContainsFunc(s, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsSpace(r) || unicode.IsControl(r) }) &&
		strings.ContainsFunc(s, func(r rune) bool { return r > unicode.MaxLatin1 || r == '©' || r == '®' })
}
