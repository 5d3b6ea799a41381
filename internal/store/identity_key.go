package store

import (
	"context"
	"time"

	"switchboard/internal/identity"
	"switchboard/internal/message"
	"switchboard/internal/resource"
	"switchboard/internal/setup"
)

const keyColumns = "id, name, jwk, active, until_at, created_at, version FROM identity_key"

// scanKey reads a key, and what is in its JWK. What was kept was read before, so that the time is of no
// matter.
func scanKey(r row, k *setup.Key) error {
	var jwk string
	var until, created time.Time
	if err := r.Scan(&k.ID, &k.Name, &jwk, &k.Active, &until, &created, &k.Version); err != nil {
		return err
	}
	keys, err := identity.ReadSet([]byte(`{"keys":[` + jwk + `]}`))
	if err != nil {
		return err
	}
	k.Key = keys[0]
	k.Key.ID, k.Until, k.CreatedAt = k.ID, until, created
	return nil
}

// KeySetup by id, locked.
func (tx *Tx) KeySetup(id message.KeyID) (setup.Key, error) {
	return only(tx, "key", scanKey, "SELECT "+keyColumns+" WHERE org_id = $1 AND id = $2"+tx.db.dialect.forUpdate, tx.org, id)
}

// InsertKey adds one.
func (tx *Tx) InsertKey(k setup.Key) error {
	tx.made(k.ID)
	return tx.exec(`INSERT INTO identity_key (org_id, id, name, kid, jwk, active, until_at, created_at, version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		tx.org, k.ID, k.Name, k.KID, string(k.JWK), k.Active, us(k.Until), us(tx.Now()), k.Version)
}

// SaveKey writes what can change.
func (tx *Tx) SaveKey(k *setup.Key) error {
	k.Version++
	return tx.exec("UPDATE identity_key SET name = $3, active = $4, version = $5 WHERE org_id = $1 AND id = $2", tx.org, k.ID, k.Name, k.Active, k.Version)
}

// DeleteKey removes one.
func (tx *Tx) DeleteKey(id message.KeyID) error {
	return tx.exec("DELETE FROM identity_key WHERE org_id = $1 AND id = $2", tx.org, id)
}

// KeysetsOf a key, by id: they are locked in this order.
func (tx *Tx) KeysetsOf(id message.KeyID) ([]message.KeysetID, error) {
	return list(tx, func(r row, k *message.KeysetID) error { return r.Scan(k) },
		"SELECT keyset_id FROM keyset_key WHERE org_id = $1 AND key_id = $2 ORDER BY keyset_id", tx.org, id)
}

func (tx *Tx) shownKeys(where string, args ...any) ([]resource.Key, error) {
	rows, err := list(tx, scanKey, "SELECT "+keyColumns+" WHERE org_id = $1 AND "+where, args...)
	if err != nil || len(rows) == 0 {
		return nil, asFault(err)
	}
	items := make([]resource.Key, len(rows))
	place := map[message.KeyID]int{}
	wanted := make([]message.KeyID, len(rows))
	for i, k := range rows {
		items[i] = resource.Key{ID: k.ID, Name: k.Name, KID: k.KID, Alg: k.Alg, Bits: k.Bits(), Active: k.Active, JWK: k.JWK,
			CertificateUntil: unlessZero(k.CertificateUntil), Until: unlessZero(k.Until), Keysets: []message.KeysetID{}, CreatedAt: k.CreatedAt, Version: k.Version}
		place[k.ID], wanted[i] = i, k.ID
	}
	a := tx.ids(tx.org)
	err = tx.query(func(r row) error {
		var key message.KeyID
		var set message.KeysetID
		err := r.Scan(&key, &set)
		items[place[key]].Keysets = append(items[place[key]].Keysets, set)
		return err
	}, "SELECT key_id, keyset_id FROM keyset_key WHERE org_id = $1 AND key_id "+in(&a, wanted)+" ORDER BY keyset_id", a.args...)
	return items, asFault(err)
}

// Keys is a page of them by name.
func (db *DB) Keys(ctx context.Context, org message.OrgID, page resource.Page) ([]resource.Key, string, error) {
	from, err := after(page)
	if err != nil {
		return nil, "", err
	}
	rows, err := db.reader(ctx, org).shownKeys("(name, id) > ($2, $3) ORDER BY name, id LIMIT $4", org, from.Text, from.ID, page.Limit+1)
	rows, next := paged(rows, page.Limit, func(k resource.Key) position { return position{k.Name, message.RowID(k.ID)} })
	return rows, next, err
}

// KeyByID for those who read.
func (db *DB) KeyByID(ctx context.Context, org message.OrgID, id message.KeyID) (k resource.Key, err error) {
	rows, err := db.reader(ctx, org).shownKeys("id = $2", org, id)
	if err := must(len(rows) > 0, err, "key"); err != nil {
		return k, err
	}
	return rows[0], nil
}
