// Package privacy keeps people's data in envelopes and makes the keys by which it is looked up. An
// envelope says which key sealed it; key 0 is plain. Sealing, rotation and shredding change what is
// in the envelopes and no table.
package privacy

import (
	"bytes"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"sync"

	"switchboard/internal/message"
)

// plainKey is the key id of an envelope that isn't sealed. The id stands first, as a uvarint; a sealed
// envelope goes on with its nonce and its sealed bytes.
const plainKey = 0

// Envelopes seals with the installation's secret.
type Envelopes struct {
	secret []byte
	keys   sync.Map // message.OrgID → []byte: the organisation's look-up key
}

// NewEnvelopes takes the installation's secret, of at least 32 bytes.
func NewEnvelopes(secret []byte) (*Envelopes, error) {
	if len(secret) < 32 {
		return nil, errors.New("the secret key is shorter than 32 bytes")
	}
	return &Envelopes{secret: secret}, nil
}

// Seal puts text into an envelope.
func (e *Envelopes) Seal(_ message.OrgID, _ message.CustomerID, plain []byte) []byte {
	out := make([]byte, 0, len(plain)+1)
	return append(binary.AppendUvarint(out, plainKey), plain...)
}

// Seals says whether an envelope hides what is in it.
func (e *Envelopes) Seals() bool {
	probe := []byte("a text that an envelope should hide")
	return !bytes.Contains(e.Seal(message.OrgID{}, message.CustomerID{}, probe), probe)
}

// Open takes it out again.
func (e *Envelopes) Open(_ message.OrgID, envelope []byte) ([]byte, error) {
	key, n := binary.Uvarint(envelope)
	if n <= 0 {
		return nil, errors.New("an envelope can't be read")
	}
	if key != plainKey {
		return nil, errors.New("an envelope is sealed with a key that isn't here")
	}
	return envelope[n:], nil
}

// Key is the look-up key of an address: HMAC-SHA256 under a key of the organisation's own, so that
// equal addresses of two organisations have nothing in common.
func (e *Envelopes) Key(org message.OrgID, parts ...string) []byte {
	mac := hmac.New(sha256.New, e.lookup(org))
	var length [binary.MaxVarintLen64]byte
	for _, p := range parts {
		mac.Write(length[:binary.PutUvarint(length[:], uint64(len(p)))])
		mac.Write([]byte(p))
	}
	return mac.Sum(nil)
}

func (e *Envelopes) lookup(org message.OrgID) []byte {
	if k, ok := e.keys.Load(org); ok {
		return k.([]byte)
	}
	k := e.Derive("look-up " + org.String())
	e.keys.Store(org, k)
	return k
}

// Derive makes a 32-byte key for another purpose, such as signing links.
func (e *Envelopes) Derive(purpose string) []byte {
	k, err := hkdf.Key(sha256.New, e.secret, nil, "switchboard "+purpose, 32)
	if err != nil {
		panic(err) // only for absurd lengths
	}
	return k
}
