package store

import (
	"context"
	"strconv"

	"switchboard/internal/fault"
	"switchboard/internal/message"
	"switchboard/internal/resource"
	"switchboard/internal/routing"
)

const statusColumns = "id, name, kind, channels, position, version FROM presence_status"

// StatusSetup by id, locked.
func (tx *Tx) StatusSetup(id message.PresenceID) (s routing.PresenceStatus, err error) {
	found, err := one(tx, []any{&s.ID, &s.Name, &s.Kind, jsonColumn{&s.Channels}, &s.Position, &s.Version},
		"SELECT "+statusColumns+" WHERE org_id = $1 AND id = $2"+tx.db.dialect.forUpdate, tx.org, id)
	return s, must(found, err, "presence status")
}

// InsertStatus adds one.
func (tx *Tx) InsertStatus(s routing.PresenceStatus) error {
	tx.made(s.ID)
	n, err := tx.affected(`INSERT INTO presence_status (org_id, id, name, kind, channels, position, version) VALUES ($1, $2, $3, $4, $5, $6, $7)
 ON CONFLICT (org_id, name) DO NOTHING`, tx.org, s.ID, s.Name, s.Kind, asJSON(s.Channels), s.Position, s.Version)
	return unlessTaken(n, err, "name", "There is already a presence status with this name.")
}

// SaveStatus writes what can change.
func (tx *Tx) SaveStatus(s *routing.PresenceStatus) error {
	if err := tx.nameFree("presence_status", "name", s.Name, s.ID, "There is already a presence status with this name."); err != nil {
		return err
	}
	s.Version++
	return tx.exec("UPDATE presence_status SET name = $3, channels = $4, position = $5, version = $6 WHERE org_id = $1 AND id = $2",
		tx.org, s.ID, s.Name, asJSON(s.Channels), s.Position, s.Version)
}

// DeleteStatus removes one that nobody has or had.
func (tx *Tx) DeleteStatus(id message.PresenceID) error {
	var used bool
	if _, err := one(tx, []any{&used}, `SELECT EXISTS (SELECT 1 FROM presence WHERE org_id = $1 AND status_id = $2)
 OR EXISTS (SELECT 1 FROM presence_history WHERE org_id = $1 AND status_id = $2)`, tx.org, id); err != nil {
		return err
	}
	if used {
		return fault.New(fault.InUse, "Agents have or had this status; their time reports need it. Rename it instead.")
	}
	return tx.exec("DELETE FROM presence_status WHERE org_id = $1 AND id = $2", tx.org, id)
}

// OtherStatuses counts the statuses of a kind, except one.
func (tx *Tx) OtherStatuses(kind string, except message.PresenceID) (n int, err error) {
	_, err = one(tx, []any{&n}, "SELECT count(*) FROM presence_status WHERE org_id = $1 AND kind = $2 AND id <> $3", tx.org, kind, except)
	return n, err
}

func scanPresenceStatus(r row, s *resource.PresenceStatus) error {
	return r.Scan(&s.ID, &s.Name, &s.Kind, jsonColumn{&s.Channels}, &s.Position, &s.Version)
}

// PresenceStatuses is a page of them in their order.
func (db *DB) PresenceStatuses(ctx context.Context, org message.OrgID, page resource.Page) ([]resource.PresenceStatus, string, error) {
	from, err := after(page)
	if err != nil {
		return nil, "", err
	}
	at := -1 // before the first row, whose position may be 0
	if from.Text != "" {
		if at, err = strconv.Atoi(from.Text); err != nil {
			return nil, "", fault.New(fault.Malformed, "This cursor is not one of ours. Begin the list without it.")
		}
	}
	rows, err := list(db.reader(ctx, org), scanPresenceStatus, "SELECT "+statusColumns+` WHERE org_id = $1 AND (position, id) > ($2, $3)
 ORDER BY position, id LIMIT $4`, org, at, from.ID, page.Limit+1)
	rows, next := paged(rows, page.Limit, func(s resource.PresenceStatus) position {
		return position{strconv.Itoa(s.Position), message.RowID(s.ID)}
	})
	return rows, next, err
}

// PresenceStatusByID for those who read.
func (db *DB) PresenceStatusByID(ctx context.Context, org message.OrgID, id message.PresenceID) (resource.PresenceStatus, error) {
	return only(db.reader(ctx, org), "presence status", scanPresenceStatus, "SELECT "+statusColumns+" WHERE org_id = $1 AND id = $2", org, id)
}
