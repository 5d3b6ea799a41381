package resource

import (
	"time"

	"switchboard/internal/message"
)

// SearchQuery is what messages are looked for by. Empty parts don't filter.
type SearchQuery struct {
	Q            string
	Channel      string // a channel's id or type
	Queue        string // a queue's id, of the message's session
	Agent        string // a user's id: who wrote it
	Author       string // customer or agent
	Kind         string // message or note
	From, To     string // times (RFC 3339) or days (2006-01-02, UTC)
	Has          string // file
	Conversation string
	Cursor       string
	Limit        int
}

// Found is one page of what a search found.
type Found struct {
	// People are conversations by their customer's name or address, or a session's number; on the first page only.
	People []Conversation `json:"people" doc:"conversations by the customer's name or address, or a session's number; on the first page only"`
	Items  []FoundIn      `json:"items" doc:"the newest hit first"`
	// NextCursor is there while earlier messages have not been looked through, even when this page is empty.
	NextCursor string     `json:"next_cursor,omitempty" doc:"there while earlier messages have not been looked through, even when a page is empty"`
	LookedTo   *time.Time `json:"looked_to,omitempty" doc:"back to when messages were looked through so far; absent at the end"`
	Indexed    *float64   `json:"indexed,omitempty" doc:"how much of the earlier messages can be found, 0 to 1; absent when all"`
}

// FoundIn is a conversation with what was found in it.
type FoundIn struct {
	Conversation FoundConversation `json:"conversation"`
	Hits         []Hit             `json:"hits"`
}

// FoundConversation says which conversation it is.
type FoundConversation struct {
	ID       message.ConversationID `json:"id"`
	Customer CustomerRef            `json:"customer"`
	Channel  ChannelRef             `json:"channel"`
	Number   string                 `json:"session_number,omitempty" doc:"MS-00000001, of its latest session"`
}

// Hit is a message or note in which all words occur.
type Hit struct {
	EntryID   message.EntryID   `json:"entry_id"`
	Seq       int64             `json:"seq"`
	Kind      message.EntryKind `json:"kind"`
	Author    Author            `json:"author"`
	CreatedAt time.Time         `json:"created_at"`
	Text      string            `json:"text" doc:"a piece of the text around the first word"`
	Ranges    [][2]int          `json:"ranges" doc:"where in it the words are: from and to, in UTF-16 units"`
	File      bool              `json:"file,omitempty" doc:"it has a file"`
}
