package routing

import (
	"context"
	"errors"

	"switchboard/internal/conversation"
	"switchboard/internal/job"
	"switchboard/internal/message"
)

// JobChannelRouted brings what waits on a channel to routing, once the channel says where its work
// goes (CH-22); the key is the channel's id.
const JobChannelRouted = "channel.routed"

// ChannelRouted is the handler of JobChannelRouted: routes one session in each transaction.
func (s *Service) ChannelRouted(ctx context.Context, j job.Job) error {
	channel, err := message.ParseID[message.ChannelID](j.Key)
	if err != nil {
		return errors.Join(job.ErrGiveUp, err)
	}
	var sessions []message.SessionID
	err = s.Write(ctx, j.Org, func(tx Tx) (err error) {
		sessions, err = tx.UnroutedSessions(channel)
		return err
	})
	for _, session := range sessions {
		if err == nil {
			err = s.routeOne(ctx, j.Org, session)
		}
	}
	return err
}

func (s *Service) routeOne(ctx context.Context, org message.OrgID, session message.SessionID) error {
	return s.Write(ctx, org, func(tx Tx) error {
		id, err := tx.SessionConversation(session)
		if err != nil {
			return notFoundIsStale(err)
		}
		c, err := tx.Conversation(id)
		if err != nil || c.Session.ID != session || c.Session.Status != conversation.Waiting {
			return err
		}
		if _, _, routed, err := tx.WorkVersion(session); err != nil || routed {
			return err
		}
		if err := tx.Work(&c.Session, conversation.WorkChange{State: conversation.WorkWaiting}); err != nil {
			return err
		}
		if err := tx.SaveSession(&c.Session); err != nil {
			return err
		}
		return tx.SessionChanged(&c.Session)
	})
}
