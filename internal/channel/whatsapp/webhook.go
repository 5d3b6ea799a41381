package whatsapp

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"switchboard/internal/channel"
	"switchboard/internal/fault"
	"switchboard/internal/message"
)

// Handshake answers Meta's subscription check with its challenge.
func (*Connector) Handshake(account channel.Account, request channel.WebhookRequest) (string, error) {
	u, err := url.Parse(request.URL)
	if err != nil {
		return "", fault.Wrap(err, fault.Malformed, "The address can't be read.")
	}
	q := u.Query()
	if q.Get("hub.mode") != "subscribe" {
		return "", fault.New(fault.Malformed, "This address answers subscription checks and signed calls only.")
	}
	want := account.Secrets["verify_token"]
	if want == "" || subtle.ConstantTimeCompare([]byte(q.Get("hub.verify_token")), []byte(want)) != 1 {
		return "", fault.New(fault.BadSignature, "The verify token is not this channel's.")
	}
	return q.Get("hub.challenge"), nil
}

// Verify checks X-Hub-Signature-256 over the body exactly as it came: Meta escapes non-ASCII
// characters its own way, so that a body written anew would not match.
func (*Connector) Verify(account channel.Account, request channel.WebhookRequest) error {
	refused := fault.New(fault.BadSignature, "The call is not signed by this channel's provider.")
	secret := account.Secrets["app_secret"]
	signature, ok := strings.CutPrefix(request.Header.Get("X-Hub-Signature-256"), "sha256=")
	if !ok || secret == "" || request.Method != http.MethodPost {
		return refused
	}
	got, err := hex.DecodeString(signature)
	if err != nil {
		return refused
	}
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write(request.Body)
	if !hmac.Equal(got, mac.Sum(nil)) {
		return refused
	}
	return nil
}

// Parse reads a call into events, in the order in which they stand.
func (c *Connector) Parse(account channel.Account, request channel.WebhookRequest) ([]channel.Event, error) {
	var p payload
	if err := json.Unmarshal(request.Body, &p); err != nil {
		return nil, fault.Wrap(err, fault.Malformed, "The body is not JSON of the expected shape.")
	}
	if p.Object != "whatsapp_business_account" {
		return nil, fault.New(fault.Malformed, "The body is not a WhatsApp webhook.")
	}
	var events []channel.Event
	for i, entry := range p.Entry {
		for j, change := range entry.Changes {
			place := fmt.Sprintf("%s:%s:%d:%d", entry.ID, digest(request.Body), i, j)
			if e, ok := accountEvent(account, entry.ID, change.Field, place, change.Value); ok {
				events = append(events, e)
				continue
			}
			if change.Field != "messages" {
				events = append(events, ignored(place+":"+change.Field))
				continue
			}
			var v value
			if err := json.Unmarshal(change.Value, &v); err != nil {
				return nil, fault.Wrap(err, fault.Malformed, "A change in the body has an unexpected shape.")
			}
			if v.Metadata.PhoneNumberID != account.Settings["phone_number_id"] {
				events = append(events, ignored(place+":other-number"))
				continue
			}
			events = append(events, v.events(place)...)
		}
	}
	return events, nil
}

func (v value) events(place string) []channel.Event {
	var events []channel.Event
	for i, m := range v.Messages {
		if m.ID == "" || len(m.addresses(v.Contacts)) == 0 {
			events = append(events, ignored(fmt.Sprintf("%s:message:%d", place, i)))
			continue
		}
		events = append(events, m.event(v.Contacts))
	}
	for i, s := range v.Statuses {
		if e, ok := s.event(); ok {
			events = append(events, e)
		} else {
			events = append(events, ignored(fmt.Sprintf("%s:status:%d", place, i)))
		}
	}
	if len(events) == 0 { // an account-level error or a field that isn't ours
		events = append(events, ignored(place))
	}
	return events
}

// ignored events need an id too: what identifies them is the call itself and the place in it.
func ignored(place string) channel.Event {
	return channel.Event{Kind: channel.EventIgnored, ProviderID: "ignored:" + place}
}

func digest(body []byte) string {
	sum := sha256.Sum256(body)
	return hex.EncodeToString(sum[:8])
}

func (m inbound) event(profiles []profile) channel.Event {
	e := channel.Event{
		Kind:       channel.EventMessage,
		ProviderID: m.ID,
		At:         time.Time(m.Timestamp),
		From:       m.addresses(profiles),
		Profile:    m.profile(profiles),
	}
	if m.Context != nil {
		e.RefersTo = m.Context.ID
	}
	switch {
	case m.Type == "reaction" && m.Reaction != nil:
		e.Kind, e.RefersTo = channel.EventReaction, m.Reaction.MessageID
		e.Content.Reaction = &message.Reaction{Emoji: m.Reaction.Emoji}
	case m.Type == "edit" && m.Edit != nil && m.Edit.Message != nil:
		e.Kind, e.RefersTo = channel.EventEdit, m.Edit.OriginalID
		e.Content, e.Media = m.Edit.Message.content()
	case m.Type == "revoke" && m.Revoke != nil:
		e.Kind, e.RefersTo = channel.EventDelete, m.Revoke.OriginalID
	case m.Type == "request_welcome":
		e.Kind = channel.EventIgnored // the chat was opened, nothing was said
	default:
		e.Content, e.Media = m.content()
		if says := e.Content; says.Text == "" && says.File == nil && says.Location == nil && says.Contacts == nil &&
			says.Choice == nil && says.Form == nil && says.Unsupported == "" {
			e.Content.Unsupported = "empty message"
		}
		e.Content.Referral = m.referral()
	}
	if m.GroupID != "" {
		// An answer would go to the person, not to the group: say so rather than look like a private message.
		e.Content.Unsupported = "message in a group"
	}
	return e
}

// addresses of the sender: the phone first, since it also links to records, then the scoped id. A
// changed number brings the new one as well.
func (m inbound) addresses(profiles []profile) []message.Address {
	var out []message.Address
	add := func(kind message.AddressKind, v string) {
		if v == "" {
			return
		}
		for _, a := range out {
			if a.Value == v {
				return
			}
		}
		out = append(out, message.Address{Kind: kind, Value: v})
	}
	scoped := m.UserID
	if scoped == "" {
		scoped = m.FromUserID
	}
	if !digits(m.From) && scoped == "" {
		scoped = m.From
	}
	add(message.AddressPhone, phone(m.From))
	p, known := m.contactOf(profiles)
	if known {
		add(message.AddressPhone, phone(p.WaID))
	}
	if m.System != nil {
		add(message.AddressPhone, phone(m.System.WaID))
		add(message.AddressPhone, phone(m.System.NewWa))
	}
	add(message.AddressScoped, scoped)
	if known {
		add(message.AddressScoped, p.UserID)
	}
	return out
}

// contactOf finds the sender's line among the contacts of the call.
func (m inbound) contactOf(profiles []profile) (profile, bool) {
	for _, p := range profiles {
		scoped := m.UserID
		if scoped == "" {
			scoped = m.FromUserID
		}
		if p.WaID != "" && p.WaID == m.From || p.UserID != "" && (p.UserID == scoped || p.UserID == m.From) {
			return p, true
		}
	}
	return profile{}, false
}

func (m inbound) profile(profiles []profile) message.Profile {
	p, ok := m.contactOf(profiles)
	if !ok {
		return message.Profile{}
	}
	if p.Profile.Name == "" {
		return message.Profile{Name: p.Profile.Username}
	}
	return message.Profile{Name: p.Profile.Name}
}

func (m inbound) referral() string {
	switch {
	case m.Referral != nil:
		var parts []string
		for _, s := range []string{m.Referral.SourceType, m.Referral.Headline, m.Referral.Body, m.Referral.SourceURL} {
			if s != "" {
				parts = append(parts, s)
			}
		}
		return strings.Join(parts, " · ")
	case m.Context != nil && m.Context.Referred != nil:
		return "product · " + m.Context.Referred.ProductID
	}
	return ""
}

// event of a status. The provider may skip delivered when the message is read at once.
func (s status) event() (channel.Event, bool) {
	r := &channel.Receipt{ProviderID: s.ID}
	switch s.Status {
	case "sent":
		r.Status = message.StatusSent
	case "delivered":
		r.Status = message.StatusDelivered
	case "read", "played":
		r.Status = message.StatusRead
	case "failed":
		r.Status = message.StatusFailed
		r.Failure = failure(s.Errors)
	}
	if r.Status == "" || s.ID == "" {
		return channel.Event{}, false
	}
	if id, err := message.ParseID[message.EntryID](s.Opaque); err == nil {
		r.EntryID = id
	}
	e := channel.Event{
		Kind:       channel.EventReceipt,
		ProviderID: "status:" + s.ID + ":" + s.Status,
		At:         time.Time(s.Timestamp),
		Receipt:    r,
	}
	if p := phone(s.Recipient); p != "" {
		e.From = append(e.From, message.Address{Kind: message.AddressPhone, Value: p})
	}
	if s.UserID != "" {
		e.From = append(e.From, message.Address{Kind: message.AddressScoped, Value: s.UserID})
	}
	return e, true
}

// phone writes a WhatsApp id as E.164; empty for what is no number.
func phone(waID string) string {
	waID = strings.TrimPrefix(waID, "+")
	if !digits(waID) {
		return ""
	}
	return "+" + waID
}

func digits(s string) bool {
	s = strings.TrimPrefix(s, "+")
	if len(s) < 5 || len(s) > 15 {
		return false
	}
	for _, r := range s {
		if r < '0' || r > '9' {
			return false
		}
	}
	return true
}
