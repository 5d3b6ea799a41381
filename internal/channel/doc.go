// Package channel is the contract between Switchboard and everything messages travel over: what a
// channel can do (the capability matrix, CH-23), the events a connector reads out of a provider's
// call, and the Connector interface with its optional parts. Each connector lives in a folder below.
// No rule about people, consent or routing lives here, and nothing that stores.
package channel

import "switchboard/internal/message"

// Type names a channel type and the {type} of /hooks/{type}/{channel_id} where both agree.
type Type string

// Channel types so far. A type is what customers know; who carries it is the account's Provider.
const (
	Web      Type = "web"
	WhatsApp Type = "whatsapp"
	SMS      Type = "sms"
)

// Providers that carry a type. Web has none.
const (
	ProviderMeta   = "meta"
	ProviderTwilio = "twilio"
)

// Account is one configured channel as its connector needs it: the provider's address for it, its
// public settings and its secrets in the clear. It is built per call and never logged or stored.
type Account struct {
	Org      message.OrgID
	ID       message.ChannelID
	Type     Type
	Provider string
	// Address is the platform key: the number or page that customers write to.
	Address  string
	Settings map[string]string
	Secrets  map[string]string
	// RequiredConsent and ConsentRules are the channel's as they are stored; who takes messages in reads them.
	RequiredConsent string
	ConsentRules    string
	// BaseURL is the root of the provider's API: the sandbox's for sandbox channels, else the provider's own.
	BaseURL string
	// WebhookURL is the public address of this channel's webhook, which signatures may cover.
	WebhookURL string
}

// Setting describes one setting or secret that an account of a type needs, for the set-up page and its validation.
type Setting struct {
	Name     string `json:"name"`
	Label    string `json:"label"`
	Help     string `json:"help"`
	Secret   bool   `json:"secret"`
	Required bool   `json:"required"`
	// Part of the set-up page where it stands, when that isn't the list of what connects the account.
	Part string `json:"part,omitempty" enum:"number"`
	// Pattern is a regular expression that the whole value must match; empty for any text.
	Pattern string `json:"pattern,omitempty"`
}

// Settings that a channel with a phone number may have, whoever carries it (CH-4, CH-8).
const (
	// SettingCountry is where a short code works, as ISO 3166-1. Other numbers tell it themselves.
	SettingCountry = "country"
	// SettingRegistered is Yes when the number is registered with the carriers (10DLC), under the campaign
	// that SettingCampaign names.
	SettingRegistered = "ten_dlc_registered"
	SettingCampaign   = "ten_dlc_campaign"
	// SettingLookup is Yes when the provider is asked for a recipient's carrier before a large picture goes.
	SettingLookup = "carrier_lookup"
	Yes           = "yes"
)

// SettingPace is how many messages a second the provider takes from this account, where that is not the usual
// Capabilities.PerSecond: a short code, or a number that it has raised.
const (
	SettingPace = "per_second"
	PacePattern = `[1-9][0-9]{0,4}|0\.[0-9]{1,2}`
)
