package store

import (
	"context"
	"slices"

	"switchboard/internal/conversation"
	"switchboard/internal/fault"
	"switchboard/internal/message"
	"switchboard/internal/resource"
)

// Pages of entries.
const (
	entriesDefault = 50
	entriesMax     = 200
)

const entryView = `SELECT e.id, e.conversation_id, e.session_id, e.seq, e.kind, e.author_type, e.author_id, e.author_env, e.content_env,
 e.status, e.error_code, e.error_detail, e.client_id, e.refers_to, e.created_at, e.sent_at, e.delivered_at, e.read_at, e.attempt_at, e.erased_at, e.version,
 c.user_id, u.name_env FROM entry e
 JOIN conversation c ON c.org_id = e.org_id AND c.id = e.conversation_id
 LEFT JOIN messaging_user u ON u.org_id = c.org_id AND u.id = c.user_id `

// entries loads entries without asking for rights.
func (v *Views) entries(tx *Tx, where string, args ...any) ([]resource.Entry, error) {
	type loaded struct {
		e                 conversation.Entry
		author            message.RowID
		content, customer string
	}
	rows, err := list(tx, func(r row, l *loaded) error {
		e := &l.e
		return r.Scan(&e.ID, &e.Conversation, &e.Session, &e.Seq, text(&e.Kind), text(&e.Author), &l.author, opened{tx, &e.AuthorName}, opened{tx, &l.content},
			text(&e.Status), &e.ErrorCode, &e.ErrorDetail, &e.ClientID, &e.RefersTo, &e.CreatedAt, &e.SentAt, &e.DeliveredAt, &e.ReadAt, &e.AttemptAt, &e.ErasedAt, &e.Version,
			&e.Customer, opened{tx, &l.customer})
	}, entryView+where, args...)
	if err != nil {
		return nil, err
	}
	out := make([]resource.Entry, len(rows))
	for i, l := range rows {
		if err := readJSON(l.content, &l.e.Content); err != nil {
			return nil, err
		}
		l.e.AuthorID = l.author
		if l.e.Author == message.AuthorCustomer && l.e.AuthorName == "" {
			l.e.AuthorName = l.customer
		}
		out[i] = v.EntryResource(tx.org, &l.e)
	}
	return out, nil
}

// EntryResource shows an entry, with a signed link to its file.
func (v *Views) EntryResource(org message.OrgID, e *conversation.Entry) resource.Entry {
	out := resource.Entry{
		ID: e.ID, ConversationID: e.Conversation, SessionID: e.Session, Seq: e.Seq, Kind: e.Kind,
		Author:  resource.Author{Type: e.Author, ID: message.RowID(e.AuthorID).String(), Name: e.AuthorName},
		Content: e.Content, Status: e.Status, Error: deliveryError(e), ClientID: e.ClientID, CreatedAt: e.CreatedAt,
		SentAt: timeOrNil(e.SentAt), DeliveredAt: timeOrNil(e.DeliveredAt), ReadAt: timeOrNil(e.ReadAt), AttemptAt: timeOrNil(e.AttemptAt), ErasedAt: timeOrNil(e.ErasedAt),
		Version: e.Version,
	}
	if !e.RefersTo.IsZero() {
		refers := e.RefersTo
		out.RefersTo = &refers
	}
	if f := e.Content.File; f != nil && !f.ID.IsZero() {
		signed := *f
		v.sign(org, &signed)
		out.Content.File = &signed
	}
	return out
}

// aboutFile: a file that we refuse ourselves has a sentence that says what is wrong with it, which helps more
// than the catalogue's. A provider's words have its code before them.
func aboutFile(code fault.DeliveryCode, detail string) bool {
	return (code == fault.FileType || code == fault.FileTooLarge) && detail != "" && (detail[0] < '0' || detail[0] > '9')
}

// deliveryError says why an entry failed, or may have. Named refusals keep their sentence in the detail.
func deliveryError(e *conversation.Entry) *resource.DeliveryError {
	out := &resource.DeliveryError{Code: e.ErrorCode, Provider: e.ErrorDetail,
		Retryable: e.Status == message.StatusFailed || e.Status == message.StatusUnknown}
	delivery := fault.DeliveryCode(e.ErrorCode)
	_, catalogued := fault.DeliveryCodes()[delivery]
	switch {
	case e.Status == message.StatusUnknown:
		out.Text = "This message may have been sent: the provider's answer was lost. Sending it again may double it."
		if out.Code == "" {
			out.Code = string(message.StatusUnknown)
		}
	case e.ErrorCode == "":
		return nil
	case catalogued:
		out.Text = delivery.Advice().Agent
		if waiting := delivery.Advice().Waiting; waiting != "" && e.Status == message.StatusQueued {
			out.Text = waiting
		}
		if aboutFile(delivery, e.ErrorDetail) {
			out.Text, out.Provider = e.ErrorDetail, ""
		}
	case e.ErrorDetail != "":
		out.Text, out.Provider = e.ErrorDetail, ""
	default:
		out.Text = "This message was not sent."
	}
	switch delivery { // what the same content to the same address can't mend
	case fault.BadAddress, fault.RecipientBlocked, fault.TextTooLarge, fault.FileTooLarge, fault.FileType, fault.TooManyAttachments,
		fault.DeliveryCode(fault.OptedOut), fault.DeliveryCode(fault.WrongCountry):
		out.Retryable = false
	}
	return out
}

// Entries of a conversation, oldest first: those after a number, or those before one, or the latest.
func (v *Views) Entries(ctx context.Context, org message.OrgID, viewer resource.Viewer, c message.ConversationID, after, before int64, limit int) ([]resource.Entry, error) {
	if err := v.MayRead(ctx, org, viewer, c); err != nil {
		return nil, err
	}
	if limit <= 0 {
		limit = entriesDefault
	}
	limit = min(limit, entriesMax)
	tx := v.db.reader(ctx, org)
	const of = "WHERE e.org_id = $1 AND e.conversation_id = $2 "
	if after > 0 {
		const since = of + "AND e.seq > $3 "
		if before > 0 {
			items, err := v.entries(tx, since+"AND e.seq < $4 ORDER BY e.seq LIMIT $5", org, c, after, before, limit)
			return items, asFault(err)
		}
		items, err := v.entries(tx, since+"ORDER BY e.seq LIMIT $4", org, c, after, limit)
		return items, asFault(err)
	}
	var items []resource.Entry
	var err error
	if before > 0 {
		items, err = v.entries(tx, of+"AND e.seq < $3 ORDER BY e.seq DESC LIMIT $4", org, c, before, limit)
	} else {
		items, err = v.entries(tx, of+"ORDER BY e.seq DESC LIMIT $3", org, c, limit)
	}
	slices.Reverse(items)
	return items, asFault(err)
}

// SessionEntries are the entries of one session after a number, oldest first.
func (v *Views) SessionEntries(ctx context.Context, org message.OrgID, viewer resource.Viewer, c message.ConversationID, s message.SessionID, after int64, limit int) ([]resource.Entry, error) {
	if err := v.MayRead(ctx, org, viewer, c); err != nil {
		return nil, err
	}
	items, err := v.entries(v.db.reader(ctx, org), "WHERE e.org_id = $1 AND e.conversation_id = $2 AND e.session_id = $3 AND e.seq > $4 ORDER BY e.seq LIMIT $5",
		org, c, s, after, min(limit, entriesMax))
	return items, asFault(err)
}

// Entry by its number, for who may read the conversation.
func (v *Views) Entry(ctx context.Context, org message.OrgID, viewer resource.Viewer, c message.ConversationID, seq int64) (resource.Entry, error) {
	if err := v.MayRead(ctx, org, viewer, c); err != nil {
		return resource.Entry{}, err
	}
	items, err := v.entries(v.db.reader(ctx, org), "WHERE e.org_id = $1 AND e.conversation_id = $2 AND e.seq = $3", org, c, seq)
	if err != nil || len(items) == 0 {
		return resource.Entry{}, must(false, asFault(err), "entry")
	}
	return items[0], nil
}

// EntriesOf loads entries by conversation and number, in no order, without asking for rights.
func (v *Views) EntriesOf(ctx context.Context, org message.OrgID, wanted map[message.ConversationID][]int64) (out []resource.Entry, err error) {
	for todo := keys(wanted); len(todo) > 0; {
		n := min(len(todo), entriesDefault)
		var conversations []message.ConversationID
		var numbers []int64
		for _, c := range todo[:n] {
			for _, seq := range wanted[c] {
				conversations, numbers = append(conversations, c), append(numbers, seq)
			}
		}
		a := v.db.ids(org)
		items, err := v.entries(v.db.reader(ctx, org), "WHERE e.org_id = $1 AND (e.conversation_id, e.seq) "+inPairs(&a, conversations, numbers), a.args...)
		if err != nil {
			return nil, asFault(err)
		}
		out, todo = append(out, items...), todo[n:]
	}
	return out, nil
}
