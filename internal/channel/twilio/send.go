package twilio

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"

	"switchboard/internal/channel"
	"switchboard/internal/channel/sms"
	"switchboard/internal/consent/phone"
	"switchboard/internal/fault"
	"switchboard/internal/message"
)

// Send makes one attempt.
func (c *Connector) Send(ctx context.Context, account channel.Account, out channel.Outbound) (string, error) {
	form, d := c.compose(account, out)
	if d != nil {
		return "", d
	}
	if f := out.Content.File; f != nil && form.Has("MediaUrl") && f.Size > sms.PictureMost {
		return "", refused(fault.FileTooLarge, "")
	}
	ctx, cancel := channel.Limited(ctx, callMax)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, endpoint(account, "/Messages.json"), strings.NewReader(form.Encode()))
	if err != nil {
		return "", &fault.Delivery{Outcome: fault.Refused, Code: fault.ChannelSettings, HoldChannel: true, ProviderText: "the provider's address can't be read"}
	}
	req.SetBasicAuth(sid(account), account.Secrets["auth_token"])
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	answer, d := c.caller.Call(req)
	if d != nil {
		return "", d
	}
	if answer.Status != http.StatusCreated && answer.Status != http.StatusOK {
		return "", refusal(answer)
	}
	var taken struct {
		SID string `json:"sid"`
	}
	if err := json.Unmarshal(answer.Body, &taken); err != nil || taken.SID == "" {
		return "", &fault.Delivery{Outcome: fault.Unknown, Code: fault.ServiceFailed, ProviderText: "an answer without a message id", Cause: err}
	}
	return taken.SID, nil
}

// compose writes the form of the one message that the content asks for.
func (c *Connector) compose(account channel.Account, out channel.Outbound) (url.Values, *fault.Delivery) {
	text, media, d := c.body(account, out)
	if d != nil {
		return nil, d
	}
	form := url.Values{"To": {out.To.Value}}
	if service := account.Settings["messaging_service_sid"]; service != "" {
		form.Set("MessagingServiceSid", service)
	} else {
		form.Set("From", account.Address)
	}
	if text != "" {
		form.Set("Body", text)
	}
	if media != "" {
		form.Set("MediaUrl", media)
	}
	if out.CallbackURL != "" {
		form.Set("StatusCallback", out.CallbackURL)
	}
	return form, nil
}

// body is the text and the picture's address. What SMS can't carry takes its nearest form: numbers for
// buttons, a link for other files, a line for a place or a business card.
func (c *Connector) body(account channel.Account, out channel.Outbound) (text, media string, d *fault.Delivery) {
	content := out.Content
	text = content.Text
	switch {
	case len(content.Buttons) > 0:
		text = channel.Numbered(text, content.Buttons)
	case content.Location != nil:
		text = channel.WithLink(text, place(*content.Location))
	case len(content.Contacts) > 0:
		for _, card := range content.Contacts {
			text = channel.WithLink(text, strings.Join(append([]string{card.Name}, append(card.Phones, card.Emails...)...), " "))
		}
	case content.File != nil:
		way := c.Capabilities().FileOut(content.File.Type, content.File.Size)
		if (way == channel.WayFile || way == channel.WayShrink) && !pictures(account, out.To) {
			way = channel.WayLink
		}
		switch {
		case way == channel.WayTooLarge:
			return "", "", refused(fault.FileTooLarge, "")
		case out.FileURL == "":
			return "", "", refused(fault.Rejected, "no link to the file was given")
		case way == channel.WayFile, way == channel.WayShrink:
			media = out.FileURL
		default:
			text = channel.WithLink(text, out.FileURL)
		}
	}
	switch {
	case text == "" && media == "":
		return "", "", refused(fault.Rejected, "nothing to send")
	case utf8.RuneCountInString(text) > textMax:
		return "", "", refused(fault.TextTooLarge, "")
	case media == "" && !sms.Measure(text).Fits(): // MMS has no segments
		return "", "", refused(fault.TextTooLarge, "")
	}
	return text, media, nil
}

func place(l message.Location) string {
	query := url.Values{"api": {"1"}, "query": {strings.TrimSpace(coordinate(l.Latitude) + "," + coordinate(l.Longitude))}}
	line := "https://www.google.com/maps/search/?" + query.Encode()
	if name := strings.TrimSpace(l.Name + " " + l.Address); name != "" {
		return name + "\n" + line
	}
	return line
}

func refused(code fault.DeliveryCode, why string) *fault.Delivery {
	return &fault.Delivery{Outcome: fault.Refused, Code: code, ProviderText: why}
}

// pictures: MMS exists between US and Canadian numbers only (CH-8).
func pictures(account channel.Account, to message.Address) bool {
	return phone.Pictures(phone.Read(account.Address, account.Settings[channel.SettingCountry]), phone.Read(to.Value, ""))
}

// reconcileAfter is how long the provider may take to show a message that it has taken.
const reconcileAfter = time.Minute

// Reconcile looks for the message in the account's log. It answers only what is certain: exactly one
// message to this number with this text since the attempt is ours; none at all, a minute later by
// the provider's clock, means that it never arrived. Anything between stays unknown: texts are
// rewritten by some accounts (trial prefixes, smart encoding).
func (c *Connector) Reconcile(ctx context.Context, account channel.Account, out channel.Outbound, since time.Time) (string, error) {
	want, _, d := c.body(account, out)
	if d != nil {
		return "", d
	}
	var page struct {
		Next     string `json:"next_page_uri"`
		Messages []struct {
			SID       string `json:"sid"`
			Body      string `json:"body"`
			Direction string `json:"direction"`
			Created   string `json:"date_created"`
		} `json:"messages"`
	}
	query := url.Values{"To": {out.To.Value}, "PageSize": {"50"}}
	if account.Settings["messaging_service_sid"] == "" {
		query.Set("From", account.Address)
	}
	answer, err := c.get(ctx, account, endpoint(account, "/Messages.json?"+query.Encode()), &page)
	if err != nil {
		return "", err
	}
	uncertain := fault.New(fault.Unavailable, "It can't be told yet whether the message was sent.")
	earliest := since.Add(-clockSkew)
	var same []string
	others, older, doubtful := 0, false, false
	for _, m := range page.Messages {
		created, err := time.Parse(time.RFC1123Z, m.Created)
		switch {
		case err != nil:
			return "", uncertain
		case created.Before(earliest.Add(-clockDoubt)):
			older = true
		case created.Before(earliest):
			doubtful = doubtful || m.Body == want && !strings.HasPrefix(m.Direction, "inbound")
		case strings.HasPrefix(m.Direction, "inbound"):
		case m.Body == want:
			same = append(same, m.SID)
		default:
			others++
		}
	}
	switch {
	case len(same) == 1 && others == 0:
		return same[0], nil
	case len(same) > 0 || others > 0 || doubtful:
		return "", uncertain
	case page.Next != "" && !older: // the log goes on and may hold it
		return "", uncertain
	}
	now, err := http.ParseTime(answer.Header.Get("Date"))
	if err != nil || now.Before(since.Add(reconcileAfter)) {
		return "", uncertain
	}
	return "", nil
}

// clockSkew is how far the provider's clock may be behind ours; its times have whole seconds.
const clockSkew = 5 * time.Second

// clockDoubt is for clocks that are wrong by more, or were: the same text in the time before may be the
// message that is looked for, so nothing is certain. It is longer than a message is looked for; a
// clock that is further off finds the log's Date before the message's own time all the while.
const clockDoubt = 5 * time.Minute

// redirectsMax is how often a media address may point on. Twilio does so once.
const redirectsMax = 3

// FetchMedia gets a file. The credentials go to the API's host only; the storage that it redirects to
// gets none.
func (c *Connector) FetchMedia(ctx context.Context, account channel.Account, ref channel.MediaRef) (io.ReadCloser, error) {
	link := ref.URL
	for range redirectsMax {
		if !channel.Allowed(link, baseURL(account), mediaDomains...) {
			return nil, fault.New(fault.DeliveryFailed, "The provider named an address for the file that is not its own.")
		}
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, link, nil)
		if err != nil {
			return nil, fault.Wrap(err, fault.DeliveryFailed, "The provider named an address for the file that can't be read.")
		}
		if channel.Allowed(link, baseURL(account)) {
			req.SetBasicAuth(sid(account), account.Secrets["auth_token"])
		}
		res, err := c.caller.Open(req)
		if err != nil {
			return nil, fault.Wrap(err, fault.Unavailable, "The file can't be fetched from the provider now.")
		}
		if res.StatusCode == http.StatusOK {
			return res.Body, nil
		}
		res.Body.Close()
		next, err := res.Location()
		if err != nil {
			return nil, lookup(refusal(channel.Answer{Status: res.StatusCode, Header: res.Header}))
		}
		link = next.String()
	}
	return nil, fault.New(fault.DeliveryFailed, "The provider's address for the file leads in a circle.")
}
