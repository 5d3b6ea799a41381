package store

import (
	"testing"

	"switchboard/internal/resource"
	"switchboard/internal/search"
)

// FuzzPlaces: a cursor of a list is one of ours or refused, and means the same when it is written again.
func FuzzPlaces(f *testing.F) {
	f.Add(place{key: 1}.String())
	f.Add(spot{Folded: true, Segment: 3, Place: -1}.String())
	f.Add("eyJ0IjoiXHUwMDAwIn0") // {"t":"\u0000"}
	f.Add("9223372036854775807")
	f.Add("-1")
	f.Fuzz(func(t *testing.T, text string) {
		if p, err := parsePlace(text); err == nil && p != nil {
			if again, err := parsePlace(p.String()); err != nil || *again != *p {
				t.Errorf("%q: %v became %v (%v)", text, p, again, err)
			}
		}
		if s, err := parseSpot(text); err == nil {
			if s.Place < -1 || s.Place > search.SegmentSize {
				t.Errorf("%q leads to place %d", text, s.Place)
			}
			if again, err := parseSpot(s.String()); err != nil || again != s {
				t.Errorf("%q: %v became %v (%v)", text, s, again, err)
			}
		}
		_, _ = after(resource.Page{Cursor: text})
		if n, err := parseShown(text); err == nil && (n < 0 || n > shownMax) {
			t.Errorf("%q: %d were shown", text, n)
		}
	})
}
