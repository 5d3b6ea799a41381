package store

import (
	"crypto/sha256"

	"switchboard/internal/conversation"
	"switchboard/internal/inbound"
	"switchboard/internal/message"
)

// Quarantine keeps a call that could not be taken in: always its hash, size and headers, its body only
// sealed, without sensitive data, and when asked to.
func (tx *Tx) Quarantine(q inbound.Quarantined) error {
	hash := sha256.Sum256(q.Body)
	var payload []byte
	if q.Kept != nil {
		payload = tx.seal(message.CustomerID{}, string(q.Kept))
	}
	if err := tx.Masked(conversation.MaskedIn{Place: conversation.PlaceQuarantine}, q.Masked); err != nil {
		return err
	}
	return tx.exec(`INSERT INTO quarantine (org_id, id, channel_id, at, reason, sha256, size, headers, payload_env) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		tx.org, message.NewID[message.RowID](), q.Channel, us(tx.Now()), q.Reason, hash[:], len(q.Body), asJSON(q.Headers), payload)
}
