package customer_test

import (
	"fmt"
	"testing"

	"switchboard/internal/conversation"
	"switchboard/internal/message"
	"switchboard/internal/store"
)

// colleague makes a user of staff who takes work.
func (h *house) colleague(who conversation.Staff) conversation.Staff {
	h.t.Helper()
	role, status := h.id(message.NewID[message.RowID]()), h.id(message.NewID[message.PresenceID]())
	h.exec("INSERT INTO permission_set (org_id, id, api_name, name, built_in, permissions, version) VALUES ($1, $2, $3, $3, $4, '[\"session.accept\"]', 1)",
		h.id(h.org), role, "takes work like "+who.Name, false)
	h.exec("INSERT INTO staff_user (org_id, id, login_id, name, permission_set_id, capacity, active, created_at, version) VALUES ($1, $2, $2, $3, $4, 5, $5, 1, 1)",
		h.id(h.org), h.id(who.ID), who.Name, role, true)
	h.exec("INSERT INTO presence_status (org_id, id, name, kind, channels, position, version) VALUES ($1, $2, $3, 'online', '[]', 1, 1)", h.id(h.org), status, "Here with "+who.Name)
	h.exec("INSERT INTO presence (org_id, user_id, status_id, kind, since, version) VALUES ($1, $2, $3, 'online', 1, 1)", h.id(h.org), h.id(who.ID), status)
	return who
}

// happens is what the next frame says, in short.
func (s *tab) happens() string {
	s.t.Helper()
	f := s.next()
	p := f.payload()
	switch f.event {
	case "CONVERSATION_PARTICIPANT_CHANGED":
		return fmt.Sprint(at(p, "entries", 0, "operation"), " ", at(p, "entries", 0, "participant", "subject"))
	case "CONVERSATION_ROUTING_RESULT":
		return fmt.Sprint(p["routingType"], " ", p["failureType"])
	case "CONVERSATION_SESSION_STATUS_CHANGED":
		return fmt.Sprint(p["sessionStatusPrev"], " ", p["sessionStatus"])
	}
	return f.event
}

// What a customer hears while their conversation is handed over: nothing but that it waits, until somebody
// else takes it or it is taken back.
func TestCustomersHearOfTransfers(t *testing.T) {
	each(t, func(h *house) {
		ada := h.colleague(agent)
		ben := h.colleague(conversation.Staff{ID: message.NewID[message.UserID](), Name: "Ben"})
		transfers := &conversation.Transfers{Write: store.Writer[conversation.TransferTx](h.db)}
		b := h.browser("device-1")
		thread, id := b.talk(nil)
		b.say(thread, "one")
		h.accept(id)
		live := b.open("0")
		hears := func(want ...string) {
			h.t.Helper()
			for _, w := range want {
				if got := live.happens(); got != w {
					h.t.Fatalf("the customer hears %q, want %q", got, w)
				}
			}
		}
		routing := func(want string) {
			h.t.Helper()
			if body := b.must("GET", talkPath(thread), nil); body["routingStatus"] != want {
				h.t.Errorf("routing status %v, want %s", body["routingStatus"], want)
			}
		}
		begin := func() {
			h.t.Helper()
			s, err := sessionOf(h, id)
			if err == nil {
				err = transfers.Begin(h.t.Context(), h.org, ada, id, s.ID, conversation.Destination{Type: conversation.ToAgent, Agent: ben.ID}, "knows tents")
			}
			if err != nil {
				h.t.Fatal(err)
			}
		}
		hears("CONVERSATION_MESSAGE", "New Waiting", "add "+ada.ID.String(), "Initial None", "CONVERSATION_DELIVERY_ACKNOWLEDGEMENT", "Waiting Active")
		routing("ROUTED")

		begin()
		hears("Active Waiting")
		routing("TRANSFER")
		s, err := sessionOf(h, id)
		if err == nil {
			err = transfers.Withdraw(h.t.Context(), h.org, ada, id, s.ID)
		}
		if err != nil {
			h.t.Fatal(err)
		}
		hears("Transfer Cancelled", "Waiting Active")
		routing("ROUTED")

		begin()
		h.write(func(tx *store.Tx) error {
			c, err := tx.Conversation(id)
			if err != nil {
				return err
			}
			return conversation.Accept(tx, &c, ben)
		})
		hears("Active Waiting", "remove "+ada.ID.String(), "add "+ben.ID.String(), "Transfer None", "CONVERSATION_DELIVERY_ACKNOWLEDGEMENT", "Waiting Active")
		routing("ROUTED")
	})
}

// What staff erased is empty to the customer, on the stream and in the history; numbers stay as they were.
func TestErasedEntriesAreEmpty(t *testing.T) {
	each(t, func(h *house) {
		b := h.browser("device-1")
		thread, id := b.talk(nil)
		b.say(thread, "My card is 4111.")
		h.accept(id)
		h.answer(id, "Thank you.")
		b.must("DELETE", talkPath(thread)+"/session", nil)
		before, err := sessionOf(h, id)
		if err != nil {
			h.t.Fatal(err)
		}
		head := head(b)
		eraser := &conversation.Eraser{Write: store.Writer[conversation.EraseTx](h.db)}
		if err := eraser.Delete(h.t.Context(), h.org, id, before.ID); err != nil {
			h.t.Fatal(err)
		}
		b.say(thread, "A new beginning.")
		erased := 0
		for i, f := range b.open("0").until("A new beginning.") {
			if f.id != fmt.Sprint(i+1) {
				h.t.Fatalf("frame %d has number %s", i+1, f.id)
			}
			if f.event == "CONVERSATION_MESSAGE" && int64(i) < head {
				erased++
				if at(f.payload(), "abstractMessage", "erased") != true || f.text() != "" {
					h.t.Errorf("erased, and the stream says %v", f.payload())
				}
			}
		}
		if erased != 2 {
			h.t.Errorf("%d erased messages came, want 2", erased)
		}
		for _, e := range b.must("GET", talkPath(thread)+"/entries?entryTypeFilter=Message&limit=50", nil)["conversationEntries"].([]any) {
			text := at(e, "entryPayload", "abstractMessage", "staticContent", "text")
			if gone := at(e, "entryPayload", "abstractMessage", "erased") == true; gone == (text == "A new beginning.") || gone && text != "" {
				h.t.Errorf("the history says %v", e)
			}
		}
	})
}
