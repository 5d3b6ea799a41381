package inbound

import (
	"switchboard/internal/channel"
	"switchboard/internal/consent"
	"switchboard/internal/conversation"
)

// hearing is what a message is with regard to its channel's rules of consent: found out before the transaction.
func (s *Service) hearing(account channel.Account, e *channel.Event) conversation.Hearing {
	h := conversation.Hearing{Required: consent.Level(account.RequiredConsent), Words: s.words.Words(account.ConsentRules), Silent: e.Answered}
	if h.Required == "" {
		h.Required = consent.Implicit
	}
	if e.Kind != channel.EventMessage {
		h.Silent = true // a reaction says nothing that wants an answer
		return h
	}
	if e.Media == nil && e.Content.File == nil {
		h.Keyword = h.Words.Match(e.Content.Text)
		if h.Keyword.Role == "" && e.Content.Choice != nil {
			h.Keyword = h.Words.Match(e.Content.Choice.Title) // a button that says the word
		}
	}
	return h
}

// takeConsent keeps the customer's will as their provider recorded it (CN-1).
func takeConsent(tx Tx, account channel.Account, e *channel.Event) (*notice, error) {
	customer, _, err := tx.EnsureCustomer(account.ID, e.From, e.Profile)
	if err != nil {
		return nil, err
	}
	change := consent.Change{To: consent.Explicit, Cause: consent.ByProvider, At: e.At}
	if e.Kind == channel.EventOptOut {
		change.To = consent.OptedOut
	}
	_, err = conversation.ChangeConsent(tx, customer, change)
	if e.Kind == channel.EventOptOut {
		return &notice{customer: customer, leaves: true}, err
	}
	return nil, err
}
