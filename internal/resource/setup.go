package resource

import (
	"encoding/json"
	"time"

	"switchboard/internal/message"
)

// Channel is one way to reach customers, with one address at its provider (CH-22).
type Channel struct {
	ID       message.ChannelID `json:"id"`
	Type     string            `json:"type" enum:"web,whatsapp,sms"`
	Provider string            `json:"provider,omitempty" doc:"for sms: twilio"`
	Name     string            `json:"name"`
	APIName  string            `json:"api_name"`
	Address  string            `json:"address,omitempty" doc:"platform key; can't be edited"`
	Active   bool              `json:"active"`
	Sandbox  bool              `json:"sandbox" doc:"played by the built-in simulator"`
	Webhook  string            `json:"webhook,omitempty" doc:"the address to enter at the provider"`
	// Settings are the provider's public settings (phone_number_id, account_sid …) by name.
	Settings map[string]string `json:"settings,omitempty"`
	// SecretsSet names the secrets that are stored. Their values never come back.
	SecretsSet      []string         `json:"secrets_set,omitempty"`
	RequiredConsent string           `json:"required_consent"`
	Routing         ChannelRouting   `json:"routing"`
	KeysetID        message.KeysetID `json:"keyset_id,omitempty" doc:"of web channels: the keyset that customers must sign in with; empty where nobody signs in"`
	JoinUnverified  bool             `json:"join_unverified,omitempty" doc:"what a browser wrote shortly before its customer first signed in is theirs"`
	Capabilities    json.RawMessage  `json:"capabilities" doc:"the matrix of this channel's type (CH-23)"`
	Number          *ChannelNumber   `json:"number,omitempty" doc:"of text-message channels: what their number is and may do"`
	CreatedAt       time.Time        `json:"created_at"`
	Version         int64            `json:"version"`
}

// ChannelNumber is what a text-message number is and may do (CH-4, CH-5, CH-6).
type ChannelNumber struct {
	Kind      string   `json:"kind" enum:"long_code,mobile,toll_free,short_code"`
	Country   string   `json:"country" doc:"ISO 3166-1; without abroad only numbers of it can be written to"`
	Uses      []string `json:"uses" doc:"answer, begin (a conversation), automated, campaign"`
	Limited   bool     `json:"limited" doc:"at most 3 messages out for each that comes in, and 15 000 a month"`
	Abroad    bool     `json:"abroad" doc:"numbers of other countries can be written to as well"`
	Registers bool     `json:"registers" doc:"carriers ask for a registration (10DLC); without it no pictures"`
	Pictures  bool     `json:"pictures" doc:"pictures go as MMS; else as a link"`
}

// ChannelUsage is what a text-message channel has sent and received in a calendar month, UTC (CH-4).
type ChannelUsage struct {
	Month     string  `json:"month" doc:"such as 2026-05"`
	Sent      int64   `json:"sent" doc:"messages handed to the provider"`
	Received  int64   `json:"received"`
	Ratio     float64 `json:"ratio" doc:"sent for each received; 0 while nothing came in"`
	Limited   bool    `json:"limited" doc:"the limits below count for this number"`
	Left      int64   `json:"left" doc:"how many more may go with what has come in so far"`
	SentMax   int64   `json:"sent_max"`
	RatioMax  int64   `json:"ratio_max"`
	RatioFrom int64   `json:"ratio_from" doc:"so many may go before the ratio counts"`
}

// ChannelStanding is how a provider sees a channel's number, with the limits of the business account
// behind it (CH-9).
type ChannelStanding struct {
	Number      string     `json:"number,omitempty"`
	DisplayName string     `json:"display_name,omitempty"`
	NameStatus  string     `json:"name_status,omitempty" doc:"approved, pending, declined, none"`
	Status      string     `json:"status,omitempty" doc:"connected, pending, flagged, restricted, offline, banned"`
	Verified    bool       `json:"verified"`
	Quality     string     `json:"quality,omitempty" doc:"high, medium, low"`
	Throughput  string     `json:"throughput,omitempty"`
	ReadAt      *time.Time `json:"read_at,omitempty" doc:"when the provider was last asked; absent before"`
	Problem     string     `json:"problem,omitempty" doc:"why it could not be asked the last time"`
	Account     string     `json:"account" doc:"the business account whose limits these are"`
	Daily       Allowance  `json:"daily" doc:"unique customers reached outside of the window within 24 hours"`
	Numbers     Allowance  `json:"numbers"`
	Templates   Allowance  `json:"templates" doc:"translations of a template count once"`
}

// Allowance is a limit and how much of it is used.
type Allowance struct {
	Used     int        `json:"used"`
	Allowed  int        `json:"allowed" doc:"-1: no limit; 0: not known"`
	Source   string     `json:"source" enum:"usual,set,provider" doc:"whose limit it is: the usual one, one set here, the provider's"`
	Provider int        `json:"provider,omitempty" doc:"what the provider allows, when it tells"`
	FreeAt   *time.Time `json:"free_at,omitempty" doc:"when there is room again"`
}

// ChannelRouting says where a channel's work goes. Everyone is RT-18: every online agent is offered it.
type ChannelRouting struct {
	Mode  string          `json:"mode" enum:"everyone,queue,agent,none"`
	Queue message.QueueID `json:"queue_id,omitempty" doc:"with agent: where work goes that the agent is not there for, declines or has no room for; without one it waits for the agent"`
	Agent message.UserID  `json:"agent_id,omitempty" doc:"with agent: who alone is asked"`
	// LastAgentMinutes: a customer who comes back within it is offered to the last agent first (RT-5). 0 is off.
	LastAgentMinutes int `json:"last_agent_minutes,omitempty"`
}

// Deployment is a web channel's published face (CH-1). Draft is what is being edited.
type Deployment struct {
	ID          message.DeploymentID `json:"id"`
	Name        string               `json:"name"`
	APIName     string               `json:"api_name" doc:"esDeveloperName of the customer API; fixed once made"`
	Kind        string               `json:"kind" enum:"web,mobile" doc:"fixed once made"`
	ChannelID   message.ChannelID    `json:"channel_id" doc:"fixed once made"`
	Draft       DeploymentSettings   `json:"draft"`
	Published   *DeploymentSettings  `json:"published,omitempty"`
	PublishedAt *time.Time           `json:"published_at,omitempty"`
	Changed     bool                 `json:"changed" doc:"the draft differs from what is published"`
	Snippet     string               `json:"snippet" doc:"the code for a web page, before </body>"`
	Version     int64                `json:"version"`
}

// DeploymentSettings is everything that draft and publish cover.
type DeploymentSettings struct {
	Domain         string                       `json:"domain" doc:"the site's domain, subdomains included"`
	Origins        []string                     `json:"origins" doc:"allowlist patterns such as https://*.example.com"`
	Branding       Branding                     `json:"branding"`
	Labels         map[string]map[string]string `json:"labels" doc:"language → label name → text; missing ones come from the product"`
	Languages      []string                     `json:"languages"`
	EnterSends     bool                         `json:"enter_sends"`
	Emoji          bool                         `json:"emoji"`
	Attachments    bool                         `json:"attachments"`
	Typing         bool                         `json:"typing"`
	Receipts       bool                         `json:"receipts"`
	Transcript     bool                         `json:"transcript"`
	Prechat        []PrechatField               `json:"prechat"`
	PrechatActive  bool                         `json:"prechat_active"`
	PrechatEachOne bool                         `json:"prechat_each_session" doc:"ask before each session, not only the first"`
	PrechatStyle   string                       `json:"prechat_style,omitempty" enum:"form,conversation" doc:"all fields at once, or one after the other like a conversation; form if not said"`
	Invitation     WidgetInvitation             `json:"invitation,omitzero"`
}

// WidgetInvitation is what the widget says beside its launcher when it begins by itself. Its words are the
// label "invitation", per language like all labels.
type WidgetInvitation struct {
	Active       bool `json:"active"`
	AfterSeconds int  `json:"after_seconds" minimum:"0" maximum:"3600" doc:"how long a page is open before the invitation is shown"`
}

// Branding of the widget. Colours are CSS hex; contrast is corrected by the widget.
type Branding struct {
	Title      string `json:"title"`
	Accent     string `json:"accent"`
	Background string `json:"background"`
	Text       string `json:"text"`
	Font       string `json:"font" doc:"a CSS font stack; empty for the system's"`
	AvatarURL  string `json:"avatar_url" doc:"https, 40×40"`
	Position   string `json:"position" enum:"right,left"`
}

// PrechatField is one field of the pre-chat form (CX-1). Standard names begin with an underscore.
type PrechatField struct {
	Name      string            `json:"name"`
	Type      string            `json:"type" enum:"Text,Email,Phone,Number,Checkbox,ChoiceList"`
	Hidden    bool              `json:"hidden,omitempty"`
	Required  bool              `json:"required,omitempty"`
	MaxLength int               `json:"max_length,omitempty"`
	Choices   []message.Option  `json:"choices,omitempty"`
	Labels    map[string]string `json:"labels,omitempty" doc:"language → label"`
}

// Queue holds waiting work for its members (RT-2).
type Queue struct {
	ID              message.QueueID         `json:"id"`
	Name            string                  `json:"name"`
	RoutingConfigID message.RoutingConfigID `json:"routing_configuration_id,omitempty"`
	OverflowQueueID message.QueueID         `json:"overflow_queue_id,omitempty"`
	OverflowAfter   int                     `json:"overflow_after_seconds,omitempty"`
	Members         []message.UserID        `json:"members"`
	Waiting         int                     `json:"waiting"`
	LongestWait     *time.Time              `json:"longest_waiting_since,omitempty"`
	Online          int                     `json:"online_agents"`
	Problem         string                  `json:"problem,omitempty" doc:"why this queue can't route: no routing configuration, no members"`
	Version         int64                   `json:"version"`
}

// RoutingConfiguration says how a queue's work is offered (RT-2).
type RoutingConfiguration struct {
	ID              message.RoutingConfigID `json:"id"`
	Name            string                  `json:"name"`
	Model           string                  `json:"model" enum:"least_active,most_available"`
	Priority        int                     `json:"priority" doc:"1 is routed before 2"`
	SizeUnits       int                     `json:"size_units,omitempty" doc:"capacity units one conversation takes"`
	SizePercent     int                     `json:"size_percent,omitempty" doc:"or per cent of an agent's capacity"`
	PushTimeoutSecs int                     `json:"push_timeout_seconds" doc:"an offer not taken moves on; 0 never"`
	AutoAccept      bool                    `json:"auto_accept"`
	Version         int64                   `json:"version"`
}

// PresenceStatus is one thing an agent may be (RT-1).
type PresenceStatus struct {
	ID       message.PresenceID `json:"id"`
	Name     string             `json:"name"`
	Kind     string             `json:"kind" enum:"online,busy,away,offline"`
	Channels []string           `json:"channels,omitempty" doc:"channel types an online status takes; empty: all"`
	Position int                `json:"position"`
	Version  int64              `json:"version"`
}

// Presence is what an agent is now, and their load.
type Presence struct {
	User      AgentRef       `json:"user"`
	Status    PresenceStatus `json:"status"`
	Since     time.Time      `json:"since"`
	Capacity  Capacity       `json:"capacity"`
	Connected bool           `json:"connected"`
}

// Capacity in units; Used counts active work and open offers.
type Capacity struct {
	Used  int `json:"used"`
	Limit int `json:"limit"`
}

// User is a member of staff in this organisation.
type User struct {
	ID            message.UserID          `json:"id"`
	Name          string                  `json:"name"`
	Email         string                  `json:"email"`
	PermissionSet message.PermissionSetID `json:"permission_set_id"`
	Role          string                  `json:"role" doc:"the permission set's API name: agent, supervisor, admin …"`
	Capacity      int                     `json:"capacity" doc:"units"`
	Active        bool                    `json:"active"`
	Invited       bool                    `json:"invited" doc:"the invitation has not been taken yet"`
	InviteLink    string                  `json:"invite_link,omitempty" doc:"once, in the answer that made it, unless it went by e-mail"`
	Mailed        bool                    `json:"mailed,omitempty" doc:"the link went to them by e-mail"`
	Queues        []message.QueueID       `json:"queues"`
	LastSeenAt    *time.Time              `json:"last_seen_at,omitempty" doc:"when they were signed in last, to the hour"`
	Version       int64                   `json:"version"`
}

// PermissionSet is a named list of permissions.
type PermissionSet struct {
	ID          message.PermissionSetID `json:"id"`
	APIName     string                  `json:"api_name"`
	Name        string                  `json:"name"`
	BuiltIn     bool                    `json:"built_in"`
	Permissions []string                `json:"permissions"`
	Version     int64                   `json:"version"`
}

// APIKey lets a program in. Key is shown once, in the answer that made it.
type APIKey struct {
	ID         message.APIKeyID `json:"id"`
	Name       string           `json:"name"`
	Prefix     string           `json:"prefix"`
	Scopes     []string         `json:"scopes"`
	Key        string           `json:"key,omitempty"`
	CreatedAt  time.Time        `json:"created_at"`
	LastUsedAt *time.Time       `json:"last_used_at,omitempty" doc:"to the minute"`
}

// Template is a provider-approved template (TN-1).
type Template struct {
	ID        message.TemplateID `json:"id"`
	ChannelID message.ChannelID  `json:"channel_id"`
	Name      string             `json:"name"`
	Language  string             `json:"language"`
	Category  string             `json:"category"`
	Status    string             `json:"status" enum:"approved,pending,rejected,paused,retired"`
	Header    string             `json:"header,omitempty"`
	Body      string             `json:"body" doc:"with {{1}}, {{2}} … where the parameters stand"`
	Footer    string             `json:"footer,omitempty"`
	Version   int64              `json:"version"`
}

// Me is the signed-in user.
type Me struct {
	User        User         `json:"user"`
	Org         Organisation `json:"organisation"`
	Permissions []string     `json:"permissions"`
	Presence    *Presence    `json:"presence,omitempty"`
	CSRF        string       `json:"csrf,omitempty" doc:"to be sent as X-CSRF-Token with the session cookie"`
}

// Organisation is a tenant.
type Organisation struct {
	ID       message.OrgID `json:"id"`
	Key      string        `json:"key" doc:"15 characters, begins with 00D"`
	Name     string        `json:"name"`
	TimeZone string        `json:"time_zone"`
	Language string        `json:"language"`
	Version  int64         `json:"version"`
}

// SetupStep is one line of the first-run checklist (AD-3).
type SetupStep struct {
	Key     string `json:"key"`
	Done    bool   `json:"done"`
	Skipped bool   `json:"skipped" doc:"the organisation does without it"`
	Count   int    `json:"count"`
}

// DeliveryFailure is one line of the error log (TN-3).
type DeliveryFailure struct {
	At             time.Time              `json:"at"`
	Code           string                 `json:"code"`
	Text           string                 `json:"text"`
	Advice         string                 `json:"advice"`
	Provider       string                 `json:"provider,omitempty"`
	Channel        ChannelRef             `json:"channel"`
	ConversationID message.ConversationID `json:"conversation_id,omitempty"`
	EntryID        message.EntryID        `json:"entry_id,omitempty"`
}

// Quarantined is something that came in and could not be understood. Its content is not shown here.
type Quarantined struct {
	ID      message.RowID     `json:"id"`
	At      time.Time         `json:"at"`
	Channel ChannelRef        `json:"channel"`
	Reason  string            `json:"reason"`
	Size    int64             `json:"size" doc:"bytes"`
	SHA256  string            `json:"sha256" doc:"of the body, in hexadecimal"`
	Headers map[string]string `json:"headers,omitempty"`
}
