package customer_test

import (
	"context"
	"strconv"
	"testing"
	"time"

	"switchboard/internal/message"
)

// joining has the house's channel require a keyset and let what was written before join, or not.
func (h *house) joining(joins bool) {
	h.t.Helper()
	h.keyset(h.org, h.channel, jwkOf(madeKeys()[0], "one", time.Time{}))
	h.exec("UPDATE channel SET join_unverified = $1 WHERE org_id = $2 AND id = $3", joins, h.id(h.org), h.id(h.channel))
}

// signInAfter signs in on the browser that somebody used before.
func (b *browser) signInAfter(sub string) *browser {
	b.t.Helper()
	status, body := (&browser{house: b.house}).call("POST", "/iamessage/api/v2/authorization/authenticated/access-token", object{"orgId": orgKey, "esDeveloperName": deployment,
		"deviceId": b.device, "customerIdentityToken": signed(madeKeys()[0], goodHeader, claimsOf(sub)), "unverifiedAccessToken": b.token})
	if status != 200 {
		b.t.Fatalf("sign in: %d %v", status, body)
	}
	in := &browser{house: b.house, device: b.device, token: body["accessToken"].(string), head: body["lastEventId"].(string)}
	in.customer, _ = message.ParseID[message.CustomerID](at(body, "context", "endUser", "subject").(string))
	return in
}

// What a browser wrote before its customer signed in is theirs, on every device, and the agent goes on in it.
func TestWhatWasWrittenBeforeJoins(t *testing.T) {
	each(t, func(h *house) {
		before := h.browser("phone")
		thread, id := before.talk(object{"_firstName": "Mara"})
		before.say(thread, "before")
		h.accept(id)
		h.answer(id, "an answer")
		elsewhere := h.browser("library")
		theirs, _ := elsewhere.talk(object{"_firstName": "Kim"})
		elsewhere.say(theirs, "somebody else's")
		h.joining(true)
		first := h.member("mara", "desk") // she has a conversation already
		own, _ := first.talk(object{"_firstName": "Mara"})
		first.say(own, "at the desk")

		mara := before.signInAfter("mara")
		if mara.customer != first.customer {
			t.Fatal("she is somebody else")
		}
		list := mara.must("GET", "/iamessage/api/v2/conversation/list", nil)
		if got := list["openConversationsFound"]; got != 2.0 {
			t.Errorf("her conversations: %v", list)
		}
		for what, b := range map[string]*browser{"the phone": mara, "the desk": first} {
			b.must("GET", talkPath(thread), nil)
			frames := b.open("0").until("an answer")
			for i, f := range frames {
				if f.id != decimalOf(i+1) {
					t.Errorf("%s: event %d has the number %s", what, i+1, f.id)
				}
			}
		}
		h.answer(id, "afterwards")
		mara.open(mara.head).until("afterwards")
		mara.say(thread, "and so do I")
		if c, err := h.db.CustomerConversation(t.Context(), h.org, mara.customer, thread); err != nil || c.ID != id {
			t.Errorf("the conversation is another: %v %v", c, err)
		}
		// The token, the device and the person that they were are gone.
		if status, _ := before.call("GET", talkPath(thread), nil); status != 401 {
			t.Errorf("the token from before: %d", status)
		}
		if ines := before.signInAfter("ines"); ines.customer == mara.customer {
			t.Error("whoever signs in next is the same")
		} else if status, _ := ines.call("GET", talkPath(thread), nil); status != 404 {
			t.Errorf("whoever signs in next has it, too: %d", status)
		}
		if _, err := h.db.CustomerHead(t.Context(), h.org, before.customer); err == nil {
			t.Error("who they were before is still there")
		}
		if status, _ := mara.call("GET", talkPath(theirs), nil); status != 404 {
			t.Errorf("another browser's: %d", status)
		}
	})
}

// Nothing joins where it isn't wanted, without the token, or what had left the window.
func TestWhatDoesNotJoin(t *testing.T) {
	each(t, func(h *house) {
		start := func(name string) (*browser, string) {
			b := h.browser(name)
			thread, _ := b.talk(object{"_firstName": "Mara"})
			b.say(thread, "before")
			return b, thread
		}
		unwanted, one := start("one")
		tokenless, two := start("two")
		old, three := start("three")
		h.joining(false)
		if status, _ := unwanted.signInAfter("a").call("GET", talkPath(one), nil); status != 404 {
			t.Errorf("where it isn't wanted: %d", status)
		}
		h.exec("UPDATE channel SET join_unverified = $1 WHERE org_id = $2 AND id = $3", true, h.id(h.org), h.id(h.channel))
		tokenless.token = "made up"
		if status, _ := tokenless.signInAfter("b").call("GET", talkPath(two), nil); status != 404 {
			t.Errorf("by its device alone: %d", status)
		}
		member := h.member("c", "four")
		stolen := &browser{house: h, device: member.device, token: member.token}
		if in := stolen.signInAfter("d"); in.customer == member.customer {
			t.Error("a verified customer's token joins")
		}
		member.must("GET", "/iamessage/api/v2/conversation/list", nil)
		// A token that is still good, and a conversation that its window shows no more.
		h.exec("UPDATE customer_event SET at = at - 30000000000 WHERE org_id = $1 AND user_id = $2", h.id(h.org), h.id(old.customer))
		in := old.signInAfter("e")
		if status, _ := in.call("GET", talkPath(three), nil); status != 404 {
			t.Errorf("what had left the window: %d", status)
		}
		if _, err := h.db.CustomerConversation(context.Background(), h.org, old.customer, three); err != nil {
			t.Errorf("it is lost: %v", err)
		}
	})
}

// Of two who sign in at once with the same token, one gets what was written.
func TestOneJoins(t *testing.T) {
	each(t, func(h *house) {
		before := h.browser("phone")
		thread, _ := before.talk(object{"_firstName": "Mara"})
		before.say(thread, "before")
		h.joining(true)
		results := make(chan int, 4)
		for _, sub := range []string{"a", "b", "c", "d"} {
			go func() {
				status, _ := before.signInAfter(sub).call("GET", talkPath(thread), nil)
				results <- status
			}()
		}
		got := map[int]int{}
		for range 4 {
			got[<-results]++
		}
		if got[200] != 1 || got[404] != 3 {
			t.Errorf("who has it: %v", got)
		}
	})
}

func decimalOf(n int) string { return strconv.Itoa(n) }
