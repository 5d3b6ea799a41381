package staff

import (
	"context"

	"switchboard/internal/fault"
	"switchboard/internal/message"
)

// Invitee is a user whom an import made, with the link to hand over.
type Invitee struct {
	ID   message.UserID
	Spec UserSpec
	Link string
}

// ImportUsers invites a user of each row. It returns what became of each row and, when the import was
// kept, whom it made. Unless bad rows are to be skipped, one that is refused keeps all out; a trial
// keeps nothing in any case.
func (s *Service) ImportUsers(ctx context.Context, by Principal, specs []UserSpec, trial, skipBad bool) (outcomes []fault.RowOutcome, invited []Invitee, applied bool, err error) {
	err = s.write(ctx, by.Org, func(tx Tx) error {
		invited = nil
		var rowsErr error
		outcomes, rowsErr = fault.EachRow(len(specs), trial, skipBad, func(i int) (string, error) {
			spec, err := specs[i].ready()
			if err != nil {
				return "", err
			}
			id, token, err := spec.invite(tx, by)
			if err != nil {
				return "", err
			}
			invited = append(invited, Invitee{ID: id, Spec: spec, Link: s.link(PurposeInvite, token)})
			return fault.RowMade, nil
		})
		return rowsErr
	})
	if outcomes, applied, err = fault.Settled(outcomes, err); !applied {
		invited = nil
	}
	return outcomes, invited, applied, err
}
