package consent_test

import (
	"strings"
	"testing"
	"unicode"

	"pgregory.net/rapid"

	"switchboard/internal/consent"
)

// allPresets are rules with every language that we have words for.
func allPresets() consent.Rules { return consent.Rules{Languages: consent.Presets()} }

func TestKeywords(t *testing.T) {
	words := consent.NewWords(allPresets())
	for _, c := range []struct {
		text     string
		role     consent.Role
		language string
	}{
		{"STOP", consent.OptOut, "en"}, {" stop\n", consent.OptOut, "en"}, {"StopAll", consent.OptOut, "en"}, {"unsubscribe", consent.OptOut, "en"},
		{"\u00a0Quit\u3000", consent.OptOut, "en"}, {"\u200fEND\u200b", consent.OptOut, "en"}, {"ＳＴＯＰ", consent.OptOut, "en"}, {"ｓｔｏｐ", consent.OptOut, "en"},
		{"ſtop", consent.OptOut, "en"}, // the long s is the letter s, by case
		{"yes", consent.OptIn, "en"}, {"Start", consent.OptIn, "en"}, {"y", consent.DoubleOptIn, "en"}, {"confirm", consent.DoubleOptIn, "en"},
		{"help", consent.Help, "en"}, {"info", consent.Custom, "en"},
		{"arret", consent.OptOut, "fr"}, {"Arrêt", consent.OptOut, "fr"}, {"arre\u0302t", consent.OptOut, "fr"}, {"AIDE", consent.Help, "fr"}, {"désabonner", consent.OptOut, "fr"}, {"Oui", consent.OptIn, "fr"},
		{"stopp", consent.OptOut, "de"}, {"bestätigen", consent.DoubleOptIn, "de"}, {"BESTA\u0308TIGEN", consent.DoubleOptIn, "de"}, {"Hilfe", consent.Help, "de"},
		{"baja", consent.OptOut, "es"}, {"SÍ", consent.OptIn, "es"}, {"si", consent.OptIn, "es"}, {"información", consent.Custom, "es"},
		{"إيقاف", consent.OptOut, "ar"}, {"\u202bإيقاف\u202c", consent.OptOut, "ar"}, {"نعم", consent.OptIn, "ar"}, {"مساعدة ", consent.Help, "ar"},
		{"停止", consent.OptOut, "ja"}, {"　停止　", consent.OptOut, "ja"}, {"ｽﾄｯﾌﾟ", consent.OptOut, "ja"}, {"ヘルプ", consent.Help, "ja"}, {"はい", consent.OptIn, "ja"},

		{"", "", ""}, {"  ", "", ""}, {"Please stop", "", ""}, {"STOP.", "", ""}, {"stop it", "", ""}, {"S T O P", "", ""}, {"nonstop", "", ""},
		{"СТОР", "", ""}, {"STОP", "", ""}, {"ЅTOP", "", ""}, {"ΗELP", "", ""}, // Cyrillic and Greek letters that look the same
		{"5TOP", "", ""}, {"ST0P", "", ""}, {"🛑", "", ""}, {"cancel my order", "", ""}, {strings.Repeat("STOP ", 500), "", ""},
	} {
		if k := words.Match(c.text); k.Role != c.role || k.Language != c.language {
			t.Errorf("%q is %+v, want %s in %q", c.text, k, c.role, c.language)
		}
	}
}

// Rules that are built in or offered are good as they are: no word twice, every text there, Canada's words.
func TestPresetsAreGood(t *testing.T) {
	for name, rules := range map[string]consent.Rules{"built in": consent.BuiltIn(), "all": allPresets()} {
		before := rules
		rules.Clean()
		if wrong := rules.Wrong(consent.Needs{SMS: true, Double: true, Canada: true}); len(wrong) > 0 {
			t.Errorf("%s: %v", name, wrong)
		}
		if len(rules.Languages) != len(before.Languages) {
			t.Errorf("%s: cleaning changed them", name)
		}
	}
}

// However a word is spelt by case and surrounding space, it is itself; within something longer it is nothing.
func TestKeywordsWholeAndInAnyCase(t *testing.T) {
	words := consent.NewWords(allPresets())
	var all []consent.Keyword
	for _, l := range allPresets().Languages {
		for _, r := range []consent.Role{consent.OptIn, consent.DoubleOptIn, consent.OptOut, consent.Help, consent.Custom} {
			for _, w := range l.Keywords.Of(r) {
				all = append(all, consent.Keyword{Role: r, Word: w, Language: l.Language})
			}
		}
	}
	space := rapid.StringOfN(rapid.RuneFrom([]rune(" \t\r\n\u00a0\u2003\u3000\u200b\u200f\u202a")), 0, 4, -1)
	rapid.Check(t, func(t *rapid.T) {
		want := rapid.SampledFrom(all).Draw(t, "word")
		spelt := strings.Map(func(r rune) rune {
			if rapid.Bool().Draw(t, "up") {
				return unicode.ToUpper(r)
			}
			return unicode.ToLower(r)
		}, want.Word)
		got := words.Match(space.Draw(t, "before") + spelt + space.Draw(t, "after"))
		if got.Role != want.Role || got.Language != want.Language {
			t.Fatalf("%q is %+v, want %+v", spelt, got, want)
		}
		more := rapid.StringMatching(`[a-z.!]{1,5}`).Draw(t, "more")
		if k := words.Match(spelt + " " + more); k.Role != "" {
			t.Fatalf("%q is a keyword: %+v", spelt+" "+more, k)
		}
	})
}

// FuzzFold: folding twice is folding once, and a text matches exactly what folds to a word.
func FuzzFold(f *testing.F) {
	for _, s := range []string{"STOP", " ＳＴＯＰ ", "Arrêt", "ß", "İ", "ǆ", "\u00a8", "إيقاف", "\ufdfa", "a\u0345\u0301"} {
		f.Add(s)
	}
	words := consent.NewWords(allPresets())
	f.Fuzz(func(t *testing.T, s string) {
		once := consent.Fold(s)
		if twice := consent.Fold(once); twice != once {
			t.Errorf("%q folds to %q, and that to %q", s, once, twice)
		}
		k := words.Match(s)
		if k.Role != "" && consent.Fold(k.Word) != once {
			t.Errorf("%q is taken for %q", s, k.Word)
		}
	})
}

func TestSpeak(t *testing.T) {
	en, fr, de, ca := "en", "fr", "de", "fr-CA"
	for _, c := range []struct {
		available             []string
		used, locale, country string
		want                  string
	}{
		{[]string{en, fr}, "", "", "", en}, {[]string{fr, en}, "", "", "", fr},
		{[]string{en, fr}, fr, "en-US", "US", fr},
		{[]string{en, fr, de}, "", "de-AT", "US", de}, {[]string{en, fr, de}, "", "", "AT", de}, {[]string{en, fr, de}, "", "", "FR", fr},
		{[]string{en, fr}, "", "ja", "", en}, {[]string{en, fr}, "", "x!", "??", en},
		{[]string{en, ca}, "", "fr", "", ca}, {[]string{en, fr}, "", "", "CA", en}, {nil, "", "de", "DE", ""},
	} {
		if got := consent.Speak(c.available, c.used, c.locale, c.country); got != c.want {
			t.Errorf("of %v by %q, %q, %q: %q, want %q", c.available, c.used, c.locale, c.country, got, c.want)
		}
	}
}
