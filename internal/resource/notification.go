package resource

import (
	"time"

	"switchboard/internal/message"
)

// Notification tells its reader about something apart from their conversations, such as a note that
// mentions them. What it is about is shown only as far as the reader may see the conversation.
type Notification struct {
	ID             message.RowID          `json:"id"`
	User           message.UserID         `json:"-"`
	Type           string                 `json:"type" enum:"mention"`
	ConversationID message.ConversationID `json:"conversation_id"`
	EntrySeq       int64                  `json:"entry_seq"`
	EntryID        string                 `json:"entry_id,omitempty"`
	Actor          AgentRef               `json:"actor" doc:"who mentioned you"`
	Readable       bool                   `json:"readable" doc:"whether you may open the conversation; a mention gives no right to it"`
	Customer       string                 `json:"customer,omitempty"`
	Preview        string                 `json:"preview,omitempty" doc:"the note's first line"`
	CreatedAt      time.Time              `json:"created_at"`
	ReadAt         *time.Time             `json:"read_at,omitempty"`
	ReadTime       time.Time              `json:"-"`
}
