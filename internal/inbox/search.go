package inbox

import (
	"strings"
	"time"

	"switchboard/internal/fault"
	"switchboard/internal/message"
	"switchboard/internal/resource"
	"switchboard/internal/search"
)

// Limits of a page of hits.
const (
	hitsDefault = 20
	hitsMax     = 50
)

// Search is a search that was read and found lawful.
type Search struct {
	Text         string
	Words        search.Query
	Channel      message.ChannelID // at most one of Channel and ChannelType is set
	ChannelType  string
	Queue        message.QueueID
	Agent        message.UserID
	Author, Kind string
	File         bool
	From, To     time.Time
	Conversation message.ConversationID
	Cursor       string
	Limit        int
}

// ParseSearch reads a search, or says which part of it is wrong.
func ParseSearch(in resource.SearchQuery) (q Search, err error) {
	q = Search{Text: strings.TrimSpace(in.Q), Words: search.Parse(strings.TrimLeft(in.Q, " ")), Author: in.Author, Kind: in.Kind, Cursor: in.Cursor, Limit: in.Limit}
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
	if in.Agent != "" {
		if q.Agent, err = message.ParseID[message.UserID](in.Agent); err != nil {
			return q, fault.Invalid("agent", "An agent is named by the user's id.")
		}
	}
	if in.Conversation != "" {
		if q.Conversation, err = message.ParseID[message.ConversationID](in.Conversation); err != nil {
			return q, fault.Invalid("conversation_id", "A conversation is named by its id.")
		}
	}
	switch q.Author {
	case "", "customer", "agent":
	default:
		return q, fault.Invalid("author", "The author is customer or agent.")
	}
	switch q.Kind {
	case "", string(message.KindMessage), string(message.KindNote):
	default:
		return q, fault.Invalid("kind", "What is searched is message or note.")
	}
	switch in.Has {
	case "":
	case "file":
		q.File = true
	default:
		return q, fault.Invalid("has", "Messages can be asked for that have a file.")
	}
	if q.From, err = moment(in.From, false); err != nil {
		return q, fault.Invalid("from", "A time is written 2026-01-31 or 2026-01-31T08:00:00Z.")
	}
	if q.To, err = moment(in.To, true); err != nil {
		return q, fault.Invalid("to", "A time is written 2026-01-31 or 2026-01-31T08:00:00Z.")
	}
	if q.Text == "" && !q.File {
		return q, fault.Invalid("q", "Say at least one word to look for.")
	}
	if q.Limit <= 0 {
		q.Limit = hitsDefault
	}
	q.Limit = min(q.Limit, hitsMax)
	return q, nil
}

// moment reads a time; a day that ends a range is in it.
func moment(text string, end bool) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	if day, err := time.Parse(time.DateOnly, text); err == nil {
		if end {
			day = day.AddDate(0, 0, 1).Add(-time.Microsecond)
		}
		return day, nil
	}
	return time.Parse(time.RFC3339, text)
}
