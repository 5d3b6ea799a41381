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
	CreatedAt  time.Time
	ExpiresAt  time.Time
	RevokedAt  time.Time
	// What follows is as it is now, for who reads a token.
	DeploymentVersion int64
	ChannelActive     bool
	RequiredConsent   consent.Level
	ConsentVersion    int64
}

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
func (s *Service) Admit(ctx context.Context, d *Deployment, device, language string) (a Admission, err error) {
	if !d.ChannelActive {
		return a, channelInactive()
	}
	device = deviceOf(device)
	secret := newSecret()
	now := s.now()
	t := Token{Hash: hashOf(secret), Org: d.Org, Channel: d.Channel, Deployment: d.ID, CreatedAt: now, ExpiresAt: now.Add(s.tokenFor())}
	err = s.Write(ctx, d.Org, func(tx Tx) error {
		person := t
		id, _, err := tx.EnsureCustomer(d.Channel, []message.Address{{Kind: message.AddressDevice, Value: device}}, message.Profile{Locale: Language(language)})
		if err != nil {
			return err
		}
		person.Customer = id
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
	next.Hash, next.CreatedAt = hashOf(secret), s.now()
	return secret, s.Write(ctx, v.Org, func(tx Tx) error { return tx.InsertCustomerToken(next) })
}

// Revoke ends a visitor's token and all continued from the same one. Open streams end with it.
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
