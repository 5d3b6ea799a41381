package routing

import (
	"testing"
	"time"
)

func at(seconds int) time.Time { return start.Add(time.Duration(seconds) * time.Second) }

// Support is queue 1, Sales queue 2, Everyday overflow queue 3.
func named(events ...Event) *State {
	s := New()
	s.Apply(QueueNamed{queue(1), "Support"})
	s.Apply(QueueNamed{queue(2), "Sales"})
	for _, e := range events {
		s.Apply(e)
	}
	return s
}

func online(n, limit int, name string) AgentPut {
	return AgentPut{Agent{ID: user(n), Version: int64(n), Name: name, Limit: limit, Online: true, Queues: qs(1)}}
}

func offline(n int, name string) AgentPut {
	p := online(n, 10, name)
	p.Agent.Online = false
	return p
}

// busy is assigned work that takes units of agent n.
func busy(id, n, units int) WorkPut {
	return WorkPut{Work: Work{ID: session(id), Channel: "web", Queue: queue(1), Size: Size{Units: units}}, Assigned: user(n)}
}

// waiting is session 1 of Support, waiting since the start, two units, web.
func waiting(change ...func(*Work)) WorkPut {
	w := Work{ID: session(1), Version: 7, Channel: "web", Queue: queue(1), Priority: 1, Size: Size{Units: 2}, Model: LeastActive, WaitingSince: start}
	for _, f := range change {
		f(&w)
	}
	return WorkPut{Work: w}
}

func TestReasons(t *testing.T) {
	most := func(w *Work) { w.Model = MostAvailable }
	everyone := func(w *Work) { w.Queue = [16]byte{} }
	direct := func(w *Work) { w.Agent = user(2) }
	preferred := func(w *Work) { w.Preferred = user(2) }
	timeout := func(w *Work) { w.PushTimeout = 30 * time.Second }
	overflow := func(w *Work) { w.OverflowQueue, w.OverflowAfter = queue(2), 90*time.Second }
	for name, test := range map[string]struct {
		s    *State
		now  int
		want []string
	}{
		"least active": {named(online(1, 10, "Anna"), online(2, 10, "Ben"), online(3, 9, "Cleo"), online(4, 2, "Dee"), busy(91, 1, 2), busy(92, 2, 3), busy(93, 3, 5), busy(94, 4, 0), busy(95, 4, 1), waiting()), 12,
			[]string{"offer: Least active of 3 available agents in Support: 2 of 10 units used; waited 12 s."}},
		"most available": {named(online(1, 10, "Anna"), online(2, 20, "Ben"), busy(91, 2, 5), waiting(most)), 75,
			[]string{"offer: Most available of 2 available agents in Support: 15 of 20 units free; waited 1 min 15 s."}},
		"only one": {named(online(1, 10, "Anna"), offline(2, "Ben"), waiting()), 0,
			[]string{"offer: The only available agent in Support: 0 of 10 units used; waited 0 s."}},
		"equals": {named(online(1, 10, "Anna"), online(2, 10, "Ben"), waiting()), 7260,
			[]string{"offer: Least active of 2 available agents in Support, the longest without new work among equals: 0 of 10 units used; waited 2 h 1 min."}},
		"who declined is not among them": {named(online(1, 10, "Anna"), online(2, 10, "Ben"), online(3, 9, "Cleo"), busy(93, 3, 1), waiting(), WorkDeclined{session(1), 8, user(1), at(0)}), 5,
			[]string{"offer: Least active of 2 available agents in Support: 0 of 10 units used; waited 5 s."}},
		"direct": {named(online(1, 10, "Anna"), online(2, 10, "Ben"), busy(92, 2, 8), waiting(direct)), 1,
			[]string{"offer: Routed to this agent directly: 8 of 10 units used; waited 1 s."}},
		"preferred": {named(online(1, 10, "Anna"), online(2, 10, "Ben"), busy(92, 2, 8), waiting(preferred)), 1,
			[]string{"offer: Had this customer's last conversation: 8 of 10 units used; waited 1 s."}},
		"everyone": {named(online(1, 10, "Anna"), online(2, 10, "Ben"), waiting(everyone)), 60,
			[]string{"offer: Offered to all 2 available agents: the first to accept has it; waited 1 min."}},
		"second round, after the hold": {named(online(1, 10, "Anna"), waiting(), WorkDeclined{session(1), 8, user(1), at(0)}), 60,
			[]string{"offer: The only available agent in Support: 0 of 10 units used; waited 1 min. Asked again: 1 agent did not take it and nobody else is available."}},
		"expired, overflowed": {named(online(1, 10, "Anna"), WorkPut{Work: waiting(timeout, overflow).Work, Offers: []OpenOffer{{user(1), at(65), at(95)}}}), 95,
			[]string{"expire: Anna did not answer within 30 s.", "overflow: Waited 1 min 35 s, more than the 1 min 30 s after which Support overflows to Sales."}},
		"another was first": {named(online(1, 10, "Anna"), online(2, 10, "Ben"), WorkPut{Work: waiting(everyone).Work, Offers: []OpenOffer{{Agent: user(1)}, {Agent: user(2)}}}, WorkAccepted{session(1), 8, user(1), at(3)}), 3,
			[]string{"withdraw: Anna accepted it first."}},
		"ended": {named(online(1, 10, "Anna"), WorkPut{Work: waiting().Work, Offers: []OpenOffer{{Agent: user(1)}}}, WorkEnded{session(1), 8}), 3,
			[]string{"withdraw: The conversation has ended."}},
		"went offline": {named(online(1, 10, "Anna"), WorkPut{Work: waiting().Work, Offers: []OpenOffer{{Agent: user(1)}}}, AgentPresence{Agent: user(1)}), 3,
			[]string{"withdraw: Anna went offline."}},
		"left the queue": {named(online(1, 10, "Anna"), WorkPut{Work: waiting().Work, Offers: []OpenOffer{{Agent: user(1)}}}, AgentQueues{Agent: user(1)}), 3,
			[]string{"withdraw: Anna is not a member of Support any more."}},
		"other channels": {named(online(1, 10, "Anna"), WorkPut{Work: waiting().Work, Offers: []OpenOffer{{Agent: user(1)}}}, AgentPresence{Agent: user(1), Online: true, Channels: []string{"sms"}}), 3,
			[]string{"withdraw: Anna takes no web conversations in the present status."}},
		"less capacity": {named(online(1, 10, "Anna"), WorkPut{Work: waiting().Work, Offers: []OpenOffer{{Agent: user(1)}}}, AgentCapacity{Agent: user(1), Limit: 1}), 3,
			[]string{"withdraw: Anna is at capacity: 2 of 1 units used."}},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			for {
				d, ok := test.s.Next(at(test.now))
				if !ok {
					break
				}
				got = append(got, string(d.Kind)+": "+d.Reason.Text)
			}
			if len(got) != len(test.want) {
				t.Fatalf("got %q\nwant %q", got, test.want)
			}
			for i := range got {
				if got[i] != test.want[i] {
					t.Errorf("got  %s\nwant %s", got[i], test.want[i])
				}
			}
		})
	}
}

func TestExplain(t *testing.T) {
	everyone := func(w *Work) { w.Queue = [16]byte{} }
	direct := func(w *Work) { w.Agent = user(2) }
	large := func(w *Work) { w.Size = Size{Units: 12} }
	sms := func(n int) AgentPresence {
		return AgentPresence{Agent: user(n), Online: true, Channels: []string{"sms"}}
	}
	full := []Event{online(1, 4, "Anna"), online(2, 4, "Ben"), online(3, 4, "Cleo"), busy(91, 1, 4), busy(92, 2, 3), busy(93, 3, 3)}
	for name, test := range map[string]struct {
		events []Event
		want   string
	}{
		"no members":      {[]Event{waiting()}, "No agent is a member of Support."},
		"nobody online":   {[]Event{offline(1, "Anna"), waiting()}, "No agent of Support is online."},
		"nobody at all":   {[]Event{offline(1, "Anna"), waiting(everyone)}, "No agent is online."},
		"channel":         {[]Event{online(1, 9, "Anna"), online(2, 9, "Ben"), sms(1), sms(2), waiting()}, "None of the 2 online agents of Support takes web conversations in the present status."},
		"channel of one":  {[]Event{online(1, 9, "Anna"), sms(1), waiting()}, "The only online agent of Support takes no web conversations in the present status."},
		"too large":       {[]Event{online(1, 9, "Anna"), online(2, 9, "Ben"), waiting(large)}, "It takes 12 units, more than the capacity of any of the 2 online agents of Support."},
		"at capacity":     {append(full, waiting()), "All 3 online agents of Support are at capacity."},
		"one at capacity": {append(full, sms(1), sms(2), waiting()), "The only online agent of Support for web is at capacity."},
		"declined": {[]Event{online(1, 9, "Anna"), online(2, 9, "Ben"), waiting(), WorkDeclined{session(1), 8, user(1), at(5)}, WorkDeclined{session(1), 9, user(2), at(9)}},
			"2 agents declined; nobody else is available. Asked again from 10:01:05 UTC."},
		"declined and missed": {[]Event{online(1, 9, "Anna"), online(2, 9, "Ben"), WorkPut{Work: waiting().Work, Tried: []Tried{{user(1), at(-1), true}, {user(2), at(-1), false}}}},
			"1 agent declined, 1 agent did not answer; nobody else is available. Asked again from 10:00:14 UTC."},
		"direct, offline":     {[]Event{offline(2, "Ben"), waiting(direct)}, "Ben is not online, and only this agent is asked."},
		"direct, unknown":     {[]Event{waiting(direct)}, "The agent is not online, and only this agent is asked."},
		"direct, at capacity": {[]Event{online(2, 4, "Ben"), busy(92, 2, 3), waiting(direct)}, "Ben is at capacity (3 of 4 units used), and only this agent is asked."},
		"offered":             {[]Event{online(1, 9, "Anna"), waiting()}, "Offered to Anna; not accepted yet."},
		"offered to all":      {[]Event{online(1, 9, "Anna"), online(2, 9, "Ben"), waiting(everyone)}, "Offered to 2 agents; nobody has accepted yet."},
		"assigned":            {[]Event{online(1, 9, "Anna"), waiting(), WorkAccepted{session(1), 8, user(1), at(1)}}, "Anna has it."},
		"gone":                {[]Event{online(1, 9, "Anna"), waiting(), WorkInactive{session(1), 8}}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			s := named(test.events...)
			for _, ok := s.Next(start); ok; _, ok = s.Next(start) {
			}
			if got := s.Explain(session(1)).Text; got != test.want {
				t.Errorf("got  %q\nwant %q", got, test.want)
			}
		})
	}
}
