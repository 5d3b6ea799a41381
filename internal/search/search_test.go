package search

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"pgregory.net/rapid"
)

// The console marks words with the same rules: see web/console/state/marks.test.ts.
func TestMatch(t *testing.T) {
	raw, err := os.ReadFile("testdata/match.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct {
		Q, Text string
		Ranges  [][2]int
	}
	if err := json.Unmarshal(raw, &cases); err != nil {
		t.Fatal(err)
	}
	for _, c := range cases {
		ranges, ok := Parse(c.Q).Match(c.Text)
		if ok != (c.Ranges != nil) || !slices.Equal(ranges, c.Ranges) {
			t.Errorf("%q in %q: %v, %v; want %v", c.Q, c.Text, ranges, ok, c.Ranges)
		}
	}
}

// Whatever a text is, its own words find it, the ranges lie in it, and a snippet's ranges in the snippet.
func TestMatchOfAnything(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(rapid.String(), rapid.StringMatching(`[a-zäöüßÅ請求書ก่ม0-9 .+\-\n😀]{0,400}`)).Draw(t, "text")
		size := len(utf16.Encode([]rune(text)))
		for _, w := range Words(text) {
			if w.Start < 0 || w.End <= w.Start || w.End > size {
				t.Fatalf("%+v in %d units", w, size)
			}
			for _, s := range w.Spellings {
				if strings.ContainsAny(s, " \n") || s == "" {
					t.Fatalf("the spelling %q", s)
				}
			}
		}
		q := Parse(text)
		ranges, ok := q.Match(text)
		if !ok {
			t.Fatalf("%q doesn't find itself: %+v", text, q)
		}
		if !q.Answers(Distinct(text)) {
			t.Fatal("the index's spellings don't answer what the text does")
		}
		snippet, inside := Snippet(text, ranges)
		units := len(utf16.Encode([]rune(snippet)))
		if units > snippetUnits+4 {
			t.Fatalf("a snippet of %d units", units)
		}
		for _, r := range inside {
			if r[0] < 0 || r[1] > units || r[0] >= r[1] {
				t.Fatalf("range %v in %d units", r, units)
			}
		}
		for _, term := range q.Terms {
			for _, w := range Words(text) {
				for _, s := range w.Spellings {
					if term.Takes(s) && !slices.ContainsFunc(term.Spellings, func(own string) bool { return Bucket(own) == Bucket(s) }) {
						t.Fatalf("%q answers %v from another bucket", s, term)
					}
				}
			}
		}
	})
}

func TestBlocks(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := rapid.MapOf(rapid.StringN(1, 5, 20), rapid.SliceOfNDistinct(rapid.IntRange(0, SegmentSize-1), 1, 20, rapid.ID)).Draw(t, "words")
		b := Block{}
		for w, places := range want {
			b[w] = &Set{}
			for _, p := range places {
				b[w].Add(p)
			}
		}
		got := map[string][]int{}
		if err := Walk(b.Encode(), func(string) bool { return true }, func(w string, p int) { got[w] = append(got[w], p) }); err != nil {
			t.Fatal(err)
		}
		for w, places := range want {
			slices.Sort(places)
			if !slices.Equal(got[w], places) {
				t.Fatalf("%q: %v, want %v", w, got[w], places)
			}
		}
	})
	for _, bad := range []string{"\xff", "\x05ab", "\x01a\x02\x01", "\x01a\x01\xff\x7f"} {
		if err := Walk([]byte(bad), func(string) bool { return true }, func(string, int) {}); err == nil {
			t.Errorf("%q was read", bad)
		}
	}
}
