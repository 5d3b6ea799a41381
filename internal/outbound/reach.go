package outbound

import (
	"fmt"
	"time"

	"switchboard/internal/channel"
	"switchboard/internal/consent"
	"switchboard/internal/conversation"
	"switchboard/internal/fault"
	"switchboard/internal/message"
)

// Providers limit how many different customers a business account may reach outside of the window
// within 24 hours (CH-9). They are counted when a message is about to leave: over the limit it waits
// rather than fail there. A customer counts once, from the last time; one whose message the provider
// then refuses counts as well, since nobody knows whether the provider counted it.
const (
	reachWindow = 24 * time.Hour
	// ReachBucket is how finely times are kept: a customer leaves the count this much later at most.
	ReachBucket = 10 * time.Minute
	// reachWaitMax is the longest that a message waits for room, from when it was written.
	reachWaitMax = 3 * 24 * time.Hour
)

// Bucket is a stretch of time with the customers last reached in it.
type Bucket struct {
	Begins    time.Time
	Customers int
}

// Reach is how much of a business account's limit is used.
type Reach struct {
	Limit   int // channel.Unlimited, or 0 while nobody has read it
	Counted bool
	Buckets []Bucket // within the window, oldest first
}

// ReachSince is when the oldest bucket begins that still counts.
func ReachSince(now time.Time) time.Time { return now.Add(-reachWindow).Truncate(ReachBucket) }

// Used is how many customers count now.
func (r Reach) Used() (n int) {
	for _, b := range r.Buckets {
		n += b.Customers
	}
	return n
}

// Free is when there is room for one more: zero for now.
func (r Reach) Free() time.Time {
	used := r.Used()
	if r.Limit <= 0 || used < r.Limit {
		return time.Time{}
	}
	for _, b := range r.Buckets {
		if used -= b.Customers; used < r.Limit {
			return b.Begins.Add(ReachBucket + reachWindow)
		}
	}
	return time.Time{}
}

// ReachTx counts them.
type ReachTx interface {
	// Reach locks the account: two channels of it can't take the last place both.
	Reach(provider, account string, customer message.CustomerID) (Reach, error)
	CountReach(provider, account string, customer message.CustomerID) error
	// PostponeOutbox moves a row that hasn't been tried, with its deadline.
	PostponeOutbox(id message.RowID, due, deadline time.Time) error
	SetJob(kind, key string, due time.Time, payload string) error
}

// room takes a place within the business account's daily limit for a message that leaves outside of
// the window. wait is true when there is none: the row waits then, and its entry says until when.
func (l *lane) room(tx Tx, a *attempt, facts consent.Facts) (wait bool, err error) {
	limits, ok := a.connector.(channel.LimitReader)
	if !ok || a.out.Template == nil || facts.WindowHours == 0 || tx.Now().Before(facts.WindowEnds()) {
		return false, nil
	}
	account := limits.BusinessAccount(a.account)
	if account == "" {
		return false, nil
	}
	reach, err := tx.Reach(a.account.Provider, account, a.entry.Customer)
	if err != nil {
		return false, err
	}
	if reach.Limit == 0 { // never read: asked for now, and not guessed
		if err := tx.SetJob(channel.JobStanding, a.account.ID.String(), tx.Now(), ""); err != nil {
			return false, err
		}
	}
	free := reach.Free()
	if reach.Counted || free.IsZero() {
		return false, tx.CountReach(a.account.Provider, account, a.entry.Customer)
	}
	return true, l.await(tx, a.row, &a.entry, reach, free)
}

// await lets a message wait for room.
func (l *lane) await(tx Tx, row Row, e *conversation.Entry, reach Reach, free time.Time) error {
	if free.Sub(row.CreatedAt) > reachWaitMax {
		return fail(tx, row, e, string(fault.DailyLimit), "There was no room for it within three days.")
	}
	if err := tx.PostponeOutbox(row.ID, free, free.Add(reachWindow)); err != nil {
		return err
	}
	if e.ErrorCode == string(fault.DailyLimit) && e.AttemptAt.Equal(free) {
		return nil
	}
	e.ErrorCode, e.AttemptAt = string(fault.DailyLimit), free
	e.ErrorDetail = fmt.Sprintf("The provider lets us begin conversations with %d customers in 24 hours, and that many were reached. This message waits for room.", reach.Limit)
	return tx.SaveEntry(e)
}
