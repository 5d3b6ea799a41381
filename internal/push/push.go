// Package push calls staff on their devices while they look at no console. What calls is a job, made in
// the transaction of its cause; what is said is read when the job runs, so that nothing is told that is
// no longer so. The wire is push/web's.
package push

import (
	"context"
	"crypto/ecdh"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"

	"switchboard/internal/fault"
	"switchboard/internal/job"
	"switchboard/internal/message"
	"switchboard/internal/staff"
)

// Job is the kind of the jobs that call.
const Job = "push"

// Kinds of news.
const (
	Offer   = "offer"
	Message = "message"
	Mention = "mention"
	Test    = "test"
)

// DevicesMax is how many devices of one user are kept; the newest stay.
const DevicesMax = 20

const (
	endpointMax = 1000
	deviceMax   = 100
	textMax     = 160
)

// Cause is what happened, as the payload of a job.
type Cause struct {
	User         message.UserID         `json:"user"`
	Kind         string                 `json:"kind"`
	Conversation message.ConversationID `json:"conversation"`
	Seq          int64                  `json:"seq,omitempty"` // of the entry
	Ref          message.RowID          `json:"ref,omitzero"`  // the offer or the notification
}

// News is what a cause means to its user now.
type News struct {
	// Still: it is so, the user has not seen it, and may know.
	Still       bool
	Preferences staff.Preferences
	Away        bool // the presence is away or offline
	Watching    bool // a console of theirs is looked at
	Who, Text   string
	Entry       string
	Until       time.Time // when it is no longer of use; zero: see lives
}

// Target is where a device is called: its push service's address, and the keys that only the device has.
type Target struct {
	Endpoint string `json:"endpoint"`
	P256dh   string `json:"p256dh"`
	Auth     string `json:"auth"`
}

// Device is a browser that takes calls.
type Device struct {
	ID     message.RowID
	Name   string
	Target Target
}

// Call is one encrypted message to a device, with what its service is told.
type Call struct {
	Payload []byte
	// Topic replaces what was not delivered yet under the same name.
	Topic  string
	Urgent bool
	TTL    time.Duration
}

// ErrGone says that a device takes no calls any more.
var ErrGone = errors.New("the device takes no calls any more")

// ErrRefused says that a push service will never take this call.
var ErrRefused = errors.New("the push service refuses the call")

// Tx is what this room needs of a transaction.
type Tx interface {
	Now() time.Time
	// SaveDevice keeps a device in place of what had its address, and the newest DevicesMax of its user's.
	SaveDevice(user message.UserID, d *Device) error
	// DropDevice forgets a device. fault.NotFound when the user has no such one.
	DropDevice(user message.UserID, id message.RowID) error
	DeviceCalled(user message.UserID, id message.RowID) error
	// ShowConnection notes whether the page behind a user's connection is looked at.
	ShowConnection(user message.UserID, connection message.RowID, visible bool) error
}

// Rows is what it reads.
type Rows interface {
	Devices(ctx context.Context, org message.OrgID, user message.UserID) ([]Device, error)
	PushNews(ctx context.Context, org message.OrgID, c Cause) (News, error)
}

// Sender is the wire.
type Sender interface {
	// Key by which push services know this installation.
	Key() string
	Send(ctx context.Context, to Target, c Call) error
}

// Service keeps devices and calls them.
type Service struct {
	Write  func(ctx context.Context, org message.OrgID, fn func(Tx) error) error
	Rows   Rows
	Sender Sender
}

// Add keeps a device of a user.
func (s *Service) Add(ctx context.Context, org message.OrgID, user message.UserID, d Device) (message.RowID, error) {
	if err := d.Target.check(); err != nil {
		return d.ID, err
	}
	if d.Name = strings.TrimSpace(d.Name); d.Name == "" || utf8.RuneCountInString(d.Name) > deviceMax {
		return d.ID, fault.Invalid("device", "A device has a name of at most %d characters.", deviceMax)
	}
	err := s.Write(ctx, org, func(tx Tx) error {
		d.ID = message.NewID[message.RowID]()
		return tx.SaveDevice(user, &d)
	})
	return d.ID, err
}

func (t Target) check() error {
	u, err := url.Parse(t.Endpoint)
	if err != nil || len(t.Endpoint) > endpointMax || u.Scheme != "https" || u.Host == "" || u.User != nil || u.Fragment != "" {
		return fault.Invalid("endpoint", "A push service's address begins with https:// and has at most %d characters.", endpointMax)
	}
	key, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(t.P256dh, "="))
	if err == nil {
		_, err = ecdh.P256().NewPublicKey(key)
	}
	if err != nil {
		return fault.Invalid("keys", "p256dh is a point of P-256 in base64url.")
	}
	if auth, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(t.Auth, "=")); err != nil || len(auth) != 16 {
		return fault.Invalid("keys", "auth is 16 bytes in base64url.")
	}
	return nil
}

// Remove forgets a device of a user.
func (s *Service) Remove(ctx context.Context, org message.OrgID, user message.UserID, id message.RowID) error {
	return s.Write(ctx, org, func(tx Tx) error { return tx.DropDevice(user, id) })
}

// Visible notes whether the page behind a connection is looked at.
func (s *Service) Visible(ctx context.Context, org message.OrgID, user message.UserID, connection message.RowID, visible bool) error {
	return s.Write(ctx, org, func(tx Tx) error { return tx.ShowConnection(user, connection, visible) })
}

// told is what a device gets to know.
type told struct {
	Kind string `json:"kind"`
	Who  string `json:"who,omitempty"`
	Text string `json:"text,omitempty"`
	URL  string `json:"url"`
	Tag  string `json:"tag"`
	// Language in which the device says the rest; without one it is the browser's.
	Language string `json:"language,omitempty"`
}

// Try calls one device of a user, to see that it works.
func (s *Service) Try(ctx context.Context, org message.OrgID, user message.UserID, id message.RowID) error {
	devices, err := s.Rows.Devices(ctx, org, user)
	if err != nil {
		return err
	}
	for _, d := range devices {
		if d.ID != id {
			continue
		}
		err := s.call(ctx, org, user, d, told{Kind: Test, URL: "/inbox?panel=preferences", Tag: Test}, true, time.Minute)
		switch {
		case errors.Is(err, ErrGone):
			return fault.New(fault.NotFound, "This device takes no calls any more; it is removed. Switch it on again there.")
		case err != nil:
			return fault.Wrap(err, fault.Unavailable, "The device's push service did not take the message. Try again in a moment.")
		}
		return nil
	}
	return fault.New(fault.NotFound, "There is no such device.")
}

// lives is how long a call is of use.
var lives = map[string]time.Duration{Offer: 2 * time.Minute, Message: 4 * time.Hour, Mention: 24 * time.Hour}

// Do runs a job: it calls the user's devices, if what happened still matters.
func (s *Service) Do(ctx context.Context, j job.Job) error {
	org := j.Org
	var c Cause
	if err := json.Unmarshal([]byte(j.Payload), &c); err != nil {
		return fmt.Errorf("%w: %w", job.ErrGiveUp, err)
	}
	left := lives[c.Kind] - time.Since(j.CreatedAt)
	if left <= 0 {
		return nil
	}
	news, err := s.Rows.PushNews(ctx, org, c)
	if err != nil {
		return err
	}
	if !news.Still || news.Watching || news.Away && news.Preferences.QuietAway || !wanted(news.Preferences.Notify, c.Kind) {
		return nil
	}
	if !news.Until.IsZero() {
		if left = min(left, time.Until(news.Until)); left <= 0 {
			return nil
		}
	}
	t := told{Kind: c.Kind, Who: cut(news.Who), URL: "/inbox/" + c.Conversation.String(), Tag: c.Kind + ":" + c.Conversation.String()}
	if news.Preferences.Language != staff.LikeBrowser {
		t.Language = news.Preferences.Language
	}
	if c.Kind == Offer {
		t.URL = "/inbox"
	} else if news.Entry != "" {
		t.URL += "?entry=" + news.Entry
	}
	if news.Preferences.PushText {
		t.Text = cut(news.Text)
	}
	devices, err := s.Rows.Devices(ctx, org, c.User)
	if err != nil {
		return err
	}
	var failed error
	for _, d := range devices {
		// One that is called again by the job's repetition replaces what it showed: the tag is the same.
		if err := s.call(ctx, org, c.User, d, t, c.Kind != Mention, left); err != nil && !errors.Is(err, ErrGone) && !errors.Is(err, ErrRefused) {
			failed = err
		}
	}
	return failed
}

// call sends to one device, and forgets it when it is gone.
func (s *Service) call(ctx context.Context, org message.OrgID, user message.UserID, d Device, t told, urgent bool, ttl time.Duration) error {
	payload, err := json.Marshal(t)
	if err != nil {
		return err
	}
	topic := sha256.Sum256([]byte(t.Tag))
	err = s.Sender.Send(ctx, d.Target, Call{Payload: payload, Topic: base64.RawURLEncoding.EncodeToString(topic[:24]), Urgent: urgent, TTL: ttl})
	settle := func(tx Tx) error { return tx.DeviceCalled(user, d.ID) }
	switch {
	case errors.Is(err, ErrGone):
		settle = func(tx Tx) error { return tx.DropDevice(user, d.ID) }
	case err != nil:
		return err
	}
	if kept := s.Write(ctx, org, settle); kept != nil && fault.CodeOf(kept) != fault.NotFound {
		return kept
	}
	return err
}

func wanted(n staff.Notify, kind string) bool {
	switch kind {
	case Offer:
		return n.Offer.Push
	case Message:
		return n.Message.Push
	case Mention:
		return n.Mention.Push
	}
	return false
}

// cut keeps a payload small: push services take 4 KB.
func cut(text string) string {
	if utf8.RuneCountInString(text) <= textMax {
		return text
	}
	return string([]rune(text)[:textMax-1]) + "…"
}
