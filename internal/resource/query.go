package resource

import "switchboard/internal/message"

// Viewer is who looks at conversations: what they may see depends on it.
type Viewer struct {
	// User whose own work, markers and queues count. For a program with an API key it is the key's id.
	User message.UserID
	// All: may see every conversation of the organisation, not only their own and their queues'.
	All bool
}

// ListQuery is what a list of conversations or sessions is asked for. Empty parts don't filter. The
// same text, as a query string, names the realtime topic list:<query>.
type ListQuery struct {
	Scope   string // mine, team or all
	Status  string // a session's status, or "open"; several with commas
	Channel string // a channel's id or a channel type
	Queue   string // a queue's id
	Flagged bool   // only those whose agent asks for help
	Sort    string // activity, waiting or ended
	Q       string // words that the customer's name, address or the conversation must have
	Cursor  string // opaque; where the page before ended
	Limit   int
}

// Page is a part of a list.
type Page struct {
	Cursor string // opaque; empty for the beginning
	Limit  int
}
