package search

import (
	"maps"
	"slices"
	"testing"
	"unicode/utf16"
)

// FuzzQuery: whatever is typed is at most so many terms, and every place in which it is found lies in
// the text.
func FuzzQuery(f *testing.F) {
	for _, text := range []string{"", "hello", "Grüße, Straße", "+43 660 123-45-67", "東京都 tower", "İstanbul ﬁ", "a\u0301b \U0001F600", "12345678901234567890 0043"} {
		f.Add(text, "we said hello to +436601234567 in 東京都 "+text)
	}
	f.Fuzz(func(t *testing.T, typed, said string) {
		q := Parse(typed)
		if len(q.Terms) > termsMax {
			t.Errorf("%d terms", len(q.Terms))
		}
		for _, term := range q.Terms {
			if len(term.Spellings) == 0 || term.Spellings[0] == "" {
				t.Errorf("an empty term in %+v", q)
			}
		}
		ranges, ok := q.Match(said)
		if !ok {
			return
		}
		length := len(utf16.Encode([]rune(said)))
		for _, r := range ranges {
			if r[0] < 0 || r[0] >= r[1] || r[1] > length {
				t.Errorf("%v of %d", r, length)
			}
		}
		shown, inside := Snippet(said, ranges)
		length = len(utf16.Encode([]rune(shown)))
		for _, r := range inside {
			if r[0] < 0 || r[0] >= r[1] || r[1] > length {
				t.Errorf("%v of %d in the snippet %q", r, length, shown)
			}
		}
	})
}

// FuzzBlock: a block that can be read is written again with the same words, and a broken one is an error.
func FuzzBlock(f *testing.F) {
	whole := Block{"hello": {}, "hell": {}, "": {}}
	whole["hello"].Add(0)
	whole["hello"].Add(SegmentSize - 1)
	whole["hell"].Add(7)
	f.Add(whole.Encode())
	f.Add([]byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1})
	f.Fuzz(func(t *testing.T, data []byte) {
		read := func(data []byte) (Block, error) {
			b := Block{}
			return b, Walk(data, func(string) bool { return true }, func(word string, place int) {
				if b[word] == nil {
					b[word] = &Set{}
				}
				b[word].Add(place)
			})
		}
		b, err := read(data)
		if err != nil {
			return
		}
		again, err := read(b.Encode())
		if err != nil || !slices.Equal(slices.Sorted(maps.Keys(b)), slices.Sorted(maps.Keys(again))) {
			t.Fatalf("%v: %d words became %d", err, len(b), len(again))
		}
		for word, set := range b {
			if *set != *again[word] {
				t.Errorf("%q is elsewhere", word)
			}
		}
	})
}
