package customer

import (
	"context"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"switchboard/internal/conversation"
	"switchboard/internal/fault"
	"switchboard/internal/message"
	"switchboard/internal/trace"
)

const (
	// TextMax is the longest message a customer may write, in characters.
	TextMax = 10_000
	// FileMax is the largest file in bytes (CH-1).
	FileMax = 5 << 20
)

// FileTypes are the media types that customers may send on the web (CH-1).
var FileTypes = []string{"application/pdf", "image/png", "image/jpeg", "image/bmp", "image/gif", "image/tiff"}

var (
	threadForm  = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$`)
	messageForm = regexp.MustCompile(`^[0-9A-Za-z][0-9A-Za-z_.:-]{0,99}$`)
)

// Draft is a message as a customer's client sends it.
type Draft struct {
	// ID is the client's own: posted again, the message is not made again.
	ID       string
	Content  message.Content
	AnswerTo string // the id of the message that this one answers, as the client knows it
	// Begins: the client knows that this message begins a session, and has asked what the form asks.
	Begins   bool
	Answers  map[string]string // to the pre-chat
	Page     []message.Field   // what the page says of its customer; nil where it says nothing
	Language string

	hearing conversation.Hearing
}

// OpenConversation makes the conversation that a client names, or finds the one it made before. With
// answers to the pre-chat a session begins at once, new, and waits for the first message (SL-2).
func (s *Service) OpenConversation(ctx context.Context, v *Visitor, thread string, answers map[string]string, page []message.Field, lang string) (created bool, err error) {
	if !threadForm.MatchString(thread) {
		return false, fault.New(fault.Malformed, "conversationId must be a UUID in lower case.").At("conversationId")
	}
	fields, err := v.Deployment.Prechat(answers, lang, false)
	if err != nil {
		return false, err
	}
	mask, err := s.Rules.For(ctx, v.Org, message.AuthorCustomer)
	if err != nil {
		return false, err
	}
	putInstead(fields, mask.Answers(answers))
	mask.Fields(page)
	lang = maskedLanguage(mask, lang)
	err = s.Write(ctx, v.Org, func(tx Tx) error {
		c, fresh, err := tx.EnsureConversation(v.Channel, v.Customer, thread)
		created = fresh
		// Its first session begins with the answers, also where a client makes it before it asks.
		if err != nil || !c.Session.ID.IsZero() || !c.ClosedAt.IsZero() || len(fields) == 0 {
			return err
		}
		if err := tx.NameCustomer(v.Customer, profile(fields, lang)); err != nil {
			return err
		}
		if err := conversation.Begin(tx, &c, conversation.FromCustomer, conversation.CustomerWrote, fields); err != nil {
			return err
		}
		if _, err := keepPage(tx, &c.Session, page); err != nil {
			return err
		}
		if err := tx.Masked(conversation.MaskedIn{Place: conversation.PlacePrechat, Conversation: c.ID}, mask.Masked()); err != nil {
			return err
		}
		return tx.SetTimer(conversation.TimerNewEnds, c.Session.ID.String(), tx.Now().Add(conversation.NewEnds))
	})
	return created, err
}

// Say keeps a customer's message: seen before? → conversation, locked → session → entry. It returns
// the entry; posted again with the same id it returns the first one.
func (s *Service) Say(ctx context.Context, v *Visitor, thread string, d Draft) (said conversation.Entry, err error) {
	ctx, span := trace.Start(ctx, "customer.say")
	defer func() { span.End(err) }()
	if err := d.check(); err != nil {
		return said, err
	}
	s.listen(v, &d)
	mask, err := s.Rules.For(ctx, v.Org, message.AuthorCustomer)
	if err != nil {
		return said, err
	}
	instead := d.mask(mask)
	err = s.Write(ctx, v.Org, func(tx Tx) error {
		first, err := tx.Once(v.Channel, v.Customer.String()+"/"+thread+"/"+d.ID)
		if err != nil {
			return err
		}
		c, err := own(tx, v, thread)
		if err != nil {
			return err
		}
		if !first {
			said, err = mine(tx, &c, d.ID)
			return err
		}
		if !c.ClosedAt.IsZero() {
			return closed()
		}
		later := !c.Session.ID.IsZero()
		fields, err := v.Deployment.Prechat(d.Answers, d.Language, later)
		if err != nil {
			return err
		}
		putInstead(fields, instead)
		if !c.Session.Status.Open() && len(fields) == 0 && v.Deployment.asksFirst(d.Begins, later) {
			return fault.New(fault.NoSession, "No session is open. Ask the pre-chat form, then send the message as the first of a new session.")
		}
		e := conversation.Entry{ID: message.NewID[message.EntryID](), Kind: message.KindMessage, Content: d.Content, ClientID: d.ID}
		if err := answer(tx, &c, &e, d.AnswerTo); err != nil {
			return err
		}
		if err := s.say(tx, &c, v, &e, fields, &d); err != nil {
			return err
		}
		said = e
		return nil
	})
	return said, err
}

// say moves the session as a customer's message does, and appends it.
func (s *Service) say(tx Tx, c *conversation.Conversation, v *Visitor, e *conversation.Entry, fields []message.Field, d *Draft) error {
	if e.Content.File != nil {
		if _, err := tx.BindFile(e.Content.File.ID, c.ID, message.RowID(v.Customer)); err != nil {
			return err
		}
	}
	prior := c.Session.Status
	if !prior.Open() {
		prior = conversation.New // the one that begins now
	}
	standing, err := tx.Standing(v.Customer)
	if err != nil {
		return err
	}
	heard, changed, err := conversation.CustomerSays(tx, c, d.hearing, standing, fields, func() (time.Duration, error) { return tx.LastAgentWithin(v.Channel) })
	if err != nil {
		return err
	}
	news, err := keepPage(tx, &c.Session, d.Page)
	if err != nil {
		return err
	}
	if err := conversation.Received(tx, c, e, changed); err != nil {
		return err
	}
	if p := profile(fields, d.Language); p.Name != "" {
		if err := tx.NameCustomer(v.Customer, p); err != nil {
			return err
		}
	}
	if changed {
		if err := tx.CustomerEvent(conversation.CustomerEvent{
			Customer: v.Customer, Conversation: c.ID, Type: conversation.CustomerSessionStatus, At: tx.Now(),
			Detail: conversation.CustomerDetail{Session: c.Session.ID, Status: c.Session.Status, Prior: prior},
		}); err != nil {
			return err
		}
	}
	if changed || news {
		if err := tx.SessionChanged(&c.Session); err != nil {
			return err
		}
	}
	return heard.Settle(tx, c, e)
}

// listen finds out before the transaction what a message is by the channel's rules of consent.
func (s *Service) listen(v *Visitor, d *Draft) {
	h := &d.hearing
	h.Required, h.Words = v.RequiredConsent, s.words.Words(v.Deployment.Consent)
	switch c := &d.Content; {
	case c.File != nil:
	case c.Choice != nil:
		h.Keyword = h.Words.Match(c.Choice.Title)
	default:
		h.Keyword = h.Words.Match(c.Text)
	}
}

func (d *Draft) check() error {
	if !messageForm.MatchString(d.ID) {
		return fault.New(fault.Malformed, "message.id must be a UUID made by the client.").At("message.id")
	}
	c := &d.Content
	c.Text = strings.TrimRight(c.Text, " \n\t\r")
	if n := utf8.RuneCountInString(c.Text); n > TextMax {
		e := fault.Invalid("message.staticContent.text", "The text has %d characters; at most %d are taken.", n, TextMax)
		e.Delivery = fault.TextTooLarge
		return e
	}
	if strings.TrimSpace(c.Text) == "" && c.File == nil && c.Choice == nil && len(c.Form) == 0 {
		return fault.Invalid("message.staticContent.text", "There is nothing in this message.")
	}
	return nil
}

// answer ties an entry to the one that it answers. A choice without its title gets it from there.
func answer(tx Tx, c *conversation.Conversation, e *conversation.Entry, id string) error {
	if id == "" {
		return nil
	}
	target, err := mine(tx, c, id)
	if fault.CodeOf(err) == fault.NotFound {
		return fault.Invalid("message.inReplyToMessageId", "There is no such message in this conversation.")
	}
	if err != nil {
		return err
	}
	e.RefersTo = target.ID
	if e.Content.Choice != nil && e.Content.Choice.Title == "" {
		for _, o := range target.Content.Buttons {
			if o.ID == e.Content.Choice.ID {
				e.Content.Choice.Title = o.Title
			}
		}
	}
	return nil
}

// mine finds a message of the customer's own window by the id under which it stands there (PublicID).
func mine(tx Tx, c *conversation.Conversation, id string) (conversation.Entry, error) {
	none := fault.New(fault.NotFound, "There is no such message in this conversation.")
	if !messageForm.MatchString(id) {
		return conversation.Entry{}, none
	}
	if e, found, err := tx.EntryByClientID(c.ID, id); err != nil || found && e.Author == message.AuthorCustomer {
		return e, err
	}
	entry, err := message.ParseID[message.EntryID](id)
	if err != nil {
		return conversation.Entry{}, none
	}
	e, err := tx.Entry(entry)
	if err == nil && (e.Conversation != c.ID || !e.SeenByCustomer()) {
		err = none
	}
	return e, err
}

// PublicID is the id under which an entry stands in the customer's window: the client's own for what
// the customer wrote, ours for everything else.
func PublicID(e *conversation.Entry) string {
	if e.Author == message.AuthorCustomer && e.ClientID != "" {
		return e.ClientID
	}
	return e.ID.String()
}

// EndSession ends the open session, if there is one.
func (s *Service) EndSession(ctx context.Context, v *Visitor, thread string) error {
	return s.Write(ctx, v.Org, func(tx Tx) error {
		c, err := own(tx, v, thread)
		if err != nil {
			return err
		}
		return end(tx, &c)
	})
}

// CloseConversation ends the session and takes no more messages in this conversation. The customer's
// next one is another.
func (s *Service) CloseConversation(ctx context.Context, v *Visitor, thread string) error {
	return s.Write(ctx, v.Org, func(tx Tx) error {
		c, err := own(tx, v, thread)
		if err != nil || !c.ClosedAt.IsZero() {
			return err
		}
		c.ClosedAt = tx.Now()
		if err := end(tx, &c); err != nil {
			return err
		}
		if err := tx.SaveConversation(&c); err != nil {
			return err
		}
		if err := tx.ConversationChanged(c.ID, message.UserID{}); err != nil {
			return err
		}
		return tx.CustomerEvent(conversation.CustomerEvent{
			Customer: v.Customer, Conversation: c.ID, Type: conversation.CustomerClosed, At: tx.Now(),
			Detail: conversation.CustomerDetail{Session: c.Session.ID, Role: "EndUser"},
		})
	})
}

func end(tx Tx, c *conversation.Conversation) error {
	if !c.Session.Status.Open() {
		return nil
	}
	return conversation.End(tx, c, conversation.CustomerEnded, "customer", conversation.Staff{}, message.Reason{})
}

// own finds a visitor's conversation. Somebody else's is not there.
func own(tx Tx, v *Visitor, thread string) (conversation.Conversation, error) {
	if !threadForm.MatchString(thread) {
		return conversation.Conversation{}, noConversation()
	}
	c, found, err := tx.ConversationByThread(v.Channel, v.Customer, thread)
	if err == nil && !found {
		err = noConversation()
	}
	return c, err
}

func noConversation() error { return fault.New(fault.NotFound, "There is no such conversation.") }

func closed() error {
	return fault.New(fault.UnlawfulState, "This conversation is closed. Start a new one to write.")
}
