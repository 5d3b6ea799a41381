package staff

import (
	"context"

	"switchboard/internal/message"
	"switchboard/internal/resource"
	"switchboard/internal/staff"
)

type notificationsIn struct {
	Limit int `query:"limit" default:"50" minimum:"1" maximum:"200"`
}

// NotificationList is a user's newest notifications.
type NotificationList struct {
	Items  []resource.Notification `json:"items" doc:"the newest first; kept for 30 days, 200 at most"`
	Unread int                     `json:"unread" doc:"of all, not of these alone"`
}

func (a *API) notifications(ctx context.Context, p staff.Principal, in *notificationsIn) (out NotificationList, err error) {
	if out.Items = []resource.Notification{}; p.APIKey {
		return out, nil
	}
	items, unread, err := a.Views.Notifications(ctx, p.Org, viewer(p), in.Limit)
	if items != nil {
		out.Items = items
	}
	out.Unread = unread
	return out, err
}

type readNotificationsIn struct {
	Body *NotificationsIn
}

// NotificationsIn names notifications.
type NotificationsIn struct {
	IDs []message.RowID `json:"ids,omitempty" maxItems:"200" doc:"all of mine, if not said"`
}

func (a *API) readNotifications(ctx context.Context, p staff.Principal, in *readNotificationsIn) (None, error) {
	if err := someone(p); err != nil {
		return None{}, err
	}
	return None{}, a.Conversations.ReadNotifications(ctx, p.Org, p.UserID, given(in.Body).IDs)
}

func (a *API) colleagues(ctx context.Context, p staff.Principal, _ *struct{}) (List[resource.AgentRef], error) {
	items, err := a.Rows.Colleagues(ctx, p.Org)
	return page(items, "", err)
}
