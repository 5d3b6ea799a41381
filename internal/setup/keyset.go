package setup

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"switchboard/internal/fault"
	"switchboard/internal/identity"
	"switchboard/internal/message"
)

// IdentityTx is what keys and keysets need of a transaction.
type IdentityTx interface {
	// KeySetup by id, locked.
	KeySetup(id message.KeyID) (Key, error)
	InsertKey(k Key) error
	SaveKey(k *Key) error
	DeleteKey(id message.KeyID) error
	// KeysetsOf a key.
	KeysetsOf(id message.KeyID) ([]message.KeysetID, error)

	// KeysetSetup by id, locked.
	KeysetSetup(id message.KeysetID) (Keyset, error)
	InsertKeyset(k Keyset) error
	SaveKeyset(k *Keyset) error
	DeleteKeyset(id message.KeysetID) error
	// KeysetRequired reports whether a channel requires it.
	KeysetRequired(id message.KeysetID) (bool, error)
	// EndSignIns ends the access tokens that customers have got with a keyset so far.
	EndSignIns(id message.KeysetID) error
}

// KeySpec is what an administrator writes about a key (UV-1).
type KeySpec struct {
	Name   string          `json:"name" minLength:"1" maxLength:"100"`
	JWK    json.RawMessage `json:"jwk,omitempty" doc:"one public RSA key as a JWK with kty, kid, alg, n and e; fixed once made"`
	Active *bool           `json:"active,omitempty" doc:"true if not said. Customers who signed in with an inactive key's keyset are asked to sign in again"`
}

// Key as it is set up.
type Key struct {
	ID message.KeyID
	identity.Key
	Name      string
	Active    bool
	CreatedAt time.Time
	Version   int64
}

// KeysetSpec is what an administrator writes about a keyset.
type KeysetSpec struct {
	Name   string          `json:"name" minLength:"1" maxLength:"100"`
	Issuer string          `json:"issuer" minLength:"1" maxLength:"500" doc:"iss of its tokens, to the letter"`
	Type   string          `json:"type,omitempty" enum:"keys,url" doc:"keys if not said; fixed once made"`
	Keys   []message.KeyID `json:"keys,omitempty" maxItems:"20" doc:"of type keys"`
	URL    string          `json:"url,omitempty" maxLength:"2000" doc:"of type url: where the identity provider publishes its keys (JWKS)"`
}

// Keyset as it is set up.
type Keyset struct {
	ID message.KeysetID
	KeysetSpec
	Version int64
}

// CreateKey keeps a public key.
func (s *Service) CreateKey(ctx context.Context, org message.OrgID, spec KeySpec) (message.KeyID, error) {
	return s.createKey(ctx, org, spec, message.KeysetID{}, time.Time{})
}

// createKey keeps a key, and puts it into a keyset where one is named.
func (s *Service) createKey(ctx context.Context, org message.OrgID, spec KeySpec, into message.KeysetID, until time.Time) (message.KeyID, error) {
	k := Key{ID: message.NewID[message.KeyID](), Name: strings.TrimSpace(spec.Name), Active: spec.Active == nil || *spec.Active, Version: 1}
	if k.Name == "" {
		return k.ID, fault.Invalid("name", "A key needs a name.")
	}
	if len(spec.JWK) == 0 {
		return k.ID, fault.Invalid("jwk", "The key itself is missing.")
	}
	read, err := identity.ReadKey(jwkOf(spec.JWK), time.Now())
	if err != nil {
		return k.ID, err
	}
	k.Key = read
	k.Until = until
	return k.ID, s.Write(ctx, org, func(tx Tx) error {
		if err := tx.InsertKey(k); err != nil || into.IsZero() {
			return err
		}
		set, err := tx.KeysetSetup(into)
		if err != nil {
			return err
		}
		set.Keys = append(set.Keys, k.ID)
		if err := s.checkKeyset(tx, &set); err != nil {
			return err
		}
		return tx.SaveKeyset(&set)
	})
}

// jwkOf is the key that was sent: as JSON, or as a text with JSON in it, which forms send.
func jwkOf(sent json.RawMessage) []byte {
	var text string
	if json.Unmarshal(sent, &text) == nil {
		return []byte(text)
	}
	return sent
}

// ChangeKey applies a change to a key's name, and whether it is active.
func (s *Service) ChangeKey(ctx context.Context, org message.OrgID, id message.KeyID, version int64, apply func(*KeySpec) error) error {
	return s.Write(ctx, org, func(tx Tx) error {
		k, err := tx.KeySetup(id)
		if err != nil {
			return err
		}
		if err := fault.Stale(version, k.Version); err != nil {
			return err
		}
		was := k.Active
		spec := KeySpec{Name: k.Name, Active: &was}
		if err := apply(&spec); err != nil {
			return err
		}
		if spec.JWK != nil {
			return fault.Invalid("jwk", "The key is fixed once it is uploaded. Upload another one beside it.")
		}
		if k.Name = strings.TrimSpace(spec.Name); k.Name == "" {
			return fault.Invalid("name", "A key needs a name.")
		}
		k.Active = spec.Active == nil || *spec.Active
		if was && !k.Active {
			if err := endSignIns(tx, id); err != nil {
				return err
			}
		}
		return tx.SaveKey(&k)
	})
}

// endSignIns ends what was got with any keyset that has a key: which of its keys a customer's token was
// signed with is not kept.
func endSignIns(tx Tx, id message.KeyID) error {
	sets, err := tx.KeysetsOf(id)
	if err != nil {
		return err
	}
	for _, set := range sets {
		if err := tx.EndSignIns(set); err != nil {
			return err
		}
	}
	return nil
}

// DeleteKey removes a key that no keyset has.
func (s *Service) DeleteKey(ctx context.Context, org message.OrgID, id message.KeyID) error {
	return s.Write(ctx, org, func(tx Tx) error {
		if _, err := tx.KeySetup(id); err != nil {
			return err
		}
		sets, err := tx.KeysetsOf(id)
		if err != nil {
			return err
		}
		if len(sets) > 0 {
			return fault.New(fault.InUse, "A keyset has this key. Take it out there first, or switch the key off.")
		}
		return tx.DeleteKey(id)
	})
}

// CreateKeyset adds a keyset.
func (s *Service) CreateKeyset(ctx context.Context, org message.OrgID, spec KeysetSpec) (message.KeysetID, error) {
	k := Keyset{ID: message.NewID[message.KeysetID](), KeysetSpec: spec, Version: 1}
	if k.Type == "" {
		k.Type = identity.TypeKeys
	}
	return k.ID, s.Write(ctx, org, func(tx Tx) error {
		if err := s.checkKeyset(tx, &k); err != nil {
			return err
		}
		return tx.InsertKeyset(k)
	})
}

// ChangeKeyset applies a change. Whoever signed in by what is taken away signs in again.
func (s *Service) ChangeKeyset(ctx context.Context, org message.OrgID, id message.KeysetID, version int64, apply func(*KeysetSpec) error) error {
	return s.Write(ctx, org, func(tx Tx) error {
		k, err := tx.KeysetSetup(id)
		if err != nil {
			return err
		}
		if err := fault.Stale(version, k.Version); err != nil {
			return err
		}
		before := k.KeysetSpec
		before.Keys = slices.Clone(k.Keys)
		if err := apply(&k.KeysetSpec); err != nil {
			return err
		}
		if k.Type != before.Type {
			return fault.Invalid("type", "Where a keyset's keys come from is fixed once it is made.")
		}
		if err := s.checkKeyset(tx, &k); err != nil {
			return err
		}
		gone := slices.ContainsFunc(before.Keys, func(key message.KeyID) bool { return !slices.Contains(k.Keys, key) })
		if gone || k.Issuer != before.Issuer || k.URL != before.URL {
			if err := tx.EndSignIns(id); err != nil {
				return err
			}
		}
		return tx.SaveKeyset(&k)
	})
}

// DeleteKeyset removes a keyset that no channel requires. Its keys stay.
func (s *Service) DeleteKeyset(ctx context.Context, org message.OrgID, id message.KeysetID) error {
	return s.Write(ctx, org, func(tx Tx) error {
		if _, err := tx.KeysetSetup(id); err != nil {
			return err
		}
		required, err := tx.KeysetRequired(id)
		if err != nil {
			return err
		}
		if required {
			return fault.New(fault.InUse, "A channel requires that customers sign in with this keyset. Change that there first.")
		}
		return tx.DeleteKeyset(id)
	})
}

// checkKeyset compares a keyset with what it is made of.
func (s *Service) checkKeyset(tx Tx, k *Keyset) error {
	k.Name, k.Issuer, k.URL = strings.TrimSpace(k.Name), strings.TrimSpace(k.Issuer), strings.TrimSpace(k.URL)
	switch {
	case k.Name == "":
		return fault.Invalid("name", "A keyset needs a name.")
	case k.Issuer == "":
		return fault.Invalid("issuer", "A keyset needs an issuer: what its tokens say as iss.")
	case k.Type == identity.TypeURL && len(k.Keys) > 0:
		return fault.Invalid("keys", "This keyset's keys come from its address.")
	case k.Type == identity.TypeURL:
		if err := s.CheckURL(k.URL); err != nil {
			var f *fault.Error
			if errors.As(err, &f) {
				return f.At("url")
			}
			return err
		}
		return nil
	case k.URL != "":
		return fault.Invalid("url", "This keyset has uploaded keys and no address.")
	}
	kids := map[string]bool{}
	for i, id := range k.Keys {
		if slices.Contains(k.Keys[:i], id) {
			return fault.Invalid("keys", "A key stands in a keyset once.")
		}
		key, err := tx.KeySetup(id)
		if fault.CodeOf(err) == fault.NotFound {
			return fault.Invalid("keys", "There is no such key.")
		}
		if err != nil {
			return err
		}
		if kids[key.KID] {
			return fault.Invalid("keys", "Two keys of this keyset have the same id (kid): a token could not say which one it means.")
		}
		kids[key.KID] = true
	}
	return nil
}

// checkVerification asks whether a channel may require a keyset.
func checkVerification(tx Tx, c *Channel) error {
	if c.Keyset.IsZero() {
		return nil
	}
	if c.Type != "web" {
		return fault.Invalid("keyset_id", "Customers sign in on web and in-app channels only.")
	}
	_, err := tx.KeysetSetup(c.Keyset)
	if fault.CodeOf(err) == fault.NotFound {
		return fault.Invalid("keyset_id", "There is no such keyset.")
	}
	return err
}

// TestKeySpec asks for a key pair to try verification with.
type TestKeySpec struct {
	Subject string `json:"subject" minLength:"1" maxLength:"255" doc:"sub of the token: whom it signs in"`
	Minutes int    `json:"minutes,omitempty" minimum:"0" maximum:"1440" doc:"how long the token is good; 60 if not said"`
}

// TestKey is a pair that was made, and a token that it signed.
type TestKey struct {
	ID      message.KeyID
	Private json.RawMessage
	Token   string
}

// MakeTestKey makes a key pair, adds its public part to a keyset of uploaded keys for a day, and signs a
// token. The private part is returned and kept nowhere.
func (s *Service) MakeTestKey(ctx context.Context, org message.OrgID, keyset message.KeysetID, spec TestKeySpec) (made TestKey, err error) {
	var issuer string
	err = s.Write(ctx, org, func(tx Tx) error {
		set, err := tx.KeysetSetup(keyset)
		if err != nil {
			return err
		}
		if set.Type != identity.TypeKeys {
			return fault.Invalid("type", "The keys of this keyset come from its address. A test key needs a keyset of uploaded keys.")
		}
		issuer = set.Issuer
		return nil
	})
	if err != nil {
		return made, err
	}
	if spec.Minutes == 0 {
		spec.Minutes = 60
	}
	now := time.Now()
	pair, err := identity.NewPair("test-" + message.NewID[message.RowID]().String())
	if err != nil {
		return made, err
	}
	if made.Token, err = pair.Sign(issuer, spec.Subject, now, time.Duration(spec.Minutes)*time.Minute); err != nil {
		return made, err
	}
	made.Private = pair.Private
	made.ID, err = s.createKey(ctx, org, KeySpec{Name: "Test " + now.UTC().Format("2006-01-02 15:04"), JWK: pair.Public}, keyset, now.Add(identity.PairFor))
	return made, err
}
