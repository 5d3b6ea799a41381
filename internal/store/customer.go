package store

import (
	"switchboard/internal/consent"
	"switchboard/internal/message"
)

// EnsureCustomer finds the messaging user of any of these addresses on a channel, or makes one, and
// ties all of the addresses to them. Of two transactions with the same new address the second waits
// for the first and finds its user. A profile fills what is still empty and changes nothing else.
func (tx *Tx) EnsureCustomer(channel message.ChannelID, addresses []message.Address, profile message.Profile) (id message.CustomerID, created bool, err error) {
	keys := make([][]byte, len(addresses))
	for i, a := range addresses {
		keys[i] = tx.db.sealer.Key(tx.org, channel.String(), string(a.Kind), a.Value)
		if !id.IsZero() {
			continue
		}
		if _, err := one(tx, []any{&id}, "SELECT user_id FROM messaging_user_address WHERE org_id = $1 AND channel_id = $2 AND address_key = $3",
			tx.org, channel, keys[i]); err != nil {
			return id, false, err
		}
		if !id.IsZero() && len(addresses) == 1 {
			return id, false, nil
		}
	}
	fresh := id.IsZero()
	if fresh {
		id = message.NewID[message.CustomerID]()
	}
	own := id
	for i, a := range addresses {
		var owner message.CustomerID
		if _, err := one(tx, []any{&owner}, `INSERT INTO messaging_user_address (org_id, channel_id, address_key, user_id, kind, address_env, position)
 VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (org_id, channel_id, address_key) DO UPDATE SET position = messaging_user_address.position
 RETURNING user_id`, tx.org, channel, keys[i], id, string(a.Kind), tx.seal(id, a.Value), i); err != nil {
			return id, false, err
		}
		if fresh && i == 0 {
			id = owner // somebody else may have been faster
		}
	}
	if !fresh || id != own {
		return id, false, nil
	}
	return id, true, tx.exec(`INSERT INTO messaging_user (org_id, id, channel_id, name_env, locale, country, picture, consent, event_seq, created_at, version)
 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0, $9, 1)`, tx.org, id, channel, tx.seal(id, profile.Name), profile.Locale, profile.Country,
		profile.Picture, string(consent.None), us(tx.Now()))
}

// CustomerByAddress finds a messaging user without making one.
func (tx *Tx) CustomerByAddress(channel message.ChannelID, a message.Address) (id message.CustomerID, found bool, err error) {
	found, err = one(tx, []any{&id}, "SELECT user_id FROM messaging_user_address WHERE org_id = $1 AND channel_id = $2 AND address_key = $3",
		tx.org, channel, tx.db.sealer.Key(tx.org, channel.String(), string(a.Kind), a.Value))
	return id, found, err
}

// CustomerAddress is the first address of a messaging user: where messages go.
func (tx *Tx) CustomerAddress(id message.CustomerID) (a message.Address, err error) {
	found, err := one(tx, []any{text(&a.Kind), envelope{tx, &a.Value}},
		"SELECT kind, address_env FROM messaging_user_address WHERE org_id = $1 AND user_id = $2 ORDER BY position LIMIT 1", tx.org, id)
	return a, must(found, err, "messaging user")
}

// NameCustomer gives a messaging user the name and language they told, where none is known yet.
func (tx *Tx) NameCustomer(id message.CustomerID, p message.Profile) error {
	err := tx.exec(`UPDATE messaging_user SET name_env = COALESCE(name_env, $3), locale = CASE WHEN locale = '' THEN $4 ELSE locale END,
 country = CASE WHEN country = '' THEN $5 ELSE country END, version = version + 1 WHERE org_id = $1 AND id = $2`,
		tx.org, id, tx.seal(id, p.Name), p.Locale, p.Country)
	if err != nil || p.Name == "" {
		return err
	}
	return tx.indexCustomer(id)
}
