package load

import (
	"context"
	"fmt"
	"maps"
)

// Credentials say which server is loaded when there is no ready line of a demo.
type Credentials struct {
	URL        string `name:"url" help:"Address of a server, instead of a ready line." placeholder:"URL"`
	Key        string `name:"api-key" help:"API key with every scope." env:"LOAD_API_KEY" placeholder:"KEY"`
	Channel    string `help:"Id of a WhatsApp channel of the sandbox." placeholder:"ID"`
	AppSecret  string `help:"App secret of that channel, with which its provider signs." env:"LOAD_APP_SECRET" placeholder:"SECRET"`
	OrgKey     string `help:"The organisation's key (00D…), for customers on web pages." placeholder:"KEY"`
	Deployment string `help:"API name of a published deployment, for customers on web pages." placeholder:"NAME"`
}

// Ready asks the server for the rest of what a ready line tells.
func (c Credentials) Ready(ctx context.Context) (r Ready, err error) {
	if c.Key == "" || c.Channel == "" || c.AppSecret == "" {
		return r, fmt.Errorf("--url needs --api-key, --channel and --app-secret as well")
	}
	var ch struct {
		ID, Type, Address, Webhook string
		Settings                   map[string]string
	}
	if err := NewClient(c.URL, c.Key).get(ctx, "/api/v1/channels/"+c.Channel, &ch); err != nil {
		return r, err
	}
	if ch.Type != "whatsapp" {
		return r, fmt.Errorf("the channel is of type %s; load plays WhatsApp", ch.Type)
	}
	r.URL, r.APIKey, r.Org.Key = c.URL, c.Key, c.OrgKey
	secrets := map[string]string{"app_secret": c.AppSecret}
	maps.Copy(secrets, ch.Settings)
	r.Channels = []ReadyChannel{{ID: ch.ID, Type: ch.Type, Address: ch.Address, Webhook: ch.Webhook, Secrets: secrets}}
	if c.Deployment != "" {
		r.Channels = append(r.Channels, ReadyChannel{Type: "web", Deployment: c.Deployment})
	}
	return r, nil
}
