package resource

import (
	"time"

	"switchboard/internal/message"
)

// QuickText is a ready-made answer (AG-2).
type QuickText struct {
	ID       message.QuickTextID `json:"id"`
	Name     string              `json:"name"`
	Shortcut string              `json:"shortcut"`
	Text     string              `json:"text" doc:"with merge fields such as {{customer.name|there}}"`
	Language string              `json:"language,omitempty"`
	Folder   string              `json:"folder,omitempty"`
	Queues   []message.QueueID   `json:"queues" doc:"whose conversations it is for; empty for all"`
	Uses     int64               `json:"uses" doc:"how often it was sent, by everybody"`
	Version  int64               `json:"version"`
}

// QuickSuggestion is a quick text as one user may use it in one conversation.
type QuickSuggestion struct {
	ID        message.QuickTextID `json:"id"`
	Name      string              `json:"name"`
	Shortcut  string              `json:"shortcut"`
	Text      string              `json:"text" doc:"its beginning, with merge fields"`
	Language  string              `json:"language,omitempty"`
	Folder    string              `json:"folder,omitempty"`
	Queues    []message.QueueID   `json:"-"`
	Favourite bool                `json:"favourite"`
	Uses      int64               `json:"uses" doc:"how often you sent it"`
	LastUsed  time.Time           `json:"-"`
	Fits      bool                `json:"fits" doc:"its language, its queues and the channel's limits suit this conversation"`
	Segments  int                 `json:"segments,omitempty" doc:"how many segments it takes, where the channel counts them"`
}
