package transcript

import (
	"maps"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"

	"switchboard/internal/message"
)

// Every language says all that English says, with the same values.
func TestAllLanguagesSayTheSame(t *testing.T) {
	_, all := every()
	english := all[0].said
	value := regexp.MustCompile(`\{\d\}`)
	values := func(text string) string {
		found := value.FindAllString(text, -1)
		slices.Sort(found)
		return strings.Join(found, " ")
	}
	for _, w := range all {
		if got, want := slices.Sorted(maps.Keys(w.said)), slices.Sorted(maps.Keys(english)); !slices.Equal(got, want) {
			t.Errorf("%s has %v, English %v", w.Language, got, want)
		}
		for key, text := range w.said {
			if text == "" || values(text) != values(english[key]) {
				t.Errorf("%s: %s is %q, in English %q", w.Language, key, text, english[key])
			}
		}
		for _, e := range []message.EventType{message.EventSessionStarted, message.EventSessionAccepted, message.EventSessionEnded, message.EventRerouted, message.EventTransferWithdrawn, message.EventCallMissed} {
			if w.said[string(e)] == "" {
				t.Errorf("%s has no words for %s", w.Language, e)
			}
		}
	}
}

func TestTheReadersLanguage(t *testing.T) {
	for want, asked := range map[string][2]string{
		"en": {"", ""}, "de": {"de", "fr"}, "fr": {"", "fr-CA,en;q=0.5"}, "ar": {"ar", ""}, "es": {"zz", "es"},
	} {
		r := httptest.NewRequest("GET", "/?language="+asked[0], nil)
		r.Header.Set("Accept-Language", asked[1])
		if got := For(r).Language; got != want {
			t.Errorf("%q and %q read %s, want %s", asked[0], asked[1], got, want)
		}
	}
	r := httptest.NewRequest("GET", "/?language=%00;;q=x", nil)
	if got := For(r); got.Language != "en" || got.Say("voice") != "Voice message" || got.Say("of_tomorrow") != "of tomorrow" {
		t.Errorf("%v", got)
	}
}

// A reason with a code is said in the reader's language; what has none, or one of tomorrow, as it was written.
func TestReasonsAreInTheReadersLanguage(t *testing.T) {
	_, all := every()
	words := map[string]Words{}
	for _, w := range all {
		words[w.Language] = w
		if w.Language == "en" {
			continue
		}
		for _, code := range []string{
			"agent_offline", "giver_offline", "opener_away", "overflow", "back_gone", "back_offline", "back_channel", "back_too_large",
			"back_declined", "back_missed", "back_no_room", "no_answer", "never_answered", "production",
		} {
			for _, p := range []message.ReasonParams{{}, {Agent: "Ada", Queue: "Support", To: "Sales", Channel: "sms", Percent: 50, Waited: 3700, Within: 95}} {
				why := message.Because(code, p, "In English.")
				got := w.Reason(&message.Event{Reason: why.Text, Why: why.Said()})
				if got == "" || got == why.Text || strings.ContainsAny(got, "{}") {
					t.Errorf("%s says %s as %q", w.Language, code, got)
				}
			}
		}
	}
	started := &message.Event{Type: message.EventSessionStarted, Reason: "customer"}
	if got := words["de"].Reason(started); got != "Kunde" {
		t.Errorf("a session's start is by %q", got)
	}
	overflow := message.Because("overflow", message.ReasonParams{Queue: "Support", To: "Sales", Waited: 3700, Within: 95}, "Waited long.")
	undelivered := message.Because("undelivered", message.ReasonParams{Delivery: "2001"}, "The address can't receive messages. Check it.")
	foreign := message.Because("undelivered", message.ReasonParams{Delivery: "opted_out"}, "This message was not sent.")
	for _, c := range []struct {
		language string
		why      message.Reason
		want     string
	}{
		{"de", overflow, "1 Std. 1 Min. gewartet, mehr als die 1 Min. 35 Sek., nach denen Support an Sales abgibt."},
		{"en", overflow, "Waited long."},
		{"de", undelivered, words["de"].reasons["delivery.2001"]},
		{"de", foreign, "This message was not sent."},
		{"de", message.Because("of_tomorrow", message.ReasonParams{}, "As it is written."), "As it is written."},
		{"de", message.Reason{Text: "Before codes."}, "Before codes."},
	} {
		if got := words[c.language].Reason(&message.Event{Reason: c.why.Text, Why: c.why.Said()}); got != c.want {
			t.Errorf("%s: %q, want %q", c.language, got, c.want)
		}
	}
}
