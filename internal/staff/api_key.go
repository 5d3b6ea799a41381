package staff

import (
	"context"
	"log/slog"
	"strings"
	"time"

	"switchboard/internal/fault"
	"switchboard/internal/message"
)

const (
	apiKeyPrefix = "sk_"
	// apiKeyShown is how much of a key stays visible, prefix included.
	apiKeyShown = 10
)

// APIKeySpec is what an API key is made of.
type APIKeySpec struct {
	Name   string   `json:"name" minLength:"1" maxLength:"100" doc:"what it is for"`
	Scopes []string `json:"scopes" minItems:"1" doc:"permissions of the key, at most your own"`
}

// CreateAPIKey makes a key and tells it, once.
func (s *Service) CreateAPIKey(ctx context.Context, by Principal, spec APIKeySpec) (id message.APIKeyID, key string, err error) {
	if name := unknownPermission(spec.Scopes); name != "" {
		return id, "", fault.Invalid("scopes", "There is no permission %q.", name)
	}
	if err := by.mayGrant(spec.Scopes); err != nil {
		return id, "", err
	}
	if strings.TrimSpace(spec.Name) == "" {
		return id, "", fault.Invalid("name", "Say what the key is for.")
	}
	key, hash := secret(apiKeyPrefix)
	k := APIKey{ID: message.NewID[message.APIKeyID](), Name: strings.TrimSpace(spec.Name), Prefix: key[:apiKeyShown],
		Scopes: setOf(spec.Scopes).Names(), CreatedBy: by.UserID}
	err = s.write(ctx, by.Org, func(tx Tx) error {
		k.CreatedAt = tx.Now()
		return tx.InsertAPIKey(k, hash)
	})
	return k.ID, key, err
}

// RevokeAPIKey ends a key at once.
func (s *Service) RevokeAPIKey(ctx context.Context, by Principal, id message.APIKeyID) error {
	err := s.write(ctx, by.Org, func(tx Tx) error {
		tx.AccessChanged()
		return tx.RevokeAPIKey(id)
	})
	s.access.forget(by.Org)
	return err
}

// program finds the key and notes that it is used. A use that can't be noted doesn't stop the request.
func (s *Service) program(ctx context.Context, hash []byte) (remembered, error) {
	key, ok, err := s.reads.APIKeyByHash(ctx, hash)
	switch {
	case err != nil:
		return remembered{}, err
	case !ok:
		return remembered{}, fault.New(fault.Unauthorized, "This API key is not known here, or was revoked.")
	}
	if now := time.Now(); now.Sub(key.LastUsedAt) >= time.Minute {
		if err := s.reads.APIKeyUsed(ctx, key.Org, key.ID, now); err != nil {
			slog.WarnContext(ctx, "the use of an API key could not be noted", "err", err)
		}
	}
	return remembered{principal: Principal{Org: key.Org, UserID: message.UserID(key.ID), Name: key.Name,
		Permissions: setOf(key.Scopes), APIKey: true}}, nil
}
