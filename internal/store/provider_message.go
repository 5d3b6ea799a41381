package store

import (
	"switchboard/internal/message"
	"switchboard/internal/outbound"
)

// Once records a provider's id. It reports true for the first transaction that commits with it; a
// second one at the same time waits for the first.
func (tx *Tx) Once(channel message.ChannelID, providerID string) (first bool, err error) {
	n, err := tx.affected(`INSERT INTO provider_message (org_id, channel_id, provider_id, at) VALUES ($1, $2, $3, $4)
 ON CONFLICT (org_id, channel_id, provider_id) DO NOTHING`, tx.org, channel, providerID, us(tx.Now()))
	return n == 1, err
}

// BindProvider says which entry a provider's id means. It returns a receipt that was faster.
func (tx *Tx) BindProvider(channel message.ChannelID, providerID string, c message.ConversationID, seq int64) (early outbound.Receipt, err error) {
	_, err = one(tx, []any{text(&early.Status), &early.At, &early.Code, &early.Detail},
		`INSERT INTO provider_message (org_id, channel_id, provider_id, conversation_id, entry_seq, at) VALUES ($1, $2, $3, $4, $5, $6)
 ON CONFLICT (org_id, channel_id, provider_id) DO UPDATE SET conversation_id = excluded.conversation_id, entry_seq = excluded.entry_seq
 RETURNING receipt_status, receipt_at, receipt_code, receipt_detail`, tx.org, channel, providerID, c, seq, us(tx.Now()))
	return early, err
}

// FindProvider is the entry that a provider's id means; found is false while nobody has said.
func (tx *Tx) FindProvider(channel message.ChannelID, providerID string) (c message.ConversationID, seq int64, found bool, err error) {
	_, err = one(tx, []any{&c, &seq}, "SELECT conversation_id, entry_seq FROM provider_message WHERE org_id = $1 AND channel_id = $2 AND provider_id = $3",
		tx.org, channel, providerID)
	return c, seq, !c.IsZero(), err
}

// KeepReceipt keeps a receipt whose message we don't know yet, unless it became known meanwhile: then
// it returns which. The row's unique key makes this and BindProvider take turns. A later status of
// the same message replaces an earlier one.
func (tx *Tx) KeepReceipt(channel message.ChannelID, providerID string, r outbound.Receipt) (c message.ConversationID, seq int64, found bool, err error) {
	var prior message.Status
	_, err = one(tx, []any{&c, &seq, text(&prior)}, `INSERT INTO provider_message (org_id, channel_id, provider_id, at, receipt_status, receipt_at, receipt_code, receipt_detail)
 VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
 ON CONFLICT (org_id, channel_id, provider_id) DO UPDATE SET at = provider_message.at
 RETURNING conversation_id, entry_seq, receipt_status`, tx.org, channel, providerID, us(tx.Now()), string(r.Status), us(r.At), r.Code, r.Detail)
	if err != nil || !c.IsZero() {
		return c, seq, !c.IsZero(), err
	}
	if prior != "" && prior != r.Status && prior.Advance(r.Status) == prior {
		return c, seq, false, nil
	}
	return c, seq, false, tx.exec(`UPDATE provider_message SET receipt_status = $4, receipt_at = $5, receipt_code = $6, receipt_detail = $7
 WHERE org_id = $1 AND channel_id = $2 AND provider_id = $3`, tx.org, channel, providerID, string(r.Status), us(r.At), r.Code, r.Detail)
}
