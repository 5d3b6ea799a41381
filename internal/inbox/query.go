package inbox

import (
	"net/url"
	"slices"
	"strings"

	"switchboard/internal/conversation"
	"switchboard/internal/fault"
	"switchboard/internal/message"
	"switchboard/internal/resource"
)

// Scopes of a list.
const (
	ScopeMine = "mine" // assigned to the viewer
	ScopeTeam = "team" // that, what waits or is assigned in the viewer's queues, and what waits for everyone
	ScopeAll  = "all"  // everything for those who may see all, else the same as team
)

// Sorts of a list.
const (
	SortActivity = "activity" // newest activity first
	SortWaiting  = "waiting"  // longest first: waiting sessions by when they began to wait, others by their last activity
	SortEnded    = "ended"    // closed sessions, latest end first
)

// Limits of a page.
const (
	defaultLimit = 50
	maxLimit     = 200
)

var (
	openStatuses   = []conversation.Status{conversation.New, conversation.Waiting, conversation.Active, conversation.Consent, conversation.Inactive}
	closedStatuses = []conversation.Status{conversation.Ended, conversation.Error}
)

// Query is a list query that was read and found lawful.
type Query struct {
	Scope       string
	Statuses    []conversation.Status // never empty
	Channel     message.ChannelID     // at most one of Channel and ChannelType is set
	ChannelType string
	Queue       message.QueueID
	Flagged     bool // only sessions whose agent asks for help
	Sort        string
	Q           string
	Cursor      string
	Limit       int
}

// Parse reads a query for a viewer, or says which part of it is wrong. Without statuses a list holds open
// sessions (closed ones when sorted by their end), and a search all.
func Parse(in resource.ListQuery, all bool) (q Query, err error) {
	q = Query{Scope: in.Scope, Flagged: in.Flagged, Sort: in.Sort, Q: strings.TrimSpace(in.Q), Cursor: in.Cursor, Limit: in.Limit}
	switch q.Scope {
	case "":
		q.Scope = ScopeAll
	case ScopeMine, ScopeTeam, ScopeAll:
	default:
		return q, fault.Invalid("scope", "A list's scope is mine, team or all.")
	}
	if q.Scope == ScopeAll && !all {
		q.Scope = ScopeTeam
	}
	switch q.Sort {
	case "":
		q.Sort = SortActivity
	case SortActivity, SortWaiting, SortEnded:
	default:
		return q, fault.Invalid("sort", "A list is sorted by activity, waiting or ended.")
	}
	if q.Statuses, err = statuses(in.Status, q); err != nil {
		return q, err
	}
	if in.Channel != "" {
		if id, err := message.ParseID[message.ChannelID](in.Channel); err == nil {
			q.Channel = id
		} else {
			q.ChannelType = in.Channel
		}
	}
	if in.Queue != "" {
		if q.Queue, err = message.ParseID[message.QueueID](in.Queue); err != nil {
			return q, fault.Invalid("queue", "A queue is named by its id.")
		}
	}
	if q.Limit <= 0 {
		q.Limit = defaultLimit
	}
	q.Limit = min(q.Limit, maxLimit)
	return q, nil
}

func statuses(text string, q Query) (out []conversation.Status, err error) {
	if text == "" {
		switch {
		case q.Q != "":
			text = "all"
		case q.Sort == SortEnded:
			text = "closed"
		default:
			text = "open"
		}
	}
	for name := range strings.SplitSeq(text, ",") {
		switch s := conversation.Status(strings.TrimSpace(name)); {
		case s == "open":
			out = append(out, openStatuses...)
		case s == "closed":
			out = append(out, closedStatuses...)
		case s == "all":
			out = append(append(out, openStatuses...), closedStatuses...)
		case slices.Contains(openStatuses, s), slices.Contains(closedStatuses, s):
			out = append(out, s)
		default:
			return nil, fault.Invalid("status", "A session's status is new, waiting, active, consent, inactive, error or ended; open, closed and all stand for several.")
		}
	}
	slices.Sort(out)
	return slices.Compact(out), nil
}

// ParseTopic reads the query string of a realtime topic list:<query>.
func ParseTopic(text string, all bool) (Query, error) {
	values, err := url.ParseQuery(text)
	if err != nil {
		return Query{}, fault.New(fault.Malformed, "This list query can't be read.")
	}
	q, err := Parse(resource.ListQuery{Scope: values.Get("scope"), Status: values.Get("status"), Channel: values.Get("channel"),
		Queue: values.Get("queue"), Flagged: values.Get("flagged") == "true", Sort: values.Get("sort"), Q: values.Get("q")}, all)
	if err == nil && q.Q != "" {
		err = fault.Invalid("q", "The results of a search don't follow changes. Ask for them again.")
	}
	return q, err
}

// Open returns the query's open statuses, Closed the others.
func (q Query) Open() []conversation.Status { return q.only(conversation.Status.Open) }

// Closed returns the query's statuses of sessions that are over.
func (q Query) Closed() []conversation.Status {
	return q.only(func(s conversation.Status) bool { return !s.Open() })
}

func (q Query) only(keep func(conversation.Status) bool) (out []conversation.Status) {
	for _, s := range q.Statuses {
		if keep(s) {
			out = append(out, s)
		}
	}
	return out
}

// OnChannel reports whether the conversation's channel, which never changes, is one that the query asks for.
func (q Query) OnChannel(r *Row) bool {
	return (q.Channel.IsZero() || q.Channel == r.Head.Channel) && (q.ChannelType == "" || q.ChannelType == r.Head.ChannelType)
}

// Matches reports whether the conversation belongs on the list of this viewer now, words aside.
func (q Query) Matches(r *Row, s Sight) bool {
	session := &r.Head.Session
	if !s.MayRead(r.Reach) || !q.OnChannel(r) || !slices.Contains(q.Statuses, session.Status) {
		return false
	}
	if !q.Queue.IsZero() && q.Queue != session.Queue {
		return false
	}
	if q.Flagged && session.FlaggedAt.IsZero() {
		return false
	}
	mine := !s.User.IsZero() && session.Agent == s.User
	switch q.Scope {
	case ScopeMine:
		return mine
	case ScopeTeam:
		return mine || s.inQueue(session.Queue) || r.Reach.Everyone
	}
	return true
}
