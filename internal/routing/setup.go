package routing

import (
	"context"
	"time"

	"switchboard/internal/fault"
	"switchboard/internal/message"
)

// Setup is what administrators configure about routing: queues, routing configurations and presence
// statuses. The engine learns of it by the change feed.
type Setup struct {
	Write func(ctx context.Context, org message.OrgID, fn func(SetupTx) error) error
	// ChannelTypes that presence statuses may name.
	ChannelTypes []string
}

// SetupTx is what Setup needs of a transaction.
type SetupTx interface {
	Org() message.OrgID
	Now() time.Time

	// QueueSetup is a queue with its members, locked.
	QueueSetup(id message.QueueID) (Queue, error)
	// InsertQueue and SaveQueue refuse a name that is taken with fault.Conflict; members, the
	// configuration and the overflow queue must be there.
	InsertQueue(q Queue) error
	SaveQueue(q *Queue) error
	// DeleteQueue refuses with fault.InUse what channels, queues or open work refer to.
	DeleteQueue(id message.QueueID) error

	ConfigurationSetup(id message.RoutingConfigID) (Configuration, error)
	InsertConfiguration(c Configuration) error
	SaveConfiguration(c *Configuration) error
	// DeleteConfiguration refuses with fault.InUse what queues refer to.
	DeleteConfiguration(id message.RoutingConfigID) error

	StatusSetup(id message.PresenceID) (PresenceStatus, error)
	InsertStatus(s PresenceStatus) error
	SaveStatus(s *PresenceStatus) error
	// DeleteStatus refuses with fault.InUse one that somebody has.
	DeleteStatus(id message.PresenceID) error
	// OtherStatuses counts the statuses of a kind, except one.
	OtherStatuses(kind string, except message.PresenceID) (int, error)

	QueueChanged(id message.QueueID) error
	// RoutingChanged tells about a routing configuration or a presence status.
	RoutingChanged(ref message.RowID) error
}

// Found makes the presence statuses that every organisation begins with (RT-1).
func Found(tx SetupTx) error {
	for i, s := range []PresenceStatusSpec{
		{Name: "Available – Messaging", Kind: KindOnline},
		{Name: "Busy", Kind: KindBusy},
		{Name: "On Break", Kind: KindAway},
		{Name: "Offline", Kind: KindOffline},
	} {
		s.Position = i + 1
		if err := tx.InsertStatus(PresenceStatus{ID: message.NewID[message.PresenceID](), PresenceStatusSpec: s, Version: 1}); err != nil {
			return err
		}
	}
	return nil
}

// checkName refuses an empty or overlong name.
func checkName(name *string, noun string) error {
	if *name = trimmed(*name); *name == "" || len(*name) > 200 {
		return fault.Invalid("name", "A %s needs a name of at most 200 bytes.", noun)
	}
	return nil
}
