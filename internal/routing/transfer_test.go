package routing_test

import (
	"slices"
	"strings"
	"sync"
	"testing"

	"switchboard/internal/consent"
	"switchboard/internal/conversation"
	"switchboard/internal/fault"
	"switchboard/internal/message"
	"switchboard/internal/routing"
	"switchboard/internal/setup"
	"switchboard/internal/store"
)

func (h *house) transfers() *conversation.Transfers {
	return &conversation.Transfers{Write: store.Writer[conversation.TransferTx](h.db)}
}

func toAgent(a agent) conversation.Destination {
	return conversation.Destination{Type: conversation.ToAgent, Agent: a.ID}
}

func into(q message.QueueID) conversation.Destination {
	return conversation.Destination{Type: conversation.ToQueue, Queue: q}
}

func (h *house) transfer(s conversation.Session, by agent, to conversation.Destination, note string) error {
	return h.transfers().Begin(h.t.Context(), h.org, by, s.Conversation, s.ID, to, note)
}

func (h *house) withdraw(s conversation.Session, by agent) error {
	return h.transfers().Withdraw(h.t.Context(), h.org, by, s.Conversation, s.ID)
}

// with brings a customer to an agent of a queue.
func (h *house) with(ch message.ChannelID, who string, a agent) conversation.Session {
	h.t.Helper()
	s := h.customer(ch, who)
	h.accept(a, h.offered(s, a)[0])
	return h.session(s)
}

// gives gives a waiting session to an agent, whoever it is offered to.
func (h *house) gives(s conversation.Session, a agent) error {
	return h.db.Write(h.t.Context(), h.org, func(tx *store.Tx) error {
		c, err := tx.Conversation(s.Conversation)
		if err != nil {
			return err
		}
		return conversation.Accept(tx, &c, a)
	})
}

func (h *house) load(a agent) (used int) {
	h.t.Helper()
	h.write(func(tx *store.Tx) (err error) {
		used, _, err = tx.AgentLoad(a.ID)
		return err
	})
	return used
}

// events of a conversation: type and reason of each, in order.
func (h *house) events(s conversation.Session) (out []string) {
	h.t.Helper()
	h.write(func(tx *store.Tx) error {
		out = nil
		c, err := tx.Conversation(s.Conversation)
		for seq := int64(1); seq <= c.LastSeq && err == nil; seq++ {
			var e conversation.Entry
			if e, err = tx.EntryBySeq(c.ID, seq); e.Content.Event != nil {
				out = append(out, string(e.Content.Event.Type)+" "+e.Content.Event.Target+": "+e.Content.Event.Reason)
			}
		}
		return err
	})
	return out
}

// RT-13: the giver's capacity is free at once; they stay and may write until the receiver accepts.
func TestTransferToAnAgent(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		q := h.queue("Sales", routing.ConfigurationSpec{})
		web := h.channel(toQueue(q))
		grace := h.agent("Grace", online, 1, q)
		s := h.with(web, "1", grace)
		alan := h.agent("Alan", online, 1) // no member: a transfer may go to anybody
		h.must(h.transfer(s, grace, toAgent(alan), "speaks Basque"))
		s = h.session(s)
		if s.Status != conversation.Waiting || s.Agent != grace.ID || s.Transfer == nil || s.Transfer.Note != "speaks Basque" || s.Transfer.To.Name != "Alan" {
			t.Fatalf("handing over: %+v with %+v", s, s.Transfer)
		}
		if used := h.load(grace); used != 0 {
			t.Errorf("the giver still carries %d", used)
		}
		h.write(func(tx *store.Tx) error {
			_, _, err := tx.SetConsent(s.Customer, consent.Change{To: consent.Implicit, Cause: consent.ByWriting})
			return err
		})
		other := h.customer(web, "2")
		h.accept(grace, h.offered(other, grace)[0])
		if _, err := h.talk.Send(t.Context(), h.org, grace, s.Conversation, conversation.Draft{Text: "A colleague is coming."}); err != nil {
			t.Errorf("the giver may not write: %v", err)
		}
		if _, err := h.talk.Send(t.Context(), h.org, alan, s.Conversation, conversation.Draft{Text: "x"}); fault.CodeOf(err) != fault.NotAssigned {
			t.Errorf("the receiver writes before accepting: %v", err)
		}
		wantCode(t, h.transfer(s, grace, into(q), ""), fault.TransferPending)
		h.accept(alan, h.offered(s, alan)[0])
		s = h.session(s)
		if s.Transfer != nil || h.load(alan) != 1 || h.load(grace) != 1 {
			t.Errorf("taken over: %+v, loads %d and %d", s.Transfer, h.load(alan), h.load(grace))
		}
		if _, err := h.talk.Send(t.Context(), h.org, grace, s.Conversation, conversation.Draft{Text: "x"}); fault.CodeOf(err) != fault.NotAssigned {
			t.Errorf("the giver stays after all: %v", err)
		}
		wantCode(t, h.withdraw(s, grace), fault.NoTransfer)
		if got := h.events(s); !slices.Contains(got, "transferred Alan: speaks Basque") {
			t.Errorf("the log says %q", got)
		}
	})
}

// Whom a session can't be handed to is said before anything happens.
func TestTransferToNobody(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		q, empty := h.queue("Sales", routing.ConfigurationSpec{}), h.queue("Empty", routing.ConfigurationSpec{})
		web := h.channel(toQueue(q))
		grace := h.agent("Grace", online, 5, q)
		s := h.with(web, "1", grace)
		gone, away, other := h.agent("Gone", "Offline", 5), h.agent("Away", "On Break", 5), h.agent("Other", online, 5)
		for what, to := range map[string]conversation.Destination{"offline": toAgent(gone), "away": toAgent(away), "oneself": toAgent(grace),
			"nobody": toAgent(agent{ID: message.NewID[message.UserID]()}), "an empty queue": into(empty), "no queue": into(message.NewID[message.QueueID]())} {
			if err := h.transfer(s, grace, to, ""); fault.CodeOf(err) != fault.RecipientUnavailable {
				t.Errorf("to %s: %v", what, err)
			}
		}
		wantCode(t, h.transfer(s, grace, conversation.Destination{Type: "skill"}, ""), fault.Unprocessable)
		wantCode(t, h.transfer(s, other, into(q), ""), fault.NotAssigned)
		wantCode(t, h.transfer(s, grace, into(q), strings.Repeat("x", 3000)), fault.Unprocessable)
		if s := h.session(s); s.Status != conversation.Active || s.Transfer != nil {
			t.Errorf("refused, and the session is %s", s.Status)
		}
	})
}

// Work that one agent was asked about and doesn't take goes back to where it came from; nothing is lost.
func TestTransferFallsBack(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		q := h.queue("Sales", routing.ConfigurationSpec{})
		web := h.channel(toQueue(q))
		all, err := h.channels.CreateChannel(t.Context(), h.org, setup.ChannelSpec{Type: "web", Name: "Shop"})
		h.must(err)
		grace := h.agent("Grace", online, 5, q)
		declined, left, wide := h.with(web, "1", grace), h.with(web, "2", grace), h.with(all, "3", grace)
		alan := h.agent("Alan", online, 5)

		h.must(h.transfer(declined, grace, toAgent(alan), ""))
		h.decline(alan, h.offered(declined, alan)[0], "no time")
		// The giver is asked last: others first, and not at once.
		h.explained(declined, "declined; nobody else is available")
		if now := h.session(declined); now.Transfer == nil || now.Transfer.To.Name != "Sales" || now.Agent != grace.ID || now.Queue != q {
			t.Errorf("fallen back to %+v", now.Transfer)
		}
		if got := h.events(declined); !slices.Contains(got, "rerouted Sales: Alan declined it.") {
			t.Errorf("the log says %q", got)
		}
		ada := h.agent("Ada", online, 5, q)
		h.accept(ada, h.offered(declined, ada)[0])
		h.status(ada, "On Break")

		h.must(h.transfer(left, grace, toAgent(alan), ""))
		h.offered(left, alan)
		h.status(alan, "Offline")
		h.status(ada, online)
		h.accept(ada, h.offered(left, ada)[0])
		if got := strings.Join(h.events(left), "\n"); !strings.Contains(got, "Alan went offline") && !strings.Contains(got, "Alan is not online") {
			t.Errorf("the log says %s", got)
		}
		h.status(ada, "Offline")

		h.status(alan, online)
		h.must(h.transfer(wide, grace, toAgent(alan), ""))
		h.decline(alan, h.offered(wide, alan)[0], "")
		eve := h.agent("Eve", online, 5)
		h.accept(eve, h.offered(wide, eve)[0])
		if got := h.events(wide); !slices.Contains(got, "rerouted everyone: Alan declined it.") {
			t.Errorf("the log says %q", got)
		}
	})
}

// A transfer to a queue asks others first, and can be taken back.
func TestTransferToAQueueAndBack(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		sales, support := h.queue("Sales", routing.ConfigurationSpec{}), h.queue("Support", routing.ConfigurationSpec{SizeUnits: 2})
		web := h.channel(toQueue(sales))
		grace := h.agent("Grace", online, 5, sales)
		s := h.with(web, "1", grace)
		alan := h.agent("Alan", online, 5, support)
		boss := agent{ID: grace.ID, Name: "Boss", Supervisor: true}
		boss.ID = message.NewID[message.UserID]()

		h.must(h.transfer(s, grace, into(support), ""))
		h.offered(s, alan)
		wantCode(t, h.withdraw(s, alan), fault.NotAssigned)
		h.must(h.withdraw(s, grace))
		h.until("the offer is gone", func() bool { return len(h.open(s)) == 0 })
		if now := h.session(s); now.Status != conversation.Active || now.Agent != grace.ID || now.Queue != sales || now.Transfer != nil {
			t.Errorf("withdrawn: %+v", now)
		}
		if used := h.load(grace); used != 1 {
			t.Errorf("the giver has it back and carries %d", used)
		}
		wantCode(t, h.withdraw(s, grace), fault.NoTransfer)

		// By a supervisor; the agent who has it stays until then.
		h.must(h.transfer(s, boss, into(support), "take it"))
		if now := h.session(s); now.Agent != grace.ID || now.Transfer.ByName != "Boss" {
			t.Errorf("handed over by %s from %s", now.Transfer.ByName, now.Agent)
		}
		h.accept(alan, h.offered(s, alan)[0])
		if used := h.load(alan); used != 2 {
			t.Errorf("the receiver carries %d", used)
		}
	})
}

// The giver goes offline while it is pending: it waits for the receiver alone, and can't be taken back.
func TestGiverLeavesWhileHandingOver(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		q := h.queue("Sales", routing.ConfigurationSpec{})
		web := h.channel(toQueue(q))
		grace := h.agent("Grace", online, 5, q)
		s := h.with(web, "1", grace)
		alan := h.agent("Alan", online, 5)
		h.must(h.transfer(s, grace, toAgent(alan), ""))
		offer := h.offered(s, alan)[0]
		h.status(grace, "Offline")
		wantCode(t, h.withdraw(s, grace), fault.UnlawfulState)
		h.due(routing.JobReroute, grace, h.offers.Reroute)
		if now := h.session(s); now.Status != conversation.Waiting || !now.Agent.IsZero() || now.Transfer == nil {
			t.Errorf("the giver left: %+v", now)
		}
		h.accept(alan, offer)
	})
}

// Accept against withdraw, and two transfers at once: one of them wins, and both hear what came of it.
func TestTransferRaces(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		q := h.queue("Sales", routing.ConfigurationSpec{})
		web := h.channel(toQueue(q))
		grace := h.agent("Grace", online, 50, q)
		alan, ada := h.agent("Alan", online, 50), h.agent("Ada", online, 50)
		won := map[string]int{}
		for i := range 12 {
			s := h.with(web, string(rune('a'+i)), grace)
			var first, second error
			both(func() { first = h.transfer(s, grace, toAgent(alan), "") }, func() { second = h.transfer(s, grace, toAgent(ada), "") })
			if (first == nil) == (second == nil) {
				t.Fatalf("two transfers at once: %v and %v", first, second)
			}
			to, lost := alan, second
			if first != nil {
				to, lost = ada, first
			}
			wantCode(t, lost, fault.TransferPending)
			offer := h.offered(s, to)[0]
			var accepted, withdrawn error
			both(func() { _, accepted = h.offers.Accept(t.Context(), h.org, to, offer.ID) }, func() { withdrawn = h.withdraw(s, grace) })
			now := h.session(s)
			switch {
			case now.Status != conversation.Active || now.Transfer != nil:
				t.Fatalf("after the race: %+v", now)
			case accepted == nil && fault.CodeOf(withdrawn) == fault.NoTransfer && now.Agent == to.ID:
				won["accept"]++
			case withdrawn == nil && fault.CodeOf(accepted) == fault.OfferGone && now.Agent == grace.ID:
				won["withdraw"]++
			default:
				t.Fatalf("accept %v, withdraw %v, with %s", accepted, withdrawn, now.Agent)
			}
		}
		t.Logf("won: %v", won)
	})
}

func both(a, b func()) {
	var wait sync.WaitGroup
	wait.Go(a)
	wait.Go(b)
	wait.Wait()
}
