package staff

import "slices"

// Permission lets its holder do one thing. The names are also the scopes of API keys, and part of the
// public contract: docs/permissions.md lists them.
type Permission string

// Permissions.
const (
	ConversationRead    Permission = "conversation.read"
	ConversationReadAll Permission = "conversation.read_all"
	ConversationStart   Permission = "conversation.start"
	MessageSend         Permission = "message.send"
	ConsentChange       Permission = "consent.change"
	NoteWrite           Permission = "note.write"
	SessionAccept       Permission = "session.accept"
	SessionEnd          Permission = "session.end"
	SessionInactive     Permission = "session.inactive"
	SessionTransfer     Permission = "session.transfer"
	SessionFlag         Permission = "session.flag"
	SessionDelete       Permission = "session.delete"
	SessionSupervise    Permission = "session.supervise"
	PresenceSet         Permission = "presence.set"
	PresenceView        Permission = "presence.view"
	FileUpload          Permission = "file.upload"
	SetupView           Permission = "setup.view"
	OrganisationConfig  Permission = "organisation.configure"
	ChannelConfig       Permission = "channel.configure"
	DeploymentConfig    Permission = "deployment.configure"
	IdentityConfig      Permission = "identity.configure"
	QueueConfig         Permission = "queue.configure"
	RoutingConfig       Permission = "routing.configure"
	UserManage          Permission = "user.manage"
	PermissionSetManage Permission = "permission_set.manage"
	APIKeyManage        Permission = "api_key.manage"
	QuickTextManage     Permission = "quick_text.manage"
	TemplateManage      Permission = "template.manage"
	DeliveryErrorView   Permission = "delivery_error.view"
	QuarantineView      Permission = "quarantine.view"
	MessagingUserRead   Permission = "messaging_user.read"
	MessagingUserEdit   Permission = "messaging_user.edit"
	PrivacyConfig       Permission = "privacy.configure"
	SandboxUse          Permission = "sandbox.use"
	AuditView           Permission = "audit.view"
)

// Meaning is a permission with what it lets its holder do, and the built-in sets that have it.
type Meaning struct {
	Permission Permission
	Allows     string
	Agent      bool
	Supervisor bool // the supervisor's set has the agent's, too
}

// Catalogue lists every permission. The administrator's set has them all.
func Catalogue() []Meaning {
	return []Meaning{
		{ConversationRead, "see one's own conversations and those of one's queues", true, true},
		{ConversationReadAll, "see every conversation of the organisation", false, true},
		{ConversationStart, "write first to a customer", true, true},
		{MessageSend, "answer in a session one has accepted; show that one is typing; send a failed message again", true, true},
		{ConsentChange, "opt customers out and in, for them", true, true},
		{NoteWrite, "write notes that only staff see", true, true},
		{SessionAccept, "be offered work, accept and decline it", true, true},
		{SessionEnd, "end a session", true, true},
		{SessionInactive, "set a session aside when the customer doesn't answer", true, true},
		{SessionTransfer, "hand a session to somebody else", true, true},
		{SessionFlag, "ask a supervisor for help", true, true},
		{SessionDelete, "delete sessions that are over, with what was said in them", false, true},
		{SessionSupervise, "write in, end and reassign sessions of others", false, true},
		{PresenceSet, "set one's own presence", true, true},
		{PresenceView, "see the presence and the load of others", false, true},
		{FileUpload, "upload files", true, true},
		{SetupView, "see the set-up pages", false, true},
		{OrganisationConfig, "change the organisation's name, time zone and language", false, false},
		{ChannelConfig, "connect, change and remove channels", false, false},
		{DeploymentConfig, "change and publish deployments of the web widget", false, false},
		{IdentityConfig, "change the keys and keysets that customers sign in with", false, false},
		{QueueConfig, "change queues and their members", false, false},
		{RoutingConfig, "change routing configurations and presence statuses", false, false},
		{UserManage, "invite, change and remove users", false, false},
		{PermissionSetManage, "change permission sets", false, false},
		{APIKeyManage, "make and revoke API keys", false, false},
		{QuickTextManage, "change quick texts", false, false},
		{TemplateManage, "change message templates and fetch them from the provider", false, false},
		{DeliveryErrorView, "see the log of what could not be delivered", false, true},
		{QuarantineView, "see what came in and could not be understood", false, false},
		{MessagingUserRead, "see messaging users, their addresses and consent", true, true},
		{MessagingUserEdit, "change messaging users and their consent", false, true},
		{PrivacyConfig, "change the rules for sensitive data, and try them", false, false},
		{SandboxUse, "play the customer in the built-in simulator", false, false},
		{AuditView, "see what was changed in the set-up, by whom and when", false, false},
	}
}

// daily are the permissions under which the work with customers is done: what it changes has a history of its own, as
// consent has its ledger. Everything else that is changed stands in the audit log.
var daily = []Permission{ConversationRead, ConversationReadAll, ConversationStart, MessageSend, NoteWrite, SessionAccept, SessionEnd,
	SessionInactive, SessionTransfer, SessionFlag, SessionSupervise, PresenceSet, PresenceView, FileUpload, MessagingUserRead, ConsentChange, SandboxUse}

// Audited reports whether what is done by a permission stands in the audit log (PV-5). The stand-ins for one,
// which begin with a bracket, are for everybody's own things.
func Audited(p Permission) bool { return !slices.Contains(daily, p) && p[0] != '(' }

// Personal reports whether what is given with a request under a permission is a customer's matter: of that the log
// keeps the names of the fields only.
func Personal(p Permission) bool { return p == MessagingUserEdit || p == SessionDelete }

// Permissions is a set of permissions.
type Permissions map[Permission]struct{}

// Has reports whether the set holds p.
func (s Permissions) Has(p Permission) bool { _, ok := s[p]; return ok }

// Covers reports whether the set holds all of names.
func (s Permissions) Covers(names []string) bool {
	return !slices.ContainsFunc(names, func(n string) bool { return !s.Has(Permission(n)) })
}

// Names in alphabetical order.
func (s Permissions) Names() []string {
	names := make([]string, 0, len(s))
	for p := range s {
		names = append(names, string(p))
	}
	slices.Sort(names)
	return names
}

// setOf makes a set of names; unknown ones, of a permission that no longer exists, are left out.
func setOf(names []string) Permissions {
	s := Permissions{}
	for _, m := range Catalogue() {
		if slices.Contains(names, string(m.Permission)) {
			s[m.Permission] = struct{}{}
		}
	}
	return s
}

// unknownPermission is the first name that is no permission, "" when all are.
func unknownPermission(names []string) string {
	all := setOf(names)
	for _, n := range names {
		if !all.Has(Permission(n)) {
			return n
		}
	}
	return ""
}

// API names of the built-in permission sets.
const (
	RoleAgent      = "agent"
	RoleSupervisor = "supervisor"
	RoleAdmin      = "admin"
)

// BuiltIn are the permission sets that every organisation begins with (PV-4).
func BuiltIn() []PermissionSet {
	agent := PermissionSet{APIName: RoleAgent, Name: "Agent", BuiltIn: true}
	supervisor := PermissionSet{APIName: RoleSupervisor, Name: "Supervisor", BuiltIn: true}
	admin := PermissionSet{APIName: RoleAdmin, Name: "Administrator", BuiltIn: true}
	for _, m := range Catalogue() {
		name := string(m.Permission)
		if m.Agent {
			agent.Permissions = append(agent.Permissions, name)
		}
		if m.Supervisor {
			supervisor.Permissions = append(supervisor.Permissions, name)
		}
		admin.Permissions = append(admin.Permissions, name)
	}
	return []PermissionSet{agent, supervisor, admin}
}
