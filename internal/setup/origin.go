package setup

import (
	"net/url"
	"regexp"
	"strings"

	"golang.org/x/net/publicsuffix"

	"switchboard/internal/fault"
	"switchboard/internal/resource"
)

// MatchOrigin reports whether a page's origin ("https://shop.example.com") is allowed by one of the
// patterns of a deployment (CH-1). A pattern is an origin whose host may begin with "*.", which stands
// for exactly one label. Ports are compared as they are: none is the scheme's own.
func MatchOrigin(patterns []string, origin string) bool {
	scheme, host, ok := splitOrigin(origin)
	if !ok || strings.Contains(host, "*") {
		return false
	}
	for _, pattern := range patterns {
		wantScheme, want, ok := splitOrigin(pattern)
		if !ok || wantScheme != scheme {
			continue
		}
		if want == host {
			return true
		}
		label, rest, found := strings.Cut(host, ".")
		if found && label != "" && want == "*."+rest {
			return true
		}
	}
	return false
}

// AllowsOrigin is MatchOrigin, and besides allows https pages of the deployment's own domain with all
// of its subdomains.
func AllowsOrigin(s *resource.DeploymentSettings, origin string) bool {
	if MatchOrigin(s.Origins, origin) {
		return true
	}
	scheme, host, ok := splitOrigin(origin)
	domain := strings.ToLower(s.Domain)
	return ok && domain != "" && scheme == "https" && (host == domain || strings.HasSuffix(host, "."+domain))
}

// splitOrigin reads scheme and host with port, in lower case and without the scheme's own port.
func splitOrigin(origin string) (scheme, host string, ok bool) {
	u, err := url.Parse(strings.ToLower(strings.TrimSpace(origin)))
	if err != nil || u.Host == "" || u.User != nil || u.Path != "" || u.RawQuery != "" || u.Fragment != "" {
		return "", "", false
	}
	host = u.Host
	switch u.Scheme {
	case "http":
		host = strings.TrimSuffix(host, ":80")
	case "https":
		host = strings.TrimSuffix(host, ":443")
	default:
		return "", "", false
	}
	return u.Scheme, host, true
}

var originHost = regexp.MustCompile(`^[a-z0-9*.-]+(?::[0-9]{1,5})?$`)

// checkOrigin refuses patterns that are none: * stands only as the label before the second-level
// domain, so that nobody allows all of .com by mistake.
func checkOrigin(pattern string) error {
	_, host, ok := splitOrigin(strings.TrimSuffix(pattern, "/"))
	// The host becomes part of a Content-Security-Policy: nothing else may stand in it.
	if !ok || !originHost.MatchString(host) {
		return fault.Invalid("draft.origins", "%q is not an origin. Write it like https://www.example.com or https://*.example.com.", pattern)
	}
	if !strings.Contains(host, "*") {
		return nil
	}
	rest, wild := strings.CutPrefix(host, "*.")
	name, _, _ := strings.Cut(rest, ":")
	domain, err := publicsuffix.EffectiveTLDPlusOne(name)
	if !wild || strings.Contains(rest, "*") || err != nil || domain != name {
		return fault.Invalid("draft.origins", "In %q the * may only stand right before the second-level domain, as in https://*.example.com.", pattern)
	}
	return nil
}
