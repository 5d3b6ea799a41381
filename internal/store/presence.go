package store

import (
	"context"
	"time"

	"switchboard/internal/feed"
	"switchboard/internal/message"
	"switchboard/internal/routing"
)

func scanStatus(r row, s *routing.Status) error {
	return r.Scan(&s.ID, &s.Name, &s.Kind, jsonColumn{&s.Channels})
}

// StatusNamed finds a presence status by its name or id.
func (tx *Tx) StatusNamed(nameOrID string) (s routing.Status, err error) {
	id, parseErr := message.ParseID[message.PresenceID](nameOrID)
	where, arg := "name = $2", any(nameOrID)
	if parseErr == nil {
		where, arg = "id = $2", id
	}
	found, err := list(tx, scanStatus, "SELECT id, name, kind, channels FROM presence_status WHERE org_id = $1 AND "+where, tx.org, arg)
	if err != nil {
		return s, err
	}
	if len(found) == 0 {
		return s, errStatus(nameOrID)
	}
	return found[0], nil
}

// FirstStatus of a kind, by position.
func (tx *Tx) FirstStatus(kind string) (s routing.Status, err error) {
	found, err := list(tx, scanStatus, "SELECT id, name, kind, channels FROM presence_status WHERE org_id = $1 AND kind = $2 ORDER BY position LIMIT 1", tx.org, kind)
	if err != nil {
		return s, err
	}
	if len(found) == 0 {
		return s, errStatus(kind)
	}
	return found[0], nil
}

// PresenceOf a user, locked; a user without a row is offline.
func (tx *Tx) PresenceOf(a message.UserID) (status message.PresenceID, kind string, since time.Time, err error) {
	kind = "offline"
	_, err = one(tx, []any{&status, &kind, &since}, "SELECT status_id, kind, since FROM presence WHERE org_id = $1 AND user_id = $2"+tx.db.dialect.forUpdate, tx.org, a)
	return status, kind, since, err
}

// SetPresenceOf keeps the new status, the line of its history and the change row.
func (tx *Tx) SetPresenceOf(a message.UserID, status routing.Status, at time.Time) error {
	if err := tx.exec("UPDATE presence_history SET to_at = $3 WHERE org_id = $1 AND user_id = $2 AND to_at IS NULL", tx.org, a, us(at)); err != nil {
		return err
	}
	if err := tx.exec("INSERT INTO presence_history (org_id, id, user_id, status_id, kind, from_at) VALUES ($1, $2, $3, $4, $5, $6)",
		tx.org, message.NewID[message.RowID](), a, status.ID, status.Kind, us(at)); err != nil {
		return err
	}
	if err := tx.exec(`INSERT INTO presence (org_id, user_id, status_id, kind, since, version) VALUES ($1, $2, $3, $4, $5, 1)
 ON CONFLICT (org_id, user_id) DO UPDATE SET status_id = excluded.status_id, kind = excluded.kind, since = excluded.since, version = presence.version + 1`,
		tx.org, a, status.ID, status.Kind, us(at)); err != nil {
		return err
	}
	return tx.PresenceChanged(a)
}

// PresenceChanged writes the change row of an agent's presence or load.
func (tx *Tx) PresenceChanged(a message.UserID) error {
	return tx.Change(Change{Type: feed.PresenceUpdated, Agent: a})
}

// Connections of a user: how many sockets they have on all nodes.
func (tx *Tx) Connections(a message.UserID) (n int, err error) {
	_, err = one(tx, []any{&n}, "SELECT COUNT(*) FROM agent_connection WHERE org_id = $1 AND user_id = $2", tx.org, a)
	return n, err
}

// AddConnection notes a socket of a user, once.
func (tx *Tx) AddConnection(a message.UserID, connection, node message.RowID, at time.Time) error {
	return tx.exec("INSERT INTO agent_connection (org_id, user_id, id, node_id, since) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING", tx.org, a, connection, node, us(at))
}

// DropConnection forgets it.
func (tx *Tx) DropConnection(a message.UserID, connection message.RowID) error {
	return tx.exec("DELETE FROM agent_connection WHERE org_id = $1 AND user_id = $2 AND id = $3", tx.org, a, connection)
}

// LostConnection is a socket that a dead node had.
type LostConnection struct {
	Org        message.OrgID
	User       message.UserID
	Connection message.RowID
}

// Heartbeat renews this node's row and forgets nodes that have not renewed theirs for dead, by the
// database's clock, with their leases. It returns the sockets that those had. fresh: this node had no row. Unless it is
// new, it was silent for so long that others took it for dead and dropped its sockets.
func (db *DB) Heartbeat(ctx context.Context, node message.RowID, dead time.Duration) (lost []LostConnection, fresh bool, err error) {
	err = db.Write(ctx, message.OrgID{}, func(tx *Tx) error {
		now := tx.db.dialect.now
		n, err := tx.affected("UPDATE node SET seen_at = "+now+" WHERE id = $1", node)
		if err != nil {
			return err
		}
		if fresh = n == 0; fresh {
			if err := tx.exec("INSERT INTO node (id, started_at, seen_at) VALUES ($1, "+now+", "+now+")", node); err != nil {
				return err
			}
		}
		lost, err = list(tx, func(r row, l *LostConnection) error { return r.Scan(&l.Org, &l.User, &l.Connection) },
			"SELECT org_id, user_id, id FROM agent_connection WHERE node_id NOT IN (SELECT id FROM node WHERE seen_at > "+now+" - $1)", dead.Microseconds())
		if err != nil {
			return err
		}
		// With its row goes the proof that its leases are free.
		if err := tx.exec("UPDATE lease SET expires_at = 0 WHERE holder IN (SELECT id FROM node WHERE seen_at <= "+now+" - $1)", dead.Microseconds()); err != nil {
			return err
		}
		return tx.exec("DELETE FROM node WHERE seen_at <= "+now+" - $1", dead.Microseconds())
	})
	return lost, fresh, err
}
