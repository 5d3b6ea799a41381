package store

import (
	"strconv"

	"switchboard/internal/consent"
	"switchboard/internal/inbound"
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

// OnceBound is Once and BindProvider for a caller who knows the entry, and has seen under its conversation's
// lock that nobody had the id. Should the same id come in another conversation at the same time, the later
// transaction fails: better than a message that is there twice.
func (tx *Tx) OnceBound(channel message.ChannelID, providerID string, c message.ConversationID, seq int64) error {
	return tx.exec(`INSERT INTO provider_message (org_id, channel_id, provider_id, conversation_id, entry_seq, at) VALUES ($1, $2, $3, $4, $5, $6)`,
		tx.org, channel, providerID, c, seq, us(tx.Now()))
}

// Known finds the conversation of the messaging user who has all of these addresses, in a thread, and locks it.
func (tx *Tx) Known(channel message.ChannelID, addresses []message.Address, thread, providerID string) (k inbound.Known, found bool, err error) {
	if len(addresses) == 0 {
		return k, false, nil
	}
	keys := make([]any, len(addresses))
	for i, a := range addresses {
		keys[i] = tx.db.sealer.Key(tx.org, channel.String(), string(a.Kind), a.Value)
	}
	args := tx.ids(tx.org, channel, keys[0], thread)
	// Look-ups by whole keys, one after the other, which no planner reads as a join to be turned round.
	const owner = "(SELECT a.user_id FROM messaging_user_address a WHERE a.org_id = $1 AND a.channel_id = $2 AND a.address_key = "
	where := "WHERE c.org_id = $1 AND c.channel_id = $2 AND c.user_id = " + owner + "$3) AND c.thread_key = $4"
	for _, key := range keys[1:] {
		where += " AND c.user_id = " + owner + args.add(key) + ")"
	}
	id := "$" + strconv.Itoa(len(args.args)+1)
	c, found, err := tx.lockedHead(where, args.args, `, EXISTS (SELECT 1 FROM provider_message p WHERE p.org_id = $1 AND p.channel_id = $2 AND p.provider_id = `+id+`),
 EXISTS (SELECT 1 FROM outbox o WHERE o.org_id = c.org_id AND o.conversation_id = c.id),
 (SELECT CASE WHEN u.consent_blocked THEN '' ELSE u.consent END FROM messaging_user u WHERE u.org_id = c.org_id AND u.id = c.user_id)`,
		[]any{&k.Seen, &k.Waits, text(&k.Standing.Level)}, providerID)
	if found && k.Standing.Level == "" {
		k.Standing = consent.Standing{Level: consent.OptedOut, Blocked: true}
	}
	k.Conversation = c
	return k, found, err
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
