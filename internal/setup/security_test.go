package setup

import (
	"testing"

	"switchboard/internal/resource"
)

func TestSecurity(t *testing.T) {
	states := func(in Installation, rows SecurityRows) map[string]resource.SecurityState {
		out := map[string]resource.SecurityState{}
		for _, c := range Security(in, rows) {
			out[c.Key] = c.State
			if c.Subjects == nil {
				t.Errorf("%s: subjects are null", c.Key)
			}
		}
		return out
	}
	hardened := Installation{HTTPS: true, TLS: true, Mail: true, Sealed: true, FilesApart: true}
	two := SecurityRows{Admins: 2}
	for key, state := range states(hardened, two) {
		if state != resource.SecurityGood {
			t.Errorf("%s is %s where everything is as recommended", key, state)
		}
	}
	for _, c := range []struct {
		why  string
		in   func(*Installation)
		rows func(*SecurityRows)
		key  string
		want resource.SecurityState
	}{
		{"a demo that others reach", func(i *Installation) { i.Demo = true }, nil, "demo_passwords", resource.SecurityRisk},
		{"a demo on this machine", func(i *Installation) { i.Demo, i.OwnMachine = true, true }, nil, "demo_passwords", resource.SecurityAdvice},
		{"plain http that others reach", func(i *Installation) { i.HTTPS, i.TLS = false, false }, nil, "public_address", resource.SecurityRisk},
		{"no TLS and no proxy before it", func(i *Installation) { i.TLS = false }, nil, "listen", resource.SecurityRisk},
		{"TLS by a proxy that isn't trusted", func(i *Installation) { i.TLS, i.OwnMachine = false, true }, nil, "proxies", resource.SecurityAdvice},
		{"TLS by a trusted proxy", func(i *Installation) { i.TLS, i.Proxies = false, true }, nil, "listen", resource.SecurityGood},
		{"metrics for all", func(i *Installation) { i.MetricsOpen = true }, nil, "metrics", resource.SecurityRisk},
		{"nothing is sealed", func(i *Installation) { i.Sealed = false }, nil, "sealing", resource.SecurityAdvice},
		{"the key beside the lock", func(i *Installation) { i.SecretBeside = true }, nil, "secret_key", resource.SecurityAdvice},
		{"no mail", func(i *Installation) { i.Mail = false }, nil, "mail", resource.SecurityAdvice},
		{"one administrator", nil, func(r *SecurityRows) { r.Admins = 1 }, "single_admin", resource.SecurityAdvice},
		{"an origin over http", nil, func(r *SecurityRows) { r.Deployments = published("http://shop.example") }, "open_origins", resource.SecurityRisk},
		{"an origin on this machine", nil, func(r *SecurityRows) { r.Deployments = published("http://localhost:3000") }, "open_origins", resource.SecurityGood},
		{"every subdomain", nil, func(r *SecurityRows) { r.Deployments = published("https://*.shop.example") }, "wide_origins", resource.SecurityAdvice},
		{"no origin at all", nil, func(r *SecurityRows) { r.Deployments = published() }, "open_origins", resource.SecurityRisk},
	} {
		in, rows := hardened, two
		if c.in != nil {
			c.in(&in)
		}
		if c.rows != nil {
			c.rows(&rows)
		}
		if got := states(in, rows)[c.key]; got != c.want {
			t.Errorf("%s: %s is %q, want %q", c.why, c.key, got, c.want)
		}
	}
}

func published(origins ...string) []PublishedOrigins {
	return []PublishedOrigins{{Settings: resource.DeploymentSettings{Origins: origins}}}
}
