package store

import (
	"context"
	"encoding/json"

	"switchboard/internal/channel"
	"switchboard/internal/message"
)

// AccountRow is a channel as its connector needs it, before anybody has added addresses of ours.
type AccountRow struct {
	channel.Account
	Active  bool
	Sandbox bool
}

// Account reads a channel with its secrets in the clear, by its id alone: webhook addresses name no
// organisation. The caller checks the organisation when it has one.
func (db *DB) Account(ctx context.Context, id message.ChannelID) (a AccountRow, err error) {
	rows, err := db.accounts(ctx, "WHERE id = $1", id)
	if err := must(len(rows) > 0, asFault(err), "channel"); err != nil {
		return a, err
	}
	return rows[0], nil
}

// SandboxAccounts are the active channels that the simulator plays.
func (db *DB) SandboxAccounts(ctx context.Context) ([]AccountRow, error) {
	rows, err := db.accounts(ctx, "WHERE sandbox AND active ORDER BY created_at, id")
	return rows, asFault(err)
}

func (db *DB) accounts(ctx context.Context, where string, args ...any) ([]AccountRow, error) {
	type sealed struct {
		AccountRow
		secrets []byte
	}
	rows, err := list(db.engine.read(ctx), func(r row, a *sealed) error {
		return r.Scan(&a.Org, &a.ID, text(&a.Type), &a.Provider, &a.Address, &a.Active, &a.Sandbox, jsonColumn{&a.Settings}, &a.secrets,
			&a.RequiredConsent, &a.ConsentRules)
	}, `SELECT org_id, id, type, provider, address, active, sandbox, settings, secrets_env, required_consent,
 COALESCE(consent_rules, (SELECT o.consent_rules FROM org o WHERE o.id = channel.org_id), '') FROM channel `+where, args...)
	if err != nil {
		return nil, err
	}
	out := make([]AccountRow, len(rows))
	for i, s := range rows {
		out[i] = s.AccountRow
		if len(s.secrets) == 0 {
			continue
		}
		plain, err := db.sealer.Open(s.Org, s.secrets)
		if err != nil {
			return nil, err
		}
		if err := json.Unmarshal(plain, &out[i].Secrets); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// ApprovedTemplate is a template as its provider knows it.
func (tx *Tx) ApprovedTemplate(id message.TemplateID) (t channel.Template, err error) {
	found, err := one(tx, []any{&t.Name, &t.Language, &t.Category, &t.Status, &t.Header, &t.Body, &t.Footer},
		"SELECT name, language, category, status, header, body, footer FROM template WHERE org_id = $1 AND id = $2", tx.org, id)
	return t, must(found, err, "template")
}
