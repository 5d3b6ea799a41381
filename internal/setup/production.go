package setup

import (
	"context"
	"errors"
	"maps"
	"strconv"

	"switchboard/internal/channel"
	"switchboard/internal/conversation"
	"switchboard/internal/fault"
	"switchboard/internal/message"
)

// ProductionSpec is what a sandbox channel lacks to work with its real provider. Everything else of it
// stays: name, routing, consent, deployments, templates, quick texts (CH-22, CH-24).
type ProductionSpec struct {
	Address string `json:"address" minLength:"1" maxLength:"100" doc:"the brand's real number"`
	// Settings and Secrets by the names that GET channel-types lists. What was made up for the sandbox goes.
	Settings map[string]string `json:"settings,omitempty"`
	Secrets  map[string]string `json:"secrets,omitempty" doc:"never shown again"`
	Tests    string            `json:"test_conversations" enum:"keep,delete" doc:"what becomes of the conversations that were had in the sandbox, and of their customers"`
}

// GoLive moves a channel from the sandbox to its real provider, which is asked first whether it takes
// these settings. There is no way back. The provider's name for the account is returned, if it tells one.
func (s *Service) GoLive(ctx context.Context, org message.OrgID, id message.ChannelID, version int64, spec ProductionSpec) (name string, err error) {
	var live Channel
	try := func(tx Tx) (err error) {
		live, err = s.inProduction(tx, id, version, spec)
		return err
	}
	if err := s.Write(ctx, org, try); err != nil {
		return "", err
	}
	if name, err = s.takes(ctx, org, &live); err != nil {
		return "", err
	}
	return name, s.Write(ctx, org, func(tx Tx) error {
		if err := try(tx); err != nil { // something may have changed while the provider was asked
			return err
		}
		if err := tx.SaveChannel(&live); err != nil {
			return err
		}
		tx.ChannelCalled(id, nil, false)
		if err := s.askStanding(tx, &live); err != nil {
			return err
		}
		if spec.Tests == "delete" {
			before := strconv.FormatInt(tx.Now().UnixMicro(), 10)
			if err := tx.SetJob(conversation.JobForgetTests, id.String(), tx.Now(), before); err != nil {
				return err
			}
		}
		return tx.ChannelChanged(id)
	})
}

// inProduction is the channel as it will be, or why it can't be.
func (s *Service) inProduction(tx Tx, id message.ChannelID, version int64, spec ProductionSpec) (Channel, error) {
	c, err := tx.ChannelSetup(id)
	if err != nil {
		return c, err
	}
	if err := fault.Stale(version, c.Version); err != nil {
		return c, err
	}
	kind, known := s.kind(c.Type, c.Provider)
	switch {
	case !c.Sandbox:
		return c, fault.New(fault.UnlawfulState, "This channel is in production already.")
	case !known:
		return c, fault.New(fault.Conflict, "This installation no longer speaks %s.", c.Type)
	}
	if waits, err := tx.OutboxWaits(id); err != nil {
		return c, err
	} else if waits {
		return c, fault.New(fault.InUse, "Messages to the sandbox are still on their way. Try again when they are sent or have failed, so that none of them goes to a real customer.")
	}
	before, full := c, c.spec()
	full.Sandbox, full.Address, full.Secrets = false, spec.Address, spec.Secrets
	for _, asked := range kind.Settings {
		if asked.Part == "" { // what connects the account was made up
			delete(full.Settings, asked.Name)
		}
	}
	maps.Copy(full.Settings, spec.Settings)
	c.Secrets = nil
	if err := s.fill(&c, kind, full); err != nil {
		return c, err
	}
	if err := checkPlace(tx, &c); err != nil {
		return c, err
	}
	if s.accountOf(&c) != s.accountOf(&before) {
		return c, s.checkNumbers(tx, &c)
	}
	return c, nil
}

// takes asks the provider whether it takes a channel that isn't saved yet.
func (s *Service) takes(ctx context.Context, org message.OrgID, c *Channel) (name string, err error) {
	account, connector, err := s.Candidate(channel.Account{Org: org, ID: c.ID, Type: c.Type, Provider: c.Provider, Address: c.Address, Settings: c.Settings, Secrets: c.Secrets})
	if err != nil {
		return "", err
	}
	prober, ok := connector.(channel.Prober)
	if !ok {
		return "", nil
	}
	ctx, cancel := context.WithTimeout(ctx, probeFor)
	defer cancel()
	name, err = prober.Probe(ctx, account)
	if d := (*fault.Delivery)(nil); errors.As(err, &d) {
		return "", refused(err, d)
	}
	return name, err
}
