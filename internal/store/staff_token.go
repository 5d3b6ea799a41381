package store

import (
	"bytes"
	"context"
	"time"

	"switchboard/internal/message"
	"switchboard/internal/resource"
	"switchboard/internal/staff"
)

// InsertToken keeps the hash of a token that was given away.
func (tx *Tx) InsertToken(t staff.Token) error {
	return tx.exec(`INSERT INTO staff_token (token_hash, org_id, user_id, purpose, csrf, created_at, expires_at, ip, user_agent)
 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`, t.Hash, tx.org, t.User, string(t.Purpose), t.CSRF, us(t.CreatedAt), us(t.ExpiresAt), t.IP, t.UserAgent)
}

// Token by its hash, of this organisation, locked.
func (tx *Tx) Token(hash []byte) (t staff.Token, found bool, err error) {
	found, err = one(tx, []any{&t.Hash, &t.User, text(&t.Purpose), &t.CSRF, &t.CreatedAt, &t.ExpiresAt},
		"SELECT token_hash, user_id, purpose, csrf, created_at, expires_at FROM staff_token WHERE token_hash = $1 AND org_id = $2"+tx.db.dialect.forUpdate, hash, tx.org)
	return t, found, err
}

// RenewToken moves the end of a token's life.
func (tx *Tx) RenewToken(hash []byte, expires time.Time) error {
	return tx.exec("UPDATE staff_token SET expires_at = $3 WHERE token_hash = $1 AND org_id = $2", hash, tx.org, us(expires))
}

// DeleteToken ends one token.
func (tx *Tx) DeleteToken(hash []byte) error {
	return tx.exec("DELETE FROM staff_token WHERE token_hash = $1 AND org_id = $2", hash, tx.org)
}

// DeleteTokens ends a user's tokens of some purposes.
func (tx *Tx) DeleteTokens(user message.UserID, purposes ...staff.Purpose) error {
	for _, p := range purposes {
		if err := tx.exec("DELETE FROM staff_token WHERE org_id = $1 AND user_id = $2 AND purpose = $3", tx.org, user, string(p)); err != nil {
			return err
		}
	}
	return nil
}

// EndLogin ends the session of a user whose token's hash begins with id.
func (tx *Tx) EndLogin(user message.UserID, id message.RowID) (bool, error) {
	below, above := bytes.Join([][]byte{id[:], make([]byte, 16)}, nil), bytes.Join([][]byte{id[:], bytes.Repeat([]byte{0xff}, 16)}, nil)
	n, err := tx.affected("DELETE FROM staff_token WHERE org_id = $1 AND user_id = $2 AND purpose = $3 AND token_hash BETWEEN $4 AND $5",
		tx.org, user, string(staff.PurposeSession), below, above)
	return n > 0, err
}

// EndOtherLogins ends all sessions of a user but the one with this hash.
func (tx *Tx) EndOtherLogins(user message.UserID, but []byte) error {
	return tx.exec("DELETE FROM staff_token WHERE org_id = $1 AND user_id = $2 AND purpose = $3 AND token_hash <> $4", tx.org, user, string(staff.PurposeSession), but)
}

// loginsMax bounds how many logins are shown, the newest first.
const loginsMax = 100

// Logins are where a user is signed in.
func (db *DB) Logins(ctx context.Context, org message.OrgID, user message.UserID) ([]resource.Login, error) {
	return list(db.reader(ctx, org), func(r row, l *resource.Login) error {
		var hash []byte
		err := r.Scan(&hash, &l.CreatedAt, &l.ExpiresAt, &l.IP, &l.UserAgent)
		copy(l.ID[:], hash)
		return err
	}, `SELECT token_hash, created_at, expires_at, ip, user_agent FROM staff_token
 WHERE org_id = $1 AND user_id = $2 AND purpose = $3 AND expires_at > $4 ORDER BY created_at DESC LIMIT $5`,
		org, user, string(staff.PurposeSession), us(db.clock()), loginsMax)
}

// SessionByToken finds the signed-in user of a token.
func (db *DB) SessionByToken(ctx context.Context, hash []byte) (s staff.Session, found bool, err error) {
	dest := append([]any{&s.Org, &s.CSRF, &s.ExpiresAt}, userDest(&s.User)...)
	found, err = one(db.reader(ctx, message.OrgID{}), dest, "SELECT t.org_id, t.csrf, t.expires_at, "+userColumns+
		` JOIN staff_token t ON t.org_id = u.org_id AND t.user_id = u.id WHERE t.token_hash = $1 AND t.purpose = $2`, hash, string(staff.PurposeSession))
	return s, found, err
}

// Invitation finds what an invite or reset link is for.
func (db *DB) Invitation(ctx context.Context, hash []byte) (i staff.Invitation, found bool, err error) {
	found, err = one(db.reader(ctx, message.OrgID{}), []any{&i.Org, &i.User, text(&i.Purpose), &i.ExpiresAt, &i.OrgName, &i.Email, &i.Name},
		`SELECT t.org_id, t.user_id, t.purpose, t.expires_at, o.name, l.email, u.name
 FROM staff_token t JOIN org o ON o.id = t.org_id JOIN staff_user u ON u.org_id = t.org_id AND u.id = t.user_id JOIN login l ON l.id = u.login_id
 WHERE t.token_hash = $1 AND t.purpose <> $2 AND u.active`, hash, string(staff.PurposeSession))
	return i, found, err
}
