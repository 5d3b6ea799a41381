package resource

import (
	"encoding/json"
	"time"

	"switchboard/internal/message"
)

// AuditLine is one change that somebody made to the set-up.
type AuditLine struct {
	Seq       int64           `json:"seq" doc:"counts without gaps"`
	At        time.Time       `json:"at"`
	ActorType string          `json:"actor_type" enum:"user,api_key"`
	ActorID   message.RowID   `json:"actor_id"`
	ActorName string          `json:"actor_name"`
	Action    string          `json:"action" doc:"the route: PATCH /channels/{id}"`
	TargetID  message.RowID   `json:"target_id,omitzero" doc:"what was changed, made or removed"`
	Detail    json.RawMessage `json:"detail,omitempty" doc:"what was asked for, without secrets"`
	IP        string          `json:"ip"`
	Code      string          `json:"code" doc:"over this line and the code of the one before, in hexadecimal"`
}

// AuditQuery narrows the log.
type AuditQuery struct {
	Actor, Target message.RowID
	// Noun is the first part of the route: "channels".
	Noun     string
	From, To time.Time
	Cursor   string
	Limit    int
}

// AuditState says whether the log is as it was written.
type AuditState struct {
	Lines  int64  `json:"lines"`
	Whole  bool   `json:"whole" doc:"no line was changed, taken out or cut off"`
	Broken int64  `json:"broken,omitempty" doc:"the first line that does not fit the one before it"`
	Code   string `json:"code" doc:"of the newest line: who notes it down elsewhere can tell later that nothing before it was changed"`
}

// RawObject is a JSON object that is kept as text; nil for none.
func RawObject(text string) json.RawMessage {
	if text == "" {
		return nil
	}
	return json.RawMessage(text)
}

// Login is a browser in which a user is signed in.
type Login struct {
	ID        message.RowID `json:"id"`
	UserAgent string        `json:"user_agent,omitempty" doc:"what the browser calls itself"`
	IP        string        `json:"ip,omitempty"`
	Current   bool          `json:"current,omitempty" doc:"the one that asks"`
	CreatedAt time.Time     `json:"created_at"`
	ExpiresAt time.Time     `json:"expires_at" doc:"moves while it is used"`
}
