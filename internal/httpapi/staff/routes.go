package staff

import (
	"net/http"

	"switchboard/internal/staff"
)

// table is the whole surface. A collection's own lines are in collection.go: list, make, get, change,
// remove, with its permissions to view and to edit.
func (a *API) table() {
	post(a, "/login", Public, "Begin a session", a.login, nil)
	post(a, "/logout", SignedIn, "End the session", a.logout, nil)
	get(a, "/invitations/{token}", Public, "What an invite or reset link is for", a.invitation)
	post(a, "/invitations/{token}", Public, "Take an invite or reset link: set the password and sign in", a.join, nil)
	get(a, "/first/{token}", Public, "Whether the link of an empty installation is good", a.first)
	post(a, "/first/{token}", Public, "Make the first organisation with its administrator, and sign in", a.makeFirst, nil)

	get(a, "/me", SignedIn, "Who I am and what I may do", a.me)
	get(a, "/me/presence", staff.PresenceSet, "My presence and load", a.getPresence)
	put(a, "/me/presence", staff.PresenceSet, "Set my presence", a.setPresence)
	get(a, "/me/offers", staff.SessionAccept, "Work that is offered to me", a.offers)
	post(a, "/offers/{id}/accept", staff.SessionAccept, "Accept an offer", a.accept, nil)
	post(a, "/offers/{id}/decline", staff.SessionAccept, "Decline an offer", a.decline, nil)
	get(a, "/me/notifications", SignedIn, "What I am told apart from my conversations: notes that mention me", a.notifications)
	post(a, "/me/notifications/read", SignedIn, "Mark notifications as read", a.readNotifications, nil)
	get(a, "/colleagues", staff.NoteWrite, "Who can be mentioned in a note", a.colleagues)
	get(a, "/presences", staff.PresenceView, "Everybody's presence and load", a.presences)

	get(a, "/conversations", staff.ConversationRead, "List conversations", a.conversations)
	create(a, "/conversations", staff.ConversationStart, "Write first to a customer", a.open, a.reopen)
	get(a, "/conversations/{id}", staff.ConversationRead, "Get a conversation", a.conversation)
	get(a, "/conversations/{id}/entries", staff.ConversationRead, "List a conversation's entries, oldest first", a.entries)
	get(a, "/conversations/{id}/sessions", staff.ConversationRead, "List a conversation's sessions, the latest first", a.sessionsOf)
	create(a, "/conversations/{id}/messages", staff.MessageSend, "Send a message", a.send, a.resend)
	create(a, "/conversations/{id}/notes", staff.NoteWrite, "Write a note that only staff see", a.note, a.renote)
	get(a, "/conversations/{id}/draft", staff.ConversationRead, "What I began here and have not sent", a.drafts)
	put(a, "/conversations/{id}/draft", staff.ConversationRead, "Keep what I begin; keeping nothing removes it", a.keepDraft)
	del(a, "/conversations/{id}/draft", staff.ConversationRead, "Remove what I began", a.dropDraft)
	get(a, "/conversations/{id}/quick-texts", staff.ConversationRead, "Quick texts for a conversation, what suits it first", a.suggestions)
	post(a, "/conversations/{id}/typing", staff.MessageSend, "Show the customer that I write", a.typing, nil)
	post(a, "/conversations/{id}/read", staff.ConversationRead, "Move my read marker", a.read, nil)
	post(a, "/conversations/{id}/retry/{entry_id}", staff.MessageSend, "Send a failed message again", a.retry, nil)

	get(a, "/sessions", staff.ConversationRead, "List sessions", a.sessions)
	get(a, "/sessions/{id}", staff.ConversationRead, "Get a session", a.session)
	post(a, "/sessions/{id}/end", staff.SessionEnd, "End a session", a.end, a.ended)
	post(a, "/sessions/{id}/inactive", staff.SessionInactive, "Set a session aside: the customer doesn't answer", a.inactive, a.madeInactive)
	post(a, "/sessions/{id}/transfer", staff.SessionTransfer, "Hand a session to another agent or a queue", a.transfer, a.transferred)
	post(a, "/sessions/{id}/transfer/withdraw", staff.SessionTransfer, "Take a transfer back that nobody has accepted", a.withdraw, a.withdrawn)
	del(a, "/sessions/{id}", staff.SessionDelete, "Delete a session that is over, with what was said in it", a.deleteSession)
	get(a, "/transfer-targets", staff.SessionTransfer, "Whom a session can be handed to", a.transferTargets)
	post(a, "/sessions/{id}/flag", staff.SessionFlag, "Ask a supervisor for help with a session, or take that back", a.flag, nil)

	a.Plain(http.MethodPost, "/files", staff.FileUpload, "Upload a file", a.upload)
	get(a, "/files/{id}", staff.ConversationRead, "Get a file's name, size and a short-lived link", a.file)
	get(a, "/messaging-users", staff.MessagingUserRead, "List messaging users", a.messagingUsers)
	get(a, "/messaging-users/{id}", staff.MessagingUserRead, "Get a messaging user", a.messagingUser)

	get(a, "/organisation", SignedIn, "Get the organisation", a.organisation)
	patch(a, "/organisation", staff.OrganisationConfig, "Change the organisation", a.changeOrganisation)
	get(a, "/setup/checklist", staff.SetupView, "What is set up and what is still to do", a.checklist)
	get(a, "/channel-types", staff.SetupView, "What channels can be made of", a.channelTypes)
	a.channels().register(a)
	get(a, "/channels/{id}/usage", staff.ConversationRead, "What a text-message channel has sent and received this month, and its limits", a.usage)
	post(a, "/channels/{id}/probe", staff.ChannelConfig, "Ask the provider whether a channel's settings are good", a.probe, nil)
	post(a, "/channels/{id}/templates/sync", staff.TemplateManage, "Fetch a channel's templates from its provider", a.syncTemplates, nil)
	a.deployments().register(a)
	post(a, "/deployments/{id}/publish", staff.DeploymentConfig, "Publish a deployment's draft", a.publish, nil)
	get(a, "/templates", SignedIn, "List templates", a.templateList)
	a.templates().register(a)
	a.quickTexts().register(a)
	a.Plain(http.MethodGet, "/quick-texts/export", staff.QuickTextManage, "All quick texts as CSV", a.exportQuickTexts)
	a.Plain(http.MethodPost, "/quick-texts/import", staff.QuickTextManage, "Make and change quick texts from CSV or JSON; ?dry_run= tries it, ?skip_bad= leaves bad rows out", a.importQuickTexts)
	post(a, "/quick-texts/{id}/render", SignedIn, "Fill a quick text's merge fields for a conversation", a.renderQuickText, nil)
	put(a, "/quick-texts/{id}/favourite", SignedIn, "Count a quick text among my favourites", a.favour)
	del(a, "/quick-texts/{id}/favourite", SignedIn, "Count it among them no more", a.disfavour)
	a.queues().register(a)
	a.routingConfigurations().register(a)
	a.presenceStatuses().register(a)

	a.Plain(http.MethodPost, "/users/import", staff.UserManage, "Invite users from CSV or JSON; ?dry_run= tries it, ?skip_bad= leaves bad rows out", a.importUsers)
	create(a, "/users", staff.UserManage, "Invite a user", a.invite, a.invited)
	a.users().register(a)
	post(a, "/users/{id}/invite", staff.UserManage, "Make a new invite link", a.inviteAgain, nil)
	post(a, "/users/{id}/reset", staff.UserManage, "Make a link to reset a user's password", a.reset, nil)
	get(a, "/permissions", staff.SetupView, "List all permissions", a.permissions)
	a.permissionSets().register(a)
	create(a, "/api-keys", staff.APIKeyManage, "Make an API key", a.makeKey, a.madeKey)
	a.apiKeys().register(a)

	get(a, "/delivery-errors", staff.DeliveryErrorView, "The log of what could not be delivered", a.deliveryErrors)
	get(a, "/quarantine", staff.QuarantineView, "What came in and could not be understood", a.quarantine)
}
