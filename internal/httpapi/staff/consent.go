package staff

import (
	"context"
	"time"

	"switchboard/internal/consent"
	"switchboard/internal/consent/phone"
	"switchboard/internal/conversation"
	"switchboard/internal/fault"
	"switchboard/internal/message"
	"switchboard/internal/resource"
	"switchboard/internal/setup"
	"switchboard/internal/staff"
)

type consentHistoryIn struct {
	ID message.CustomerID `path:"id"`
	Paging
}

func (a *API) consentHistory(ctx context.Context, p staff.Principal, in *consentHistoryIn) (List[resource.ConsentEvent], error) {
	return page(a.Rows.ConsentHistory(ctx, p.Org, in.ID, in.page()))
}

// ConsentIn is what somebody said, as staff and programs record it.
type ConsentIn struct {
	Status string    `json:"status" enum:"opted_out,implicitly_opted_in,explicitly_opted_in,doubly_opted_in"`
	Note   string    `json:"note,omitempty" maxLength:"1000" doc:"how they said it; required of users who opt somebody in"`
	Source string    `json:"source,omitempty" maxLength:"200" doc:"where they said it, such as the name of a form; required of programs that opt somebody in"`
	At     time.Time `json:"at,omitzero" doc:"when they said it; now if not said"`
}

func (in *ConsentIn) record(p staff.Principal) conversation.ConsentRecord {
	cause := consent.ByAgent
	if p.APIKey || in.Source != "" {
		cause = consent.ByAPI
	}
	return conversation.ConsentRecord{Level: consent.Level(in.Status), Cause: cause, Note: in.Note, Source: in.Source, At: in.At.UTC()}
}

type changeConsentIn struct {
	ID   message.CustomerID `path:"id"`
	Body ConsentIn
}

func (a *API) changeConsent(ctx context.Context, p staff.Principal, in *changeConsentIn) (out resource.MessagingUser, err error) {
	if err := a.Consents.Record(ctx, p.Org, actor(p), in.ID, in.Body.record(p)); err != nil {
		return out, err
	}
	return a.Views.MessagingUser(ctx, p.Org, in.ID)
}

type recordConsentIn struct {
	Body struct {
		ChannelID message.ChannelID `json:"channel_id"`
		Number    string            `json:"number" maxLength:"40" doc:"phone number with its country code, such as +43 660 1234567"`
		ConsentIn
	}
}

func (a *API) recordConsent(ctx context.Context, p staff.Principal, in *recordConsentIn) (out resource.MessagingUser, err error) {
	to, err := numberOf("number", in.Body.Number)
	if err != nil {
		return out, err
	}
	id, err := a.Consents.RecordFor(ctx, p.Org, actor(p), conversation.ConsentOf{Channel: in.Body.ChannelID, To: to, ConsentRecord: in.Body.record(p)})
	if err != nil {
		return out, err
	}
	return a.Views.MessagingUser(ctx, p.Org, id)
}

func numberOf(field, text string) (message.Address, error) {
	number, ok := phone.E164(text)
	if !ok {
		return message.Address{}, fault.Invalid(field, "This is not a phone number with its country code. Write it like +43 660 1234567, and nothing beside it.")
	}
	return message.Address{Kind: message.AddressPhone, Value: number}, nil
}

type rulesIn struct {
	IfMatch
	Body Changes[consent.Rules]
}

type channelRulesIn struct {
	ID message.ChannelID `path:"id"`
	rulesIn
}

func (a *API) consentRules(ctx context.Context, p staff.Principal, _ *struct{}) (setup.ConsentRules, error) {
	return a.Rows.ConsentRulesOf(ctx, p.Org, message.ChannelID{})
}

func (a *API) changeConsentRules(ctx context.Context, p staff.Principal, in *rulesIn) (out setup.ConsentRules, err error) {
	version, err := in.version()
	if err != nil {
		return out, err
	}
	if err := a.Setup.ChangeConsentRules(ctx, p.Org, message.ChannelID{}, version, in.Body.apply); err != nil {
		return out, err
	}
	return a.consentRules(ctx, p, nil)
}

func (a *API) resetConsentRules(ctx context.Context, p staff.Principal, _ *struct{}) (None, error) {
	return None{}, a.Setup.ResetConsentRules(ctx, p.Org, message.ChannelID{})
}

func (a *API) consentPresets(context.Context, staff.Principal, *struct{}) (List[consent.Language], error) {
	return page(consent.Presets(), "", nil)
}

func (a *API) channelConsent(ctx context.Context, p staff.Principal, in *oneIn[message.ChannelID]) (out setup.ConsentRules, err error) {
	c, err := a.Rows.ChannelByID(ctx, p.Org, in.ID)
	if err != nil {
		return out, err
	}
	if out, err = a.Rows.ConsentRulesOf(ctx, p.Org, in.ID); err == nil {
		out.Fill(&c)
	}
	return out, err
}

func (a *API) changeChannelConsent(ctx context.Context, p staff.Principal, in *channelRulesIn) (out setup.ConsentRules, err error) {
	version, err := in.version()
	if err != nil {
		return out, err
	}
	if err := a.Setup.ChangeConsentRules(ctx, p.Org, in.ID, version, in.Body.apply); err != nil {
		return out, err
	}
	return a.channelConsent(ctx, p, &oneIn[message.ChannelID]{in.ID})
}

func (a *API) resetChannelConsent(ctx context.Context, p staff.Principal, in *oneIn[message.ChannelID]) (None, error) {
	return None{}, a.Setup.ResetConsentRules(ctx, p.Org, in.ID)
}
