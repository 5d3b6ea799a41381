package setup

import (
	"time"

	"switchboard/internal/channel"
	"switchboard/internal/consent/phone"
	"switchboard/internal/fault"
	"switchboard/internal/resource"
)

// checkNumber asks what a text-message number must tell about itself (CH-6, CH-8).
func checkNumber(c *Channel) error {
	if c.Type != channel.SMS {
		return nil
	}
	country := c.Settings[channel.SettingCountry]
	n := phone.Read(c.Address, country)
	switch {
	case n.Kind == phone.ShortCode && country == "":
		return fault.Invalid("settings."+channel.SettingCountry, "A short code works in one country: say which, in two letters such as US.")
	case n.Kind == phone.ShortCode && !phone.IsCountry(country), n.Kind != phone.ShortCode && country != "" && country != n.Country:
		return fault.Invalid("settings."+channel.SettingCountry, "%s is not the country of this number.", country)
	case c.Settings[channel.SettingRegistered] == channel.Yes && c.Settings[channel.SettingCampaign] == "":
		return fault.Invalid("settings."+channel.SettingCampaign, "A registration has a campaign: enter its id.")
	}
	return nil
}

// checkShortCode asks whether the country of a short code has any of its length (CH-6).
func checkShortCode(tx Tx, c *Channel) error {
	country := c.Settings[channel.SettingCountry]
	if c.Type != channel.SMS || !phone.IsShortCode(c.Address) {
		return nil
	}
	countries, err := tx.Countries()
	if err != nil {
		return err
	}
	rule, exists := countries.Country(country).Rule(phone.ShortCode)
	switch {
	case !exists:
		return fault.Invalid("address", "By the country table there are no short codes in %s.", country)
	case len(c.Address) < rule.MinDigits || len(c.Address) > rule.MaxDigits:
		return fault.Invalid("address", "By the country table a short code in %s has %d to %d digits.", country, rule.MinDigits, rule.MaxDigits)
	}
	return nil
}

// numberOf is what a text-message channel's number is and may do.
func numberOf(c *resource.Channel, countries phone.Table) *resource.ChannelNumber {
	n := phone.Read(c.Address, c.Settings[channel.SettingCountry])
	rule, _ := countries.RuleFor(n, n)
	out := &resource.ChannelNumber{Kind: string(n.Kind), Country: n.Country, Uses: []string{}, Limited: rule.Limited, Abroad: rule.Abroad,
		Registers: n.Registers(), Pictures: phone.Pictures(n, n)}
	for _, u := range rule.Uses {
		out.Uses = append(out.Uses, string(u))
	}
	return out
}

// Usage of a text-message channel in the month of a time, against what its number may send.
func Usage(c *resource.Channel, m phone.Month, at time.Time) (resource.ChannelUsage, error) {
	if c.Number == nil {
		return resource.ChannelUsage{}, fault.New(fault.CapabilityMissing, "Only text-message channels count by the month.")
	}
	u := resource.ChannelUsage{Month: at.UTC().Format("2006-01"), Sent: m.Sent, Received: m.Received, Limited: c.Number.Limited,
		SentMax: phone.MonthMax, RatioMax: phone.RatioMax, RatioFrom: phone.RatioFrom, Left: max(m.Most()-m.Sent, 0)}
	if m.Received > 0 {
		u.Ratio = float64(m.Sent*100/m.Received) / 100
	}
	return u, nil
}
