package sandbox

import (
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"switchboard/internal/channel"
	"switchboard/internal/fault"
	"switchboard/internal/message"
)

func (s *Sandbox) listPhones(v *visit) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := list[Phone]{Items: []Phone{}}
	for _, p := range v.line.phones {
		out.Items = append(out.Items, *p)
	}
	return out, nil
}

// phoneChange is what a person may set on a phone; absent parts stay.
type phoneChange struct {
	Number       *string `json:"number"`
	Name         *string `json:"name"`
	State        *State  `json:"state"`
	ReadReceipts *bool   `json:"read_receipts"`
	AutoRead     *bool   `json:"auto_read"`
	HideNumber   *bool   `json:"hide_number"`
}

func (s *Sandbox) createPhone(v *visit) (any, error) {
	var in phoneChange
	if err := v.read(&in); err != nil {
		return nil, err
	}
	number, name := "", ""
	if in.Number != nil {
		number = *in.Number
	}
	if in.Name != nil {
		name = *in.Name
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	p, err := s.addPhone(v.line, number, name)
	if err != nil {
		return nil, err
	}
	in.Number = nil
	return *p, s.change(v.line, p, in)
}

func (s *Sandbox) showPhone(v *visit) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return *v.phone, nil
}

func (s *Sandbox) changePhone(v *visit) (any, error) {
	var in phoneChange
	if err := v.read(&in); err != nil {
		return nil, err
	}
	if in.Number != nil {
		return nil, fault.Invalid("number", "A phone keeps its number. Make another phone.")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.change(v.line, v.phone, in); err != nil {
		return nil, err
	}
	return *v.phone, nil
}

// change applies what is set. The lock is held.
func (s *Sandbox) change(l *line, p *Phone, in phoneChange) error {
	if in.HideNumber != nil && *in.HideNumber && l.account.Provider != channel.ProviderMeta {
		return fault.Invalid("hide_number", "An SMS always has its number.")
	}
	if in.State != nil && !slices.Contains([]State{On, Off, Unreachable, Blocked}, *in.State) {
		return fault.Invalid("state", "A phone is on, off, unreachable or blocked.")
	}
	if in.Name != nil {
		p.Name = *in.Name
	}
	for _, b := range []struct{ from, to *bool }{{in.ReadReceipts, &p.ReadReceipts}, {in.AutoRead, &p.AutoRead}, {in.HideNumber, &p.HideNumber}} {
		if b.from != nil {
			*b.to = *b.from
		}
	}
	if in.State != nil {
		p.State = *in.State
		if p.State == On {
			s.switchOn(l, p)
		}
	}
	s.tell(l, "phone", *p)
	return nil
}

func (s *Sandbox) removePhone(v *visit) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	v.line.remove(v.phone)
	s.tell(v.line, "phone_removed", map[string]any{"id": v.phone.ID, "channel_id": v.line.account.ID})
	return nil, nil
}

func (s *Sandbox) listMessages(v *visit) (any, error) {
	after, _ := strconv.ParseInt(v.URL.Query().Get("after"), 10, 64) // 0 when absent: all
	s.mu.Lock()
	defer s.mu.Unlock()
	out := list[Message]{Items: []Message{}}
	for _, m := range v.phone.messages {
		if m.Seq > after {
			out.Items = append(out.Items, *m)
		}
	}
	return out, nil
}

func (s *Sandbox) readAll(v *visit) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.customerReads(v.line, v.phone)
	return nil, nil
}

// customerTypes: neither provider passes it on, and the sandbox doesn't pretend.
func (s *Sandbox) customerTypes(*visit) (any, error) {
	return nil, fault.New(fault.CapabilityMissing, "This provider doesn't tell the business that a customer writes.")
}

// saying is what a customer says: one of its parts, beside text where that makes sense.
type saying struct {
	// ID is made up when empty. The same id twice is what a provider does that delivers twice.
	ID          string            `json:"id"`
	Text        string            `json:"text"`
	ReplyTo     string            `json:"reply_to"`
	Voice       bool              `json:"voice"`
	Sticker     bool              `json:"sticker"`
	Location    *message.Location `json:"location"`
	Contacts    []message.Contact `json:"contacts"`
	Reaction    *message.Reaction `json:"reaction"`
	Choice      *message.Choice   `json:"choice"`
	Form        []message.Field   `json:"form"`
	Unsupported string            `json:"unsupported"`
}

// sayMax is the largest form with files.
const sayMax = 110 << 20

// say sends something as the customer: JSON, or a form with "message" (the same JSON) and "file"s.
func (s *Sandbox) say(v *visit) (any, error) {
	in, files, err := s.hear(v)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	l, p := v.line, v.phone
	meta := l.account.Provider == channel.ProviderMeta
	if err := in.fits(meta, len(files)); err != nil {
		return nil, err
	}
	m := &Message{ID: in.ID, Customer: true, Status: "sending", ReplyTo: in.ReplyTo, Content: message.Content{
		Text: in.Text, Location: in.Location, Contacts: in.Contacts, Reaction: in.Reaction, Choice: in.Choice, Form: in.Form, Unsupported: in.Unsupported,
	}}
	if meta {
		return s.sayOnWhatsApp(l, p, m, in, files)
	}
	if m.ID == "" {
		m.ID = twilioID("SM")
	}
	for i, f := range files {
		f.owner = l.account.ID
		files[i] = s.media.add(f.owner, f.name, f.kind, f.bytes)
	}
	if len(files) > 0 {
		m.Content.File, m.media = files[0].file(), files[0].id
	}
	s.keep(l, p, m)
	s.twilioSay(l, p, m, files, nil, s.ticks(l, m))
	for _, f := range files[min(1, len(files)):] { // the phone shows one file a bubble
		s.keep(l, p, &Message{ID: m.ID + ":" + f.id, Customer: true, Status: "sent", Content: message.Content{File: f.file()}, media: f.id})
	}
	return *m, nil
}

// fits refuses what this channel's customers can't send.
func (in saying) fits(meta bool, files int) error {
	parts := files
	for _, has := range []bool{in.Location != nil, in.Contacts != nil, in.Reaction != nil, in.Choice != nil, in.Form != nil, in.Unsupported != ""} {
		if has {
			parts++
		}
	}
	switch {
	case parts == 0 && in.Text == "":
		return fault.New(fault.Unprocessable, "There is nothing to send.")
	case !meta && (parts > files || in.ReplyTo != ""):
		return fault.New(fault.CapabilityMissing, "SMS carries text and files only.")
	case meta && parts > 1:
		return fault.New(fault.Unprocessable, "One thing at a time: a file, a location, contacts, a reaction or an answer.")
	case meta && utf8.RuneCountInString(in.Text) > 65536, !meta && utf8.RuneCountInString(in.Text) > 1600:
		return fault.Invalid("text", "The text is longer than a phone can send.")
	case files > 10:
		return fault.New(fault.Unprocessable, "At most 10 files go in one message.")
	}
	return nil
}

// sayOnWhatsApp sends a customer's message. The lock is held.
func (s *Sandbox) sayOnWhatsApp(l *line, p *Phone, m *Message, in saying, files []*medium) (any, error) {
	if m.ID == "" {
		m.ID = wamid()
	}
	if in.Reaction != nil {
		_, target := l.messageAnywhere(in.ReplyTo)
		if target == nil {
			return nil, fault.Invalid("reply_to", "A reaction needs the message that it is on.")
		}
		target.CustomerReaction = in.Reaction.Emoji
		s.tell(l, "message", *target)
		part := map[string]any{"message_id": in.ReplyTo}
		if in.Reaction.Emoji != "" { // without it, the reaction is taken back
			part["emoji"] = in.Reaction.Emoji
		}
		m.At, m.ReplyTo = s.config.Now().UTC(), ""
		p.wrote = m.At
		s.graphSay(l, p, m, map[string]any{"type": "reaction", "reaction": part}, nil)
		return *m, nil
	}
	kind, id := "", ""
	if len(files) > 0 {
		f := s.media.add(l.account.ID, files[0].name, files[0].kind, files[0].bytes)
		m.Content.File, m.media = f.file(), f.id
		m.Content.File.Voice, m.Content.File.Sticker = in.Voice, in.Sticker
		kind, id = fileKind(f.kind, in), f.id
	}
	if in.Choice != nil {
		kind = "button_reply"
		if asked := p.message(in.ReplyTo); asked != nil {
			asked.Answered = in.Choice.ID
			s.tell(l, "message", *asked)
			switch {
			case asked.List:
				kind = "list_reply"
			case asked.Content.Template != nil:
				kind = "button"
			}
		}
	}
	s.keep(l, p, m)
	s.graphSay(l, p, m, graphElement(m, id, kind), s.ticks(l, m))
	return *m, nil
}

// fileKind is the kind of message that a file makes.
func fileKind(mediaType string, in saying) string {
	family, _, _ := strings.Cut(mediaType, "/")
	switch {
	case in.Sticker:
		return "sticker"
	case in.Voice:
		return "audio"
	case family == "image" && mediaType != "image/tiff", family == "video", family == "audio":
		return family
	}
	return "document"
}

// ticks shows on the phone whether the business took a message.
func (s *Sandbox) ticks(l *line, m *Message) func(bool) {
	return func(taken bool) {
		s.mu.Lock()
		defer s.mu.Unlock()
		switch {
		case !taken:
			m.Status = "lost"
		case m.Status == "sending":
			m.Status = "sent"
		}
		s.tell(l, "message", *m)
	}
}

// hear reads what is said, with its files.
func (s *Sandbox) hear(v *visit) (in saying, files []*medium, err error) {
	if !strings.HasPrefix(v.Header.Get("Content-Type"), "multipart/") {
		return in, nil, v.read(&in)
	}
	v.Body = http.MaxBytesReader(v.writer, v.Body, sayMax)
	if err := v.ParseMultipartForm(32 << 20); err != nil {
		return in, nil, fault.Wrap(err, fault.TooLarge, "The form can't be read, or is larger than %d MB.", sayMax>>20)
	}
	defer v.MultipartForm.RemoveAll()
	if text := v.FormValue("message"); text != "" {
		if err := json.Unmarshal([]byte(text), &in); err != nil {
			return in, nil, fault.Wrap(err, fault.Malformed, "The field message is not the JSON of a message.")
		}
	}
	for _, head := range v.MultipartForm.File["file"] {
		f, err := head.Open()
		if err != nil {
			return in, nil, err
		}
		b, err := io.ReadAll(f)
		f.Close()
		if err != nil {
			return in, nil, err
		}
		kind := mediaType(head.Header.Get("Content-Type"), b)
		if in.Voice && head.Header.Get("Content-Type") != "" {
			kind = head.Header.Get("Content-Type") // recorders name the codec, which the bytes don't
		}
		files = append(files, &medium{name: head.Filename, kind: kind, bytes: b})
	}
	return in, files, nil
}

// sayRaw posts a message exactly as given: an element of messages[] (WhatsApp) or form fields (SMS).
// What is missing of id, time and sender is filled in.
func (s *Sandbox) sayRaw(v *visit) (any, error) {
	var given map[string]any
	if err := v.read(&given); err != nil {
		return nil, err
	}
	if len(given) == 0 {
		return nil, fault.New(fault.Malformed, "The body must be an object with at least one field.")
	}
	text := func(name string) string {
		v, _ := given[name].(string) // anything else counts as absent
		return v
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	m := &Message{Customer: true, Status: "sending"}
	if v.account.Provider == channel.ProviderTwilio {
		fields := map[string]string{}
		for name := range given {
			fields[name] = text(name)
		}
		if m.ID = fields["MessageSid"]; m.ID == "" {
			m.ID = twilioID("SM")
		}
		m.Content.Text = fields["Body"]
		s.keep(v.line, v.phone, m)
		s.twilioSay(v.line, v.phone, m, nil, fields, s.ticks(v.line, m))
		return *m, nil
	}
	if m.ID = text("id"); m.ID == "" {
		m.ID = wamid()
	}
	m.Content.Unsupported = "raw " + text("type")
	s.keep(v.line, v.phone, m)
	s.graphSay(v.line, v.phone, m, given, s.ticks(v.line, m))
	return *m, nil
}

// own finds a customer's own message.
func (v *visit) own() (*Message, error) {
	m := v.phone.message(v.PathValue("id"))
	switch {
	case v.account.Provider != channel.ProviderMeta:
		return nil, fault.New(fault.CapabilityMissing, "An SMS can't be changed once it is sent.")
	case m == nil || !m.Customer:
		return nil, fault.New(fault.NotFound, "This customer sent no such message.")
	case m.Deleted:
		return nil, fault.New(fault.Conflict, "The message was deleted.")
	}
	return m, nil
}

func (s *Sandbox) editMessage(v *visit) (any, error) {
	var in struct {
		Text string `json:"text"`
	}
	if err := v.read(&in); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	m, err := v.own()
	if err != nil {
		return nil, err
	}
	if in.Text == "" {
		return nil, fault.Invalid("text", "There is no text.")
	}
	m.Content.Text, m.Edited = in.Text, true
	s.tell(v.line, "message", *m)
	edit := &Message{ID: wamid(), At: s.config.Now().UTC()}
	s.graphSay(v.line, v.phone, edit, map[string]any{"type": "edit", "edit": map[string]any{"original_message_id": m.ID,
		"message": map[string]any{"type": "text", "text": map[string]string{"body": in.Text}}}}, nil)
	return *m, nil
}

func (s *Sandbox) deleteMessage(v *visit) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	m, err := v.own()
	if err != nil {
		return nil, err
	}
	m.Deleted = true
	s.tell(v.line, "message", *m)
	gone := &Message{ID: wamid(), At: s.config.Now().UTC()}
	s.graphSay(v.line, v.phone, gone, map[string]any{"type": "revoke", "revoke": map[string]string{"original_message_id": m.ID}}, nil)
	return nil, nil
}
