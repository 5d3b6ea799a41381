package store

import (
	"context"

	"switchboard/internal/message"
	"switchboard/internal/org"
	"switchboard/internal/resource"
)

// Organisation of this transaction, locked.
func (tx *Tx) Organisation() (o org.Organisation, err error) {
	found, err := one(tx, []any{&o.ID, &o.Key, &o.Name, &o.TimeZone, &o.Language, &o.CreatedAt, &o.Version},
		"SELECT id, key, name, time_zone, language, created_at, version FROM org WHERE id = $1"+tx.db.dialect.forUpdate, tx.org)
	return o, must(found, err, "organisation")
}

// InsertOrganisation adds one.
func (tx *Tx) InsertOrganisation(o org.Organisation) error {
	if beside := tx.db.dialect.newOrg(o.ID); beside != "" {
		if err := tx.exec(beside); err != nil {
			return err
		}
	}
	return tx.exec("INSERT INTO org (id, key, name, time_zone, language, created_at, version) VALUES ($1, $2, $3, $4, $5, $6, $7)",
		o.ID, o.Key, o.Name, o.TimeZone, o.Language, us(o.CreatedAt), o.Version)
}

// SaveOrganisation writes what can change.
func (tx *Tx) SaveOrganisation(o *org.Organisation) error {
	o.Version++
	return tx.exec("UPDATE org SET name = $2, time_zone = $3, language = $4, version = $5 WHERE id = $1", o.ID, o.Name, o.TimeZone, o.Language, o.Version)
}

// Organisation for those who read.
func (db *DB) Organisation(ctx context.Context, id message.OrgID) (o resource.Organisation, err error) {
	found, err := one(db.reader(ctx, id), []any{&o.ID, &o.Key, &o.Name, &o.TimeZone, &o.Language, &o.Version},
		"SELECT id, key, name, time_zone, language, version FROM org WHERE id = $1", id)
	return o, must(found, err, "organisation")
}

// OrganisationByKey finds the organisation that clients of the customer API name.
func (db *DB) OrganisationByKey(ctx context.Context, key string) (o resource.Organisation, found bool, err error) {
	found, err = one(db.reader(ctx, o.ID), []any{&o.ID, &o.Key, &o.Name, &o.TimeZone, &o.Language, &o.Version},
		"SELECT id, key, name, time_zone, language, version FROM org WHERE key = $1", key)
	return o, found, err
}
