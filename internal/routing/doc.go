// Package routing brings waiting work to agents: queues and their members, presence, capacity, offers
// (features.md RT-1 to RT-3, RT-5, RT-12, RT-13, RT-17, RT-18).
//
// Its heart is State, the engine of one organisation: a pure, indexed machine. Apply feeds it what
// happened, Next gives the next thing to do, NextDeadline says when to ask again though nothing
// happened. It has no clock, no storage, no goroutines and no randomness: equal calls give equal
// answers. It is not safe for concurrent use; the dispatcher owns it.
//
// # What it decides
//
// Work is taken in one order over the whole organisation: priority (1 before 2), then waiting since,
// then id. The first piece of work that anybody can take is placed; work that nobody can take just
// now never holds back what is behind it. The price is that work which needs much of an agent's
// capacity may be passed by smaller work for as long as that keeps agents busy; its overflow ends that.
//
// An agent can take work when they are online, serve its queue (or are the one agent it is routed
// to), take its channel type in their present status, and have room for its size. Load is what is
// assigned plus what is offered by a queue; offers to everyone reserve nothing. Among those who can:
// first the preferred agent (who had the customer last), then by the queue's model, then who has been
// without new work longest, then by id.
//
// Who declined or missed an offer is not asked again while anybody else can take the work, and not
// before DeclineHold or MissHold has passed. When only such agents are left, the round begins anew.
//
// Work without queue and without agent is offered to everyone at once (RT-18), and to those who
// become available later. The first to accept has it. A preferred agent has it alone at first: for
// the push time-out, or HeadStart if there is none.
//
// # What it costs
//
// Work waits in classes: same queue (or agent), same channel type, same size. All work of a class
// can be taken by the same agents, so its oldest piece stands for it. Each class counts the agents
// who could take its work now; a class with work and such agents has its oldest piece in one heap,
// ready, whose top is the next decision. A change of an agent touches the classes of the queues they
// serve (channel types × sizes, a handful each) and nothing else. The best agent is found in an
// ordered tree, per queue and set of channel types, that knows the most room below each node:
// O(log agents), one step more per agent who has been tried. So a decision costs O(log waiting +
// classes of the agent's queues · log agents), and nothing ever walks the waiting work.
//
// Work that somebody declined within the hold is not like the rest of its class. It stands beside
// it, in order, until the hold is over. Finding the first placeable piece there passes only over
// work that the best free agent declined within the hold. Each piece has one entry in one heap of
// deadlines. Offers to everyone cost what they output: one step per agent and piece.
package routing
