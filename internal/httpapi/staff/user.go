package staff

import (
	"context"
	"log/slog"

	"switchboard/internal/fault"
	"switchboard/internal/message"
	"switchboard/internal/org"
	"switchboard/internal/resource"
	"switchboard/internal/staff"
)

func notFound(noun string) error { return fault.New(fault.NotFound, "There is no such %s.", noun) }

// users are made by inviting them: see invite.
func (a *API) users() collection[message.UserID, staff.UserSpec, resource.User] {
	return collection[message.UserID, staff.UserSpec, resource.User]{
		path: "/users", noun: "user", plural: "users", view: staff.SetupView, edit: staff.UserManage,
		list: a.Rows.Users, get: a.Rows.UserByID, change: a.Staff.ChangeUser, remove: a.Staff.DeleteUser,
	}
}

func (a *API) invite(ctx context.Context, p staff.Principal, in *specIn[staff.UserSpec]) (resource.User, error) {
	id, link, err := a.Staff.InviteUser(ctx, p, in.Body)
	if err != nil {
		return resource.User{}, err
	}
	u, err := a.Rows.UserByID(ctx, p.Org, id)
	if err != nil {
		return u, err
	}
	answer := a.deliver(ctx, p.Org, u, link, staff.LetterInvite)
	u.InviteLink, u.Mailed = answer.Link, answer.Mailed
	return u, nil
}

// invited answers a repeated invitation. The link is told once; POST …/invite makes a new one.
func (a *API) invited(ctx context.Context, p staff.Principal, _ *specIn[staff.UserSpec], made [16]byte) (resource.User, error) {
	return a.Rows.UserByID(ctx, p.Org, message.UserID(made))
}

// LinkAnswer is a one-time link to hand to a user.
type LinkAnswer struct {
	Link   string `json:"link,omitempty" doc:"good once; an older one stops working; absent when it went by e-mail"`
	Mailed bool   `json:"mailed,omitempty" doc:"the link went to them by e-mail"`
}

// deliver sends a link by e-mail where a mail server is set, else (or when that fails) shows it to be
// handed over. The letter is in the organisation's language: what the user speaks isn't known yet.
func (a *API) deliver(ctx context.Context, org message.OrgID, u resource.User, link string, letter staff.Letter) LinkAnswer {
	if a.Mail == nil {
		return LinkAnswer{Link: link}
	}
	o, err := a.Rows.Organisation(ctx, org)
	if err == nil {
		subject, text := letter.In(o.Language, u.Name, link)
		err = a.Mail(ctx, u.Email, subject, text)
	}
	if err != nil {
		slog.ErrorContext(ctx, "an e-mail could not be sent; the link is shown instead", "user", u.ID, "err", err)
		return LinkAnswer{Link: link}
	}
	return LinkAnswer{Mailed: true}
}

// deliverTo is deliver for a user who is known by id.
func (a *API) deliverTo(ctx context.Context, p staff.Principal, id message.UserID, link string, letter staff.Letter) (LinkAnswer, error) {
	u, err := a.Rows.UserByID(ctx, p.Org, id)
	if err != nil {
		return LinkAnswer{}, err
	}
	return a.deliver(ctx, p.Org, u, link, letter), nil
}

func (a *API) inviteAgain(ctx context.Context, p staff.Principal, in *oneIn[message.UserID]) (LinkAnswer, error) {
	link, err := a.Staff.Invite(ctx, p, in.ID)
	if err != nil {
		return LinkAnswer{}, err
	}
	return a.deliverTo(ctx, p, in.ID, link, staff.LetterInvite)
}

func (a *API) reset(ctx context.Context, p staff.Principal, in *oneIn[message.UserID]) (LinkAnswer, error) {
	link, err := a.Staff.Reset(ctx, p, in.ID)
	if err != nil {
		return LinkAnswer{}, err
	}
	return a.deliverTo(ctx, p, in.ID, link, staff.LetterReset)
}

func (a *API) permissionSets() collection[message.PermissionSetID, staff.PermissionSetSpec, resource.PermissionSet] {
	return collection[message.PermissionSetID, staff.PermissionSetSpec, resource.PermissionSet]{
		path: "/permission-sets", noun: "permission set", plural: "permission sets", view: staff.SetupView, edit: staff.PermissionSetManage,
		list: a.Rows.PermissionSets, get: a.Rows.PermissionSetByID,
		create: a.Staff.CreatePermissionSet, change: a.Staff.ChangePermissionSet, remove: a.Staff.DeletePermissionSet,
	}
}

// PermissionAnswer is one permission with what it allows.
type PermissionAnswer struct {
	Name   string `json:"name"`
	Allows string `json:"allows"`
}

func (a *API) permissions(context.Context, staff.Principal, *struct{}) (List[PermissionAnswer], error) {
	var items []PermissionAnswer
	for _, m := range staff.Catalogue() {
		items = append(items, PermissionAnswer{Name: string(m.Permission), Allows: m.Allows})
	}
	return page(items, "", nil)
}

func (a *API) apiKeys() collection[message.APIKeyID, staff.APIKeySpec, resource.APIKey] {
	return collection[message.APIKeyID, staff.APIKeySpec, resource.APIKey]{
		path: "/api-keys", noun: "API key", plural: "API keys", view: staff.APIKeyManage, edit: staff.APIKeyManage,
		list: a.Rows.APIKeys, get: a.Rows.APIKeyByID, remove: a.Staff.RevokeAPIKey,
	}
}

func (a *API) makeKey(ctx context.Context, p staff.Principal, in *specIn[staff.APIKeySpec]) (resource.APIKey, error) {
	id, key, err := a.Staff.CreateAPIKey(ctx, p, in.Body)
	if err != nil {
		return resource.APIKey{}, err
	}
	k, err := a.Rows.APIKeyByID(ctx, p.Org, id)
	k.Key = key
	return k, err
}

// madeKey answers a repetition. The key itself is told once: whoever lost it revokes it.
func (a *API) madeKey(ctx context.Context, p staff.Principal, _ *specIn[staff.APIKeySpec], made [16]byte) (resource.APIKey, error) {
	return a.Rows.APIKeyByID(ctx, p.Org, message.APIKeyID(made))
}

func (a *API) organisation(ctx context.Context, p staff.Principal, _ *struct{}) (resource.Organisation, error) {
	return a.Rows.Organisation(ctx, p.Org)
}

type organisationIn struct {
	IfMatch
	Body Changes[org.OrganisationSpec]
}

func (a *API) changeOrganisation(ctx context.Context, p staff.Principal, in *organisationIn) (resource.Organisation, error) {
	version, err := in.version()
	if err != nil {
		return resource.Organisation{}, err
	}
	if err := a.Organisation.Change(ctx, p.Org, version, in.Body.apply); err != nil {
		return resource.Organisation{}, err
	}
	return a.Rows.Organisation(ctx, p.Org)
}
