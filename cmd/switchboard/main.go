// Command switchboard is the whole of Switchboard: the server, a demo, and the tools of an operator.
// It reads flags and signals and calls package app.
package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"strings"
	"syscall"
	_ "time/tzdata" // for machines without: a recipient's time must not depend on what is installed

	"github.com/alecthomas/kong"

	"switchboard/internal/app"
	"switchboard/internal/load"
)

// version is set by the build.
var version = "dev"

type cli struct {
	Serve   serveCmd   `cmd:"" help:"Run the server."`
	Demo    demoCmd    `cmd:"" help:"Run the server with a ready-made organisation, on SQLite, with every provider played by the sandbox."`
	Org     orgCmd     `cmd:"" help:"Organisations."`
	Load    loadCmd    `cmd:"" help:"Play customers, providers and agents against a server; measure it, and audit every message."`
	Token   tokenCmd   `cmd:"" help:"Make a key pair and an identity token, to try the verification of customers with."`
	Migrate migrateCmd `cmd:"" help:"Bring the schema of the database up to date."`
	Version versionCmd `cmd:"" help:"Print the version."`
}

func main() {
	var c cli
	parser := kong.Must(&c, kong.Name("switchboard"), kong.Description("Talk with your customers over every messaging channel."),
		kong.Vars{"scenarios": strings.Join(load.Names(), ", ")}, kong.Configuration(settingsFile), kong.ConfigureHelp(kong.HelpOptions{Compact: true}))
	command, err := parser.Parse(os.Args[1:])
	parser.FatalIfErrorf(err)
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	command.BindTo(ctx, (*context.Context)(nil))
	err = command.Run()
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "switchboard:", strings.ReplaceAll(err.Error(), "\n", "; "))
		os.Exit(1)
	}
}

// logger writes lines for machines and people alike, to standard error.
func logger(level string) *slog.Logger {
	var l slog.Level
	if err := l.UnmarshalText([]byte(level)); err != nil {
		l = slog.LevelInfo
	}
	log := slog.New(slog.NewJSONHandler(os.Stderr, &slog.HandlerOptions{Level: l}))
	slog.SetDefault(log)
	return log
}

// settingsFile reads NAME=value lines, the names being those of the environment. Empty lines and lines
// that begin with # are passed over. Flags and the environment go before it.
func settingsFile(r io.Reader) (kong.Resolver, error) {
	values := map[string]string{}
	lines := bufio.NewScanner(r)
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(lines.Text())
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		name, value, ok := strings.Cut(line, "=")
		if !ok || !strings.HasPrefix(strings.TrimSpace(name), "SWITCHBOARD_") {
			return nil, fmt.Errorf("settings file, line %d: want SWITCHBOARD_NAME=value", n)
		}
		values[strings.TrimSpace(name)] = strings.TrimSpace(value)
	}
	return kong.ResolverFunc(func(_ *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
		for _, name := range flag.Envs {
			if value, ok := values[name]; ok {
				return value, nil
			}
		}
		return nil, nil
	}), lines.Err()
}

type serveCmd struct {
	app.Config `embed:""`
	Settings   kong.ConfigFlag `name:"config" help:"File with settings, NAME=value a line." type:"existingfile" placeholder:"FILE"`
}

func (c *serveCmd) Run(ctx context.Context) error {
	spareMemory()
	log := logger(c.Log)
	a, err := app.New(ctx, c.Config, version, log)
	if err != nil {
		return err
	}
	return a.Run(ctx, func() {
		log.Info("ready", "listen", c.Listen)
		if err := a.FirstLink(ctx, os.Stderr); err != nil {
			log.Error("the link for the first administrator could not be made", "err", err)
		}
	})
}

type demoCmd struct {
	Listen      string `help:"Address to answer on." default:"127.0.0.1:8080"`
	Data        string `help:"Folder to keep everything in. Default: a temporary one." type:"path"`
	Database    string `help:"postgres://… instead of SQLite in the folder."`
	AdminListen string `help:"Address for /debug/pprof. Default: none."`
	EgressAllow string `help:"Networks, with commas, of this machine or private ones, that addresses set by administrators may lead to. Default: none."`
	Log         string `help:"Lowest level of log lines." enum:"debug,info,warn,error" default:"warn"`
}

func (c *demoCmd) Run(ctx context.Context) error {
	spareMemory()
	log := logger(c.Log)
	return app.RunDemo(ctx, app.Demo{Listen: c.Listen, Data: c.Data, Database: c.Database, AdminListen: c.AdminListen, EgressAllow: c.EgressAllow}, version, os.Stdout, os.Stderr, log)
}

type orgCmd struct {
	Create orgCreateCmd `cmd:"" help:"Make an organisation and print a one-time link for its administrator."`
}

type orgCreateCmd struct {
	app.Config `embed:""`
	Name       string `required:"" help:"Name of the organisation."`
	Admin      string `required:"" help:"E-mail address of its first administrator."`
}

func (c *orgCreateCmd) Run(ctx context.Context) error {
	link, err := app.CreateOrganisation(ctx, c.Config, c.Name, c.Admin, version, logger(c.Log))
	if err != nil {
		return err
	}
	fmt.Println(link)
	return nil
}

type migrateCmd struct {
	Database string `help:"sqlite:PATH or postgres://…" default:"sqlite:switchboard.db" env:"SWITCHBOARD_DATABASE"`
}

func (c *migrateCmd) Run(ctx context.Context) error {
	v, err := app.Migrate(ctx, c.Database)
	if err == nil {
		fmt.Println("schema version", v)
	}
	return err
}

type versionCmd struct{}

func (versionCmd) Run() error {
	fmt.Println("switchboard", version)
	return nil
}
