package store

import (
	"context"
	"time"

	"switchboard/internal/identity"
	"switchboard/internal/message"
	"switchboard/internal/resource"
	"switchboard/internal/setup"
)

// KeysetSetup by id, locked.
func (tx *Tx) KeysetSetup(id message.KeysetID) (k setup.Keyset, err error) {
	found, err := one(tx, []any{&k.ID, &k.Name, &k.Issuer, &k.Type, &k.URL, &k.Version},
		"SELECT id, name, issuer, type, url, version FROM keyset WHERE org_id = $1 AND id = $2"+tx.db.dialect.forUpdate, tx.org, id)
	if err := must(found, err, "keyset"); err != nil {
		return k, err
	}
	k.Keys, err = list(tx, func(r row, id *message.KeyID) error { return r.Scan(id) },
		"SELECT key_id FROM keyset_key WHERE org_id = $1 AND keyset_id = $2 ORDER BY key_id", tx.org, id)
	return k, err
}

// InsertKeyset adds one.
func (tx *Tx) InsertKeyset(k setup.Keyset) error {
	tx.made(k.ID)
	if err := tx.exec("INSERT INTO keyset (org_id, id, name, issuer, type, url, created_at, version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
		tx.org, k.ID, k.Name, k.Issuer, k.Type, k.URL, us(tx.Now()), k.Version); err != nil {
		return err
	}
	return tx.setKeysetKeys(&k)
}

// SaveKeyset writes what can change.
func (tx *Tx) SaveKeyset(k *setup.Keyset) error {
	k.Version++
	if err := tx.exec("UPDATE keyset SET name = $3, issuer = $4, url = $5, version = $6 WHERE org_id = $1 AND id = $2",
		tx.org, k.ID, k.Name, k.Issuer, k.URL, k.Version); err != nil {
		return err
	}
	if err := tx.exec("DELETE FROM keyset_key WHERE org_id = $1 AND keyset_id = $2", tx.org, k.ID); err != nil {
		return err
	}
	return tx.setKeysetKeys(k)
}

func (tx *Tx) setKeysetKeys(k *setup.Keyset) error {
	for _, key := range k.Keys {
		if err := tx.exec("INSERT INTO keyset_key (org_id, keyset_id, key_id) VALUES ($1, $2, $3)", tx.org, k.ID, key); err != nil {
			return err
		}
	}
	return nil
}

// DeleteKeyset removes one, and what was fetched for it.
func (tx *Tx) DeleteKeyset(id message.KeysetID) error {
	for _, rows := range []string{"keyset_key", "keyset_fetch"} {
		if err := tx.exec("DELETE FROM "+rows+" WHERE org_id = $1 AND keyset_id = $2", tx.org, id); err != nil {
			return err
		}
	}
	return tx.exec("DELETE FROM keyset WHERE org_id = $1 AND id = $2", tx.org, id)
}

// KeysetRequired reports whether a channel requires it.
func (tx *Tx) KeysetRequired(id message.KeysetID) (required bool, err error) {
	_, err = one(tx, []any{&required}, "SELECT EXISTS (SELECT 1 FROM channel WHERE org_id = $1 AND keyset_id = $2)", tx.org, id)
	return required, err
}

// EndSignIns ends the access tokens that customers have got with a keyset so far: each is compared with
// this time when it is used, so that however many there are, one row is written.
func (tx *Tx) EndSignIns(id message.KeysetID) error {
	return tx.exec("UPDATE keyset SET ends_before = $3, version = version + 1 WHERE org_id = $1 AND id = $2", tx.org, id, us(tx.Now()))
}

// Keyset with its active keys, for checking a token.
func (db *DB) Keyset(ctx context.Context, org message.OrgID, id message.KeysetID) (k identity.Keyset, err error) {
	tx := db.reader(ctx, org)
	k.Org = org
	found, err := one(tx, []any{&k.ID, &k.Issuer, &k.URL}, "SELECT id, issuer, url FROM keyset WHERE org_id = $1 AND id = $2", org, id)
	if err := must(found, asFault(err), "keyset"); err != nil || k.URL != "" {
		return k, err
	}
	rows, err := list(tx, scanKey, `SELECT k.id, k.name, k.jwk, k.active, k.until_at, k.created_at, k.version
 FROM keyset_key m JOIN identity_key k ON k.org_id = m.org_id AND k.id = m.key_id WHERE m.org_id = $1 AND m.keyset_id = $2 AND k.active`, org, id)
	for i := range rows {
		k.Keys = append(k.Keys, rows[i].Key)
	}
	return k, asFault(err)
}

// FetchedKeys are those that an address published when it was asked last.
func (db *DB) FetchedKeys(ctx context.Context, org message.OrgID, keyset message.KeysetID, url string) (f identity.Fetched, err error) {
	var keys string
	_, err = one(db.reader(ctx, org), []any{&keys, &f.FetchedAt, &f.TriedAt, jsonColumn{&f.Problem}},
		"SELECT keys, fetched_at, tried_at, problem FROM keyset_fetch WHERE org_id = $1 AND keyset_id = $2 AND url = $3", org, keyset, url)
	if err != nil || keys == "" {
		return f, asFault(err)
	}
	f.Keys, err = identity.ReadSet([]byte(keys))
	return f, err
}

// KeepFetchedKeys keeps them, unless the keyset is gone or has another address by now.
func (db *DB) KeepFetchedKeys(ctx context.Context, org message.OrgID, keyset message.KeysetID, url string, f identity.Fetched) error {
	keys, problem := "", ""
	if len(f.Keys) > 0 {
		keys = string(identity.WriteSet(f.Keys))
	}
	if f.Problem.Text != "" {
		problem = asJSON(f.Problem)
	}
	return db.Write(ctx, org, func(tx *Tx) error {
		return tx.exec(`INSERT INTO keyset_fetch (org_id, keyset_id, url, keys, fetched_at, tried_at, problem)
 SELECT org_id, id, url, $4, $5, $6, $7 FROM keyset WHERE org_id = $1 AND id = $2 AND url = $3
 ON CONFLICT (org_id, keyset_id) DO UPDATE SET url = excluded.url, keys = excluded.keys, fetched_at = excluded.fetched_at,
 tried_at = excluded.tried_at, problem = excluded.problem`, org, keyset, url, keys, us(f.FetchedAt), us(f.TriedAt), problem)
	})
}

func (tx *Tx) shownKeysets(where string, args ...any) ([]resource.Keyset, error) {
	items, err := list(tx, func(r row, k *resource.Keyset) error {
		var ends time.Time
		err := r.Scan(&k.ID, &k.Name, &k.Issuer, &k.Type, &k.URL, &ends, &k.CreatedAt, &k.Version)
		k.EndsBefore, k.Channels = unlessZero(ends), []message.ChannelID{}
		return err
	}, "SELECT id, name, issuer, type, url, ends_before, created_at, version FROM keyset WHERE org_id = $1 AND "+where, args...)
	if err != nil || len(items) == 0 {
		return nil, asFault(err)
	}
	place := map[message.KeysetID]*resource.Keyset{}
	wanted := make([]message.KeysetID, len(items))
	for i := range items {
		place[items[i].ID], wanted[i] = &items[i], items[i].ID
	}
	a := tx.ids(tx.org)
	if err := tx.query(func(r row) error {
		var set message.KeysetID
		var key message.KeyID
		err := r.Scan(&set, &key)
		place[set].Keys = append(place[set].Keys, key)
		return err
	}, "SELECT keyset_id, key_id FROM keyset_key WHERE org_id = $1 AND keyset_id "+in(&a, wanted)+" ORDER BY key_id", a.args...); err != nil {
		return nil, asFault(err)
	}
	a = tx.ids(tx.org)
	if err := tx.query(func(r row) error {
		var set message.KeysetID
		var channel message.ChannelID
		err := r.Scan(&set, &channel)
		place[set].Channels = append(place[set].Channels, channel)
		return err
	}, "SELECT keyset_id, id FROM channel WHERE org_id = $1 AND keyset_id IS NOT NULL AND keyset_id "+in(&a, wanted)+" ORDER BY id", a.args...); err != nil {
		return nil, asFault(err)
	}
	a = tx.ids(tx.org)
	err = tx.query(func(r row) error {
		var set message.KeysetID
		var f resource.KeysetFetch
		var keys string
		var fetched, tried time.Time
		var problem struct {
			Text, Template string
			Params         []any
		}
		if err := r.Scan(&set, &keys, &fetched, &tried, jsonColumn{&problem}); err != nil {
			return err
		}
		f.FetchedAt, f.TriedAt, f.Problem, f.Params, f.Keys = unlessZero(fetched), unlessZero(tried), problem.Text, problem.Params, []resource.FetchedKey{}
		if problem.Template != problem.Text {
			f.Template = problem.Template
		}
		if keys != "" {
			read, err := identity.ReadSet([]byte(keys))
			if err != nil {
				return err
			}
			for _, k := range read {
				f.Keys = append(f.Keys, resource.FetchedKey{KID: k.KID, Alg: k.Alg, Bits: k.Bits(), CertificateUntil: unlessZero(k.CertificateUntil)})
			}
		}
		place[set].Fetched = &f
		return nil
	}, `SELECT f.keyset_id, f.keys, f.fetched_at, f.tried_at, f.problem FROM keyset_fetch f JOIN keyset k ON k.org_id = f.org_id AND k.id = f.keyset_id AND k.url = f.url
 WHERE f.org_id = $1 AND f.keyset_id `+in(&a, wanted), a.args...)
	return items, asFault(err)
}

// Keysets is a page of them by name.
func (db *DB) Keysets(ctx context.Context, org message.OrgID, page resource.Page) ([]resource.Keyset, string, error) {
	from, err := after(page)
	if err != nil {
		return nil, "", err
	}
	rows, err := db.reader(ctx, org).shownKeysets("(name, id) > ($2, $3) ORDER BY name, id LIMIT $4", org, from.Text, from.ID, page.Limit+1)
	rows, next := paged(rows, page.Limit, func(k resource.Keyset) position { return position{k.Name, message.RowID(k.ID)} })
	return rows, next, err
}

// KeysetByID for those who read.
func (db *DB) KeysetByID(ctx context.Context, org message.OrgID, id message.KeysetID) (k resource.Keyset, err error) {
	rows, err := db.reader(ctx, org).shownKeysets("id = $2", org, id)
	if err := must(len(rows) > 0, err, "keyset"); err != nil {
		return k, err
	}
	return rows[0], nil
}
