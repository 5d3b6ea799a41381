package staff

import (
	"switchboard/internal/fault"
	"switchboard/internal/message"
)

// Principal is who asks: a signed-in user, or a program with an API key.
type Principal struct {
	Org message.OrgID
	// UserID of the user; the key's id for a program.
	UserID        message.UserID
	Name          string
	PermissionSet message.PermissionSetID
	Permissions   Permissions
	APIKey        bool
	// CSRF is what a request that comes with the session's cookie must prove to know.
	CSRF string
}

// Can reports whether the principal holds a permission.
func (p Principal) Can(permission Permission) bool { return p.Permissions.Has(permission) }

// mayGrant refuses to hand out, or to rule over, more than one has oneself.
func (p Principal) mayGrant(names []string) error {
	if p.Permissions.Covers(names) {
		return nil
	}
	return fault.New(fault.NoPermission, "This needs permissions that you don't have yourself.")
}
