// Package bus wakes what waits: after a commit it tells this node, and the others, that there is
// something to look at. A wake-up carries a name and no content, may come twice, and may be lost:
// whoever waits for one also looks by itself once a second. memory.go is one node; postgres.go uses
// NOTIFY; nats.go a NATS server.
package bus

import "switchboard/internal/message"

// Bus carries wake-ups.
type Bus interface {
	// Publish never blocks for long and never fails its caller: a lost wake-up costs a second.
	Publish(names []string)
	// Subscribe gets every published name, own ones included, until cancel. The channel holds one
	// wake-up per distinct name that has not been taken yet; a slow reader sees a name once.
	Subscribe() (wake *Subscription)
	Close() error
}

// Names of wake-ups.

// Feed is the change feed of an organisation.
func Feed(org message.OrgID) string { return "feed:" + org.String() }

// Outbox is the outbox of a channel.
func Outbox(c message.ChannelID) string { return "outbox:" + c.String() }

// Customer is the stream of one messaging user.
func Customer(c message.CustomerID) string { return "customer:" + c.String() }

// Jobs is the table of jobs and timers.
const Jobs = "jobs"
