package resource

import (
	"time"

	"switchboard/internal/message"
)

// PushDevice is a browser that is called while its user looks at no console. Its address is a secret and
// not shown.
type PushDevice struct {
	ID        message.RowID `json:"id"`
	Device    string        `json:"device"`
	CreatedAt time.Time     `json:"created_at"`
	CalledAt  *time.Time    `json:"called_at,omitempty" doc:"when its push service took a message last"`
}
