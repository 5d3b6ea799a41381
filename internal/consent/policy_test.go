package consent

import (
	"testing"
	"time"

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
	} {
		err := Check(c.facts, c.kind, now)
		if got := fault.CodeOf(err); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}
