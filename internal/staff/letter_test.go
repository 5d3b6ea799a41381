package staff

import (
	"strings"
	"testing"
)

func TestLettersSpeakTheOrganisationsLanguage(t *testing.T) {
	seen := map[string]string{}
	for _, language := range []string{"en", "de", "es", "fr", "ar"} {
		for _, letter := range []Letter{LetterInvite, LetterReset} {
			subject, text := letter.In(language, "Ada", "https://x/invite/1")
			if other, twice := seen[subject]; twice || subject == "" {
				t.Errorf("%s and %s have the subject %q", language, other, subject)
			}
			seen[subject] = language
			if !strings.Contains(text, "Ada") || !strings.Contains(text, "\nhttps://x/invite/1\n") || strings.Contains(text, "%!") {
				t.Errorf("%s %s:\n%s", language, letter, text)
			}
		}
	}
	for language, like := range map[string]string{"de-AT": "de", "nl": "en", "": "en", "FR": "fr"} {
		got, _ := LetterInvite.In(language, "Ada", "")
		if want, _ := LetterInvite.In(like, "Ada", ""); got != want {
			t.Errorf("%q is written to with %q", language, got)
		}
	}
}
