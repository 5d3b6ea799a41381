package staff

import (
	"context"

	"switchboard/internal/fault"
	"switchboard/internal/staff"
)

// PreferencesOut are a user's preferences with their version.
type PreferencesOut struct {
	staff.Preferences
	Version int64 `json:"version" doc:"0 while nothing was chosen"`
}

func self(p staff.Principal) error {
	if p.APIKey {
		return fault.New(fault.NoPermission, "An API key is no person: it has no preferences and no devices.")
	}
	return nil
}

func (a *API) preferences(ctx context.Context, p staff.Principal, _ *struct{}) (out PreferencesOut, err error) {
	if err := self(p); err != nil {
		return out, err
	}
	out.Preferences, out.Version, err = a.Rows.Preferences(ctx, p.Org, p.UserID)
	return out, err
}

type preferencesIn struct {
	IfMatch
	Body Changes[staff.Preferences]
}

func (a *API) changePreferences(ctx context.Context, p staff.Principal, in *preferencesIn) (out PreferencesOut, err error) {
	if err := self(p); err != nil {
		return out, err
	}
	version, err := in.version()
	if err != nil {
		return out, err
	}
	out.Preferences, out.Version, err = a.Staff.ChangePreferences(ctx, p.Org, p.UserID, version, in.Body.apply)
	return out, err
}
