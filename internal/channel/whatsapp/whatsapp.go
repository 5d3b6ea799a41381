// Package whatsapp speaks Meta's WhatsApp Cloud API: signed webhooks in, Graph API calls out. It
// holds no account and keeps nothing. The 24-hour window, consent and retries are decided elsewhere;
// here is only what the provider takes and what its answers mean.
package whatsapp

import (
	"net/http"
	"net/url"
	"strings"

	"switchboard/internal/channel"
)

// providerURL is the Graph API, for accounts without a base of their own.
const providerURL = "https://graph.facebook.com"

// defaultVersion of the Graph API. Meta keeps a version alive for two years, so it is a setting.
const defaultVersion = "v23.0"

// mediaDomains serve what customers sent, beside the Graph API itself.
var mediaDomains = []string{"facebook.com", "fbsbx.com", "fbcdn.net", "whatsapp.net"}

const (
	megabyte = 1 << 20
	linkMax  = 25 * megabyte // CH-9: what the provider refuses as a file goes as a link up to here
)

// Connector for WhatsApp by Meta.
type Connector struct {
	caller *channel.Caller
}

// New makes the connector. The client's transport guards outgoing addresses.
func New(client *http.Client) *Connector {
	return &Connector{caller: channel.NewCaller(client)}
}

// Type of channels that this connector carries.
func (*Connector) Type() channel.Type { return channel.WhatsApp }

// Provider that carries them.
func (*Connector) Provider() string { return channel.ProviderMeta }

// Hook is the webhook's path segment.
func (*Connector) Hook() string { return "whatsapp" }

// Settings in the order in which Meta's set-up pages show them.
func (*Connector) Settings() []channel.Setting {
	return []channel.Setting{
		{Name: "phone_number_id", Label: "Phone number ID", Help: "WhatsApp Manager → API set-up. Not the phone number itself.", Required: true, Pattern: `[0-9]{5,25}`},
		{Name: "waba_id", Label: "WhatsApp Business Account ID", Help: "On the same page. Templates are read with it.", Required: true, Pattern: `[0-9]{5,25}`},
		{Name: "access_token", Label: "Access token", Help: "A permanent token of a system user with whatsapp_business_messaging and whatsapp_business_management.", Secret: true, Required: true},
		{Name: "app_secret", Label: "App secret", Help: "App settings → Basic. Meta signs its calls with it.", Secret: true, Required: true},
		{Name: "verify_token", Label: "Verify token", Help: "Any text that you also enter at Meta beside the webhook's address.", Secret: true, Required: true},
		{Name: "api_version", Label: "Graph API version", Help: "Empty for " + defaultVersion + ".", Pattern: `v[0-9]{1,3}\.[0-9]`},
		{Name: "media", Label: "How files go out", Help: "upload (default) or link: Meta then fetches the file from this server.", Pattern: `upload|link`},
		{Name: channel.SettingPace, Label: "Messages a second", Help: "A number such as 40. Empty for 80; Meta raises a busy number to 1000.", Pattern: channel.PacePattern},
	}
}

// Capabilities of WhatsApp (CH-9, CH-23).
func (*Connector) Capabilities() channel.Capabilities {
	image := []string{"image/jpeg", "image/png"}
	audio := []string{"audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg"}
	office := []string{
		"application/pdf", "application/msword", "application/vnd.ms-excel", "application/vnd.ms-powerpoint",
		"application/vnd.openxmlformats-officedocument.wordprocessingml.document",
		"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
		"application/vnd.openxmlformats-officedocument.presentationml.presentation",
	}
	// Of any size these go as a link (details.md CH-9).
	linked := []string{
		"video/3gpp", "text/plain", "text/csv", "text/xml", "text/rtf", "application/json", "application/xml", "application/rtf",
		"application/vnd.openxmlformats-officedocument.presentationml.slideshow",
	}
	return channel.Capabilities{
		TextMax: textMax, TextUnit: "characters", InboundTextMax: 9 << 10, WindowHours: 24,
		TypingOut: true, Delivered: true, Read: true, ReadOut: true, ReplyTo: true, Reactions: true,
		ButtonsMax: listMax, Templates: true, AgentOpens: true,
		FilesMax: 1, TextWithFile: true,
		FilesIn: []channel.FileRule{
			{Types: append([]string{"image/gif", "image/webp"}, image...), MaxBytes: 5 * megabyte},
			{Types: append(append([]string{"application/zip", "image/tiff", "text/plain", "text/csv"}, office...), linked...), MaxBytes: 30 * megabyte},
			{Types: []string{"audio/*", "video/mp4", "video/3gpp"}, MaxBytes: 16 * megabyte},
		},
		FilesOut: []channel.FileRule{
			{Types: image, MaxBytes: 5 * megabyte, AsLinkBytes: linkMax, Strict: true},
			{Types: []string{"image/webp"}, MaxBytes: stickerMax},
			{Types: append(append([]string{"video/mp4"}, audio...), office...), MaxBytes: 16 * megabyte, AsLinkBytes: linkMax, Strict: true},
			{Types: linked, MaxBytes: -1, AsLinkBytes: linkMax},
		},
		PerSecond: 80, // https://developers.facebook.com/docs/whatsapp/cloud-api/overview#throughput
	}
}

// endpoint is base/version/path of the account's Graph API.
func endpoint(a channel.Account, parts ...string) string {
	version := a.Settings["api_version"]
	if version == "" {
		version = defaultVersion
	}
	u := baseURL(a) + "/" + url.PathEscape(version)
	for _, p := range parts {
		u += "/" + url.PathEscape(p)
	}
	return u
}

func baseURL(a channel.Account) string {
	if a.BaseURL == "" {
		return providerURL
	}
	return strings.TrimSuffix(a.BaseURL, "/")
}
