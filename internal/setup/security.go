package setup

import (
	"strings"

	"switchboard/internal/resource"
)

// Installation is what the security checklist asks about the settings that the program runs with.
type Installation struct {
	Demo         bool
	OwnMachine   bool // answers only on this machine's own address
	HTTPS        bool // at the public address
	TLS          bool // by itself, without a proxy before it
	Proxies      bool // some are trusted to say who calls
	Mail         bool
	SecretBeside bool // the secret key lies beside the database that it opens
	Sealed       bool // what people say is sealed in the database
	MetricsOpen  bool // to other machines
	FilesApart   bool // files have an origin of their own
	Sandbox      bool
}

// SecurityRows is what the checklist asks about an organisation.
type SecurityRows struct {
	Admins      int
	IdleAdmins  []resource.SecuritySubject // who may manage users, and weren't here for 30 days
	IdleKeys    []resource.SecuritySubject // API keys that nobody used for 90 days
	Sandboxes   []resource.SecuritySubject // channels that the simulator plays
	Deployments []PublishedOrigins
}

// PublishedOrigins are the pages that may show a published widget.
type PublishedOrigins struct {
	resource.SecuritySubject
	Settings resource.DeploymentSettings
}

// Security compares an installation and an organisation with what is recommended (AD-4). What stands
// first matters most. The words for each key are the reader's.
func Security(in Installation, rows SecurityRows) []resource.SecurityCheck {
	var checks []resource.SecurityCheck
	add := func(key string, finding resource.SecurityState, found bool, subjects ...resource.SecuritySubject) {
		c := resource.SecurityCheck{Key: key, State: resource.SecurityGood, Subjects: []resource.SecuritySubject{}}
		if found {
			c.State = finding
			c.Subjects = append(c.Subjects, subjects...)
		}
		checks = append(checks, c)
	}
	const advice, risk = resource.SecurityAdvice, resource.SecurityRisk
	reachable := advice // what is a risk for others is advice as long as nobody else reaches it
	if !in.OwnMachine {
		reachable = risk
	}
	add("demo_passwords", reachable, in.Demo)
	add("public_address", reachable, !in.HTTPS)
	add("listen", risk, !in.OwnMachine && !in.TLS && !in.Proxies)
	add("proxies", advice, in.HTTPS && !in.TLS && !in.Proxies)
	add("metrics", risk, in.MetricsOpen)
	add("sealing", advice, !in.Sealed)
	add("secret_key", advice, in.SecretBeside)
	add("single_admin", advice, rows.Admins < 2)
	add("idle_admins", advice, len(rows.IdleAdmins) > 0, rows.IdleAdmins...)
	add("idle_keys", advice, len(rows.IdleKeys) > 0, rows.IdleKeys...)
	open, wide := origins(rows.Deployments)
	add("open_origins", risk, len(open) > 0, open...)
	add("wide_origins", advice, len(wide) > 0, wide...)
	add("sandbox", advice, in.Sandbox && !in.Demo, rows.Sandboxes...)
	add("mail", advice, !in.Mail)
	add("files_origin", advice, !in.FilesApart)
	return checks
}

// origins finds the deployments whose pages anybody on the way can change, and those that allow every
// subdomain there will ever be.
func origins(published []PublishedOrigins) (open, wide []resource.SecuritySubject) {
	for _, d := range published {
		var plain, many bool
		for _, origin := range d.Settings.Origins {
			scheme, host, ok := splitOrigin(origin)
			name, _, _ := strings.Cut(host, ":")
			plain = plain || ok && scheme == "http" && name != "localhost" && name != "127.0.0.1"
			many = many || strings.HasPrefix(host, "*.")
		}
		if plain || len(d.Settings.Origins) == 0 && d.Settings.Domain == "" {
			open = append(open, d.SecuritySubject)
		}
		if many || d.Settings.Domain != "" {
			wide = append(wide, d.SecuritySubject)
		}
	}
	return open, wide
}
