package message

import "strings"

// Names of wake-ups: what a transaction raises with Signal and the bus carries after the commit. A
// name says where to look, never what is there. They stand here since both the store, which raises
// them, and the bus' readers need them.

const feedPrefix = "feed:"

// WakeFeed is the change feed of an organisation.
func WakeFeed(org OrgID) string { return feedPrefix + org.String() }

// WokenFeed is the organisation of a name that WakeFeed made.
func WokenFeed(name string) (OrgID, bool) {
	id, ok := strings.CutPrefix(name, feedPrefix)
	if !ok {
		return OrgID{}, false
	}
	org, err := ParseID[OrgID](id)
	return org, err == nil
}

// WakeOutbox is the outbox of a channel.
func WakeOutbox(c ChannelID) string { return "outbox:" + c.String() }

// WakeCustomer is the stream of one messaging user.
func WakeCustomer(c CustomerID) string { return "customer:" + c.String() }

// WakeJobs is the table of jobs and timers.
const WakeJobs = "jobs"

const accessPrefix = "access:"

// WakeAccess says that credentials or rights of an organisation changed.
func WakeAccess(org OrgID) string { return accessPrefix + org.String() }

// WokenAccess is the organisation of a name that WakeAccess made.
func WokenAccess(name string) (OrgID, bool) {
	id, ok := strings.CutPrefix(name, accessPrefix)
	if !ok {
		return OrgID{}, false
	}
	org, err := ParseID[OrgID](id)
	return org, err == nil
}

const rulesPrefix = "rules:"

// WakeRules says that an organisation's rules for sensitive data changed.
func WakeRules(org OrgID) string { return rulesPrefix + org.String() }

// WokenRules is the organisation of a name that WakeRules made.
func WokenRules(name string) (OrgID, bool) {
	id, ok := strings.CutPrefix(name, rulesPrefix)
	if !ok {
		return OrgID{}, false
	}
	org, err := ParseID[OrgID](id)
	return org, err == nil
}
