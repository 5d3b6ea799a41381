package staff

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"strings"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"

	"switchboard/internal/fault"
)

// Parameters of argon2id: 19 MiB, two passes, as OWASP's Password Storage Cheat Sheet asks.
const (
	argonMemory  = 19 * 1024 // KiB
	argonTime    = 2
	argonThreads = 1
	argonSalt    = 16
	argonKey     = 32

	passwordMin = 10  // characters
	passwordMax = 500 // bytes
)

// Passwords hashes passwords, at most two at a time: each takes 19 MiB and all of a core.
type Passwords struct{ slots chan struct{} }

// NewPasswords makes a hasher.
func NewPasswords() *Passwords { return &Passwords{slots: make(chan struct{}, 2)} }

// Hash makes the text to store for a password.
func (p *Passwords) Hash(ctx context.Context, password string) (string, error) {
	salt := make([]byte, argonSalt)
	_, _ = rand.Read(salt) // never fails
	key, err := p.derive(ctx, password, salt)
	if err != nil {
		return "", err
	}
	b64 := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, argonMemory, argonTime, argonThreads,
		b64.EncodeToString(salt), b64.EncodeToString(key)), nil
}

// Verify reports whether the password is the one that was hashed. With an empty hash it takes as long
// and says no, so that an unknown e-mail can't be told from a wrong password.
func (p *Passwords) Verify(ctx context.Context, hash, password string) (bool, error) {
	salt, want := make([]byte, argonSalt), make([]byte, argonKey)
	parts := strings.Split(hash, "$")
	known := len(parts) == 6
	if known {
		var errSalt, errKey error
		salt, errSalt = base64.RawStdEncoding.DecodeString(parts[4])
		want, errKey = base64.RawStdEncoding.DecodeString(parts[5])
		known = errSalt == nil && errKey == nil
	}
	got, err := p.derive(ctx, password, salt)
	if err != nil {
		return false, err
	}
	return subtle.ConstantTimeCompare(got, want) == 1 && known, nil
}

func (p *Passwords) derive(ctx context.Context, password string, salt []byte) ([]byte, error) {
	select {
	case p.slots <- struct{}{}:
		defer func() { <-p.slots }()
		return argon2.IDKey([]byte(password), salt, argonTime, argonMemory, argonThreads, argonKey), nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// CheckPassword refuses what is too short to hold, or obvious.
func CheckPassword(password, email string) error {
	switch {
	case utf8.RuneCountInString(password) < passwordMin:
		return fault.Invalid("password", "A password needs at least %d characters.", passwordMin)
	case len(password) > passwordMax:
		return fault.Invalid("password", "This password is too long.")
	case strings.EqualFold(password, email):
		return fault.Invalid("password", "A password must differ from the e-mail address.")
	}
	return nil
}
