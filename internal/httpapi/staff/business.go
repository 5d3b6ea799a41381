package staff

import (
	"context"

	"switchboard/internal/channel"
	"switchboard/internal/message"
	"switchboard/internal/resource"
	"switchboard/internal/setup"
	"switchboard/internal/staff"
)

// ProfileAnswer is what customers see of a business, and what may be written there.
type ProfileAnswer struct {
	channel.Profile
	Rules channel.ProfileRules `json:"rules"`
}

// on is a request about one channel with a body.
type on[Body any] struct {
	ID   message.ChannelID `path:"id"`
	Body Body
}

func (a *API) profile(ctx context.Context, p staff.Principal, in *oneIn[message.ChannelID]) (ProfileAnswer, error) {
	profile, rules, err := a.Setup.Profile(ctx, p.Org, in.ID)
	return ProfileAnswer{profile, rules}, err
}

func (a *API) saveProfile(ctx context.Context, p staff.Principal, in *on[setup.ProfileSpec]) (ProfileAnswer, error) {
	if err := a.Setup.SaveProfile(ctx, p.Org, in.ID, p.UserID, in.Body); err != nil {
		return ProfileAnswer{}, err
	}
	return a.profile(ctx, p, &oneIn[message.ChannelID]{ID: in.ID})
}

func (a *API) number(ctx context.Context, p staff.Principal, in *oneIn[message.ChannelID]) (resource.ChannelStanding, error) {
	out, err := a.Rows.ChannelStanding(ctx, p.Org, in.ID)
	if err != nil {
		return out, err
	}
	return out, a.Setup.Standing(ctx, p.Org, in.ID, &out)
}

func (a *API) refreshNumber(ctx context.Context, p staff.Principal, in *oneIn[message.ChannelID]) (resource.ChannelStanding, error) {
	if err := a.Setup.ReadStanding(ctx, p.Org, in.ID); err != nil {
		return resource.ChannelStanding{}, err
	}
	return a.number(ctx, p, in)
}

// after is what a step with the number answers: how the provider sees it now. The step is done even if
// the provider can't be asked that.
func (a *API) after(ctx context.Context, p staff.Principal, id message.ChannelID, step error) (resource.ChannelStanding, error) {
	if step != nil {
		return resource.ChannelStanding{}, step
	}
	_ = a.Setup.ReadStanding(ctx, p.Org, id) // what it refused stands in the answer's problem
	return a.number(ctx, p, &oneIn[message.ChannelID]{ID: id})
}

func (a *API) requestCode(ctx context.Context, p staff.Principal, in *on[setup.CodeRequest]) (resource.ChannelStanding, error) {
	return a.after(ctx, p, in.ID, a.Setup.RequestCode(ctx, p.Org, in.ID, in.Body))
}

func (a *API) verifyCode(ctx context.Context, p staff.Principal, in *on[setup.CodeAnswer]) (resource.ChannelStanding, error) {
	return a.after(ctx, p, in.ID, a.Setup.VerifyCode(ctx, p.Org, in.ID, in.Body))
}

func (a *API) registerNumber(ctx context.Context, p staff.Principal, in *on[setup.PIN]) (resource.ChannelStanding, error) {
	return a.after(ctx, p, in.ID, a.Setup.Register(ctx, p.Org, in.ID, in.Body))
}

func (a *API) setLimits(ctx context.Context, p staff.Principal, in *on[setup.LimitsSpec]) (resource.ChannelStanding, error) {
	if err := a.Setup.ChangeLimits(ctx, p.Org, in.ID, in.Body); err != nil {
		return resource.ChannelStanding{}, err
	}
	return a.number(ctx, p, &oneIn[message.ChannelID]{ID: in.ID})
}
