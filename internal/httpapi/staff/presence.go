package staff

import (
	"cmp"
	"context"
	"slices"

	"switchboard/internal/conversation"
	"switchboard/internal/fault"
	"switchboard/internal/message"
	"switchboard/internal/resource"
	"switchboard/internal/staff"
)

// actor is the principal as conversations know who acts.
func actor(p staff.Principal) conversation.Staff {
	return conversation.Staff{ID: p.UserID, Name: p.Name, Supervisor: p.Can(staff.SessionSupervise), Program: p.APIKey}
}

// viewer is the principal as lists know who looks.
func viewer(p staff.Principal) resource.Viewer {
	return resource.Viewer{User: p.UserID, All: p.Can(staff.ConversationReadAll)}
}

// person refuses programs where only a user makes sense.
func person(p staff.Principal) error {
	if p.APIKey {
		return fault.New(fault.NoPermission, "An API key is no agent: it has no presence and gets no offers.")
	}
	return nil
}

func (a *API) presenceOf(ctx context.Context, p staff.Principal) (resource.Presence, error) {
	all, err := a.Views.Presences(ctx, p.Org, []message.UserID{p.UserID})
	return all[p.UserID], err
}

func (a *API) getPresence(ctx context.Context, p staff.Principal, _ *struct{}) (resource.Presence, error) {
	if err := person(p); err != nil {
		return resource.Presence{}, err
	}
	return a.presenceOf(ctx, p)
}

type setPresenceIn struct {
	Body struct {
		Status string `json:"status" minLength:"1" maxLength:"100" doc:"a presence status by its name or id"`
	}
}

func (a *API) setPresence(ctx context.Context, p staff.Principal, in *setPresenceIn) (resource.Presence, error) {
	if err := person(p); err != nil {
		return resource.Presence{}, err
	}
	if err := a.Routing.SetPresence(ctx, p.Org, p.UserID, in.Body.Status); err != nil {
		return resource.Presence{}, err
	}
	return a.presenceOf(ctx, p)
}

// presences shows everybody at once: a supervisor's view. An organisation's users fit one answer.
func (a *API) presences(ctx context.Context, p staff.Principal, _ *struct{}) (List[resource.Presence], error) {
	all, err := a.Views.Presences(ctx, p.Org, nil)
	items := make([]resource.Presence, 0, len(all))
	for _, one := range all {
		items = append(items, one)
	}
	slices.SortFunc(items, func(a, b resource.Presence) int {
		return cmp.Or(cmp.Compare(a.User.Name, b.User.Name), cmp.Compare(a.User.ID.String(), b.User.ID.String()))
	})
	return page(items, "", err)
}

func (a *API) offers(ctx context.Context, p staff.Principal, _ *struct{}) (List[resource.Offer], error) {
	if err := person(p); err != nil {
		return List[resource.Offer]{}, err
	}
	items, err := a.Views.Offers(ctx, p.Org, p.UserID)
	return page(items, "", err)
}

func (a *API) accept(ctx context.Context, p staff.Principal, in *oneIn[message.OfferID]) (resource.Session, error) {
	if err := person(p); err != nil {
		return resource.Session{}, err
	}
	id, err := a.Routing.Accept(ctx, p.Org, actor(p), in.ID)
	if err != nil {
		return resource.Session{}, err
	}
	return a.Views.Session(ctx, p.Org, viewer(p), id)
}

type declineIn struct {
	ID   message.OfferID `path:"id"`
	Body *ReasonIn
}

// ReasonIn says why, if one wants to.
type ReasonIn struct {
	Reason string `json:"reason,omitempty" maxLength:"500" doc:"supervisors see it"`
}

// given is an optional body; its zero value when none was sent.
func given[T any](body *T) (v T) {
	if body != nil {
		v = *body
	}
	return v
}

func (a *API) decline(ctx context.Context, p staff.Principal, in *declineIn) (None, error) {
	if err := person(p); err != nil {
		return None{}, err
	}
	return None{}, a.Routing.Decline(ctx, p.Org, p.UserID, in.ID, given(in.Body).Reason)
}
