package whatsapp

import (
	"encoding/json"
	"fmt"
	"strings"

	"switchboard/internal/channel"
	"switchboard/internal/message"
)

// content reads what was said. What can't be shown is named as what it is, never dropped (CH-9).
func (m inbound) content() (message.Content, *channel.MediaRef) {
	switch m.Type {
	case "text":
		if m.Text != nil {
			return message.Content{Text: m.Text.Body}, nil
		}
	case "image":
		return m.Image.content("image")
	case "video":
		return m.Video.content("video")
	case "audio", "voice":
		return m.Audio.content("audio")
	case "document":
		return m.Document.content("document")
	case "sticker":
		c, ref := m.Sticker.content("sticker")
		if c.File != nil {
			c.File.Sticker = true
		}
		return c, ref
	case "location":
		if m.Location != nil {
			l := message.Location(*m.Location)
			return message.Content{Location: &l}, nil
		}
	case "contacts":
		if len(m.Contacts) > 0 {
			return message.Content{Contacts: cards(m.Contacts)}, nil
		}
	case "button":
		if m.Button != nil {
			return message.Content{Choice: &message.Choice{ID: m.Button.Payload, Title: m.Button.Text}}, nil
		}
	case "interactive":
		return m.interactive(), nil
	case "order":
		if m.Order != nil {
			return message.Content{Text: m.order(), Unsupported: "order"}, nil
		}
	case "system":
		if m.System != nil {
			return message.Content{Text: m.System.Body, Unsupported: named(m.System.Type, "system")}, nil
		}
	case "unsupported", "unknown":
		return message.Content{Unsupported: m.unsupported()}, nil
	}
	return message.Content{Unsupported: named(m.Type, "message without a type")}, nil
}

// content of a file: the reference with which it is fetched, and what is known of it before. Kind is
// the word for a file that is missing.
func (f *media) content(kind string) (message.Content, *channel.MediaRef) {
	if f == nil || f.ID == "" {
		return message.Content{Unsupported: kind + " without a file"}, nil
	}
	size, _ := f.Size.Int64() // absent in most payloads: the fetch learns it
	name := f.Filename
	if name == "" {
		name = channel.FileName(f.MimeType)
	}
	ref := &channel.MediaRef{ID: f.ID, Type: f.MimeType, Name: name, Size: size}
	file := &message.File{Name: name, Type: f.MimeType, Size: size, Voice: f.Voice}
	return message.Content{Text: f.Caption, File: file}, ref
}

func cards(in []contact) []message.Contact {
	out := make([]message.Contact, 0, len(in))
	for _, c := range in {
		card := message.Contact{Name: c.Name.Formatted}
		if card.Name == "" {
			card.Name = strings.TrimSpace(c.Name.First + " " + c.Name.Last)
		}
		for _, p := range c.Phones {
			card.Phones = append(card.Phones, p.Phone)
		}
		for _, e := range c.Emails {
			card.Emails = append(card.Emails, e.Email)
		}
		if c.Org != nil {
			card.Org = c.Org.Company
		}
		out = append(out, card)
	}
	return out
}

func (m inbound) interactive() message.Content {
	i := m.Interactive
	switch {
	case i == nil:
		return message.Content{Unsupported: "interactive"}
	case i.ButtonReply != nil:
		return message.Content{Choice: &message.Choice{ID: i.ButtonReply.ID, Title: i.ButtonReply.Title}}
	case i.ListReply != nil:
		return message.Content{Choice: &message.Choice{ID: i.ListReply.ID, Title: i.ListReply.Title}}
	case i.FormReply != nil:
		fields, ok := form(i.FormReply.ResponseJSON)
		if ok {
			return message.Content{Text: i.FormReply.Body, Form: fields}
		}
		return message.Content{Text: i.FormReply.Body, Unsupported: "form answer that can't be read"}
	}
	return message.Content{Unsupported: named(i.Type, "interactive")}
}

// form reads a flow's answers in the order in which they were given. Values that are lists or objects
// stay JSON. The flow's token is the provider's, not the customer's: hidden.
func form(response string) ([]message.Field, bool) {
	d := json.NewDecoder(strings.NewReader(response))
	d.UseNumber()
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return nil, false
	}
	var fields []message.Field
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return nil, false
		}
		var v any
		if err := d.Decode(&v); err != nil {
			return nil, false
		}
		f := message.Field{Name: fmt.Sprint(name), Hidden: name == "flow_token"}
		switch v := v.(type) {
		case nil:
		case string:
			f.Value = v
		case bool, json.Number:
			f.Value = fmt.Sprint(v)
		default:
			b, err := json.Marshal(v)
			if err != nil {
				return nil, false
			}
			f.Value = string(b)
		}
		fields = append(fields, f)
	}
	return fields, true
}

// order writes a catalogue order as lines, since its products are known by id only.
func (m inbound) order() string {
	var lines []string
	if m.Order.Text != "" {
		lines = append(lines, m.Order.Text)
	}
	for _, i := range m.Order.Items {
		lines = append(lines, strings.TrimSpace(fmt.Sprintf("%s × %s, %s %s", i.Quantity, i.ProductID, i.Price, i.Currency)))
	}
	return strings.Join(lines, "\n")
}

// unsupported names what came as well as the provider tells: its type, else its sentence.
func (m inbound) unsupported() string {
	if m.Unsupported != nil && m.Unsupported.Type != "" {
		return named(m.Unsupported.Type, "")
	}
	for _, e := range m.Errors {
		if s := e.says(); s != "" && e.Code != 131051 {
			return s
		}
	}
	return "a kind that the provider doesn't pass on"
}

// named is the provider's word in plain spelling: "user_changed_number" → "user changed number".
func named(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return strings.ReplaceAll(s, "_", " ")
}
