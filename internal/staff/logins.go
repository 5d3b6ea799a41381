package staff

import (
	"context"

	"switchboard/internal/fault"
	"switchboard/internal/message"
)

// LoginID names a login without giving its token away: the first half of the token's hash.
func LoginID(token string) (id message.RowID) {
	copy(id[:], hashOf(token))
	return id
}

// EndLogin signs one of one's own browsers out.
func (s *Service) EndLogin(ctx context.Context, p Principal, id message.RowID) error {
	return s.endLogins(ctx, p.Org, func(tx Tx) error {
		ended, err := tx.EndLogin(p.UserID, id)
		if err == nil && !ended {
			err = fault.New(fault.NotFound, "There is no such login.")
		}
		return err
	})
}

// EndOtherLogins signs all of one's browsers out but the one whose token it is.
func (s *Service) EndOtherLogins(ctx context.Context, p Principal, token string) error {
	return s.endLogins(ctx, p.Org, func(tx Tx) error { return tx.EndOtherLogins(p.UserID, hashOf(token)) })
}

// EndLogins signs a user out everywhere, by somebody who may rule over them.
func (s *Service) EndLogins(ctx context.Context, by Principal, id message.UserID) error {
	return s.endLogins(ctx, by.Org, func(tx Tx) error {
		if _, err := s.ruled(tx, by, id, 0); err != nil {
			return err
		}
		return tx.DeleteTokens(id, PurposeSession)
	})
}

func (s *Service) endLogins(ctx context.Context, org message.OrgID, end func(Tx) error) error {
	err := s.write(ctx, org, func(tx Tx) error {
		tx.AccessChanged()
		return end(tx)
	})
	s.access.forget(org)
	return err
}
