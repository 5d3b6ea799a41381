package sandbox

import (
	"encoding/base64"
	"strings"
	"time"
)

// take checks the recipient and the window, keeps the message and plans its reports.
func (s *Sandbox) take(c *graphCall, m graphMessage, out *Message) (any, *graphFault) {
	if m.RecipientType != "" && m.RecipientType != "individual" {
		return nil, badParameter("Param recipient_type must be one of {INDIVIDUAL}")
	}
	if len(m.Opaque) > 512 {
		return nil, badParameter("Param biz_opaque_callback_data must be at most 512 bytes long.")
	}
	if (m.To == "") == (m.Recipient == "") {
		return nil, badParameter("Exactly one of to and recipient is required.")
	}
	input := m.To + m.Recipient
	s.mu.Lock()
	p := c.line.byNumber(input)
	s.mu.Unlock()
	if p == nil && (m.Recipient != "" || normal(m.To) == "") {
		return nil, &graphFault{Status: 400, Code: 131009, Message: "(#131009) Parameter value is not valid", Details: "The recipient is not a WhatsApp number."}
	}
	if p == nil {
		var f *graphFault
		if p, f = s.meet(c, normal(m.To)); f != nil {
			return nil, f
		}
	}
	c.phone = p.ID
	s.recall(c, p)

	s.mu.Lock()
	defer s.mu.Unlock()
	if m.Type != "template" && !p.windowOpen(s.config.Now()) {
		return nil, &graphFault{Status: 400, Code: 131047, Message: "(#131047) Re-engagement message",
			Details: "Message failed to send because more than 24 hours have passed since the customer last replied to this number."}
	}
	if !p.windowOpen(s.config.Now()) {
		if f := c.line.reaches(p, s.config.Now()); f != nil {
			return nil, f
		}
	}
	if m.Context != nil && m.Context.MessageID == "" {
		return nil, badParameter("The parameter context['message_id'] is required.")
	}
	out.ID, out.Status, out.opaque = wamid(), "sent", m.Opaque
	if m.Reaction != nil {
		target := p.message(m.Reaction.MessageID)
		if target == nil {
			return nil, badParameter("Message with ID %s does not exist.", m.Reaction.MessageID)
		}
		target.BusinessReaction = *m.Reaction.Emoji
		s.tell(c.line, "message", *target)
		s.report(c.line, p, out, "sent", nil, s.config.Timing.Sent) // a reaction gets no more
	} else {
		if m.Context != nil {
			out.ReplyTo = m.Context.MessageID
		}
		s.keep(c.line, p, out)
		kind, link := m.link()
		s.plan(c.line, p, out, kind, link)
	}
	return map[string]any{
		"messaging_product": "whatsapp",
		"contacts":          []map[string]string{{"input": input, "wa_id": strings.TrimPrefix(p.Number, "+")}},
		"messages":          []map[string]string{{"id": out.ID}},
	}, nil
}

// link and the kind of the message that has it.
func (m graphMessage) link() (kind, link string) {
	for kind, part := range map[string]*graphMedia{"image": m.Image, "video": m.Video, "audio": m.Audio, "document": m.Document, "sticker": m.Sticker} {
		if part != nil && m.Type == kind {
			return kind, part.Link
		}
	}
	return "", ""
}

// meet makes the phone of a customer who was not seen before.
func (s *Sandbox) meet(c *graphCall, number string) (*Phone, *graphFault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, err := s.addPhone(c.line, number, "")
	if err != nil {
		return nil, &graphFault{Status: 400, Code: 131021, Message: "(#131021) Recipient cannot be sender"}
	}
	return p, nil
}

// recall asks once when the customer of a phone last wrote: the sandbox forgets with every start.
func (s *Sandbox) recall(c *graphCall, p *Phone) {
	s.mu.Lock()
	known := !p.wrote.IsZero()
	s.mu.Unlock()
	if known || s.config.LastInbound == nil {
		return
	}
	at, err := s.config.LastInbound(c.request.Context(), c.account, p.Number)
	if err != nil {
		s.config.Log.Warn("sandbox: can't learn when a customer last wrote", "error", err)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if at.After(p.wrote) {
		p.wrote = at
	}
}

// wamid is a message id as the provider makes them.
func wamid() string {
	return "wamid." + base64.StdEncoding.EncodeToString([]byte("HBgL"+serial(22)))
}

// plan lets the reports on a message follow: sent, delivered, perhaps read; or failed. The lock is held.
func (s *Sandbox) plan(l *line, p *Phone, m *Message, kind, link string) {
	if link != "" {
		s.fetchThen(l, p, m, kind, link)
		return
	}
	t := s.config.Timing
	switch p.State {
	case Unreachable:
		s.fail(l, p, m, unreachable(l), t.Sent)
		return
	case Off:
		s.report(l, p, m, "sent", nil, t.Sent)
		return
	case Blocked:
		s.refuseBlocked(l, p, m)
		return
	}
	if l.misbehaviour.Reorder { // reports leave in the order in which they are made
		s.deliver(l, p, m, t.Sent)
		s.report(l, p, m, "sent", nil, t.Delivered)
		return
	}
	s.report(l, p, m, "sent", nil, t.Sent)
	s.deliver(l, p, m, t.Delivered)
}

// deliver shows the message on the phone. The lock is held.
func (s *Sandbox) deliver(l *line, p *Phone, m *Message, delay time.Duration) {
	m.Status = "delivered"
	s.show(l, p, m)
	s.report(l, p, m, "delivered", nil, delay)
	if p.AutoRead {
		s.customerReads(l, p)
	}
}

// fail ends a message. The lock is held.
func (s *Sandbox) fail(l *line, p *Phone, m *Message, why MessageError, delay time.Duration) {
	m.Status, m.Error = "failed", &why
	s.show(l, p, m)
	s.report(l, p, m, "failed", &why, delay)
}
