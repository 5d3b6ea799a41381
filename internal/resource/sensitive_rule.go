package resource

import (
	"time"

	"switchboard/internal/message"
)

// SensitiveRule says what is taken out of texts before they are kept (PV-1).
type SensitiveRule struct {
	ID          message.SensitiveRuleID `json:"id"`
	Name        string                  `json:"name"`
	Active      bool                    `json:"active"`
	Preset      string                  `json:"preset,omitempty" doc:"payment_card, us_ssn, iban, phone or email; then there is no pattern"`
	Pattern     string                  `json:"pattern,omitempty" doc:"a JavaScript regular expression, case-sensitive"`
	Action      string                  `json:"action" enum:"remove,replace"`
	Replacement string                  `json:"replacement,omitempty"`
	Authors     []message.AuthorType    `json:"authors" doc:"whose texts it is for: customer, agent, supervisor, bot"`
	Priority    int                     `json:"priority" doc:"the lowest is applied first"`
	Blocked     int                     `json:"blocked" doc:"how often it took something out within 7 days; 1000 is that or more"`
	Unchecked   int                     `json:"unchecked" doc:"how many of these texts it could not check in time, and withheld"`
	LastAt      *time.Time              `json:"last_at,omitempty" doc:"when it last did, within 7 days"`
	Version     int64                   `json:"version"`
}

// SensitiveBlock is one time that a rule took something out. What it was is nowhere.
type SensitiveBlock struct {
	ID             message.RowID           `json:"id"`
	At             time.Time               `json:"at"`
	RuleID         message.SensitiveRuleID `json:"rule_id"`
	Rule           string                  `json:"rule" doc:"the rule's name then"`
	Author         message.AuthorType      `json:"author"`
	Place          string                  `json:"place" doc:"message, note, event, prechat, file_name, quarantine, or refused where it was not kept at all"`
	Unchecked      bool                    `json:"unchecked" doc:"the rule could not check the text in time, and all of it was withheld"`
	ConversationID message.ConversationID  `json:"conversation_id,omitempty"`
	EntrySeq       int64                   `json:"entry_seq,omitempty"`
}
