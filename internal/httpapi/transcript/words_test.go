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
