package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"

	"switchboard/internal/store"
)

// RunDemo runs a demo until ctx ends. The ready line goes to out, words for people to guide.
func RunDemo(ctx context.Context, d Demo, version string, out, guide io.Writer, log *slog.Logger) error {
	if host, _, err := net.SplitHostPort(d.Listen); err == nil && !loopback(host) {
		fmt.Fprintf(guide, "switchboard: the demo listens beyond this machine (%s): its passwords are no secret, and its sandbox is open to whoever reaches it\n", d.Listen)
	}
	config, err := d.Config()
	if err != nil {
		return err
	}
	a, err := New(ctx, config, version, log)
	if err != nil {
		return err
	}
	if err := a.SeedDemo(ctx); err != nil {
		return errors.Join(err, a.close())
	}
	return a.Run(ctx, func() {
		if err := a.demoTemplates(ctx); err != nil {
			log.Warn("the demo's templates could not be fetched", "err", err)
		}
		if err := a.Ready(ctx, out); err != nil {
			log.Error("the ready line could not be written", "err", err)
		}
		a.demoGuide(guide)
	})
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// CreateOrganisation makes an organisation and returns its administrator's one-time link. A server may
// be running on the same database.
func CreateOrganisation(ctx context.Context, config Config, name, admin, version string, log *slog.Logger) (link string, err error) {
	a, err := New(ctx, config, version, log)
	if err != nil {
		return "", err
	}
	_, link, err = a.setup.CreateOrganisation(ctx, name, admin)
	if closing := a.close(); err == nil {
		err = closing
	}
	return link, err
}

// Migrate brings a database's schema up to date.
func Migrate(ctx context.Context, database string) (int64, error) {
	return store.Migrate(ctx, database)
}

// FirstLink prints the one-time link with which the first administrator of an empty installation is
// made. It prints nothing when there is an organisation.
func (a *App) FirstLink(ctx context.Context, w io.Writer) error {
	link, err := a.first.Link(ctx)
	if err == nil && link != "" {
		fmt.Fprintf(w, "\n  This installation is empty. Make its first administrator here:\n  %s\n\n", link)
	}
	return err
}

func (a *App) empty(ctx context.Context) (bool, error) {
	orgs, err := a.db.Organisations(ctx)
	return len(orgs) == 0, err
}
