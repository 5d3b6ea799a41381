package routing

import (
	"context"
	"slices"

	"switchboard/internal/fault"
	"switchboard/internal/message"
)

// Kinds of presence statuses (RT-1).
const (
	KindOnline  = "online"
	KindBusy    = "busy"
	KindAway    = "away"
	KindOffline = "offline"
)

// PresenceStatusSpec is what an administrator writes about a presence status (RT-1).
type PresenceStatusSpec struct {
	Name     string   `json:"name" minLength:"1" maxLength:"100"`
	Kind     string   `json:"kind" enum:"online,busy,away,offline" doc:"fixed once made"`
	Channels []string `json:"channels,omitempty" doc:"channel types that an online status takes; empty: all"`
	Position int      `json:"position,omitempty" minimum:"0" maximum:"1000" doc:"order in menus"`
}

// PresenceStatus as it is set up.
type PresenceStatus struct {
	ID message.PresenceID
	PresenceStatusSpec
	Version int64
}

func (s *Setup) checkStatus(p *PresenceStatusSpec) error {
	if !slices.Contains([]string{KindOnline, KindBusy, KindAway, KindOffline}, p.Kind) {
		return fault.Invalid("kind", "A status is online, busy, away or offline.")
	}
	if p.Kind != KindOnline && len(p.Channels) > 0 {
		return fault.Invalid("channels", "Only an online status takes work.")
	}
	for _, c := range p.Channels {
		if !slices.Contains(s.ChannelTypes, c) {
			return fault.Invalid("channels", "There is no channel type %q.", c)
		}
	}
	return checkName(&p.Name, "presence status")
}

// CreateStatus adds a presence status.
func (s *Setup) CreateStatus(ctx context.Context, org message.OrgID, spec PresenceStatusSpec) (message.PresenceID, error) {
	id := message.NewID[message.PresenceID]()
	if err := s.checkStatus(&spec); err != nil {
		return id, err
	}
	return id, s.Write(ctx, org, func(tx SetupTx) error {
		if err := tx.InsertStatus(PresenceStatus{ID: id, PresenceStatusSpec: spec, Version: 1}); err != nil {
			return err
		}
		return tx.RoutingChanged(message.RowID(id))
	})
}

// ChangeStatus applies a change to a presence status.
func (s *Setup) ChangeStatus(ctx context.Context, org message.OrgID, id message.PresenceID, version int64, apply func(*PresenceStatusSpec) error) error {
	return s.Write(ctx, org, func(tx SetupTx) error {
		status, err := tx.StatusSetup(id)
		if err != nil {
			return err
		}
		if err := fault.Stale(version, status.Version); err != nil {
			return err
		}
		kind := status.Kind
		if err := apply(&status.PresenceStatusSpec); err != nil {
			return err
		}
		if status.Kind != kind {
			return fault.Invalid("kind", "The kind is fixed once the status is made: people have it.")
		}
		if err := s.checkStatus(&status.PresenceStatusSpec); err != nil {
			return err
		}
		if err := tx.SaveStatus(&status); err != nil {
			return err
		}
		return tx.RoutingChanged(message.RowID(id))
	})
}

// DeleteStatus removes one that nobody has. An online and an offline status always stay.
func (s *Setup) DeleteStatus(ctx context.Context, org message.OrgID, id message.PresenceID) error {
	return s.Write(ctx, org, func(tx SetupTx) error {
		status, err := tx.StatusSetup(id)
		if err != nil {
			return err
		}
		if status.Kind == KindOnline || status.Kind == KindOffline {
			others, err := tx.OtherStatuses(status.Kind, id)
			if err != nil {
				return err
			}
			if others == 0 {
				return fault.New(fault.Conflict, "This is the last status of kind %s; one must stay.", status.Kind)
			}
		}
		if err := tx.DeleteStatus(id); err != nil {
			return err
		}
		return tx.RoutingChanged(message.RowID(id))
	})
}
