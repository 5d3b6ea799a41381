package resource

import (
	"encoding/json"
	"time"

	"switchboard/internal/message"
)

// Key is a public key that customers' identity tokens are signed with (UV-1).
type Key struct {
	ID               message.KeyID      `json:"id"`
	Name             string             `json:"name"`
	KID              string             `json:"kid" doc:"what tokens name it by"`
	Alg              string             `json:"alg"`
	Bits             int                `json:"bits"`
	Active           bool               `json:"active"`
	JWK              json.RawMessage    `json:"jwk" doc:"the public key"`
	CertificateUntil *time.Time         `json:"certificate_until,omitempty" doc:"when the certificate in x5c ends; its tokens are refused then"`
	Until            *time.Time         `json:"until,omitempty" doc:"when a test key ends"`
	Keysets          []message.KeysetID `json:"keysets" doc:"that have it"`
	CreatedAt        time.Time          `json:"created_at"`
	Version          int64              `json:"version"`
}

// Keyset is whose identity tokens are believed.
type Keyset struct {
	ID     message.KeysetID `json:"id"`
	Name   string           `json:"name"`
	Issuer string           `json:"issuer" doc:"iss of its tokens"`
	Type   string           `json:"type" enum:"keys,url" doc:"uploaded keys, or those that an address publishes; fixed once made"`
	Keys   []message.KeyID  `json:"keys,omitempty" doc:"of type keys"`
	URL    string           `json:"url,omitempty" doc:"of type url"`
	// Fetched is what is known of the address.
	Fetched *KeysetFetch `json:"fetched,omitempty" doc:"of type url: what the address answered last"`
	// Channels must be signed in to with its tokens.
	Channels   []message.ChannelID `json:"channels" doc:"that require it"`
	EndsBefore *time.Time          `json:"ends_before,omitempty" doc:"customers who signed in before it were asked to sign in again: a key was taken away, or the issuer or the address changed"`
	CreatedAt  time.Time           `json:"created_at"`
	Version    int64               `json:"version"`
}

// KeysetFetch is what the address of a keyset answered last.
type KeysetFetch struct {
	Keys      []FetchedKey `json:"keys"`
	FetchedAt *time.Time   `json:"fetched_at,omitempty" doc:"when keys came last"`
	TriedAt   *time.Time   `json:"tried_at,omitempty"`
	Problem   string       `json:"problem,omitempty" doc:"why the last call brought none; the keys that came before are used for a day"`
	Template  string       `json:"template,omitempty" doc:"of problem, with {0} where its values stand"`
	Params    []any        `json:"params,omitempty"`
}

// FetchedKey is a key that an address publishes.
type FetchedKey struct {
	KID              string     `json:"kid"`
	Alg              string     `json:"alg"`
	Bits             int        `json:"bits"`
	CertificateUntil *time.Time `json:"certificate_until,omitempty"`
}

// TokenCheck is what came of the checks of an identity token (UV-2).
type TokenCheck struct {
	Passed bool `json:"passed"`
	// Failed is the check that refuses it; those after it were not made.
	Failed    int        `json:"failed,omitempty" doc:"number of the check that refuses it: 1 well formed, 2 alg, 3 typ, 4 kid, 5 signature, 6 iss, 7 exp, 8 sub, 9 certificate"`
	Name      string     `json:"name,omitempty" doc:"of that check"`
	Text      string     `json:"text,omitempty" doc:"why"`
	Template  string     `json:"template,omitempty" doc:"of text, with {0} where its values stand"`
	Params    []any      `json:"params,omitempty"`
	Subject   string     `json:"subject,omitempty" doc:"whose token it is"`
	ExpiresAt *time.Time `json:"expires_at,omitempty"`
}

// TestKey is a key pair that was made to try verification with. Its private part is kept nowhere.
type TestKey struct {
	Key     Key             `json:"key"`
	Private json.RawMessage `json:"private_jwk" doc:"shown this once"`
	Token   string          `json:"token" doc:"an identity token that it signed"`
}
