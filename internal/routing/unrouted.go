package routing

import (
	"context"
	"errors"
	"time"

	"switchboard/internal/conversation"
	"switchboard/internal/job"
	"switchboard/internal/message"
)

// JobChannelRouted brings what waits on a channel to where the channel says that its work goes now (CH-22,
// RT-5); the key is the channel's id. What was handed over, or overflowed, stays where it is.
const JobChannelRouted = "channel.routed"

// lookAgainAfter is longer than any transaction takes.
const lookAgainAfter = 15 * time.Second

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
	if err == nil && j.Payload == "" {
		// Who read the old routing a moment ago may not have committed yet.
		err = s.Write(ctx, j.Org, func(tx Tx) error { return tx.SetJob(JobChannelRouted, j.Key, tx.Now().Add(lookAgainAfter), "again") })
	}
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
		moves, err := tx.UnroutedSession(session)
		if err != nil || !moves {
			return err
		}
		open, err := tx.OpenOffers(session)
		if err != nil {
			return err
		}
		for _, o := range open { // the new route asks again
			if err := tx.CloseOffer(o, OfferWithdrawn, ""); err != nil {
				return err
			}
		}
		c.Session.Queue = message.QueueID{}
		if err := tx.Work(&c.Session, conversation.WorkChange{State: conversation.WorkWaiting}); err != nil {
			return err
		}
		if err := tx.SaveSession(&c.Session); err != nil {
			return err
		}
		return tx.SessionChanged(&c.Session)
	})
}
