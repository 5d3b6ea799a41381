package realtime

import (
	"context"

	"switchboard/internal/feed"
	"switchboard/internal/inbox"
	"switchboard/internal/message"
	"switchboard/internal/resource"
)

// loadPersonal fetches what lines say to one user alone: their drafts and notifications.
func (h *Hub) loadPersonal(ctx context.Context, org message.OrgID, b *batch, to *crowd) error {
	drafts := map[message.UserID][]message.ConversationID{}
	var notices []message.RowID
	sights := map[message.UserID]inbox.Sight{}
	var readers []message.UserID
	at := map[shownTo]int64{}
	for _, c := range b.changes {
		if len(to.persons[c.Agent]) == 0 {
			continue
		}
		switch c.Type {
		case feed.DraftUpdated:
			key := shownTo{c.Conversation, c.Agent}
			if b.lastDraft[key] == 0 {
				drafts[c.Agent] = append(drafts[c.Agent], c.Conversation)
			}
			b.lastDraft[key], at[key] = c.Seq, c.At.UnixMicro()
		case feed.MentionCreated:
			notices = append(notices, c.Ref)
		case feed.NotificationsRead:
			if b.lastReads[c.Agent] == 0 {
				readers = append(readers, c.Agent)
			}
			b.lastReads[c.Agent] = c.Seq
		}
	}
	if len(b.lastDraft) > 0 {
		now := map[shownTo]*resource.Drafts{}
		for key, version := range at {
			now[key] = &resource.Drafts{ConversationID: key.conversation, Items: []resource.Draft{}, Version: version}
		}
		loaded, err := h.Views.Drafts(ctx, org, drafts)
		if err != nil {
			return err
		}
		for _, d := range loaded {
			if all := now[shownTo{d.ConversationID, d.User}]; all != nil {
				all.Items = append(all.Items, d)
			}
		}
		for key, all := range now {
			b.drafts[key] = raw(all)
		}
	}
	if len(notices) > 0 {
		for _, a := range to.all {
			sights[a.sight.User] = a.sight
		}
		loaded, err := h.Views.NotificationsByID(ctx, org, notices, sights)
		if err != nil {
			return err
		}
		for id, n := range loaded {
			b.notices[id] = raw(n)
		}
	}
	var err error
	if len(readers) > 0 {
		b.unread, err = h.Views.Unread(ctx, org, readers)
	}
	return err
}

// personal is what a line says to the one user whom it concerns.
func (b *batch) personal(a *audience, t *topic, c feed.Change) []frame {
	if c.Agent != a.sight.User {
		return nil
	}
	f := frame{topic: t, kind: c.Type}
	switch key := (shownTo{c.Conversation, c.Agent}); c.Type {
	case feed.DraftUpdated:
		if b.lastDraft[key] == c.Seq {
			f.data = b.drafts[key]
		}
	case feed.MentionCreated:
		f.data = b.notices[c.Ref]
	case feed.NotificationsRead:
		if b.lastReads[c.Agent] == c.Seq {
			f.data = raw(map[string]int{"unread": b.unread[c.Agent]})
		}
	case feed.PreferencesUpdated:
		f.data = raw(struct{}{}) // who wants to know reads them
	}
	return []frame{f}
}
