package app

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"switchboard/internal/mail"
)

// Config is every setting of `serve`. Each can be given as a flag, as an environment variable, or in
// a file of NAME=value lines.
type Config struct {
	Listen         string `help:"Address to answer on." default:"127.0.0.1:8080" env:"SWITCHBOARD_LISTEN"`
	PublicURL      string `help:"Address at which browsers and providers reach this server; signatures cover it. Default: http and the listen address." env:"SWITCHBOARD_PUBLIC_URL"`
	WidgetURL      string `help:"Separate origin for the widget. Default: the public address." env:"SWITCHBOARD_WIDGET_URL"`
	FilesURL       string `help:"Separate origin for files. Default: the public address." env:"SWITCHBOARD_FILES_URL"`
	Database       string `help:"sqlite:PATH or postgres://…" default:"sqlite:switchboard.db" env:"SWITCHBOARD_DATABASE"`
	Bus            string `help:"memory, postgres or nats://… Default: memory on SQLite, postgres on PostgreSQL." env:"SWITCHBOARD_BUS"`
	Files          string `help:"file:DIR or s3://BUCKET. Default: a folder named files beside the SQLite database." env:"SWITCHBOARD_FILES"`
	SecretKey      string `help:"Secret of this installation, at least 32 bytes in base64, or file:PATH. Losing it loses what is sealed. Default: a file beside the SQLite database, made at the first start." env:"SWITCHBOARD_SECRET_KEY"`
	TLSCert        string `name:"tls-cert" help:"Certificate file: answer https instead of http." env:"SWITCHBOARD_TLS_CERT"`
	TLSKey         string `name:"tls-key" help:"Its key file." env:"SWITCHBOARD_TLS_KEY"`
	TrustedProxies string `help:"Networks, with commas, whose X-Forwarded-For is believed." env:"SWITCHBOARD_TRUSTED_PROXIES"`
	EgressAllow    string `help:"Networks, with commas, of this machine or private ones, that addresses set by administrators may lead to, such as that of an identity provider. Default: none." env:"SWITCHBOARD_EGRESS_ALLOW"`
	AdminListen    string `help:"Address for /metrics and /debug/pprof. Default: none." env:"SWITCHBOARD_ADMIN_LISTEN"`
	SMTP           string `name:"smtp" help:"smtp://USER:PASSWORD@HOST:PORT?from=ADDRESS for invitations. Default: links are shown to be copied." env:"SWITCHBOARD_SMTP"`
	Sandbox        bool   `help:"Play the providers of sandbox channels, for staff who may." env:"SWITCHBOARD_SANDBOX"`
	OTLP           string `name:"otlp" help:"Address of a collector for traces, such as http://127.0.0.1:4318 (OTLP over HTTP). Default: none are recorded." env:"SWITCHBOARD_OTLP,OTEL_EXPORTER_OTLP_ENDPOINT"`
	Log            string `help:"Lowest level of log lines." enum:"debug,info,warn,error" default:"info" env:"SWITCHBOARD_LOG"`
	Migrate        bool   `help:"Bring the schema up to date at the start." default:"true" negatable:"" env:"SWITCHBOARD_MIGRATE"`

	// demo: metrics and the sandbox are open to whoever reaches the listener.
	demo bool `kong:"-"`
	// Set by validate.
	proxies []netip.Prefix
	allowed []netip.Prefix // that may be called though they are inner
	mail    *mail.SMTP     // nil without one
	secret  []byte
}

// validate fills what follows from other settings, and names the first one that can't be.
func (c *Config) validate() error {
	host, port, err := net.SplitHostPort(c.Listen)
	if err != nil {
		return fmt.Errorf("SWITCHBOARD_LISTEN: %q is not HOST:PORT", c.Listen)
	}
	if (c.TLSCert == "") != (c.TLSKey == "") {
		return errors.New("SWITCHBOARD_TLS_CERT and SWITCHBOARD_TLS_KEY go together")
	}
	if c.PublicURL == "" {
		scheme := "http"
		if c.TLSCert != "" {
			scheme = "https"
		}
		if host == "" || host == "0.0.0.0" || host == "::" {
			host = "127.0.0.1"
		}
		c.PublicURL = scheme + "://" + net.JoinHostPort(host, port)
	}
	for _, u := range []struct {
		name  string
		value *string
	}{{"SWITCHBOARD_PUBLIC_URL", &c.PublicURL}, {"SWITCHBOARD_WIDGET_URL", &c.WidgetURL}, {"SWITCHBOARD_FILES_URL", &c.FilesURL}} {
		if *u.value == "" {
			*u.value = c.PublicURL
		}
		*u.value = strings.TrimRight(*u.value, "/")
		parsed, err := url.Parse(*u.value)
		if err == nil && parsed.User != nil {
			return fmt.Errorf("%s: an origin has neither user nor password", u.name)
		}
		if err != nil || parsed.Host == "" || parsed.Path+parsed.RawQuery+parsed.Fragment != "" || parsed.Scheme != "http" && parsed.Scheme != "https" {
			return fmt.Errorf("%s: %q is not an origin such as https://chat.example.com", u.name, *u.value)
		}
	}
	sqlite, isSQLite := strings.CutPrefix(c.Database, "sqlite:")
	if isSQLite && sqlite == "" || !isSQLite && !strings.HasPrefix(c.Database, "postgres://") && !strings.HasPrefix(c.Database, "postgresql://") {
		return errors.New("SWITCHBOARD_DATABASE: want sqlite:PATH or postgres://…")
	}
	if c.Bus == "" {
		c.Bus = "memory"
		if !isSQLite {
			c.Bus = "postgres"
		}
	}
	if c.Bus != "memory" && c.Bus != "postgres" && !strings.HasPrefix(c.Bus, "nats://") {
		return errors.New("SWITCHBOARD_BUS: want memory, postgres or nats://…")
	}
	if c.Bus == "postgres" && isSQLite {
		return errors.New("SWITCHBOARD_BUS: postgres needs a PostgreSQL database")
	}
	if c.Files == "" {
		if !isSQLite {
			return errors.New("SWITCHBOARD_FILES: with PostgreSQL say where files go: file:DIR or s3://BUCKET")
		}
		c.Files = "file:" + filepath.Join(filepath.Dir(sqlite), "files")
	}
	if c.proxies, err = networks("SWITCHBOARD_TRUSTED_PROXIES", c.TrustedProxies); err != nil {
		return err
	}
	if c.allowed, err = networks("SWITCHBOARD_EGRESS_ALLOW", c.EgressAllow); err != nil {
		return err
	}
	if c.SMTP != "" {
		if c.mail, err = mail.Parse(c.SMTP); err != nil {
			return fmt.Errorf("SWITCHBOARD_SMTP: %w", err)
		}
	}
	return c.readSecret(sqlite, isSQLite)
}

// networks reads a list of addresses and prefixes.
func networks(setting, list string) (out []netip.Prefix, err error) {
	for _, text := range strings.FieldsFunc(list, func(r rune) bool { return r == ',' || r == ' ' }) {
		prefix, err := netip.ParsePrefix(text)
		if err != nil {
			addr, err := netip.ParseAddr(text)
			if err != nil {
				return nil, fmt.Errorf("%s: %q is no network", setting, text)
			}
			prefix = netip.PrefixFrom(addr, addr.BitLen())
		}
		out = append(out, prefix.Masked())
	}
	return out, nil
}

// readSecret takes the installation's secret from the setting, its file, or the file beside a SQLite
// database, which is made when both are new.
func (c *Config) readSecret(sqlite string, isSQLite bool) error {
	text := c.SecretKey
	if text == "" {
		if !isSQLite {
			return errors.New("SWITCHBOARD_SECRET_KEY: with PostgreSQL a secret is needed; make one with: openssl rand -base64 32")
		}
		text = "file:" + sqlite + ".secret"
		if err := makeSecret(sqlite, sqlite+".secret"); err != nil {
			return fmt.Errorf("SWITCHBOARD_SECRET_KEY: %w", err)
		}
	}
	if path, ok := strings.CutPrefix(text, "file:"); ok {
		b, err := os.ReadFile(path)
		if err != nil {
			return fmt.Errorf("SWITCHBOARD_SECRET_KEY: %w", err)
		}
		text = string(b)
	}
	secret, err := base64.StdEncoding.DecodeString(strings.TrimSpace(text))
	if err != nil || len(secret) < 32 {
		return errors.New("SWITCHBOARD_SECRET_KEY: want at least 32 bytes in base64")
	}
	c.secret = secret
	return nil
}

func makeSecret(database, path string) error {
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if info, err := os.Stat(database); err == nil && info.Size() > 0 {
		return fmt.Errorf("%s is missing, and %s was made with it", path, database)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	secret := make([]byte, 32)
	_, _ = rand.Read(secret) // never fails
	return os.WriteFile(path, []byte(base64.StdEncoding.EncodeToString(secret)+"\n"), 0o600)
}
