package app

import (
	"context"
	"net/http"
	"strings"
	"time"

	"switchboard/internal/channel"
	"switchboard/internal/fault"
	"switchboard/internal/httpapi"
	customerapi "switchboard/internal/httpapi/customer"
	"switchboard/internal/httpapi/files"
	"switchboard/internal/httpapi/hook"
	"switchboard/internal/httpapi/problem"
	staffapi "switchboard/internal/httpapi/staff"
	"switchboard/internal/message"
	"switchboard/internal/realtime"
	"switchboard/internal/resource"
	"switchboard/internal/sandbox"
	"switchboard/internal/setup"
	"switchboard/internal/staff"
	"switchboard/internal/store"
	"switchboard/web"
)

func (a *App) routes(staffAPI *staffapi.API, customerAPI *customerapi.API, hooks *hook.Handler) http.Handler {
	surface := httpapi.Surface{
		Staff: staffAPI, Realtime: a.realtimeDoor(staffAPI), Customer: customerAPI.Handler(), Hooks: hooks.Routes, Files: files.Handler(a.files),
		Health: a.healthz, Ready: a.readyz, Apps: web.Files(), FrameAncestors: a.frameAncestors,
		APIOrigin: a.config.PublicURL, FilesOrigin: a.config.FilesURL,
		Observe: a.measured.request, Spans: a.spans(),
		Log: a.log,
	}
	if a.config.demo {
		surface.Metrics, surface.Gallery = a.metricsHandler(), true
	}
	if a.sandbox != nil {
		surface.SandboxProviders, surface.SandboxAPI = a.sandbox.Handler(), a.ownPages(a.sandboxDoor(staffAPI))
	}
	return surface.Handler()
}

// realtimeDoor lets staff into the realtime hub.
func (a *App) realtimeDoor(staffAPI *staffapi.API) http.Handler {
	var principal func(r *http.Request) (realtime.Principal, error)
	principal = func(r *http.Request) (realtime.Principal, error) {
		p, err := staffAPI.Admit(r, staff.ConversationRead)
		if err != nil {
			return realtime.Principal{}, err
		}
		return realtime.Principal{
			Org: p.Org, Viewer: resource.Viewer{User: p.UserID, All: p.Can(staff.ConversationReadAll)},
			Presences: p.Can(staff.PresenceView), Queues: p.Can(staff.PresenceView) || p.Can(staff.SetupView),
			Agent: !p.APIKey && p.Can(staff.PresenceSet),
			Renew: func(ctx context.Context) (realtime.Principal, error) { return principal(r.WithContext(ctx)) },
		}, nil
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p, err := principal(r)
		if err != nil {
			problem.Write(w, r, err)
			return
		}
		a.hub.Serve(w, r, p)
	})
}

// frameAncestors is who may hold a deployment's widget: this server's own pages, and its allowlist.
func (a *App) frameAncestors(ctx context.Context, orgKey, deployment string) string {
	sources := []string{"'self'", a.config.PublicURL}
	d, err := a.db.PublishedDeployment(ctx, orgKey, deployment)
	if err != nil {
		return strings.Join(sources, " ")
	}
	sources = append(sources, d.Settings.Origins...)
	if domain := d.Settings.Domain; domain != "" {
		sources = append(sources, "https://"+domain, "https://*."+domain)
	}
	return strings.Join(sources, " ")
}

// sandboxDoor lets staff who may to the person's side of the simulator; in a demo everybody who
// reaches the listener.
func (a *App) sandboxDoor(staffAPI *staffapi.API) http.Handler {
	api := a.sandbox.API()
	if a.config.demo {
		return api
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p, err := staffAPI.Admit(r, staff.SandboxUse)
		if err != nil {
			problem.Write(w, r, err)
			return
		}
		api.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), sandboxOrg{}, p.Org)))
	})
}

type sandboxOrg struct{}

func (a *App) newSandbox(outgoing *http.Client) *sandbox.Sandbox {
	c := sandbox.Config{Accounts: a.accounts, HTTP: outgoing, Problem: problem.Write, Log: a.log, LastInbound: a.lastInbound}
	if !a.config.demo {
		c.Org = func(r *http.Request) (message.OrgID, bool) {
			org, ok := r.Context().Value(sandboxOrg{}).(message.OrgID)
			return org, ok
		}
	}
	return sandbox.New(c)
}

// lastInbound is when a customer last wrote to a channel; zero when never.
func (a *App) lastInbound(ctx context.Context, account channel.Account, number string) (at time.Time, err error) {
	err = a.db.Write(ctx, account.Org, func(tx *store.Tx) error {
		customer, found, err := tx.CustomerByAddress(account.ID, message.Address{Kind: message.AddressPhone, Value: number})
		if err != nil || !found {
			return err
		}
		c, _, err := tx.ConversationByThread(account.ID, customer, "")
		at = c.CustomerAt
		return err
	})
	if fault.CodeOf(err) == fault.NotFound {
		err = nil
	}
	return at, err
}

func (a *App) newSetup() *setup.Service {
	s := &setup.Service{Write: store.Writer[setup.Tx](a.db), Account: a.accounts.Account, Candidate: a.accounts.Candidate, Template: a.db.TemplateByID, PublicURL: a.config.PublicURL, WidgetURL: a.config.WidgetURL, Sandbox: a.config.Sandbox,
		File: a.files.Get, OpenFile: a.files.OpenByID, CheckURL: guard(a.config).CheckURL}
	s.Kinds = append(s.Kinds, setup.Kind{Type: channel.Web, Capabilities: channel.WebCapabilities()})
	for _, c := range a.connectors.All() {
		s.Kinds = append(s.Kinds, setup.KindOf(c))
	}
	return s
}
