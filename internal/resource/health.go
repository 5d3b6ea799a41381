package resource

import (
	"time"

	"switchboard/internal/message"
)

// HealthState is a channel's health in one word.
type HealthState string

// States of a channel.
const (
	HealthWorks   HealthState = "works"
	HealthSlow    HealthState = "slow"
	HealthTrouble HealthState = "trouble"
	HealthNever   HealthState = "never"
	HealthOff     HealthState = "off"
)

// HealthReason is why a channel is not simply well.
type HealthReason string

// Reasons, the gravest first. Only the first that holds is told.
const (
	ReasonInactive     HealthReason = "inactive"
	ReasonCredentials  HealthReason = "credentials"
	ReasonSender       HealthReason = "sender"
	ReasonProvider     HealthReason = "provider"
	ReasonNotRouted    HealthReason = "not_routed"
	ReasonNoDeployment HealthReason = "no_deployment"
	ReasonUnsigned     HealthReason = "unsigned"
	ReasonQuarantine   HealthReason = "quarantine"
	ReasonWaiting      HealthReason = "waiting"
	ReasonLimited      HealthReason = "limited"
	ReasonUnused       HealthReason = "unused"
)

// ChannelHealth is whether a channel works, and what that is known by. Times are some seconds behind.
type ChannelHealth struct {
	ChannelID message.ChannelID `json:"channel_id"`
	State     HealthState       `json:"state" enum:"works,slow,trouble,never,off"`
	Reason    HealthReason      `json:"reason,omitempty" enum:"inactive,credentials,sender,provider,not_routed,no_deployment,unsigned,quarantine,waiting,limited,unused" doc:"why it doesn't simply work"`
	Since     *time.Time        `json:"since,omitempty" doc:"of the reason, where that is known"`

	ReceivedAt *time.Time `json:"received_at,omitempty" doc:"a customer's last message"`
	SentAt     *time.Time `json:"sent_at,omitempty" doc:"the last message that the provider, or the web channel, took"`
	CalledAt   *time.Time `json:"called_at,omitempty" doc:"the last call to the provider that went well"`
	HookAt     *time.Time `json:"hook_at,omitempty" doc:"the provider's last call to the webhook that was taken"`

	FailedAt     *time.Time `json:"failed_at,omitempty" doc:"the last call that failed for the provider's, the settings' or the sender's sake"`
	FailedCode   string     `json:"failed_code,omitempty" doc:"its code of the catalogue"`
	FailedDetail string     `json:"failed_detail,omitempty" doc:"the provider's own words"`
	LimitedAt    *time.Time `json:"limited_at,omitempty" doc:"when the provider last asked for a slower pace"`

	Waiting       int        `json:"waiting" doc:"messages in the outbox"`
	WaitingSince  *time.Time `json:"waiting_since,omitempty" doc:"of the oldest"`
	Refused       int        `json:"refused" doc:"calls to the webhook without a good signature, within a day"`
	RefusedAt     *time.Time `json:"refused_at,omitempty"`
	Quarantined   int        `json:"quarantined" doc:"calls that could not be understood, within a day"`
	QuarantinedAt *time.Time `json:"quarantined_at,omitempty"`
	CountMax      int        `json:"count_max" doc:"no count goes further: as much is \"or more\""`
	// Failures stands only in the answer about one channel.
	Failures []ChannelFailure `json:"failures,omitempty" doc:"messages that failed for good within a day, by code; in the answer about one channel"`
}

// ChannelFailure counts one code of a channel's failed messages.
type ChannelFailure struct {
	Code   string    `json:"code"`
	Count  int       `json:"count"`
	LastAt time.Time `json:"last_at"`
	Text   string    `json:"text,omitempty" doc:"what it means"`
	Advice string    `json:"advice,omitempty" doc:"how to mend it"`
}
