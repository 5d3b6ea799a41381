package setup

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"switchboard/internal/channel"
	"switchboard/internal/fault"
	"switchboard/internal/job"
	"switchboard/internal/message"
	"switchboard/internal/outbound"
	"switchboard/internal/resource"
)

// How often a provider is asked for a number's standing, and when again after it couldn't be asked.
const (
	standingEvery = 6 * time.Hour
	standingRetry = 30 * time.Minute
)

// Account is a provider's business account (CH-9): channels with the same account share its limits.
// 0 is not known, or not set.
type Account struct {
	Provider string
	Name     string
	// DailyLimit of unique customers reached outside of the window within 24 hours.
	DailyLimit int
	// NumbersLimit and TemplatesLimit were set here; *Known is what the provider counted last, *Told what
	// it allows.
	NumbersLimit   int
	NumbersKnown   int
	NumbersTold    int
	TemplatesLimit int
	TemplatesKnown int
	TemplatesTold  int
}

// AccountTx is what the limits of business accounts need of a transaction.
type AccountTx interface {
	// BusinessAccount is locked; one that was never saved has its names only.
	BusinessAccount(provider, name string) (Account, error)
	SaveBusinessAccount(a Account) error
	// SaveStanding keeps how the provider saw a channel's number, or why it couldn't be asked.
	SaveStanding(c message.ChannelID, s *channel.Standing, problem string) error
	// ChannelsOf a provider, in use or not, with their settings and no secrets.
	ChannelsOf(t channel.Type, provider string) ([]Channel, error)
	// TemplateNames of some channels, each name once.
	TemplateNames(channels []message.ChannelID) ([]string, error)
	// Reached counts whom an account reached within its daily limit.
	Reached(provider, account string) ([]outbound.Bucket, error)
}

// LimitsSpec is what an administrator sets about a business account. 0 goes back to the usual limit.
type LimitsSpec struct {
	Numbers   int `json:"numbers" minimum:"0" maximum:"10000" doc:"phone numbers per business account; 0 for the usual 20"`
	Templates int `json:"templates" minimum:"0" maximum:"100000" doc:"templates per business account; 0 for the usual 250"`
}

// accountOf names the business account that a channel belongs to; empty without one.
func (s *Service) accountOf(c *Channel) string {
	kind, _ := s.kind(c.Type, c.Provider)
	if kind.Limits == nil {
		return ""
	}
	return kind.Limits.BusinessAccount(channel.Account{Type: c.Type, Provider: c.Provider, Address: c.Address, Settings: c.Settings})
}

// askStanding lets the provider be asked about a channel that was made or changed.
func (s *Service) askStanding(tx Tx, c *Channel) error {
	if !c.Active || s.accountOf(c) == "" {
		return nil
	}
	return tx.SetJob(channel.JobStanding, c.ID.String(), tx.Now(), "")
}

// siblings are the channels of a business account.
func (s *Service) siblings(tx AccountTx, c *Channel, account string) ([]message.ChannelID, error) {
	all, err := tx.ChannelsOf(c.Type, c.Provider)
	var ids []message.ChannelID
	for _, other := range all {
		if s.accountOf(&other) == account {
			ids = append(ids, other.ID)
		}
	}
	return ids, err
}

// accountOfChannel is the channel's business account with all its channels; none for a channel without one.
func (s *Service) accountOfChannel(tx Tx, c *Channel) (account Account, ids []message.ChannelID, err error) {
	name := s.accountOf(c)
	if name == "" {
		return account, nil, nil
	}
	if account, err = tx.BusinessAccount(c.Provider, name); err != nil {
		return account, nil, err
	}
	ids, err = s.siblings(tx, c, name)
	return account, ids, err
}

// checkNumbers refuses a channel that its business account has no room for.
func (s *Service) checkNumbers(tx Tx, c *Channel) error {
	account, ids, err := s.accountOfChannel(tx, c)
	if err != nil {
		return err
	}
	// The provider's count may hold this very number: only channels are counted here.
	others := len(slices.DeleteFunc(ids, func(id message.ChannelID) bool { return id == c.ID }))
	return full("phone numbers", others, allowed(account.NumbersLimit, channel.NumbersUsual, account.NumbersTold))
}

// checkTemplates refuses a new template's name that the business account has no room for. Translations
// of a name count once.
func (s *Service) checkTemplates(tx Tx, c *Channel, template string) error {
	account, ids, err := s.accountOfChannel(tx, c)
	if err != nil || len(ids) == 0 {
		return err
	}
	names, err := tx.TemplateNames(ids)
	if err != nil || slices.Contains(names, template) {
		return err
	}
	return full("templates", max(len(names), account.TemplatesKnown), allowed(account.TemplatesLimit, channel.TemplatesUsual, account.TemplatesTold))
}

// allowed is the limit that holds, and whose it is: what was set here, else the usual one, unless the
// provider allows less.
func allowed(set, usual, told int) resource.Allowance {
	a := resource.Allowance{Allowed: usual, Source: "usual", Provider: told}
	if set > 0 {
		a.Allowed, a.Source = set, "set"
	}
	if told > 0 && told < a.Allowed {
		a.Allowed, a.Source = told, "provider"
	}
	return a
}

func full(noun string, used int, a resource.Allowance) error {
	if used < a.Allowed {
		return nil
	}
	e := fault.New(fault.LimitReached, "The business account has %d of %d %s. The limit is this installation's: an administrator can raise it on the channel's page, under Limits.", used, a.Allowed, noun)
	if a.Source == "provider" {
		e = fault.New(fault.LimitReached, "The business account has %d of %d %s. The limit is the provider's: ask it for more.", used, a.Allowed, noun)
	}
	return e.With("used", used).With("allowed", a.Allowed).With("source", a.Source)
}

// ChangeLimits sets what a channel's business account may have here.
func (s *Service) ChangeLimits(ctx context.Context, org message.OrgID, id message.ChannelID, spec LimitsSpec) error {
	return s.Write(ctx, org, func(tx Tx) error {
		c, err := tx.ChannelSetup(id)
		if err != nil {
			return err
		}
		name := s.accountOf(&c)
		if name == "" {
			return fault.New(fault.CapabilityMissing, "This channel's provider has no business accounts with limits.")
		}
		account, err := tx.BusinessAccount(c.Provider, name)
		if err != nil {
			return err
		}
		account.NumbersLimit, account.TemplatesLimit = spec.Numbers, spec.Templates
		return tx.SaveBusinessAccount(account)
	})
}

// Standing completes a channel's standing as it was last read with the limits that hold.
func (s *Service) Standing(ctx context.Context, org message.OrgID, id message.ChannelID, out *resource.ChannelStanding) error {
	return s.Write(ctx, org, func(tx Tx) error {
		c, err := tx.ChannelSetup(id)
		if err != nil {
			return err
		}
		name := s.accountOf(&c)
		if name == "" {
			return fault.New(fault.CapabilityMissing, "This channel's provider tells nothing about its number.")
		}
		if out.ReadAt == nil { // one from before this was read, or a moment old
			if err := tx.SetJob(channel.JobStanding, id.String(), tx.Now(), ""); err != nil {
				return err
			}
		}
		account, err := tx.BusinessAccount(c.Provider, name)
		if err != nil {
			return err
		}
		ids, err := s.siblings(tx, &c, name)
		if err != nil {
			return err
		}
		names, err := tx.TemplateNames(ids)
		if err != nil {
			return err
		}
		out.Account = name
		out.Numbers = allowed(account.NumbersLimit, channel.NumbersUsual, account.NumbersTold)
		out.Numbers.Used = max(len(ids), account.NumbersKnown)
		out.Templates = allowed(account.TemplatesLimit, channel.TemplatesUsual, account.TemplatesTold)
		out.Templates.Used = max(len(names), account.TemplatesKnown)
		out.Daily.Allowed, out.Daily.Source = account.DailyLimit, "provider"
		buckets, err := tx.Reached(c.Provider, name)
		reach := outbound.Reach{Limit: account.DailyLimit, Buckets: buckets}
		out.Daily.Used = reach.Used()
		if free := reach.Free(); !free.IsZero() {
			out.Daily.FreeAt = &free
		}
		return err
	})
}

// ReadStanding asks the provider how it sees a channel's number, and keeps the answer.
func (s *Service) ReadStanding(ctx context.Context, org message.OrgID, id message.ChannelID) error {
	return s.readStanding(ctx, org, id, channel.AccountNotice{})
}

func (s *Service) readStanding(ctx context.Context, org message.OrgID, id message.ChannelID, notice channel.AccountNotice) error {
	account, connector, err := s.Account(ctx, org, id)
	if err != nil {
		return err
	}
	reader, ok := connector.(channel.LimitReader)
	if !ok {
		return fault.New(fault.CapabilityMissing, "This channel's provider tells nothing about its number.")
	}
	name := reader.BusinessAccount(account)
	ctx, cancel := context.WithTimeout(ctx, probeFor)
	defer cancel()
	standing, failed := reader.Standing(ctx, account)
	return errors.Join(asked(failed), s.Write(context.WithoutCancel(ctx), org, func(tx Tx) error {
		called(tx, id, failed)
		if failed != nil {
			if err := tx.SaveStanding(id, nil, worded(failed)); err != nil {
				return err
			}
			return tx.SetJob(channel.JobStanding, id.String(), tx.Now().Add(standingRetry), "")
		}
		known, err := tx.BusinessAccount(account.Provider, name)
		if err != nil {
			return err
		}
		if standing.DailyLimit != 0 {
			known.DailyLimit = standing.DailyLimit
		}
		known.NumbersKnown, known.TemplatesKnown, known.TemplatesTold = standing.Numbers, standing.Templates, standing.TemplatesMax
		if told := max(standing.NumbersMax, notice.NumbersMax); told > 0 {
			known.NumbersTold = told
		}
		if err := tx.SaveBusinessAccount(known); err != nil {
			return err
		}
		if err := tx.SaveStanding(id, &standing, ""); err != nil {
			return err
		}
		return tx.SetJob(channel.JobStanding, id.String(), tx.Now().Add(standingEvery), "")
	}))
}

// called notes how a call to the provider ended, for the channel's health.
func called(tx Tx, id message.ChannelID, err error) {
	var d *fault.Delivery
	if err == nil || errors.As(err, &d) {
		tx.ChannelCalled(id, d, false)
	}
}

// asked words a provider's refusal for administrators.
func asked(err error) error {
	var f *fault.Error
	var d *fault.Delivery
	if err != nil && !errors.As(err, &f) && errors.As(err, &d) {
		return refused(err, d)
	}
	return err
}

func worded(err error) string {
	var f *fault.Error
	if errors.As(asked(err), &f) {
		return f.Text
	}
	return "The provider couldn't be asked."
}

// StandingJob is ReadStanding as a durable job, which makes itself due again. What the provider refuses
// stands on the channel's page; only a database that fails makes the job try again.
func (s *Service) StandingJob(ctx context.Context, j job.Job) error {
	id, err := message.ParseID[message.ChannelID](j.Key)
	if err != nil {
		return errors.Join(job.ErrGiveUp, err)
	}
	var notice channel.AccountNotice
	if j.Payload != "" {
		if err := json.Unmarshal([]byte(j.Payload), &notice); err != nil {
			return errors.Join(job.ErrGiveUp, err)
		}
	}
	active := false
	err = s.Write(ctx, j.Org, func(tx Tx) error {
		c, err := tx.ChannelSetup(id)
		active = c.Active && s.accountOf(&c) != ""
		return err
	})
	if err != nil || !active {
		return err
	}
	err = s.readStanding(ctx, j.Org, id, notice)
	switch fault.CodeOf(err) {
	case fault.DeliveryFailed, fault.Unavailable, fault.Unprocessable, fault.ChannelInactive, fault.CapabilityMissing:
		return nil // it is written down, and asked again
	}
	return err
}
