package routing

import (
	"time"

	"switchboard/internal/conversation"
	"switchboard/internal/message"
)

const (
	// positionsMax is how many of those who wait in a queue are told their position; whoever is behind them
	// hears of it when they come that near.
	positionsMax = 50
	// positionsEvery is how long a queue's positions rest after they were told, however much happens in it.
	positionsEvery = 2 * time.Second
)

// InLine is one of those who wait in a queue.
type InLine struct {
	Session      message.SessionID
	Conversation message.ConversationID
	Customer     message.CustomerID
	ChannelType  string
	Told         int // the position they were told last; 0: none
}

// place is where work waits: what a queue's positions follow from.
type place struct {
	queue message.QueueID // zero: in no queue, or asked of one agent alone
	since time.Time
}

func (s *State) placeOf(id message.SessionID) place {
	w := s.work[id]
	if w == nil || w.agent != nil || !w.Agent.IsZero() || w.Queue.IsZero() {
		return place{}
	}
	return place{w.Queue, w.WaitingSince}
}

// moves applies an event about a session's work, and marks the queues in which positions change by it.
func (d *dispatcher) moves(id message.SessionID, e Event) {
	before := d.state.placeOf(id)
	d.state.Apply(e)
	after := d.state.placeOf(id)
	if before.queue == after.queue && before.since.Equal(after.since) {
		return
	}
	for _, q := range []message.QueueID{before.queue, after.queue} {
		if !q.IsZero() {
			d.moved[q] = true
		}
	}
}

// tellPositions tells web customers their positions in the queues that were marked, each queue at most
// once every positionsEvery.
func (d *dispatcher) tellPositions() error {
	now := time.Now()
	for q := range d.moved {
		if now.Sub(d.told[q]) < positionsEvery {
			continue
		}
		err := d.write(d.ctx, d.org, func(tx Tx) error {
			if err := tx.HoldLease(d.name, d.node, d.epoch); err != nil {
				d.epoch = 0
				return err
			}
			return tellLine(tx, q)
		})
		if err != nil {
			return err
		}
		delete(d.moved, q)
		d.told[q] = now
	}
	return nil
}

// tellLine tells those at the head of a queue whose position is another than they were told.
func tellLine(tx Tx, q message.QueueID) error {
	line, err := tx.QueueLine(q, positionsMax)
	if err != nil {
		return err
	}
	for i, one := range line {
		position := i + 1
		if !conversation.HearsPositions(one.ChannelType) || one.Told == position {
			continue
		}
		if _, err := tx.Conversation(one.Conversation); err != nil { // locked before its work
			return err
		}
		there, err := tx.SetPosition(one.Session, q, position)
		if err != nil {
			return err
		}
		if !there {
			continue // accepted, moved or gone a moment ago
		}
		if err := tx.CustomerEvent(conversation.CustomerEvent{
			Customer: one.Customer, Conversation: one.Conversation, Type: conversation.CustomerQueuePosition, At: tx.Now(),
			Detail: conversation.CustomerDetail{Session: one.Session, Position: position},
		}); err != nil {
			return err
		}
	}
	return nil
}
