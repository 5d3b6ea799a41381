// Package bus wakes what waits: after a commit it tells this node, and the others, that there is
// something to look at. A wake-up carries a name and no content, may come twice, and may be lost:
// whoever waits for one also looks by itself once a second. memory.go is one node; postgres.go uses
// NOTIFY; nats.go a NATS server. The names themselves stand in package message (wake.go).
package bus

// Bus carries wake-ups.
type Bus interface {
	// Publish never blocks for long and never fails its caller: a lost wake-up costs a second.
	Publish(names []string)
	// Subscribe gets every published name, own ones included, until cancel. The channel holds one
	// wake-up per distinct name that has not been taken yet; a slow reader sees a name once.
	Subscribe() (wake *Subscription)
	Close() error
}
