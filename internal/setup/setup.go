package setup

import (
	"context"
	"encoding/json"
	"io"
	"strings"
	"time"

	"switchboard/internal/channel"
	"switchboard/internal/conversation"
	"switchboard/internal/fault"
	"switchboard/internal/file"
	"switchboard/internal/message"
	"switchboard/internal/org"
	"switchboard/internal/privacy"
	"switchboard/internal/resource"
	"switchboard/internal/routing"
	"switchboard/internal/staff"
)

// Kind is one way in which a channel can be made: a type with who carries it.
type Kind struct {
	Type         channel.Type
	Provider     string
	Hook         string // the {type} of its webhook's address; empty without webhooks
	Settings     []channel.Setting
	Capabilities channel.Capabilities
	// Limits is set where the provider keeps several numbers in one business account.
	Limits channel.LimitReader
}

// KindOf a connector.
func KindOf(c channel.Connector) Kind {
	limits, _ := c.(channel.LimitReader)
	return Kind{Type: c.Type(), Provider: c.Provider(), Hook: c.Hook(), Settings: c.Settings(), Capabilities: c.Capabilities(), Limits: limits}
}

// Service is the set-up. Each method that changes something is one transaction.
type Service struct {
	Write func(ctx context.Context, org message.OrgID, fn func(Tx) error) error
	Kinds []Kind
	// Account builds a channel's account for its connector, with secrets and the sandbox's address.
	Account func(ctx context.Context, org message.OrgID, id message.ChannelID) (channel.Account, channel.Connector, error)
	// Candidate completes the account of a channel that isn't saved as it would be in production.
	Candidate func(a channel.Account) (channel.Account, channel.Connector, error)
	// Template reads one, for sending.
	Template func(ctx context.Context, org message.OrgID, id message.TemplateID) (resource.Template, error)
	// File finds an upload, OpenFile reads it.
	File     func(ctx context.Context, org message.OrgID, id message.FileID) (file.Stored, error)
	OpenFile func(ctx context.Context, org message.OrgID, id message.FileID) (io.ReadCloser, error)
	// SensitiveRules reads an organisation's, Rules is where this node keeps them ready.
	SensitiveRules func(ctx context.Context, org message.OrgID) ([]privacy.Rule, error)
	Rules          *privacy.Rulebook
	// PublicURL is where webhooks and the console are reached, WidgetURL the widget's script.
	PublicURL string
	WidgetURL string
	// CheckURL refuses what can't be an address to call.
	CheckURL func(address string) error
	// Sandbox: the simulator is on, so that sandbox channels can be made.
	Sandbox bool
}

// Tx is what this room needs of a transaction.
type Tx interface {
	org.Tx
	staff.Tx
	routing.SetupTx

	// SetupSkipped are the steps of the checklist that the organisation does without.
	SetupSkipped() ([]string, error)
	SaveSetupSkipped(keys []string) error
	AccountTx
	CountryTx
	IdentityTx
	ConsentTx

	// ClaimMark keeps a value under a name of the installation's, for the first who asks.
	ClaimMark(name, value string) (first bool, err error)

	// ChannelSetup with its secrets in the clear, locked.
	ChannelSetup(id message.ChannelID) (Channel, error)
	// AddressTaken reports whether another channel, of whichever organisation, is active with this address.
	AddressTaken(t channel.Type, address string, except message.ChannelID) (bool, error)
	InsertChannel(c Channel) error
	SaveChannel(c *Channel) error
	// DeleteChannel refuses with fault.InUse what conversations, deployments or templates refer to.
	DeleteChannel(id message.ChannelID) error
	ChannelChanged(id message.ChannelID) error
	// OutboxWaits reports whether anything of a channel is on its way.
	OutboxWaits(c message.ChannelID) (bool, error)
	// ChannelCalled notes how a call to a channel's provider ended, for the channel's health.
	ChannelCalled(c message.ChannelID, d *fault.Delivery, sent bool)
	// RecipientAgent is an active user as somebody to route work to. fault.NotFound when there is none.
	RecipientAgent(id message.UserID, channelType string) (conversation.Recipient, error)
	SetJob(kind, key string, due time.Time, payload string) error

	DeploymentSetup(id message.DeploymentID) (Deployment, error)
	InsertDeployment(d Deployment) error
	SaveDeployment(d *Deployment) error
	// DeleteDeployment refuses with fault.InUse one whose customers can still be signed in.
	DeleteDeployment(id message.DeploymentID) error

	TemplateSetup(id message.TemplateID) (Template, error)
	ChannelTemplates(id message.ChannelID) ([]Template, error)
	InsertTemplate(t Template) error
	SaveTemplate(t *Template) error
	// DeleteTemplate removes one that was never approved.
	DeleteTemplate(id message.TemplateID) error

	QuickTextSetup(id message.QuickTextID) (QuickText, error)
	InsertQuickText(q QuickText) error
	SaveQuickText(q *QuickText) error
	DeleteQuickText(id message.QuickTextID) error
	QuickTextByShortcut(shortcut, language string) (QuickText, bool, error)
	// SensitiveRules are all of the organisation's, in the order in which they are applied, locked.
	SensitiveRules() ([]privacy.Rule, error)
	InsertSensitiveRule(r privacy.Rule) error
	SaveSensitiveRule(r *privacy.Rule) error
	DeleteSensitiveRule(id message.SensitiveRuleID) error
	MarkFavourite(user message.UserID, id message.QuickTextID, favourite bool) error
}

// kind of a channel type and provider. Without a provider the first of the type is meant.
func (s *Service) kind(t channel.Type, provider string) (Kind, bool) {
	for _, k := range s.Kinds {
		if k.Type == t && (provider == "" || k.Provider == provider) {
			return k, true
		}
	}
	return Kind{}, false
}

// CreateOrganisation adds an organisation with its built-in permission sets, presence statuses and
// its first administrator, and returns the one-time link with which they join.
func (s *Service) CreateOrganisation(ctx context.Context, name, adminEmail string) (o org.Organisation, link string, err error) {
	err = s.Write(ctx, message.NewID[message.OrgID](), func(tx Tx) error {
		if o, err = org.Create(tx, name); err != nil {
			return err
		}
		if err := routing.Found(tx); err != nil {
			return err
		}
		token, err := staff.Found(tx, adminEmail)
		link = strings.TrimSuffix(s.PublicURL, "/") + "/" + string(staff.PurposeInvite) + "/" + token
		return err
	})
	return o, link, err
}

// ChannelType is a Kind as the set-up page shows it.
type ChannelType struct {
	Type         channel.Type      `json:"type"`
	Provider     string            `json:"provider,omitempty"`
	Settings     []channel.Setting `json:"settings" doc:"what an account needs, in the order in which a person fills it in"`
	Capabilities json.RawMessage   `json:"capabilities" doc:"the matrix of this type"`
	Sandbox      bool              `json:"sandbox" doc:"can be played by the built-in simulator here"`
}

// ChannelTypes lists what channels can be made of.
func (s *Service) ChannelTypes() []ChannelType {
	out := make([]ChannelType, 0, len(s.Kinds))
	for _, k := range s.Kinds {
		settings := k.Settings
		if settings == nil {
			settings = []channel.Setting{}
		}
		out = append(out, ChannelType{Type: k.Type, Provider: k.Provider, Settings: settings, Capabilities: matrix(k.Capabilities),
			Sandbox: s.Sandbox && k.Hook != ""})
	}
	return out
}

func matrix(c channel.Capabilities) json.RawMessage {
	b, err := json.Marshal(c)
	if err != nil {
		panic(err) // plain values always marshal
	}
	return b
}

// probeFor bounds a call to a provider that an administrator waits for.
const probeFor = 20 * time.Second

// refused turns a provider's answer into words for administrators.
func refused(err error, d *fault.Delivery) error {
	e := fault.Wrap(err, fault.DeliveryFailed, "%s", d.Code.Advice().Admin)
	e.Delivery = d.Code
	if said := strings.TrimSpace(d.ProviderCode + " " + d.ProviderText); said != "" {
		e = e.With("provider", said)
	}
	return e
}
