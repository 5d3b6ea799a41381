package message

import (
	"encoding/json"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func TestIDs(t *testing.T) {
	var ids []SessionID
	for range 10_000 {
		ids = append(ids, NewID[SessionID]())
	}
	if !slices.IsSortedFunc(ids, func(a, b SessionID) int { return slices.Compare(a[:], b[:]) }) {
		t.Error("ids made one after the other don't ascend")
	}
	id := ids[0]
	if id[6]>>4 != 7 || id[8]>>6 != 2 {
		t.Errorf("%s is no UUIDv7", id)
	}
	text, err := json.Marshal(id)
	var back SessionID
	if err != nil || json.Unmarshal(text, &back) != nil || back != id {
		t.Errorf("%s came back as %s (%v)", id, back, err)
	}
	for _, bad := range []string{"x", id.String()[1:], id.String() + "0", "{" + id.String()[1:], "zz" + id.String()[2:]} {
		if _, err := ParseID[SessionID](bad); err == nil {
			t.Errorf("%q was read as an id", bad)
		}
	}
	var none SessionID
	if v, err := none.Value(); v != nil || err != nil || none.Scan(nil) != nil || none.String() != "" {
		t.Errorf("none is stored as %v", v)
	}
}

// Whatever the order in which reports come, a status that says more is never given up for one that
// says less, and the end is the same.
func TestStatusesNeverStepBack(t *testing.T) {
	all := []Status{StatusQueued, StatusUnknown, StatusSent, StatusDelivered, StatusRead, StatusFailed}
	rapid.Check(t, func(t *rapid.T) {
		reports := rapid.SliceOfN(rapid.SampledFrom([]Status{StatusSent, StatusDelivered, StatusRead}), 1, 8).Draw(t, "reports")
		shuffled := rapid.Permutation(reports).Draw(t, "shuffled")
		end := func(reports []Status) Status {
			s := StatusQueued
			for _, to := range reports {
				next := s.Advance(to)
				if next.rank() < s.rank() {
					t.Fatalf("%s stepped back to %s", s, next)
				}
				s = next
			}
			return s
		}
		if a, b := end(reports), end(shuffled); a != b {
			t.Fatalf("%v ends %s, %v ends %s", reports, a, shuffled, b)
		}
		s := rapid.SampledFrom(all).Draw(t, "s")
		if got := s.Advance(StatusFailed); (s == StatusDelivered || s == StatusRead) != (got != StatusFailed) {
			t.Fatalf("%s becomes %s by a failure", s, got)
		}
	})
}

func TestPreviewIsOneLine(t *testing.T) {
	for want, c := range map[string]Content{
		"two lines":                  {Text: "two\n  lines "},
		"Voice message":              {File: &File{Name: "a.ogg", Voice: true}},
		"bill.pdf":                   {File: &File{Name: "bill.pdf"}},
		"Location: Pier 7":           {Location: &Location{Name: "Pier 7"}},
		"Unsupported message (poll)": {Unsupported: "poll"},
		"ääääääääääääääääääääääääääää…": {Text: "ääääääääääääääääääääääääääääääää"},
	} {
		if got := c.Preview(29); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
