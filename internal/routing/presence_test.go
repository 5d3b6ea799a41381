package routing_test

import (
	"testing"
	"time"

	"switchboard/internal/conversation"
	"switchboard/internal/message"
	"switchboard/internal/routing"
	"switchboard/internal/setup"
	"switchboard/internal/staff"
	"switchboard/internal/store"
)

// RT-12: who goes offline loses offers at once, and sessions after the grace.
func TestOfflineAgentsSessionsAreRerouted(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		q := h.queue("Sales", routing.ConfigurationSpec{})
		web := h.channel(toQueue(q))
		grace := h.agent("Grace", online, 5, q)
		s, waiting := h.customer(web, "1"), h.customer(web, "2")
		h.accept(grace, h.offered(s, grace)[0])
		h.offered(waiting, grace)
		alan := h.agent("Alan", online, 5, q)

		// A break is no absence.
		h.status(grace, "On Break")
		if h.hasJob(routing.JobReroute, grace.ID.String()) {
			t.Error("a break began the grace")
		}
		h.status(grace, "Offline")
		h.offered(waiting, alan)
		if now := h.session(s); now.Status != conversation.Active || now.Agent != grace.ID {
			t.Errorf("within the grace the session is %s", now.Status)
		}
		// Coming back ends the grace.
		h.status(grace, online)
		if h.hasJob(routing.JobReroute, grace.ID.String()) {
			t.Error("the grace runs on, though she came back")
		}
		h.status(grace, "Offline")
		h.due(routing.JobReroute, grace, h.offers.Reroute)
		h.accept(alan, h.offered(s, alan)[0])
		if now := h.session(s); now.ID != s.ID || !now.AcceptedAt.Before(time.Now()) {
			t.Errorf("rerouted as another session %s", now.ID)
		}
		// The handler that runs again finds nothing to do.
		h.due(routing.JobReroute, grace, h.offers.Reroute)
		if now := h.session(s); now.Agent != alan.ID {
			t.Errorf("the session is with %s", now.Agent)
		}
	})
}

// RT-12: the last connection that is cut begins the grace; a new one ends it.
func TestLostConnection(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		web := h.channel(toEveryone)
		grace := h.agent("Grace", online, 5)
		s := h.customer(web, "1")
		h.accept(grace, h.offered(s, grace)[0])
		one, two := message.NewID[message.RowID](), message.NewID[message.RowID]()
		key := grace.ID.String()
		h.must(h.offers.Connected(t.Context(), h.org, grace.ID, one))
		h.must(h.offers.Connected(t.Context(), h.org, grace.ID, two))
		h.must(h.offers.Disconnected(t.Context(), h.org, grace.ID, one))
		if h.hasJob(routing.JobConnectionLost, key) {
			t.Error("one of two tabs was closed, and the grace runs")
		}
		h.must(h.offers.Disconnected(t.Context(), h.org, grace.ID, two))
		if !h.hasJob(routing.JobConnectionLost, key) {
			t.Fatal("the last connection was cut, and no grace runs")
		}
		h.must(h.offers.Connected(t.Context(), h.org, grace.ID, one))
		if h.hasJob(routing.JobConnectionLost, key) {
			t.Error("she is back, and the grace runs on")
		}
		h.must(h.offers.NodeLost(t.Context(), h.org, map[message.UserID][]message.RowID{grace.ID: {one}}))
		h.due(routing.JobConnectionLost, grace, h.offers.ConnectionLost)
		h.due(routing.JobReroute, grace, h.offers.Reroute)
		h.until("the session waits", func() bool { return h.session(s).Status == conversation.Waiting })
		h.explained(s, "No agent is online.")
	})
}

// A user who is switched off takes no work any more, and what they had is rerouted.
func TestSwitchedOffUsersSessionsAreRerouted(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		web := h.channel(toEveryone)
		grace := h.agent("Grace", online, 5)
		s, offered := h.customer(web, "1"), h.customer(web, "2")
		h.accept(grace, h.offered(s, grace)[0])
		h.offered(offered, grace)
		h.must(h.staff.ChangeUser(t.Context(), h.admin, grace.ID, 0, func(spec *staff.UserSpec) error {
			spec.Active = new(bool)
			return nil
		}))
		h.offered(offered)
		h.due(routing.JobReroute, grace, h.offers.Reroute)
		alan := h.agent("Alan", online, 5)
		h.accept(alan, h.offered(s, alan)[0])
		h.write(func(tx *store.Tx) error {
			_, kind, _, err := tx.PresenceOf(grace.ID)
			if kind != "offline" {
				t.Errorf("who was switched off is %s", kind)
			}
			return err
		})
	})
}

// RT-17: the answer to what an agent began goes straight to that agent while they are online; else
// that session ends and a new one is routed.
func TestAnswerToAgentInitiatedConversation(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		sms, err := h.channels.CreateChannel(t.Context(), h.org, setup.ChannelSpec{Type: "sms", Name: "SMS", Address: "+12015550100"})
		h.must(err)
		grace := h.agent("Grace", online, 1)
		open := func(number string) (message.Address, conversation.Session) {
			to := message.Address{Kind: message.AddressPhone, Value: number}
			e, err := h.talk.Open(t.Context(), h.org, store.Writer[conversation.OpenTx](h.db), grace, sms, to, conversation.Draft{Text: "Hello"})
			h.must(err)
			return to, h.session(conversation.Session{Conversation: e.Conversation})
		}
		to, s := open("+15550000001")
		timer := s.ID.String()
		if s.Status != conversation.New || !h.hasJob(conversation.TimerNewEnds, timer) {
			t.Fatalf("opened, the session is %s", s.Status)
		}
		if now := h.says(sms, to); now.ID != s.ID || now.Status != conversation.Active || now.Agent != grace.ID {
			t.Errorf("answered, the session is %s with %s", now.Status, now.Agent)
		}
		if h.hasJob(conversation.TimerNewEnds, timer) {
			t.Error("answered, and the timer runs on")
		}
		// It counts in her load, by every count: she has room for one.
		h.write(func(tx *store.Tx) error {
			assigned, limit, err := tx.AgentLoad(grace.ID)
			if assigned != 1 || limit != 1 {
				t.Errorf("%d of %d units used", assigned, limit)
			}
			return err
		})
		other := h.customer(sms, "+15550000009")
		h.explained(other, "The only online agent is at capacity.")

		to, s = open("+15550000002")
		h.status(grace, "Busy")
		now := h.says(sms, to)
		if now.ID == s.ID || now.Status != conversation.Waiting || now.Origin != conversation.FromCustomer {
			t.Errorf("answered while she is busy, the session is %s, begun by %s", now.Status, now.Origin)
		}
		h.explained(now, "No agent is online.")
	})
}
