package customer_test

import (
	"context"
	"fmt"
	"strconv"
	"testing"
	"time"

	"switchboard/internal/conversation"
	"switchboard/internal/message"
)

func TestCustomerWritesAndReadsTheAnswerOnTheStream(t *testing.T) {
	each(t, func(h *house) {
		t := h.t
		b := h.browser("device-1")
		if b.head != "0" {
			t.Fatalf("a new customer's stream begins at %s", b.head)
		}
		live := b.open("0")
		thread, id := b.talk(object{"_firstName": "Eve", "topic": "billing", "page": "/cart", "unknown": "x"})
		said := b.say(thread, "Hello?")
		h.accept(id)
		answered := h.answer(id, "Hello Eve")

		want := []string{"CONVERSATION_MESSAGE", "CONVERSATION_SESSION_STATUS_CHANGED", "CONVERSATION_PARTICIPANT_CHANGED",
			"CONVERSATION_ROUTING_RESULT", "CONVERSATION_DELIVERY_ACKNOWLEDGEMENT", "CONVERSATION_SESSION_STATUS_CHANGED", "CONVERSATION_MESSAGE"}
		var got []frame
		for i, event := range want {
			f := live.next()
			if f.event != event || f.id != strconv.Itoa(i+1) {
				t.Fatalf("frame %d is %s %s, want %s", i+1, f.id, f.event, event)
			}
			if at(f.data, "conversationId") != thread || at(f.data, "channelType") != "embedded_messaging" {
				t.Fatalf("frame %d is about %v", i+1, f.data)
			}
			got = append(got, f)
		}
		first, ack, last := got[0], got[4], got[6]
		if first.text() != "Hello?" || at(first.data, "conversationEntry", "identifier") != said || at(first.data, "conversationEntry", "sender", "role") != "EndUser" {
			t.Errorf("own message came back as %v", first.data)
		}
		if at(got[1].payload(), "sessionStatus") != "Waiting" || at(got[1].payload(), "sessionStatusPrev") != "New" || at(got[1].payload(), "sessionStartTime").(float64) == 0 {
			t.Errorf("status: %v", got[1].payload())
		}
		if at(got[2].payload(), "entries", 0, "displayName") != "Ada" || at(got[2].payload(), "entries", 0, "operation") != "add" {
			t.Errorf("participant: %v", got[2].payload())
		}
		if at(ack.data, "conversationEntry", "relatedRecords", 0) != said {
			t.Errorf("receipt: %v", ack.data)
		}
		if last.text() != "Hello Eve" || at(last.data, "conversationEntry", "senderDisplayName") != "Ada" ||
			at(last.data, "conversationEntry", "sender", "role") != "Agent" || at(last.data, "conversationEntry", "identifier") != answered.ID.String() {
			t.Errorf("answer: %v", last.data)
		}

		session, err := sessionOf(h, id)
		if err != nil {
			t.Fatal(err)
		}
		if len(session.Prechat) != 3 || session.Prechat[0].Value != "Eve" || session.Prechat[1].Label != "Topic" || !session.Prechat[2].Hidden {
			t.Errorf("pre-chat: %+v", session.Prechat)
		}
		if c, _ := h.db.CustomerConversation(t.Context(), h.org, b.customer, thread); c.CustomerName != "Eve" {
			t.Errorf("the customer is called %q", c.CustomerName)
		}
		if body := b.must("GET", talkPath(thread), nil); body["routingStatus"] != "ROUTED" {
			t.Errorf("routing: %v", body)
		}
		list := b.must("GET", "/iamessage/api/v2/conversation/list?inclClosedConvs=true&limit=5", nil)
		if list["openConversationsFound"] != 1.0 || at(list, "conversations", 0, "conversationId") != thread {
			t.Errorf("list: %v", list)
		}
	})
}

func sessionOf(h *house, id message.ConversationID) (s conversation.Session, err error) {
	err = h.db.Write(context.Background(), h.org, func(tx conversationTx) error {
		c, err := tx.Conversation(id)
		s = c.Session
		return err
	})
	return s, err
}

// The history and the stream tell the same things.
func TestHistoryEqualsTheStream(t *testing.T) {
	each(t, func(h *house) {
		t := h.t
		b := h.browser("device-1")
		thread, id := b.talk(nil)
		b.say(thread, "one")
		h.accept(id)
		h.answer(id, "two")
		live := b.open("0")
		frames := live.until("two")

		entries := b.must("GET", talkPath(thread)+"/entries?limit=50", nil)["conversationEntries"].([]any)
		if len(entries) != len(frames) {
			t.Fatalf("the history has %d entries, the stream %d", len(entries), len(frames))
		}
		for i, f := range frames {
			e := entries[len(entries)-1-i].(object) // newest first
			entry := f.data["conversationEntry"].(object)
			if e["identifier"] != entry["identifier"] || e["entryType"] != entry["entryType"] || fmt.Sprint(e["entryPayload"]) != fmt.Sprint(f.payload()) {
				t.Errorf("line %d differs:\n%v\n%v", i, e, entry)
			}
		}
		only := b.must("GET", talkPath(thread)+"/entries?entryTypeFilter=Message&direction=FromStart&limit=1", nil)["conversationEntries"].([]any)
		if len(only) != 1 || at(only, 0, "entryPayload", "abstractMessage", "staticContent", "text") != "one" {
			t.Errorf("the first message: %v", only)
		}
		first := int64(at(entries, len(entries)-1, "transcriptedTimestamp").(float64))
		none := b.must("GET", fmt.Sprintf("%s/entries?endTimestamp=%d", talkPath(thread), first-1), nil)["conversationEntries"].([]any)
		if len(none) != 0 {
			t.Errorf("before the first entry there are %v", none)
		}
		if status, body := b.call("GET", talkPath(thread)+"/entries?entryTypeFilter=Nonsense", nil); status != 400 {
			t.Errorf("%d %v", status, body)
		}
	})
}

// A client that was cut off gets everything after its cursor, in order, once.
func TestReplayAfterACut(t *testing.T) {
	each(t, func(h *house) {
		b := h.browser("device-1")
		thread, id := b.talk(nil)
		b.say(thread, "one")
		h.accept(id)
		first := b.open("0")
		frames := first.until("one")
		cursor := frames[len(frames)-1].id
		first.cut()
		h.answer(id, "two")
		b.say(thread, "three")
		h.answer(id, "four")

		second := b.open(cursor)
		rest := second.until("four")
		n, _ := strconv.Atoi(cursor)
		texts := ""
		for i, f := range rest {
			if f.id != strconv.Itoa(n+1+i) {
				h.t.Fatalf("after %s comes %s at place %d", cursor, f.id, i)
			}
			texts += f.text() + " "
		}
		if want := "two three  four "; texts[len(texts)-len(want):] != want {
			h.t.Errorf("replayed %q", texts)
		}
	})
}

func TestEveryTabGetsEverything(t *testing.T) {
	each(t, func(h *house) {
		b := h.browser("device-1")
		same := h.browser("device-1") // another window of the same browser
		if same.customer != b.customer {
			h.t.Fatal("one device is two customers")
		}
		tabs := []*tab{b.open("0"), b.open("0"), same.open("0")}
		thread, id := b.talk(nil)
		b.say(thread, "one")
		h.accept(id)
		h.answer(id, "two")
		for _, s := range tabs {
			if frames := s.until("two"); frames[0].text() != "one" || frames[len(frames)-1].id != strconv.Itoa(len(frames)) {
				h.t.Errorf("a tab got %d frames", len(frames))
			}
		}
		if n := h.hub.Streams(); n != 3 {
			h.t.Errorf("%d streams are open", n)
		}
	})
}

func TestUselessCursorsGetResync(t *testing.T) {
	each(t, func(h *house) {
		b := h.browser("device-1")
		thread, _ := b.talk(nil)
		b.say(thread, "one")
		beyond := b.open("999")
		if f := beyond.next(); f.event != "resync" || f.id != "0" {
			h.t.Fatalf("beyond the head comes %+v", f)
		}
		beyond.until("one") // and then what is visible
	})
}

// Unverified web history leaves the window 6 hours after the last activity (CH-3); numbering goes on.
func TestHistoryLeavesTheWindow(t *testing.T) {
	each(t, func(h *house) {
		t := h.t
		b := h.browser("device-1")
		thread, id := b.talk(nil)
		b.say(thread, "old")
		h.exec("UPDATE customer_event SET at = at - $1", (6*time.Hour + time.Minute).Microseconds())

		b = h.browser("device-1")
		if entries := b.must("GET", talkPath(thread)+"/entries", nil)["conversationEntries"].([]any); len(entries) != 0 {
			t.Errorf("still visible: %v", entries)
		}
		live := b.open("0")
		h.accept(id)
		h.answer(id, "new")
		frames := live.until("new")
		if frames[0].id != "3" {
			t.Errorf("numbering goes on with %s", frames[0].id)
		}
		for _, f := range frames {
			if f.text() == "old" {
				t.Error("old history was replayed")
			}
		}
		// What had left stays out, though there is new activity.
		if f := b.open("0").next(); f.id != "3" {
			t.Errorf("a new tab begins at %s", f.id)
		}
		if f := b.open("1").next(); f.event != "resync" || f.id != "2" {
			t.Errorf("a cursor in what has left gets %+v", f)
		}
	})
}

func TestReceiptsCountOnceAndSurvive(t *testing.T) {
	each(t, func(h *house) {
		t := h.t
		b := h.browser("device-1")
		thread, id := b.talk(nil)
		b.say(thread, "one")
		h.accept(id)
		answer := h.answer(id, "two")
		ack := func(kind string) {
			t.Helper()
			b.must("POST", talkPath(thread)+"/acknowledge-entries", object{"acks": []object{
				{"id": newUUID(), "entryType": kind, "conversationEntryId": answer.ID.String()},
				{"id": newUUID(), "entryType": kind, "conversationEntryId": newUUID()}, // unknown to us: passed over
			}})
		}
		read := func() (e conversation.Entry) {
			h.write(func(tx *storeTx) (err error) {
				e, err = tx.Entry(answer.ID)
				return err
			})
			return e
		}
		ack("Read") // what was read has arrived
		first := read()
		if first.Status != message.StatusRead || first.DeliveredAt.IsZero() || first.ReadAt.IsZero() {
			t.Fatalf("after Read: %+v", first)
		}
		ack("Delivery")
		ack("Read")
		if again := read(); again.Version != first.Version || again.Status != message.StatusRead {
			t.Errorf("receipts that repeat change version %d to %d, status %s", first.Version, again.Version, again.Status)
		}
		// The agent reads: the customer's tick comes, and is still there after a reload.
		if _, err := h.agents.MarkRead(context.Background(), h.org, agent, id, 99); err != nil {
			t.Fatal(err)
		}
		found := false
		for _, e := range b.must("GET", talkPath(thread)+"/entries", nil)["conversationEntries"].([]any) {
			found = found || at(e, "entryType") == "ReadAcknowledgement"
		}
		if !found {
			t.Error("the receipt is not in the history")
		}
	})
}

func TestTypingIsShownAndNotKept(t *testing.T) {
	each(t, func(h *house) {
		t := h.t
		b := h.browser("device-1")
		thread, id := b.talk(object{"_firstName": "Eve"})
		b.must("POST", talkPath(thread)+"/entry", object{"entryType": "TypingStartedIndicator", "id": newUUID()})
		h.mu.Lock()
		if fmt.Sprint(h.typings) != "[customer Eve true]" {
			t.Errorf("staff heard %v", h.typings)
		}
		h.mu.Unlock()

		b.say(thread, "one")
		h.accept(id)
		h.exec(`INSERT INTO staff_user (org_id, id, login_id, name, permission_set_id, capacity, active, created_at, version)
 VALUES ($1, $2, $3, 'Ada', $3, 5, $4, 1, 1)`, h.id(h.org), h.id(agent.ID), h.id(message.NewID[message.LoginID]()), true)
		live := b.open(strconv.FormatInt(head(b), 10))
		eventually(t, func() bool { return h.hub.Streams() == 1 })
		h.hub.AgentTyping(h.org, b.customer, id, true)
		f := live.next()
		if f.event != "CONVERSATION_TYPING_STARTED_INDICATOR" || f.id != "" || at(f.data, "conversationId") != thread || at(f.data, "conversationEntry", "senderDisplayName") != "Ada" ||
			at(f.data, "conversationEntry", "sender", "subject") != agent.ID.String() {
			t.Errorf("typing: %+v", f)
		}
	})
}

func head(b *browser) int64 {
	b.t.Helper()
	n, err := b.db.CustomerHead(b.t.Context(), b.org, b.customer)
	if err != nil {
		b.t.Fatal(err)
	}
	return n
}

func TestStreamsEndWithTheirToken(t *testing.T) {
	each(t, func(h *house) {
		b := h.browser("device-1")
		live := b.open("0")
		b.must("DELETE", "/iamessage/api/v2/authorization/authenticated/access-token", nil)
		wait(h.t, live)
		if status, _ := b.call("GET", "/iamessage/api/v2/conversation/list", nil); status != 401 {
			h.t.Errorf("a revoked token gets %d", status)
		}
	})
}

func TestStoppingTellsClientsToComeBack(t *testing.T) {
	each(t, func(h *house) {
		b := h.browser("device-1")
		live := b.open("0")
		h.hub.Stop()
		if comment := wait(h.t, live); comment != "reconnect" {
			h.t.Errorf("the last comment is %q", comment)
		}
	})
}

func wait(t testing.TB, s *tab) string {
	t.Helper()
	select {
	case comment := <-s.ended:
		return comment
	case <-time.After(10 * time.Second):
		t.Fatal("the stream did not end")
		return ""
	}
}

// eventually polls until something is so, for as long as 10 s.
func eventually(t testing.TB, so func() bool) {
	t.Helper()
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(10 * time.Second); !so(); <-tick.C {
		if time.Now().After(deadline) {
			t.Fatal("it did not become so within 10 s")
		}
	}
}
