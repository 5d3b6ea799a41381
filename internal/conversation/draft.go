package conversation

import (
	"context"
	"time"
	"unicode/utf8"

	"switchboard/internal/fault"
	"switchboard/internal/message"
)

// Mode is what is being written: an answer to the customer, or a note for colleagues.
type Mode string

// Modes.
const (
	ModeReply Mode = "reply"
	ModeNote  Mode = "note"
)

// DraftLife is how long what was begun and not sent is kept.
const DraftLife = 30 * 24 * time.Hour

const (
	unsentTextMax  = 20_000
	unsentFilesMax = 10
)

// Unsent is what a user has begun in a conversation and not sent. It follows them from device to device;
// the latest writer wins.
type Unsent struct {
	Conversation message.ConversationID
	Customer     message.CustomerID // about whom it is, for its envelope
	User         message.UserID
	Mode         Mode
	Text         string
	ReplyTo      message.EntryID
	Files        []message.FileID
	// Device is the writer's own name for where they write, so that it knows its echo.
	Device string
	// Version is the time of the change in microseconds; it rises with each.
	Version int64
}

// Empty reports whether there is nothing to keep.
func (u *Unsent) Empty() bool { return u.Text == "" && len(u.Files) == 0 }

// KeepDraft keeps what a user has begun; keeping nothing removes it. It returns the version that the
// message which is sent from it names.
//
// Rules for sensitive data hold for drafts, too. They are not counted there: a draft is kept every few letters.
func (s *Service) KeepDraft(ctx context.Context, org message.OrgID, by Staff, u Unsent) (version int64, err error) {
	switch {
	case u.Mode != ModeReply && u.Mode != ModeNote:
		return 0, fault.Invalid("mode", "A draft is a reply or a note.")
	case utf8.RuneCountInString(u.Text) > unsentTextMax:
		return 0, fault.Invalid("text", "A draft has at most %d characters.", unsentTextMax)
	case len(u.Files) > unsentFilesMax:
		return 0, fault.Invalid("file_ids", "A draft has at most %d files.", unsentFilesMax)
	}
	mask, err := s.Rules.For(ctx, org, by.author())
	if err != nil {
		return 0, err
	}
	mask.Text(&u.Text)
	if rule := mask.Failed(); rule != "" {
		return 0, unchecked("text", rule)
	}
	err = s.Write(ctx, org, func(tx Tx) error {
		draft := u
		if draft.Customer, err = tx.CustomerOf(u.Conversation); err != nil {
			return err
		}
		version = tx.Now().UnixMicro()
		if draft.Empty() {
			_, err := tx.DropDraft(u.User, u.Conversation, u.Mode, version)
			return err
		}
		draft.Version = version
		if err := tx.SaveDraft(&draft); err != nil {
			return err
		}
		version = draft.Version
		return nil
	})
	return version, err
}

// sentFrom removes the draft that something was sent from, in the transaction that sends it. A newer one
// stays: it is the next thing that is being written.
func sentFrom(tx Tx, by Staff, c message.ConversationID, mode Mode, version int64) error {
	if version == 0 || by.Program {
		return nil
	}
	_, err := tx.DropDraft(by.ID, c, mode, version)
	return err
}
