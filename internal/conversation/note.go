package conversation

import (
	"context"
	"slices"
	"strings"
	"time"

	"switchboard/internal/fault"
	"switchboard/internal/message"
)

const (
	// noteMax is the longest note in characters.
	noteMax = 10_000
	// mentionsMax is how many colleagues one note can name.
	mentionsMax = 20
	// NotificationLife is how long notifications are kept.
	NotificationLife = 30 * 24 * time.Hour
	// NotificationsMax is how many notifications of one user are kept.
	NotificationsMax = 200
)

// NoteDraft is a note as somebody wrote it.
type NoteDraft struct {
	Text string
	// Mentions are the colleagues whom it names, in the order of their names in the text.
	Mentions []message.UserID
	// DraftVersion is that of the draft it was sent from, which goes with it; 0 for none.
	DraftVersion int64
	// ClientID makes the note once.
	ClientID string
}

// Notification tells a user about something apart from their conversations. It gives no right to see it.
type Notification struct {
	ID           message.RowID
	User         message.UserID
	Kind         string
	Conversation message.ConversationID
	EntrySeq     int64
	Actor        message.UserID
	CreatedAt    time.Time
}

// NotifyMention is the kind of a notification about a note that names its reader.
const NotifyMention = "mention"

// AddNote appends a note that only staff see, and tells the colleagues whom it mentions. Posted again
// with the same ClientID it returns the first one.
func (s *Service) AddNote(ctx context.Context, org message.OrgID, by Staff, id message.ConversationID, d NoteDraft) (note Entry, err error) {
	text := strings.TrimSpace(d.Text)
	switch n := len([]rune(text)); {
	case n == 0:
		return Entry{}, fault.Invalid("text", "A note needs a text.")
	case n > noteMax:
		return Entry{}, fault.Invalid("text", "A note has at most %d characters.", noteMax)
	case len(d.Mentions) > mentionsMax:
		return Entry{}, fault.Invalid("mentions", "A note mentions at most %d colleagues.", mentionsMax)
	}
	mask, err := s.Rules.For(ctx, org, by.author())
	if err != nil {
		return Entry{}, err
	}
	mask.Text(&text)
	if err := settled(ctx, s.Write, org, mask, "text", strings.TrimSpace(text) == ""); err != nil {
		return Entry{}, err
	}
	err = s.Write(ctx, org, func(tx Tx) error {
		c, err := tx.Conversation(id)
		if err != nil {
			return err
		}
		if d.ClientID != "" {
			if prior, found, err := tx.EntryByClientID(id, d.ClientID); err != nil || found {
				note = prior
				return err
			}
		}
		if c.Session.ID.IsZero() {
			return fault.New(fault.NoOpenSession, "Nothing has been said in this conversation yet.")
		}
		mentions, err := mentioned(tx, text, d.Mentions)
		if err != nil {
			return err
		}
		note = Entry{
			ID: message.NewID[message.EntryID](), Conversation: c.ID, Session: c.Session.ID, Customer: c.Customer,
			Kind: message.KindNote, Author: by.author(), AuthorID: by.ID, AuthorName: by.Name, ClientID: d.ClientID,
			Content: message.Content{Text: text, Mentions: mentions, Masked: mask.Masked()}, Status: message.StatusDelivered, CreatedAt: tx.Now(), Version: 1,
		}
		if err := tx.AppendEntry(&c, &note); err != nil {
			return err
		}
		for _, m := range mentions {
			if m.ID == by.ID {
				continue
			}
			if err := tx.Notify(Notification{ID: message.NewID[message.RowID](), User: m.ID, Kind: NotifyMention, Conversation: id,
				EntrySeq: note.Seq, Actor: by.ID, CreatedAt: note.CreatedAt}); err != nil {
				return err
			}
		}
		return sentFrom(tx, by, id, ModeNote, d.DraftVersion)
	})
	return note, err
}

// mentioned finds the colleagues by id. Whom the text doesn't name isn't mentioned.
func mentioned(tx Tx, text string, ids []message.UserID) (out []message.Mention, err error) {
	if len(ids) == 0 {
		return nil, nil
	}
	names, err := tx.Colleagues(ids)
	if err != nil {
		return nil, err
	}
	for _, id := range ids {
		name, ok := names[id]
		if !ok {
			return nil, fault.Invalid("mentions", "There is no such colleague.")
		}
		m := message.Mention{ID: id, Name: name}
		if strings.Contains(text, "@"+name) && !slices.Contains(out, m) {
			out = append(out, m)
		}
	}
	return out, nil
}

// ReadNotifications marks a user's notifications as read: these, or all when none is named.
func (s *Service) ReadNotifications(ctx context.Context, org message.OrgID, user message.UserID, ids []message.RowID) error {
	return s.Write(ctx, org, func(tx Tx) error { return tx.NotificationsRead(user, ids) })
}
