package routing

import (
	"fmt"
	"strings"
	"time"

	"switchboard/internal/message"
)

// queueName is how texts call a queue.
func (s *State) queueName(id message.QueueID) string {
	if name := s.names[id]; name != "" {
		return name
	}
	return "the queue"
}

// person is how texts call an agent.
func (s *State) person(a *agent) string {
	if a != nil && a.Name != "" {
		return a.Name
	}
	return "An agent"
}

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// span is a duration as people say it: "12 s", "3 min 5 s", "2 h 10 min".
func span(d time.Duration) string {
	d = max(d.Truncate(time.Second), 0)
	h, m, sec := int(d.Hours()), int(d.Minutes())%60, int(d.Seconds())%60
	switch {
	case h > 0 && m > 0:
		return fmt.Sprintf("%d h %d min", h, m)
	case h > 0:
		return fmt.Sprintf("%d h", h)
	case m > 0 && sec > 0:
		return fmt.Sprintf("%d min %d s", m, sec)
	case m > 0:
		return fmt.Sprintf("%d min", m)
	}
	return fmt.Sprintf("%d s", sec)
}

// seconds that something took.
func seconds(d time.Duration) int { return int(max(d, 0) / time.Second) }

// offerReason says why this agent, before the offer counts in their load.
func (s *State) offerReason(w *work, c choice, again int, now time.Time) message.Reason {
	a := c.agent
	waited := now.Sub(w.WaitingSince)
	p := message.ReasonParams{Queue: s.names[w.Queue], Count: c.among, Used: a.used, Limit: a.Limit, Equal: c.equal, Waited: seconds(waited), Again: again}
	load := fmt.Sprintf("%d of %d units used", a.used, a.Limit)
	var code, why string
	switch among := fmt.Sprintf("%d available agents in %s", c.among, s.queueName(w.Queue)); {
	case !w.Agent.IsZero():
		code, why = "offer_direct", "Routed to this agent directly"
	case c.preferred:
		code, why = "offer_last_agent", "Had this customer's last conversation"
	case c.among == 1:
		code, why = "offer_only", "The only available agent in "+s.queueName(w.Queue)
	case w.Model == MostAvailable:
		code, why = "offer_most_available", "Most available of "+among
		load = fmt.Sprintf("%d of %d units free", a.free(), a.Limit)
	default:
		code, why = "offer_least_active", "Least active of "+among
	}
	if c.equal {
		why += ", the longest without new work among equals"
	}
	return message.Because(code, p, fmt.Sprintf("%s: %s; waited %s.%s", why, load, span(waited), s.againReason(again)))
}

// wideReason says why these agents, of work that everyone is offered.
func (s *State) wideReason(w *work, n int, joined bool, again int, now time.Time) message.Reason {
	waited := now.Sub(w.WaitingSince)
	code, why := "offer_everyone", fmt.Sprintf("Offered to all %d available agents", n)
	if n == 1 {
		why = "Offered to the only available agent"
	}
	if joined {
		code, why = "offer_joined", "Offered also to "+plural(n, "agent who became available", "agents who became available")
	}
	return message.Because(code, message.ReasonParams{Count: n, Waited: seconds(waited), Again: again},
		fmt.Sprintf("%s: the first to accept has it; waited %s.%s", why, span(waited), s.againReason(again)))
}

func (s *State) againReason(again int) string {
	if again == 0 {
		return ""
	}
	return fmt.Sprintf(" Asked again: %s did not take it and nobody else is available.", plural(again, "agent", "agents"))
}

func (s *State) missedReason(w *work, missed []*offer) string {
	who := s.person(missed[0].agent)
	if len(missed) > 1 {
		who = fmt.Sprintf("%d agents", len(missed))
	}
	return fmt.Sprintf("%s did not answer within %s.", who, span(missed[0].until.Sub(missed[0].at).Round(time.Second))) // kept a little after it was decided
}

func (s *State) overflowReason(w *work, now time.Time) message.Reason {
	waited := now.Sub(w.WaitingSince)
	return message.Because("overflow", message.ReasonParams{Queue: s.names[w.Queue], To: s.names[w.OverflowQueue], Waited: seconds(waited), Within: seconds(w.OverflowAfter)},
		fmt.Sprintf("Waited %s, more than the %s after which %s overflows to %s.", span(waited), span(w.OverflowAfter), s.queueName(w.Queue), s.queueName(w.OverflowQueue)))
}

// notServing says why an open offer can't stay, of an agent who doesn't serve the work.
func (s *State) notServing(a *agent, w *work) string {
	switch {
	case !a.known:
		return s.person(a) + " takes no work any more."
	case !a.Online:
		return s.person(a) + " went offline."
	case !a.takes(w.Channel):
		return s.person(a) + " takes no " + w.Channel + " conversations in the present status."
	}
	return s.person(a) + " is not a member of " + s.queueName(w.Queue) + " any more."
}

func (s *State) overCapacity(a *agent) string {
	return fmt.Sprintf("%s is at capacity: %d of %d units used.", s.person(a), a.used, a.Limit)
}

// Explain says where a session stands: who has it, who is asked, or why it is still waiting. It is as
// true as the last Apply and Next; times are UTC. Empty: State has no such session.
func (s *State) Explain(id message.SessionID) message.Reason {
	w := s.work[id]
	p := message.ReasonParams{}
	switch {
	case w == nil:
		return message.Reason{}
	case w.agent != nil:
		p.Agent = w.agent.Name
		return message.Because("has_it", p, s.person(w.agent)+" has it.")
	case w.moving && w.fallible():
		p.Agent = s.nameOf(w.Agent)
		return message.Because("goes_on", p, s.person(s.agents[w.Agent])+" doesn't take it; it goes on to others.")
	case w.moving:
		p.To = s.names[w.OverflowQueue]
		return message.Because("moving", p, "Moving to "+s.queueName(w.OverflowQueue)+".")
	case len(w.offers) == 1:
		p.Count, p.Agent = 1, w.offers[0].agent.Name
		return message.Because("offered", p, "Offered to "+strings.Replace(s.person(w.offers[0].agent), "An agent", "an agent", 1)+"; not accepted yet.")
	case len(w.offers) > 1:
		p.Count = len(w.offers)
		return message.Because("offered", p, fmt.Sprintf("Offered to %d agents; nobody has accepted yet.", len(w.offers)))
	case !w.Agent.IsZero():
		return s.explainDirect(w)
	}
	return s.explainWaiting(w)
}

func nextToBeOffered() message.Reason {
	return message.Because("next", message.ReasonParams{}, "Next to be offered.")
}

// nameOf an agent, empty when State doesn't know it.
func (s *State) nameOf(id message.UserID) string {
	if a := s.agents[id]; a != nil {
		return a.Name
	}
	return ""
}

// explainDirect says why work for one agent is waiting.
func (s *State) explainDirect(w *work) message.Reason {
	a := s.agents[w.Agent]
	who := s.person(a)
	if a == nil || a.Name == "" {
		who = "The agent"
	}
	p := message.ReasonParams{Agent: s.nameOf(w.Agent)}
	if a != nil {
		p.Used, p.Limit = a.used, a.Limit
	}
	switch {
	case a == nil || !a.Online:
		return message.Because("direct_offline", p, who+" is not online, and only this agent is asked.")
	case !a.takes(w.Channel):
		p.Channel = w.Channel
		return message.Because("direct_channel", p, who+" takes no "+w.Channel+" conversations in the present status, and only this agent is asked.")
	case w.class.able == 0:
		return message.Because("direct_too_large", w.sized(p), fmt.Sprintf("It takes %s, more than %s's capacity of %d, and only this agent is asked.", w.needs(), who, a.Limit))
	case w.class.free == 0:
		return message.Because("direct_full", p, fmt.Sprintf("%s is at capacity (%d of %d units used), and only this agent is asked.", who, a.used, a.Limit))
	case w.holds > 0:
		return s.explainHolds(w)
	}
	return nextToBeOffered()
}

// explainWaiting says why nobody is asked about work of a queue or for everyone.
func (s *State) explainWaiting(w *work) message.Reason {
	c, p := w.class, w.class.pool
	of, none := " of "+s.queueName(w.Queue), "No agent of "+s.queueName(w.Queue)
	if p.everyone() {
		of, none = "", "No agent"
	}
	taking := of // those whose status takes the channel
	params := message.ReasonParams{Queue: s.names[w.Queue], Count: c.online}
	if c.online < p.online {
		taking += " for " + w.Channel
		params.Channel = w.Channel
	}
	switch {
	case p.members == 0 && !p.everyone():
		return message.Because("no_members", params, "No agent is a member of "+s.queueName(w.Queue)+".")
	case p.online == 0:
		return message.Because("nobody_online", params, none+" is online.")
	case c.online == 0:
		params.Count = p.online
		text := fmt.Sprintf("None of the %d online agents%s takes %s conversations in the present status.", p.online, of, w.Channel)
		if p.online == 1 {
			text = fmt.Sprintf("The only online agent%s takes no %s conversations in the present status.", of, w.Channel)
		}
		return message.Because("channel", params, text)
	case c.able == 0:
		text := fmt.Sprintf("It takes %s, more than the capacity of any of the %d online agents%s.", w.needs(), c.online, taking)
		if c.online == 1 {
			text = fmt.Sprintf("It takes %s, more than the capacity of the only online agent%s.", w.needs(), taking)
		}
		return message.Because("too_large", w.sized(params), text)
	case c.free == 0:
		text := fmt.Sprintf("All %d online agents%s are at capacity.", c.online, taking)
		if c.online == 1 {
			text = fmt.Sprintf("The only online agent%s is at capacity.", taking)
		}
		return message.Because("full", params, text)
	case w.holds > 0:
		return s.explainHolds(w)
	}
	return nextToBeOffered()
}

// explainHolds says who did not take the work and when they may be asked again.
func (s *State) explainHolds(w *work) message.Reason {
	var declined, missed int
	var first time.Time
	for _, t := range w.tried {
		if !t.held {
			continue
		}
		if t.Declined {
			declined++
		} else {
			missed++
		}
		if first.IsZero() || t.until().Before(first) {
			first = t.until()
		}
	}
	var who []string
	if declined > 0 {
		who = append(who, plural(declined, "agent", "agents")+" declined")
	}
	if missed > 0 {
		who = append(who, plural(missed, "agent", "agents")+" did not answer")
	}
	return message.Because("held", message.ReasonParams{Declined: declined, Missed: missed, At: first.UTC().Format(time.RFC3339)},
		fmt.Sprintf("%s; nobody else is available. Asked again from %s UTC.", strings.Join(who, ", "), first.UTC().Format("15:04:05")))
}

// sized adds the size of the work.
func (w *work) sized(p message.ReasonParams) message.ReasonParams {
	p.Units, p.Percent = w.Size.Units, w.Size.Percent
	return p
}

// needs is the size in words.
func (w *work) needs() string {
	if w.Size.Percent > 0 {
		return fmt.Sprintf("%d %% of an agent's capacity", w.Size.Percent)
	}
	return plural(w.Size.Units, "unit", "units")
}
