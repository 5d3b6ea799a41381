package load

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"
)

var counts = cmpopts.IgnoreFields(Findings{}, "Examples")

func TestCompareFindsWhatIsWrong(t *testing.T) {
	all := []bool{true, true, true, true}
	for name, c := range map[string]struct {
		acked []bool
		found []int
		want  Findings
	}{
		"as it was said":          {all, []int{1, 2, 3, 4}, Findings{}},
		"one lost":                {all, []int{1, 3, 4}, Findings{Lost: 1}},
		"the last lost":           {all, []int{1, 2, 3}, Findings{Lost: 1}},
		"all lost":                {all, nil, Findings{Lost: 4}},
		"one doubled":             {all, []int{1, 2, 2, 3, 4}, Findings{Doubled: 1}},
		"doubled at the end":      {all, []int{1, 2, 3, 4, 1}, Findings{Doubled: 1}},
		"two swapped":             {all, []int{1, 3, 2, 4}, Findings{Misordered: 1}},
		"the first last":          {all, []int{2, 3, 4, 1}, Findings{Misordered: 1}},
		"nobody said it":          {all, []int{1, 2, 3, 4, 5}, Findings{Doubled: 1}},
		"not acknowledged, there": {[]bool{true, false}, []int{1, 2}, Findings{}},
		"not acknowledged, gone":  {[]bool{true, false}, []int{1}, Findings{}},
		"all at once":             {all, []int{1, 4, 2, 2}, Findings{Lost: 1, Doubled: 1, Misordered: 1}},
	} {
		got := Compare(name, c.acked, c.found)
		if d := cmp.Diff(c.want, got, counts); d != "" {
			t.Errorf("%s: %s", name, d)
		}
		if wrong := !got.Clean(); wrong && len(got.Examples) == 0 {
			t.Errorf("%s: no example", name)
		}
	}
}

// TestCompareFindsPlantedFaults plants one fault into what is right.
func TestCompareFindsPlantedFaults(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(2, 60).Draw(t, "n")
		acked, found := make([]bool, n), make([]int, n)
		for i := range n {
			acked[i], found[i] = true, i+1
		}
		if f := Compare("right", acked, found); !f.Clean() {
			t.Fatalf("%+v of what is right", f)
		}
		at := rapid.IntRange(0, n-1).Draw(t, "at")
		var want Findings
		switch rapid.SampledFrom([]string{"lose", "double", "swap"}).Draw(t, "fault") {
		case "lose":
			found, want = slices.Delete(found, at, at+1), Findings{Lost: 1}
		case "double":
			to := rapid.IntRange(at, n).Draw(t, "to")
			found, want = slices.Insert(found, to, found[at]), Findings{Doubled: 1}
		case "swap":
			at = min(at, n-2)
			found[at], found[at+1] = found[at+1], found[at]
			want = Findings{Misordered: 1}
		}
		if d := cmp.Diff(want, Compare("planted", acked, found), counts); d != "" {
			t.Fatal(d)
		}
	})
}

func TestScreensAreHeldToWhatWasSaid(t *testing.T) {
	for name, c := range map[string]struct {
		show []int
		want Findings
	}{
		"all":              {[]int{1, 2, 3}, Findings{}},
		"without one":      {[]int{1, 3}, Findings{Lost: 1}},
		"without the last": {[]int{1, 2}, Findings{Lost: 1}},
		"one twice":        {[]int{1, 2, 2, 3}, Findings{Doubled: 1}},
		"one again":        {[]int{1, 2, 3, 2}, Findings{Misordered: 1}},
	} {
		l := newLedger(kindInbound, 1)
		meant := time.Now()
		for range 3 {
			l.acknowledge(l.say(0, meant))
		}
		for _, n := range c.show {
			if at, first := l.show(mark{kindInbound, 0, n}); first && !at.Equal(meant) {
				t.Errorf("%s: number %d was meant for %s", name, n, at)
			}
		}
		if d := cmp.Diff(c.want, l.screens(), counts); d != "" {
			t.Errorf("%s: %s", name, d)
		}
	}
}

// TestOfferShowsTheFirst: whether the entry of an offered message follows depends on when the screen
// turned to it; neither is wrong.
func TestOfferShowsTheFirst(t *testing.T) {
	for _, follows := range []bool{true, false} {
		l := newLedger(kindInbound, 1)
		first := l.say(0, time.Now())
		l.acknowledge(first)
		if _, ok := l.offer(first); !ok {
			t.Error("the first offer is not the first")
		}
		if _, ok := l.offer(first); ok {
			t.Error("the second offer is the first")
		}
		if follows {
			l.show(first)
		}
		second := l.say(0, time.Now())
		l.acknowledge(second)
		if l.behind() != 1 {
			t.Error("the second message is on no screen, and nothing is behind")
		}
		l.show(second)
		if f := l.screens(); !f.Clean() || l.behind() != 0 {
			t.Errorf("%+v, %d behind", f, l.behind())
		}
	}
}

func TestMarksAreFoundAnywhere(t *testing.T) {
	m := newMarks("abc123")
	at := mark{kindWeb, 17, 4}
	text := m.text(nil, at)
	for _, in := range []string{string(text), `{"type":"entry.created","data":{"text":"` + string(text) + `"}}`, `{\"text\":\"` + string(text)} {
		if got, ok := m.find([]byte(in)); !ok || got != at {
			t.Errorf("%q: found %v %v", in, got, ok)
		}
	}
	for _, in := range []string{"", "Labc123", "Labc123.", "Labc123.w", "Labc123.w.17", "Labc123.w.17.", "Labc124.w.17.4", "Labc123.w.x.4"} {
		if got, ok := m.find([]byte(in)); ok {
			t.Errorf("%q: found %v", in, got)
		}
	}
}
