package channel

import (
	"context"
	"io"
)

// Profile is what customers see about the business when they open its name (CH-9).
type Profile struct {
	About       string   `json:"about" doc:"one line under the picture"`
	Address     string   `json:"address"`
	Description string   `json:"description"`
	Email       string   `json:"email"`
	Websites    []string `json:"websites"`
	Vertical    string   `json:"vertical" doc:"what kind of business it is, in the provider's word; see rules"`
	PictureURL  string   `json:"picture_url,omitempty" doc:"where the provider keeps the picture; it may be short-lived"`
}

// ProfileRules is what a provider takes in a profile. Lengths are in characters; 0 in WebsitesMax or an
// empty list means that the provider has no such part.
type ProfileRules struct {
	AboutMax       int      `json:"about_max"`
	AddressMax     int      `json:"address_max"`
	DescriptionMax int      `json:"description_max"`
	EmailMax       int      `json:"email_max"`
	WebsitesMax    int      `json:"websites_max"`
	WebsiteMax     int      `json:"website_max"`
	Verticals      []string `json:"verticals"`
	PictureTypes   []string `json:"picture_types"`
	PictureMin     int      `json:"picture_min_pixels" doc:"each side at least"`
	PictureBytes   int64    `json:"picture_max_bytes"`
}

// Picture is a profile's new picture, already checked against the rules.
type Picture struct {
	Name string
	Type string
	Size int64
	Open func(context.Context) (io.ReadCloser, error)
}

// ProfileReader shows what customers see about the business.
type ProfileReader interface {
	ProfileRules() ProfileRules
	Profile(ctx context.Context, account Account) (Profile, error)
}

// ProfileWriter changes it. The whole profile is given; a nil picture keeps the present one.
type ProfileWriter interface {
	SaveProfile(ctx context.Context, account Account, p Profile, picture *Picture) error
}

// Ways in which a provider brings the code that proves whose number it is.
const (
	CodeBySMS  = "sms"
	CodeByCall = "call"
)

// NumberVerifier proves to the provider that the number is the business's own: a code goes to the
// number, is given back, and the number is taken into service with a PIN of the business's choice.
type NumberVerifier interface {
	RequestCode(ctx context.Context, account Account, way, language string) error
	VerifyCode(ctx context.Context, account Account, code string) error
	Register(ctx context.Context, account Account, pin string) error
}

// Standing is how a provider sees a number and the business account behind it. What a provider doesn't
// tell is empty or 0.
type Standing struct {
	Number      string `json:"number,omitempty"`
	DisplayName string `json:"display_name,omitempty"`
	// NameStatus: approved, pending, declined, or none.
	NameStatus string `json:"name_status,omitempty"`
	// Status of the number: connected, pending, flagged, restricted, offline, or banned.
	Status     string `json:"status,omitempty"`
	Verified   bool   `json:"verified"`
	Quality    string `json:"quality,omitempty"` // high, medium, low
	Throughput string `json:"throughput,omitempty"`
	// DailyLimit of unique customers reached outside of the window within 24 hours: Unlimited is no limit,
	// 0 not told.
	DailyLimit int `json:"daily_limit,omitempty"`
	// Numbers and Templates that the business account has, and may have (0: not told).
	Numbers      int `json:"numbers"`
	NumbersMax   int `json:"numbers_max,omitempty"`
	Templates    int `json:"templates"`
	TemplatesMax int `json:"templates_max,omitempty"`
}

// Unlimited is a DailyLimit without an end.
const Unlimited = -1

// Limits that hold for a business account until somebody edits them (CH-9).
const (
	NumbersUsual   = 20
	TemplatesUsual = 250
)

// LimitReader is a connector whose provider keeps several numbers in one business account, with limits
// of their own.
type LimitReader interface {
	// BusinessAccount names the account behind a channel: channels of one account share its limits. Empty
	// where the settings don't tell.
	BusinessAccount(account Account) string
	Standing(ctx context.Context, account Account) (Standing, error)
}

// JobStanding reads a channel's standing anew; the key is the channel's id, the payload an
// AccountNotice or empty.
const JobStanding = "channel.standing"

// AccountNotice is what a provider's call about the account itself said. That it came is a reason to
// read the standing anew; it carries only what can't be read.
type AccountNotice struct {
	NumbersMax int `json:"numbers_max,omitempty"`
}
