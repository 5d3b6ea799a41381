package staff

import (
	"context"
	"regexp"
	"strings"

	"switchboard/internal/fault"
	"switchboard/internal/message"
)

// PermissionSetSpec is what an administrator writes about a permission set.
type PermissionSetSpec struct {
	APIName     string   `json:"api_name" maxLength:"60" doc:"letters, digits and underscores; fixed once made"`
	Name        string   `json:"name" minLength:"1" maxLength:"100"`
	Permissions []string `json:"permissions"`
}

var apiName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_]{0,59}$`)

func (spec *PermissionSetSpec) check(by Principal) error {
	spec.Name = strings.TrimSpace(spec.Name)
	switch {
	case spec.Name == "":
		return fault.Invalid("name", "A permission set needs a name.")
	case !apiName.MatchString(spec.APIName):
		return fault.Invalid("api_name", "An API name begins with a letter and has letters, digits and underscores only.")
	}
	if name := unknownPermission(spec.Permissions); name != "" {
		return fault.Invalid("permissions", "There is no permission %q.", name)
	}
	return by.mayGrant(spec.Permissions)
}

// CreatePermissionSet adds one.
func (s *Service) CreatePermissionSet(ctx context.Context, by Principal, spec PermissionSetSpec) (message.PermissionSetID, error) {
	set := PermissionSet{ID: message.NewID[message.PermissionSetID](), Version: 1}
	if err := spec.check(by); err != nil {
		return set.ID, err
	}
	set.APIName, set.Name, set.Permissions = spec.APIName, spec.Name, setOf(spec.Permissions).Names()
	return set.ID, s.write(ctx, by.Org, func(tx Tx) error {
		if _, taken, err := tx.PermissionSetByName(set.APIName); err != nil || taken {
			return orTaken(err, "api_name", "There is already a permission set with this API name.")
		}
		return tx.InsertPermissionSet(set)
	})
}

// ChangePermissionSet applies a change. The built-in sets stay as they are.
func (s *Service) ChangePermissionSet(ctx context.Context, by Principal, id message.PermissionSetID, version int64, apply func(*PermissionSetSpec) error) error {
	err := s.write(ctx, by.Org, func(tx Tx) error {
		set, err := tx.PermissionSet(id)
		if err != nil {
			return err
		}
		if err := fault.Stale(version, set.Version); err != nil {
			return err
		}
		if set.BuiltIn {
			return fault.New(fault.Conflict, "A built-in permission set can't be changed. Make a new one beside it.")
		}
		// Who lacks what the set has now could otherwise take it from others.
		if err := by.mayGrant(set.Permissions); err != nil {
			return err
		}
		spec := PermissionSetSpec{APIName: set.APIName, Name: set.Name, Permissions: set.Permissions}
		if err := apply(&spec); err != nil {
			return err
		}
		if spec.APIName != set.APIName {
			return fault.Invalid("api_name", "The API name is fixed once the set is made.")
		}
		if err := spec.check(by); err != nil {
			return err
		}
		set.Name, set.Permissions = spec.Name, setOf(spec.Permissions).Names()
		tx.AccessChanged()
		return tx.SavePermissionSet(&set)
	})
	s.access.forget(by.Org)
	return err
}

// DeletePermissionSet removes one that nobody has.
func (s *Service) DeletePermissionSet(ctx context.Context, by Principal, id message.PermissionSetID) error {
	return s.write(ctx, by.Org, func(tx Tx) error {
		set, err := tx.PermissionSet(id)
		if err != nil {
			return err
		}
		if set.BuiltIn {
			return fault.New(fault.Conflict, "A built-in permission set can't be removed.")
		}
		return tx.DeletePermissionSet(id)
	})
}

func orTaken(err error, field, text string) error {
	if err != nil {
		return err
	}
	return fault.New(fault.Conflict, "%s", text).At(field)
}
