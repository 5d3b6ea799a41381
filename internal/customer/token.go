package customer

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"regexp"
	"sync"
	"time"

	"switchboard/internal/consent"
	"switchboard/internal/fault"
	"switchboard/internal/identity"
	"switchboard/internal/message"
)

// DefaultTokenFor is how long an access token is good.
const DefaultTokenFor = 6 * time.Hour

// Token lets one messaging user in through one deployment until it expires. It is kept as its hash.
type Token struct {
	Hash       []byte
	Org        message.OrgID
	Customer   message.CustomerID
	Channel    message.ChannelID
	Deployment message.DeploymentID
	// Keyset is what its holder signed in with; none for an unverified visitor.
	Keyset message.KeysetID
	// Login is the device, hashed: all tokens that a person has on it end together.
	Login     []byte
	CreatedAt time.Time // when its holder came in, also of one that was continued
	ExpiresAt time.Time
	RevokedAt time.Time
	// What follows is as it is now, for who reads a token. Those of a keyset that were got before EndsBefore
	// are over.
	DeploymentVersion int64
	ChannelActive     bool
	ChannelKeyset     message.KeysetID
	EndsBefore        time.Time
	RequiredConsent   consent.Level
	ConsentVersion    int64
}

// Verified reports whether its holder has signed in.
func (t *Token) Verified() bool { return !t.Keyset.IsZero() }

// Visitor is who a request comes from, and through what.
type Visitor struct {
	Token
	Deployment *Deployment
}

// Admission is a new token in the clear, and where its holder's stream stands.
type Admission struct {
	Token     string
	Customer  message.CustomerID
	Device    string
	EventSeq  int64
	ExpiresAt time.Time
}

// nameForm is what keys and API names are made of, and more: nothing that a database stumbles over.
var nameForm = regexp.MustCompile(`^[!-~]{1,100}$`)

// Published finds the deployment that a visitor names.
func (s *Service) Published(ctx context.Context, orgKey, name string) (*Deployment, error) {
	if !nameForm.MatchString(orgKey) || !nameForm.MatchString(name) {
		return nil, fault.New(fault.NotFound, "There is no such published deployment.")
	}
	d, err := s.Rows.PublishedDeployment(ctx, orgKey, name)
	if err != nil {
		return nil, err
	}
	return &d, nil
}

// Admit gives an unverified visitor a token. The device id is all that tells them from others, so a
// browser that loses it is a new person; without one that will do they get another to keep.
func (s *Service) Admit(ctx context.Context, d *Deployment, device, language string) (Admission, error) {
	if !d.Keyset.IsZero() {
		return Admission{}, fault.New(fault.Unauthorized, "Customers sign in here. Ask for an authenticated access token.").With("reason", "verification_required")
	}
	device = deviceOf(device)
	now := s.now()
	return s.admit(ctx, d, Token{CreatedAt: now, ExpiresAt: now.Add(s.tokenFor())}, message.Address{Kind: message.AddressDevice, Value: device}, "", device, language)
}

// Identity is who a customer has proved to be.
type Identity struct {
	claims identity.Claims
	keyset message.KeysetID
	at     time.Time // before the keys were read: whoever takes one away afterwards ends what follows, too
}

// Identify makes all checks of an identity token (UV-2). It may have to wait for an identity provider.
func (s *Service) Identify(ctx context.Context, d *Deployment, token string) (who Identity, err error) {
	if d.Keyset.IsZero() || s.Identity == nil {
		return who, fault.New(fault.Unauthorized, "This deployment has no keys to verify identity tokens with, so nobody can sign in. Ask for an unauthenticated access token.").
			With("reason", "verification_not_configured")
	}
	who.at, who.keyset = s.now(), d.Keyset
	who.claims, err = s.Identity.Verify(ctx, d.Org, d.Keyset, token)
	return who, err
}

// AdmitVerified gives a customer who has proved who they are a token. The same subject is the same messaging
// user, on whichever device. The access token ends with the identity at the latest: then the page says anew
// who its customer is.
//
// former is the token with which the same browser came in before its customer signed in, if it has one.
func (s *Service) AdmitVerified(ctx context.Context, d *Deployment, who Identity, former, device, language string) (Admission, error) {
	t := Token{Keyset: who.keyset, CreatedAt: who.at, ExpiresAt: who.at.Add(s.tokenFor())}
	if end := who.claims.ExpiresAt.Add(identity.Leeway); end.Before(t.ExpiresAt) {
		t.ExpiresAt = end
	}
	return s.admit(ctx, d, t, message.Address{Kind: message.AddressVerified, Value: platformKey(who.keyset, who.claims.Subject)}, former, deviceOf(device), language)
}

// platformKey of a verified customer (MU-1).
func platformKey(keyset message.KeysetID, subject string) string {
	return "v2/iamessage/AUTH/" + keyset.String() + "/uid:" + subject
}

// admit makes a token for whom an address names.
func (s *Service) admit(ctx context.Context, d *Deployment, t Token, who message.Address, former, device, language string) (a Admission, err error) {
	if !d.ChannelActive {
		return a, channelInactive()
	}
	secret := newSecret()
	t.Hash, t.Login, t.Org, t.Channel, t.Deployment = hashOf(secret), hashOf(device), d.Org, d.Channel, d.ID
	err = s.Write(ctx, d.Org, func(tx Tx) error {
		person := t
		id, _, err := tx.EnsureCustomer(d.Channel, []message.Address{who}, message.Profile{Locale: Language(language)})
		if err != nil {
			return err
		}
		person.Customer = id
		if d.JoinUnverified && former != "" {
			if err := join(tx, d, hashOf(former), id, t.CreatedAt); err != nil {
				return err
			}
		}
		if err := tx.InsertCustomerToken(person); err != nil {
			return err
		}
		head, err := tx.CustomerEventHead(id)
		a = Admission{Token: secret, Customer: id, Device: device, EventSeq: head, ExpiresAt: t.ExpiresAt}
		return err
	})
	return a, err
}

// Authenticate says who a token stands for. Tokens that are unknown, revoked or over are refused.
func (s *Service) Authenticate(ctx context.Context, secret string) (*Visitor, error) {
	if secret == "" {
		return nil, fault.New(fault.Unauthorized, "An access token is needed: Authorization: Bearer ….")
	}
	t, err := s.Rows.CustomerToken(ctx, hashOf(secret))
	switch {
	case fault.CodeOf(err) == fault.NotFound:
		return nil, fault.New(fault.Unauthorized, "This access token is not known. Get a new one.")
	case err != nil:
		return nil, err
	case !t.RevokedAt.IsZero():
		return nil, fault.New(fault.Unauthorized, "This access token was revoked. Get a new one.")
	case !s.now().Before(t.ExpiresAt):
		return nil, fault.New(fault.TokenExpired, "This access token has expired. Get a new one.")
	case t.Keyset != t.ChannelKeyset:
		return nil, fault.New(fault.Unauthorized, "Who signs in here, and how, has changed. Get a new access token.").With("reason", "verification_changed")
	case t.CreatedAt.Before(t.EndsBefore):
		return nil, fault.New(fault.TokenExpired, "The keys that this access token was got with have changed. Sign in again.")
	case !t.ChannelActive:
		return nil, channelInactive()
	}
	d, err := s.deployments.get(ctx, s.Rows, t)
	if err != nil {
		return nil, err
	}
	return &Visitor{Token: t, Deployment: d}, nil
}

// Continue gives a visitor another token that ends when the one they have does.
func (s *Service) Continue(ctx context.Context, v *Visitor) (secret string, err error) {
	secret = newSecret()
	next := v.Token
	next.Hash = hashOf(secret)
	return secret, s.Write(ctx, v.Org, func(tx Tx) error { return tx.InsertCustomerToken(next) })
}

// Revoke ends all tokens that a visitor has on their device: signing out is for good. Open streams end, too.
func (s *Service) Revoke(ctx context.Context, v *Visitor) error {
	return s.Write(ctx, v.Org, func(tx Tx) error {
		if err := tx.RevokeCustomerTokens(v.Token); err != nil {
			return err
		}
		tx.Signal(message.WakeCustomer(v.Customer))
		return nil
	})
}

func (s *Service) tokenFor() time.Duration {
	if s.TokenFor > 0 {
		return s.TokenFor
	}
	return DefaultTokenFor
}

func channelInactive() error {
	return fault.New(fault.ChannelInactive, "Messages are not taken here at the moment.")
}

// newSecret has 256 random bits.
func newSecret() string {
	b := make([]byte, 32)
	_, _ = rand.Read(b) // never fails
	return base64.RawURLEncoding.EncodeToString(b)
}

// hashOf a random secret needs no salt and no slowness: there is nothing to guess.
func hashOf(secret string) []byte {
	h := sha256.Sum256([]byte(secret))
	return h[:]
}

// published keeps deployments as they were last read. Each look-up of a token brings the deployment's
// version, so that what is published takes effect with the next request, on every node.
type published struct {
	mu   sync.Mutex
	byID map[message.DeploymentID]*Deployment
}

func (p *published) get(ctx context.Context, rows Reader, t Token) (*Deployment, error) {
	p.mu.Lock()
	d := p.byID[t.Deployment]
	p.mu.Unlock()
	if d != nil && d.Version == t.DeploymentVersion && d.ConsentVersion == t.ConsentVersion && d.Org == t.Org {
		return d, nil
	}
	fresh, err := rows.PublishedDeploymentByID(ctx, t.Org, t.Deployment)
	if err != nil {
		return nil, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.byID == nil {
		p.byID = map[message.DeploymentID]*Deployment{}
	}
	p.byID[t.Deployment] = &fresh
	return &fresh, nil
}
