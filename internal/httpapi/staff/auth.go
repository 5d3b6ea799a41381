package staff

import (
	"context"
	"net/http"

	"switchboard/internal/message"
	"switchboard/internal/resource"
	"switchboard/internal/setup"
	"switchboard/internal/staff"
)

type loginIn struct {
	Body struct {
		Email        string `json:"email" maxLength:"254"`
		Password     string `json:"password" maxLength:"500"`
		Organisation string `json:"organisation,omitempty" doc:"id or key, for people whose password opens several; the first one if not said"`
	}
}

// LoginAnswer is a session that has begun.
type LoginAnswer struct {
	Token         string             `json:"token" doc:"for Authorization: Bearer; the same session stands in the cookie"`
	User          resource.User      `json:"user"`
	CSRF          string             `json:"csrf" doc:"to be sent as X-CSRF-Token when the cookie is used"`
	Organisations []staff.Membership `json:"organisations" doc:"where the password that was given opens the door"`
}

func (a *API) login(ctx context.Context, _ staff.Principal, in *loginIn) (LoginAnswer, error) {
	signedIn, err := a.Staff.Login(ctx, in.Body.Email, in.Body.Password, in.Body.Organisation, a.client(ctx))
	if err != nil {
		return LoginAnswer{}, err
	}
	return a.welcome(ctx, signedIn)
}

// welcome answers a new session and sets its cookie, which lives as long as the browser's session.
func (a *API) welcome(ctx context.Context, in staff.SignedIn) (LoginAnswer, error) {
	user, err := a.Rows.UserByID(ctx, in.Principal.Org, in.Principal.UserID)
	if err != nil {
		return LoginAnswer{}, err
	}
	http.SetCookie(response(ctx), a.staffCookie(in.Token, 0))
	if in.Device != "" {
		http.SetCookie(response(ctx), a.deviceCookie(in.Device))
	}
	return LoginAnswer{Token: in.Token, User: user, CSRF: in.Principal.CSRF, Organisations: in.Organisations}, nil
}

func (a *API) logout(ctx context.Context, p staff.Principal, _ *struct{}) (None, error) {
	token, _ := credentials(request(ctx))
	http.SetCookie(response(ctx), a.staffCookie("", -1))
	if p.APIKey {
		return None{}, nil // a key has no session
	}
	return None{}, a.Staff.Logout(ctx, p, token)
}

type tokenIn struct {
	Token string `path:"token" maxLength:"100"`
}

func (a *API) invitation(ctx context.Context, _ staff.Principal, in *tokenIn) (staff.Invitation, error) {
	return a.Staff.Invited(ctx, in.Token)
}

type joinIn struct {
	Token string `path:"token" maxLength:"100"`
	Body  struct {
		Name     string `json:"name,omitempty" maxLength:"100" doc:"as customers see it"`
		Password string `json:"password" maxLength:"500" doc:"a new one, for this organisation"`
	}
}

func (a *API) join(ctx context.Context, _ staff.Principal, in *joinIn) (LoginAnswer, error) {
	signedIn, err := a.Staff.Join(ctx, in.Token, in.Body.Name, in.Body.Password, a.client(ctx))
	if err != nil {
		return LoginAnswer{}, err
	}
	return a.welcome(ctx, signedIn)
}

func (a *API) first(ctx context.Context, _ staff.Principal, in *tokenIn) (None, error) {
	return None{}, a.First.Check(ctx, in.Token)
}

type firstIn struct {
	Token string `path:"token" maxLength:"100"`
	Body  setup.FirstSpec
}

func (a *API) makeFirst(ctx context.Context, _ staff.Principal, in *firstIn) (LoginAnswer, error) {
	signedIn, err := a.First.Make(ctx, in.Token, in.Body, a.client(ctx))
	if err != nil {
		return LoginAnswer{}, err
	}
	return a.welcome(ctx, signedIn)
}

func (a *API) me(ctx context.Context, p staff.Principal, _ *struct{}) (me resource.Me, err error) {
	me.Permissions, me.CSRF = p.Permissions.Names(), p.CSRF
	if me.Org, err = a.Rows.Organisation(ctx, p.Org); err != nil {
		return me, err
	}
	if p.APIKey {
		me.User = resource.User{ID: p.UserID, Name: p.Name, Active: true, Queues: []message.QueueID{}}
		return me, nil
	}
	if me.User, err = a.Rows.UserByID(ctx, p.Org, p.UserID); err != nil {
		return me, err
	}
	presence, err := a.presenceOf(ctx, p)
	me.Presence = &presence
	return me, err
}
