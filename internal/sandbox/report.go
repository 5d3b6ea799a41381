package sandbox

import (
	"context"
	"time"

	"switchboard/internal/channel"
)

// report tells the business what became of a message. The lock is held.
func (s *Sandbox) report(l *line, p *Phone, m *Message, status string, why *MessageError, delay time.Duration) {
	if l.account.Provider == channel.ProviderMeta {
		s.graphReport(l, p, m, status, why, delay)
		return
	}
	s.twilioReport(l, p, m, status, why, delay)
}

// unreachable is the provider's word for a phone without the service.
func unreachable(l *line) MessageError {
	if l.account.Provider == channel.ProviderMeta {
		return MessageError{131026, "Message undeliverable"}
	}
	return MessageError{30003, "Unreachable destination handset"}
}

// refuseBlocked: WhatsApp keeps a block to itself, a carrier reports it. The lock is held.
func (s *Sandbox) refuseBlocked(l *line, p *Phone, m *Message) {
	if l.account.Provider == channel.ProviderMeta {
		s.report(l, p, m, "sent", nil, s.config.Timing.Sent)
		return
	}
	s.report(l, p, m, "sent", nil, s.config.Timing.Sent)
	s.fail(l, p, m, MessageError{30004, "Message blocked"}, s.config.Timing.Delivered)
}

// customerReads marks everything delivered as read and reports it, if the phone allows. SMS knows no
// receipts for it. The lock is held.
func (s *Sandbox) customerReads(l *line, p *Phone) {
	receipts := p.ReadReceipts && l.account.Provider == channel.ProviderMeta
	for _, m := range p.messages {
		if m.Customer || m.Status != "delivered" {
			continue
		}
		if receipts {
			m.Status = "read"
			s.tell(l, "message", *m)
			s.report(l, p, m, "read", nil, s.config.Timing.Delivered)
		}
	}
	if p.Unread != 0 {
		p.Unread = 0
		s.tell(l, "phone", *p)
	}
}

// switchOn delivers what waited while the phone was off. The lock is held.
func (s *Sandbox) switchOn(l *line, p *Phone) {
	for _, m := range p.messages {
		if !m.Customer && m.Status == "sent" {
			s.deliver(l, p, m, s.config.Timing.Sent)
		}
	}
}

// fetchThen gets the file behind a link before the message goes on. The lock is held.
func (s *Sandbox) fetchThen(l *line, p *Phone, m *Message, kind, link string) {
	s.courier.do(func(ctx context.Context) {
		ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
		defer cancel()
		claimed, b, err := s.fetch(ctx, link)
		s.mu.Lock()
		defer s.mu.Unlock()
		found := mediaType(claimed, b)
		switch {
		case err != nil:
			s.fail(l, p, m, linkFault(l, "The file can't be fetched: "+err.Error()), 0)
			return
		case l.account.Provider == channel.ProviderTwilio:
			if why := mmsFault(p.Number, found, len(b)); why != nil {
				s.fail(l, p, m, *why, 0)
				return
			}
		default:
			if why := takes(kind, found, len(b)); why != "" {
				s.fail(l, p, m, linkFault(l, why), 0)
				return
			}
		}
		kept := s.media.add(l.account.ID, m.Content.File.Name, found, b)
		file := kept.file()
		file.Sticker = m.Content.File.Sticker
		m.Content.File, m.media = file, kept.id
		s.tell(l, "message", *m)
		s.plan(l, p, m, kind, "")
	})
}

func linkFault(l *line, why string) MessageError {
	if l.account.Provider == channel.ProviderMeta {
		return MessageError{131053, why}
	}
	return MessageError{11200, why}
}
