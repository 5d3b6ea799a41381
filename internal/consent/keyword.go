package consent

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// Role is what a keyword asks for (CN-2).
type Role string

// Roles of keywords. Custom words get an answer of the business's own.
const (
	OptIn       Role = "opt_in"
	DoubleOptIn Role = "double_opt_in"
	OptOut      Role = "opt_out"
	Help        Role = "help"
	Custom      Role = "custom"
)

// Roles, those first to which a word belongs that is there twice.
var roles = []Role{OptOut, Help, OptIn, DoubleOptIn, Custom}

// Keyword is a word of the rules that a message was. A zero one is no keyword.
type Keyword struct {
	Role     Role
	Word     string // as the rules write it
	Language string
}

// wordMax is the longest keyword, in characters.
const wordMax = 40

// foldedMax bounds, in bytes, what is looked at closely: no spelling of the longest keyword has more.
const foldedMax = 1024

// Fold is the form in which messages and keywords are compared: without surrounding space and marks that
// can't be seen (directions, joiners), case folded, and in one form of the same letters, so that a full-width
// ＳＴＯＰ is STOP and a composed ê is a decomposed one. Letters of other scripts that only look alike stay
// others: a Cyrillic СТОР isn't STOP, since nobody who means STOP writes it, and who writes it means something
// else.
func Fold(text string) string {
	for range 8 { // once nearly always; folding may bring new spaces and forms to the surface
		next := strings.TrimFunc(text, unseen)
		if !plain(next) {
			next = norm.NFKC.String(cases.Fold().String(norm.NFKC.String(next)))
		} else {
			next = strings.ToLower(next)
		}
		if next == text {
			return text
		}
		text = next
	}
	return text
}

// unseen are spaces, and format characters such as direction marks and zero-width joiners.
func unseen(r rune) bool {
	return unicode.IsSpace(r) || unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Cc, r) || r == '\u115f' || r == '\u1160' || r == '\u2800'
}

func plain(text string) bool {
	for i := range len(text) {
		if text[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// Words finds keywords: rules as they are asked for each message. It never changes.
type Words struct {
	Rules   Rules
	byWord  map[string]Keyword
	longest int
}

// NewWords prepares rules. Of a word that is there twice, which checked rules have none of, the first counts;
// opting out comes before everything.
func NewWords(r Rules) *Words {
	w := &Words{Rules: r, byWord: map[string]Keyword{}}
	for _, role := range roles {
		for _, l := range r.Languages {
			for _, word := range l.Keywords.Of(role) {
				form := Fold(word)
				if _, taken := w.byWord[form]; form == "" || taken {
					continue
				}
				w.byWord[form] = Keyword{Role: role, Word: word, Language: l.Language}
				w.longest = max(w.longest, len(form))
			}
		}
	}
	return w
}

// Match is the keyword that a whole message is; a zero one for everything else.
func (w *Words) Match(text string) Keyword {
	if len(text) > foldedMax {
		text = strings.TrimFunc(text, unseen)
		if len(text) > foldedMax {
			return Keyword{}
		}
	}
	return w.byWord[Fold(text)]
}
