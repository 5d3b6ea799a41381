package realtime_test

import (
	"testing"
	"time"

	"switchboard/internal/message"
)

// A node that was taken for dead notes the sockets that it still has, and no others.
func TestConnectionsAreNotedAgain(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		n := h.start()
		n.dial("ada", "")
		left := n.dial("bob", "")
		_ = left.ws.CloseNow()
		present := func() map[message.UserID]int {
			users := map[message.UserID]int{}
			n.present.Range(func(_, user any) bool { users[user.(message.UserID)]++; return true })
			return users
		}
		for tick := time.Tick(5 * time.Millisecond); present()[h.bob] > 0; {
			<-tick // until the test's deadline
		}
		n.present.Clear()
		if err := n.hub.NoteAgain(t.Context()); err != nil {
			t.Fatal(err)
		}
		if users := present(); users[h.ada] != 1 || users[h.bob] != 0 {
			t.Errorf("noted: %v", users)
		}
	})
}
