package store

import (
	"context"
	"time"

	"switchboard/internal/fault"
	"switchboard/internal/message"
	"switchboard/internal/resource"
	"switchboard/internal/staff"
)

// InsertAPIKey adds a key by its hash.
func (tx *Tx) InsertAPIKey(k staff.APIKey, hash []byte) error {
	tx.made(k.ID)
	return tx.exec(`INSERT INTO api_key (org_id, id, name, prefix, key_hash, scopes, created_by, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		tx.org, k.ID, k.Name, k.Prefix, hash, asJSON(k.Scopes), k.CreatedBy, us(k.CreatedAt))
}

// RevokeAPIKey is final.
func (tx *Tx) RevokeAPIKey(id message.APIKeyID) error {
	n, err := tx.affected("UPDATE api_key SET revoked_at = $3 WHERE org_id = $1 AND id = $2 AND revoked_at IS NULL", tx.org, id, us(tx.Now()))
	if err == nil && n == 0 {
		err = fault.New(fault.NotFound, "There is no such API key.")
	}
	return err
}

// APIKeyByHash finds a key that is in use.
func (db *DB) APIKeyByHash(ctx context.Context, hash []byte) (k staff.APIKey, found bool, err error) {
	found, err = one(db.reader(ctx, message.OrgID{}), []any{&k.Org, &k.ID, &k.Name, &k.Prefix, jsonColumn{&k.Scopes}, &k.CreatedBy, &k.CreatedAt, &k.LastUsedAt},
		"SELECT org_id, id, name, prefix, scopes, created_by, created_at, last_used_at FROM api_key WHERE key_hash = $1 AND revoked_at IS NULL", hash)
	return k, found, err
}

// APIKeyUsed notes when a key was used, at most once a minute whoever asks.
func (db *DB) APIKeyUsed(ctx context.Context, org message.OrgID, id message.APIKeyID, at time.Time) error {
	return db.Write(ctx, org, func(tx *Tx) error {
		return tx.exec("UPDATE api_key SET last_used_at = $3 WHERE org_id = $1 AND id = $2 AND (last_used_at IS NULL OR last_used_at <= $4)",
			org, id, us(at), us(at.Add(-time.Minute)))
	})
}

const apiKeyColumns = "id, name, prefix, scopes, created_at, last_used_at FROM api_key"

func scanAPIKey(r row, k *resource.APIKey) error {
	var used time.Time
	err := r.Scan(&k.ID, &k.Name, &k.Prefix, jsonColumn{&k.Scopes}, &k.CreatedAt, &used)
	k.LastUsedAt = unlessZero(used)
	return err
}

// unlessZero is a time for JSON, nil for none.
func unlessZero(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

// APIKeys is a page of the keys in use by name.
func (db *DB) APIKeys(ctx context.Context, org message.OrgID, page resource.Page) ([]resource.APIKey, string, error) {
	from, err := after(page)
	if err != nil {
		return nil, "", err
	}
	keys, err := list(db.reader(ctx, org), scanAPIKey, "SELECT "+apiKeyColumns+` WHERE org_id = $1 AND revoked_at IS NULL AND (name, id) > ($2, $3)
 ORDER BY name, id LIMIT $4`, org, from.Text, from.ID, page.Limit+1)
	keys, next := paged(keys, page.Limit, func(k resource.APIKey) position { return position{k.Name, message.RowID(k.ID)} })
	return keys, next, err
}

// APIKeyByID for those who read.
func (db *DB) APIKeyByID(ctx context.Context, org message.OrgID, id message.APIKeyID) (resource.APIKey, error) {
	return only(db.reader(ctx, org), "API key", scanAPIKey, "SELECT "+apiKeyColumns+" WHERE org_id = $1 AND id = $2 AND revoked_at IS NULL", org, id)
}
