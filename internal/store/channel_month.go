package store

import (
	"context"
	"time"

	"switchboard/internal/channel"
	"switchboard/internal/consent"
	"switchboard/internal/consent/phone"
	"switchboard/internal/message"
)

// monthShards is over how many rows a channel's incoming messages of one month are counted.
const monthShards = 16

// monthOf names a calendar month as 202605, in UTC.
func monthOf(t time.Time) int {
	t = t.UTC()
	return t.Year()*100 + int(t.Month())
}

// CountSent counts one message that is handed to the provider. Only who holds the channel's lease calls it.
func (tx *Tx) CountSent(channel message.ChannelID) error {
	return tx.count(channel, 0, 1, 0)
}

// CountReceived counts one message of a customer. It is the last thing a transaction does with the
// conversation: others that count on the same row wait for its commit.
func (tx *Tx) CountReceived(channel message.ChannelID, c message.ConversationID) error {
	return tx.count(channel, 1+int(c[len(c)-1])%monthShards, 0, 1)
}

func (tx *Tx) count(channel message.ChannelID, shard, sent, received int) error {
	return tx.exec(`INSERT INTO channel_month (org_id, channel_id, month, shard, sent, received) VALUES ($1, $2, $3, $4, $5, $6)
 ON CONFLICT (org_id, channel_id, month, shard) DO UPDATE SET sent = channel_month.sent + excluded.sent, received = channel_month.received + excluded.received`,
		tx.org, channel, monthOf(tx.Now()), shard, sent, received)
}

// ChannelMonth is what a channel has sent and received in the month of a time.
func (db *DB) ChannelMonth(ctx context.Context, org message.OrgID, id message.ChannelID, at time.Time) (phone.Month, error) {
	var m phone.Month
	_, err := one(db.reader(ctx, org), []any{&m.Sent, &m.Received}, `SELECT CAST(COALESCE(SUM(sent), 0) AS bigint), CAST(COALESCE(SUM(received), 0) AS bigint)
 FROM channel_month WHERE org_id = $1 AND month = $2 AND channel_id = $3`, org, monthOf(at), id)
	return m, asFault(err)
}

// sender is what of a channel decides over its messages, as its row tells it.
type sender struct {
	kind, address string
	settings      map[string]string
	customer      string // the number that is written to
	opened        bool   // the business began a session
}

// senderColumns of a channel ch, a messaging user u, and a conversation c with its session s. Whether
// the business ever began is asked only for short codes: only there it decides.
const senderColumns = `ch.type, ch.address, ch.settings,
 COALESCE(s.origin, 'customer') <> 'customer' OR CASE WHEN ch.type = 'sms' AND length(ch.address) <= 8 THEN EXISTS
 (SELECT 1 FROM session b WHERE b.org_id = c.org_id AND b.conversation_id = c.id AND b.origin <> 'customer') ELSE FALSE END`

func (s *sender) dest() []any { return []any{&s.kind, &s.address, jsonColumn{&s.settings}, &s.opened} }

// line of the sender; nil where its address is no number that rules are about. fillLines adds the rest.
func (s *sender) line() *consent.Line {
	if s.kind != string(channel.SMS) {
		return nil
	}
	return &consent.Line{From: phone.Read(s.address, s.settings[channel.SettingCountry]), To: phone.Read(s.customer, ""),
		Opened: s.opened, Registered: s.settings[channel.SettingRegistered] == channel.Yes}
}
