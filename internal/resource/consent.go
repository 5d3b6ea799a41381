package resource

import (
	"time"

	"switchboard/internal/message"
)

// ConsentEvent is a line of the ledger of consent: a change with what proves it.
type ConsentEvent struct {
	Seq        int64              `json:"seq" doc:"1, 2, 3 … for each messaging user; the last one's after is their status"`
	User       message.CustomerID `json:"messaging_user_id"`
	Channel    message.ChannelID  `json:"channel_id"`
	Before     string             `json:"before" enum:"opted_out,none,implicitly_opted_in,explicitly_opted_in,doubly_opted_in"`
	After      string             `json:"after" enum:"opted_out,none,implicitly_opted_in,explicitly_opted_in,doubly_opted_in"`
	Cause      string             `json:"cause" enum:"keyword,wrote,business,agent,api,import,provider,blocked,earlier" doc:"earlier: it was so before changes were kept"`
	Keyword    string             `json:"keyword,omitempty"`
	Language   string             `json:"language,omitempty" doc:"of the keyword"`
	Entry      *message.EntryID   `json:"entry_id,omitempty" doc:"the message that said it"`
	Actor      *AgentRef          `json:"actor,omitempty" doc:"who recorded it"`
	Source     string             `json:"source,omitempty" doc:"where it was said, when that was elsewhere"`
	Note       string             `json:"note,omitempty"`
	At         time.Time          `json:"at" doc:"when it was said"`
	RecordedAt time.Time          `json:"recorded_at"`
}
