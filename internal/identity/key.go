package identity

import (
	"bytes"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"

	"switchboard/internal/fault"
	"switchboard/internal/message"
)

const (
	// KeyMax is the longest JWK that is read, in bytes; a key of 8 192 bits with its chain of certificates fits.
	KeyMax = 32 << 10
	// KIDMax is the longest id of a key.
	KIDMax = 200
	// bitsMin and bitsMax of an RSA key: less is broken, more is slow to check for everybody.
	bitsMin = 2048
	bitsMax = 8192
	// certificateLeft is how long a certificate must be good at the upload, so that nobody uploads what
	// stops signing in a few days.
	certificateLeft = 10 * 24 * time.Hour
	// keysMax is how many keys of a set are read.
	keysMax = 100
)

// Algorithms are those that tokens may be signed with.
var algorithms = []jose.SignatureAlgorithm{jose.RS256, jose.RS384, jose.RS512, jose.PS256, jose.PS384, jose.PS512}

// private are the members that a public key doesn't have (RFC 7518, 6.3.2 and 6.4).
var private = []string{"d", "p", "q", "dp", "dq", "qi", "oth", "k"}

// Key is a public key that signs identity tokens.
type Key struct {
	ID     message.KeyID // none for those of a URL
	KID    string
	Alg    string
	Public *rsa.PublicKey
	// CertificateFrom and CertificateUntil are the time of the certificate; zero without one.
	CertificateFrom  time.Time
	CertificateUntil time.Time
	// Until is when a test key ends; zero for keys that don't.
	Until time.Time
	// JWK is the key as it is kept: what is needed of it and nothing else.
	JWK json.RawMessage
}

// Bits of the key.
func (k *Key) Bits() int { return k.Public.N.BitLen() }

// ReadKey reads an uploaded JWK (UV-1).
func ReadKey(jwk []byte, now time.Time) (Key, error) {
	var members map[string]json.RawMessage
	trimmed := bytes.TrimSpace(jwk)
	var several map[string]json.RawMessage
	switch {
	case len(trimmed) > KeyMax:
		return Key{}, refused("This is too long for a key.")
	case len(trimmed) > 0 && trimmed[0] == '[', json.Unmarshal(trimmed, &several) == nil && several["keys"] != nil:
		return Key{}, refused("This is a list of keys. Upload one key at a time.")
	case json.Unmarshal(trimmed, &members) != nil || members == nil:
		return Key{}, refused("This is not a key in JSON. A JWK begins with { and has kty, kid, alg, n and e.")
	}
	for _, name := range private {
		if _, found := members[name]; found {
			return Key{}, refused("This key has a private part (%s): whoever has it can sign in as anybody. Keep it where tokens are made, and upload the public key alone.", name)
		}
	}
	k, err := read(members)
	if err != nil {
		return Key{}, err
	}
	switch {
	case k.CertificateUntil.IsZero():
	case now.Before(k.CertificateFrom), !now.Before(k.CertificateUntil):
		return Key{}, refused("The certificate in x5c has expired, or is not valid yet.")
	case k.CertificateUntil.Sub(now) < certificateLeft:
		return Key{}, refused("The certificate in x5c ends in less than %d days. Upload a key with a newer one.", int(certificateLeft.Hours()/24))
	}
	return k, nil
}

// ReadSet reads the keys that an address publishes (RFC 7517, 5). Those that can't verify here, such as
// keys for encryption and of other kinds, are passed over; so is everything that has private parts. A key
// without alg is one for RS256.
func ReadSet(body []byte) ([]Key, error) {
	var set struct {
		Keys []map[string]json.RawMessage `json:"keys"`
	}
	if err := json.Unmarshal(body, &set); err != nil {
		return nil, fault.Wrap(err, fault.Unprocessable, "What the address answers is not a set of keys.")
	}
	var keys []Key
	for _, members := range set.Keys[:min(len(set.Keys), keysMax)] {
		if members == nil || slices.ContainsFunc(private, func(name string) bool { return members[name] != nil }) {
			continue
		}
		if members["alg"] == nil {
			members["alg"] = json.RawMessage(`"RS256"`)
		}
		k, err := read(members)
		if err == nil && !slices.ContainsFunc(keys, func(other Key) bool { return other.KID == k.KID }) {
			keys = append(keys, k)
		}
	}
	if len(keys) == 0 {
		return nil, fault.New(fault.Unprocessable, "The address has no key that tokens can be checked with: RSA, with kid, n and e.")
	}
	return keys, nil
}

// WriteSet is what ReadSet reads.
func WriteSet(keys []Key) []byte {
	set := struct {
		Keys []json.RawMessage `json:"keys"`
	}{Keys: make([]json.RawMessage, len(keys))}
	for i := range keys {
		set.Keys[i] = keys[i].JWK
	}
	b, err := json.Marshal(set)
	if err != nil {
		panic(err) // they were read from JSON
	}
	return b
}

// stored is a key as it is kept.
type stored struct {
	KTY string   `json:"kty"`
	KID string   `json:"kid"`
	Alg string   `json:"alg"`
	N   string   `json:"n"`
	E   string   `json:"e"`
	X5C []string `json:"x5c,omitempty"`
}

// read checks everything of a key but the time.
func read(members map[string]json.RawMessage) (Key, error) {
	var s stored
	var use string
	for _, m := range []struct {
		name string
		to   *string
	}{{"kty", &s.KTY}, {"kid", &s.KID}, {"alg", &s.Alg}, {"n", &s.N}, {"e", &s.E}} {
		if json.Unmarshal(members[m.name], m.to) != nil || *m.to == "" {
			return Key{}, refused("The key has no %s. A JWK needs kty, kid, alg, n and e, each as a text.", m.name)
		}
	}
	switch {
	case s.KTY != "RSA":
		return Key{}, refused("Only RSA keys are taken: kty must be RSA.")
	case !slices.Contains(algorithms, jose.SignatureAlgorithm(s.Alg)):
		return Key{}, refused("The key's alg is none that tokens may be signed with: RS256, RS384, RS512, PS256, PS384 or PS512.")
	case len(s.KID) > KIDMax || strings.ContainsFunc(s.KID, func(r rune) bool { return r < ' ' }):
		return Key{}, refused("The key's id (kid) has at most %d characters, and none that can't be printed.", KIDMax)
	case json.Unmarshal(members["use"], &use) == nil && use != "sig":
		return Key{}, refused("This key is not for signatures: its use is another one.")
	}
	for name, value := range map[string]string{"n": s.N, "e": s.E} {
		if _, err := base64.RawURLEncoding.Strict().DecodeString(value); err != nil {
			return Key{}, refused("The key's %s is not in base64url.", name)
		}
	}
	var parsed jose.JSONWebKey
	bare, err := json.Marshal(s)
	if err == nil {
		err = parsed.UnmarshalJSON(bare)
	}
	public, ok := parsed.Key.(*rsa.PublicKey)
	if err != nil || !ok || public.E < 3 || public.E%2 == 0 || public.E > 1<<31-1 || public.N.Sign() <= 0 || public.N.Bit(0) == 0 {
		return Key{}, refused("The key's n and e are not those of an RSA key.")
	}
	if bits := public.N.BitLen(); bits < bitsMin || bits > bitsMax {
		return Key{}, refused("The key has %d bits; it needs from %d to %d.", bits, bitsMin, bitsMax)
	}
	k := Key{KID: s.KID, Alg: s.Alg, Public: public}
	if members["x5c"] != nil {
		if err := k.certify(members["x5c"], &s); err != nil {
			return Key{}, err
		}
	}
	if k.JWK, err = json.Marshal(s); err != nil {
		return Key{}, err
	}
	return k, nil
}

// certify reads the first certificate of a chain, which must be the key's own. Who signed it is not asked:
// the administrator, or the address that they chose, vouches for the key.
func (k *Key) certify(x5c json.RawMessage, s *stored) error {
	unreadable := refused("The certificate in x5c can't be read.")
	if json.Unmarshal(x5c, &s.X5C) != nil || len(s.X5C) == 0 {
		return unreadable
	}
	s.X5C = s.X5C[:1]
	der, err := base64.StdEncoding.DecodeString(s.X5C[0])
	if err != nil {
		return unreadable
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		return unreadable
	}
	if !k.Public.Equal(certificate.PublicKey) {
		return refused("The certificate in x5c is another key's.")
	}
	k.CertificateFrom, k.CertificateUntil = certificate.NotBefore, certificate.NotAfter
	return nil
}

func refused(text string, args ...any) error { return fault.Invalid("jwk", text, args...) }
