package setup

import (
	"strings"
	"time"

	"switchboard/internal/fault"
	"switchboard/internal/resource"
)

const (
	// Lately is how far back failures and refused calls count.
	Lately = 24 * time.Hour
	// HealthCountMax is the most that is counted of anything: more is "many".
	HealthCountMax = 1000

	// waitsLong is after how long a message in the outbox makes its channel slow.
	waitsLong = time.Minute
	// limitedFor is how long a channel counts as slowed after its provider asked for a slower pace.
	limitedFor = 5 * time.Minute
)

// Signs are what is known of a channel without looking at what was said on it. Zero times are never.
type Signs struct {
	Received, Sent time.Time // messages
	Called, Hook   time.Time // calls that went well: ours, and the provider's
	Limited        time.Time
	// Failed is our last call that the channel is to blame for, with its code of the catalogue.
	Failed        time.Time
	FailedCode    string
	FailedDetail  string
	Waiting       int // at most HealthCountMax, as the others
	WaitsSince    time.Time
	Refused       int // calls that the provider did not sign, lately
	RefusedAt     time.Time
	Quarantined   int
	QuarantinedAt time.Time
	Published     bool // a deployment that customers can open
}

// Judge says in one word how a channel is, and why.
func Judge(c *resource.Channel, s Signs, now time.Time) resource.ChannelHealth {
	h := resource.ChannelHealth{ChannelID: c.ID, ReceivedAt: told(s.Received), SentAt: told(s.Sent), CalledAt: told(s.Called), HookAt: told(s.Hook),
		LimitedAt: told(s.Limited), FailedAt: told(s.Failed), FailedCode: s.FailedCode, FailedDetail: s.FailedDetail,
		Waiting: s.Waiting, WaitingSince: told(s.WaitsSince), Refused: s.Refused, RefusedAt: told(s.RefusedAt),
		Quarantined: s.Quarantined, QuarantinedAt: told(s.QuarantinedAt), CountMax: HealthCountMax}
	h.State, h.Reason, h.Since = judge(c, s, now)
	return h
}

func judge(c *resource.Channel, s Signs, now time.Time) (resource.HealthState, resource.HealthReason, *time.Time) {
	broken := s.Failed.After(s.Called) // nothing went well since
	switch {
	case !c.Active:
		return resource.HealthOff, resource.ReasonInactive, nil
	case broken && s.FailedCode == string(fault.ChannelSettings):
		return resource.HealthTrouble, resource.ReasonCredentials, told(s.Failed)
	case broken && strings.HasPrefix(s.FailedCode, "1"):
		return resource.HealthTrouble, resource.ReasonSender, told(s.Failed)
	case broken:
		return resource.HealthTrouble, resource.ReasonProvider, told(s.Failed)
	case c.Routing.Mode == "none":
		return resource.HealthTrouble, resource.ReasonNotRouted, nil
	case c.Type == "web" && !s.Published:
		return resource.HealthTrouble, resource.ReasonNoDeployment, nil
	case s.RefusedAt.After(s.Hook): // a call that was signed came since: then it isn't the secret
		return resource.HealthTrouble, resource.ReasonUnsigned, told(s.RefusedAt)
	case s.Quarantined > 0:
		return resource.HealthTrouble, resource.ReasonQuarantine, told(s.QuarantinedAt)
	case !s.WaitsSince.IsZero() && now.Sub(s.WaitsSince) > waitsLong:
		return resource.HealthSlow, resource.ReasonWaiting, told(s.WaitsSince)
	case !s.Limited.IsZero() && now.Sub(s.Limited) < limitedFor:
		return resource.HealthSlow, resource.ReasonLimited, told(s.Limited)
	case s.Received.IsZero() && s.Sent.IsZero():
		return resource.HealthNever, resource.ReasonUnused, nil
	}
	return resource.HealthWorks, "", nil
}

func told(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}
