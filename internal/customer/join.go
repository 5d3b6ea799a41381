package customer

import (
	"bytes"
	"time"

	"switchboard/internal/consent"
	"switchboard/internal/message"
)

// join gives a customer who signs in what their browser wrote before. The browser proves that it is the one
// with a token that is still good, and loses it: whoever signs in next on it gets nothing of this. What had
// left the window by then belongs to nobody who can prove it, and stays where it is.
func join(tx Tx, d *Deployment, former []byte, to message.CustomerID, now time.Time) error {
	from, found, err := tx.UnverifiedByToken(former, d.Channel, now)
	if err != nil || !found || from == to {
		return err
	}
	levels := map[message.CustomerID]consent.Level{}
	first, second := from, to
	if bytes.Compare(first[:], second[:]) > 0 { // two who join each other's wait in one order
		first, second = second, first
	}
	for _, id := range []message.CustomerID{first, second} {
		standing, err := tx.Standing(id)
		if err != nil {
			return err
		}
		levels[id] = standing.Level
	}
	moved, err := tx.JoinCustomer(from, to, now)
	if err != nil {
		return err
	}
	if level, change := joined(levels[from], levels[to]); change && len(moved) > 0 {
		if _, _, err := tx.SetConsent(to, consent.Change{To: level, Cause: consent.ByJoining}); err != nil {
			return err
		}
	}
	return tx.LeaveCustomer(from)
}

// joined is the consent of two who turn out to be one. Who opted out stays so; else nobody has consented to
// more than they did as themselves, unless nothing was known of them.
func joined(from, to consent.Level) (level consent.Level, change bool) {
	if to == consent.OptedOut || from != consent.OptedOut && to != consent.None {
		return to, false
	}
	return from, from != to
}
