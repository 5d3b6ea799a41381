package staff

import (
	"context"
	"errors"

	"switchboard/internal/fault"
	"switchboard/internal/httpapi/problem"
	"switchboard/internal/identity"
	"switchboard/internal/message"
	"switchboard/internal/resource"
	"switchboard/internal/setup"
	"switchboard/internal/staff"
)

// Identity checks customers' tokens for people who set up, and fetches keys.
type Identity interface {
	Try(ctx context.Context, org message.OrgID, keyset message.KeysetID, token string) (identity.Claims, error)
	// Refresh asks a keyset's address for its keys, unless it was asked just now.
	Refresh(ctx context.Context, set identity.Keyset) (identity.Fetched, error)
}

func (a *API) keys() collection[message.KeyID, setup.KeySpec, resource.Key] {
	return collection[message.KeyID, setup.KeySpec, resource.Key]{
		path: "/keys", noun: "key that identity tokens are signed with", plural: "keys that identity tokens are signed with", view: staff.SetupView, edit: staff.IdentityConfig,
		list: a.Rows.Keys, get: a.Rows.KeyByID,
		create: in(a.Setup.CreateKey), change: changed(a.Setup.ChangeKey), remove: removed(a.Setup.DeleteKey),
	}
}

func (a *API) keysets() collection[message.KeysetID, setup.KeysetSpec, resource.Keyset] {
	return collection[message.KeysetID, setup.KeysetSpec, resource.Keyset]{
		path: "/keysets", noun: "keyset", plural: "keysets", view: staff.SetupView, edit: staff.IdentityConfig,
		list: a.Rows.Keysets, get: a.Rows.KeysetByID,
		create: in(a.Setup.CreateKeyset), change: changed(a.Setup.ChangeKeyset), remove: removed(a.Setup.DeleteKeyset),
	}
}

// fetchKeys asks the address of a keyset; what came of it is in the answer, also when it failed.
func (a *API) fetchKeys(ctx context.Context, p staff.Principal, in *oneIn[message.KeysetID]) (out resource.Keyset, err error) {
	set, err := a.Rows.Keyset(ctx, p.Org, in.ID)
	if err != nil {
		return out, err
	}
	if set.URL == "" {
		return out, fault.New(fault.Conflict, "This keyset has uploaded keys and no address.")
	}
	if _, err := a.Identity.Refresh(ctx, set); err != nil {
		return out, err
	}
	return a.Rows.KeysetByID(ctx, p.Org, in.ID)
}

type checkTokenIn struct {
	ID   message.KeysetID `path:"id"`
	Body struct {
		Token string `json:"token" minLength:"1" maxLength:"20000" doc:"it is not kept"`
	}
}

// checkToken says which check a token fails. It signs nobody in.
func (a *API) checkToken(ctx context.Context, p staff.Principal, in *checkTokenIn) (out resource.TokenCheck, err error) {
	claims, err := a.Identity.Try(ctx, p.Org, in.ID, in.Body.Token)
	if check := identity.CheckOf(err); check != 0 {
		var f *fault.Error
		errors.As(err, &f)
		words := problem.WordingOf(f.Sentence)
		return resource.TokenCheck{Failed: int(check), Name: check.String(), Text: f.Text, Template: words.Template, Params: words.Params}, nil
	}
	if err != nil {
		return out, err
	}
	return resource.TokenCheck{Passed: true, Subject: claims.Subject, ExpiresAt: &claims.ExpiresAt}, nil
}

type testKeyIn struct {
	ID   message.KeysetID `path:"id"`
	Body setup.TestKeySpec
}

func (a *API) makeTestKey(ctx context.Context, p staff.Principal, in *testKeyIn) (out resource.TestKey, err error) {
	made, err := a.Setup.MakeTestKey(ctx, p.Org, in.ID, in.Body)
	if err != nil {
		return out, err
	}
	out.Private, out.Token = made.Private, made.Token
	out.Key, err = a.Rows.KeyByID(ctx, p.Org, made.ID)
	return out, err
}
