package feed_test

import (
	"testing"

	"pgregory.net/rapid"

	"switchboard/internal/feed"
)

func TestCursorSurvivesItsText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := feed.Cursor{Epoch: rapid.Int64().Draw(t, "epoch"), Seq: rapid.Int64Range(0, 1<<62).Draw(t, "seq"), Part: rapid.Uint64().Draw(t, "part")}
		if got, err := feed.ParseCursor(c.String()); err != nil || got != c {
			t.Fatalf("%v came back as %v (%v)", c, got, err)
		}
		if s := rapid.String().Draw(t, "text"); s != "" {
			if got, err := feed.ParseCursor(s); err == nil && got.String() != s {
				t.Fatalf("%q was read as %v", s, got)
			}
		}
	})
}
