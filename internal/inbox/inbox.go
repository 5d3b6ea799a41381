// Package inbox decides what an agent's lists hold and who may read a conversation (AG-1): the one
// rule of sight, what a list query asks for and whether a conversation answers it, and how one
// conversation looks to one viewer. It is pure: store loads the rows and finds candidates with indexes,
// realtime asks the same rules before it delivers.
package inbox

import (
	"errors"
	"slices"
	"time"

	"switchboard/internal/consent"
	"switchboard/internal/conversation"
	"switchboard/internal/fault"
	"switchboard/internal/message"
	"switchboard/internal/resource"
)

// UnreadMax is where counting unread messages ends; clients show "100+".
const UnreadMax = 100

// Sight is what one viewer may see: who they are, and the queues they are a member of now.
type Sight struct {
	resource.Viewer
	Queues map[message.QueueID]struct{}
}

// Reach is what of a conversation decides who may read it.
type Reach struct {
	Agent     message.UserID // who has the latest session
	LastAgent message.UserID // who answered this customer last
	Queue     message.QueueID
	// Everyone: it waits on a channel whose every online agent is offered the work (RT-18).
	Everyone bool
	// Offered lists who has an open offer of it.
	Offered []message.UserID
}

// MayRead is the rule: those who may see all; whose conversation it is, or was last; who is offered
// it; the members of its queue, waiting or assigned; and everybody while it waits for everyone.
func (s Sight) MayRead(r Reach) bool {
	switch {
	case s.All, r.Everyone:
		return true
	case s.User.IsZero():
		return false
	case r.Agent == s.User, r.LastAgent == s.User, slices.Contains(r.Offered, s.User):
		return true
	}
	return s.inQueue(r.Queue)
}

func (s Sight) inQueue(q message.QueueID) bool {
	_, ok := s.Queues[q]
	return ok && !q.IsZero()
}

// Row is one conversation as nobody in particular sees it, with what is needed to show it to somebody.
type Row struct {
	Conversation resource.Conversation
	// Head is the conversation with its latest session, as far as rules look at it.
	Head  conversation.Conversation
	Reach Reach
	Facts consent.Facts
	// CustomerCount is how many messages of the customer there are.
	CustomerCount int64
	Markers       map[message.UserID]Marker
	// Drafts are what the readers have begun and not sent.
	Drafts map[message.UserID]resource.DraftLine
}

// Marker is how far somebody has read: the number of an entry, and how many messages of the customer there
// are up to it.
type Marker struct{ Seq, Count int64 }

// For shows the conversation to one viewer: their read state, and why they can't write, if so. The
// caller has asked MayRead.
func (r *Row) For(s Sight, now time.Time) resource.Conversation {
	c := r.Conversation
	marker := r.Markers[s.User]
	c.ReadSeq, c.Unread = marker.Seq, int(min(max(0, r.CustomerCount-marker.Count), UnreadMax))
	if draft, ok := r.Drafts[s.User]; ok {
		c.Draft = &draft
	}
	if ends := r.Facts.WindowEnds(); !ends.IsZero() {
		if r.Facts.CustomerAt.IsZero() {
			ends = r.Head.CreatedAt // never open so far
		}
		c.WindowExpiresAt = &ends
	}
	err := conversation.MayWrite(&r.Head, conversation.Staff{ID: s.User, Supervisor: s.All})
	if err == nil || r.Facts.Consent == consent.OptedOut { // whoever writes, it wouldn't be sent
		err = consent.Check(r.Facts, consent.Kind{}, now)
	}
	if f, ok := errors.AsType[*fault.Error](err); ok {
		c.Blocked = &resource.Blocked{Code: string(f.Code), Text: f.Text}
	}
	return c
}
