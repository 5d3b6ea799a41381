package setup

import (
	"errors"
	"time"

	"switchboard/internal/channel"
	"switchboard/internal/consent"
	"switchboard/internal/consent/phone"
	"switchboard/internal/fault"
	"switchboard/internal/resource"
)

// Recipient is what is known of a phone number before it is written to from a channel.
type Recipient struct {
	To         string            `json:"to" doc:"the number as it is dialled"`
	Country    string            `json:"country" doc:"ISO 3166-1; empty when it isn't known"`
	NumberKind phone.Kind        `json:"number_kind"`
	Uses       []phone.Use       `json:"uses,omitempty" doc:"of text-message channels: what this channel's number may be used for towards this one"`
	Blocked    *resource.Blocked `json:"blocked,omitempty" doc:"why a message would be refused now, whoever the number belongs to"`
	LocalTimes []LocalTime       `json:"local_times" doc:"where the number's area has several time zones, one of each time, the earliest first; empty when it isn't known"`
	// Within is nil when the time there isn't known.
	Within  *bool      `json:"within_hours,omitempty" doc:"it is within the sending hours of the country in each of the time zones; absent when the time there isn't known"`
	OpensAt *time.Time `json:"opens_at,omitempty" doc:"when it will be next, if it isn't now; absent when that is more than two months away"`
}

// LocalTime is what time it is somewhere.
type LocalTime struct {
	TimeZone string    `json:"time_zone" doc:"such as Europe/Vienna"`
	Time     time.Time `json:"time" doc:"now, with the offset there"`
}

// RecipientOf tells about a number in E.164 that is to be written to from a channel. Consent is the
// person's and no part of it.
func (s *Service) RecipientOf(c *resource.Channel, countries phone.Table, month phone.Month, to string, now time.Time) (Recipient, error) {
	if kind, _ := s.kind(channel.Type(c.Type), c.Provider); !kind.Capabilities.AgentOpens {
		return Recipient{}, fault.New(fault.CapabilityMissing, "On this channel only the customer can begin a conversation.")
	}
	number := phone.Read(to, "")
	r := Recipient{To: to, Country: number.Country, NumberKind: number.Kind, LocalTimes: []LocalTime{}}
	facts := consent.Facts{Consent: consent.Implicit, Required: consent.Implicit, ChannelActive: c.Active}
	if channel.Type(c.Type) == channel.SMS {
		from := phone.Read(c.Address, c.Settings[channel.SettingCountry])
		facts.Line = &consent.Line{From: from, To: number, Opened: true, Month: month, Countries: countries}
		rule, _ := countries.RuleFor(from, number)
		r.Uses = rule.Uses
	}
	if f, ok := errors.AsType[*fault.Error](consent.Check(facts, consent.Kind{Template: true}, now)); ok {
		r.Blocked = &resource.Blocked{Code: string(f.Code), Text: f.Text}
	}
	places := phone.Places(to, now)
	for _, p := range places {
		r.LocalTimes = append(r.LocalTimes, LocalTime{TimeZone: p.String(), Time: now.In(p).Truncate(time.Second)})
	}
	if len(places) == 0 {
		return r, nil
	}
	hours := countries.Country(number.Country).Hours
	within := hours.Within(now, places)
	r.Within = &within
	if opens, ok := hours.Next(now, places); ok && !within {
		opens = opens.UTC()
		r.OpensAt = &opens
	}
	return r, nil
}
