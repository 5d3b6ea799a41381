package staff

import (
	"net/http"

	"switchboard/internal/staff"
)

// Admit is the check of credentials and permission for surfaces that are mounted beside this one: the
// realtime socket, the sandbox. It is the same check that every route of the table passes.
func (a *API) Admit(r *http.Request, permission staff.Permission) (staff.Principal, error) {
	return a.admit(r, permission)
}
