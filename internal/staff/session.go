package staff

import (
	"context"
	"crypto/sha256"
	"log/slog"
	"slices"
	"strings"
	"time"

	"switchboard/internal/fault"
)

// Client is where a sign-in comes from.
type Client struct {
	IP        string
	UserAgent string
	// Device is what an earlier sign-in from this browser was given.
	Device string
}

// SignedIn is the outcome of a login. Token is told once.
type SignedIn struct {
	Token         string
	Principal     Principal
	Organisations []Membership
	// Device is for the browser to keep, even when the session ends; empty when devices are not known.
	Device string
}

// Login checks an e-mail and a password and begins a session. organisation picks one by id or key
// when the password opens several; empty is the oldest. An unknown e-mail and a wrong password get
// the same answer after the same time.
func (s *Service) Login(ctx context.Context, email, password, organisation string, from Client) (SignedIn, error) {
	email = strings.ToLower(strings.TrimSpace(email))
	good, err := s.guesses.take(email, from, time.Now())
	if err != nil {
		return SignedIn{}, err
	}
	memberships, err := s.opened(ctx, email, password)
	if err != nil {
		return SignedIn{}, err
	}
	if len(memberships) == 0 {
		return SignedIn{}, fault.New(fault.BadLogin, "The e-mail address or the password is wrong.")
	}
	good()
	in, err := s.signIn(ctx, memberships, organisation, from)
	in.Device = s.guesses.deviceOf(email, from.Device)
	return in, err
}

// opened are the memberships of an address that the password opens: each organisation has its own, which
// may be the same.
func (s *Service) opened(ctx context.Context, email, password string) ([]Membership, error) {
	memberships, err := s.reads.Memberships(ctx, email)
	if err != nil {
		return nil, err
	}
	if len(memberships) == 0 { // takes as long as a wrong password
		_, err := s.passwords.Verify(ctx, "", password)
		return nil, err
	}
	var opened []Membership
	good := map[string]bool{}
	for _, m := range memberships {
		if _, tried := good[m.PasswordHash]; !tried {
			if good[m.PasswordHash], err = s.passwords.Verify(ctx, m.PasswordHash, password); err != nil {
				return nil, err
			}
		}
		if good[m.PasswordHash] {
			opened = append(opened, m)
		}
	}
	return opened, nil
}

// signIn begins a session of somebody who has proved who they are.
func (s *Service) signIn(ctx context.Context, memberships []Membership, organisation string, from Client) (SignedIn, error) {
	memberships = slices.DeleteFunc(memberships, func(m Membership) bool { return !m.Active })
	in, err := choose(memberships, organisation)
	if err != nil {
		return SignedIn{}, err
	}
	token, hash := secret("")
	csrf, _ := secret("")
	var user User
	err = s.write(ctx, in.Org, func(tx Tx) (err error) {
		if user, err = tx.User(in.User); err != nil {
			return err
		}
		if err := tx.Seen(in.User); err != nil {
			return err
		}
		return tx.InsertToken(Token{Hash: hash, User: in.User, Purpose: PurposeSession, CSRF: csrf, CreatedAt: tx.Now(),
			ExpiresAt: tx.Now().Add(sessionLife), IP: from.IP, UserAgent: clip(from.UserAgent, 300)})
	})
	return SignedIn{Token: token, Principal: principalOf(Session{Org: in.Org, User: user, CSRF: csrf}), Organisations: memberships}, err
}

func choose(memberships []Membership, organisation string) (Membership, error) {
	if len(memberships) == 0 {
		return Membership{}, fault.New(fault.NoPermission, "This account is switched off. Ask an administrator.")
	}
	if organisation == "" {
		return memberships[0], nil
	}
	for _, m := range memberships {
		if m.OrgKey == organisation || m.Org.String() == strings.ToLower(organisation) {
			return m, nil
		}
	}
	return Membership{}, fault.New(fault.NoPermission, "You don't belong to this organisation.")
}

// Logout ends the session whose token it is. An API key is not ended by it.
func (s *Service) Logout(ctx context.Context, p Principal, token string) error {
	err := s.write(ctx, p.Org, func(tx Tx) error {
		tx.AccessChanged()
		return tx.DeleteToken(hashOf(token))
	})
	s.access.forget(p.Org)
	return err
}

// Authenticate finds out whose token it is: a session's or an API key's.
func (s *Service) Authenticate(ctx context.Context, token string) (Principal, error) {
	now := time.Now()
	hash := sha256.Sum256([]byte(token))
	known, ok, forgets := s.access.recall(hash, now)
	if !ok {
		var err error
		if strings.HasPrefix(token, apiKeyPrefix) {
			known, err = s.program(ctx, hash[:])
		} else {
			known, err = s.person(ctx, hash[:], now)
		}
		if err != nil {
			return Principal{}, err
		}
		known.until = now.Add(rememberFor)
		s.access.remember(hash, known, forgets)
	}
	return known.principal, nil
}

func (s *Service) person(ctx context.Context, hash []byte, now time.Time) (remembered, error) {
	found, ok, err := s.reads.SessionByToken(ctx, hash)
	switch {
	case err != nil:
		return remembered{}, err
	case !ok, !found.User.Active:
		return remembered{}, fault.New(fault.Unauthorized, "You are not signed in.")
	case !now.Before(found.ExpiresAt):
		return remembered{}, fault.New(fault.TokenExpired, "Your session has expired. Sign in again.")
	}
	if found.ExpiresAt.Before(now.Add(sessionLife - renewalAfter)) {
		err := s.write(ctx, found.Org, func(tx Tx) error {
			if err := tx.Seen(found.User.ID); err != nil {
				return err
			}
			return tx.RenewToken(hash, now.Add(sessionLife))
		})
		if err != nil {
			slog.WarnContext(ctx, "a session could not be renewed", "err", err)
		}
	}
	return remembered{principal: principalOf(found)}, nil
}

func principalOf(s Session) Principal {
	return Principal{Org: s.Org, UserID: s.User.ID, Name: s.User.Name, PermissionSet: s.User.PermissionSet,
		Permissions: setOf(s.User.Permissions), CSRF: s.CSRF}
}

func clip(s string, max int) string { return strings.ToValidUTF8(s[:min(len(s), max)], "") }
