package sandbox

import (
	"slices"
	"strings"
	"time"

	"switchboard/internal/channel"
	"switchboard/internal/fault"
	"switchboard/internal/message"
)

// What is kept at most, per channel and per phone. The oldest goes first.
const (
	phonesMax   = 1000
	messagesMax = 500
	exchangeMax = 500
)

// line is one played channel: the business's number with everybody who writes to it. The sandbox's
// lock guards it.
type line struct {
	account      channel.Account
	phones       []*Phone          // the oldest first
	known        map[string]*Phone // by id, number and scoped id: a send must not look at all of them
	holders      map[string]*Phone // of messages, by the provider's ids
	misbehaviour Misbehaviour
	exchange     []Exchange
	templates    []Template
	number       Number
	profile      profile
	reached      map[string]time.Time // phones written to outside of the window, and when last
}

func newLine(a channel.Account) *line {
	l := &line{account: a, number: newNumber(), known: map[string]*Phone{}, holders: map[string]*Phone{}, reached: map[string]time.Time{}}
	if a.Provider == channel.ProviderMeta {
		l.templates = defaultTemplates()
	}
	return l
}

// State of a phone.
type State string

// States. A blocked line is refused by the customer; an unreachable phone has no such service.
const (
	On          State = "on"
	Off         State = "off"
	Unreachable State = "unreachable"
	Blocked     State = "blocked"
)

// Phone is one customer on one channel.
type Phone struct {
	ID        string            `json:"id"`
	ChannelID message.ChannelID `json:"channel_id"`
	Number    string            `json:"number"` // E.164
	Name      string            `json:"name"`
	State     State             `json:"state"`
	// ReadReceipts: the customer lets the business see what was read. AutoRead: everything is read as it comes.
	ReadReceipts bool `json:"read_receipts"`
	AutoRead     bool `json:"auto_read"`
	// HideNumber: the customer is known to the business by a scoped id only (WhatsApp).
	HideNumber bool `json:"hide_number"`
	// OptedOut: the provider itself stopped messages to this customer (STOP, SMS).
	OptedOut bool `json:"opted_out"`
	// TypingUntil: the business writes, as far as this phone knows.
	TypingUntil *time.Time `json:"typing_until,omitempty"`
	Unread      int        `json:"unread"`
	LastText    string     `json:"last_text,omitempty"`
	LastAt      *time.Time `json:"last_at,omitempty"`

	wrote    time.Time // when the customer last wrote
	messages []*Message
}

// userID is the phone's business-scoped id.
func (p *Phone) userID() string { return "US." + strings.TrimPrefix(p.Number, "+") + "0042" }

// Message is one message as the phone shows it.
type Message struct {
	ID      string `json:"id"` // the provider's
	Seq     int64  `json:"seq"`
	PhoneID string `json:"phone_id"`
	// Customer wrote it; otherwise the business did.
	Customer bool            `json:"customer"`
	At       time.Time       `json:"at"`
	Content  message.Content `json:"content"`
	Header   string          `json:"header,omitempty"`
	Footer   string          `json:"footer,omitempty"`
	// List: the options open from a button instead of standing below.
	List bool `json:"list,omitempty"`
	// ReplyTo is the message that this one answers.
	ReplyTo string `json:"reply_to,omitempty"`
	// Reactions of either side.
	CustomerReaction string `json:"customer_reaction,omitempty"`
	BusinessReaction string `json:"business_reaction,omitempty"`
	// Status of the customer's own: sending, sent (the business took the webhook), read, lost. Of the
	// business's: sent, delivered, read, failed.
	Status    string        `json:"status"`
	Error     *MessageError `json:"error,omitempty"`
	Deleted   bool          `json:"deleted,omitempty"`
	Edited    bool          `json:"edited,omitempty"`
	Answered  string        `json:"answered,omitempty"` // the option that was tapped
	Automatic bool          `json:"automatic,omitempty"`
	Segments  int           `json:"segments,omitempty"`

	opaque   string // what the business wants back with every report
	callback string // where reports go, when the business says so per message
	media    string // id in the media store
	created  time.Time
	reported *gate // the last report so far
}

// MessageError is why a message failed, in the provider's code.
type MessageError struct {
	Code int    `json:"code"`
	Text string `json:"text"`
}

// add takes a phone in; the oldest goes when there are too many.
func (l *line) add(p *Phone) {
	if len(l.phones) == phonesMax {
		l.remove(l.phones[0])
	}
	l.phones = append(l.phones, p)
	l.known[p.ID], l.known[p.Number], l.known[p.userID()] = p, p, p
}

// remove forgets a phone with its messages.
func (l *line) remove(p *Phone) {
	l.phones = slices.DeleteFunc(l.phones, func(other *Phone) bool { return other == p })
	for _, key := range []string{p.ID, p.Number, p.userID()} {
		delete(l.known, key)
	}
	for _, m := range p.messages {
		l.lose(p, m)
	}
}

// lose forgets whose message one was, unless another phone has one of the same id.
func (l *line) lose(p *Phone, m *Message) {
	if l.holders[m.ID] == p {
		delete(l.holders, m.ID)
	}
}

func (l *line) phone(id string) *Phone {
	if p := l.known[id]; p != nil && p.ID == id {
		return p
	}
	return nil
}

// byNumber finds a phone by its number in any spelling, or by its scoped id.
func (l *line) byNumber(number string) *Phone {
	if p := l.known[normal(number)]; p != nil {
		return p
	}
	if p := l.known[number]; p != nil && p.userID() == number {
		return p
	}
	return nil
}

func (p *Phone) message(id string) *Message {
	for _, m := range p.messages {
		if m.ID == id {
			return m
		}
	}
	return nil
}

// messageAnywhere finds a message by the provider's id on any phone of the line.
func (l *line) messageAnywhere(id string) (*Phone, *Message) {
	if p := l.holders[id]; p != nil {
		return p, p.message(id)
	}
	return nil, nil
}

// normal is E.164 of a number as people and providers write it; empty when it is none.
func normal(number string) string {
	var b strings.Builder
	for i, r := range number {
		switch {
		case r >= '0' && r <= '9':
			b.WriteRune(r)
		case r == '+' && i == 0, r == ' ', r == '-', r == '(', r == ')', r == '.':
		default:
			return ""
		}
	}
	if b.Len() < 7 || b.Len() > 15 {
		return ""
	}
	return "+" + b.String()
}

// names of customers that the sandbox makes up, each with a fictional number.
var names = []string{
	"Maya Torres", "Jonas Weber", "Aiko Tanaka", "Priya Nair", "Tom Okafor", "Léa Fontaine", "Mateo Rossi", "Sara Lindqvist",
	"Omar Haddad", "Grace Kim", "Daniel Novak", "Ana Ribeiro", "Noah Fischer", "Zoe Papadakis", "Liam Murphy", "Ines Castillo",
}

// addPhone makes a phone. Empty values are made up. The lock is held.
func (s *Sandbox) addPhone(l *line, number, name string) (*Phone, error) {
	if number == "" {
		for n := len(l.phones); ; n++ {
			// 555-0100 to 555-0199 are fictional in every area.
			number = "+1" + []string{"202", "303", "404", "503", "617", "702", "808", "913"}[n/100%8] + "55501" + string(rune('0'+n/10%10)) + string(rune('0'+n%10))
			if l.byNumber(number) == nil && normal(l.account.Address) != number {
				if name == "" {
					name = names[n%len(names)]
				}
				break
			}
		}
	}
	e164 := normal(number)
	switch {
	case e164 == "":
		return nil, fault.Invalid("number", "This is no phone number: 7 to 15 digits with a plus sign are needed.")
	case e164 == normal(l.account.Address):
		return nil, fault.Invalid("number", "This is the business's own number.")
	case l.byNumber(e164) != nil:
		return nil, fault.New(fault.Conflict, "There is already a phone with this number.")
	}
	p := &Phone{ID: message.NewID[message.RowID]().String(), ChannelID: l.account.ID, Number: e164, Name: name, State: On, ReadReceipts: true}
	l.add(p)
	s.tell(l, "phone", *p)
	return p, nil
}

// keep puts a message on the phone. The lock is held.
func (s *Sandbox) keep(l *line, p *Phone, m *Message) {
	s.nextSeq++
	m.Seq, m.PhoneID = s.nextSeq, p.ID
	m.created = s.config.Now().UTC()
	if m.At.IsZero() {
		m.At = m.created
	}
	if len(p.messages) == messagesMax {
		l.lose(p, p.messages[0])
		p.messages = slices.Delete(p.messages, 0, 1)
	}
	p.messages = append(p.messages, m)
	l.holders[m.ID] = p
	at := m.At
	p.LastText, p.LastAt = m.Content.Preview(80), &at
	if m.Customer {
		p.wrote = at
	} else {
		p.TypingUntil = nil
		p.Unread++
	}
	s.show(l, p, m)
}

// show tells the phone pages that a message changed. The lock is held.
func (s *Sandbox) show(l *line, p *Phone, m *Message) {
	s.tell(l, "message", *m)
	s.tell(l, "phone", *p)
}

// windowOpen: the customer wrote within the last 24 hours (CH-9).
func (p *Phone) windowOpen(now time.Time) bool {
	return !p.wrote.IsZero() && now.Sub(p.wrote) < 24*time.Hour
}
