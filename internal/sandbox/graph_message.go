package sandbox

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"unicode/utf8"

	"switchboard/internal/message"
)

// The body of a message as the provider takes it. Unknown names are refused.
type graphMessage struct {
	Product       string `json:"messaging_product"`
	RecipientType string `json:"recipient_type"`
	To            string `json:"to"`
	Recipient     string `json:"recipient"`
	Type          string `json:"type"`
	Opaque        string `json:"biz_opaque_callback_data"`
	Context       *struct {
		MessageID string `json:"message_id"`
	} `json:"context"`

	Text *struct {
		Body       string `json:"body"`
		PreviewURL bool   `json:"preview_url"`
	} `json:"text"`
	Image    *graphMedia `json:"image"`
	Video    *graphMedia `json:"video"`
	Audio    *graphMedia `json:"audio"`
	Document *graphMedia `json:"document"`
	Sticker  *graphMedia `json:"sticker"`
	Location *struct {
		Latitude  *float64 `json:"latitude"`
		Longitude *float64 `json:"longitude"`
		Name      string   `json:"name"`
		Address   string   `json:"address"`
	} `json:"location"`
	Contacts []graphCard `json:"contacts"`
	Reaction *struct {
		MessageID string  `json:"message_id"`
		Emoji     *string `json:"emoji"`
	} `json:"reaction"`
	Interactive *graphInteractive `json:"interactive"`
	Template    *graphTemplate    `json:"template"`

	// Instead of a message: the business has read one, and may write.
	Status    string `json:"status"`
	MessageID string `json:"message_id"`
	Typing    *struct {
		Type string `json:"type"`
	} `json:"typing_indicator"`
}

type graphMedia struct {
	ID       string `json:"id"`
	Link     string `json:"link"`
	Caption  string `json:"caption"`
	Filename string `json:"filename"`
}

type graphCard struct {
	Name struct {
		Formatted string `json:"formatted_name"`
		First     string `json:"first_name"`
		Last      string `json:"last_name"`
		Middle    string `json:"middle_name"`
		Prefix    string `json:"prefix"`
		Suffix    string `json:"suffix"`
	} `json:"name"`
	Phones []struct {
		Phone string `json:"phone"`
		Type  string `json:"type"`
		WaID  string `json:"wa_id"`
	} `json:"phones"`
	Emails []struct {
		Email string `json:"email"`
		Type  string `json:"type"`
	} `json:"emails"`
	Org *struct {
		Company    string `json:"company"`
		Department string `json:"department"`
		Title      string `json:"title"`
	} `json:"org"`
	Addresses json.RawMessage `json:"addresses"`
	Birthday  string          `json:"birthday"`
	URLs      json.RawMessage `json:"urls"`
}

type graphInteractive struct {
	Type   string `json:"type"`
	Header *struct {
		Type string `json:"type"`
		Text string `json:"text"`
	} `json:"header"`
	Body *struct {
		Text string `json:"text"`
	} `json:"body"`
	Footer *struct {
		Text string `json:"text"`
	} `json:"footer"`
	Action *struct {
		Button  string `json:"button"`
		Buttons []struct {
			Type  string       `json:"type"`
			Reply *graphOption `json:"reply"`
		} `json:"buttons"`
		Sections []struct {
			Title string        `json:"title"`
			Rows  []graphOption `json:"rows"`
		} `json:"sections"`
	} `json:"action"`
}

type graphOption struct {
	ID          string `json:"id"`
	Title       string `json:"title"`
	Description string `json:"description"`
}

type graphTemplate struct {
	Name     string `json:"name"`
	Language *struct {
		Code   string `json:"code"`
		Policy string `json:"policy"`
	} `json:"language"`
	Components []struct {
		Type       string          `json:"type"`
		SubType    string          `json:"sub_type"`
		Index      json.RawMessage `json:"index"`
		Parameters []struct {
			Type string `json:"type"`
			Text string `json:"text"`
		} `json:"parameters"`
	} `json:"components"`
}

// graphMessages takes a message, or a mark that one was read.
func (s *Sandbox) graphMessages(c *graphCall) (any, *graphFault) {
	if c.request.PathValue("id") != setting(c.account, "phone_number_id") {
		return nil, badParameter("Messages are sent from a phone number.")
	}
	if ct := c.request.Header.Get("Content-Type"); !strings.HasPrefix(ct, "application/json") {
		return nil, badParameter("The body must be JSON, not %s.", ct)
	}
	var m graphMessage
	d := json.NewDecoder(bytes.NewReader(c.body))
	d.DisallowUnknownFields()
	if err := d.Decode(&m); err != nil {
		return nil, badParameter("%s", strings.TrimPrefix(err.Error(), "json: "))
	}
	if m.Product != "whatsapp" {
		return nil, &graphFault{Status: 400, Code: 100, Message: "(#100) The parameter messaging_product is required."}
	}
	if m.Status != "" {
		return s.businessRead(c, m)
	}
	if !s.registered(c.line) {
		return nil, &graphFault{Status: 400, Code: 133010, Message: "(#133010) Phone number not registered", Details: "The account is not registered with the Cloud API."}
	}
	switch mood := s.moodFor(c.line); mood {
	case moodRate:
		c.note = string(mood)
		return nil, &graphFault{Status: 429, Code: 130429, Message: "(#130429) Rate limit hit", Details: "Message failed to send because there were too many messages sent from this phone number in a short period of time"}
	case moodFail:
		c.note = string(mood)
		return nil, &graphFault{Status: 500, Code: 131000, Message: "(#131000) Something went wrong", Details: "Message failed to send due to an unknown error"}
	case moodBreak:
		c.note = string(mood)
		return nil, nil
	case moodHang:
		c.note = string(mood)
	}
	content, f := s.graphContent(c, m)
	if f != nil {
		return nil, f
	}
	return s.take(c, m, content)
}

// businessRead turns the customer's ticks blue, and shows that somebody writes.
func (s *Sandbox) businessRead(c *graphCall, m graphMessage) (any, *graphFault) {
	if m.Status != "read" {
		return nil, badParameter("Param status must be one of {READ}")
	}
	if m.Typing != nil && m.Typing.Type != "text" {
		return nil, badParameter("Param typing_indicator.type must be one of {TEXT}")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	p, read := c.line.messageAnywhere(m.MessageID)
	if p == nil || !read.Customer {
		return nil, badParameter("Message with ID %s is not one that a customer sent.", m.MessageID)
	}
	c.phone = p.ID
	for _, earlier := range p.messages {
		if earlier.Customer && earlier.Seq <= read.Seq && earlier.Status != "read" {
			earlier.Status = "read"
			s.tell(c.line, "message", *earlier)
		}
	}
	if m.Typing != nil {
		until := s.config.Now().Add(typingFor).UTC()
		p.TypingUntil = &until
		s.tell(c.line, "phone", *p)
	}
	return map[string]bool{"success": true}, nil
}

// graphContent checks the part that the type names, and reads it as the phone shows it.
func (s *Sandbox) graphContent(c *graphCall, m graphMessage) (*Message, *graphFault) {
	out := &Message{}
	missing := badParameter("The parameter %s is required.", m.Type)
	switch m.Type {
	case "text", "":
		if m.Text == nil || m.Text.Body == "" {
			return nil, badParameter("The parameter text['body'] is required.")
		}
		if utf8.RuneCountInString(m.Text.Body) > 4096 {
			return nil, badParameter("Param text['body'] must be at most 4096 characters long.")
		}
		out.Content.Text = m.Text.Body
	case "image", "video", "audio", "document", "sticker":
		part := map[string]*graphMedia{"image": m.Image, "video": m.Video, "audio": m.Audio, "document": m.Document, "sticker": m.Sticker}[m.Type]
		if part == nil {
			return nil, missing
		}
		return s.graphFile(c, m.Type, part)
	case "location":
		if m.Location == nil || m.Location.Latitude == nil || m.Location.Longitude == nil {
			return nil, badParameter("The parameters location['latitude'] and location['longitude'] are required.")
		}
		out.Content.Location = &message.Location{Latitude: *m.Location.Latitude, Longitude: *m.Location.Longitude, Name: m.Location.Name, Address: m.Location.Address}
	case "contacts":
		if len(m.Contacts) == 0 {
			return nil, missing
		}
		for _, card := range m.Contacts {
			n := card.Name
			if n.Formatted == "" || n.First+n.Last+n.Middle+n.Prefix+n.Suffix == "" {
				return nil, badParameter("A contact's name needs formatted_name and one more part.")
			}
			out.Content.Contacts = append(out.Content.Contacts, card.shown())
		}
	case "reaction":
		if m.Reaction == nil || m.Reaction.MessageID == "" || m.Reaction.Emoji == nil {
			return nil, badParameter("The parameters reaction['message_id'] and reaction['emoji'] are required.")
		}
		out.Content.Reaction = &message.Reaction{Emoji: *m.Reaction.Emoji}
	case "interactive":
		if m.Interactive == nil {
			return nil, missing
		}
		return out, m.Interactive.read(out)
	case "template":
		if m.Template == nil {
			return nil, missing
		}
		return s.graphTemplate(c, *m.Template)
	default:
		return nil, badParameter("Param type must be one of {AUDIO, CONTACTS, DOCUMENT, IMAGE, INTERACTIVE, LOCATION, REACTION, STICKER, TEMPLATE, TEXT, VIDEO} - got %q.", m.Type)
	}
	return out, nil
}

func (card graphCard) shown() message.Contact {
	out := message.Contact{Name: card.Name.Formatted}
	for _, p := range card.Phones {
		out.Phones = append(out.Phones, p.Phone)
	}
	for _, e := range card.Emails {
		out.Emails = append(out.Emails, e.Email)
	}
	if card.Org != nil {
		out.Org = card.Org.Company
	}
	return out
}

// graphFile checks a file's part. What is behind a link is looked at after the answer, as the provider does.
func (s *Sandbox) graphFile(c *graphCall, kind string, part *graphMedia) (*Message, *graphFault) {
	out := &Message{Content: message.Content{Text: part.Caption}}
	switch {
	case (part.ID == "") == (part.Link == ""):
		return nil, badParameter("Exactly one of %[1]s['id'] and %[1]s['link'] is required.", kind)
	case part.Caption != "" && (kind == "audio" || kind == "sticker"):
		return nil, badParameter("Unexpected key \"caption\" on param \"%s\".", kind)
	case utf8.RuneCountInString(part.Caption) > 1024:
		return nil, badParameter("Param %s['caption'] must be at most 1024 characters long.", kind)
	case part.Filename != "" && kind != "document":
		return nil, badParameter("Unexpected key \"filename\" on param \"%s\".", kind)
	}
	name := part.Filename
	if part.Link != "" {
		u, err := url.Parse(part.Link)
		if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
			return nil, badParameter("Param %s['link'] is not a valid URL.", kind)
		}
		if name == "" {
			name = kind
		}
		out.Content.File = &message.File{Name: name, Sticker: kind == "sticker"}
		return out, nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	m := s.media.byID[part.ID]
	if m == nil || m.owner != c.account.ID {
		return nil, badParameter("Media with ID %s was not uploaded from this phone number, or has expired.", part.ID)
	}
	if why := takes(kind, m.kind, len(m.bytes)); why != "" {
		return nil, &graphFault{Status: 400, Code: 131053, Message: "(#131053) Media upload error", Details: why}
	}
	out.Content.File, out.media = m.file(), m.id
	out.Content.File.Sticker = kind == "sticker"
	if name != "" {
		out.Content.File.Name = name
	}
	return out, nil
}

// read checks buttons or a list.
func (i *graphInteractive) read(out *Message) *graphFault {
	if i.Body == nil || i.Body.Text == "" || utf8.RuneCountInString(i.Body.Text) > 1024 {
		return badParameter("Param interactive['body']['text'] must have 1 to 1024 characters.")
	}
	if i.Action == nil {
		return badParameter("The parameter interactive['action'] is required.")
	}
	out.Content.Text = i.Body.Text
	if i.Header != nil {
		out.Header = i.Header.Text
	}
	if i.Footer != nil {
		out.Footer = i.Footer.Text
	}
	var options []graphOption
	titleMax, idMax, most := 20, 256, 3
	switch i.Type {
	case "button":
		for _, b := range i.Action.Buttons {
			if b.Type != "reply" || b.Reply == nil {
				return badParameter("A button must be of type reply.")
			}
			options = append(options, *b.Reply)
		}
	case "list":
		titleMax, idMax, most = 24, 200, 10
		out.List = true
		if n := utf8.RuneCountInString(i.Action.Button); n < 1 || n > 20 {
			return badParameter("Param interactive['action']['button'] must have 1 to 20 characters.")
		}
		for _, section := range i.Action.Sections {
			if section.Title == "" && len(i.Action.Sections) > 1 {
				return badParameter("Sections need a title when there are several.")
			}
			options = append(options, section.Rows...)
		}
	default:
		return badParameter("The sandbox plays interactive messages of type button and list, not %q.", i.Type)
	}
	if len(options) < 1 || len(options) > most {
		return badParameter("1 to %d options are allowed, not %d.", most, len(options))
	}
	seen := map[string]bool{}
	for _, o := range options {
		if n := utf8.RuneCountInString(o.Title); n < 1 || n > titleMax {
			return badParameter("An option's title must have 1 to %d characters.", titleMax)
		}
		if n := utf8.RuneCountInString(o.ID); n < 1 || n > idMax || seen[o.ID] {
			return badParameter("An option's id must have 1 to %d characters and be unique.", idMax)
		}
		seen[o.ID] = true
		out.Content.Buttons = append(out.Content.Buttons, message.Option{ID: o.ID, Title: o.Title})
	}
	return nil
}

// graphTemplate checks name, language, state and the number of parameters.
func (s *Sandbox) graphTemplate(c *graphCall, t graphTemplate) (*Message, *graphFault) {
	if t.Name == "" || t.Language == nil || t.Language.Code == "" {
		return nil, badParameter("The parameters template['name'] and template['language']['code'] are required.")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	var found *Template
	for i := range c.line.templates {
		if x := &c.line.templates[i]; x.Name == t.Name && x.Language == t.Language.Code {
			found = x
		}
	}
	switch {
	case found == nil:
		return nil, &graphFault{Status: 404, Code: 132001, Message: "(#132001) Template name does not exist in the translation", Details: fmt.Sprintf("template name (%s) does not exist in %s", t.Name, t.Language.Code)}
	case found.Status == "PAUSED":
		return nil, &graphFault{Status: 400, Code: 132015, Message: "(#132015) Template is Paused"}
	case found.Status == "DISABLED":
		return nil, &graphFault{Status: 400, Code: 132016, Message: "(#132016) Template is Disabled"}
	case found.Status != "APPROVED":
		return nil, &graphFault{Status: 404, Code: 132001, Message: "(#132001) Template name does not exist in the translation", Details: "The template is not approved."}
	}
	values := map[string][]string{}
	for _, part := range t.Components {
		kind := strings.ToLower(part.Type)
		if kind == "button" {
			continue
		}
		for _, p := range part.Parameters {
			if p.Type != "text" {
				return nil, &graphFault{Status: 400, Code: 132012, Message: "(#132012) Parameter format does not match format in the created template"}
			}
			if p.Text == "" {
				return nil, badParameter("A template's parameter must not be empty.")
			}
			values[kind] = append(values[kind], p.Text)
		}
	}
	for _, part := range []struct{ kind, text string }{{"header", found.Header}, {"body", found.Body}} {
		if want, got := parameters(part.text), len(values[part.kind]); want != got {
			return nil, &graphFault{Status: 400, Code: 132000, Message: "(#132000) Number of parameters does not match the expected number of params",
				Details: fmt.Sprintf("%s: number of localizable_params (%d) does not match the expected number of params (%d)", part.kind, got, want)}
		}
	}
	return &Message{
		Content: message.Content{Text: filled(found.Body, values["body"]), Template: &message.TemplateUse{Name: t.Name, Language: t.Language.Code}},
		Header:  filled(found.Header, values["header"]), Footer: found.Footer,
	}, nil
}
