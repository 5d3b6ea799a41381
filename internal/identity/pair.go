package identity

import (
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"time"

	"github.com/go-jose/go-jose/v4"

	"switchboard/internal/fault"
)

// PairFor is how long a test key that was made here is good.
const PairFor = 24 * time.Hour

// Pair is a key pair to try verification with. Its private part is shown to who asked for it, and kept
// nowhere.
type Pair struct {
	Public  json.RawMessage
	Private json.RawMessage
	signer  jose.Signer
}

// NewPair makes a pair for RS256.
func NewPair(kid string) (Pair, error) {
	key, err := rsa.GenerateKey(rand.Reader, bitsMin)
	if err != nil {
		return Pair{}, err
	}
	return pairOf(jose.JSONWebKey{Key: key, KeyID: kid, Algorithm: string(jose.RS256), Use: "sig"})
}

// ReadPair reads the private JWK of a pair.
func ReadPair(private []byte) (Pair, error) {
	var jwk jose.JSONWebKey
	if err := jwk.UnmarshalJSON(private); err != nil {
		return Pair{}, fault.Wrap(err, fault.Malformed, "This is not a private key as a JWK.")
	}
	if _, ok := jwk.Key.(*rsa.PrivateKey); !ok {
		return Pair{}, fault.New(fault.Malformed, "This is not a private RSA key as a JWK.")
	}
	return pairOf(jwk)
}

func pairOf(jwk jose.JSONWebKey) (p Pair, err error) {
	if p.Private, err = jwk.MarshalJSON(); err != nil {
		return p, err
	}
	if p.Public, err = jwk.Public().MarshalJSON(); err != nil {
		return p, err
	}
	p.signer, err = jose.NewSigner(jose.SigningKey{Algorithm: jose.SignatureAlgorithm(jwk.Algorithm), Key: jwk}, (&jose.SignerOptions{}).WithType("JWT"))
	return p, err
}

// Sign makes a token.
func (p *Pair) Sign(issuer, subject string, from time.Time, life time.Duration) (string, error) {
	claims, err := json.Marshal(map[string]any{"iss": issuer, "sub": subject, "iat": from.Unix(), "exp": from.Add(life).Unix()})
	if err != nil {
		return "", err
	}
	signed, err := p.signer.Sign(claims)
	if err != nil {
		return "", err
	}
	return signed.CompactSerialize()
}
