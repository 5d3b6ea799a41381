package app

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"switchboard/internal/channel"
	"switchboard/internal/fault"
	"switchboard/internal/message"
	"switchboard/internal/store"
)

// Connectors maps what a channel is made of to who speaks its provider's language.
type Connectors struct {
	byKind map[[2]string]channel.Connector
	web    channel.Capabilities
}

// NewConnectors registers connectors. web is the capabilities of the channel we draw ourselves.
func NewConnectors(web channel.Capabilities, all ...channel.Connector) *Connectors {
	c := &Connectors{byKind: map[[2]string]channel.Connector{}, web: web}
	for _, one := range all {
		c.byKind[[2]string{string(one.Type()), one.Provider()}] = one
	}
	return c
}

// All connectors, in no order.
func (c *Connectors) All() []channel.Connector {
	out := make([]channel.Connector, 0, len(c.byKind))
	for _, one := range c.byKind {
		out = append(out, one)
	}
	return out
}

// Capabilities of a channel type and provider; none for unknown ones.
func (c *Connectors) Capabilities(channelType, provider string) channel.Capabilities {
	if channelType == string(channel.Web) {
		return c.web
	}
	if one, ok := c.byKind[[2]string{channelType, provider}]; ok {
		return one.Capabilities()
	}
	return channel.Capabilities{}
}

// Accounts builds the accounts that connectors work with: the stored channel, our own addresses, and
// the sandbox's in place of the provider's for sandbox channels.
type Accounts struct {
	db         *store.DB
	connectors *Connectors
	publicURL  string
	// sandboxURL is the simulator's base for a provider; "" when it is off.
	sandboxURL func(provider string) string
}

// Account of an organisation's channel, with its connector.
func (a *Accounts) Account(ctx context.Context, org message.OrgID, id message.ChannelID) (channel.Account, channel.Connector, error) {
	row, err := a.db.Account(ctx, id)
	if err == nil && row.Org != org {
		err = fault.New(fault.NotFound, "There is no such channel.")
	}
	if err != nil {
		return channel.Account{}, nil, err
	}
	return a.complete(row)
}

// Candidate is the account of a channel that isn't saved, as it would be in production.
func (a *Accounts) Candidate(account channel.Account) (channel.Account, channel.Connector, error) {
	return a.complete(store.AccountRow{Account: account})
}

// HookAccount is the account that a webhook's address means. Inactive channels have none.
func (a *Accounts) HookAccount(ctx context.Context, hook string, id message.ChannelID) (channel.Account, channel.Connector, error) {
	row, err := a.db.Account(ctx, id)
	if err != nil {
		return channel.Account{}, nil, err
	}
	account, connector, err := a.complete(row)
	if err != nil || !row.Active || connector.Hook() != hook {
		return channel.Account{}, nil, fault.Wrap(err, fault.NotFound, "There is no such webhook.")
	}
	return account, connector, nil
}

func (a *Accounts) complete(row store.AccountRow) (channel.Account, channel.Connector, error) {
	connector, ok := a.connectors.byKind[[2]string{string(row.Type), row.Provider}]
	if !ok {
		return channel.Account{}, nil, fault.New(fault.NotFound, "Nothing speaks %s here.", row.Type)
	}
	account := row.Account
	account.WebhookURL = a.WebhookURL(connector.Hook(), row.ID)
	if row.Sandbox {
		account.BaseURL = a.sandboxURL(row.Provider)
		if account.BaseURL == "" {
			return channel.Account{}, nil, fault.New(fault.ChannelInactive, "This is a sandbox channel, and the sandbox is switched off.")
		}
	}
	return account, connector, nil
}

// WebhookURL is the public address of a channel's webhook.
func (a *Accounts) WebhookURL(hook string, id message.ChannelID) string {
	return fmt.Sprintf("%s/hooks/%s/%s", a.publicURL, hook, id)
}

// CallbackURL takes a provider's status reports about one entry.
func (a *Accounts) CallbackURL(account channel.Account, entry message.EntryID) string {
	return account.WebhookURL + "?entry=" + entry.String()
}

// SandboxAccounts are the accounts that the simulator plays.
func (a *Accounts) SandboxAccounts(ctx context.Context) ([]channel.Account, error) {
	rows, err := a.db.SandboxAccounts(ctx)
	if err != nil {
		return nil, err
	}
	var out []channel.Account
	for _, row := range rows {
		if row.Type == channel.Web {
			continue
		}
		account, _, err := a.complete(row)
		if err != nil {
			return nil, err
		}
		out = append(out, account)
	}
	return out, nil
}

// Types lists the channel types there are, web first.
func (c *Connectors) Types() []string {
	types := map[string]bool{}
	for kind := range c.byKind {
		types[kind[0]] = true
	}
	return append([]string{string(channel.Web)}, slices.Sorted(maps.Keys(types))...)
}
