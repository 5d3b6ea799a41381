package routing

import (
	"cmp"
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"switchboard/internal/message"
)

var start = time.Date(2025, 3, 10, 10, 0, 0, 0, time.UTC)

func user(n int) (id message.UserID)       { id[0], id[15] = 1, byte(n); return }
func session(n int) (id message.SessionID) { id[0], id[15] = 2, byte(n); return }
func queue(n int) (id message.QueueID)     { id[0], id[15] = 3, byte(n); return }

// world runs State and the oracle side by side.
type world struct {
	s   *State
	o   *oracle
	now time.Time
}

func (w *world) apply(t *rapid.T, e Event) {
	t.Logf("%s %T %+v", w.now.Format("15:04:05"), e, e)
	w.s.Apply(e)
	w.o.apply(e)
}

// said is a decision by one agent, comparable. Decisions other than offers may come in another order,
// and for several agents in one or in several.
func said(d Decision) (list []string) {
	for _, a := range d.Agents {
		list = append(list, fmt.Sprintf("%s %d to agent %d until %s auto %t", d.Kind, d.Session[15], a.Agent[15], d.ExpiresAt.Format("15:04:05"), d.AutoAccept))
	}
	if d.Kind == DecideOverflow {
		list = append(list, fmt.Sprintf("overflow %d to queue %d", d.Session[15], d.To[15]))
	}
	slices.Sort(list)
	return list
}

// drain lets both decide all there is and compares.
func (w *world) drain(t *rapid.T) {
	all := func(next func(time.Time) (Decision, bool)) (offers, rest []string) {
		for range 10000 {
			d, ok := next(w.now)
			if !ok {
				slices.Sort(rest)
				return offers, rest
			}
			if d.Kind == DecideOffer {
				offers = append(offers, fmt.Sprint(said(d)))
			} else {
				rest = append(rest, said(d)...)
			}
		}
		t.Fatal("no end of decisions")
		return nil, nil
	}
	gotOffers, gotRest := all(w.s.Next)
	wantOffers, wantRest := all(w.o.next)
	t.Logf("  %v %v", gotRest, gotOffers)
	if !slices.Equal(gotRest, wantRest) {
		t.Fatalf("withdrawn, expired, overflowed\n%v\nthe oracle\n%v", gotRest, wantRest)
	}
	if !slices.Equal(gotOffers, wantOffers) {
		t.Fatalf("offers\n%v\nthe oracle\n%v", gotOffers, wantOffers)
	}
	due, _ := w.s.NextDeadline()
	if want := w.o.deadline(); !due.Equal(want) {
		t.Fatalf("deadline %s, the oracle %s", due, want)
	}
	w.promises(t)
}

// promises are checked on what was decided, whoever decided it.
func (w *world) promises(t *rapid.T) {
	for _, a := range w.o.agents {
		var used, assigned int
		for _, x := range w.o.work {
			_, offered := x.offers[a.ID]
			size := units(x.Size, a.Limit)
			if x.assigned == a.ID {
				used, assigned = used+size, assigned+size
			} else if offered && !x.everyone() {
				used += size
			}
		}
		if used > a.Limit && used > assigned {
			t.Fatalf("agent %d has offers above capacity: %d of %d units, %d assigned", a.ID[15], used, a.Limit, assigned)
		}
	}
	for _, x := range w.o.work {
		if len(x.offers) > 1 && !x.everyone() {
			t.Fatalf("work %d has %d open offers", x.ID[15], len(x.offers))
		}
		if len(x.offers) > 0 && !x.assigned.IsZero() {
			t.Fatalf("work %d is assigned and offered", x.ID[15])
		}
		for id := range x.offers {
			a := w.o.agents[id]
			if a == nil || !w.o.serves(a, x) {
				t.Fatalf("work %d is offered to agent %d, who doesn't serve it", x.ID[15], id[15])
			}
			if tr, ok := x.tried[id]; ok && tr.until().After(w.now) {
				t.Fatalf("work %d is offered to agent %d within the hold", x.ID[15], id[15])
			}
		}
		for _, a := range w.o.agents {
			tr, tried := x.tried[a.ID]
			_, offered := x.offers[a.ID]
			switch waits := x.assigned.IsZero() && !x.moving; {
			case !waits || offered || !w.o.canTake(a, x) || tried && (tr.until().After(w.now) || len(x.offers) > 0):
			case len(x.offers) == 0:
				t.Fatalf("work %d waits while agent %d is free", x.ID[15], a.ID[15])
			case x.everyone() && x.alone.IsZero():
				t.Fatalf("work %d for everyone is not offered to agent %d", x.ID[15], a.ID[15])
			}
		}
		if text := w.s.Explain(x.ID).Text; text == "" || text == "Next to be offered." {
			t.Fatalf("work %d: no explanation (%q)", x.ID[15], text)
		}
	}
}

var channelTypes = []string{"web", "sms", "whatsapp"}

func drawAgent(t *rapid.T, id message.UserID) Agent {
	return Agent{
		ID: id, Name: fmt.Sprintf("Agent %d", id[15]), Limit: rapid.IntRange(0, 6).Draw(t, "limit"),
		Online: rapid.Bool().Draw(t, "online"), Channels: drawChannels(t), Queues: drawQueues(t),
	}
}

func drawChannels(t *rapid.T) []string {
	if rapid.Bool().Draw(t, "all channels") {
		return nil
	}
	return rapid.SliceOfNDistinct(rapid.SampledFrom(channelTypes), 0, 2, rapid.ID[string]).Draw(t, "channels")
}

func drawQueues(t *rapid.T) (list []message.QueueID) {
	for _, n := range rapid.SliceOfN(rapid.IntRange(1, 3), 0, 3).Draw(t, "queues") {
		list = append(list, queue(n))
	}
	return list
}

func (w *world) drawWork(t *rapid.T, id message.SessionID) Work {
	x := Work{
		ID: id, Channel: rapid.SampledFrom(channelTypes).Draw(t, "channel"),
		Priority:     rapid.IntRange(1, 2).Draw(t, "priority"),
		Size:         rapid.SampledFrom([]Size{{Units: 1}, {Units: 2}, {Units: 5}, {Percent: 30}, {Percent: 100}, {}}).Draw(t, "size"),
		Model:        rapid.SampledFrom([]Model{LeastActive, MostAvailable}).Draw(t, "model"),
		PushTimeout:  rapid.SampledFrom([]time.Duration{0, 10 * time.Second, 90 * time.Second}).Draw(t, "time-out"),
		AutoAccept:   rapid.Bool().Draw(t, "auto"),
		WaitingSince: w.now.Add(-time.Duration(rapid.IntRange(0, 5).Draw(t, "ago")) * time.Second),
	}
	switch n := rapid.IntRange(0, 4).Draw(t, "queue"); n {
	case 0: // everyone
	case 4:
		x.Agent = user(rapid.IntRange(1, 6).Draw(t, "direct"))
	default:
		x.Queue = queue(n)
	}
	if rapid.IntRange(0, 3).Draw(t, "has preferred") == 0 {
		x.Preferred = user(rapid.IntRange(1, 6).Draw(t, "preferred"))
	}
	if rapid.IntRange(0, 3).Draw(t, "overflows") == 0 {
		x.OverflowQueue, x.OverflowAfter = queue(rapid.IntRange(1, 3).Draw(t, "overflow")), 20*time.Second
	}
	return x
}

// truth is what the database would say about a piece of work.
func truth(x *oracleWork) WorkPut {
	put := WorkPut{Work: x.Work, Assigned: x.assigned}
	for _, of := range x.offers {
		put.Offers = append(put.Offers, of)
	}
	slices.SortFunc(put.Offers, func(a, b OpenOffer) int { return cmp.Compare(a.Agent[15], b.Agent[15]) })
	for _, tr := range x.tried {
		put.Tried = append(put.Tried, tr)
	}
	return put
}

// TestAgreesWithOracle feeds random events to State and to the oracle, and expects the same decisions,
// the same deadline, and the promises kept after each.
func TestAgreesWithOracle(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := &world{s: New(), o: newOracle(), now: start}
		for n := range rapid.IntRange(0, 6).Draw(t, "agents at start") {
			a := drawAgent(t, user(n+1))
			a.Online = true
			w.apply(t, AgentPut{a})
		}
		anyUser := func(t *rapid.T) message.UserID { return user(rapid.IntRange(1, 6).Draw(t, "agent")) }
		anySession := func(t *rapid.T) message.SessionID { return session(rapid.IntRange(1, 12).Draw(t, "session")) }
		offered := func(t *rapid.T) (*oracleWork, message.UserID) {
			for _, x := range w.o.sorted() {
				for n := range 7 {
					if _, ok := x.offers[user(n)]; ok && rapid.Bool().Draw(t, "this one") {
						return x, user(n)
					}
				}
			}
			t.Skip("nothing is offered")
			return nil, message.UserID{}
		}
		putWork := func(t *rapid.T) { w.apply(t, WorkPut{Work: w.drawWork(t, anySession(t))}) }
		actions := map[string]func(*rapid.T){
			"":          func(t *rapid.T) { w.drain(t) },
			"put agent": func(t *rapid.T) { w.apply(t, AgentPut{drawAgent(t, anyUser(t))}) },
			"presence": func(t *rapid.T) {
				w.apply(t, AgentPresence{Agent: anyUser(t), Online: rapid.IntRange(0, 2).Draw(t, "on") > 0, Channels: drawChannels(t)})
			},
			"capacity": func(t *rapid.T) {
				w.apply(t, AgentCapacity{Agent: anyUser(t), Limit: rapid.IntRange(0, 8).Draw(t, "limit")})
			},
			"queues":       func(t *rapid.T) { w.apply(t, AgentQueues{Agent: anyUser(t), Queues: drawQueues(t)}) },
			"remove agent": func(t *rapid.T) { w.apply(t, AgentRemoved{Agent: anyUser(t)}) },
			"put work":     putWork,
			"put work 2":   putWork,
			"put work 3":   putWork,
			"put work 4":   putWork,
			"echo": func(t *rapid.T) {
				if x := w.o.work[anySession(t)]; x != nil {
					w.apply(t, truth(x))
				}
			},
			"reroute": func(t *rapid.T) {
				if x := w.o.work[anySession(t)]; x != nil {
					put := truth(x)
					put.Work = w.drawWork(t, x.ID)
					w.apply(t, put)
				}
			},
			"write fails": func(t *rapid.T) {
				x := w.o.work[anySession(t)]
				if x == nil || !x.assigned.IsZero() {
					return
				}
				put := truth(x)
				put.Offers = nil
				w.apply(t, put)
			},
			"decline more": func(t *rapid.T) {
				for _, x := range w.o.sorted() {
					for n := range 7 {
						if _, ok := x.offers[user(n)]; ok && rapid.Bool().Draw(t, "declines") {
							w.apply(t, WorkDeclined{Session: x.ID, Agent: user(n), At: w.now})
						}
					}
				}
			},
			"accept": func(t *rapid.T) {
				x, id := offered(t)
				w.apply(t, WorkAccepted{Session: x.ID, Agent: id, At: w.now})
			},
			"decline": func(t *rapid.T) {
				x, id := offered(t)
				w.apply(t, WorkDeclined{Session: x.ID, Agent: id, At: w.now})
			},
			"accept unasked": func(t *rapid.T) {
				id := anyUser(t)
				if w.o.agents[id] != nil {
					w.apply(t, WorkAccepted{Session: anySession(t), Agent: id, At: w.now})
				}
			},
			"decline unasked": func(t *rapid.T) { w.apply(t, WorkDeclined{Session: anySession(t), Agent: anyUser(t), At: w.now}) },
			"end":             func(t *rapid.T) { w.apply(t, WorkEnded{Session: anySession(t)}) },
			"inactive":        func(t *rapid.T) { w.apply(t, WorkInactive{Session: anySession(t)}) },
			"pass time": func(t *rapid.T) {
				w.now = w.now.Add(time.Duration(rapid.IntRange(1, 30).Draw(t, "seconds")) * time.Second)
			},
			"to the deadline": func(t *rapid.T) {
				if due, ok := w.s.NextDeadline(); ok {
					w.now = due
				}
			},
		}
		for range 10 { // some 300 events
			t.Repeat(actions)
		}
	})
}
