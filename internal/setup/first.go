package setup

import (
	"context"
	"crypto/subtle"
	"strings"

	"switchboard/internal/fault"
	"switchboard/internal/message"
	"switchboard/internal/org"
	"switchboard/internal/routing"
	"switchboard/internal/staff"
)

// First makes the first organisation of an empty installation, with its administrator. It is reached
// by a link that the program prints at each start until it is used.
type First struct {
	Setup *Service
	Staff *staff.Service
	// Token of the link, made of the installation's secret.
	Token string
	// Empty reports whether the installation has no organisation.
	Empty func(ctx context.Context) (bool, error)
}

// FirstSpec is what the first administrator writes.
type FirstSpec struct {
	Organisation string `json:"organisation" minLength:"1" maxLength:"100"`
	Name         string `json:"name" minLength:"1" maxLength:"100" doc:"as customers see it"`
	Email        string `json:"email" maxLength:"254"`
	Password     string `json:"password" maxLength:"500"`
}

// Check refuses a link that is not the one printed, or that was used: fault.NotFound.
func (f *First) Check(ctx context.Context, token string) error {
	empty, err := f.Empty(ctx)
	if err != nil {
		return err
	}
	if !empty || subtle.ConstantTimeCompare([]byte(token), []byte(f.Token)) != 1 {
		return fault.New(fault.NotFound, "This link has been used, or it is not the one that the server printed. Log in instead.")
	}
	return nil
}

// Link with which the first administrator is made; empty when there is one already.
func (f *First) Link(ctx context.Context) (string, error) {
	empty, err := f.Empty(ctx)
	if err != nil || !empty {
		return "", err
	}
	return strings.TrimSuffix(f.Setup.PublicURL, "/") + "/first/" + f.Token, nil
}

// Make uses the link. Of two people who use it at once, the second is refused.
func (f *First) Make(ctx context.Context, token string, spec FirstSpec, from staff.Client) (staff.SignedIn, error) {
	if err := f.Check(ctx, token); err != nil {
		return staff.SignedIn{}, err
	}
	if err := staff.CheckPassword(spec.Password, spec.Email); err != nil {
		return staff.SignedIn{}, err // before anything is made: the link must still be good
	}
	var invite string
	err := f.Setup.Write(ctx, message.NewID[message.OrgID](), func(tx Tx) error {
		first, err := tx.ClaimMark("first_organisation", tx.Org().String())
		if err != nil {
			return err
		}
		if !first {
			return fault.New(fault.NotFound, "Somebody else has just used this link.")
		}
		if _, err := org.Create(tx, spec.Organisation); err != nil {
			return err
		}
		if err := routing.Found(tx); err != nil {
			return err
		}
		invite, err = staff.Found(tx, spec.Email)
		return err
	})
	if err != nil {
		return staff.SignedIn{}, err
	}
	return f.Staff.Join(ctx, invite, spec.Name, spec.Password, from)
}
