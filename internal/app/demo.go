package app

import (
	"context"
	"crypto/sha256"
	"encoding/base32"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"switchboard/internal/channel"
	"switchboard/internal/fault"
	"switchboard/internal/message"
	"switchboard/internal/resource"
	"switchboard/internal/routing"
	"switchboard/internal/setup"
	"switchboard/internal/staff"
	"switchboard/internal/store"
)

// Demo is what `switchboard demo` asks for.
type Demo struct {
	Listen string
	Data   string // folder; empty for a temporary one
	// Database instead of SQLite in the folder; the folder still holds the files and the secret.
	Database string
	// AdminListen is where profiles are, as of a server; empty for nowhere.
	AdminListen string
	// EgressAllow are inner networks that administrators' addresses may lead to, as of a server.
	EgressAllow string
}

// person of the ready-made organisation.
type person struct {
	name, email, role string
	capacity          int
}

var people = []person{
	{"Ada Lindqvist", "admin@demo.example", staff.RoleAdmin, 5},
	{"Samuel Okoye", "supervisor@demo.example", staff.RoleSupervisor, 5},
	{"Grace Novak", "grace@demo.example", staff.RoleAgent, 6},
	{"Luca Moretti", "luca@demo.example", staff.RoleAgent, 6},
	{"Mina Haddad", "mina@demo.example", staff.RoleAgent, 6},
}

const (
	demoOrg = "Harbor & Pine"
	// demoMark in the installation table says that the demo was seeded to its end.
	demoMark = "demo_org"
)

// Config of the server that a demo runs: SQLite in its folder, everything else by default.
func (d Demo) Config() (Config, error) {
	if d.Data == "" {
		dir, err := os.MkdirTemp("", "switchboard-demo-")
		if err != nil {
			return Config{}, err
		}
		d.Data = dir
	}
	c := Config{
		Listen: d.Listen, Database: "sqlite:" + filepath.Join(d.Data, "switchboard.db"),
		Files: "file:" + filepath.Join(d.Data, "files"), AdminListen: d.AdminListen, EgressAllow: d.EgressAllow, Sandbox: true, Log: "info", Migrate: true, demo: true,
	}
	if d.Database != "" {
		secret := filepath.Join(d.Data, "secret")
		c.Database, c.SecretKey = d.Database, "file:"+secret
		return c, makeSecret("", secret)
	}
	return c, nil
}

// demoSecret derives passwords and the API key from the folder's secret, so that they stay the same.
func (a *App) demoSecret(purpose string) []byte {
	return a.derive("demo " + purpose)
}

func (a *App) demoPassword(p person) string {
	text := strings.ToLower(base32.StdEncoding.EncodeToString(a.demoSecret("password " + p.email))[:12])
	return text[:4] + "-" + text[4:8] + "-" + text[8:]
}

func (a *App) demoKey() string {
	return "sk_" + base64.RawURLEncoding.EncodeToString(a.demoSecret("api key"))
}

// SeedDemo makes the ready-made organisation, once for a folder.
func (a *App) SeedDemo(ctx context.Context) error {
	mark, err := a.db.Mark(ctx, demoMark)
	if err != nil || mark != "" {
		return err
	}
	org, link, err := a.setup.CreateOrganisation(ctx, demoOrg, people[0].email)
	if err != nil {
		return fmt.Errorf("the demo's folder holds half of a demo; start with another --data: %w", err)
	}
	admin, err := a.demoJoin(ctx, link, people[0])
	if err != nil {
		return err
	}
	users := []message.UserID{admin.UserID}
	for _, p := range people[1:] {
		id, link, err := a.staff.InviteUser(ctx, admin, staff.UserSpec{Name: p.name, Email: p.email, Role: p.role, Capacity: p.capacity})
		if err != nil {
			return err
		}
		if _, err := a.demoJoin(ctx, link, p); err != nil {
			return err
		}
		users = append(users, id)
	}
	if err := a.demoAPIKey(ctx, admin); err != nil {
		return err
	}
	if err := a.demoChannels(ctx, admin.Org, users); err != nil {
		return err
	}
	return a.db.SetMark(ctx, demoMark, org.ID.String())
}

func (a *App) demoJoin(ctx context.Context, link string, p person) (staff.Principal, error) {
	token := link[strings.LastIndex(link, "/")+1:]
	in, err := a.staff.Join(ctx, token, p.name, a.demoPassword(p), staff.Client{UserAgent: "demo"})
	return in.Principal, err
}

func (a *App) demoAPIKey(ctx context.Context, admin staff.Principal) error {
	key := a.demoKey()
	hash := sha256.Sum256([]byte(key))
	return a.db.Write(ctx, admin.Org, func(tx *store.Tx) error {
		return tx.InsertAPIKey(staff.APIKey{Org: admin.Org, ID: message.NewID[message.APIKeyID](), Name: "Demo", Prefix: key[:10],
			Scopes: admin.Permissions.Names(), CreatedBy: admin.UserID, CreatedAt: tx.Now()}, hash[:])
	})
}

// demoChannels makes queues, channels, a deployment, quick texts and past conversations.
func (a *App) demoChannels(ctx context.Context, org message.OrgID, users []message.UserID) error {
	routes := &routing.Setup{Write: store.Writer[routing.SetupTx](a.db), ChannelTypes: a.connectors.Types()}
	standard, err := routes.CreateConfiguration(ctx, org, routing.ConfigurationSpec{Name: "Standard", Model: "least_active", Priority: 2, SizeUnits: 1, PushTimeoutSecs: 45})
	if err != nil {
		return err
	}
	urgent, err := routes.CreateConfiguration(ctx, org, routing.ConfigurationSpec{Name: "Urgent", Model: "most_available", Priority: 1, SizeUnits: 2, PushTimeoutSecs: 20})
	if err != nil {
		return err
	}
	support, err := routes.CreateQueue(ctx, org, routing.QueueSpec{Name: "Support", RoutingConfigID: standard, Members: users[1:]})
	if err != nil {
		return err
	}
	if _, err := routes.CreateQueue(ctx, org, routing.QueueSpec{Name: "Orders", RoutingConfigID: urgent, Members: users[2:], OverflowQueueID: support, OverflowAfter: 300}); err != nil {
		return err
	}
	toSupport := &resource.ChannelRouting{Mode: "queue", Queue: support, LastAgentMinutes: 24 * 60}
	web, err := a.setup.CreateChannel(ctx, org, setup.ChannelSpec{Type: "web", Name: "Web shop", APIName: "Web_Shop", Routing: toSupport})
	if err != nil {
		return err
	}
	whatsapp, err := a.setup.CreateChannel(ctx, org, setup.ChannelSpec{Type: "whatsapp", Name: "WhatsApp", Sandbox: true, Routing: toSupport})
	if err != nil {
		return err
	}
	if _, err := a.setup.CreateChannel(ctx, org, setup.ChannelSpec{Type: "sms", Provider: "twilio", Name: "SMS", Sandbox: true, Routing: toSupport,
		Settings: map[string]string{channel.SettingRegistered: channel.Yes, channel.SettingCampaign: "CDEMO01"}}); err != nil {
		return err
	}
	if err := a.demoDeployment(ctx, org, web); err != nil {
		return err
	}
	for _, q := range []setup.QuickTextSpec{
		{Name: "Greeting", Shortcut: "hello", Text: "Hello {{customer.first_name|there}}, this is {{agent.first_name}} of Harbor & Pine. How can I help?"},
		{Name: "One moment", Shortcut: "moment", Text: "Let me look that up for you. One moment, please."},
		{Name: "Returns", Shortcut: "returns", Text: "You can send anything back within 30 days. The label is in your parcel; the money is back with you within five working days of its arrival."},
		{Name: "Goodbye", Shortcut: "bye", Text: "Thank you for writing. Have a good day!"},
	} {
		if _, err := a.setup.CreateQuickText(ctx, org, q); err != nil {
			return err
		}
	}
	return a.demoPast(ctx, org, whatsapp, users)
}

func (a *App) demoDeployment(ctx context.Context, org message.OrgID, web message.ChannelID) error {
	id, err := a.setup.CreateDeployment(ctx, org, setup.DeploymentSpec{Name: "Demo Web", APIName: "Demo_Web", ChannelID: web})
	if err != nil {
		return err
	}
	err = a.setup.ChangeDeployment(ctx, org, id, 0, func(spec *setup.DeploymentSpec) error {
		d := spec.Draft
		d.Origins = []string{a.config.PublicURL}
		d.Branding.Title, d.Branding.Accent = demoOrg, "#0f766e"
		d.Prechat, d.PrechatActive = []resource.PrechatField{
			{Name: "_firstName", Type: "Text", Required: true, MaxLength: 80},
			{Name: "_email", Type: "Email", MaxLength: 200},
			{Name: "order_number", Type: "Text", MaxLength: 40, Labels: map[string]string{"en": "Order number"}},
			{Name: "page", Type: "Text", Hidden: true, MaxLength: 500},
		}, true
		return nil
	})
	if err != nil {
		return err
	}
	return a.setup.Publish(ctx, org, id)
}

// demoTemplates fetches the templates that the sandbox approved, which it can only do once it answers.
func (a *App) demoTemplates(ctx context.Context) error {
	mark, err := a.db.Mark(ctx, demoMark)
	if err != nil {
		return err
	}
	org, err := message.ParseID[message.OrgID](mark)
	if err != nil {
		return err
	}
	channels, _, err := a.db.Channels(ctx, org, resource.Page{Limit: 200})
	if err != nil {
		return err
	}
	for _, c := range channels {
		if c.Sandbox && c.Type == "whatsapp" {
			if err := a.setup.SyncTemplates(ctx, org, c.ID); err != nil {
				return err
			}
		}
	}
	return nil
}

// ready is the line that `demo` prints when requests are answered.
type ready struct {
	URL string `json:"url"`
	Org struct {
		ID  message.OrgID `json:"id"`
		Key string        `json:"key"`
	} `json:"org"`
	APIKey   string         `json:"api_key"`
	Users    []readyUser    `json:"users"`
	Channels []readyChannel `json:"channels"`
	Sandbox  string         `json:"sandbox"`
}

type readyUser struct {
	Email    string `json:"email"`
	Password string `json:"password"`
	Role     string `json:"role"`
	Name     string `json:"name"`
}

type readyChannel struct {
	ID         message.ChannelID `json:"id"`
	Type       string            `json:"type"`
	Provider   string            `json:"provider,omitempty"`
	Deployment string            `json:"deployment,omitempty"`
	Address    string            `json:"address,omitempty"`
	Webhook    string            `json:"webhook,omitempty"`
	Secrets    map[string]string `json:"secrets,omitempty"`
}

// Ready writes the ready line.
func (a *App) Ready(ctx context.Context, w io.Writer) error {
	mark, err := a.db.Mark(ctx, demoMark)
	if err != nil {
		return err
	}
	id, err := message.ParseID[message.OrgID](mark)
	if err != nil {
		return fault.Wrap(err, fault.Internal, "the demo has no organisation")
	}
	organisation, err := a.db.Organisation(ctx, id)
	if err != nil {
		return err
	}
	line := ready{URL: a.config.PublicURL, APIKey: a.demoKey(), Sandbox: a.config.PublicURL + "/sandbox"}
	line.Org.ID, line.Org.Key = organisation.ID, organisation.Key
	for _, p := range people {
		line.Users = append(line.Users, readyUser{Email: p.email, Password: a.demoPassword(p), Role: p.role, Name: p.name})
	}
	channels, _, err := a.db.Channels(ctx, id, resource.Page{Limit: 200})
	if err != nil {
		return err
	}
	deployments, _, err := a.db.Deployments(ctx, id, resource.Page{Limit: 200})
	if err != nil {
		return err
	}
	for _, c := range channels {
		one, err := a.readyChannel(ctx, c, deployments)
		if err != nil {
			return err
		}
		line.Channels = append(line.Channels, one)
	}
	return json.NewEncoder(w).Encode(line)
}

func (a *App) readyChannel(ctx context.Context, c resource.Channel, deployments []resource.Deployment) (readyChannel, error) {
	one := readyChannel{ID: c.ID, Type: c.Type, Provider: c.Provider, Address: c.Address}
	if c.Type == "web" {
		one.Address = ""
		for _, d := range deployments {
			if d.ChannelID == c.ID {
				one.Deployment = d.APIName
			}
		}
		return one, nil
	}
	if c.Type == "whatsapp" {
		one.Provider = ""
	}
	row, err := a.db.Account(ctx, c.ID)
	if err != nil {
		return one, err
	}
	account, _, err := a.accounts.complete(row)
	if err != nil {
		return one, err
	}
	one.Webhook = account.WebhookURL
	one.Secrets = map[string]string{}
	for name, value := range account.Settings {
		one.Secrets[name] = value
	}
	for name, value := range account.Secrets {
		one.Secrets[name] = value
	}
	return one, nil
}

// demoGuide is for people, on standard error.
func (a *App) demoGuide(w io.Writer) {
	fmt.Fprintf(w, "\n  Console   %s   (sign in as %s, password %s)\n", a.config.PublicURL, people[2].email, a.demoPassword(people[2]))
	fmt.Fprintf(w, "  Set-up    the same page as %s, password %s\n", people[0].email, a.demoPassword(people[0]))
	fmt.Fprintf(w, "  Phones    %s/sandbox   (be the customer)\n", a.config.PublicURL)
	fmt.Fprintf(w, "  Kit       %s/ui   (what the pages are made of)\n\n", a.config.PublicURL)
}

// pastStart is how long ago the sample conversations were.
const pastStart = 26 * time.Hour
