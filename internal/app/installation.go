package app

import (
	"net"
	"strings"

	"switchboard/internal/setup"
)

// installation is what the security checklist asks about the settings, after they were checked.
func (c *Config) installation(sealed bool) setup.Installation {
	sqlite, isSQLite := strings.CutPrefix(c.Database, "sqlite:")
	return setup.Installation{
		Demo: c.demo, OwnMachine: ownMachine(c.Listen), HTTPS: strings.HasPrefix(c.PublicURL, "https:"), TLS: c.TLSCert != "",
		Proxies: len(c.proxies) > 0, Mail: c.mail != nil, Sealed: sealed, Sandbox: c.Sandbox,
		SecretBeside: isSQLite && (c.SecretKey == "" || c.SecretKey == "file:"+sqlite+".secret"),
		MetricsOpen:  c.AdminListen != "" && !ownMachine(c.AdminListen), FilesApart: c.FilesURL != c.PublicURL,
	}
}

// ownMachine reports whether nobody else can reach an address to listen on.
func ownMachine(listen string) bool {
	host, _, err := net.SplitHostPort(listen)
	return err == nil && loopback(host)
}
