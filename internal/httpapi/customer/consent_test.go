package customer_test

import (
	"encoding/json"
	"strings"
	"testing"
)

// The web is a channel like all others: stop ends it, with an answer in the customer's window; start begins anew,
// and what needs consent first isn't routed (CN-1 to CN-4).
func TestConsentOnTheWeb(t *testing.T) {
	each(t, func(h *house) {
		t := h.t
		b := h.browser("device-1")
		thread, id := b.talk(nil)
		say := func(text string) {
			t.Helper()
			b.must("POST", talkPath(thread)+"/message", textBody(newUUID(), text))
		}
		said := func() string {
			t.Helper()
			all, err := json.Marshal(b.must("GET", talkPath(thread)+"/entries?limit=50", nil))
			if err != nil {
				t.Fatal(err)
			}
			return string(all)
		}
		status := func(want string) {
			t.Helper()
			if s, _ := sessionOf(h, id); string(s.Status) != want {
				t.Errorf("the session is %s, want %s", s.Status, want)
			}
		}
		say("Hello")
		status("waiting")
		say(" STOP ")
		status("ended")
		if all := said(); !strings.Contains(all, "no more messages from us") || strings.Contains(all, "consent_changed") {
			t.Errorf("the window shows %s", all)
		}
		say("Still there?")
		status("consent")
		if all := said(); !strings.Contains(all, "reply START") {
			t.Errorf("the window shows %s", all)
		}
		say("start")
		status("waiting") // what they asked meanwhile is for an agent

		// A channel may ask for more.
		h.exec("UPDATE channel SET required_consent = $1 WHERE id = $2", "explicitly_opted_in", h.id(h.channel))
		other := h.browser("device-2")
		thread, id = other.talk(nil)
		b = other
		say("Hello")
		status("consent")
		say("yes")
		status("waiting")
	})
}
