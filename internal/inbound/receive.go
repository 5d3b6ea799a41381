package inbound

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"time"

	"switchboard/internal/channel"
	"switchboard/internal/consent"
	"switchboard/internal/conversation"
	"switchboard/internal/failpoint"
	"switchboard/internal/fault"
	"switchboard/internal/message"
	"switchboard/internal/outbound"
	"switchboard/internal/privacy"
	"switchboard/internal/resource"
	"switchboard/internal/text"
	"switchboard/internal/trace"
)

// Tx is what taking something in needs of a transaction.
type Tx interface {
	conversation.ConsentTx
	// Known finds the conversation of whoever has all of these addresses and wrote in this thread before, and
	// locks it; found is false for everybody else.
	Known(c message.ChannelID, addresses []message.Address, thread, providerID string) (k Known, found bool, err error)
	Once(c message.ChannelID, providerID string) (first bool, err error)
	EnsureCustomer(c message.ChannelID, addresses []message.Address, p message.Profile) (message.CustomerID, bool, error)
	CustomerByAddress(c message.ChannelID, a message.Address) (message.CustomerID, bool, error)
	NameCustomer(id message.CustomerID, p message.Profile) error
	EnsureConversation(c message.ChannelID, customer message.CustomerID, thread string) (conversation.Conversation, bool, error)
	LastAgentWithin(c message.ChannelID) (time.Duration, error)

	FindProvider(c message.ChannelID, providerID string) (message.ConversationID, int64, bool, error)
	BindProvider(c message.ChannelID, providerID string, conv message.ConversationID, seq int64) (outbound.Receipt, error)
	// OnceBound is both in one, where Known has not seen the id.
	OnceBound(c message.ChannelID, providerID string, conv message.ConversationID, seq int64) error
	KeepReceipt(c message.ChannelID, providerID string, r outbound.Receipt) (message.ConversationID, int64, bool, error)
	// CountReceived counts a customer's message, where the channel's number has limits.
	CountReceived(c message.ChannelID, conv message.ConversationID) error
	EntryBySeq(c message.ConversationID, seq int64) (conversation.Entry, error)
	SaveContent(e *conversation.Entry) error
	OutboxOf(c message.ConversationID, seq int64) (outbound.Row, bool, error)
	DeleteOutbox(id message.RowID) error

	SetJob(kind, key string, due time.Time, payload string) error
	// HurryOutbox makes what waits for a daily limit due: the window that a customer opens frees it.
	HurryOutbox(c message.ConversationID) error
	Quarantine(q Quarantined) error
}

// Known is what is known where somebody writes again, read at once: most of what comes in is that.
type Known struct {
	Conversation conversation.Conversation
	// Seen: this provider's id was kept before. It is read under the conversation's lock, so of the same
	// event in two transactions one sees the other.
	Seen bool
	// Waits: something written to them has not left yet.
	Waits bool
	// Standing is the customer's consent.
	Standing consent.Standing
}

// Quarantined is a call, or a part of one, that could not be taken in.
type Quarantined struct {
	Channel message.ChannelID
	Reason  string
	Headers map[string]string // none that carry credentials
	// Body is hashed and counted.
	Body []byte
	// Kept is the body without sensitive data, to be kept (sealed, 7 days); nil keeps none of it.
	Kept   []byte
	Masked []message.Masked
}

// Service takes calls in.
type Service struct {
	write  func(ctx context.Context, org message.OrgID, fn func(Tx) error) error
	typing func(org message.OrgID, c message.ConversationID, from resource.Author, typing bool)
	log    *slog.Logger

	repeated func(n int)
	optedOut func(ctx context.Context, org message.OrgID, customer message.CustomerID)
	words    consent.Cache
	textMax  func(account channel.Account) int
	saveText func(ctx context.Context, org message.OrgID, name, text string) (message.File, error)
	rules    *privacy.Rulebook
}

// New makes the service. typing is told when a customer writes; it must not block.
func New(write func(ctx context.Context, org message.OrgID, fn func(Tx) error) error,
	typing func(org message.OrgID, c message.ConversationID, from resource.Author, typing bool), log *slog.Logger) *Service {
	return &Service{write: write, typing: typing, log: log, repeated: func(int) {},
		optedOut: func(context.Context, message.OrgID, message.CustomerID) {}}
}

// OnOptOut sets who is told, after the commit and before the provider is answered, that a customer has opted out.
func (s *Service) OnOptOut(f func(ctx context.Context, org message.OrgID, customer message.CustomerID)) {
	s.optedOut = f
}

// OnRepeated sets who is told how many messages of a call were known already.
func (s *Service) OnRepeated(f func(n int)) { s.repeated = f }

// repeats counts what a transaction has seen before.
type repeats struct {
	Tx
	n int
}

// Once counts.
func (r *repeats) Once(c message.ChannelID, providerID string) (first bool, err error) {
	first, err = r.Tx.Once(c, providerID)
	if err == nil && !first {
		r.n++
	}
	return first, err
}

// KeepLongTexts keeps texts over a channel's limit in bytes (0: none) as files. save keeps one that no
// conversation holds yet. Without it every text stands whole in its entry.
func (s *Service) KeepLongTexts(limit func(channel.Account) int, save func(ctx context.Context, org message.OrgID, name, text string) (message.File, error)) {
	s.textMax, s.saveText = limit, save
}

// Receive verifies and reads one call and keeps everything in it. A nil error means committed: only
// then may the provider hear 200. Refusals: bad_signature (nothing is stored), malformed (what came is
// in quarantine by hash), unavailable (the provider must try again).
func (s *Service) Receive(ctx context.Context, account channel.Account, reader channel.WebhookReader, request channel.WebhookRequest) (kinds map[channel.EventKind]int, err error) {
	events, unsigned, err := read(ctx, account, reader, request)
	if unsigned {
		return nil, err
	}
	if err != nil {
		if kept := s.quarantine(ctx, account, request, err, false); kept != nil {
			return nil, kept
		}
		return nil, fault.Wrap(err, fault.Malformed, "This call can't be read.")
	}
	text.Clean(&events) // a provider would only send it again
	kinds = map[channel.EventKind]int{}
	for _, e := range events {
		kinds[e.Kind]++
	}
	// What the rules of consent hear is what was said: rules for sensitive data may take a keyword away.
	heard := make([]conversation.Hearing, len(events))
	for i := range events {
		heard[i] = s.hearing(account, &events[i])
	}
	if err := s.mask(ctx, account.Org, events); err != nil {
		return nil, err
	}
	if err := s.shorten(ctx, account, events); err != nil {
		return nil, err
	}
	return kinds, s.keep(ctx, account, request, events, heard)
}

// read verifies and parses a call. unsigned: the error is that it can't be believed.
func read(ctx context.Context, account channel.Account, reader channel.WebhookReader, request channel.WebhookRequest) (events []channel.Event, unsigned bool, err error) {
	_, span := trace.Start(ctx, "inbound.read")
	defer func() { span.End(err) }()
	if err := reader.Verify(account, request); err != nil {
		return nil, true, err
	}
	events, err = reader.Parse(account, request)
	span.Count("switchboard.events", len(events))
	return events, false, err
}

// longTextName is what customers' long texts are called as files.
const longTextName = "Message.txt"

// shorten puts texts over the channel's limit into files, whole, and leaves their beginnings (CH-9). The
// file is durable before the entry is: a crash in between, or a call that says again what is known,
// leaves a file that no conversation holds, which is swept.
func (s *Service) shorten(ctx context.Context, account channel.Account, events []channel.Event) error {
	if s.saveText == nil {
		return nil
	}
	limit := s.textMax(account)
	for i := range events {
		e := &events[i]
		if limit <= 0 || len(e.Content.Text) <= limit || e.Media != nil || e.Content.File != nil || e.Kind != channel.EventMessage && e.Kind != channel.EventEdit {
			continue
		}
		f, err := s.saveText(ctx, account.Org, longTextName, e.Content.Text)
		if err != nil {
			return err
		}
		e.Content.Text, e.Content.File = channel.Beginning(e.Content.Text, limit), &f
	}
	return nil
}

// keep stores all events in one transaction. When one of them can't be kept, each gets its own, and
// the one at fault goes to quarantine, so that it doesn't hold up the others for ever.
func (s *Service) keep(ctx context.Context, account channel.Account, request channel.WebhookRequest, events []channel.Event, heard []conversation.Hearing) error {
	var typings []notice
	var leavers []message.CustomerID
	repeated := 0
	all := func(some []channel.Event, heard []conversation.Hearing) (err error) {
		ctx, span := trace.Start(ctx, "inbound.transaction")
		defer func() { span.End(err) }()
		span.Count("switchboard.events", len(some))
		return s.write(ctx, account.Org, func(tx Tx) error {
			typings, leavers = nil, nil
			counting := &repeats{Tx: tx}
			for i := range some {
				told, err := take(ctx, counting, account, &some[i], heard[i])
				if err != nil {
					return err
				}
				switch {
				case told == nil:
				case told.leaves:
					leavers = append(leavers, told.customer)
				default:
					typings = append(typings, *told)
				}
			}
			repeated = counting.n
			failpoint.Hit("inbound.written")
			return nil
		})
	}
	announce := func() {
		if repeated > 0 {
			s.repeated(repeated)
		}
		for _, id := range leavers {
			s.optedOut(ctx, account.Org, id)
		}
		for _, t := range typings {
			s.typing(account.Org, t.conversation, resource.Author{Type: message.AuthorCustomer, ID: t.customer.String()}, t.typing)
		}
	}
	err := all(events, heard)
	failpoint.Hit("inbound.committed")
	if err == nil || temporary(err) {
		announce()
		return err
	}
	for i := range events {
		err := all(events[i:i+1], heard[i:i+1])
		if temporary(err) {
			return err
		}
		announce()
		if err != nil {
			if err := s.quarantine(ctx, account, request, err, true); err != nil {
				return err
			}
		}
	}
	return nil
}

// temporary errors make the provider try again; all others would only repeat themselves.
func temporary(err error) bool {
	return fault.CodeOf(err) == fault.Unavailable || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
}

// plainHeaders are those that help to understand a call and carry no secret.
func plainHeaders(r channel.WebhookRequest) map[string]string {
	out := map[string]string{}
	for _, name := range []string{"Content-Type", "Content-Length", "User-Agent"} {
		if v := r.Header.Get(name); v != "" {
			out[name] = v
		}
	}
	return out
}

type notice struct {
	conversation message.ConversationID
	customer     message.CustomerID
	typing       bool
	leaves       bool // not about typing: the customer opted out
}

// take keeps one event. Everything in it may run again after a lost transaction.
func take(ctx context.Context, tx Tx, account channel.Account, e *channel.Event, h conversation.Hearing) (*notice, error) {
	switch e.Kind {
	case channel.EventMessage, channel.EventReaction, channel.EventEdit, channel.EventDelete:
		return takeMessage(tx, account, e, h)
	case channel.EventReceipt:
		_, span := trace.Start(ctx, "inbound.receipt")
		err := takeReceipt(tx, account, e)
		span.End(err)
		return nil, err
	case channel.EventOptOut, channel.EventOptIn:
		return takeConsent(tx, account, e)
	case channel.EventTyping:
		return takeTyping(tx, account, e)
	case channel.EventAccount:
		return nil, takeAccount(tx, account, e)
	}
	return nil, nil
}

func takeMessage(tx Tx, account channel.Account, e *channel.Event, hearing conversation.Hearing) (*notice, error) {
	known, found, err := tx.Known(account.ID, e.From, e.ThreadKey, e.ProviderID)
	if err != nil || known.Seen {
		return nil, err
	}
	if !found {
		if first, err := tx.Once(account.ID, e.ProviderID); err != nil || !first {
			return nil, err
		}
		if known, err = meet(tx, account, e); err != nil {
			return nil, err
		}
	}
	c := known.Conversation
	if c.CustomerSeq == 0 && e.Profile != (message.Profile{}) {
		if err := tx.NameCustomer(c.Customer, e.Profile); err != nil {
			return nil, err
		}
	}
	entry := conversation.Entry{ID: message.NewID[message.EntryID](), Kind: message.KindMessage, AuthorName: e.Profile.Name,
		Content: e.Content, ProviderID: e.ProviderID, CreatedAt: tx.Now()}
	if e.At.Before(entry.CreatedAt) {
		entry.SentAt = e.At // the provider's word for when it was said: windows count from it, however late the call
	}
	if f := e.Content.File; f != nil && !f.ID.IsZero() { // a long text; what must be fetched has no id yet
		bound, err := tx.BindFile(f.ID, c.ID, message.RowID{})
		if err != nil {
			return nil, err
		}
		entry.Content.File = &bound
	}
	if e.RefersTo != "" {
		if conv, seq, found, err := tx.FindProvider(account.ID, e.RefersTo); err != nil {
			return nil, err
		} else if found && conv == c.ID {
			target, err := tx.EntryBySeq(conv, seq)
			if err != nil {
				return nil, err
			}
			entry.RefersTo = target.ID
		}
	}
	moved := false
	var heard conversation.Heard
	if speaks := shape(&entry, e); speaks || c.Session.ID.IsZero() {
		if heard, moved, err = conversation.CustomerSays(tx, &c, hearing, known.Standing, nil, func() (time.Duration, error) {
			return tx.LastAgentWithin(account.ID)
		}); err != nil {
			return nil, err
		}
	}
	if err := conversation.Received(tx, &c, &entry, moved); err != nil {
		return nil, err
	}
	if found {
		err = tx.OnceBound(account.ID, e.ProviderID, c.ID, entry.Seq)
	} else {
		_, err = tx.BindProvider(account.ID, e.ProviderID, c.ID, entry.Seq)
	}
	if err != nil {
		return nil, err
	}
	if known.Waits {
		if err := tx.HurryOutbox(c.ID); err != nil {
			return nil, err
		}
	}
	if err := heard.Settle(tx, &c, &entry); err != nil {
		return nil, err
	}
	if e.Media != nil {
		ref, err := json.Marshal(e.Media)
		if err != nil {
			return nil, err
		}
		if err := tx.SetJob(JobMedia, entry.ID.String(), tx.Now(), string(ref)); err != nil {
			return nil, err
		}
	}
	var leaves *notice
	if heard.OptedOut() {
		leaves = &notice{customer: c.Customer, leaves: true}
	}
	if account.Type == channel.SMS && e.Kind == channel.EventMessage {
		return leaves, tx.CountReceived(account.ID, c.ID)
	}
	return leaves, nil
}

// meet makes whoever writes for the first time, or by a new address, in this thread or at all, known.
func meet(tx Tx, account channel.Account, e *channel.Event) (Known, error) {
	customer, _, err := tx.EnsureCustomer(account.ID, e.From, e.Profile)
	if err != nil {
		return Known{}, err
	}
	c, created, err := tx.EnsureConversation(account.ID, customer, e.ThreadKey)
	if err != nil {
		return Known{}, err
	}
	standing, err := tx.Standing(customer)
	return Known{Conversation: c, Waits: !created, Standing: standing}, err
}

// shape makes the entry what the event is. It reports whether it is something said, which needs a
// session: reactions, edits and deletions belong to what was said before.
func shape(entry *conversation.Entry, e *channel.Event) (speaks bool) {
	switch e.Kind {
	case channel.EventReaction:
		entry.Kind = message.KindReaction
	case channel.EventEdit:
		entry.Kind = message.KindEvent
		entry.Content.Event = &message.Event{Type: message.EventEdited}
	case channel.EventDelete:
		entry.Kind = message.KindEvent
		entry.Content = message.Content{Event: &message.Event{Type: message.EventDeleted}}
	default:
		if m := e.Media; m != nil {
			f := entry.Content.File
			if f == nil {
				f = &message.File{}
			}
			f.Name, f.Type, f.Size = m.Name, m.Type, m.Size
			entry.Content.File = f
		}
		return true
	}
	return false
}

// takeAccount lets the provider be asked what has changed: one way in which limits become known.
func takeAccount(tx Tx, account channel.Account, e *channel.Event) error {
	notice, err := json.Marshal(e.Account)
	if err != nil {
		return err
	}
	return tx.SetJob(channel.JobStanding, account.ID.String(), tx.Now(), string(notice))
}

func takeTyping(tx Tx, account channel.Account, e *channel.Event) (*notice, error) {
	for _, a := range e.From {
		customer, found, err := tx.CustomerByAddress(account.ID, a)
		if err != nil {
			return nil, err
		}
		if found {
			c, _, err := tx.EnsureConversation(account.ID, customer, e.ThreadKey)
			return &notice{conversation: c.ID, customer: customer, typing: e.Typing}, err
		}
	}
	return nil, nil
}
