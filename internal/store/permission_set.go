package store

import (
	"context"

	"switchboard/internal/fault"
	"switchboard/internal/message"
	"switchboard/internal/resource"
	"switchboard/internal/staff"
)

func permissionSetDest(s *staff.PermissionSet) []any {
	return []any{&s.ID, &s.APIName, &s.Name, &s.BuiltIn, jsonColumn{&s.Permissions}, &s.Version}
}

const permissionSetColumns = "id, api_name, name, built_in, permissions, version FROM permission_set"

// PermissionSet by id, locked.
func (tx *Tx) PermissionSet(id message.PermissionSetID) (s staff.PermissionSet, err error) {
	found, err := one(tx, permissionSetDest(&s), "SELECT "+permissionSetColumns+" WHERE org_id = $1 AND id = $2"+tx.db.dialect.forUpdate, tx.org, id)
	return s, must(found, err, "permission set")
}

// PermissionSetByName finds one by its API name.
func (tx *Tx) PermissionSetByName(apiName string) (s staff.PermissionSet, found bool, err error) {
	found, err = one(tx, permissionSetDest(&s), "SELECT "+permissionSetColumns+" WHERE org_id = $1 AND api_name = $2", tx.org, apiName)
	return s, found, err
}

// InsertPermissionSet adds one.
func (tx *Tx) InsertPermissionSet(s staff.PermissionSet) error {
	tx.made(s.ID)
	n, err := tx.affected(`INSERT INTO permission_set (org_id, id, api_name, name, built_in, permissions, version) VALUES ($1, $2, $3, $4, $5, $6, $7)
 ON CONFLICT (org_id, api_name) DO NOTHING`, tx.org, s.ID, s.APIName, s.Name, s.BuiltIn, asJSON(s.Permissions), s.Version)
	return unlessTaken(n, err, "api_name", "There is already a permission set with this API name.")
}

// SavePermissionSet writes what can change.
func (tx *Tx) SavePermissionSet(s *staff.PermissionSet) error {
	s.Version++
	return tx.exec("UPDATE permission_set SET name = $3, permissions = $4, version = $5 WHERE org_id = $1 AND id = $2",
		tx.org, s.ID, s.Name, asJSON(s.Permissions), s.Version)
}

// DeletePermissionSet removes one that nobody has.
func (tx *Tx) DeletePermissionSet(id message.PermissionSetID) error {
	var used bool
	if _, err := one(tx, []any{&used}, "SELECT EXISTS (SELECT 1 FROM staff_user WHERE org_id = $1 AND permission_set_id = $2)", tx.org, id); err != nil {
		return err
	}
	if used {
		return fault.New(fault.InUse, "Users have this permission set. Give them another one first.")
	}
	return tx.exec("DELETE FROM permission_set WHERE org_id = $1 AND id = $2", tx.org, id)
}

func scanPermissionSet(r row, s *resource.PermissionSet) error {
	return r.Scan(&s.ID, &s.APIName, &s.Name, &s.BuiltIn, jsonColumn{&s.Permissions}, &s.Version)
}

// PermissionSets is a page of them by name.
func (db *DB) PermissionSets(ctx context.Context, org message.OrgID, page resource.Page) ([]resource.PermissionSet, string, error) {
	from, err := after(page)
	if err != nil {
		return nil, "", err
	}
	sets, err := list(db.reader(ctx, org), scanPermissionSet, "SELECT "+permissionSetColumns+" WHERE org_id = $1 AND (name, id) > ($2, $3) ORDER BY name, id LIMIT $4",
		org, from.Text, from.ID, page.Limit+1)
	sets, next := paged(sets, page.Limit, func(s resource.PermissionSet) position { return position{s.Name, message.RowID(s.ID)} })
	return sets, next, err
}

// PermissionSetByID for those who read.
func (db *DB) PermissionSetByID(ctx context.Context, org message.OrgID, id message.PermissionSetID) (resource.PermissionSet, error) {
	return only(db.reader(ctx, org), "permission set", scanPermissionSet, "SELECT "+permissionSetColumns+" WHERE org_id = $1 AND id = $2", org, id)
}
