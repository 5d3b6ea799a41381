// Package twilio carries SMS and MMS over Twilio's Programmable Messaging: signed form posts in, REST
// calls out. It holds no account and keeps nothing. Who may be written to, and how often, is decided
// elsewhere; the counting of segments is in channel/sms.
package twilio

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"time"

	"switchboard/internal/channel"
	"switchboard/internal/channel/sms"
	"switchboard/internal/fault"
	"switchboard/internal/message"
)

// providerURL is Twilio's REST API, for accounts without a base of their own.
const providerURL = "https://api.twilio.com"

// mediaDomains serve files that customers sent: Twilio redirects to them.
var mediaDomains = []string{"twilio.com", "twiliocdn.com", "amazonaws.com"}

// callMax bounds a call whose caller set no deadline.
const callMax = 30 * time.Second

const (
	textMax = 1600 // characters in one message (details.md CH-9)
	linkMax = 25 << 20
)

// Connector for SMS by Twilio.
type Connector struct {
	caller *channel.Caller
}

// New makes the connector. The client's transport guards outgoing addresses.
func New(client *http.Client) *Connector {
	return &Connector{caller: channel.NewCaller(client)}
}

// Type of channels that this connector carries.
func (*Connector) Type() channel.Type { return channel.SMS }

// Provider that carries them.
func (*Connector) Provider() string { return channel.ProviderTwilio }

// Hook is the webhook's path segment.
func (*Connector) Hook() string { return "twilio" }

// Settings in the order in which Twilio's console shows them.
func (*Connector) Settings() []channel.Setting {
	return []channel.Setting{
		{Name: "account_sid", Label: "Account SID", Help: "Twilio console → Account info. Begins with AC.", Required: true, Pattern: `AC[0-9a-fA-F]{32}`},
		{Name: "auth_token", Label: "Auth token", Help: "Beside the account SID. Twilio signs its calls with it.", Secret: true, Required: true},
		{Name: "messaging_service_sid", Label: "Messaging service SID", Help: "Empty: messages leave from this channel's number. Begins with MG.", Pattern: `MG[0-9a-fA-F]{32}`},
		{Name: channel.SettingPace, Label: "Messages a second", Help: "A number such as 0.5 or 100. Empty for 1, which long codes have; short codes have 100.", Pattern: channel.PacePattern},
		{Name: channel.SettingCountry, Label: "Country", Help: "For a short code: the country where it works, in two letters such as US.", Pattern: `[A-Z]{2}`, Part: "number"},
		{Name: channel.SettingRegistered, Label: "Registered for 10DLC", Help: "yes or no. Carriers in the US ask it of long codes.", Pattern: `yes|no`, Part: "number"},
		{Name: channel.SettingCampaign, Label: "10DLC campaign", Help: "The campaign's id, as The Campaign Registry or Twilio shows it.", Pattern: `[A-Za-z0-9]{3,40}`, Part: "number"},
		{Name: channel.SettingLookup, Label: "Look carriers up", Help: "yes or no. Twilio is asked which carrier a number belongs to before a picture over 500 KB goes, and takes money for it.", Pattern: `yes|no`, Part: "number"},
	}
}

// Capabilities of a long code (CH-4, CH-7, CH-8). Settings may raise the pace for other numbers.
func (*Connector) Capabilities() channel.Capabilities {
	return channel.Capabilities{
		TextMax: sms.MaxSegments, TextUnit: "segments",
		Delivered: true, AgentOpens: true,
		FilesMax: 1, TextWithFile: true,
		FilesIn: []channel.FileRule{
			{Types: []string{"image/*", "audio/*", "video/*", "text/vcard", "text/x-vcard", "text/plain", "text/calendar", "application/pdf"}, MaxBytes: 5 << 20},
		},
		FilesOut: []channel.FileRule{
			{Types: []string{"image/jpeg", "image/png"}, MaxBytes: sms.PictureMax(""), ShrinkBytes: linkMax},
			{Types: []string{"image/gif"}, MaxBytes: sms.PictureMax(""), AsLinkBytes: -1}, // what moves can't be made smaller
			{Types: []string{"*/*"}, MaxBytes: -1, AsLinkBytes: linkMax},
		},
		Reconciles: true,
		PerSecond:  1,
	}
}

// Answer is an empty TwiML document: anything in it would be sent to the customer.
func (*Connector) Answer() (contentType, body string) {
	return "text/xml; charset=utf-8", `<?xml version="1.0" encoding="UTF-8"?><Response></Response>`
}

// endpoint is an address below the account in Twilio's 2010 API.
func endpoint(a channel.Account, path string) string {
	return baseURL(a) + "/2010-04-01/Accounts/" + url.PathEscape(sid(a)) + path
}

func baseURL(a channel.Account) string {
	if a.BaseURL == "" {
		return providerURL
	}
	return strings.TrimSuffix(a.BaseURL, "/")
}

// sid of the account. It is no secret, yet set-up forms of some programs keep it among them.
func sid(a channel.Account) string {
	if s := a.Settings["account_sid"]; s != "" {
		return s
	}
	return a.Secrets["account_sid"]
}

// Probe checks that the token is good and that the number belongs to the account.
func (c *Connector) Probe(ctx context.Context, account channel.Account) (string, error) {
	var found struct {
		Numbers []struct {
			Name   string `json:"friendly_name"`
			Number string `json:"phone_number"`
		} `json:"incoming_phone_numbers"`
	}
	query := url.Values{"PhoneNumber": {account.Address}}.Encode()
	if _, err := c.get(ctx, account, endpoint(account, "/IncomingPhoneNumbers.json?"+query), &found); err != nil {
		return "", err
	}
	for _, n := range found.Numbers {
		if n.Number == account.Address {
			return n.Name, nil
		}
	}
	e := fault.Invalid("address", "The account is good, but the number %s isn't one of its numbers.", account.Address)
	e.Delivery = fault.SenderUnknown
	return "", e
}

// lookupURL is Twilio's Lookup API, for accounts without a base of their own.
const lookupURL = "https://lookups.twilio.com"

// PictureLimit is what the recipient's carrier takes, if it may be asked; else what every carrier does.
func (c *Connector) PictureLimit(ctx context.Context, account channel.Account, to message.Address) int64 {
	if !pictures(account, to) {
		return 0
	}
	if account.Settings[channel.SettingLookup] != channel.Yes {
		return sms.PictureMax("")
	}
	base := lookupURL
	if account.BaseURL != "" {
		base = baseURL(account)
	}
	var found struct {
		Line struct {
			Carrier string `json:"carrier_name"`
		} `json:"line_type_intelligence"`
	}
	if _, err := c.get(ctx, account, base+"/v2/PhoneNumbers/"+url.PathEscape(to.Value)+"?Fields=line_type_intelligence", &found); err != nil {
		return sms.PictureMax("") // a carrier that isn't known takes the least
	}
	return sms.PictureMax(found.Line.Carrier)
}

// get reads a JSON answer with the account's credentials.
func (c *Connector) get(ctx context.Context, account channel.Account, address string, into any) (channel.Answer, error) {
	ctx, cancel := channel.Limited(ctx, callMax)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return channel.Answer{}, fault.New(fault.Unprocessable, "The provider's address can't be read.")
	}
	req.SetBasicAuth(sid(account), account.Secrets["auth_token"])
	answer, d := c.caller.Call(req)
	if d != nil {
		return answer, fault.Wrap(d, fault.Unavailable, "The provider can't be reached now. Try again.")
	}
	if answer.Status != http.StatusOK {
		return answer, lookup(refusal(answer))
	}
	if err := json.Unmarshal(answer.Body, into); err != nil {
		return answer, fault.Wrap(err, fault.Unavailable, "The provider's answer can't be read.")
	}
	return answer, nil
}

// lookup words a refused look-up for the person who set the channel up.
func lookup(d *fault.Delivery) error {
	if d.Outcome != fault.Refused {
		return fault.Wrap(d, fault.Unavailable, "%s", d.Code.Advice().Agent)
	}
	e := fault.Wrap(d, fault.DeliveryFailed, "The provider refuses: %s", d.ProviderText)
	if d.ProviderText == "" {
		e.Sentence = fault.Say("%s", d.Code.Advice().Agent)
	}
	e.Delivery = d.Code
	return e
}
