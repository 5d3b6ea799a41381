package channel

import (
	"context"
	"io"
	"net/http"
	"time"

	"switchboard/internal/message"
)

// Connector speaks one provider's language. It holds no state of accounts: everything comes with the
// call. Implementations are safe for concurrent use. What else a connector can do is found by
// asserting the optional interfaces below and in business.go.
type Connector interface {
	// Type is the name under which channels of this kind are made.
	Type() Type
	// Provider tells who carries the type; empty where there is only one way.
	Provider() string
	// Hook is the {type} in /hooks/{type}/{channel_id}; empty without webhooks.
	Hook() string
	Capabilities() Capabilities
	// Settings an account needs, in the order in which a person fills them in.
	Settings() []Setting
	// Send makes one attempt. It ends in the provider's id of the message, or in a *fault.Delivery:
	// refused, later, or unknown. It never retries and never sends a second part: an Outbound is
	// what the provider takes in one call.
	Send(ctx context.Context, account Account, out Outbound) (providerID string, err error)
}

// Outbound is one message ready to go, in the clear.
type Outbound struct {
	EntryID message.EntryID
	To      message.Address
	Content message.Content
	// FileURL is a public signed link to Content.File, for providers that fetch. FileBody opens the
	// bytes, for providers that take an upload.
	FileURL  string
	FileBody func(context.Context) (io.ReadCloser, error)
	// Template is the approved template that Content.Template names.
	Template *Template
	// ReplyTo is the provider's id of the message that this one answers.
	ReplyTo string
	// CallbackURL takes status reports, with the entry id in it, for providers that want it per message.
	CallbackURL string
}

// Template is an approved template as the provider knows it.
type Template struct {
	Name     string
	Language string
	Category string
	Status   string
	Header   string
	Body     string
	Footer   string
}

// PictureLimiter is for connectors whose recipients' carriers differ in what they take.
type PictureLimiter interface {
	// PictureLimit is how many bytes a picture to this recipient may have; 0 when it doesn't go as a
	// picture. A larger one is made smaller before Send is called.
	PictureLimit(ctx context.Context, account Account, to message.Address) int64
}

// WebhookReader reads a provider's calls. Both methods are pure: no network, no clock.
type WebhookReader interface {
	// Verify checks the signature over the raw body. A *fault.Error with code bad_signature refuses.
	Verify(account Account, request WebhookRequest) error
	// Parse turns a verified call into events. What it knows but can't show becomes a message whose
	// content is Unsupported. An error means that the body as a whole can't be understood: it goes to
	// quarantine.
	Parse(account Account, request WebhookRequest) ([]Event, error)
}

// WebhookRequest is a provider's call with its body read.
type WebhookRequest struct {
	Method string
	// URL is the public address as the provider knows it, with the query.
	URL    string
	Header http.Header
	Body   []byte
	// Received is when it came, for providers that send no times.
	Received time.Time
}

// Handshaker answers a provider's proof that the webhook is ours (a GET, for most).
type Handshaker interface {
	// Handshake returns the body to answer with 200, or a *fault.Error.
	Handshake(account Account, request WebhookRequest) (body string, err error)
}

// WebhookAnswer is for connectors whose provider expects more than an empty 200.
type WebhookAnswer interface {
	// Answer is the content type and body of the 200.
	Answer() (contentType, body string)
}

// MediaFetcher gets a file that a customer sent. The caller closes the body, limits its length and
// finds out its type.
type MediaFetcher interface {
	FetchMedia(ctx context.Context, account Account, ref MediaRef) (io.ReadCloser, error)
}

// ReadMarker tells the provider that the customer's message was read.
type ReadMarker interface {
	MarkRead(ctx context.Context, account Account, providerID string) error
}

// Typer shows the customer that somebody writes. ProviderID is the customer's latest message.
type Typer interface {
	Typing(ctx context.Context, account Account, to message.Address, providerID string) error
}

// TemplateSyncer lists the account's templates with their state at the provider.
type TemplateSyncer interface {
	Templates(ctx context.Context, account Account) ([]Template, error)
}

// Reconciler finds out whether a send whose outcome is unknown arrived.
type Reconciler interface {
	// Reconcile returns the provider's id when the message arrived, "" when it certainly did not; an
	// error when it still can't be known.
	Reconcile(ctx context.Context, account Account, out Outbound, since time.Time) (providerID string, err error)
}

// Prober checks an account's settings against the provider: the "verify" step of set-up (CH-22).
type Prober interface {
	// Probe returns what the provider calls this account (a name or a number), or why it refuses.
	Probe(ctx context.Context, account Account) (name string, err error)
}
