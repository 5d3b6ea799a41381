// Package web is Web Push: encrypted messages (RFC 8291) to browsers' push services, which know this
// installation by its key (VAPID, RFC 8292).
package web

import (
	"context"
	"crypto/ecdh"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	webpush "github.com/SherClockHolmes/webpush-go"

	"switchboard/internal/push"
)

// within bounds one call.
const within = 10 * time.Second

// Sender calls push services.
type Sender struct {
	client          *http.Client
	subject         string
	private, public string
}

// New makes a sender. transport must refuse addresses of private networks, since browsers name the
// addresses. The key comes from the installation's secret and is nowhere kept. publicURL says to push
// services who calls.
func New(transport http.RoundTripper, publicURL string, derive func(purpose string) []byte) *Sender {
	key := identity(derive)
	subject := publicURL
	if u, err := url.Parse(publicURL); err != nil || u.Scheme != "https" {
		host := "localhost"
		if err == nil && u.Hostname() != "" {
			host = u.Hostname()
		}
		subject = "switchboard@" + host
	}
	return &Sender{
		client: &http.Client{Transport: transport, Timeout: within,
			// A push service that sends elsewhere is none.
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }},
		subject: subject, private: base64.RawURLEncoding.EncodeToString(key.Bytes()),
		public: base64.RawURLEncoding.EncodeToString(key.PublicKey().Bytes()),
	}
}

// identity is the installation's key pair. Nearly every 32 bytes are a key; the rest is tried again.
func identity(derive func(string) []byte) *ecdh.PrivateKey {
	for n := 0; ; n++ {
		if key, err := ecdh.P256().NewPrivateKey(derive("push identity " + strconv.Itoa(n))); err == nil {
			return key
		}
	}
}

// Key by which push services know this installation.
func (s *Sender) Key() string { return s.public }

// Send hands a call to the device's push service.
func (s *Sender) Send(ctx context.Context, to push.Target, c push.Call) error {
	urgency := webpush.UrgencyNormal
	if c.Urgent {
		urgency = webpush.UrgencyHigh
	}
	answer, err := webpush.SendNotificationWithContext(ctx, c.Payload, &webpush.Subscription{Endpoint: to.Endpoint, Keys: webpush.Keys{P256dh: to.P256dh, Auth: to.Auth}},
		&webpush.Options{HTTPClient: s.client, Subscriber: s.subject, Topic: c.Topic, TTL: max(1, int(c.TTL.Seconds())), Urgency: urgency,
			VAPIDPublicKey: s.public, VAPIDPrivateKey: s.private})
	if err != nil {
		var named *url.Error
		if errors.As(err, &named) {
			err = named.Err // the address is a secret of the device's
		}
		return fmt.Errorf("calling a device: %w", err)
	}
	defer func() { _ = answer.Body.Close() }()
	said, _ := io.ReadAll(io.LimitReader(answer.Body, 300))
	switch code := answer.StatusCode; {
	case code >= 200 && code < 300:
		return nil
	case code == http.StatusNotFound || code == http.StatusGone:
		return push.ErrGone
	case code == http.StatusTooManyRequests || code >= 500:
		return fmt.Errorf("the push service can't take a call now: %d %s", code, strings.TrimSpace(string(said)))
	default:
		return fmt.Errorf("%w: %d %s", push.ErrRefused, code, strings.TrimSpace(string(said)))
	}
}
