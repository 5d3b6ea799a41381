package sandbox

import (
	"crypto/hmac"
	"crypto/sha1" // Twilio's choice
	"encoding/base64"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"switchboard/internal/channel/sms"
	"switchboard/internal/message"
)

// carriers of played phones, by the last digit of their numbers.
var carriers = []string{"Verizon Wireless", "T-Mobile USA, Inc.", "AT&T Wireless", "United States Cellular Corp.", "Sprint Spectrum, L.P."}

func carrierOf(number string) string {
	return carriers[int(number[len(number)-1]-'0')%len(carriers)]
}

// twilioLookup tells a number's carrier, for North American ones.
func (s *Sandbox) twilioLookup(c *twilioCall) (int, any, *twilioFault) {
	number := normal(c.request.PathValue("number"))
	if number == "" {
		return 0, nil, &twilioFault{404, 20404, "The requested resource was not found"}
	}
	answer := map[string]any{"phone_number": number, "valid": true, "line_type_intelligence": nil}
	if strings.HasPrefix(number, "+1") && strings.Contains(c.request.URL.Query().Get("Fields"), "line_type_intelligence") {
		answer["line_type_intelligence"] = map[string]any{"carrier_name": carrierOf(number), "type": "mobile", "error_code": nil}
	}
	return http.StatusOK, answer, nil
}

// mmsFault is why a recipient's carrier doesn't take a file.
func mmsFault(number, kind string, size int) *MessageError {
	switch {
	case !slices.Contains([]string{"image/jpeg", "image/png", "image/gif"}, kind):
		return &MessageError{12300, "Invalid Content-Type: " + kind}
	case int64(size) > sms.PictureMax(carrierOf(number)):
		return &MessageError{30019, "Content size exceeds carrier limit"}
	}
	return nil
}

// twilioPost signs a form and posts it; about is the message that it reports on, if it does. The lock
// is held.
func (s *Sandbox) twilioPost(l *line, p *Phone, address string, form url.Values, delay time.Duration, about *Message, done func(bool)) {
	form.Set("AccountSid", setting(l.account, "account_sid"))
	form.Set("ApiVersion", "2010-04-01")
	header := http.Header{}
	header.Set("Content-Type", "application/x-www-form-urlencoded; charset=UTF-8")
	header.Set("User-Agent", "TwilioProxy/1.1")
	header.Set("I-Twilio-Idempotency-Token", message.NewID[message.RowID]().String())
	header.Set("X-Twilio-Signature", signedByTwilio(l.account.Secrets["auth_token"], address, form))
	s.post(l, parcel{lane: p.ID, url: address, header: header, body: []byte(form.Encode()), phone: p.ID, about: about, done: done}, delay)
}

func signedByTwilio(token, address string, form url.Values) string {
	names := make([]string, 0, len(form))
	for name := range form {
		names = append(names, name)
	}
	slices.Sort(names)
	mac := hmac.New(sha1.New, []byte(token))
	mac.Write([]byte(address))
	for _, name := range names {
		mac.Write([]byte(name + form.Get(name)))
	}
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// twilioReport posts a status callback, if the message asked for reports. The lock is held.
func (s *Sandbox) twilioReport(l *line, p *Phone, m *Message, status string, why *MessageError, delay time.Duration) {
	if m.callback == "" {
		return
	}
	if status == "failed" {
		status = "undelivered"
	}
	form := url.Values{"MessageSid": {m.ID}, "SmsSid": {m.ID}, "MessageStatus": {status}, "SmsStatus": {status}, "To": {p.Number}, "From": {l.account.Address}}
	if why != nil {
		form.Set("ErrorCode", strconv.Itoa(why.Code))
		form.Set("ErrorMessage", why.Text)
	}
	s.twilioPost(l, p, m.callback, form, delay, m, nil)
}

// twilioSay posts a customer's message. Opt-out words are Twilio's to act on: it records them, answers
// them, and tells the business. The lock is held.
func (s *Sandbox) twilioSay(l *line, p *Phone, m *Message, files []*medium, raw map[string]string, done func(bool)) {
	size := sms.Measure(m.Content.Text)
	m.Segments = max(size.Segments, 1)
	form := url.Values{
		"MessageSid": {m.ID}, "SmsSid": {m.ID}, "SmsMessageSid": {m.ID}, "SmsStatus": {"received"},
		"From": {p.Number}, "To": {l.account.Address}, "Body": {m.Content.Text},
		"NumSegments": {strconv.Itoa(m.Segments)}, "NumMedia": {strconv.Itoa(len(files))},
	}
	if strings.HasPrefix(p.Number, "+1") {
		form.Set("FromCountry", "US")
		form.Set("ToCountry", "US")
	}
	for i, f := range files {
		at := strconv.Itoa(i)
		form.Set("MediaUrl"+at, strings.TrimSuffix(l.account.BaseURL, "/")+"/2010-04-01/Accounts/"+setting(l.account, "account_sid")+"/Messages/"+m.ID+"/Media/ME"+f.id)
		form.Set("MediaContentType"+at, f.kind)
	}
	word := optWord(m.Content.Text, p.OptedOut)
	if word != "" && len(files) == 0 {
		form.Set("OptOutType", word)
	}
	for name, v := range raw {
		form.Set(name, v)
	}
	s.twilioPost(l, p, l.account.WebhookURL, form, 0, nil, done)
	if word != "" && len(files) == 0 {
		s.optOut(l, p, word)
	}
}

// optWord is the kind of the keyword that the whole text is; empty for any other text. A yes is one
// only from somebody who is out.
func optWord(text string, out bool) string {
	switch strings.ToUpper(strings.TrimSpace(text)) {
	case "STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT":
		return "STOP"
	case "START", "UNSTOP":
		return "START"
	case "YES":
		if out {
			return "START"
		}
	case "HELP", "INFO":
		return "HELP"
	}
	return ""
}

// optOut does what Twilio does by itself. The lock is held.
func (s *Sandbox) optOut(l *line, p *Phone, word string) {
	answer := "Reply STOP to unsubscribe. Msg&Data Rates May Apply."
	switch word {
	case "STOP":
		if p.OptedOut {
			return // answered once only
		}
		p.OptedOut = true
		answer = "You have successfully been unsubscribed. You will not receive any more messages from this number. Reply START to resubscribe."
	case "START":
		if !p.OptedOut {
			return
		}
		p.OptedOut = false
		answer = "You have successfully been re-subscribed to messages from this number. Reply HELP for help. Reply STOP to unsubscribe. Msg&Data Rates May Apply."
	}
	s.keep(l, p, &Message{ID: twilioID("SM"), Status: "delivered", Automatic: true, Segments: 1, Content: message.Content{Text: answer}})
}
