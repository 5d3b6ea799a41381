package resource

import "switchboard/internal/message"

// Draft is what the asking user has begun in a conversation and not sent. As a frame it may be empty:
// then there is none any more.
type Draft struct {
	ConversationID message.ConversationID `json:"conversation_id"`
	User           message.UserID         `json:"-"`
	Mode           string                 `json:"mode" enum:"reply,note"`
	Text           string                 `json:"text"`
	ReplyTo        *message.EntryID       `json:"reply_to,omitempty"`
	Files          []Upload               `json:"files"`
	Device         string                 `json:"device,omitempty" doc:"the writer's own name for where it was written"`
	Version        int64                  `json:"version" doc:"rises with each change; a message names it as draft_version"`
}

// DraftLine is what a list shows of a draft.
type DraftLine struct {
	Mode    string `json:"mode" enum:"reply,note"`
	Preview string `json:"preview"`
	Files   int    `json:"files,omitempty"`
	Version int64  `json:"version"`
}

// Drafts are what the asking user has begun in one conversation: a reply, a note, both or nothing.
type Drafts struct {
	ConversationID message.ConversationID `json:"conversation_id"`
	Items          []Draft                `json:"items"`
	Version        int64                  `json:"version,omitempty" doc:"of a frame: when it changed, in microseconds"`
}
