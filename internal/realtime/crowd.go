package realtime

import (
	"slices"

	"switchboard/internal/feed"
	"switchboard/internal/inbox"
	"switchboard/internal/message"
)

// crowd is the audiences of a desk, found by what lines of the feed are about: with thousands of sockets,
// most lines concern a few. It stands until somebody's topics or rights change.
type crowd struct {
	all []*audience
	// persons have their own topic or a list of what is theirs. Lines concern them by their user.
	persons map[message.UserID][]*audience
	// watching have a conversation's topic.
	watching map[message.ConversationID][]*audience
	// lists have a list of more than what is theirs: each line may belong on it.
	lists    []*audience
	presence []*audience
	// round counts what was asked, so that nobody is named twice in one answer.
	round uint64
}

func newCrowd(audiences []*audience) *crowd {
	c := &crowd{all: audiences, persons: map[message.UserID][]*audience{}, watching: map[message.ConversationID][]*audience{}}
	for _, a := range audiences {
		person, lists := false, false
		for _, t := range a.topics {
			switch t.kind {
			case topicMe:
				person = true
			case topicList:
				mine := t.query.Scope == inbox.ScopeMine
				person, lists = person || mine, lists || !mine
			case topicConversation:
				c.watching[t.conversation] = append(c.watching[t.conversation], a)
			case topicPresence:
				c.presence = append(c.presence, a)
			}
		}
		if person && !a.sight.User.IsZero() {
			c.persons[a.sight.User] = append(c.persons[a.sight.User], a)
		}
		if lists {
			c.lists = append(c.lists, a)
		}
	}
	return c
}

// readers are, for each conversation, the users to whom its head may be told by these lines.
func (c *crowd) readers(lines []feed.Change) func(*inbox.Row) []message.UserID {
	named := map[message.ConversationID][]message.UserID{}
	for _, line := range lines {
		if of := named[line.Conversation]; !line.Conversation.IsZero() && !line.Agent.IsZero() && !slices.Contains(of, line.Agent) {
			named[line.Conversation] = append(of, line.Agent)
		}
	}
	return func(row *inbox.Row) (users []message.UserID) {
		line := feed.Change{Conversation: row.Head.ID}
		add := func(a *audience) {
			if user := a.sight.User; !user.IsZero() && !slices.Contains(users, user) {
				users = append(users, user)
			}
		}
		c.concerned(line, row, add)
		for _, user := range named[row.Head.ID] {
			for _, a := range c.persons[user] {
				add(a)
			}
		}
		return users
	}
}

// concerned calls each for everybody whom a line may be told to, once each. row is of the line's
// conversation; nil for none.
func (c *crowd) concerned(line feed.Change, row *inbox.Row, each func(*audience)) {
	c.round++
	among := func(some []*audience) {
		for _, a := range some {
			if a.round != c.round {
				a.round = c.round
				each(a)
			}
		}
	}
	among(c.lists)
	among(c.watching[line.Conversation])
	among(c.persons[line.Agent])
	if row != nil {
		among(c.persons[row.Reach.Agent])
		among(c.persons[row.Reach.LastAgent])
	}
	if line.Type == feed.PresenceUpdated {
		among(c.presence)
	}
}
