package store

import (
	"context"
	"time"

	"switchboard/internal/customer"
	"switchboard/internal/message"
)

// InsertCustomerToken keeps an access token by its hash.
func (tx *Tx) InsertCustomerToken(t customer.Token) error {
	return tx.exec(`INSERT INTO customer_token (token_hash, org_id, user_id, channel_id, deployment_id, keyset_id, login, created_at, expires_at)
 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`, t.Hash, tx.org, t.Customer, t.Channel, t.Deployment, t.Keyset, t.Login, us(t.CreatedAt), us(t.ExpiresAt))
}

// RevokeCustomerTokens ends all tokens of a person on one device. What an earlier version gave out has no
// device: then those continued from the same token, which expire at the same microsecond.
func (tx *Tx) RevokeCustomerTokens(t customer.Token) error {
	which, value := "login = $3", any(t.Login)
	if len(t.Login) == 0 {
		which, value = "login IS NULL AND expires_at = $3", us(t.ExpiresAt)
	}
	return tx.exec("UPDATE customer_token SET revoked_at = $4 WHERE org_id = $1 AND user_id = $2 AND "+which+" AND revoked_at IS NULL",
		tx.org, t.Customer, value, us(tx.Now()))
}

// UnverifiedByToken is whom a token lets into a channel without having signed in; the token is locked, so
// that it is used for one thing.
func (tx *Tx) UnverifiedByToken(hash []byte, channel message.ChannelID, now time.Time) (id message.CustomerID, found bool, err error) {
	found, err = one(tx, []any{&id}, `SELECT user_id FROM customer_token WHERE token_hash = $1 AND org_id = $2 AND channel_id = $3
 AND keyset_id IS NULL AND revoked_at IS NULL AND expires_at > $4`+tx.db.dialect.forUpdate, hash, tx.org, channel, us(now))
	return id, found, err
}

// CustomerToken by its hash, whether it is still good or not.
func (db *DB) CustomerToken(ctx context.Context, hash []byte) (t customer.Token, err error) {
	t.Hash = hash
	found, err := one(db.reader(ctx, message.OrgID{}), []any{&t.Org, &t.Customer, &t.Channel, &t.Deployment, &t.Keyset, &t.Login, &t.CreatedAt, &t.ExpiresAt, &t.RevokedAt,
		&t.DeploymentVersion, &t.ChannelActive, &t.ChannelKeyset, &t.EndsBefore, text(&t.RequiredConsent), &t.ConsentVersion},
		`SELECT t.org_id, t.user_id, t.channel_id, t.deployment_id, t.keyset_id, t.login, t.created_at, t.expires_at, t.revoked_at, d.version, ch.active,
 ch.keyset_id, k.ends_before, ch.required_consent, ch.consent_version + o.consent_version
 FROM customer_token t JOIN deployment d ON d.org_id = t.org_id AND d.id = t.deployment_id
 JOIN channel ch ON ch.org_id = t.org_id AND ch.id = t.channel_id JOIN org o ON o.id = t.org_id
 LEFT JOIN keyset k ON k.org_id = t.org_id AND k.id = t.keyset_id WHERE t.token_hash = $1`, hash)
	return t, must(found, asFault(err), "access token")
}

const publishedSelect = `SELECT o.id, o.key, d.id, d.name, d.api_name, d.kind, d.version, ch.id, ch.address, ch.active, ch.keyset_id, ch.join_unverified, d.published,
 COALESCE(ch.consent_rules, o.consent_rules, ''), ch.consent_version + o.consent_version
 FROM org o JOIN deployment d ON d.org_id = o.id JOIN channel ch ON ch.org_id = d.org_id AND ch.id = d.channel_id `

func (db *DB) published(ctx context.Context, where string, args ...any) (d customer.Deployment, err error) {
	found, err := one(db.reader(ctx, message.OrgID{}), []any{&d.Org, &d.OrgKey, &d.ID, &d.Name, &d.APIName, &d.Kind, &d.Version,
		&d.Channel, &d.Address, &d.ChannelActive, &d.Keyset, &d.JoinUnverified, jsonColumn{&d.Settings}, &d.Consent, &d.ConsentVersion}, publishedSelect+where+" AND d.published IS NOT NULL", args...)
	return d, must(found, asFault(err), "published deployment")
}

// PublishedDeployment by the organisation's key and the deployment's API name.
func (db *DB) PublishedDeployment(ctx context.Context, orgKey, name string) (customer.Deployment, error) {
	return db.published(ctx, "WHERE o.key = $1 AND d.api_name = $2", orgKey, name)
}

// PublishedDeploymentByID is one of an organisation.
func (db *DB) PublishedDeploymentByID(ctx context.Context, org message.OrgID, id message.DeploymentID) (customer.Deployment, error) {
	return db.published(ctx, "WHERE d.org_id = $1 AND d.id = $2", org, id)
}
