// Package search knows what people mean when they look for words: how a text falls into words, which
// spellings are the same word, whether a text answers a query and where, and how an index keeps words
// in buckets. It is pure: store keeps the index, and asks Match about each text that the index proposes.
package search

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

const (
	// wordMax is how many characters of a word count; longer ones are cut.
	wordMax = 40
	// prefixMin is how many characters are found as the beginning of a longer word.
	prefixMin = 3
	// phoneMin digits in a row, spaces and dashes aside, may be a telephone number; its last phoneTail
	// digits are the same with and without a country's prefix.
	phoneMin, phoneTail = 7, 8
	// phoneMark begins the word that stands for a telephone number. No other word contains it.
	phoneMark = "#"
)

// Word is one word of a text, in the spellings by which it is found, and its place in UTF-16 units.
type Word struct {
	Spellings  []string
	Start, End int
}

// unspaced are scripts that put no spaces between words. Their texts are found by pairs of characters.
var unspaced = []*unicode.RangeTable{unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar}

func isUnspaced(r rune) bool { return r >= 0x0e00 && unicode.In(r, unspaced...) }

func inWord(r rune) bool {
	if r < utf8.RuneSelf {
		return r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
	}
	return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r)
}

// Words are the words of a text, in their order.
func Words(text string) (out []Word) {
	for _, r := range runs(text) {
		if r.unspaced {
			out = append(out, pairs(text[r.from:r.to], r.at)...)
			continue
		}
		if spellings := spell(text[r.from:r.to]); len(spellings) > 0 {
			out = append(out, Word{spellings, r.at, r.end})
		}
	}
	return append(out, phones(text)...)
}

// run is a piece of a text without a gap: bytes from and to, UTF-16 units at and end.
type run struct {
	from, to, at, end int
	unspaced          bool
}

func runs(text string) (out []run) {
	open, unit := false, 0
	for i, r := range text {
		dense := isUnspaced(r)
		// A mark belongs to what it stands on, whatever script it is from.
		if open && unicode.IsMark(r) {
			dense = out[len(out)-1].unspaced
		}
		if in := inWord(r); !in {
			open = false
		} else if !open || out[len(out)-1].unspaced != dense {
			out, open = append(out, run{from: i, at: unit, unspaced: dense}), true
		}
		unit += units(r)
		if open {
			last := &out[len(out)-1]
			last.to, last.end = i+utf8.RuneLen(r), unit
			if r == utf8.RuneError {
				last.to = i + 1
			}
		}
	}
	return out
}

func units(r rune) int {
	if r > 0xffff {
		return 2
	}
	return 1
}

// pairs are the overlapping pairs of characters of a text without spaces, and its last character alone.
func pairs(text string, at int) (out []Word) {
	type char struct {
		folded  string
		at, end int
	}
	var chars []char
	for _, r := range text {
		folded, n := fold(string(r)), units(r)
		if folded == "" && len(chars) > 0 { // a mark
			chars[len(chars)-1].end += n
		} else if folded != "" {
			chars = append(chars, char{folded, at, at + n})
		}
		at += n
	}
	for i, c := range chars {
		w := Word{[]string{c.folded}, c.at, c.end}
		if i+1 < len(chars) {
			w.Spellings[0], w.End = c.folded+chars[i+1].folded, chars[i+1].end
		}
		out = append(out, w)
	}
	return out
}

// umlauts are written with two letters where a keyboard lacks them.
var umlauts = strings.NewReplacer("ä", "ae", "ö", "oe", "ü", "ue", "å", "aa", "ø", "oe")

// spell gives the spellings of one word: without marks, and with umlauts written out.
func spell(word string) []string {
	plain := fold(word)
	if plain == "" {
		return nil
	}
	out := []string{cut(plain)}
	if ascii(word) {
		return out
	}
	if long := cut(fold(umlauts.Replace(strings.ToLower(norm.NFC.String(word))))); long != out[0] {
		out = append(out, long)
	}
	return out
}

func ascii(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

func cut(word string) string {
	n := 0
	for i := range word {
		if n++; n > wordMax {
			return word[:i]
		}
	}
	return word
}

// undecomposed are letters that Unicode takes for letters of their own, and people for variants.
var undecomposed = strings.NewReplacer("ß", "ss", "æ", "ae", "œ", "oe", "ø", "o", "đ", "d", "ð", "d", "ł", "l", "ı", "i", "þ", "th")

// fold makes spellings that differ in case, marks or width the same.
func fold(s string) string {
	if ascii(s) {
		return strings.ToLower(s)
	}
	s = norm.NFKD.String(strings.ToLower(norm.NFKC.String(s)))
	s = strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return r
	}, s)
	return undecomposed.Replace(s)
}

// phones are the runs of digits that may be telephone numbers, each as one word.
func phones(text string) (out []Word) {
	var digits []byte
	from, end, unit, gap := 0, 0, 0, 0
	flush := func() {
		if len(digits) >= phoneMin {
			out = append(out, Word{[]string{phoneMark + string(digits[max(0, len(digits)-phoneTail):])}, from, end})
		}
		digits = digits[:0]
	}
	for _, r := range text {
		switch {
		case r >= '0' && r <= '9':
			if len(digits) == 0 {
				from = unit
			}
			digits, end, gap = append(digits, byte(r)), unit+1, 0
		case len(digits) > 0 && gap < 3 && strings.ContainsRune(" -./()\u00a0\u202f\u2011", r):
			gap++
		default:
			flush()
			gap = 0
		}
		unit += units(r)
	}
	flush()
	return out
}

// Bucket is what words are kept under in an index: those that begin the same share one, so that the
// beginning of a word finds it.
func Bucket(word string) string {
	n := 0
	for i, r := range word {
		if n == 0 && isUnspaced(r) {
			return word[:utf8.RuneLen(r)]
		}
		if n++; n > prefixMin {
			return word[:i]
		}
	}
	return word
}

// Distinct are the different spellings of a text's words.
func Distinct(text string) (out []string) {
	seen := map[string]bool{}
	for _, w := range Words(text) {
		for _, s := range w.Spellings {
			if !seen[s] {
				seen[s] = true
				out = append(out, s)
			}
		}
	}
	return out
}
