package customer

import (
	"context"
	"time"

	"switchboard/internal/consent"
	"switchboard/internal/conversation"
	"switchboard/internal/identity"
	"switchboard/internal/message"
	"switchboard/internal/privacy"
	"switchboard/internal/resource"
)

// Tx is what this room needs of a transaction beside what conversations need.
type Tx interface {
	conversation.ConsentTx
	// EnsureCustomer finds or makes the messaging user of these addresses.
	EnsureCustomer(channel message.ChannelID, addresses []message.Address, profile message.Profile) (id message.CustomerID, created bool, err error)
	// NameCustomer keeps what a person told about themselves, where nothing is known yet.
	NameCustomer(id message.CustomerID, p message.Profile) error
	// EnsureConversation finds or makes the conversation of a customer's thread, locked.
	EnsureConversation(channel message.ChannelID, customer message.CustomerID, threadKey string) (c conversation.Conversation, created bool, err error)
	// ConversationByThread finds it, locked.
	ConversationByThread(channel message.ChannelID, customer message.CustomerID, threadKey string) (conversation.Conversation, bool, error)
	// Once reports true for the first transaction that commits with this key.
	Once(channel message.ChannelID, key string) (first bool, err error)
	// LastAgentWithin is how long a channel remembers a customer's last agent (RT-5).
	LastAgentWithin(channel message.ChannelID) (time.Duration, error)
	// SavePageValues keeps what the customer's page says now with the session.
	SavePageValues(s *conversation.Session) error
	InsertCustomerToken(t Token) error
	// UnverifiedByToken is whom a token lets into a channel that has not signed in; locked.
	UnverifiedByToken(hash []byte, channel message.ChannelID, now time.Time) (id message.CustomerID, found bool, err error)
	// JoinCustomer gives the conversations of which one person still sees something to another, with what
	// is seen of them. Both are locked.
	JoinCustomer(from, to message.CustomerID, now time.Time) ([]message.ConversationID, error)
	// LeaveCustomer ends how somebody came in without signing in, and forgets who has nothing left.
	LeaveCustomer(id message.CustomerID) error
	// RevokeCustomerTokens ends all tokens that the same person has on the same device.
	RevokeCustomerTokens(t Token) error
	// CustomerEventHead is the number of the person's last event.
	CustomerEventHead(id message.CustomerID) (int64, error)
}

// Reader reads committed rows.
type Reader interface {
	// PublishedDeployment by the organisation's key and the deployment's API name; fault.NotFound when
	// there is none, or none published.
	PublishedDeployment(ctx context.Context, orgKey, name string) (Deployment, error)
	PublishedDeploymentByID(ctx context.Context, org message.OrgID, id message.DeploymentID) (Deployment, error)
	// CustomerToken by its hash, whether it is still good or not; fault.NotFound when there is none.
	CustomerToken(ctx context.Context, hash []byte) (Token, error)
	// CustomerConversations are a person's own, newest first, with the number of open and closed ones.
	CustomerConversations(ctx context.Context, org message.OrgID, id message.CustomerID, closedToo bool, limit int) (list []Conversation, open, closed int, err error)
	// CustomerConversation is one of a person's own by its thread key.
	CustomerConversation(ctx context.Context, org message.OrgID, id message.CustomerID, thread string) (Conversation, error)
	// CustomerEvents is a person's stream after a number, in order, with what it points at.
	CustomerEvents(ctx context.Context, org message.OrgID, id message.CustomerID, after int64, limit int) ([]Event, error)
	// CustomerHistory is the part of it that belongs to one conversation, newest first.
	CustomerHistory(ctx context.Context, org message.OrgID, id message.CustomerID, h History) ([]Event, error)
	// CustomerHead is the number of the person's last event; CustomerQuietSince that of the last one
	// that was followed by a silence longer than gap, until now at most; 0 for none.
	CustomerHead(ctx context.Context, org message.OrgID, id message.CustomerID) (int64, error)
	CustomerQuietSince(ctx context.Context, org message.OrgID, id message.CustomerID, gap time.Duration, now time.Time) (int64, error)
}

// Service is what customers do. Each method that changes something is one transaction.
type Service struct {
	Write func(ctx context.Context, org message.OrgID, fn func(Tx) error) error
	Rows  Reader
	// Identity checks the tokens of customers who sign in.
	Identity *identity.Verifier
	// TokenFor is how long an access token is good; DefaultTokenFor when it is 0.
	TokenFor time.Duration
	// Rules for sensitive data; nil for none.
	Rules *privacy.Rulebook
	// Now is the clock; time.Now when it is nil.
	Now func() time.Time

	deployments published
	words       consent.Cache
}

// Conversation is one of a customer's own, as their window lists it.
type Conversation struct {
	ID            message.ConversationID
	Thread        string // the client-made id
	CustomerName  string
	StartedAt     time.Time
	ClosedAt      time.Time
	SessionStatus conversation.Status // of the latest session; empty when there was none
	AcceptedAt    time.Time           // when it was first accepted
}

// Deployment is a published deployment with what its visitors' requests need of the channel and the
// organisation.
type Deployment struct {
	Org           message.OrgID
	OrgKey        string
	ID            message.DeploymentID
	Name          string
	APIName       string
	Kind          string // web, mobile
	Version       int64
	Channel       message.ChannelID
	Address       string // the channel's; empty for most web channels
	ChannelActive bool
	Keyset        message.KeysetID // customers must sign in with it; none where nobody does
	// JoinUnverified: what a browser wrote before its customer signs in is theirs from then on.
	JoinUnverified bool
	Settings       resource.DeploymentSettings
	// Consent is the channel's rules as they are stored; empty for those that are built in.
	Consent        string
	ConsentVersion int64
}

func (s *Service) now() time.Time {
	if s.Now != nil {
		return s.Now()
	}
	return time.Now()
}
