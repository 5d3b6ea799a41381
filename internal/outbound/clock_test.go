package outbound_test

import (
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"switchboard/internal/message"
	"switchboard/internal/store/storetest"
)

// jumpy is a clock that somebody sets.
type jumpy struct{ off atomic.Int64 }

func (j *jumpy) now() time.Time       { return time.Now().Add(time.Duration(j.off.Load())) }
func (j *jumpy) jump(d time.Duration) { j.off.Add(int64(d)) }

// A clock that is set forwards or back by hours while messages are tried again and looked for doubles,
// loses and reorders none. What was to be tried at a time that is far off then waits no longer than that.
func TestClockJumpsWhileMessagesLeave(t *testing.T) {
	storetest.EachURL(t, func(t *testing.T, url string) {
		for n, jumps := range [][]time.Duration{
			{3 * time.Hour},
			{-3 * time.Hour, 3 * time.Hour},
			{5 * time.Hour, -5 * time.Hour, 5 * time.Hour},
			{-7 * time.Hour, 2 * time.Hour, 5 * time.Hour},
		} {
			t.Run(fmt.Sprint(jumps), func(t *testing.T) {
				var clock jumpy
				db := storetest.Open(t, url)
				db.KeepTime(clock.now)
				h := newHouse(t, db, url, newProvider(true, "later", "lost", "taken"))
				defer func() { h.senders.Stop() }()
				c := h.converse(t, fmt.Sprintf("+1555000%04d", n))
				var ids []message.EntryID
				for i, d := range jumps {
					ids = append(ids, h.send(t, c, fmt.Sprint("before ", i)))
					clock.jump(d)
					ids = append(ids, h.send(t, c, fmt.Sprint("after ", i)))
				}
				entries := h.settled(t, ids)
				for _, e := range entries {
					if arrived := h.p.arrived[e.ID]; e.Status != message.StatusSent || arrived != 1 {
						t.Errorf("%q is %s and arrived %d times", e.Content.Text, e.Status, arrived)
					}
				}
				if fmt.Sprint(h.p.taken) != fmt.Sprint(ids) {
					t.Errorf("left as %v, written as %v", h.p.taken, ids)
				}
			})
		}
	})
}

// What waits while the clock says that the customer's window has closed is not sent, and is not sent later
// either, when the clock was wrong: it is shown as failed, and may be tried again.
func TestClockJumpsOverTheWindow(t *testing.T) {
	storetest.EachURL(t, func(t *testing.T, url string) {
		var clock jumpy
		db := storetest.Open(t, url)
		db.KeepTime(clock.now)
		p := newProvider(true)
		p.window = 24
		h := newHouse(t, db, url, p)
		defer func() { h.senders.Stop() }()
		c := h.converse(t, "+15550007777")
		h.senders.Stop() // it waits
		waits := h.send(t, c, "waits")
		clock.jump(25 * time.Hour)
		h.restart()
		if e := h.settled(t, []message.EntryID{waits})[0]; e.Status != message.StatusFailed || h.p.arrived[waits] != 0 {
			t.Errorf("after the window it is %s and arrived %d times", e.Status, h.p.arrived[waits])
		}
		clock.jump(-25 * time.Hour)
		next := h.send(t, c, "next")
		if e := h.settled(t, []message.EntryID{next})[0]; e.Status != message.StatusSent {
			t.Errorf("back in the window a message is %s", e.Status)
		}
		if h.p.arrived[waits] != 0 {
			t.Error("what failed was sent later")
		}
		if _, err := h.talk.Retry(t.Context(), h.account.Org, h.agent, c, waits); err != nil {
			t.Fatal(err)
		}
		h.settled(t, []message.EntryID{waits})
		if h.p.arrived[waits] != 1 {
			t.Errorf("tried again it arrived %d times", h.p.arrived[waits])
		}
		clock.jump(-30 * time.Hour) // the customer wrote in what is now the future
		if e := h.settled(t, []message.EntryID{h.send(t, c, "early")})[0]; e.Status != message.StatusSent {
			t.Errorf("before the customer's own time a message is %s", e.Status)
		}
	})
}
