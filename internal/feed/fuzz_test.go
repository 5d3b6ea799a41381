package feed_test

import (
	"testing"

	"switchboard/internal/feed"
)

// FuzzCursor: what is taken is what String writes, and no place is before the beginning.
func FuzzCursor(f *testing.F) {
	for _, c := range []feed.Cursor{{}, {Epoch: 1, Seq: 2}, {Epoch: -9, Seq: 1 << 62, Part: 1<<64 - 1}} {
		f.Add(c.String())
	}
	f.Add("MS4tMQ") // 1.-1
	f.Add("Li4")
	f.Fuzz(func(t *testing.T, text string) {
		c, err := feed.ParseCursor(text)
		if err == nil && (c.Seq < 0 || c.String() != text) {
			t.Errorf("%q is read as %+v, which is written %q", text, c, c)
		}
	})
}
