package consent

import (
	"testing"
	"time"

	"switchboard/internal/consent/phone"
	"switchboard/internal/fault"
)

func TestCheck(t *testing.T) {
	now := time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	open := Facts{Consent: Implicit, Required: Implicit, ChannelActive: true}
	window := func(since time.Duration) Facts {
		f := open
		f.WindowHours, f.CustomerAt = 24, now.Add(-since)
		return f
	}
	with := func(f Facts, change func(*Facts)) Facts { change(&f); return f }
	us, canada := phone.Number{Kind: phone.LongCode, Country: "US"}, phone.Number{Kind: phone.LongCode, Country: "CA"}
	short, german := phone.Number{Kind: phone.ShortCode, Country: "DE"}, phone.Number{Kind: phone.Mobile, Country: "DE"}
	on := func(l Line) Facts { return with(open, func(f *Facts) { f.Line = &l }) }
	for _, c := range []struct {
		name  string
		facts Facts
		kind  Kind
		want  fault.Code
	}{
		{"opted in as asked", open, Kind{}, ""},
		{"more than asked", with(open, func(f *Facts) { f.Consent = Doubly }), Kind{}, ""},
		{"less than asked", with(open, func(f *Facts) { f.Required = Explicit }), Kind{}, fault.ConsentRequired},
		{"never wrote", with(open, func(f *Facts) { f.Consent = None }), Kind{}, fault.ConsentRequired},
		{"opted out", with(open, func(f *Facts) { f.Consent = OptedOut }), Kind{}, fault.OptedOut},
		{"opted out, by template", with(open, func(f *Facts) { f.Consent = OptedOut }), Kind{Template: true}, fault.OptedOut},
		{"opted out, the confirmation of it", with(open, func(f *Facts) { f.Consent = OptedOut }), Kind{Compliance: true}, ""},
		{"channel off", with(open, func(f *Facts) { f.ChannelActive = false }), Kind{}, fault.ChannelInactive},
		{"channel off, a confirmation", with(open, func(f *Facts) { f.ChannelActive = false }), Kind{Compliance: true}, fault.ChannelInactive},
		{"window open", window(24*time.Hour - time.Second), Kind{}, ""},
		{"window just over", window(24 * time.Hour), Kind{}, fault.WindowClosed},
		{"window over, by template", window(48 * time.Hour), Kind{Template: true}, ""},
		{"window, never wrote", with(window(0), func(f *Facts) { f.CustomerAt = time.Time{} }), Kind{}, fault.WindowClosed},
		{"a number of its country", on(Line{From: us, To: us}), Kind{}, ""},
		{"a number abroad", on(Line{From: us, To: phone.Number{Kind: phone.Mobile, Country: "AT"}}), Kind{}, fault.WrongCountry},
		{"abroad, the confirmation of an opt-out", on(Line{From: us, To: phone.Number{Country: "AT"}}), Kind{Compliance: true}, ""},
		{"a long code, automatically", on(Line{From: us, To: us}), Kind{Use: phone.Automated}, fault.UseNotAllowed},
		{"a toll-free number, automatically", on(Line{From: phone.Number{Kind: phone.TollFree, Country: "US"}, To: us}), Kind{Use: phone.Automated}, ""},
		{"a toll-free number, to many", on(Line{From: phone.Number{Kind: phone.TollFree, Country: "US"}, To: us}), Kind{Use: phone.Campaign}, fault.UseNotAllowed},
		{"a short code abroad answers", on(Line{From: short, To: german}), Kind{}, fault.UseNotAllowed},
		{"a short code abroad goes on with what it began", on(Line{From: short, To: german, Opened: true}), Kind{}, ""},
		{"a picture, unregistered", on(Line{From: us, To: us}), Kind{Picture: true}, fault.UseNotAllowed},
		{"a picture, registered", on(Line{From: us, To: us, Registered: true}), Kind{Picture: true}, ""},
		{"a picture from Canada", on(Line{From: canada, To: canada}), Kind{Picture: true}, ""},
		{"the last of the first hundred", on(Line{From: us, To: us, Month: phone.Month{Sent: 99}}), Kind{}, ""},
		{"one more and nobody wrote", on(Line{From: us, To: us, Month: phone.Month{Sent: 100}}), Kind{}, fault.UseNotAllowed},
		{"the third to each that came", on(Line{From: us, To: us, Month: phone.Month{Sent: 299, Received: 100}}), Kind{}, ""},
		{"the fourth", on(Line{From: us, To: us, Month: phone.Month{Sent: 300, Received: 100}}), Kind{}, fault.UseNotAllowed},
		{"the month is full", on(Line{From: us, To: us, Month: phone.Month{Sent: 15_000, Received: 15_000}}), Kind{}, fault.UseNotAllowed},
		{"opted out comes first", with(on(Line{From: us, To: german}), func(f *Facts) { f.Consent = OptedOut }), Kind{}, fault.OptedOut},
	} {
		err := Check(c.facts, c.kind, now)
		if got := fault.CodeOf(err); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}
