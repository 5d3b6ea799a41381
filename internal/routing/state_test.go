package routing

import (
	"testing"
	"time"

	"switchboard/internal/message"
)

func qs(ns ...int) (list []message.QueueID) {
	for _, n := range ns {
		list = append(list, queue(n))
	}
	return list
}

func next(t *testing.T, s *State, now time.Time) Decision {
	t.Helper()
	d, ok := s.Next(now)
	if !ok {
		t.Fatal("no decision")
	}
	return d
}

func nothing(t *testing.T, s *State, now time.Time) {
	t.Helper()
	if d, ok := s.Next(now); ok {
		t.Fatalf("unexpected decision %+v", d)
	}
}

// A decision carries the versions that its transaction checks, as the last event or answer told them.
func TestVersions(t *testing.T) {
	s := named(online(1, 10, "Anna"), waiting())
	if d := next(t, s, at(0)); d.Version != 7 || d.Agents[0] != (Target{user(1), 1}) {
		t.Fatalf("%+v", d)
	}
	s.Apply(DecisionWritten{session(1), 8, []Target{{user(1), 5}}})
	s.Apply(AgentPresence{Agent: user(1), Version: 4}) // older than what is known: ignored
	s.Apply(WorkEnded{session(1), 7})                  // likewise
	nothing(t, s, at(1))
	s.Apply(waiting()) // version 7, likewise
	nothing(t, s, at(1))
	s.Apply(AgentPresence{Agent: user(1), Version: 6})
	if d := next(t, s, at(2)); d.Kind != DecideWithdraw || d.Version != 8 || d.Agents[0] != (Target{user(1), 6}) {
		t.Fatalf("%+v", d)
	}
}

// After a write that failed, WorkPut with the truth undoes what State took for done.
func TestDecisionNotWritten(t *testing.T) {
	s := named(online(1, 2, "Anna"), waiting())
	next(t, s, at(0))
	nothing(t, s, at(0))
	truth := waiting()
	truth.Work.Version, truth.Assigned = 9, user(2)
	s.Apply(truth)
	nothing(t, s, at(1))
	other := waiting(func(w *Work) { w.ID = session(2) })
	s.Apply(other)
	if d := next(t, s, at(1)); d.Session != session(2) {
		t.Fatalf("Anna's capacity is free again: %+v", d)
	}
}

// What can't be placed doesn't hold back what is behind it, whatever the cause.
func TestNothingBlocks(t *testing.T) {
	for name, change := range map[string]func(*Work){
		"too large":       func(w *Work) { w.Size = Size{Units: 99} },
		"channel":         func(w *Work) { w.Channel = "fax" },
		"one agent, away": func(w *Work) { w.Agent = user(9) },
		"another queue":   func(w *Work) { w.Queue = queue(2) },
		"declined":        func(w *Work) {},
	} {
		t.Run(name, func(t *testing.T) {
			s := named(online(1, 10, "Anna"), waiting(change))
			s.Apply(WorkDeclined{session(1), 0, user(1), start})
			s.Apply(waiting(func(w *Work) { w.ID, w.WaitingSince = session(2), at(1) }))
			if d := next(t, s, at(2)); d.Session != session(2) {
				t.Fatalf("%+v", d)
			}
			nothing(t, s, at(2))
		})
	}
}

// RT-18: all are offered it, latecomers too; the first to accept has it; others lose the offer.
func TestEveryone(t *testing.T) {
	everyone := func(w *Work) { w.Queue, w.AutoAccept = message.QueueID{}, true }
	s := named(online(1, 2, "Anna"), online(2, 10, "Ben"), offline(3, "Cleo"), waiting(everyone))
	if d := next(t, s, at(0)); len(d.Agents) != 2 || d.AutoAccept {
		t.Fatalf("%+v", d)
	}
	s.Apply(AgentPresence{Agent: user(3), Online: true})
	if d := next(t, s, at(1)); d.Kind != DecideOffer || len(d.Agents) != 1 || d.Agents[0].Agent != user(3) {
		t.Fatalf("%+v", d)
	}
	// Anna takes other work and is full: her offer goes, and comes back when she has room.
	s.Apply(busy(5, 1, 1))
	if d := next(t, s, at(2)); d.Kind != DecideWithdraw || d.Agents[0].Agent != user(1) {
		t.Fatalf("%+v", d)
	}
	s.Apply(WorkEnded{Session: session(5)})
	if d := next(t, s, at(3)); d.Kind != DecideOffer || d.Agents[0].Agent != user(1) {
		t.Fatalf("%+v", d)
	}
	s.Apply(WorkAccepted{session(1), 0, user(3), at(4)})
	if d := next(t, s, at(4)); d.Kind != DecideWithdraw || len(d.Agents) != 2 {
		t.Fatalf("%+v", d)
	}
	nothing(t, s, at(4))
}

// A preferred agent has work for everyone alone for HeadStart; then the others are asked too.
func TestHeadStart(t *testing.T) {
	s := named(online(1, 9, "Anna"), online(2, 9, "Ben"), waiting(func(w *Work) { w.Queue, w.Preferred = message.QueueID{}, user(2) }))
	if d := next(t, s, at(0)); len(d.Agents) != 1 || d.Agents[0].Agent != user(2) {
		t.Fatalf("%+v", d)
	}
	nothing(t, s, at(0))
	due, ok := s.NextDeadline()
	if want := at(0).Add(HeadStart); !ok || !due.Equal(want) {
		t.Fatalf("deadline %s, want %s", due, want)
	}
	if d := next(t, s, due); d.Kind != DecideOffer || len(d.Agents) != 1 || d.Agents[0].Agent != user(1) {
		t.Fatalf("%+v", d)
	}
}

// Overflowing work rests until a WorkPut says what it is like in the other queue.
func TestOverflow(t *testing.T) {
	s := named(waiting(func(w *Work) { w.OverflowQueue, w.OverflowAfter = queue(2), time.Minute }))
	nothing(t, s, at(59))
	if d := next(t, s, at(60)); d.Kind != DecideOverflow || d.To != queue(2) {
		t.Fatalf("%+v", d)
	}
	s.Apply(online(1, 10, "Anna"))
	nothing(t, s, at(61))
	if got := s.Explain(session(1)).Text; got != "Moving to Sales." {
		t.Error(got)
	}
	s.Apply(AgentQueues{Agent: user(1), Queues: qs(2)})
	s.Apply(waiting(func(w *Work) { w.Queue = queue(2) }))
	if d := next(t, s, at(61)); d.Kind != DecideOffer {
		t.Fatalf("%+v", d)
	}
}
