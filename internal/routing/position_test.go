package routing_test

import (
	"fmt"
	"slices"
	"testing"

	"switchboard/internal/conversation"
	"switchboard/internal/message"
	"switchboard/internal/resource"
	"switchboard/internal/routing"
	"switchboard/internal/setup"
	"switchboard/internal/store"
	"switchboard/internal/store/storetest"
)

// told are the positions that a customer was told, in order, as their stream has them.
func (h *house) told(s conversation.Session) (positions []int) {
	h.t.Helper()
	events, err := h.db.CustomerEvents(h.t.Context(), h.org, s.Customer, 0, 1000)
	h.must(err)
	for _, e := range events {
		if e.Type == conversation.CustomerQueuePosition {
			if e.Detail.Session != s.ID {
				h.t.Errorf("a position of session %s", e.Detail.Session)
			}
			positions = append(positions, e.Detail.Position)
		}
	}
	return positions
}

func (h *house) stands(s conversation.Session, positions ...int) {
	h.t.Helper()
	var told []int
	defer func() {
		if h.t.Failed() {
			h.t.Logf("told %v", told)
		}
	}()
	h.until(fmt.Sprintf("told positions %v", positions), func() bool {
		told = h.told(s)
		return slices.Equal(told, positions)
	})
}

// texts is a channel of text messages.
func (h *house) texts(r resource.ChannelRouting) message.ChannelID {
	h.t.Helper()
	id, err := h.channels.CreateChannel(h.t.Context(), h.org, setup.ChannelSpec{Type: "sms", Provider: "peer", Name: "Phone", Address: "+15550009999", Routing: &r})
	h.must(err)
	return id
}

// leaves ends a waiting session, as its customer does.
func (h *house) leaves(s conversation.Session) {
	h.t.Helper()
	h.write(func(tx *store.Tx) error {
		c, err := tx.Conversation(s.Conversation)
		if err != nil {
			return err
		}
		return conversation.End(tx, &c, conversation.CustomerEnded, "customer", agent{}, message.Reason{})
	})
}

// RT-11: who waits in a queue hears where they stand when that changes, and nobody else does.
func TestCustomersHearTheirPosition(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		sales := h.queue("Sales", routing.ConfigurationSpec{})
		support := h.queue("Support", routing.ConfigurationSpec{})
		web, phone := h.channel(toQueue(sales)), h.texts(toQueue(sales))
		grace := h.agent("Grace", online, 1, sales)
		busy := h.with(web, "0", grace)

		first, texter, last := h.customer(web, "1"), h.customer(phone, "2"), h.customer(web, "3")
		h.stands(first, 1)
		h.stands(last, 3) // who wrote by text message counts, too
		other := h.customer(web, "4")
		h.stands(other, 4)

		// The first is accepted: everybody behind moves up, in one step.
		_, err := h.talk.EndSession(t.Context(), h.org, grace, busy.Conversation, busy.ID, "")
		h.must(err)
		h.accept(grace, h.offered(first, grace)[0])
		h.stands(last, 3, 2)
		h.stands(other, 4, 3)

		// Another queue has positions of its own; who left it is told nothing more.
		h.must(h.channels.ChangeChannel(t.Context(), h.org, web, 0, func(s *setup.ChannelSpec) error {
			r := toQueue(support)
			s.Routing = &r
			return nil
		}))
		h.runJob(routing.JobChannelRouted, web.String(), h.offers.ChannelRouted)
		h.until("told where they stand in Support", func() bool { // told once more in Sales if they left it one by one
			a, b := h.told(last), h.told(other)
			return a[len(a)-1] == 1 && len(b) > 2 && b[len(b)-1] == 2
		})
		h.stands(first, 1)
		if told := h.told(texter); len(told) > 0 {
			t.Errorf("a customer without a stream was told %v", told)
		}
		if left := storetest.Column(t, h.url, "SELECT session_id FROM work_item WHERE position > 0 AND state = 'assigned'"); len(left) > 0 {
			t.Errorf("%v have an agent and a position", left)
		}
	})
}

// A dispatcher that begins finds out what its predecessor didn't tell, and repeats nothing.
func TestPositionsOutliveTheirTeller(t *testing.T) {
	storetest.EachURL(t, func(t *testing.T, url string) {
		h := newHouse(t, url)
		web := h.channel(toQueue(h.queue("Sales", routing.ConfigurationSpec{})))
		one := h.dispatch()
		first, second := h.customer(web, "1"), h.customer(web, "2")
		h.stands(second, 2)
		one.Stop()
		h.leaves(first)
		third := h.customer(web, "3")
		h.dispatch()
		h.stands(third, 2)
		h.stands(second, 2, 1)
		h.stands(first, 1)
	})
}

// Who waits far behind hears nothing until they come near.
func TestOnlyTheHeadOfAQueueIsTold(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		web := h.channel(toQueue(h.queue("Sales", routing.ConfigurationSpec{})))
		var line []conversation.Session
		for i := range 52 {
			line = append(line, h.customer(web, fmt.Sprint(i)))
		}
		h.until("the 50th is told", func() bool { told := h.told(line[49]); return len(told) > 0 && told[0] == 50 })
		if told := h.told(line[51]); len(told) > 0 {
			t.Errorf("the 52nd was told %v", told)
		}
		h.leaves(line[0])
		h.stands(line[50], 50)
		if told := h.told(line[51]); len(told) > 0 {
			t.Errorf("the 51st was told %v", told)
		}
	})
}
