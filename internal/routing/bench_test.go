package routing

import (
	"encoding/binary"
	"testing"
	"time"

	"switchboard/internal/message"
)

func bigUser(n int) (id message.UserID) {
	id[0] = 1
	binary.BigEndian.PutUint32(id[12:], uint32(n))
	return id
}

func bigSession(n int) (id message.SessionID) {
	id[0] = 2
	binary.BigEndian.PutUint32(id[12:], uint32(n))
	return id
}

// contactCentre has 1 000 agents, each in three of 20 queues, all busy, and 10 000 sessions waiting on
// five channel types. One agent in four takes two channel types only; a queue in four is most available.
type contactCentre struct {
	s       *State
	now     time.Time
	made    int
	running []message.SessionID // assigned, oldest first
}

const benchAgents, benchWaiting, benchQueues = 1000, 10000, 20

var benchChannels = []string{"web", "sms", "whatsapp", "messenger", "mobile"}

func (c *contactCentre) arrive() {
	n := c.made
	c.made++
	model := LeastActive
	if n%benchQueues%4 == 0 {
		model = MostAvailable
	}
	c.now = c.now.Add(time.Millisecond)
	c.s.Apply(WorkPut{Work: Work{
		ID: bigSession(n), Channel: benchChannels[n/benchQueues%5], Queue: queue(n % benchQueues), Priority: 1 + n%3%2,
		Size: Size{Units: 1 + n%7/6}, Model: model, PushTimeout: 30 * time.Second, WaitingSince: c.now,
		OverflowQueue: queue(99), OverflowAfter: time.Hour,
	}})
}

// decide takes every decision; answer says what the asked agent does. It returns how many offers there were.
func (c *contactCentre) decide(answer func(Decision)) (offers int) {
	for {
		d, ok := c.s.Next(c.now)
		if !ok {
			return offers
		}
		if d.Kind == DecideOffer {
			offers++
			answer(d)
		}
	}
}

func (c *contactCentre) accept(d Decision) {
	c.s.Apply(WorkAccepted{Session: d.Session, Agent: d.Agents[0].Agent, At: c.now})
	c.running = append(c.running, d.Session)
}

func (c *contactCentre) end() {
	c.s.Apply(WorkEnded{Session: c.running[0]})
	c.running = c.running[1:]
}

func newContactCentre() *contactCentre {
	c := &contactCentre{s: New(), now: start}
	for n := range benchAgents {
		a := Agent{ID: bigUser(n), Name: "Agent", Limit: 10, Online: true}
		if n%4 == 0 {
			a.Channels = []string{benchChannels[n/4%5], benchChannels[(n/4+2)%5]}
		}
		for i := range 3 {
			a.Queues = append(a.Queues, queue((n+i*7)%benchQueues))
		}
		c.s.Apply(AgentPut{a})
	}
	for waiting := 0; waiting < benchWaiting; waiting++ {
		c.arrive()
		waiting -= c.decide(c.accept)
	}
	return c
}

// BenchmarkDecision is the steady state: a conversation ends, the freed agent is offered the next one and
// accepts it, another customer comes. An operation is one offer with the three events that belong to it.
func BenchmarkDecision(b *testing.B) {
	c := newContactCentre()
	b.ReportAllocs()
	b.ResetTimer()
	offers := 0
	for offers < b.N {
		c.end()
		got := c.decide(c.accept)
		offers += got
		for range got {
			c.arrive()
		}
	}
}

// BenchmarkDecisionDeclined is the same with every other offer declined or left to expire.
func BenchmarkDecisionDeclined(b *testing.B) {
	c := newContactCentre()
	b.ReportAllocs()
	b.ResetTimer()
	offers := 0
	for offers < b.N {
		c.end()
		c.now = c.now.Add(20 * time.Millisecond)
		offers += c.decide(func(d Decision) {
			switch n := d.Session[15]; {
			case n%4 == 0 && len(d.Reason.Text)%2 == 0:
				c.s.Apply(WorkDeclined{Session: d.Session, Agent: d.Agents[0].Agent, At: c.now})
			case n%4 == 1 && len(d.Reason.Text)%2 == 0:
			default:
				c.accept(d)
				c.arrive()
			}
		})
	}
}

// BenchmarkNothingToDecide is work that arrives while all agents are busy, and leaves again.
func BenchmarkNothingToDecide(b *testing.B) {
	c := newContactCentre()
	b.ReportAllocs()
	for b.Loop() {
		c.arrive()
		if c.decide(c.accept) > 0 {
			b.Fatal("somebody was free")
		}
		c.s.Apply(WorkEnded{Session: bigSession(c.made - 1)})
	}
}

// BenchmarkEveryone offers a session to 1 000 agents; the first accepts, the others' offers go.
func BenchmarkEveryone(b *testing.B) {
	s := New()
	for n := range benchAgents {
		s.Apply(AgentPut{Agent{ID: bigUser(n), Name: "Agent", Limit: 10, Online: true}})
	}
	b.ReportAllocs()
	for b.Loop() {
		s.Apply(WorkPut{Work: Work{ID: bigSession(1), Channel: "web", Size: Size{Units: 1}, WaitingSince: start}})
		d, _ := s.Next(start)
		if len(d.Agents) != benchAgents {
			b.Fatal(d)
		}
		s.Apply(WorkAccepted{Session: d.Session, Agent: d.Agents[0].Agent, At: start})
		if d, _ = s.Next(start); d.Kind != DecideWithdraw {
			b.Fatal(d)
		}
		s.Apply(WorkEnded{Session: d.Session})
	}
}
