package staff

import (
	"context"
	"time"

	"switchboard/internal/fault"
	"switchboard/internal/message"
	"switchboard/internal/resource"
	"switchboard/internal/setup"
	"switchboard/internal/staff"
)

// channelsHealth is the short form for a page of channels, in the order of their list.
func (a *API) channelsHealth(ctx context.Context, p staff.Principal, in *Paging) (List[resource.ChannelHealth], error) {
	channels, next, err := a.Rows.Channels(ctx, p.Org, in.page())
	if err != nil {
		return List[resource.ChannelHealth]{}, err
	}
	health, err := a.healthOf(ctx, p.Org, channels...)
	return page(health, next, err)
}

func (a *API) channelHealth(ctx context.Context, p staff.Principal, in *oneIn[message.ChannelID]) (resource.ChannelHealth, error) {
	c, err := a.Rows.ChannelByID(ctx, p.Org, in.ID)
	if err != nil {
		return resource.ChannelHealth{}, err
	}
	health, err := a.healthOf(ctx, p.Org, c)
	if err != nil {
		return resource.ChannelHealth{}, err
	}
	h := health[0]
	if h.Failures, err = a.Rows.ChannelFailures(ctx, p.Org, c.ID, time.Now().Add(-setup.Lately)); err != nil {
		return h, err
	}
	for i := range h.Failures {
		f := &h.Failures[i]
		if advice, known := fault.DeliveryCodes()[fault.DeliveryCode(f.Code)]; known {
			f.Text, f.Advice = advice.Agent, advice.Admin
		}
	}
	return h, nil
}

func (a *API) healthOf(ctx context.Context, org message.OrgID, channels ...resource.Channel) ([]resource.ChannelHealth, error) {
	ids := make([]message.ChannelID, len(channels))
	for i := range channels {
		ids[i] = channels[i].ID
	}
	now := time.Now()
	signs, err := a.Rows.ChannelHealth(ctx, org, ids, now)
	out := make([]resource.ChannelHealth, len(channels))
	for i := range channels {
		out[i] = setup.Judge(&channels[i], signs[ids[i]], now)
	}
	return out, err
}

type goLiveIn struct {
	ID message.ChannelID `path:"id"`
	IfMatch
	Body setup.ProductionSpec
}

// LiveChannel is a channel that went to production, and what its provider calls it.
type LiveChannel struct {
	resource.Channel
	ProviderName string `json:"provider_name,omitempty" doc:"what the provider calls the account"`
}

func (a *API) goLive(ctx context.Context, p staff.Principal, in *goLiveIn) (LiveChannel, error) {
	version, err := in.version()
	if err != nil {
		return LiveChannel{}, err
	}
	name, err := a.Setup.GoLive(ctx, p.Org, in.ID, version, in.Body)
	if err != nil {
		return LiveChannel{}, err
	}
	c, err := a.channel(ctx, p.Org, in.ID)
	return LiveChannel{c, name}, err
}
