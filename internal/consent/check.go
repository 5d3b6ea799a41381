package consent

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/language"

	"switchboard/internal/fault"
)

// Needs is what a channel's kind asks of its rules (CN-3).
type Needs struct {
	SMS       bool
	ShortCode bool
	Double    bool // the channel requires the second yes
	Canada    bool // a short code of Canada: five words in two languages (CH-4)
}

const textMax = 1000

// Clean brings rules into the form in which they are kept: no surrounding space, no empty and no repeated
// keywords, tags as BCP 47 writes them.
func (r *Rules) Clean() {
	for i := range r.Languages {
		l := &r.Languages[i]
		l.Language = strings.TrimSpace(l.Language)
		if tag, err := language.Parse(l.Language); err == nil && !tag.IsRoot() {
			l.Language = tag.String()
		}
		l.Campaign, l.Description = strings.TrimSpace(l.Campaign), strings.TrimSpace(l.Description)
		for _, words := range []*[]string{&l.Keywords.OptIn, &l.Keywords.DoubleOptIn, &l.Keywords.OptOut, &l.Keywords.Help, &l.Keywords.Custom} {
			var kept []string
			for _, word := range *words {
				word = strings.TrimFunc(word, unseen)
				if word != "" && !slices.ContainsFunc(kept, func(k string) bool { return Fold(k) == Fold(word) }) {
					kept = append(kept, word)
				}
			}
			*words = kept
		}
		for _, a := range answers {
			text := l.Texts.at(a)
			*text = strings.TrimSpace(*text)
		}
	}
}

// Wrong says what these rules can't be, or lack on a channel of this kind, by the place of each.
func (r *Rules) Wrong(n Needs) map[string]fault.Sentence {
	w := wrongs{}
	if len(r.Languages) == 0 {
		w["languages"] = fault.Say("There must be one language at least.")
	}
	tags, taken := map[string]bool{}, map[string]bool{}
	for i := range r.Languages {
		l := &r.Languages[i]
		at := fmt.Sprintf("languages.%d.", i)
		if tag, err := language.Parse(l.Language); err != nil || tag.IsRoot() {
			w[at+"language"] = fault.Say("Say which language this is, such as en or fr-CA.")
		} else if tags[l.Language] {
			w[at+"language"] = fault.Say("This language is there twice.")
		}
		tags[l.Language] = true
		for _, role := range roles {
			for _, word := range l.Keywords.Of(role) {
				switch form := Fold(word); {
				case form == "" || utf8.RuneCountInString(word) > wordMax:
					w[at+"keywords."+string(role)] = fault.Say("A keyword has 1 to %d characters.", wordMax)
				case taken[form]:
					w[at+"keywords."+string(role)] = fault.Say("The word %s is there twice. Each is used once on a channel, in one language and for one purpose.", word)
				default:
					taken[form] = true
				}
			}
		}
		for _, a := range answers {
			if utf8.RuneCountInString(l.Texts.Of(a)) > textMax {
				w[at+"texts."+string(a)] = fault.Say("A text has at most %d characters.", textMax)
			}
		}
		l.required(n, at, w)
		if n.ShortCode {
			l.shortCode(n, at, w)
		}
	}
	if n.Canada && !r.canada() {
		w["languages"] = fault.Say("A short code of Canada needs HELP, INFO and STOP among its English keywords, and AIDE and ARRET among its French ones.")
	}
	return w
}

type wrongs map[string]fault.Sentence

// canada: the five words, each in its language.
func (r *Rules) canada() bool {
	words := NewWords(*r)
	for _, want := range []struct {
		word, base string
		roles      []Role
	}{
		{"HELP", "en", []Role{Help}}, {"INFO", "en", []Role{Help, Custom}}, {"STOP", "en", []Role{OptOut}},
		{"AIDE", "fr", []Role{Help}}, {"ARRET", "fr", []Role{OptOut}},
	} {
		if k := words.Match(want.word); base(k.Language) != want.base || !slices.Contains(want.roles, k.Role) {
			return false
		}
	}
	return true
}

func base(tag string) string {
	b, _ := language.Make(tag).Base()
	return b.String()
}

// required texts and words by the channel's kind.
func (l *Language) required(n Needs, at string, w wrongs) {
	texts, words := []Answer{OptOutConfirmation}, []Role{OptOut}
	if n.SMS {
		texts = append(texts, OptInConfirmation)
	}
	if n.ShortCode {
		texts = append(texts, OptInPrompt, HelpResponse, CustomResponse)
		words = append(words, OptIn, Help, Custom)
	}
	if n.Double {
		texts, words = append(texts, DoubleOptInPrompt), append(words, DoubleOptIn)
	}
	for _, a := range texts {
		if l.Texts.Of(a) == "" {
			w[at+"texts."+string(a)] = fault.Say("This channel needs this text.")
		}
	}
	for _, role := range words {
		if len(l.Keywords.Of(role)) == 0 {
			w[at+"keywords."+string(role)] = fault.Say("This channel needs a keyword here.")
		}
	}
}

// says are signs that a text says something, by the base of its language; of others the English ones count.
// They are looked for in small letters, with one space between words.
var says = map[string]struct{ rates, frequency, noMore []string }{
	"en": {[]string{"msg&data rates may apply", "msg & data rates may apply", "message and data rates may apply", "message & data rates may apply"},
		[]string{"frequency", "msgs/", "msg/", "messages per", "messages a ", "message a ", "message per"},
		[]string{"no more", "no further", "not receive", "won't receive", "won’t receive", "not send", "won't send", "won’t send", "won't contact", "won’t contact", "not contact"}},
	"fr": {[]string{"frais", "tarif"}, []string{"fréquence", "par mois", "par semaine", "par jour"}, []string{"ne recevrez plus", "plus de message", "plus aucun", "aucun autre"}},
	"de": {[]string{"kosten", "gebühren"}, []string{"häufigkeit", "pro monat", "pro woche", "pro tag", "im monat"}, []string{"keine weiteren", "keine nachrichten mehr", "nicht mehr", "nichts mehr"}},
	"es": {[]string{"tarifa", "cargos", "costes", "costos"}, []string{"frecuencia", "por mes", "al mes", "por semana"}, []string{"no recibirá más", "no más", "ningún", "no le enviaremos", "no volver"}},
	"ar": {[]string{"رسوم"}, []string{"تكرار", "شهريًا", "شهريا", "في الشهر"}, []string{"لن "}},
	"ja": {[]string{"通信料", "料金"}, []string{"頻度", "月"}, []string{"お送りしません", "送信しません", "届きません"}},
}

var support = regexp.MustCompile(`[^\s@]+@[^\s@]+\.[^\s@]+|\+?[0-9][0-9 ().\-]{6,}[0-9]`)

// shortCode checks what carriers ask of a short code's texts (CN-6).
func (l *Language) shortCode(n Needs, at string, w wrongs) {
	if l.Campaign == "" {
		w[at+"campaign"] = fault.Say("A short code needs the name of its campaign.")
	}
	if l.Description == "" {
		w[at+"description"] = fault.Say("A short code needs to say what its campaign is about.")
	}
	phrases, known := says[base(l.Language)]
	if !known {
		phrases = says["en"]
	}
	lacks := func(a Answer, what string, there bool, s fault.Sentence) {
		if !there && l.Texts.Of(a) != "" {
			w[at+"texts."+string(a)+"."+what] = s
		}
	}
	names := func(a Answer, role Role) bool { return hasWord(l.Texts.Of(a), l.Keywords.Of(role)) }
	about := func(a Answer) {
		text := spaced(l.Texts.Of(a))
		lacks(a, "campaign", l.Campaign == "" || strings.Contains(text, spaced(l.Campaign)), fault.Say("This text must have the campaign's name in it."))
		lacks(a, "description", l.Description == "" || strings.Contains(text, spaced(l.Description)), fault.Say("This text must have in it what the campaign is about."))
		lacks(a, "rates", hasAny(text, phrases.rates), fault.Say("This text must say: Msg&data rates may apply."))
		lacks(a, "stop", names(a, OptOut), fault.Say("This text must name a word to opt out."))
	}
	for _, a := range []Answer{OptInPrompt, OptInConfirmation} {
		about(a)
		lacks(a, "help", names(a, Help), fault.Say("This text must name a word to get help."))
	}
	lacks(OptInPrompt, "reply", names(OptInPrompt, OptIn), fault.Say("This text must name a word to opt in."))
	lacks(OptInConfirmation, "support", support.MatchString(l.Texts.OptInConfirmation), fault.Say("This text must have a support number or an e-mail address."))
	if n.Double {
		about(DoubleOptInPrompt)
		lacks(DoubleOptInPrompt, "help", names(DoubleOptInPrompt, Help), fault.Say("This text must name a word to get help."))
		lacks(DoubleOptInPrompt, "reply", names(DoubleOptInPrompt, DoubleOptIn), fault.Say("This text must name a word to confirm with."))
	}
	lacks(OptOutConfirmation, "no_more", hasAny(spaced(l.Texts.OptOutConfirmation), phrases.noMore), fault.Say("This text must say that no more messages will come."))
	about(HelpResponse)
	lacks(HelpResponse, "support", support.MatchString(l.Texts.HelpResponse), fault.Say("This text must have a support number or an e-mail address."))
	lacks(HelpResponse, "frequency", hasAny(spaced(l.Texts.HelpResponse), phrases.frequency), fault.Say("This text must say how often messages come, such as: Message frequency varies."))
}

// spaced is a text in small letters with one space between words.
func spaced(text string) string { return strings.Join(strings.Fields(strings.ToLower(text)), " ") }

func hasAny(text string, phrases []string) bool {
	return slices.ContainsFunc(phrases, func(p string) bool { return strings.Contains(text, p) })
}

// hasWord: one of the words stands in the text as a word of its own.
func hasWord(text string, words []string) bool {
	text = Fold(text)
	for _, word := range words {
		word = Fold(word)
		for from := 0; word != ""; {
			i := strings.Index(text[from:], word)
			if i < 0 {
				break
			}
			i += from
			before, _ := utf8.DecodeLastRuneInString(text[:i])
			after, _ := utf8.DecodeRuneInString(text[i+len(word):])
			if !joins(before) && !joins(after) || !latin(word) {
				return true
			}
			from = i + len(word)
		}
	}
	return false
}

func joins(r rune) bool { return r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsDigit(r)) }

// latin: a script that writes spaces between words and joins nothing to them.
func latin(word string) bool {
	return strings.ContainsFunc(word, func(r rune) bool { return unicode.Is(unicode.Latin, r) })
}
