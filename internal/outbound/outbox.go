package outbound

import (
	"context"
	"io"
	"time"

	"switchboard/internal/channel"
	"switchboard/internal/consent"
	"switchboard/internal/conversation"
	"switchboard/internal/fault"
	"switchboard/internal/message"
)

// State of an outbox row.
type State string

// States. A row exists only while its message is on its way.
const (
	Queued  State = "queued"
	Sending State = "sending" // a call is under way in the row's epoch
	Unknown State = "unknown" // a call ended without an answer; waits to be found out
)

// Row is one message on its way.
type Row struct {
	Org          message.OrgID
	ID           message.RowID
	Channel      message.ChannelID
	Conversation message.ConversationID
	EntrySeq     int64
	Entry        message.EntryID
	Class        int
	State        State
	Attempts     int // made so far
	Deadline     time.Time
	Epoch        int64 // of the sender that made the last attempt
	CreatedAt    time.Time
	Trace        string // of the request that wrote the message; may be empty
}

// ChannelKey names a channel.
type ChannelKey struct {
	Org     message.OrgID
	Channel message.ChannelID
}

// Tx is what sending needs of a transaction.
type Tx interface {
	Now() time.Time
	HoldLease(name string, holder message.RowID, epoch int64) error
	DueOutbox(c message.ChannelID, state State, now time.Time, limit int) ([]Row, error)
	StaleSends(c message.ChannelID, epoch int64) ([]Row, error)
	SaveOutbox(o Row, due time.Time) (bool, error)
	DeleteOutbox(id message.RowID) error
	OutboxOf(c message.ConversationID, seq int64) (Row, bool, error)
	BeginAttempt(entry message.EntryID, n int, at time.Time) error
	EndAttempt(entry message.EntryID, n int, at time.Time, outcome, code, detail string) error
	// ChannelCalled notes how a call to a channel's provider ended, for the channel's health.
	ChannelCalled(c message.ChannelID, d *fault.Delivery, sent bool)
	LogDeliveryError(c message.ChannelID, conv message.ConversationID, entry message.EntryID, code, detail string) error

	SetJob(kind, key string, due time.Time, payload string) error
	Entry(id message.EntryID) (conversation.Entry, error)
	SaveEntry(e *conversation.Entry) error
	Policy(c message.ConversationID) (consent.Facts, error)
	// CountSent counts a message that is handed to the provider, where the channel's number has limits.
	CountSent(c message.ChannelID) error
	CustomerAddress(id message.CustomerID) (message.Address, error)
	// BindProvider says which entry a provider's id means, and returns a receipt that was faster.
	BindProvider(c message.ChannelID, providerID string, conv message.ConversationID, seq int64) (Receipt, error)
	// ApprovedTemplate is the template as the provider knows it.
	ApprovedTemplate(id message.TemplateID) (channel.Template, error)
	ReachTx
}

// Receipt is a status report that came before its message's answer; Status is empty when none did.
type Receipt struct {
	Status message.Status
	At     time.Time
	Code   string // catalogue code when Status is failed
	Detail string
}

// Store is what a sender needs outside of transactions.
type Store interface {
	AcquireLease(ctx context.Context, name string, holder message.RowID, ttl time.Duration) (epoch int64, ok bool, err error)
	ReleaseLease(ctx context.Context, name string, holder message.RowID) error
	OutboxChannels(ctx context.Context) ([]ChannelKey, error)
	// NextOutbox is when the channel's earliest row is due; zero when it has none.
	NextOutbox(ctx context.Context, k ChannelKey) (time.Time, error)
}

// Accounts finds a channel's account with its secrets, and its connector.
type Accounts interface {
	Account(ctx context.Context, org message.OrgID, c message.ChannelID) (channel.Account, channel.Connector, error)
	// CallbackURL takes a provider's status reports about one entry.
	CallbackURL(a channel.Account, entry message.EntryID) string
}

// Files opens attachments and makes public links to them.
type Files interface {
	// Fit is the same picture in at most limit bytes.
	Fit(ctx context.Context, org message.OrgID, id message.FileID, limit int64) (message.File, error)
	Open(ctx context.Context, org message.OrgID, id message.FileID) (io.ReadCloser, error)
	// Common is the file in the form that every phone shows, in at most limit bytes: the file itself, or a
	// picture encoded anew.
	Common(ctx context.Context, org message.OrgID, id message.FileID, limit int64) (message.File, error)
	// Link is good up to the given time.
	Link(org message.OrgID, f message.File, until time.Time) string
}
