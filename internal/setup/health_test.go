package setup

import (
	"testing"
	"time"

	"switchboard/internal/resource"
)

// Each sign has its word, and the gravest wins.
func TestJudge(t *testing.T) {
	now := time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)
	ago := func(d time.Duration) time.Time { return now.Add(-d) }
	used := Signs{Received: ago(time.Hour), Sent: ago(time.Hour), Called: ago(time.Hour), Hook: ago(time.Hour)}
	with := func(change func(*Signs)) Signs {
		s := used
		change(&s)
		return s
	}
	line := resource.Channel{Type: "sms", Active: true, Routing: resource.ChannelRouting{Mode: "everyone"}}
	off, lost, web := line, line, line
	off.Active, lost.Routing.Mode, web.Type = false, "none", "web"
	failed := func(code string, at time.Time) func(*Signs) {
		return func(s *Signs) { s.Failed, s.FailedCode = at, code }
	}
	for name, c := range map[string]struct {
		channel resource.Channel
		signs   Signs
		state   resource.HealthState
		reason  resource.HealthReason
	}{
		"new":                  {line, Signs{}, resource.HealthNever, resource.ReasonUnused},
		"connected, unused":    {line, Signs{Called: now}, resource.HealthNever, resource.ReasonUnused},
		"used":                 {line, used, resource.HealthWorks, ""},
		"off":                  {off, with(failed("0003", now)), resource.HealthOff, resource.ReasonInactive},
		"bad token":            {line, with(failed("0003", now)), resource.HealthTrouble, resource.ReasonCredentials},
		"bad token once":       {line, with(failed("0003", ago(2*time.Hour))), resource.HealthWorks, ""},
		"unknown sender":       {line, with(failed("1002", now)), resource.HealthTrouble, resource.ReasonSender},
		"provider down":        {line, with(failed("0001", now)), resource.HealthTrouble, resource.ReasonProvider},
		"not routed":           {lost, used, resource.HealthTrouble, resource.ReasonNotRouted},
		"nothing on a page":    {web, Signs{}, resource.HealthTrouble, resource.ReasonNoDeployment},
		"on a page":            {web, Signs{Published: true}, resource.HealthNever, resource.ReasonUnused},
		"unsigned":             {line, with(func(s *Signs) { s.Refused, s.RefusedAt = 3, now }), resource.HealthTrouble, resource.ReasonUnsigned},
		"unsigned, not theirs": {line, with(func(s *Signs) { s.Refused, s.RefusedAt, s.Hook = 3, ago(time.Minute), now }), resource.HealthWorks, ""},
		"quarantine":           {line, with(func(s *Signs) { s.Quarantined, s.QuarantinedAt = 1, now }), resource.HealthTrouble, resource.ReasonQuarantine},
		"waits":                {line, with(func(s *Signs) { s.Waiting, s.WaitsSince = 4, ago(61*time.Second) }), resource.HealthSlow, resource.ReasonWaiting},
		"on its way":           {line, with(func(s *Signs) { s.Waiting, s.WaitsSince = 4, ago(10*time.Second) }), resource.HealthWorks, ""},
		"slowed":               {line, with(func(s *Signs) { s.Limited = ago(time.Minute) }), resource.HealthSlow, resource.ReasonLimited},
		"slowed yesterday":     {line, with(func(s *Signs) { s.Limited = ago(20 * time.Hour) }), resource.HealthWorks, ""},
	} {
		if got := Judge(&c.channel, c.signs, now); got.State != c.state || got.Reason != c.reason {
			t.Errorf("%s: %s %s, want %s %s", name, got.State, got.Reason, c.state, c.reason)
		}
	}
}
