package routing_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"switchboard/internal/conversation"
	"switchboard/internal/fault"
	"switchboard/internal/message"
	"switchboard/internal/resource"
	"switchboard/internal/routing"
	"switchboard/internal/setup"
	"switchboard/internal/store"
	"switchboard/internal/store/storetest"
)

// onEach runs a story in a new house on each database, with one node's dispatchers.
func onEach(t *testing.T, story func(t *testing.T, h *house)) {
	t.Helper()
	storetest.EachURL(t, func(t *testing.T, url string) {
		h := newHouse(t, url)
		h.dispatch()
		story(t, h)
	})
}

// RT-2: least active is fewest units used, most available is most units free.
func TestWorkGoesToTheBestMember(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		least := h.queue("Least", routing.ConfigurationSpec{Model: "least_active"})
		most := h.queue("Most", routing.ConfigurationSpec{Model: "most_available"})
		web := h.channel(toQueue(least))
		big := h.agent("Grace", online, 10, least, most)
		h.agent("Outsider", online, 10)
		h.agent("Offline", "", 10, least, most)
		first := h.customer(web, "1")
		offer := h.offered(first, big)[0] // the only one
		if !strings.Contains(offer.Reason.Text, "The only available agent in Least") {
			t.Errorf("the offer's reason is %q", offer.Reason.Text)
		}
		h.accept(big, offer)
		small := h.agent("Alan", online, 2, least, most)
		// Grace uses 1 of 10, Alan 0 of 2.
		second := h.customer(web, "2")
		h.decline(small, h.offered(second, small)[0], "no time")
		h.accept(big, h.offered(second, big)[0])
		h.must(h.channels.ChangeChannel(t.Context(), h.org, web, 0, func(s *setup.ChannelSpec) error {
			r := toQueue(most)
			s.Routing = &r
			return nil
		}))
		third := h.customer(web, "3")
		offer = h.offered(third, big)[0]
		if !strings.Contains(offer.Reason.Text, "Most available of 2 available agents in Most: 8 of 10 units free") {
			t.Errorf("the offer's reason is %q", offer.Reason.Text)
		}
		// It is kept with what it is about.
		if why, p := offer.Reason, offer.Reason.Params; why.Code != "offer_most_available" || p.Queue != "Most" || p.Count != 2 || p.Limit-p.Used != 8 {
			t.Errorf("the offer's reason is about %+v", why)
		}
		// What was decided is kept, in order, and the session says the latest.
		kinds, reasons := h.decisions(second)
		if fmt.Sprint(kinds) != "[offer decline offer]" || reasons[1] != "no time" || !strings.Contains(reasons[0], "Least active of 2") {
			t.Errorf("decided %q because %q", kinds, reasons)
		}
		if s := h.session(third); s.Routing != offer.Reason || s.Queue != most {
			t.Errorf("the session says %q and is in %s", s.Routing.Text, s.Queue)
		}
	})
}

// RT-3: who declined is left alone for a minute, and the reason says so.
func TestDeclinedWorkMovesOnAndDoesNotComeBackAtOnce(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		q := h.queue("Sales", routing.ConfigurationSpec{})
		web := h.channel(toQueue(q))
		grace, alan := h.agent("Grace", online, 5, q), h.agent("Alan", online, 5, q)
		s := h.customer(web, "1")
		h.until("an offer", func() bool { return len(h.open(s)) == 1 })
		first, second := grace, alan
		if h.open(s)[0].Agent == alan.ID {
			first, second = alan, grace
		}
		old := h.offered(s, first)[0]
		h.decline(first, old, "not mine")
		h.decline(second, h.offered(s, second)[0], "nor mine")
		h.explained(s, "2 agents declined; nobody else is available. Asked again from")
		if open := h.open(s); len(open) != 0 {
			t.Errorf("asked again at once: %+v", open)
		}
		_, err := h.offers.Accept(t.Context(), h.org, first, old.ID)
		wantCode(t, err, fault.OfferGone)
		wantCode(t, h.offers.Decline(t.Context(), h.org, second.ID, old.ID, ""), fault.NotFound) // not theirs
	})
}

func TestMissedWorkMovesOn(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		q := h.queue("Sales", routing.ConfigurationSpec{PushTimeoutSecs: 1})
		web := h.channel(toQueue(q))
		grace := h.agent("Grace", online, 5, q)
		s := h.customer(web, "1")
		missed := h.offered(s, grace)[0]
		if took := missed.ExpiresAt.Sub(missed.CreatedAt); took <= 0 || took > time.Second {
			t.Errorf("the offer runs for %s", took)
		}
		alan := h.agent("Alan", online, 5, q)
		h.accept(alan, h.offered(s, alan)[0])
		_, err := h.offers.Accept(t.Context(), h.org, grace, missed.ID)
		wantCode(t, err, fault.OfferGone)
		kinds, reasons := h.decisions(s)
		if fmt.Sprint(kinds) != "[offer expire offer]" || reasons[1] != "Grace did not answer within 1 s." {
			t.Errorf("decided %q because %q", kinds, reasons)
		}
	})
}

// RT-2: work that nobody takes in time goes to another queue, whose members are asked.
func TestOverflow(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		second := h.queue("Second", routing.ConfigurationSpec{})
		first := h.queue("First", routing.ConfigurationSpec{}, second, 1)
		web := h.channel(toQueue(first))
		grace := h.agent("Grace", online, 5, second)
		s := h.customer(web, "1")
		h.accept(grace, h.offered(s, grace)[0])
		if now := h.session(s); now.Queue != second {
			t.Errorf("the session is still in %s", now.Queue)
		}
		kinds, reasons := h.decisions(s)
		if fmt.Sprint(kinds) != "[overflow offer]" || !strings.Contains(reasons[0], "First overflows to Second") {
			t.Errorf("decided %q because %q", kinds, reasons)
		}
	})
}

func TestAutoAccept(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		q := h.queue("Sales", routing.ConfigurationSpec{AutoAccept: true})
		web := h.channel(toQueue(q))
		grace := h.agent("Grace", online, 2, q)
		one, two, three := h.customer(web, "1"), h.customer(web, "2"), h.customer(web, "3")
		h.assigned(one, grace)
		h.assigned(two, grace)
		h.explained(three, "The only online agent of Sales is at capacity.")
		_, err := h.talk.EndSession(t.Context(), h.org, grace, one.Conversation, one.ID, "done")
		h.must(err)
		h.assigned(three, grace)
	})
}

// RT-18: everybody online is offered everything, and the first to accept has it.
func TestEveryoneIsOfferedAndTheFirstHasIt(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		web := h.channel(toEveryone)
		grace, alan := h.agent("Grace", online, 5), h.agent("Alan", online, 5)
		h.agent("Busy", "Busy", 5)
		s := h.customer(web, "1")
		offers := h.offered(s, grace, alan)
		late := h.agent("Late", online, 5)
		offers = append(offers, h.offered(s, grace, alan, late)[2])
		h.accept(alan, offers[1])
		h.accept(alan, offers[1]) // the same again is no error
		h.offered(s)              // the others' are withdrawn
		_, err := h.offers.Accept(t.Context(), h.org, grace, offers[0].ID)
		wantCode(t, err, fault.OfferGone)
		wantCode(t, h.offers.Decline(t.Context(), h.org, late.ID, offers[2].ID, ""), fault.OfferGone)
		if s := h.session(s); s.Agent != alan.ID {
			t.Errorf("%s has it", s.Agent)
		}
	})
}

// Of many who accept much at once nobody gets more than they can take, and nothing is had twice.
func TestCapacityIsNeverExceeded(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		web := h.channel(toEveryone)
		agents := []agent{h.agent("Grace", online, 2), h.agent("Alan", online, 3), h.agent("Edsger", online, 1)}
		var sessions []conversation.Session
		for i := range 12 {
			sessions = append(sessions, h.customer(web, fmt.Sprint(i)))
		}
		h.until("every session offered to all", func() bool {
			for _, s := range sessions {
				if len(h.open(s)) != len(agents) {
					return false
				}
			}
			return true
		})
		var all sync.WaitGroup
		begin := make(chan struct{})
		for _, s := range sessions {
			for _, o := range h.open(s) {
				for _, a := range agents {
					if a.ID != o.Agent {
						continue
					}
					all.Go(func() {
						<-begin
						if _, err := h.offers.Accept(t.Context(), h.org, a, o.ID); err != nil && fault.CodeOf(err) != fault.OfferGone {
							t.Error(err)
						}
					})
				}
			}
		}
		close(begin)
		all.Wait()
		has := map[message.UserID]int{}
		for _, s := range sessions {
			if s := h.session(s); s.Status == conversation.Active {
				has[s.Agent]++
			}
		}
		for i, limit := range []int{2, 3, 1} {
			if has[agents[i].ID] != limit {
				t.Errorf("%s can take %d and has %d", agents[i].Name, limit, has[agents[i].ID])
			}
		}
	})
}

// RT-5: who had the customer last is asked first, within the time that the channel says.
func TestLastAgentIsPreferred(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		q := h.queue("Sales", routing.ConfigurationSpec{})
		r := toQueue(q)
		r.LastAgentMinutes = 60
		web := h.channel(r)
		grace := h.agent("Grace", online, 5, q)
		s := h.customer(web, "1")
		h.accept(grace, h.offered(s, grace)[0])
		other := h.customer(web, "other")
		h.accept(grace, h.offered(other, grace)[0])
		h.agent("Alan", online, 5, q) // less active from now on
		_, err := h.talk.EndSession(t.Context(), h.org, grace, s.Conversation, s.ID, "")
		h.must(err)
		again := h.customer(web, "1")
		if again.ID == s.ID {
			t.Fatal("an ended session went on")
		}
		if o := h.offered(again, grace)[0]; !strings.Contains(o.Reason.Text, "Had this customer's last conversation") {
			t.Errorf("the offer's reason is %q", o.Reason.Text)
		}
	})
}

// What is changed in a queue holds for what waits in it.
func TestQueueChangesReachWhatWaits(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		q := h.queue("Sales", routing.ConfigurationSpec{SizeUnits: 8})
		web := h.channel(toQueue(q))
		s := h.customer(web, "1")
		h.explained(s, "No agent is a member of Sales.")
		grace := h.agent("Grace", online, 5)
		h.must(h.setup.ChangeQueue(t.Context(), h.org, q, 0, func(spec *routing.QueueSpec) error {
			spec.Name, spec.Members = "Support", []message.UserID{grace.ID}
			return nil
		}))
		h.explained(s, "It takes 8 units, more than the capacity of the only online agent of Support.")
		small, err := h.setup.CreateConfiguration(t.Context(), h.org, routing.ConfigurationSpec{Name: "Small", SizeUnits: 5})
		h.must(err)
		h.must(h.setup.ChangeQueue(t.Context(), h.org, q, 0, func(spec *routing.QueueSpec) error {
			spec.RoutingConfigID = small
			return nil
		}))
		o := h.offered(s, grace)[0]
		// Out of the queue again: the offer goes.
		h.must(h.setup.ChangeQueue(t.Context(), h.org, q, 0, func(spec *routing.QueueSpec) error {
			spec.Members = nil
			return nil
		}))
		h.offered(s)
		_, err = h.offers.Accept(t.Context(), h.org, grace, o.ID)
		wantCode(t, err, fault.OfferGone)
		h.must(h.setup.ChangeQueue(t.Context(), h.org, q, 0, func(spec *routing.QueueSpec) error {
			spec.Members = []message.UserID{grace.ID}
			return nil
		}))
		h.accept(grace, h.offered(s, grace)[0])
		h.must(h.setup.ChangeConfiguration(t.Context(), h.org, small, 0, func(spec *routing.ConfigurationSpec) error {
			spec.AutoAccept, spec.SizeUnits = true, 3
			return nil
		}))
		next := h.customer(web, "2")
		h.explained(next, "The only online agent of Support is at capacity.") // hers keeps the size it was accepted with
		_, err = h.talk.EndSession(t.Context(), h.org, grace, s.Conversation, s.ID, "")
		h.must(err)
		h.assigned(next, grace)
	})
}

// A channel that is not routed says so; what waits on it is routed once it is (CH-22).
func TestWhatWaitsUnroutedIsRoutedOnceTheChannelIs(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		q := h.queue("Sales", routing.ConfigurationSpec{})
		grace := h.agent("Grace", online, 5, q)
		web := h.channel(resource.ChannelRouting{Mode: "none"})
		s := h.customer(web, "1")
		if !strings.Contains(s.Routing.Text, "not routed yet") || s.Status != conversation.Waiting {
			t.Fatalf("the session is %s and says %q", s.Status, s.Routing.Text)
		}
		// A reason that was kept before reasons had codes is read as it was written.
		storetest.Exec(t, h.url, "UPDATE session SET routing = 'No agent is online.' WHERE id = $1", s.ID)
		if got := h.session(s).Routing; got != (message.Reason{Text: "No agent is online."}) {
			t.Errorf("an old reason reads %+v", got)
		}
		h.must(h.channels.ChangeChannel(t.Context(), h.org, web, 0, func(spec *setup.ChannelSpec) error {
			r := toQueue(q)
			spec.Routing = &r
			return nil
		}))
		h.runJob(routing.JobChannelRouted, web.String(), h.offers.ChannelRouted)
		h.accept(grace, h.offered(s, grace)[0])
		if now := h.session(s); now.Queue != q {
			t.Errorf("the session is in %s", now.Queue)
		}
	})
}

// RT-5: a channel routes to one agent; where the agent is not there, or doesn't take it, its queue does.
func TestChannelOfOneAgent(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		q := h.queue("Sales", routing.ConfigurationSpec{})
		grace, alan := h.agent("Grace", online, 1), h.agent("Alan", online, 5, q)
		web := h.channel(resource.ChannelRouting{Mode: "agent", Agent: grace.ID, Queue: q})
		h.accept(grace, h.offered(h.customer(web, "1"), grace)[0])
		h.status(grace, "On Break")
		away := h.customer(web, "2")
		h.accept(alan, h.offered(away, alan)[0])
		if kinds, reasons := h.decisions(away); kinds[0] != "fallback" || reasons[0] != "Grace is not online." {
			t.Errorf("decided %q because %q", kinds, reasons)
		}
		h.status(grace, online)
		full := h.customer(web, "3")
		h.explained(full, "Grace is at capacity")

		// Without a queue it waits for the agent; with one again, it moves on.
		alone := func(r resource.ChannelRouting) {
			h.must(h.channels.ChangeChannel(t.Context(), h.org, web, 0, func(spec *setup.ChannelSpec) error {
				spec.Routing = &r
				return nil
			}))
			h.runJob(routing.JobChannelRouted, web.String(), h.offers.ChannelRouted)
		}
		h.status(grace, "Offline")
		h.offered(full, alan)
		alone(resource.ChannelRouting{Mode: "agent", Agent: grace.ID})
		waits := h.customer(web, "4")
		h.explained(waits, "Grace is not online, and only this agent is asked")

		// Changed routing moves what waits, and takes back what is offered; what was handed over stays.
		ada := h.agent("Ada", online, 5)
		handed := h.customer(web, "5")
		h.must(h.gives(handed, alan))
		support := h.queue("Support", routing.ConfigurationSpec{})
		h.agent("Eve", "Offline", 5, support)
		h.must(h.transfer(h.session(handed), alan, into(support), ""))
		alone(toEveryone)
		for _, s := range []conversation.Session{full, waits} {
			h.until("offered to Ada", func() bool {
				return slices.ContainsFunc(h.open(s), func(o routing.Offer) bool { return o.Agent == ada.ID })
			})
		}
		if now := h.session(handed); now.Queue != support || len(h.open(handed)) != 0 {
			t.Errorf("what was handed over went to %v", now.Queue)
		}
		err := h.channels.ChangeChannel(t.Context(), h.org, web, 0, func(spec *setup.ChannelSpec) error {
			spec.Routing = &resource.ChannelRouting{Mode: "agent", Agent: message.NewID[message.UserID]()}
			return nil
		})
		wantCode(t, err, fault.Unprocessable)
	})
}

// Two nodes: one dispatches, and when it stops the other goes on.
func TestOneNodeDispatchesAndAnotherTakesOver(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		web := h.channel(toEveryone)
		grace := h.agent("Grace", online, 50)
		first := (*h.nodes.Load())[0]
		h.offered(h.customer(web, "first"), grace) // the first node has the lease
		h.dispatch()
		var sessions []conversation.Session
		for i := range 10 {
			sessions = append(sessions, h.customer(web, fmt.Sprint(i)))
		}
		for _, s := range sessions {
			h.offered(s, grace)
			if kinds, _ := h.decisions(s); len(kinds) != 1 {
				t.Errorf("decided twice: %q", kinds)
			}
		}
		if epochs := storetest.Column(t, h.url, "SELECT epoch FROM lease WHERE name LIKE 'routing:%'"); fmt.Sprint(epochs) != "[1]" {
			t.Errorf("the lease is in epoch %v, though its holder lives", epochs)
		}
		first.Stop()
		h.offered(h.customer(web, "after"), grace)
		if epochs := storetest.Column(t, h.url, "SELECT epoch FROM lease WHERE name LIKE 'routing:%'"); fmt.Sprint(epochs) != "[2]" {
			t.Errorf("the lease is in epoch %v after the change", epochs)
		}
		for _, s := range sessions {
			if len(h.open(s)) != 1 {
				t.Errorf("the change cost or doubled an offer: %+v", h.open(s))
			}
		}
	})
}

// A node that lost the lease without noticing, between deciding and writing, writes nothing.
func TestWithoutTheLeaseNothingIsWritten(t *testing.T) {
	storetest.EachURL(t, func(t *testing.T, url string) {
		h := newHouse(t, url)
		web := h.channel(toEveryone)
		var lose atomic.Bool
		lost := make(chan error, 1)
		write := store.Writer[routing.Tx](h.db)
		h.dispatchBy(func(ctx context.Context, org message.OrgID, fn func(routing.Tx) error) error {
			if !lose.CompareAndSwap(true, false) {
				return write(ctx, org, fn)
			}
			storetest.Exec(t, url, "UPDATE lease SET holder = $1, epoch = epoch + 1 WHERE name LIKE 'routing:%'", message.NewID[message.RowID]())
			err := write(ctx, org, fn)
			lost <- err
			storetest.Exec(t, url, "UPDATE lease SET expires_at = 0 WHERE name LIKE 'routing:%'") // the other one ends
			return err
		})
		refused := func(what string) {
			t.Helper()
			select {
			case err := <-lost:
				if err == nil {
					t.Errorf("%s was written by who does not dispatch", what)
				}
			case <-time.After(20 * time.Second):
				t.Fatal("nothing was to be written")
			}
		}
		lose.Store(true)
		s := h.customer(web, "1")
		refused("an explanation")
		h.explained(s, "No agent is online.")
		lose.Store(true)
		grace := h.agent("Grace", online, 5)
		refused("an offer")
		h.offered(s, grace)
		if kinds, _ := h.decisions(s); fmt.Sprint(kinds) != "[offer]" {
			t.Errorf("decided %q", kinds)
		}
	})
}
