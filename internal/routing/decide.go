package routing

import (
	"context"
	"time"

	"switchboard/internal/conversation"
	"switchboard/internal/failpoint"
	"switchboard/internal/fault"
	"switchboard/internal/message"
	"switchboard/internal/privacy"
	"switchboard/internal/trace"
)

// decide writes decisions until State has none left. State takes a decision for done when it gives
// it; one that could not be written is answered with the truth.
func (d *dispatcher) decide() error {
	for d.ctx.Err() == nil {
		var batch []Decision
		now := time.Now()
		for len(batch) < decisionsMax {
			decision, ok := d.state.Next(now)
			if !ok {
				break
			}
			batch = append(batch, decision)
		}
		if len(batch) == 0 {
			return nil
		}
		if err := d.keep(); err != nil {
			return err
		}
		began := time.Now()
		if err := d.writeAll(batch); err != nil {
			return err
		}
		d.wrote(len(batch), time.Since(began))
	}
	return d.ctx.Err()
}

// writeAll writes a batch in one transaction. Decisions that the world has overtaken are left out, and
// State hears the truth about them.
func (d *dispatcher) writeAll(batch []Decision) error {
	var written []DecisionWritten
	var stale map[message.SessionID]bool
	var staleAgents map[message.UserID]bool
	began := time.Now()
	err := d.write(d.ctx, d.org, func(tx Tx) error {
		written, stale, staleAgents = nil, map[message.SessionID]bool{}, map[message.UserID]bool{}
		if err := tx.HoldLease(d.name, d.node, d.epoch); err != nil {
			d.epoch = 0
			return err
		}
		for _, decision := range batch {
			if stale[decision.Session] {
				continue // follows from one that was not written
			}
			version, ok, err := d.writeOne(tx, decision, staleAgents)
			if err != nil {
				return err
			}
			if !ok {
				stale[decision.Session] = true
				continue
			}
			written = append(written, DecisionWritten{Session: decision.Session, Version: version})
		}
		failpoint.Hit("dispatch.written")
		return nil
	})
	if err != nil {
		return err
	}
	failpoint.Hit("dispatch.committed")
	d.record(batch, stale, began)
	for _, w := range written {
		if !stale[w.Session] {
			d.state.Apply(w)
		}
	}
	if len(staleAgents) > 0 {
		if err := d.putAgents(staleAgents, nil); err != nil {
			return err
		}
	}
	return d.putWork(stale, nil)
}

// record keeps the first decision about what each traced request put.
func (d *dispatcher) record(batch []Decision, stale map[message.SessionID]bool, began time.Time) {
	if len(d.traces) == 0 {
		return
	}
	ended := time.Now()
	for _, decision := range batch {
		if id := d.traces[decision.Session]; id != "" && !stale[decision.Session] {
			d.spans.Keep(trace.Past{Trace: id, Name: "dispatch", Began: began, Ended: ended, Texts: map[string]string{
				"switchboard.decision": string(decision.Kind), "switchboard.session": decision.Session.String()}})
			delete(d.traces, decision.Session)
		}
	}
}

// writeOne writes a decision when the rows are still as State knows them.
func (d *dispatcher) writeOne(tx Tx, decision Decision, staleAgents map[message.UserID]bool) (version int64, ok bool, err error) {
	switch decision.Kind {
	case DecideOffer:
		return d.writeOffer(tx, decision, staleAgents)
	case DecideWithdraw, DecideExpire:
		return d.writeClose(tx, decision)
	case DecideOverflow:
		return d.writeOverflow(tx, decision)
	case DecideFallback:
		return d.writeFallback(tx, decision)
	}
	return 0, false, nil
}

func (d *dispatcher) writeOffer(tx Tx, decision Decision, staleAgents map[message.UserID]bool) (int64, bool, error) {
	conv, err := tx.SessionConversation(decision.Session)
	if err != nil {
		return 0, false, notFoundIsStale(err)
	}
	var c conversation.Conversation
	if decision.AutoAccept {
		if c, err = tx.Conversation(conv); err != nil { // locked before the agent and the work item
			return 0, false, err
		}
	}
	// Agents are locked before the work item.
	for _, target := range decision.Agents {
		version, online, err := tx.AgentVersion(target.Agent)
		if err != nil {
			return 0, false, err
		}
		if !online || version != target.Version {
			staleAgents[target.Agent] = true
			return 0, false, nil
		}
	}
	version, state, found, err := tx.WorkVersion(decision.Session)
	if err != nil {
		return 0, false, err
	}
	if !found || version != decision.Version || state != conversation.WorkWaiting && state != conversation.WorkOffered {
		return 0, false, nil
	}
	work := d.state.work[decision.Session]
	for _, target := range decision.Agents {
		units := 0
		if a := d.state.agents[target.Agent]; a != nil && work != nil {
			units = work.Size.of(a.Limit)
		}
		offer := Offer{ID: message.NewID[message.OfferID](), Session: decision.Session, Conversation: conv, Agent: target.Agent, State: OfferOpen,
			Units: units, Reason: decision.Reason, CreatedAt: tx.Now(), ExpiresAt: decision.ExpiresAt}
		if err := tx.InsertOffer(offer); err != nil {
			return 0, false, err
		}
		if err := tx.LogDecision(decision.Session, string(DecideOffer), target.Agent, decision.Reason.Text); err != nil {
			return 0, false, err
		}
	}
	if err := tx.ExplainSession(decision.Session, decision.Reason); err != nil {
		return 0, false, err
	}
	if decision.AutoAccept {
		agent, _, err := tx.OnlineAgent(decision.Agents[0].Agent)
		if err != nil {
			return 0, false, err
		}
		c.Session.Routing = decision.Reason
		return 0, true, acceptIn(tx, &c, agent)
	}
	version, err = tx.TouchWork(decision.Session, conversation.WorkOffered, 0)
	return version, true, err
}

func (d *dispatcher) writeClose(tx Tx, decision Decision) (int64, bool, error) {
	version, state, found, err := tx.WorkVersion(decision.Session)
	if err != nil {
		return 0, false, err
	}
	if found && decision.Version != 0 && version != decision.Version {
		return 0, false, nil
	}
	open, err := tx.OpenOffers(decision.Session)
	if err != nil {
		return 0, false, err
	}
	to := OfferWithdrawn
	if decision.Kind == DecideExpire {
		to = OfferExpired
	}
	left := len(open)
	for _, o := range open {
		for _, target := range decision.Agents {
			if o.Agent != target.Agent {
				continue
			}
			if err := tx.CloseOffer(o, to, ""); err != nil {
				return 0, false, err
			}
			if err := tx.LogDecision(decision.Session, string(decision.Kind), target.Agent, decision.Reason.Text); err != nil {
				return 0, false, err
			}
			left--
		}
	}
	if !found || state == conversation.WorkAssigned || state == conversation.WorkInactive {
		return version, true, nil
	}
	if left == 0 {
		state = conversation.WorkWaiting
	}
	version, err = tx.TouchWork(decision.Session, state, 0)
	return version, true, err
}

func (d *dispatcher) writeOverflow(tx Tx, decision Decision) (int64, bool, error) {
	c, ok, err := restingWork(tx, decision)
	if err != nil || !ok {
		return 0, false, err
	}
	// Its row is written anew for the other queue; the feed brings it back as a WorkPut.
	if err := tx.Work(&c.Session, conversation.WorkChange{State: conversation.WorkWaiting, Queue: decision.To}); err != nil {
		return 0, false, err
	}
	return 0, true, saveReason(tx, &c, decision.Reason)
}

// restingWork is the conversation whose work a decision moves elsewhere, locked, with the decision in its
// log. ok is false when the work is not any more as State knows it.
func restingWork(tx Tx, decision Decision) (c conversation.Conversation, ok bool, err error) {
	conv, err := tx.SessionConversation(decision.Session)
	if err != nil {
		return c, false, notFoundIsStale(err)
	}
	if c, err = tx.Conversation(conv); err != nil {
		return c, false, err
	}
	version, state, found, err := tx.WorkVersion(decision.Session)
	if err != nil || !found || version != decision.Version || state != conversation.WorkWaiting || c.Session.ID != decision.Session {
		return c, false, err
	}
	return c, true, tx.LogDecision(decision.Session, string(decision.Kind), message.UserID{}, decision.Reason.Text)
}

// saveReason keeps with the session why its work is where it is.
func saveReason(tx Tx, c *conversation.Conversation, reason message.Reason) error {
	c.Session.Routing = reason
	if err := tx.SaveSession(&c.Session); err != nil {
		return err
	}
	return tx.SessionChanged(&c.Session)
}

func notFoundIsStale(err error) error {
	if fault.CodeOf(err) == fault.NotFound {
		return nil
	}
	return err
}

// explain writes on sessions that were looked at and still wait why they do.
func (d *dispatcher) explain() error {
	if len(d.touched) == 0 {
		return nil
	}
	reasons := map[message.SessionID]message.Reason{}
	for id := range d.touched {
		if w := d.state.work[id]; w != nil && w.agent == nil && len(w.offers) == 0 {
			reasons[id] = d.state.Explain(id)
		}
	}
	d.touched = map[message.SessionID]bool{}
	if len(reasons) == 0 {
		return nil
	}
	return d.write(d.ctx, d.org, func(tx Tx) error {
		if err := tx.HoldLease(d.name, d.node, d.epoch); err != nil {
			d.epoch = 0
			return err
		}
		for id, reason := range reasons {
			if err := tx.ExplainSession(id, reason); err != nil {
				return err
			}
		}
		return nil
	})
}

// Service is what agents do with offers and their presence.
type Service struct {
	Write func(ctx context.Context, org message.OrgID, fn func(Tx) error) error
	Node  message.RowID
	// Rules for sensitive data; nil for none.
	Rules *privacy.Rulebook
}

// Accept takes an offer. The first to accept has the session; everybody else's offer is withdrawn.
// Accepting again what one has gives the same answer.
func (s *Service) Accept(ctx context.Context, org message.OrgID, agent conversation.Staff, id message.OfferID) (session message.SessionID, err error) {
	err = s.Write(ctx, org, func(tx Tx) error {
		offer, c, err := s.offered(tx, agent.ID, id)
		if err != nil {
			return err
		}
		session = offer.Session
		if offer.State == OfferAccepted && c.Session.ID == offer.Session && c.Session.Agent == agent.ID {
			return nil
		}
		if offer.State != OfferOpen || c.Session.ID != offer.Session || !offer.ExpiresAt.IsZero() && !tx.Now().Before(offer.ExpiresAt) {
			return offerGone(offer)
		}
		assigned, limit, err := tx.AgentLoad(agent.ID)
		if err != nil {
			return err
		}
		if assigned+offer.Units > limit { // offers to everyone reserve nothing
			return fault.New(fault.OfferGone, "You have no room for it: %d of %d units are used.", assigned, limit)
		}
		return acceptIn(tx, &c, agent)
	})
	return session, err
}

func offerGone(o Offer) error {
	e := fault.New(fault.OfferGone, "This offer is gone: somebody else was faster, or the customer left.")
	if o.State == OfferExpired || o.State == OfferOpen {
		e = fault.New(fault.OfferGone, "The time to accept this offer is over.")
	}
	return e.With("state", string(o.State))
}

// offered loads an agent's offer with its conversation, locked in order.
func (s *Service) offered(tx Tx, agent message.UserID, id message.OfferID) (o Offer, c conversation.Conversation, err error) {
	if o, err = tx.OfferByID(id); err != nil {
		return o, c, err
	}
	if o.Agent != agent {
		return o, c, fault.New(fault.NotFound, "There is no such offer.")
	}
	if c, err = tx.Conversation(o.Conversation); err != nil {
		return o, c, err
	}
	// Read again under the conversation's lock: it may have been settled while we waited.
	o, err = tx.OfferByID(id)
	return o, c, err
}

// acceptIn settles a session's offers and gives it to the agent.
func acceptIn(tx Tx, c *conversation.Conversation, agent conversation.Staff) error {
	if err := conversation.Accept(tx, c, agent); err != nil {
		return err
	}
	open, err := tx.OpenOffers(c.Session.ID)
	if err != nil {
		return err
	}
	for _, o := range open {
		to := OfferWithdrawn
		if o.Agent == agent.ID {
			to = OfferAccepted
			if _, err := tx.TouchWork(c.Session.ID, conversation.WorkAssigned, o.Units); err != nil {
				return err
			}
		}
		if err := tx.CloseOffer(o, to, ""); err != nil {
			return err
		}
	}
	if err := tx.TookWork(agent.ID); err != nil {
		return err
	}
	return tx.PresenceChanged(agent.ID) // their load has changed
}

// Decline gives an offer back with a reason, which supervisors see.
func (s *Service) Decline(ctx context.Context, org message.OrgID, agent message.UserID, id message.OfferID, reason string) error {
	mask, err := s.Rules.For(ctx, org, message.AuthorAgent)
	if err != nil {
		return err
	}
	mask.Text(&reason)
	return s.Write(ctx, org, func(tx Tx) error {
		offer, c, err := s.offered(tx, agent, id)
		if err != nil {
			return err
		}
		if offer.State == OfferDeclined {
			return nil
		}
		if offer.State != OfferOpen {
			return offerGone(offer)
		}
		if err := tx.Masked(conversation.MaskedIn{Place: conversation.PlaceEvent, Conversation: c.ID}, mask.Masked()); err != nil {
			return err
		}
		if err := tx.CloseOffer(offer, OfferDeclined, reason); err != nil {
			return err
		}
		open, err := tx.OpenOffers(offer.Session)
		if err != nil {
			return err
		}
		if len(open) == 0 && c.Session.ID == offer.Session && c.Session.Status == conversation.Waiting {
			if _, err := tx.TouchWork(offer.Session, conversation.WorkWaiting, 0); err != nil {
				return err
			}
		}
		if err := tx.LogDecision(offer.Session, "decline", agent, reason); err != nil {
			return err
		}
		return tx.WorkChanged(offer.Session, offer.Conversation)
	})
}
