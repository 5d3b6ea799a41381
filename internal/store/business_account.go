package store

import (
	"context"
	"time"

	"switchboard/internal/channel"
	"switchboard/internal/message"
	"switchboard/internal/outbound"
	"switchboard/internal/resource"
	"switchboard/internal/setup"
)

// BusinessAccount is locked; one that was never saved has its names only.
func (tx *Tx) BusinessAccount(provider, name string) (a setup.Account, err error) {
	a.Provider, a.Name = provider, name
	_, err = one(tx, []any{&a.DailyLimit, &a.NumbersLimit, &a.NumbersKnown, &a.NumbersTold, &a.TemplatesLimit, &a.TemplatesKnown, &a.TemplatesTold},
		`SELECT daily_limit, numbers_limit, numbers_known, numbers_told, templates_limit, templates_known, templates_told FROM business_account
 WHERE org_id = $1 AND provider = $2 AND account = $3`+tx.db.dialect.forUpdate, tx.org, provider, name)
	return a, err
}

// SaveBusinessAccount writes one.
func (tx *Tx) SaveBusinessAccount(a setup.Account) error {
	return tx.exec(`INSERT INTO business_account (org_id, provider, account, daily_limit, numbers_limit, numbers_known, numbers_told,
 templates_limit, templates_known, templates_told) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
 ON CONFLICT (org_id, provider, account) DO UPDATE SET daily_limit = excluded.daily_limit, numbers_limit = excluded.numbers_limit,
 numbers_known = excluded.numbers_known, numbers_told = excluded.numbers_told, templates_limit = excluded.templates_limit,
 templates_known = excluded.templates_known, templates_told = excluded.templates_told`, tx.org, a.Provider, a.Name, a.DailyLimit,
		a.NumbersLimit, a.NumbersKnown, a.NumbersTold, a.TemplatesLimit, a.TemplatesKnown, a.TemplatesTold)
}

// SaveStanding keeps how the provider saw a channel's number, or why it couldn't be asked: what was
// known before then stays.
func (tx *Tx) SaveStanding(c message.ChannelID, s *channel.Standing, problem string) error {
	if s == nil {
		return tx.exec(`INSERT INTO channel_standing (org_id, channel_id, standing, problem, read_at) VALUES ($1, $2, '', $3, $4)
 ON CONFLICT (org_id, channel_id) DO UPDATE SET problem = excluded.problem`, tx.org, c, problem, us(tx.Now()))
	}
	return tx.exec(`INSERT INTO channel_standing (org_id, channel_id, standing, problem, read_at) VALUES ($1, $2, $3, '', $4)
 ON CONFLICT (org_id, channel_id) DO UPDATE SET standing = excluded.standing, problem = '', read_at = excluded.read_at`,
		tx.org, c, asJSON(s), us(tx.Now()))
}

// ChannelStanding is a channel's standing as it was last read; empty before.
func (db *DB) ChannelStanding(ctx context.Context, org message.OrgID, id message.ChannelID) (out resource.ChannelStanding, err error) {
	var s channel.Standing
	var at time.Time
	found, err := one(db.reader(ctx, org), []any{jsonColumn{&s}, &out.Problem, &at},
		"SELECT standing, problem, read_at FROM channel_standing WHERE org_id = $1 AND channel_id = $2", org, id)
	if err != nil || !found {
		return out, asFault(err)
	}
	out.Number, out.DisplayName, out.NameStatus, out.Status = s.Number, s.DisplayName, s.NameStatus, s.Status
	out.Verified, out.Quality, out.Throughput, out.ReadAt = s.Verified, s.Quality, s.Throughput, &at
	return out, nil
}

// ChannelsOf a provider, in use or not, with their settings and no secrets.
func (tx *Tx) ChannelsOf(t channel.Type, provider string) ([]setup.Channel, error) {
	return list(tx, func(r row, c *setup.Channel) error {
		c.Type, c.Provider = t, provider
		return r.Scan(&c.ID, &c.Address, jsonColumn{&c.Settings})
	}, "SELECT id, address, settings FROM channel WHERE org_id = $1 AND type = $2 AND provider = $3", tx.org, string(t), provider)
}

// TemplateNames of some channels, each name once.
func (tx *Tx) TemplateNames(channels []message.ChannelID) ([]string, error) {
	seen := map[string]bool{}
	var out []string
	for _, c := range channels {
		names, err := list(tx, func(r row, name *string) error { return r.Scan(name) },
			"SELECT DISTINCT name FROM template WHERE org_id = $1 AND channel_id = $2", tx.org, c)
		if err != nil {
			return nil, err
		}
		for _, name := range names {
			if !seen[name] {
				seen[name] = true
				out = append(out, name)
			}
		}
	}
	return out, nil
}

// Reached counts whom an account reached within its daily limit, by buckets of time, the oldest first.
func (tx *Tx) Reached(provider, account string) ([]outbound.Bucket, error) {
	return list(tx, func(r row, b *outbound.Bucket) error { return r.Scan(&b.Begins, &b.Customers) },
		`SELECT bucket, customers FROM reached_bucket WHERE org_id = $1 AND provider = $2 AND account = $3 AND bucket >= $4 AND customers > 0
 ORDER BY bucket`, tx.org, provider, account, us(outbound.ReachSince(tx.Now())))
}

// Reach locks the account and says how much of its limit is used, and whether a customer counts already.
func (tx *Tx) Reach(provider, account string, customer message.CustomerID) (r outbound.Reach, err error) {
	// The row must be there to be locked: the first message of an account makes it.
	if err := tx.exec(`INSERT INTO business_account (org_id, provider, account, daily_limit, numbers_limit, numbers_known, numbers_told,
 templates_limit, templates_known, templates_told) VALUES ($1, $2, $3, 0, 0, 0, 0, 0, 0, 0) ON CONFLICT (org_id, provider, account) DO NOTHING`,
		tx.org, provider, account); err != nil {
		return r, err
	}
	known, err := tx.BusinessAccount(provider, account)
	if err != nil {
		return r, err
	}
	r.Limit = known.DailyLimit
	last, err := tx.lastReached(provider, account, customer)
	if err != nil {
		return r, err
	}
	r.Counted = !last.Before(outbound.ReachSince(tx.Now()))
	r.Buckets, err = tx.Reached(provider, account)
	return r, err
}

func (tx *Tx) lastReached(provider, account string, customer message.CustomerID) (at time.Time, err error) {
	_, err = one(tx, []any{&at}, "SELECT bucket FROM reached WHERE org_id = $1 AND provider = $2 AND account = $3 AND user_id = $4",
		tx.org, provider, account, customer)
	return at, err
}

// CountReach counts a customer from now on, and no longer from before.
func (tx *Tx) CountReach(provider, account string, customer message.CustomerID) error {
	last, err := tx.lastReached(provider, account, customer)
	now := tx.Now().Truncate(outbound.ReachBucket)
	if err != nil || last.Equal(now) {
		return err
	}
	if !last.IsZero() {
		if err := tx.exec("UPDATE reached_bucket SET customers = customers - 1 WHERE org_id = $1 AND provider = $2 AND account = $3 AND bucket = $4",
			tx.org, provider, account, us(last)); err != nil {
			return err
		}
	}
	if err := tx.exec(`INSERT INTO reached (org_id, provider, account, user_id, bucket) VALUES ($1, $2, $3, $4, $5)
 ON CONFLICT (org_id, provider, account, user_id) DO UPDATE SET bucket = excluded.bucket`, tx.org, provider, account, customer, us(now)); err != nil {
		return err
	}
	return tx.exec(`INSERT INTO reached_bucket (org_id, provider, account, bucket, customers) VALUES ($1, $2, $3, $4, 1)
 ON CONFLICT (org_id, provider, account, bucket) DO UPDATE SET customers = reached_bucket.customers + 1`, tx.org, provider, account, us(now))
}

// PostponeOutbox moves a row that hasn't been tried, with its deadline.
func (tx *Tx) PostponeOutbox(id message.RowID, due, deadline time.Time) error {
	return tx.exec("UPDATE outbox SET due_at = $3, deadline = $4 WHERE org_id = $1 AND id = $2", tx.org, id, us(due), us(deadline))
}

// HurryOutbox makes what waits in a conversation and wasn't tried yet due now: its customer wrote, so
// that the limit it waits for no longer holds it.
func (tx *Tx) HurryOutbox(c message.ConversationID) error {
	n, err := tx.affected("UPDATE outbox SET due_at = $3 WHERE org_id = $1 AND conversation_id = $2 AND state = 'queued' AND attempts = 0 AND due_at > $3",
		tx.org, c, us(tx.Now()))
	if err != nil || n == 0 {
		return err
	}
	var id message.ChannelID
	if _, err := one(tx, []any{&id}, "SELECT channel_id FROM conversation WHERE org_id = $1 AND id = $2", tx.org, c); err != nil {
		return err
	}
	tx.Signal(message.WakeOutbox(id))
	return nil
}
