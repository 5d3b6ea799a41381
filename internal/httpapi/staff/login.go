package staff

import (
	"context"

	"switchboard/internal/message"
	"switchboard/internal/resource"
	"switchboard/internal/staff"
)

func (a *API) myLogins(ctx context.Context, p staff.Principal, _ *struct{}) (List[resource.Login], error) {
	items, err := a.Rows.Logins(ctx, p.Org, p.UserID)
	token, _ := credentials(request(ctx))
	own := staff.LoginID(token)
	for i := range items {
		items[i].Current = items[i].ID == own
	}
	return page(items, "", err)
}

func (a *API) endMyLogin(ctx context.Context, p staff.Principal, in *oneIn[message.RowID]) (None, error) {
	return None{}, a.Staff.EndLogin(ctx, p, in.ID)
}

func (a *API) endMyOtherLogins(ctx context.Context, p staff.Principal, _ *struct{}) (None, error) {
	token, _ := credentials(request(ctx))
	return None{}, a.Staff.EndOtherLogins(ctx, p, token)
}

func (a *API) logins(ctx context.Context, p staff.Principal, in *oneIn[message.UserID]) (List[resource.Login], error) {
	if _, err := a.Rows.UserByID(ctx, p.Org, in.ID); err != nil {
		return List[resource.Login]{}, err
	}
	items, err := a.Rows.Logins(ctx, p.Org, in.ID)
	return page(items, "", err)
}

func (a *API) endLogins(ctx context.Context, p staff.Principal, in *oneIn[message.UserID]) (None, error) {
	return None{}, a.Staff.EndLogins(ctx, p, in.ID)
}
