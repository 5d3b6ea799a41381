package routing

import (
	"context"
	"errors"
	"time"

	"switchboard/internal/conversation"
	"switchboard/internal/fault"
	"switchboard/internal/job"
	"switchboard/internal/message"
)

// Grace is how long an agent who went offline, or whose last connection was cut, keeps their sessions
// before they are rerouted (RT-12).
const Grace = 30 * time.Second

// Jobs of presence; the key is the user's id.
const (
	// JobConnectionLost sets an agent offline whose connections have not come back.
	JobConnectionLost = "presence.connection_lost"
	// JobReroute gives the sessions of an offline agent back to routing.
	JobReroute = "presence.reroute"
)

// SetPresence changes a user's status, named by name or id.
func (s *Service) SetPresence(ctx context.Context, org message.OrgID, user message.UserID, status string) error {
	return s.Write(ctx, org, func(tx Tx) error {
		to, err := tx.StatusNamed(status)
		if err != nil {
			return err
		}
		return setPresence(tx, user, to, Grace)
	})
}

// setPresence keeps a status. Going offline starts the grace after which sessions are rerouted; any
// other status ends it.
func setPresence(tx Tx, user message.UserID, to Status, grace time.Duration) error {
	id, _, _, err := tx.PresenceOf(user)
	if err != nil {
		return err
	}
	if to.Kind == "offline" {
		err = tx.SetJob(JobReroute, user.String(), tx.Now().Add(grace), "")
	} else {
		err = tx.ClearTimer(JobReroute, user.String())
	}
	if err != nil || id == to.ID {
		return err
	}
	return tx.SetPresenceOf(user, to, tx.Now())
}

// Connected notes a socket of a user on this node. A grace that runs because the last one was cut ends.
func (s *Service) Connected(ctx context.Context, org message.OrgID, user message.UserID, connection message.RowID) error {
	return s.Write(ctx, org, func(tx Tx) error {
		if err := tx.ClearTimer(JobConnectionLost, user.String()); err != nil {
			return err
		}
		return tx.AddConnection(user, connection, s.Node, tx.Now())
	})
}

// Disconnected notes that a socket is gone. When it was the last, the grace begins.
func (s *Service) Disconnected(ctx context.Context, org message.OrgID, user message.UserID, connection message.RowID) error {
	return s.Write(ctx, org, func(tx Tx) error {
		if err := tx.DropConnection(user, connection); err != nil {
			return err
		}
		return lost(tx, user)
	})
}

// lost starts the grace of a user without connections who is not offline.
func lost(tx Tx, user message.UserID) error {
	left, err := tx.Connections(user)
	if err != nil || left > 0 {
		return err
	}
	_, kind, _, err := tx.PresenceOf(user)
	if err != nil || kind == "offline" {
		return err
	}
	return tx.SetJob(JobConnectionLost, user.String(), tx.Now().Add(Grace), "")
}

// NodeLost drops the connections that a dead node had, as if each had been cut.
func (s *Service) NodeLost(ctx context.Context, org message.OrgID, users map[message.UserID][]message.RowID) error {
	return s.Write(ctx, org, func(tx Tx) error {
		for user, connections := range users {
			for _, c := range connections {
				if err := tx.DropConnection(user, c); err != nil {
					return err
				}
			}
			if err := lost(tx, user); err != nil {
				return err
			}
		}
		return nil
	})
}

// ConnectionLost is the handler of JobConnectionLost: the grace is over.
func (s *Service) ConnectionLost(ctx context.Context, j job.Job) error {
	user, err := message.ParseID[message.UserID](j.Key)
	if err != nil {
		return errors.Join(job.ErrGiveUp, err)
	}
	return s.Write(ctx, j.Org, func(tx Tx) error {
		if left, err := tx.Connections(user); err != nil || left > 0 {
			return err
		}
		return StopWork(tx, user)
	})
}

// StopWork sets a user offline and has their sessions rerouted now: their grace is over, or they were
// switched off.
func StopWork(tx Tx, user message.UserID) error {
	_, kind, _, err := tx.PresenceOf(user)
	if err != nil {
		return err
	}
	if kind == KindOffline {
		return tx.SetJob(JobReroute, user.String(), tx.Now(), "")
	}
	offline, err := tx.FirstStatus(KindOffline)
	if err != nil {
		return err
	}
	return setPresence(tx, user, offline, 0)
}

// Reroute is the handler of JobReroute: gives an agent's sessions back to routing, one transaction each.
func (s *Service) Reroute(ctx context.Context, j job.Job) error {
	user, err := message.ParseID[message.UserID](j.Key)
	if err != nil {
		return errors.Join(job.ErrGiveUp, err)
	}
	var sessions []message.SessionID
	err = s.Write(ctx, j.Org, func(tx Tx) error {
		_, kind, _, err := tx.PresenceOf(user)
		if err != nil || kind != "offline" {
			return err
		}
		sessions, err = tx.AssignedSessions(user)
		return err
	})
	for _, session := range sessions {
		if err == nil {
			err = s.rerouteOne(ctx, j.Org, user, session)
		}
	}
	return err
}

func (s *Service) rerouteOne(ctx context.Context, org message.OrgID, user message.UserID, session message.SessionID) error {
	return s.Write(ctx, org, func(tx Tx) error {
		id, err := tx.SessionConversation(session)
		if err != nil {
			return notFoundIsStale(err)
		}
		c, err := tx.Conversation(id)
		if err != nil {
			return err
		}
		handing := c.Session.Status == conversation.Waiting && c.Session.Transfer != nil
		if c.Session.ID != session || c.Session.Agent != user || c.Session.Status != conversation.Active && !handing {
			return nil // settled meanwhile
		}
		if _, kind, _, err := tx.PresenceOf(user); err != nil || kind != "offline" {
			return err // came back meanwhile
		}
		agent, _, err := tx.OnlineAgent(user)
		if err != nil && fault.CodeOf(err) != fault.NotFound {
			return err
		}
		if handing {
			return conversation.GiverLeft(tx, &c, conversation.Staff{ID: user, Name: agent.Name})
		}
		return conversation.GiveBack(tx, &c, message.EventRerouted, conversation.Staff{Name: agent.Name}, "",
			message.Because("agent_offline", message.ReasonParams{}, "The agent went offline."), conversation.WorkChange{})
	})
}
