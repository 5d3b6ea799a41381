package store

import (
	"context"
	"encoding/json"
	"slices"

	"switchboard/internal/channel"
	"switchboard/internal/fault"
	"switchboard/internal/feed"
	"switchboard/internal/message"
	"switchboard/internal/resource"
	"switchboard/internal/setup"
)

// ChannelSetup with its secrets in the clear, locked.
func (tx *Tx) ChannelSetup(id message.ChannelID) (c setup.Channel, err error) {
	var secrets string
	var where channelRouting
	found, err := one(tx, []any{&c.ID, text(&c.Type), &c.Provider, &c.Name, &c.APIName, &c.Address, &c.Active, &c.Sandbox, jsonColumn{&c.Settings},
		envelope{tx, &secrets}, text(&c.RequiredConsent), jsonColumn{&where}, &c.Routing.Queue, &c.Keyset, &c.JoinUnverified, &c.Version},
		`SELECT id, type, provider, name, api_name, address, active, sandbox, settings, secrets_env, required_consent, routing, queue_id, keyset_id, join_unverified, version
 FROM channel WHERE org_id = $1 AND id = $2`+tx.db.dialect.forUpdate, tx.org, id)
	if err := must(found, err, "channel"); err != nil {
		return c, err
	}
	where.fill(&c.Routing)
	if secrets == "" {
		return c, nil
	}
	return c, json.Unmarshal([]byte(secrets), &c.Secrets)
}

// AddressTaken reports whether another channel of the installation is active with this address.
func (tx *Tx) AddressTaken(t channel.Type, address string, except message.ChannelID) (taken bool, err error) {
	_, err = one(tx, []any{&taken}, "SELECT EXISTS (SELECT 1 FROM channel WHERE type = $1 AND address = $2 AND active AND id <> $3)",
		string(t), address, except)
	return taken, err
}

// sealSecrets puts a channel's secrets into an envelope of the organisation.
func (tx *Tx) sealSecrets(c *setup.Channel) []byte {
	if len(c.Secrets) == 0 {
		return nil
	}
	return tx.seal(message.CustomerID{}, asJSON(c.Secrets))
}

func routingColumn(r resource.ChannelRouting) string {
	return asJSON(channelRouting{Mode: r.Mode, Agent: r.Agent, LastAgentMinutes: r.LastAgentMinutes})
}

func (c channelRouting) fill(r *resource.ChannelRouting) {
	r.Mode, r.Agent, r.LastAgentMinutes = c.Mode, c.Agent, c.LastAgentMinutes
}

// InsertChannel adds one.
func (tx *Tx) InsertChannel(c setup.Channel) error {
	tx.made(c.ID)
	n, err := tx.affected(`INSERT INTO channel (org_id, id, type, provider, name, api_name, address, active, sandbox, settings, secrets_env,
 required_consent, routing, queue_id, keyset_id, join_unverified, created_at, version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)
 ON CONFLICT (org_id, api_name) DO NOTHING`, tx.org, c.ID, string(c.Type), c.Provider, c.Name, c.APIName, c.Address, c.Active, c.Sandbox,
		asJSON(c.Settings), tx.sealSecrets(&c), string(c.RequiredConsent), routingColumn(c.Routing), c.Routing.Queue, c.Keyset, c.JoinUnverified, us(tx.Now()), c.Version)
	return unlessTaken(n, err, "api_name", "There is already a channel with this API name. Choose another name.")
}

// SaveChannel writes what can change.
func (tx *Tx) SaveChannel(c *setup.Channel) error {
	c.Version++
	return tx.exec(`UPDATE channel SET name = $3, address = $4, active = $5, sandbox = $6, settings = $7, secrets_env = $8, required_consent = $9,
 routing = $10, queue_id = $11, keyset_id = $12, join_unverified = $13, version = $14 WHERE org_id = $1 AND id = $2`, tx.org, c.ID, c.Name, c.Address, c.Active, c.Sandbox,
		asJSON(c.Settings), tx.sealSecrets(c), string(c.RequiredConsent), routingColumn(c.Routing), c.Routing.Queue, c.Keyset, c.JoinUnverified, c.Version)
}

// DeleteChannel removes one that was never used.
func (tx *Tx) DeleteChannel(id message.ChannelID) error {
	var used bool
	if _, err := one(tx, []any{&used}, `SELECT EXISTS (SELECT 1 FROM messaging_user WHERE org_id = $1 AND channel_id = $2)
 OR EXISTS (SELECT 1 FROM conversation WHERE org_id = $1 AND channel_id = $2)
 OR EXISTS (SELECT 1 FROM deployment WHERE org_id = $1 AND channel_id = $2)
 OR EXISTS (SELECT 1 FROM template WHERE org_id = $1 AND channel_id = $2)`, tx.org, id); err != nil {
		return err
	}
	if used {
		return fault.New(fault.InUse, "Messaging users, conversations, deployments or templates belong to this channel. Switch it off instead.")
	}
	for _, rows := range []string{"channel_health", "channel_refused"} {
		if err := tx.exec("DELETE FROM "+rows+" WHERE org_id = $1 AND channel_id = $2", tx.org, id); err != nil {
			return err
		}
	}
	return tx.exec("DELETE FROM channel WHERE org_id = $1 AND id = $2", tx.org, id)
}

// ChannelChanged tells routing and senders about a channel.
func (tx *Tx) ChannelChanged(id message.ChannelID) error {
	return tx.Change(Change{Type: feed.ChannelUpdated, Ref: message.RowID(id)})
}

const channelColumns = `id, type, provider, name, api_name, address, active, sandbox, settings, secrets_env, required_consent, routing, queue_id,
 keyset_id, join_unverified, created_at, version FROM channel`

// scanChannel reads a channel as it is shown: the names of its secrets, never their values.
func (tx *Tx) scanChannel(r row, c *resource.Channel) error {
	var sealed string
	var where channelRouting
	if err := r.Scan(&c.ID, &c.Type, &c.Provider, &c.Name, &c.APIName, &c.Address, &c.Active, &c.Sandbox, jsonColumn{&c.Settings},
		envelope{tx, &sealed}, &c.RequiredConsent, jsonColumn{&where}, &c.Routing.Queue, &c.KeysetID, &c.JoinUnverified, &c.CreatedAt, &c.Version); err != nil {
		return err
	}
	where.fill(&c.Routing)
	if sealed == "" {
		return nil
	}
	var secrets map[string]string
	if err := json.Unmarshal([]byte(sealed), &secrets); err != nil {
		return err
	}
	for name := range secrets {
		c.SecretsSet = append(c.SecretsSet, name)
	}
	slices.Sort(c.SecretsSet)
	return nil
}

// Channels is a page of them by name.
func (db *DB) Channels(ctx context.Context, org message.OrgID, page resource.Page) ([]resource.Channel, string, error) {
	from, err := after(page)
	if err != nil {
		return nil, "", err
	}
	tx := db.reader(ctx, org)
	rows, err := list(tx, tx.scanChannel, "SELECT "+channelColumns+" WHERE org_id = $1 AND (name, id) > ($2, $3) ORDER BY name, id LIMIT $4",
		org, from.Text, from.ID, page.Limit+1)
	rows, next := paged(rows, page.Limit, func(c resource.Channel) position { return position{c.Name, message.RowID(c.ID)} })
	return rows, next, err
}

// ChannelByID for those who read.
func (db *DB) ChannelByID(ctx context.Context, org message.OrgID, id message.ChannelID) (resource.Channel, error) {
	tx := db.reader(ctx, org)
	return only(tx, "channel", tx.scanChannel, "SELECT "+channelColumns+" WHERE org_id = $1 AND id = $2", org, id)
}
