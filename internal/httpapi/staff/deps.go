package staff

import (
	"context"
	"io"
	"net/http"
	"time"

	"switchboard/internal/consent/phone"
	"switchboard/internal/conversation"
	"switchboard/internal/file"
	"switchboard/internal/identity"
	"switchboard/internal/message"
	"switchboard/internal/once"
	"switchboard/internal/org"
	"switchboard/internal/privacy"
	"switchboard/internal/push"
	"switchboard/internal/resource"
	"switchboard/internal/routing"
	"switchboard/internal/setup"
	"switchboard/internal/staff"
)

// Deps is everything that the routes stand on.
type Deps struct {
	Version   string
	PublicURL string // where the console is reached; https makes cookies Secure
	// Installation is what the security checklist says of the program's settings.
	Installation setup.Installation
	// ClientIP of a request, with trusted proxies taken off.
	ClientIP func(*http.Request) string

	Staff         *staff.Service
	First         *setup.First
	Organisation  *org.Service
	Setup         *setup.Service
	RoutingSetup  *routing.Setup
	Conversations *conversation.Service
	// Open begins a conversation from the business' side: Conversations.Open with its transaction.
	Open func(ctx context.Context, org message.OrgID, by conversation.Staff, channel message.ChannelID, to message.Address, d conversation.Draft) (conversation.Entry, error)
	// Consents records what people said elsewhere.
	Consents *conversation.Consents
	// Transfers hands sessions over.
	Transfers *conversation.Transfers
	// Eraser deletes sessions.
	Eraser   *conversation.Eraser
	Routing  Routing
	Outbound Outbound
	Push     *push.Service
	Identity Identity
	Files    Files
	// FileMax bounds an upload in bytes. SignFile fills a file's URL with a short-lived link.
	FileMax  int64
	SignFile func(org message.OrgID, f *message.File)

	// Mail sends an e-mail of the house; nil where no mail server is set.
	Mail func(ctx context.Context, to, subject, text string) error

	Claims Claims
	Views  Views
	Rows   Rows
}

// Claims finds earlier uses of idempotency keys.
type Claims interface {
	Claimed(ctx context.Context, org message.OrgID, credential [16]byte, route, key string) (once.Claim, bool, error)
}

// Routing is what agents do with offers and their presence.
type Routing interface {
	SetPresence(ctx context.Context, org message.OrgID, user message.UserID, status string) error
	Accept(ctx context.Context, org message.OrgID, agent conversation.Staff, id message.OfferID) (message.SessionID, error)
	Decline(ctx context.Context, org message.OrgID, agent message.UserID, id message.OfferID, reason string) error
}

// Outbound carries to a customer what is no message.
type Outbound interface {
	// StaffTyping shows the customer that an agent writes, or stopped; a note is shown to colleagues alone. It
	// is never stored.
	StaffTyping(ctx context.Context, org message.OrgID, by conversation.Staff, c message.ConversationID, typing, note bool) error
	// StaffRead sends the channel's read receipt for the customer's latest message, as far as the
	// channel has one. It is called once for each move of the assignee's marker.
	StaffRead(ctx context.Context, org message.OrgID, c message.ConversationID)
}

// Files keeps uploads.
type Files interface {
	Save(ctx context.Context, org message.OrgID, name, claimedType string, body io.Reader, limit int64, by file.By, accept ...string) (message.File, error)
	Get(ctx context.Context, org message.OrgID, id message.FileID) (file.Stored, error)
}

// Views are resources as one viewer may see them.
type Views interface {
	Conversations(ctx context.Context, org message.OrgID, v resource.Viewer, q resource.ListQuery) ([]resource.Conversation, string, error)
	Conversation(ctx context.Context, org message.OrgID, v resource.Viewer, id message.ConversationID) (resource.Conversation, error)
	MayRead(ctx context.Context, org message.OrgID, v resource.Viewer, id message.ConversationID) error
	Entries(ctx context.Context, org message.OrgID, v resource.Viewer, c message.ConversationID, after, before int64, limit int) ([]resource.Entry, error)
	Entry(ctx context.Context, org message.OrgID, v resource.Viewer, c message.ConversationID, seq int64) (resource.Entry, error)
	// SessionEntries are the entries of one session after a number, oldest first.
	SessionEntries(ctx context.Context, org message.OrgID, v resource.Viewer, c message.ConversationID, s message.SessionID, after int64, limit int) ([]resource.Entry, error)
	Search(ctx context.Context, org message.OrgID, v resource.Viewer, q resource.SearchQuery) (resource.Found, error)
	Sessions(ctx context.Context, org message.OrgID, v resource.Viewer, q resource.ListQuery) ([]resource.Session, string, error)
	SessionsOf(ctx context.Context, org message.OrgID, v resource.Viewer, c message.ConversationID) ([]resource.Session, error)
	Session(ctx context.Context, org message.OrgID, v resource.Viewer, id message.SessionID) (resource.Session, error)
	TransferTargets(ctx context.Context, org message.OrgID, channelType string, except message.UserID, q string, limit int) (resource.TransferTargets, error)
	Drafts(ctx context.Context, org message.OrgID, wanted map[message.UserID][]message.ConversationID) ([]resource.Draft, error)
	Notifications(ctx context.Context, org message.OrgID, v resource.Viewer, limit int) (items []resource.Notification, unread int, err error)
	Offers(ctx context.Context, org message.OrgID, user message.UserID) ([]resource.Offer, error)
	MessagingUsers(ctx context.Context, org message.OrgID, q resource.ListQuery) ([]resource.MessagingUser, string, error)
	MessagingUser(ctx context.Context, org message.OrgID, id message.CustomerID) (resource.MessagingUser, error)
	Presences(ctx context.Context, org message.OrgID, only []message.UserID) (map[message.UserID]resource.Presence, error)
	QueueStates(ctx context.Context, org message.OrgID, only []message.QueueID) (map[message.QueueID]resource.Queue, error)
}

// Rows are the resources of the set-up, the same for everybody who may see them.
type Rows interface {
	Organisation(ctx context.Context, id message.OrgID) (resource.Organisation, error)
	Users(ctx context.Context, org message.OrgID, page resource.Page) ([]resource.User, string, error)
	Preferences(ctx context.Context, org message.OrgID, user message.UserID) (staff.Preferences, int64, error)
	PushDevices(ctx context.Context, org message.OrgID, user message.UserID) ([]resource.PushDevice, error)
	UserByID(ctx context.Context, org message.OrgID, id message.UserID) (resource.User, error)
	PermissionSets(ctx context.Context, org message.OrgID, page resource.Page) ([]resource.PermissionSet, string, error)
	PermissionSetByID(ctx context.Context, org message.OrgID, id message.PermissionSetID) (resource.PermissionSet, error)
	APIKeys(ctx context.Context, org message.OrgID, page resource.Page) ([]resource.APIKey, string, error)
	Logins(ctx context.Context, org message.OrgID, user message.UserID) ([]resource.Login, error)
	Audit(ctx context.Context, org message.OrgID, q resource.AuditQuery) ([]resource.AuditLine, string, error)
	// AuditAll hands out every line, the oldest first; whole is false from the first that doesn't fit the one before.
	AuditAll(ctx context.Context, org message.OrgID, each func(line resource.AuditLine, whole bool) error) error
	AuditHead(ctx context.Context, org message.OrgID) (seq int64, code string, err error)
	APIKeyByID(ctx context.Context, org message.OrgID, id message.APIKeyID) (resource.APIKey, error)

	QueueIDs(ctx context.Context, org message.OrgID, page resource.Page) ([]message.QueueID, string, error)
	RoutingConfigurations(ctx context.Context, org message.OrgID, page resource.Page) ([]resource.RoutingConfiguration, string, error)
	RoutingConfigurationByID(ctx context.Context, org message.OrgID, id message.RoutingConfigID) (resource.RoutingConfiguration, error)
	PresenceStatuses(ctx context.Context, org message.OrgID, page resource.Page) ([]resource.PresenceStatus, string, error)
	PresenceStatusByID(ctx context.Context, org message.OrgID, id message.PresenceID) (resource.PresenceStatus, error)

	Channels(ctx context.Context, org message.OrgID, page resource.Page) ([]resource.Channel, string, error)
	ChannelHealth(ctx context.Context, org message.OrgID, channels []message.ChannelID, now time.Time) (map[message.ChannelID]setup.Signs, error)
	ChannelFailures(ctx context.Context, org message.OrgID, id message.ChannelID, since time.Time) ([]resource.ChannelFailure, error)
	ChannelStanding(ctx context.Context, org message.OrgID, id message.ChannelID) (resource.ChannelStanding, error)
	ChannelByID(ctx context.Context, org message.OrgID, id message.ChannelID) (resource.Channel, error)
	ChannelMonth(ctx context.Context, org message.OrgID, id message.ChannelID, at time.Time) (phone.Month, error)
	// ConsentRulesOf a channel, or of the organisation for a zero id.
	ConsentRulesOf(ctx context.Context, org message.OrgID, id message.ChannelID) (setup.ConsentRules, error)
	ConsentHistory(ctx context.Context, org message.OrgID, id message.CustomerID, page resource.Page) ([]resource.ConsentEvent, string, error)
	ConsentBetween(ctx context.Context, org message.OrgID, from, to time.Time, after *resource.ConsentEvent, limit int) ([]resource.ConsentEvent, error)
	// Countries is the organisation's country table.
	Countries(ctx context.Context, org message.OrgID) (phone.Table, error)
	Keys(ctx context.Context, org message.OrgID, page resource.Page) ([]resource.Key, string, error)
	KeyByID(ctx context.Context, org message.OrgID, id message.KeyID) (resource.Key, error)
	Keysets(ctx context.Context, org message.OrgID, page resource.Page) ([]resource.Keyset, string, error)
	KeysetByID(ctx context.Context, org message.OrgID, id message.KeysetID) (resource.Keyset, error)
	Keyset(ctx context.Context, org message.OrgID, id message.KeysetID) (identity.Keyset, error)
	Deployments(ctx context.Context, org message.OrgID, page resource.Page) ([]resource.Deployment, string, error)
	DeploymentByID(ctx context.Context, org message.OrgID, id message.DeploymentID) (resource.Deployment, error)
	Templates(ctx context.Context, org message.OrgID, channel message.ChannelID, page resource.Page) ([]resource.Template, string, error)
	TemplateByID(ctx context.Context, org message.OrgID, id message.TemplateID) (resource.Template, error)
	QuickTexts(ctx context.Context, org message.OrgID, page resource.Page) ([]resource.QuickText, string, error)
	QuickTextsFor(ctx context.Context, org message.OrgID, user message.UserID, limit int) ([]resource.QuickSuggestion, error)
	Colleagues(ctx context.Context, org message.OrgID) ([]resource.AgentRef, error)
	QuickTextByID(ctx context.Context, org message.OrgID, id message.QuickTextID) (resource.QuickText, error)

	SensitiveRulesSeen(ctx context.Context, org message.OrgID) ([]resource.SensitiveRule, error)
	SensitiveBlocks(ctx context.Context, org message.OrgID, rule message.SensitiveRuleID, page resource.Page) ([]resource.SensitiveBlock, string, error)
	// PastTexts gives the latest texts of authors to look, until it returns false.
	PastTexts(ctx context.Context, org message.OrgID, by []message.AuthorType, entries int, look func(privacy.PastText) bool) error

	DeliveryErrors(ctx context.Context, org message.OrgID, page resource.Page) ([]resource.DeliveryFailure, string, error)
	Quarantined(ctx context.Context, org message.OrgID, page resource.Page) ([]resource.Quarantined, string, error)
	SetupSteps(ctx context.Context, org message.OrgID) ([]resource.SetupStep, error)
	SecurityRows(ctx context.Context, org message.OrgID, now time.Time) (setup.SecurityRows, error)
}
