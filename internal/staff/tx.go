package staff

import (
	"context"
	"time"

	"switchboard/internal/message"
)

// Tx is what this room needs of a transaction of one organisation.
type Tx interface {
	Org() message.OrgID
	Now() time.Time

	// Logins belong to the installation, not to an organisation.
	LoginByEmail(email string) (Login, bool, error)
	InsertLogin(l Login) error

	// User with the permissions of their set, locked.
	User(id message.UserID) (User, error)
	UserByLogin(id message.LoginID) (User, bool, error)
	InsertUser(u User) error
	SaveUser(u *User) error
	// SetPassword with which the login opens this organisation, and no other.
	SetPassword(id message.UserID, hash string) error
	// DeleteUser refuses with fault.InUse when sessions or entries name the user.
	DeleteUser(id message.UserID) error
	SetUserQueues(id message.UserID, queues []message.QueueID) error
	// OtherManagers counts active users, except this one, whose set has user.manage.
	OtherManagers(except message.UserID) (int, error)

	PermissionSet(id message.PermissionSetID) (PermissionSet, error)
	PermissionSetByName(apiName string) (PermissionSet, bool, error)
	InsertPermissionSet(s PermissionSet) error
	SavePermissionSet(s *PermissionSet) error
	// DeletePermissionSet refuses with fault.InUse when users have it.
	DeletePermissionSet(id message.PermissionSetID) error

	InsertToken(t Token) error
	// Token by its hash, of this organisation.
	Token(hash []byte) (Token, bool, error)
	RenewToken(hash []byte, expires time.Time) error
	// Seen notes that a user is here.
	Seen(id message.UserID) error
	DeleteToken(hash []byte) error
	DeleteTokens(user message.UserID, purposes ...Purpose) error

	// Preferences of a user, locked; the usual ones with version 0 when nothing was chosen.
	Preferences(user message.UserID) (Preferences, int64, error)
	// SavePreferences keeps them and tells the user's other screens.
	SavePreferences(user message.UserID, p Preferences, version int64) error

	InsertAPIKey(k APIKey, hash []byte) error
	// RevokeAPIKey is final. fault.NotFound when there is no such key in use.
	RevokeAPIKey(id message.APIKeyID) error

	// StopWork sets a user offline who was switched off, and has their sessions rerouted (RT-12).
	StopWork(id message.UserID) error
	// AgentChanged tells routing and screens that a user's capacity, queues or activity changed.
	AgentChanged(id message.UserID) error
	// EndLogin ends the session of a user whose token's hash begins so; false when there is none.
	EndLogin(user message.UserID, id message.RowID) (bool, error)
	// EndOtherLogins ends all sessions of a user but one.
	EndOtherLogins(user message.UserID, but []byte) error
	// AccessChanged tells every node to forget what it remembers about the organisation's credentials.
	AccessChanged()
}

// Reads is what authentication asks of committed data.
type Reads interface {
	SessionByToken(ctx context.Context, hash []byte) (Session, bool, error)
	APIKeyByHash(ctx context.Context, hash []byte) (APIKey, bool, error)
	// Memberships of an address in which a user has joined, oldest first.
	Memberships(ctx context.Context, email string) ([]Membership, error)
	Invitation(ctx context.Context, hash []byte) (Invitation, bool, error)
	// APIKeyUsed notes when a key was used, unless it was noted less than a minute before.
	APIKeyUsed(ctx context.Context, org message.OrgID, id message.APIKeyID, at time.Time) error
}

// Login is an address in the installation; what it is in an organisation is a User, with a password of
// its own: whoever hands out links in one organisation must not open another.
type Login struct {
	ID        message.LoginID
	Email     string // in lower case
	CreatedAt time.Time
}

// User is what a login is in one organisation.
type User struct {
	ID            message.UserID
	Login         message.LoginID
	Email         string
	Name          string
	PermissionSet message.PermissionSetID
	Permissions   []string // of the set
	Capacity      int      // units of work at a time
	Active        bool
	JoinedAt      time.Time // zero until the invitation is taken
	CreatedAt     time.Time
	Version       int64
}

// PermissionSet is a named list of permissions.
type PermissionSet struct {
	ID          message.PermissionSetID
	APIName     string
	Name        string
	BuiltIn     bool
	Permissions []string
	Version     int64
}

// APIKey lets a program in.
type APIKey struct {
	Org        message.OrgID
	ID         message.APIKeyID
	Name       string
	Prefix     string // what people recognise it by
	Scopes     []string
	CreatedBy  message.UserID
	CreatedAt  time.Time
	LastUsedAt time.Time
}

// Purpose of a token.
type Purpose string

// Purposes.
const (
	PurposeSession Purpose = "session"
	PurposeInvite  Purpose = "invite"
	PurposeReset   Purpose = "reset"
)

// Token is a random secret that we gave away; only its SHA-256 is kept.
type Token struct {
	Hash      []byte
	User      message.UserID
	Purpose   Purpose
	CSRF      string
	CreatedAt time.Time
	ExpiresAt time.Time
	IP        string
	UserAgent string
}

// Session is a signed-in user as a request's token finds them.
type Session struct {
	Org       message.OrgID
	User      User
	CSRF      string
	ExpiresAt time.Time
}

// Membership is one organisation that a login may work in.
type Membership struct {
	Org     message.OrgID `json:"id"`
	OrgKey  string        `json:"key"`
	OrgName string        `json:"name"`

	User         message.UserID `json:"-"`
	Active       bool           `json:"-"`
	PasswordHash string         `json:"-"`
}

// Invitation is what the page behind an invite or reset link shows before a password is set.
type Invitation struct {
	Org       message.OrgID  `json:"-"`
	User      message.UserID `json:"-"`
	Purpose   Purpose        `json:"purpose" enum:"invite,reset"`
	OrgName   string         `json:"organisation"`
	Email     string         `json:"email"`
	Name      string         `json:"name"`
	ExpiresAt time.Time      `json:"expires_at"`
}
