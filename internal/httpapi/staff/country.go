package staff

import (
	"context"
	"time"

	"switchboard/internal/channel"
	"switchboard/internal/consent/phone"
	"switchboard/internal/fault"
	"switchboard/internal/message"
	"switchboard/internal/setup"
	"switchboard/internal/staff"
)

type countryIn struct {
	Code string `path:"code" doc:"ISO 3166-1, such as DE, or elsewhere"`
}

type countryChangeIn struct {
	Code string `path:"code" doc:"ISO 3166-1, such as DE, or elsewhere"`
	IfMatch
	Body Changes[setup.CountrySpec]
}

// countries are few and come in one page.
func (a *API) countries(ctx context.Context, p staff.Principal, _ *struct{}) (List[setup.Country], error) {
	table, err := a.Rows.Countries(ctx, p.Org)
	return page(setup.CountriesIn(table), "", err)
}

func (a *API) country(ctx context.Context, p staff.Principal, in *countryIn) (setup.Country, error) {
	code, ok := setup.CountryCode(in.Code)
	if !ok {
		return setup.Country{}, notFound("country")
	}
	table, err := a.Rows.Countries(ctx, p.Org)
	if err != nil {
		return setup.Country{}, err
	}
	return setup.CountryIn(table, code), nil
}

func (a *API) changeCountry(ctx context.Context, p staff.Principal, in *countryChangeIn) (out setup.Country, err error) {
	version, err := in.version()
	if err != nil {
		return out, err
	}
	if err := a.Setup.ChangeCountry(ctx, p.Org, in.Code, version, in.Body.apply); err != nil {
		return out, err
	}
	return a.country(ctx, p, &countryIn{in.Code})
}

func (a *API) resetCountry(ctx context.Context, p staff.Principal, in *countryIn) (None, error) {
	return None{}, a.Setup.ResetCountry(ctx, p.Org, in.Code)
}

type recipientIn struct {
	ID message.ChannelID `path:"id"`
	To string            `query:"to" maxLength:"40" doc:"phone number with its country code, such as +43 660 1234567"`
}

// recipient is asked before somebody is written to.
func (a *API) recipient(ctx context.Context, p staff.Principal, in *recipientIn) (out setup.Recipient, err error) {
	c, err := a.Rows.ChannelByID(ctx, p.Org, in.ID)
	if err != nil {
		return out, err
	}
	to, ok := phone.E164(in.To)
	if !ok {
		return out, fault.Invalid("to", "This is not a phone number with its country code. Write it like +43 660 1234567, and nothing beside it.")
	}
	table, err := a.Rows.Countries(ctx, p.Org)
	if err != nil {
		return out, err
	}
	now := time.Now()
	var month phone.Month
	if c.Type == string(channel.SMS) {
		if month, err = a.Rows.ChannelMonth(ctx, p.Org, in.ID, now); err != nil {
			return out, err
		}
	}
	return a.Setup.RecipientOf(&c, table, month, to, now)
}
