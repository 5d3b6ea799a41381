package inbound

import (
	"errors"
	"strings"

	"switchboard/internal/channel"
	"switchboard/internal/conversation"
	"switchboard/internal/failpoint"
	"switchboard/internal/fault"
	"switchboard/internal/message"
	"switchboard/internal/outbound"
)

// takeReceipt settles the entry that a status report is about. One that comes before its message's
// answer waits for it (SL-5); one that echoes our entry id settles even a send without an answer.
func takeReceipt(tx Tx, account channel.Account, e *channel.Event) error {
	r := outbound.Receipt{Status: e.Receipt.Status, At: e.At}
	if r.At.IsZero() {
		r.At = tx.Now()
	}
	if f := e.Receipt.Failure; f != nil {
		r.Code, r.Detail = f.Code, strings.TrimSpace(f.ProviderCode+" "+f.ProviderText)
	}
	entry, found, err := receiptTarget(tx, account, e.Receipt, r)
	if err != nil || !found {
		return err
	}
	before := entry
	if err := outbound.Apply(tx, account.ID, &entry, r); err != nil {
		return err
	}
	if entry.ProviderID == "" {
		entry.ProviderID = e.Receipt.ProviderID
		if _, err := tx.BindProvider(account.ID, e.Receipt.ProviderID, entry.Conversation, entry.Seq); err != nil {
			return err
		}
		// What was unknown is known now. A row that is being sent is left to its sender.
		row, found, err := tx.OutboxOf(entry.Conversation, entry.Seq)
		if err != nil {
			return err
		}
		if found && row.State == outbound.Unknown {
			if err := tx.DeleteOutbox(row.ID); err != nil {
				return err
			}
		}
	}
	if entry.Status == before.Status && entry.SentAt.Equal(before.SentAt) && entry.DeliveredAt.Equal(before.DeliveredAt) &&
		entry.ReadAt.Equal(before.ReadAt) && entry.ProviderID == before.ProviderID {
		return nil // said before
	}
	failpoint.Hit("receipt.applied")
	return tx.SaveEntry(&entry)
}

// receiptTarget finds the entry, or keeps the receipt until it is known.
func receiptTarget(tx Tx, account channel.Account, r *channel.Receipt, kept outbound.Receipt) (conversation.Entry, bool, error) {
	c, seq, found, err := tx.FindProvider(account.ID, r.ProviderID)
	if err != nil {
		return conversation.Entry{}, false, err
	}
	if !found && !r.EntryID.IsZero() {
		// The echoed id is the provider's word: it must name an outbound entry of this very channel.
		entry, err := tx.Entry(r.EntryID)
		var f *fault.Error
		switch {
		case errors.As(err, &f) && f.Code == fault.NotFound:
		case err != nil:
			return entry, false, err
		default:
			conv, err := tx.Conversation(entry.Conversation)
			if err != nil {
				return entry, false, err
			}
			if conv.Channel == account.ID && entry.Author != message.AuthorCustomer && (entry.ProviderID == "" || entry.ProviderID == r.ProviderID) {
				return entry, true, nil
			}
		}
	}
	if !found {
		c, seq, found, err = tx.KeepReceipt(account.ID, r.ProviderID, kept)
		if err != nil || !found {
			return conversation.Entry{}, false, err
		}
	}
	entry, err := tx.EntryBySeq(c, seq)
	return entry, err == nil, err
}
