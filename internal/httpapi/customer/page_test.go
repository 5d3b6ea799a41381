package customer_test

import (
	"strings"
	"testing"

	"switchboard/internal/conversation"
	"switchboard/internal/message"
	"switchboard/internal/resource"
	"switchboard/internal/store"
	"switchboard/internal/store/storetest"
)

// shown is the session as staff see it.
func (h *house) shown(id message.ConversationID) resource.Session {
	h.t.Helper()
	s, _ := sessionOf(h, id)
	sessions, err := store.NewViews(h.db, nil, nil).SessionsByID(h.t.Context(), h.org, []message.SessionID{s.ID})
	if err != nil {
		h.t.Fatal(err)
	}
	return sessions[s.ID]
}

func valuesOf(s resource.Session) string {
	var all []string
	for _, f := range s.PageValues {
		all = append(all, f.Name+"="+f.Value)
	}
	return strings.Join(all, " ")
}

// What the page says is kept with the session: from its first message, and as it is said anew.
func TestPageValuesStayWithTheSession(t *testing.T) {
	each(t, func(h *house) {
		t := h.t
		b := h.browser("device-1")
		thread, id := b.talk(nil)
		say := func(page any) (int, object) {
			body := textBody(newUUID(), "hello")
			if page != nil {
				body["autoResponseParameters"] = page
			}
			return b.call("POST", talkPath(thread)+"/message", body)
		}
		for _, step := range []struct {
			page   any
			status int
			want   string
		}{
			{object{"plan": "gold", "cart": 3}, 202, "cart=3 plan=gold"},
			{nil, 202, "cart=3 plan=gold"}, // says nothing new
			{object{"plan": "pl\u0001atinum"}, 202, "plan=platinum"},
			{object{"plan": strings.Repeat("x", 1001)}, 422, "plan=platinum"},
			{object{"plan": object{"a": 1}}, 400, "plan=platinum"},
			{object{}, 202, ""},
		} {
			status, answer := say(step.page)
			if got := valuesOf(h.shown(id)); status != step.status || got != step.want {
				t.Errorf("%v: %d, kept %q: %v", step.page, status, got, answer)
			}
		}
		say(object{"plan": "gold"})
		if again := valuesOf(h.shown(id)); again != "plan=gold" {
			t.Fatalf("kept %q", again)
		}
		// The next session begins with what is said then.
		b.must("DELETE", talkPath(thread)+"/session", nil)
		say(nil)
		if got := valuesOf(h.shown(id)); got != "" {
			t.Errorf("a new session has %q", got)
		}
		// With the answers that open a conversation.
		other := newUUID()
		b.must("POST", "/iamessage/api/v2/conversation", object{"conversationId": other, "routingAttributes": object{"_firstName": "Eve"}, "autoResponseParameters": object{"plan": "silver"}})
		c, err := h.db.CustomerConversation(t.Context(), h.org, b.customer, other)
		if err != nil {
			t.Fatal(err)
		}
		if got := valuesOf(h.shown(c.ID)); got != "plan=silver" {
			t.Errorf("a session that waits for its first message has %q", got)
		}
	})
}

// A required pre-chat stands before a conversation whoever asks.
func TestPrechatBeforeTheConversation(t *testing.T) {
	storetest.EachURL(t, func(t *testing.T, url string) {
		s := settings()
		s.PrechatActive = true
		h := newHouse(t, url, s)
		b := h.browser("device-1")
		thread, id := b.talk(nil) // makes the conversation alone
		body := textBody(newUUID(), "one")
		for range 2 {
			if status, answer := b.call("POST", talkPath(thread)+"/message", body); status != 417 || answer["code"] != "no_session" {
				t.Fatalf("without the form: %d %v", status, answer)
			}
			body["isNewMessagingSession"] = true
		}
		body["routingAttributes"] = object{"page": "/cart"}
		if status, answer := b.call("POST", talkPath(thread)+"/message", body); status != 422 || at(answer, "errors", "routingAttributes._firstName") == nil {
			t.Fatalf("with the page's values alone: %d %v", status, answer)
		}
		if n := messages(b, thread); n != 0 {
			t.Fatalf("%d messages came in without the form", n)
		}
		// Opened again with the answers, its session begins.
		b.must("POST", "/iamessage/api/v2/conversation", object{"conversationId": thread, "routingAttributes": object{"_firstName": "Eve"}})
		b.say(thread, "one")
		if s, _ := sessionOf(h, id); len(s.Prechat) != 1 || s.Status != conversation.Waiting {
			t.Errorf("session: %+v", s)
		}
		// It is asked once: the next session begins without.
		b.must("DELETE", talkPath(thread)+"/session", nil)
		b.say(thread, "two")

		// Answers may come with the first message too.
		mallory := h.browser("device-2")
		thread, _ = mallory.talk(nil)
		body = textBody(newUUID(), "hi")
		body["routingAttributes"] = object{"_firstName": "Mallory"}
		mallory.must("POST", talkPath(thread)+"/message", body)
	})
}

// A device id that somebody could guess opens nobody's history.
func TestGuessableDevicesAreNobodys(t *testing.T) {
	each(t, func(h *house) {
		t := h.t
		admit := func(device string) (token, kept string, subject any) {
			b := &browser{house: h}
			answer := b.must("POST", "/iamessage/api/v2/authorization/unauthenticated/access-token",
				object{"orgId": orgKey, "esDeveloperName": deployment, "deviceId": device})
			return answer["accessToken"].(string), at(answer, "context", "deviceId").(string), at(answer, "context", "endUser", "subject")
		}
		_, strong, first := admit(deviceNamed("strong"))
		if _, again, second := admit(strings.ToUpper(strong)); first != second || again != strong {
			t.Errorf("a random device is %v, then %v", first, second)
		}
		_, kept, first := admit("1")
		if _, _, second := admit("1"); first == second {
			t.Error("a guessable device finds the customer who had it before")
		}
		if _, again, second := admit(kept); again != kept || first != second {
			t.Errorf("the device that was made here is not known: %v %v", first, second)
		}
	})
}

// What is missing or of the wrong kind is named.
func TestMissingPropertiesAreNamed(t *testing.T) {
	each(t, func(h *house) {
		b := h.browser("device-1")
		thread, _ := b.talk(nil)
		for _, c := range []struct {
			path     string
			body     any
			property string
		}{
			{"/iamessage/api/v2/authorization/unauthenticated/access-token", object{"esDeveloperName": deployment}, "orgId"},
			{"/iamessage/api/v2/authorization/unauthenticated/access-token", object{"orgId": orgKey}, "esDeveloperName"},
			{"/iamessage/api/v2/conversation", object{}, "conversationId"},
			{talkPath(thread) + "/message", object{}, "message.messageType"},
			{talkPath(thread) + "/message", textBody("", "x"), "message.id"},
			{talkPath(thread) + "/message", `{"message":{"id":5}}`, "message.id"},
			{talkPath(thread) + "/message", `{"message":5}`, "message"},
			{talkPath(thread) + "/entry", object{}, "entryType"},
			{talkPath(thread) + "/acknowledge-entries", object{"acks": []object{{}}}, "acks"},
		} {
			status, answer := b.call("POST", c.path, c.body)
			if named, _ := answer["errors"].(object); status != 400 || len(named) != 1 || named[c.property] == nil {
				h.t.Errorf("%s %v: %d %v", c.path, c.body, status, answer)
			}
		}
	})
}
