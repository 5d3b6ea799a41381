package search

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"
)

// termsMax bounds the words of a query; what is said beyond them is not looked at.
const termsMax = 12

// Query is what somebody looks for: all of its terms.
type Query struct{ Terms []Term }

// Term is one word in the spellings that answer it.
type Term struct {
	Spellings []string
	// Prefix: longer words that begin with a spelling answer it too.
	Prefix bool
}

// Parse reads what was typed. The last word may be the beginning of a longer one, unless a space says
// that it is finished.
func Parse(text string) (q Query) {
	words := Words(text)
	var plain, phones []Word
	for _, w := range words {
		if strings.HasPrefix(w.Spellings[0], phoneMark) {
			phones = append(phones, w)
		} else {
			plain = append(plain, w)
		}
	}
	last, _ := utf8.DecodeLastRuneInString(text)
	for i, w := range plain {
		if i > 0 && plain[i-1].Start < w.Start && plain[i-1].End == w.End {
			continue // the last character of a pair
		}
		t := Term{Spellings: slices.Clone(w.Spellings)}
		if i == len(plain)-1 && inWord(last) {
			t.Prefix = longEnough(t.Spellings[0])
		}
		if n := slices.IndexFunc(phones, func(p Word) bool { return p.Start <= w.Start && w.End <= p.End }); n >= 0 {
			if phones[n].Start < w.Start || w.End < phones[n].End {
				continue // a part of a number, which is one term
			}
			t.Spellings = append(t.Spellings, phones[n].Spellings...)
			phones = slices.Delete(phones, n, n+1)
		}
		q.add(t)
	}
	for _, p := range phones {
		q.add(Term{Spellings: p.Spellings})
	}
	// What is rarest narrows most, and longer words are rarer.
	slices.SortStableFunc(q.Terms, func(a, b Term) int { return cmp.Compare(len(b.Spellings[0]), len(a.Spellings[0])) })
	return q
}

func (q *Query) add(t Term) {
	same := func(other Term) bool { return slices.Equal(other.Spellings, t.Spellings) && other.Prefix == t.Prefix }
	if len(q.Terms) < termsMax && !slices.ContainsFunc(q.Terms, same) {
		q.Terms = append(q.Terms, t)
	}
}

// longEnough reports whether the index can find words by this beginning.
func longEnough(word string) bool {
	first, _ := utf8.DecodeRuneInString(word)
	return isUnspaced(first) || utf8.RuneCountInString(word) >= prefixMin
}

// Empty reports that nothing is looked for.
func (q Query) Empty() bool { return len(q.Terms) == 0 }

// Takes reports whether a word's spelling answers the term.
func (t Term) Takes(spelling string) bool {
	for _, s := range t.Spellings {
		if spelling == s || t.Prefix && !strings.HasPrefix(s, phoneMark) && strings.HasPrefix(spelling, s) {
			return true
		}
	}
	return false
}

// Answers reports whether a text with these spellings has all terms.
func (q Query) Answers(spellings []string) bool {
	for _, t := range q.Terms {
		if !slices.ContainsFunc(spellings, t.Takes) {
			return false
		}
	}
	return true
}

// Match reports whether a text has all terms, and where: ranges in UTF-16 units, in order, none
// touching another.
func (q Query) Match(text string) (ranges [][2]int, ok bool) {
	if q.Empty() {
		return nil, true
	}
	var found [termsMax]bool
	for _, w := range Words(text) {
		hit := false
		for i, t := range q.Terms {
			if slices.ContainsFunc(w.Spellings, t.Takes) {
				found[i], hit = true, true
			}
		}
		if hit {
			ranges = append(ranges, [2]int{w.Start, w.End})
		}
	}
	for i := range q.Terms {
		if !found[i] {
			return nil, false
		}
	}
	return merged(ranges), true
}

func merged(ranges [][2]int) (out [][2]int) {
	slices.SortFunc(ranges, func(a, b [2]int) int { return cmp.Or(cmp.Compare(a[0], b[0]), cmp.Compare(a[1], b[1])) })
	for _, r := range ranges {
		if n := len(out); n > 0 && r[0] <= out[n-1][1] {
			out[n-1][1] = max(out[n-1][1], r[1])
			continue
		}
		out = append(out, r)
	}
	return out
}

// snippetBefore and snippetUnits bound what a result shows of a long text.
const snippetBefore, snippetUnits = 40, 200

// Snippet is the piece of a text around its first range, in one line, with the ranges in it.
func Snippet(text string, ranges [][2]int) (string, [][2]int) {
	inside := [][2]int{}
	from := 0
	if len(ranges) > 0 {
		from = max(0, ranges[0][0]-snippetBefore)
	}
	var b strings.Builder
	unit, at := 0, 0 // in the text, in the snippet
	start := -1      // unit of the text that the snippet begins with
	for _, r := range text {
		n := units(r)
		if start < 0 && (unit >= from && (from == 0 || r == ' ' || r == '\n' || unit >= from+snippetBefore/2 || len(ranges) > 0 && unit >= ranges[0][0])) {
			start = unit
			if unit > 0 {
				b.WriteString("…")
				at = 1
			}
		}
		if start >= 0 {
			if unit-start >= snippetUnits {
				b.WriteString("…")
				break
			}
			if r == '\n' || r == '\r' || r == '\t' {
				r = ' '
			}
			b.WriteRune(r)
		}
		unit += n
	}
	shift := at - max(start, 0)
	for _, r := range ranges {
		if r[0] >= start && r[1] <= start+snippetUnits && r[1] <= unit {
			inside = append(inside, [2]int{r[0] + shift, r[1] + shift})
		}
	}
	return b.String(), inside
}
