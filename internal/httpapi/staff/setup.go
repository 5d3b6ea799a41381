package staff

import (
	"context"
	"time"

	"switchboard/internal/message"
	"switchboard/internal/resource"
	"switchboard/internal/routing"
	"switchboard/internal/setup"
	"switchboard/internal/staff"
)

// in drops what set-up services don't ask about a principal: rights were checked at the door.
func in[Spec any, ID any](f func(ctx context.Context, org message.OrgID, spec Spec) (ID, error)) func(context.Context, staff.Principal, Spec) (ID, error) {
	return func(ctx context.Context, p staff.Principal, spec Spec) (ID, error) { return f(ctx, p.Org, spec) }
}

func changed[Spec any, ID any](f func(ctx context.Context, org message.OrgID, id ID, version int64, apply func(*Spec) error) error) func(context.Context, staff.Principal, ID, int64, func(*Spec) error) error {
	return func(ctx context.Context, p staff.Principal, id ID, version int64, apply func(*Spec) error) error {
		return f(ctx, p.Org, id, version, apply)
	}
}

func removed[ID any](f func(ctx context.Context, org message.OrgID, id ID) error) func(context.Context, staff.Principal, ID) error {
	return func(ctx context.Context, p staff.Principal, id ID) error { return f(ctx, p.Org, id) }
}

// queues are seen by every agent: the list is filtered by them, and work is in them.
func (a *API) queues() collection[message.QueueID, routing.QueueSpec, resource.Queue] {
	return collection[message.QueueID, routing.QueueSpec, resource.Queue]{
		path: "/queues", noun: "queue", plural: "queues", view: SignedIn, edit: staff.QueueConfig,
		list: func(ctx context.Context, org message.OrgID, page resource.Page) ([]resource.Queue, string, error) {
			ids, next, err := a.Rows.QueueIDs(ctx, org, page)
			if err != nil || len(ids) == 0 {
				return nil, "", err
			}
			states, err := a.Views.QueueStates(ctx, org, ids)
			out := make([]resource.Queue, 0, len(ids))
			for _, id := range ids {
				if q, ok := states[id]; ok {
					out = append(out, q)
				}
			}
			return out, next, err
		},
		get: func(ctx context.Context, org message.OrgID, id message.QueueID) (resource.Queue, error) {
			states, err := a.Views.QueueStates(ctx, org, []message.QueueID{id})
			q, ok := states[id]
			if err == nil && !ok {
				err = notFound("queue")
			}
			return q, err
		},
		create: in(a.RoutingSetup.CreateQueue), change: changed(a.RoutingSetup.ChangeQueue), remove: removed(a.RoutingSetup.DeleteQueue),
	}
}

func (a *API) routingConfigurations() collection[message.RoutingConfigID, routing.ConfigurationSpec, resource.RoutingConfiguration] {
	return collection[message.RoutingConfigID, routing.ConfigurationSpec, resource.RoutingConfiguration]{
		path: "/routing-configurations", noun: "routing configuration", plural: "routing configurations", view: staff.SetupView, edit: staff.RoutingConfig,
		list: a.Rows.RoutingConfigurations, get: a.Rows.RoutingConfigurationByID,
		create: in(a.RoutingSetup.CreateConfiguration), change: changed(a.RoutingSetup.ChangeConfiguration), remove: removed(a.RoutingSetup.DeleteConfiguration),
	}
}

// presenceStatuses are read by every agent: they choose from them.
func (a *API) presenceStatuses() collection[message.PresenceID, routing.PresenceStatusSpec, resource.PresenceStatus] {
	return collection[message.PresenceID, routing.PresenceStatusSpec, resource.PresenceStatus]{
		path: "/presence-statuses", noun: "presence status", plural: "presence statuses", view: SignedIn, edit: staff.RoutingConfig,
		list: a.Rows.PresenceStatuses, get: a.Rows.PresenceStatusByID,
		create: in(a.RoutingSetup.CreateStatus), change: changed(a.RoutingSetup.ChangeStatus), remove: removed(a.RoutingSetup.DeleteStatus),
	}
}

// channels may be seen by who may read conversations: capabilities decide what the composer offers.
func (a *API) channels() collection[message.ChannelID, setup.ChannelSpec, resource.Channel] {
	return collection[message.ChannelID, setup.ChannelSpec, resource.Channel]{
		path: "/channels", noun: "channel", plural: "channels", view: staff.ConversationRead, edit: staff.ChannelConfig,
		list: func(ctx context.Context, org message.OrgID, page resource.Page) ([]resource.Channel, string, error) {
			items, next, err := a.Rows.Channels(ctx, org, page)
			if err != nil {
				return nil, "", err
			}
			table, err := a.Rows.Countries(ctx, org)
			for i := range items {
				a.Setup.Describe(&items[i], table)
			}
			return items, next, err
		},
		get:    a.channel,
		create: in(a.Setup.CreateChannel), change: changed(a.Setup.ChangeChannel), remove: removed(a.Setup.DeleteChannel),
	}
}

func (a *API) channel(ctx context.Context, org message.OrgID, id message.ChannelID) (c resource.Channel, err error) {
	if c, err = a.Rows.ChannelByID(ctx, org, id); err != nil {
		return c, err
	}
	table, err := a.Rows.Countries(ctx, org)
	a.Setup.Describe(&c, table)
	return c, err
}

// usage of a channel in this month.
func (a *API) usage(ctx context.Context, p staff.Principal, in *oneIn[message.ChannelID]) (resource.ChannelUsage, error) {
	c, err := a.channel(ctx, p.Org, in.ID)
	if err != nil {
		return resource.ChannelUsage{}, err
	}
	now := time.Now()
	month, err := a.Rows.ChannelMonth(ctx, p.Org, in.ID, now)
	if err != nil {
		return resource.ChannelUsage{}, err
	}
	return setup.Usage(&c, month, now)
}

// ProbeAnswer is what a provider calls an account whose settings are good.
type ProbeAnswer struct {
	Name string `json:"name"`
}

func (a *API) probe(ctx context.Context, p staff.Principal, in *oneIn[message.ChannelID]) (ProbeAnswer, error) {
	name, err := a.Setup.Probe(ctx, p.Org, in.ID)
	return ProbeAnswer{Name: name}, err
}

func (a *API) channelTypes(context.Context, staff.Principal, *struct{}) (List[setup.ChannelType], error) {
	return page(a.Setup.ChannelTypes(), "", nil)
}

func (a *API) deployments() collection[message.DeploymentID, setup.DeploymentSpec, resource.Deployment] {
	return collection[message.DeploymentID, setup.DeploymentSpec, resource.Deployment]{
		path: "/deployments", noun: "deployment", plural: "deployments", view: staff.SetupView, edit: staff.DeploymentConfig,
		list: func(ctx context.Context, org message.OrgID, page resource.Page) ([]resource.Deployment, string, error) {
			o, err := a.Rows.Organisation(ctx, org)
			if err != nil {
				return nil, "", err
			}
			items, next, err := a.Rows.Deployments(ctx, org, page)
			for i := range items {
				items[i].Snippet = a.Setup.Snippet(o.Key, &items[i])
			}
			return items, next, err
		},
		get:    a.deployment,
		create: in(a.Setup.CreateDeployment), change: changed(a.Setup.ChangeDeployment), remove: removed(a.Setup.DeleteDeployment),
	}
}

func (a *API) deployment(ctx context.Context, org message.OrgID, id message.DeploymentID) (resource.Deployment, error) {
	o, err := a.Rows.Organisation(ctx, org)
	if err != nil {
		return resource.Deployment{}, err
	}
	d, err := a.Rows.DeploymentByID(ctx, org, id)
	d.Snippet = a.Setup.Snippet(o.Key, &d)
	return d, err
}

func (a *API) publish(ctx context.Context, p staff.Principal, in *oneIn[message.DeploymentID]) (resource.Deployment, error) {
	if err := a.Setup.Publish(ctx, p.Org, in.ID); err != nil {
		return resource.Deployment{}, err
	}
	return a.deployment(ctx, p.Org, in.ID)
}

type templatesIn struct {
	Paging
	Channel message.ChannelID `query:"channel" doc:"only those of this channel"`
}

func (a *API) templateList(ctx context.Context, p staff.Principal, in *templatesIn) (List[resource.Template], error) {
	return page(a.Rows.Templates(ctx, p.Org, in.Channel, in.page()))
}

// templates are read by everybody who writes. Their list has a filter of its own.
func (a *API) templates() collection[message.TemplateID, setup.TemplateSpec, resource.Template] {
	return collection[message.TemplateID, setup.TemplateSpec, resource.Template]{
		path: "/templates", noun: "template", plural: "templates", view: SignedIn, edit: staff.TemplateManage,
		get:    a.Rows.TemplateByID,
		create: in(a.Setup.CreateTemplate), change: changed(a.Setup.ChangeTemplate), remove: removed(a.Setup.DeleteTemplate),
	}
}

func (a *API) syncTemplates(ctx context.Context, p staff.Principal, in *oneIn[message.ChannelID]) (List[resource.Template], error) {
	if err := a.Setup.SyncTemplates(ctx, p.Org, in.ID); err != nil {
		return List[resource.Template]{}, err
	}
	return page(a.Rows.Templates(ctx, p.Org, in.ID, resource.Page{Limit: 200}))
}

func (a *API) checklist(ctx context.Context, p staff.Principal, _ *struct{}) (List[resource.SetupStep], error) {
	steps, err := a.Rows.SetupSteps(ctx, p.Org)
	return page(steps, "", err)
}

type skipIn struct {
	Key  string `path:"key"`
	Body struct {
		Skipped bool `json:"skipped"`
	}
}

func (a *API) skipStep(ctx context.Context, p staff.Principal, in *skipIn) (List[resource.SetupStep], error) {
	if err := a.Setup.SkipStep(ctx, p.Org, in.Key, in.Body.Skipped); err != nil {
		return List[resource.SetupStep]{}, err
	}
	return a.checklist(ctx, p, nil)
}

func (a *API) security(ctx context.Context, p staff.Principal, _ *struct{}) (List[resource.SecurityCheck], error) {
	rows, err := a.Rows.SecurityRows(ctx, p.Org, time.Now())
	return page(setup.Security(a.Installation, rows), "", err)
}

func (a *API) deliveryErrors(ctx context.Context, p staff.Principal, in *Paging) (List[resource.DeliveryFailure], error) {
	return page(a.Rows.DeliveryErrors(ctx, p.Org, in.page()))
}

func (a *API) quarantine(ctx context.Context, p staff.Principal, in *Paging) (List[resource.Quarantined], error) {
	return page(a.Rows.Quarantined(ctx, p.Org, in.page()))
}

type messagingUsersIn struct {
	Paging
	Channel string `query:"channel" doc:"a channel's id or type"`
	Q       string `query:"q" maxLength:"200" doc:"a name or an address"`
}

func (a *API) messagingUsers(ctx context.Context, p staff.Principal, in *messagingUsersIn) (List[resource.MessagingUser], error) {
	return page(a.Views.MessagingUsers(ctx, p.Org, resource.ListQuery{Channel: in.Channel, Q: in.Q, Cursor: in.Cursor, Limit: in.Limit}))
}

func (a *API) messagingUser(ctx context.Context, p staff.Principal, in *oneIn[message.CustomerID]) (resource.MessagingUser, error) {
	return a.Views.MessagingUser(ctx, p.Org, in.ID)
}
