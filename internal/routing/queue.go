package routing

import (
	"context"
	"strings"

	"switchboard/internal/fault"
	"switchboard/internal/message"
)

// overflowDepth bounds chains of overflow queues.
const overflowDepth = 10

// QueueSpec is what an administrator writes about a queue (RT-2).
type QueueSpec struct {
	Name            string                  `json:"name" minLength:"1" maxLength:"100"`
	RoutingConfigID message.RoutingConfigID `json:"routing_configuration_id,omitempty" doc:"how its work is offered; the defaults if not said"`
	OverflowQueueID message.QueueID         `json:"overflow_queue_id,omitempty" doc:"where work goes that waits too long"`
	OverflowAfter   int                     `json:"overflow_after_seconds,omitempty" minimum:"0" maximum:"86400"`
	Members         []message.UserID        `json:"members,omitempty"`
}

// Queue as it is set up.
type Queue struct {
	ID message.QueueID
	QueueSpec
	Version int64
}

func trimmed(s string) string { return strings.TrimSpace(s) }

func (q *Queue) check(tx SetupTx) error {
	if err := checkName(&q.Name, "queue"); err != nil {
		return err
	}
	if q.OverflowQueueID.IsZero() {
		q.OverflowAfter = 0
		return nil
	}
	if q.OverflowAfter <= 0 {
		return fault.Invalid("overflow_after_seconds", "Say after how many seconds work overflows.")
	}
	// A chain that comes back to this queue would move work in circles.
	next := q.OverflowQueueID
	for range overflowDepth {
		if next == q.ID {
			return fault.Invalid("overflow_queue_id", "The overflow leads back to this queue.")
		}
		if next.IsZero() {
			return nil
		}
		following, err := tx.QueueSetup(next)
		if fault.CodeOf(err) == fault.NotFound {
			return fault.Invalid("overflow_queue_id", "There is no such queue.")
		}
		if err != nil {
			return err
		}
		next = following.OverflowQueueID
	}
	return fault.Invalid("overflow_queue_id", "This chain of overflow queues is too long.")
}

// CreateQueue adds a queue.
func (s *Setup) CreateQueue(ctx context.Context, org message.OrgID, spec QueueSpec) (message.QueueID, error) {
	id := message.NewID[message.QueueID]()
	return id, s.Write(ctx, org, func(tx SetupTx) error {
		q := Queue{ID: id, QueueSpec: spec, Version: 1}
		if err := q.check(tx); err != nil {
			return err
		}
		if err := tx.InsertQueue(q); err != nil {
			return err
		}
		return tx.QueueChanged(id)
	})
}

// ChangeQueue applies a change to a queue and its members.
func (s *Setup) ChangeQueue(ctx context.Context, org message.OrgID, id message.QueueID, version int64, apply func(*QueueSpec) error) error {
	return s.Write(ctx, org, func(tx SetupTx) error {
		q, err := tx.QueueSetup(id)
		if err != nil {
			return err
		}
		if err := fault.Stale(version, q.Version); err != nil {
			return err
		}
		if err := apply(&q.QueueSpec); err != nil {
			return err
		}
		if err := q.check(tx); err != nil {
			return err
		}
		if err := tx.SaveQueue(&q); err != nil {
			return err
		}
		return tx.QueueChanged(id)
	})
}

// DeleteQueue removes a queue that nothing refers to.
func (s *Setup) DeleteQueue(ctx context.Context, org message.OrgID, id message.QueueID) error {
	return s.Write(ctx, org, func(tx SetupTx) error {
		if _, err := tx.QueueSetup(id); err != nil {
			return err
		}
		if err := tx.DeleteQueue(id); err != nil {
			return err
		}
		return tx.QueueChanged(id)
	})
}
