package identity

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"math"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/go-jose/go-jose/v4"

	"switchboard/internal/fault"
)

const (
	// TokenMax is the longest token that is read, in bytes.
	TokenMax = 8 << 10
	// SubjectMax is the longest subject, in characters.
	SubjectMax = 255
	// Leeway is how far a token's times may be off: clocks of two machines differ.
	Leeway = 5 * time.Second
)

// Check is one of the numbered checks of a token (UV-2).
type Check int

// The checks, in the order of their numbers.
const (
	WellFormed Check = iota + 1
	Algorithm
	Type
	KnownKey
	Signature
	Issuer
	Expiry
	Subject
	Certificate
)

var checkNames = [...]string{WellFormed: "well_formed", Algorithm: "algorithm", Type: "type", KnownKey: "key", Signature: "signature",
	Issuer: "issuer", Expiry: "expiry", Subject: "subject", Certificate: "certificate"}

// String is the check's name for programs.
func (c Check) String() string { return checkNames[c] }

// Checks are all of them.
func Checks() []Check {
	return []Check{WellFormed, Algorithm, Type, KnownKey, Signature, Issuer, Expiry, Subject, Certificate}
}

// refuse names the check that failed. What the token says is not repeated.
func (c Check) refuse(text string, args ...any) *fault.Error {
	return fault.New(fault.IdentityRefused, text, args...).With("check", int(c)).With("check_name", c.String())
}

// CheckOf is the check that an error names; 0 for another error.
func CheckOf(err error) Check {
	var f *fault.Error
	if !errors.As(err, &f) || f.Code != fault.IdentityRefused {
		return 0
	}
	n, _ := f.Detail["check"].(int)
	return Check(n)
}

// Claims are what a verified token says.
type Claims struct {
	Subject   string
	ExpiresAt time.Time
}

// finder looks a key up by its id: the second value is false for keys that are not there or not active.
type finder func(kid string) (Key, bool, error)

// verify makes all checks of a token. Which key is the token's shows only at the fourth, so the second is
// made in two steps: alg is one that is allowed, and later the key's own.
func verify(token, issuer string, find finder, now time.Time) (c Claims, err error) {
	signed, err := parse(token)
	if err != nil {
		return c, err
	}
	header := signed.Signatures[0].Protected
	if typ, ok := header.ExtraHeaders[jose.HeaderType].(string); !ok || !strings.EqualFold(typ, "JWT") {
		return c, Type.refuse("The token's typ is not JWT.")
	}
	if header.KeyID == "" || len(header.KeyID) > KIDMax {
		return c, KnownKey.refuse("The token's header has no kid that names its key.")
	}
	key, found, err := find(header.KeyID)
	if err != nil {
		return c, err
	}
	if !found {
		return c, KnownKey.refuse("The token's kid names no active key of the keyset.")
	}
	if header.Algorithm != key.Alg {
		return c, Algorithm.refuse("The token's alg is not the one of its key, which is %s.", key.Alg)
	}
	payload, err := signed.Verify(key.Public)
	if err != nil {
		return c, Signature.refuse("The token's signature was not made with its key.")
	}
	var claims map[string]json.RawMessage
	if err := json.Unmarshal(payload, &claims); err != nil {
		return c, WellFormed.refuse("This is not a token: three parts in base64url with dots between, the first two of them JSON.")
	}
	if iss, ok := textOf(claims["iss"]); !ok || iss != issuer {
		return c, Issuer.refuse("The token's iss is not the keyset's issuer.")
	}
	if c.ExpiresAt, err = inTime(claims, now); err != nil {
		return c, err
	}
	sub, ok := textOf(claims["sub"])
	switch {
	case !ok || strings.TrimSpace(sub) == "":
		return c, Subject.refuse("The token's sub is empty: it says of nobody who they are.")
	case utf8.RuneCountInString(sub) > SubjectMax || strings.ContainsFunc(sub, func(r rune) bool { return r < ' ' || r == utf8.RuneError }):
		return c, Subject.refuse("The token's sub has at most %d characters, and none that can't be printed.", SubjectMax)
	}
	if !key.CertificateUntil.IsZero() && (now.Before(key.CertificateFrom) || !now.Before(key.CertificateUntil)) {
		return c, Certificate.refuse("The certificate of the token's key has expired, or is not valid yet.")
	}
	c.Subject = sub
	return c, nil
}

// parse makes the first check, and the first half of the second.
func parse(token string) (*jose.JSONWebSignature, error) {
	unreadable := WellFormed.refuse("This is not a token: three parts in base64url with dots between, the first two of them JSON.")
	if len(token) > TokenMax {
		return nil, WellFormed.refuse("The token has more than %d characters.", TokenMax)
	}
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return nil, unreadable
	}
	var header struct {
		Alg  string          `json:"alg"`
		Crit json.RawMessage `json:"crit"`
		B64  json.RawMessage `json:"b64"`
	}
	var claims map[string]json.RawMessage
	for i, to := range []any{&header, &claims} {
		b, err := base64.RawURLEncoding.Strict().DecodeString(parts[i])
		if err != nil || !utf8.Valid(b) || json.Unmarshal(b, to) != nil {
			return nil, unreadable
		}
	}
	if claims == nil {
		return nil, unreadable
	}
	if _, err := base64.RawURLEncoding.Strict().DecodeString(parts[2]); err != nil {
		return nil, unreadable
	}
	if header.Crit != nil || header.B64 != nil {
		return nil, WellFormed.refuse("The token's header asks for extensions (crit, b64), of which none are known here.")
	}
	signed, err := jose.ParseSignedCompact(token, algorithms)
	var another *jose.ErrUnexpectedSignatureAlgorithm
	switch {
	case errors.As(err, &another), err != nil && header.Alg == "":
		return nil, Algorithm.refuse("The token's alg is none of those that are allowed: RS256, RS384, RS512, PS256, PS384 and PS512.")
	case err != nil || len(signed.Signatures) != 1:
		return nil, unreadable
	}
	return signed, nil
}

// inTime makes the seventh check: exp is to come, and nbf, where there is one, has come.
func inTime(claims map[string]json.RawMessage, now time.Time) (expires time.Time, err error) {
	expires, ok := timeOf(claims["exp"])
	switch {
	case !ok:
		return expires, Expiry.refuse("The token has no exp, or one that is not a time in seconds.")
	case !now.Before(expires.Add(Leeway)):
		return expires, Expiry.refuse("The token has expired: its exp is past.")
	}
	if raw, given := claims["nbf"]; given {
		if begins, ok := timeOf(raw); !ok || now.Add(Leeway).Before(begins) {
			return expires, Expiry.refuse("The token is not good yet: its nbf is to come, or is no time.")
		}
	}
	return expires, nil
}

func textOf(raw json.RawMessage) (s string, ok bool) {
	if len(raw) == 0 || raw[0] != '"' {
		return "", false
	}
	return s, json.Unmarshal(raw, &s) == nil
}

// timeOf reads seconds since 1970, which may have a fraction (RFC 7519, 2).
func timeOf(raw json.RawMessage) (time.Time, bool) {
	var seconds *float64
	if len(raw) == 0 || json.Unmarshal(raw, &seconds) != nil || seconds == nil || *seconds < 0 || *seconds > math.MaxInt32*1000 {
		return time.Time{}, false
	}
	return time.UnixMicro(int64(*seconds * 1e6)).UTC(), true
}
