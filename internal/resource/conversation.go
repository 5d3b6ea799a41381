package resource

import (
	"time"

	"switchboard/internal/message"
)

// ChannelRef is a channel as others show it.
type ChannelRef struct {
	ID      message.ChannelID `json:"id"`
	Type    string            `json:"type" doc:"web, whatsapp, sms …"`
	Name    string            `json:"name"`
	Address string            `json:"address,omitempty" doc:"the brand's number or page"`
}

// CustomerRef is a messaging user as others show them.
type CustomerRef struct {
	ID      message.CustomerID `json:"id"`
	Name    string             `json:"name"`
	Address string             `json:"address,omitempty" doc:"the clear address, when it means something to a person"`
	Picture string             `json:"picture,omitempty"`
	Locale  string             `json:"locale,omitempty" doc:"the customer's language, when it is known; on conversations"`
}

// AgentRef is a user as others show them.
type AgentRef struct {
	ID   message.UserID `json:"id"`
	Name string         `json:"name"`
}

// QueueRef is a queue as others show it.
type QueueRef struct {
	ID   message.QueueID `json:"id"`
	Name string          `json:"name"`
}

// Author of an entry. ID is a user's for agents and supervisors, a messaging user's for customers.
type Author struct {
	Type message.AuthorType `json:"type"`
	ID   string             `json:"id,omitempty"`
	Name string             `json:"name,omitempty"`
}

// DeliveryError says why an entry failed, in words for agents.
type DeliveryError struct {
	Code      string `json:"code" doc:"delivery code of the catalogue, or a named refusal"`
	Text      string `json:"text" doc:"what happened and what to do"`
	Provider  string `json:"provider,omitempty" doc:"the provider's own code and words"`
	Retryable bool   `json:"retryable" doc:"whether POST …/retry/{entry_id} can help"`
}

// Entry is one line of a conversation: a message, an event, a note or a reaction.
type Entry struct {
	ID             message.EntryID        `json:"id"`
	ConversationID message.ConversationID `json:"conversation_id"`
	SessionID      message.SessionID      `json:"session_id"`
	Seq            int64                  `json:"seq" doc:"1, 2, 3 … within the conversation, without gaps"`
	Kind           message.EntryKind      `json:"kind"`
	Author         Author                 `json:"author"`
	Content        message.Content        `json:"content"`
	Status         message.Status         `json:"status"`
	Error          *DeliveryError         `json:"error,omitempty"`
	RefersTo       *message.EntryID       `json:"refers_to,omitempty" doc:"the entry that this one answers, edits, reacts to or deletes"`
	ClientID       string                 `json:"client_id,omitempty" doc:"the Idempotency-Key or client-made id with which it was posted"`
	CreatedAt      time.Time              `json:"created_at"`
	SentAt         *time.Time             `json:"sent_at,omitempty"`
	DeliveredAt    *time.Time             `json:"delivered_at,omitempty"`
	ReadAt         *time.Time             `json:"read_at,omitempty"`
	// AttemptAt: when a queued entry will be tried next, if it has been tried.
	AttemptAt *time.Time `json:"attempt_at,omitempty"`
	ErasedAt  *time.Time `json:"erased_at,omitempty" doc:"its session was deleted: the content is gone, number and kind stay"`
	Version   int64      `json:"version" doc:"rises with each change; keep the highest"`
}

// Session is one stretch of work in a conversation (SL-2, SL-7).
type Session struct {
	ID               message.SessionID      `json:"id"`
	Number           string                 `json:"number" doc:"MS-00000001"`
	ConversationID   message.ConversationID `json:"conversation_id"`
	Status           string                 `json:"status" enum:"new,waiting,active,consent,inactive,error,ended"`
	Channel          ChannelRef             `json:"channel"`
	Customer         CustomerRef            `json:"customer"`
	Agent            *AgentRef              `json:"agent,omitempty"`
	AgentType        string                 `json:"agent_type,omitempty" doc:"agent or bot, once accepted"`
	Queue            *QueueRef              `json:"queue,omitempty"`
	Origin           string                 `json:"origin" enum:"customer,agent,api,broadcast,trigger"`
	StartedAt        time.Time              `json:"started_at"`
	WaitingSince     *time.Time             `json:"waiting_since,omitempty" doc:"while status is waiting"`
	AcceptedAt       *time.Time             `json:"accepted_at,omitempty"`
	InactiveAt       *time.Time             `json:"inactive_at,omitempty"`
	EndedAt          *time.Time             `json:"ended_at,omitempty"`
	EndedBy          string                 `json:"ended_by,omitempty" enum:"agent,customer,system,"`
	EndReason        string                 `json:"end_reason,omitempty"`
	Error            *DeliveryError         `json:"error,omitempty"`
	AgentMessages    int                    `json:"agent_messages"`
	CustomerMessages int                    `json:"customer_messages"`
	LengthSeconds    int64                  `json:"length_seconds" doc:"end minus accept, 0 while open"`
	Prechat          []message.Field        `json:"prechat,omitempty"`
	PageValues       []message.Field        `json:"page_values,omitempty" doc:"what the customer's page says (setAutoResponseParameters), by name; the page's word, not verified"`
	Routing          string                 `json:"routing,omitempty" doc:"the last routing decision in words: why this agent, or why still waiting"`
	RoutingWhy       *message.Reason        `json:"routing_why,omitempty" doc:"the same, to be said in another language"`
	Flagged          string                 `json:"flagged,omitempty" doc:"the note with which an agent asked for help"`
	FlaggedAt        *time.Time             `json:"flagged_at,omitempty" doc:"while the flag is up"`
	FlaggedBy        *AgentRef              `json:"flagged_by,omitempty"`
	Transfer         *Transfer              `json:"transfer,omitempty" doc:"while it waits to be accepted: the agent who hands it over stays, and may write"`
	ErrorCount       int                    `json:"error_count,omitempty" doc:"how often it failed for this cause"`
	ErrorAt          *time.Time             `json:"error_at,omitempty" doc:"when it failed last"`
	ModifiedAt       time.Time              `json:"modified_at"`
	Version          int64                  `json:"version"`
}

// Transfer is a session on its way to somebody else (RT-13).
type Transfer struct {
	To   TransferTo `json:"to"`
	By   AgentRef   `json:"by"`
	Note string     `json:"note,omitempty" doc:"for staff only"`
	At   time.Time  `json:"at"`
}

// TransferTo is who is to have the session.
type TransferTo struct {
	Type string `json:"type" enum:"agent,queue,everyone" doc:"everyone: an agent did not take it, and the channel's work is offered to all"`
	ID   string `json:"id,omitempty"`
	Name string `json:"name"`
}

// TransferTargets is whom a session can be handed to.
type TransferTargets struct {
	Agents []TransferAgent `json:"agents" doc:"who may accept work, those who are available first"`
	Queues []TransferQueue `json:"queues"`
}

// TransferAgent is an agent to hand a session to.
type TransferAgent struct {
	ID       message.UserID `json:"id"`
	Name     string         `json:"name"`
	Status   TransferStatus `json:"status"`
	Capacity Capacity       `json:"capacity"`
	// Available: online, takes the channel, and has room.
	Available bool `json:"available" doc:"would be asked at once"`
}

// TransferStatus is what an agent is now.
type TransferStatus struct {
	ID   message.PresenceID `json:"id"`
	Name string             `json:"name"`
	Kind string             `json:"kind" enum:"online,busy,away,offline"`
}

// TransferQueue is a queue to hand a session to.
type TransferQueue struct {
	ID        message.QueueID `json:"id"`
	Name      string          `json:"name"`
	Waiting   int             `json:"waiting"`
	Available int             `json:"available_agents" doc:"members who are online, take the channel and have room"`
}

// LastEntry is the newest line of a conversation, cut to one line.
type LastEntry struct {
	Seq       int64             `json:"seq"`
	Kind      message.EntryKind `json:"kind"`
	Author    Author            `json:"author"`
	Preview   string            `json:"preview"`
	Status    message.Status    `json:"status"`
	CreatedAt time.Time         `json:"created_at"`
}

// Conversation is one row of the console's list, and the head of an open conversation.
type Conversation struct {
	ID             message.ConversationID `json:"id"`
	Channel        ChannelRef             `json:"channel"`
	Customer       CustomerRef            `json:"customer"`
	Session        *Session               `json:"session,omitempty" doc:"the current session, or the last one"`
	LastEntry      *LastEntry             `json:"last_entry,omitempty"`
	LastSeq        int64                  `json:"last_seq"`
	ReadSeq        int64                  `json:"read_seq" doc:"how far the asking user has read"`
	Unread         int                    `json:"unread" doc:"customer's messages after read_seq, at most 100"`
	Draft          *DraftLine             `json:"draft,omitempty" doc:"what the asking user has begun here and not sent"`
	LastActivityAt time.Time              `json:"last_activity_at"`
	// WindowExpiresAt is absent where the channel has no window; a time in the past is a closed window.
	WindowExpiresAt *time.Time `json:"window_expires_at,omitempty"`
	// Blocked is why nothing can be written now; absent when something can.
	Blocked *Blocked  `json:"blocked,omitempty"`
	Created time.Time `json:"created_at"`
	Version int64     `json:"version"`
}

// Blocked says why nothing can be written now, and what helps.
type Blocked struct {
	Code string `json:"code" doc:"the error code a send would get: window_closed, no_open_session …"`
	Text string `json:"text"`
}

// Offer is work offered to the asking agent (RT-3).
type Offer struct {
	ID             message.OfferID        `json:"id"`
	SessionID      message.SessionID      `json:"session_id"`
	ConversationID message.ConversationID `json:"conversation_id"`
	Channel        ChannelRef             `json:"channel"`
	Customer       CustomerRef            `json:"customer"`
	Preview        string                 `json:"preview" doc:"the customer's first message"`
	Reason         string                 `json:"reason" doc:"why this agent"`
	Why            *message.Reason        `json:"why,omitempty" doc:"the same, to be said in another language"`
	Queue          *QueueRef              `json:"queue,omitempty"`
	Transfer       *Transfer              `json:"transfer,omitempty" doc:"when somebody hands it over"`
	Note           string                 `json:"note,omitempty" doc:"what they wrote with it"`
	Prechat        []message.Field        `json:"prechat,omitempty"`
	WaitingSince   time.Time              `json:"waiting_since"`
	CreatedAt      time.Time              `json:"created_at"`
	ExpiresAt      *time.Time             `json:"expires_at,omitempty" doc:"absent when the offer does not run out"`
}

// MessagingUser is one person on one channel (SL-1, MU-1).
type MessagingUser struct {
	ID            message.CustomerID `json:"id"`
	Channel       ChannelRef         `json:"channel"`
	Name          string             `json:"name"`
	Addresses     []message.Address  `json:"addresses"`
	Locale        string             `json:"locale,omitempty"`
	Country       string             `json:"country,omitempty"`
	Picture       string             `json:"picture,omitempty"`
	Consent       Consent            `json:"consent"`
	CreatedAt     time.Time          `json:"created_at"`
	LastInboundAt *time.Time         `json:"last_inbound_at,omitempty"`
	Version       int64              `json:"version"`
}

// Consent is a messaging user's status on a channel and what the channel asks for (CN-1).
type Consent struct {
	Status   string `json:"status" enum:"opted_out,implicitly_opted_in,explicitly_opted_in,doubly_opted_in,none"`
	Required string `json:"required" enum:"implicitly_opted_in,explicitly_opted_in,doubly_opted_in"`
}

// Upload is an uploaded file.
type Upload struct {
	ID   message.FileID `json:"id"`
	Name string         `json:"name"`
	Type string         `json:"type"`
	Size int64          `json:"size"`
	URL  string         `json:"url,omitempty" doc:"signed link, good for some minutes"`
}
