package sandbox

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf16"
)

// graphPost signs a change of the field "messages" and posts it; about is the message that it reports
// on, if it does. The lock is held.
func (s *Sandbox) graphPost(l *line, p *Phone, value map[string]any, delay time.Duration, about *Message, done func(bool)) {
	value["messaging_product"] = "whatsapp"
	value["metadata"] = map[string]string{
		"display_phone_number": strings.TrimPrefix(l.account.Address, "+"),
		"phone_number_id":      setting(l.account, "phone_number_id"),
	}
	body, err := json.Marshal(map[string]any{"object": "whatsapp_business_account", "entry": []any{
		map[string]any{"id": setting(l.account, "waba_id"), "changes": []any{map[string]any{"field": "messages", "value": value}}},
	}})
	if err != nil {
		s.config.Log.Error("sandbox: a webhook can't be written", "error", err)
		return
	}
	body = escaped(body)
	s.post(l, parcel{lane: p.ID, url: l.account.WebhookURL, header: signedHeader(l, body), body: body, phone: p.ID, about: about, done: done}, delay)
}

func signedByMeta(secret string, body []byte) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write(body)
	return hex.EncodeToString(mac.Sum(nil))
}

// escaped writes JSON as Meta does: everything beyond ASCII as \u with lower-case hex, slashes with a
// backslash. The signature covers these bytes, so a reader that writes the body anew fails.
func escaped(body []byte) []byte {
	var b strings.Builder
	for _, r := range string(body) {
		switch {
		case r == '/':
			b.WriteString(`\/`)
		case r < 0x80:
			b.WriteRune(r)
		default:
			for _, unit := range utf16.AppendRune(nil, r) {
				fmt.Fprintf(&b, `\u%04x`, unit)
			}
		}
	}
	return []byte(b.String())
}

// graphReport posts a status. The lock is held.
func (s *Sandbox) graphReport(l *line, p *Phone, m *Message, status string, why *MessageError, delay time.Duration) {
	report := map[string]any{"id": m.ID, "status": status, "timestamp": unix(l.dated(s.config.Now()))}
	if p.HideNumber {
		report["recipient_user_id"] = p.userID()
	} else {
		report["recipient_id"] = strings.TrimPrefix(p.Number, "+")
	}
	if m.opaque != "" {
		report["biz_opaque_callback_data"] = m.opaque
	}
	if why != nil {
		report["errors"] = []any{map[string]any{"code": why.Code, "title": why.Text, "message": why.Text, "error_data": map[string]string{"details": why.Text}}}
	} else {
		report["pricing"] = map[string]any{"billable": true, "pricing_model": "PMP", "category": "service"}
	}
	s.graphPost(l, p, map[string]any{"statuses": []any{report}}, delay, m, nil)
}

// graphSay posts what a customer did: the part that the type names, beside who and when. The lock is held.
func (s *Sandbox) graphSay(l *line, p *Phone, m *Message, element map[string]any, done func(bool)) {
	set := func(key string, v any) {
		if _, ok := element[key]; !ok {
			element[key] = v
		}
	}
	set("id", m.ID)
	set("timestamp", unix(l.dated(m.At)))
	contact := map[string]any{"profile": map[string]string{"name": p.Name}, "user_id": p.userID()}
	if p.HideNumber {
		contact["profile"] = map[string]string{"name": p.Name, "username": strings.ToLower(strings.ReplaceAll(p.Name, " ", "."))}
	} else {
		contact["wa_id"] = strings.TrimPrefix(p.Number, "+")
		set("from", strings.TrimPrefix(p.Number, "+"))
	}
	set("from_user_id", p.userID())
	if m.ReplyTo != "" {
		set("context", map[string]string{"from": strings.TrimPrefix(l.account.Address, "+"), "id": m.ReplyTo})
	}
	s.graphPost(l, p, map[string]any{"contacts": []any{contact}, "messages": []any{element}}, 0, nil, done)
}

func unix(t time.Time) string { return strconv.FormatInt(t.Unix(), 10) }

// graphElement is what a customer's message looks like in a webhook.
func graphElement(m *Message, mediaID, kind string) map[string]any {
	c := m.Content
	switch {
	case c.File != nil:
		part := map[string]any{"id": mediaID, "mime_type": c.File.Type, "sha256": "", "file_size": c.File.Size}
		if c.Text != "" {
			part["caption"] = c.Text
		}
		switch kind {
		case "document":
			part["filename"] = c.File.Name
		case "audio":
			part["voice"] = c.File.Voice
		case "sticker":
			part["animated"] = false
		}
		return map[string]any{"type": kind, kind: part}
	case c.Location != nil:
		return map[string]any{"type": "location", "location": c.Location}
	case len(c.Contacts) > 0:
		var cards []any
		for _, in := range c.Contacts {
			card := map[string]any{"name": map[string]string{"formatted_name": in.Name, "first_name": in.Name}}
			var phones, emails []any
			for _, number := range in.Phones {
				phones = append(phones, map[string]string{"phone": number, "wa_id": strings.TrimPrefix(normal(number), "+"), "type": "MOBILE"})
			}
			for _, e := range in.Emails {
				emails = append(emails, map[string]string{"email": e, "type": "HOME"})
			}
			if phones != nil {
				card["phones"] = phones
			}
			if emails != nil {
				card["emails"] = emails
			}
			if in.Org != "" {
				card["org"] = map[string]string{"company": in.Org}
			}
			cards = append(cards, card)
		}
		return map[string]any{"type": "contacts", "contacts": cards}
	case c.Choice != nil && kind == "button":
		return map[string]any{"type": "button", "button": map[string]string{"payload": c.Choice.ID, "text": c.Choice.Title}}
	case c.Choice != nil:
		reply := map[string]string{"id": c.Choice.ID, "title": c.Choice.Title}
		return map[string]any{"type": "interactive", "interactive": map[string]any{"type": kind, kind: reply}}
	case len(c.Form) > 0:
		values := map[string]string{"flow_token": "sandbox"}
		for _, f := range c.Form {
			values[f.Name] = f.Value
		}
		raw, _ := json.Marshal(values) // strings only: can't fail
		return map[string]any{"type": "interactive", "interactive": map[string]any{"type": "nfm_reply",
			"nfm_reply": map[string]string{"name": "flow", "body": "Sent", "response_json": string(raw)}}}
	case c.Unsupported != "":
		return map[string]any{"type": "unsupported", "unsupported": map[string]string{"type": c.Unsupported},
			"errors": []any{map[string]any{"code": 131051, "title": "Message type unknown", "message": "Message type unknown",
				"error_data": map[string]string{"details": "Message type is currently not supported."}}}}
	}
	return map[string]any{"type": "text", "text": map[string]string{"body": c.Text}}
}
