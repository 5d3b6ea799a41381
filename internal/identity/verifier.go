package identity

import (
	"context"
	"time"

	"switchboard/internal/fault"
	"switchboard/internal/message"
)

// Types of keysets.
const (
	TypeKeys = "keys" // of uploaded keys
	TypeURL  = "url"  // of the keys that an address publishes
)

// Keyset is whose tokens are believed: an issuer, and the keys that it signs with.
type Keyset struct {
	ID     message.KeysetID
	Org    message.OrgID
	Issuer string
	URL    string // where the keys are published; empty for a keyset of uploaded ones
	Keys   []Key  // the active ones of those that were uploaded
}

// Rows reads committed rows.
type Rows interface {
	// Keyset with its active keys; fault.NotFound when there is none.
	Keyset(ctx context.Context, org message.OrgID, id message.KeysetID) (Keyset, error)
}

// Published finds keys where identity providers publish them.
type Published interface {
	// Key of a keyset's address. It is false when the address has none of this id; an error when what it has
	// can't be known.
	Key(ctx context.Context, set Keyset, kid string) (Key, bool, error)
}

// Fetched is what is known of the address of a keyset.
type Fetched struct {
	Keys      []Key
	FetchedAt time.Time // when keys last came; zero for never
	TriedAt   time.Time
	// Problem is why the last call brought none; its text is empty when it did.
	Problem fault.Sentence
}

// Verifier checks tokens against keysets.
type Verifier struct {
	Rows      Rows
	Published Published
	// Count hears how each check of a customer's token ended: ok, the name of a check, or unavailable.
	Count func(outcome string)
	// Now is the clock; time.Now when it is nil.
	Now func() time.Time
}

// Verify makes the checks of UV-2 on a customer's token. A refusal is fault.IdentityRefused and names one.
func (v *Verifier) Verify(ctx context.Context, org message.OrgID, keyset message.KeysetID, token string) (Claims, error) {
	c, err := v.Try(ctx, org, keyset, token)
	if v.Count != nil {
		outcome := "ok"
		if check := CheckOf(err); check != 0 {
			outcome = check.String()
		} else if err != nil {
			outcome = "unavailable"
		}
		v.Count(outcome)
	}
	return c, err
}

// Try is Verify for people who set up: it is not counted.
func (v *Verifier) Try(ctx context.Context, org message.OrgID, keyset message.KeysetID, token string) (Claims, error) {
	set, err := v.Rows.Keyset(ctx, org, keyset)
	if err != nil {
		return Claims{}, err
	}
	now := time.Now()
	if v.Now != nil {
		now = v.Now()
	}
	return verify(token, set.Issuer, func(kid string) (Key, bool, error) {
		if set.URL != "" {
			if v.Published == nil {
				return Key{}, false, fault.New(fault.Unavailable, "Keys can't be fetched here.")
			}
			return v.Published.Key(ctx, set, kid)
		}
		for _, k := range set.Keys {
			if k.KID == kid && (k.Until.IsZero() || now.Before(k.Until)) {
				return k, true, nil
			}
		}
		return Key{}, false, nil
	}, now)
}
