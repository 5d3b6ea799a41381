package staff

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"net/mail"
	"strings"
	"time"

	"switchboard/internal/fault"
	"switchboard/internal/message"
)

const (
	// sessionLife is how long a sign-in lasts after its last use; it is renewed at most once an hour.
	sessionLife  = 24 * time.Hour
	renewalAfter = time.Hour
	inviteLife   = 7 * 24 * time.Hour
	resetLife    = 24 * time.Hour
)

// Service is everything about who works here. Each method that changes something is one transaction.
type Service struct {
	write     func(ctx context.Context, org message.OrgID, fn func(Tx) error) error
	reads     Reads
	passwords *Passwords
	publicURL string

	access  *access
	guesses *guesses
}

// New makes the service. publicURL is where the console is reached: links begin with it.
func New(write func(ctx context.Context, org message.OrgID, fn func(Tx) error) error, reads Reads, passwords *Passwords, publicURL string) *Service {
	return &Service{
		write: write, reads: reads, passwords: passwords, publicURL: strings.TrimSuffix(publicURL, "/"),
		access: newAccess(), guesses: newGuesses(),
	}
}

// KnowDevices lets browsers prove, with a cookie signed by key, that a person signed in there before. Call it
// before the service is used.
func (s *Service) KnowDevices(key []byte) { s.guesses.key = key }

// secret is 32 random bytes as text, with the hash under which they are kept.
func secret(prefix string) (text string, hash []byte) {
	var b [32]byte
	_, _ = rand.Read(b[:]) // never fails
	text = prefix + base64.RawURLEncoding.EncodeToString(b[:])
	return text, hashOf(text)
}

func hashOf(secret string) []byte {
	h := sha256.Sum256([]byte(secret))
	return h[:]
}

// address reads an e-mail address into the form in which it is unique.
func address(email string) (string, error) {
	parsed, err := mail.ParseAddress(strings.TrimSpace(email))
	if err != nil || parsed.Name != "" || len(parsed.Address) > 254 {
		return "", fault.Invalid("email", "This is not an e-mail address.")
	}
	return strings.ToLower(parsed.Address), nil
}
