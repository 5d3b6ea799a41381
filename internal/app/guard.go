package app

import (
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"

	"switchboard/internal/egress"
	"switchboard/internal/fault"
	"switchboard/internal/httpapi/problem"
)

// guard of everything that goes out because an administrator or a provider said so. This server's own
// listener may be called while the sandbox plays there.
func guard(c Config) egress.Guard {
	g := egress.Guard{Allow: c.allowed}
	if c.Sandbox {
		g.Own = ownListener(c.Listen)
	}
	return g
}

// ownListener is where this server is reached on loopback, as HOST:PORT.
func ownListener(listen string) string {
	for _, all := range []string{"0.0.0.0:", "[::]:", "localhost:"} {
		if port, ok := strings.CutPrefix(listen, all); ok {
			return "127.0.0.1:" + port
		}
	}
	if strings.HasPrefix(listen, ":") {
		return "127.0.0.1" + listen
	}
	return listen
}

// clientIP is where a request comes from: the peer, or what trusted proxies say of it. Of
// X-Forwarded-For only the part that trusted proxies wrote is believed: the last address from the
// right that is none of theirs.
func (a *App) clientIP(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	if !a.trusted(host) {
		return host
	}
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0; i-- {
		hop := strings.TrimSpace(hops[i])
		if _, err := netip.ParseAddr(hop); err != nil {
			break
		}
		host = hop
		if !a.trusted(hop) {
			break
		}
	}
	return host
}

// ownPage reports whether pages of an origin are this server's: those at its public address. On loopback
// all names of this machine are the same. Others are named in the log, since a missing setting looks the
// same as an attack.
func (a *App) ownPage(origin string) bool {
	public, err := url.Parse(a.config.PublicURL)
	page, bad := url.Parse(origin)
	own := err == nil && bad == nil && page.Scheme == public.Scheme &&
		(page.Host == public.Host || page.Port() == public.Port() && loopback(page.Hostname()) && loopback(public.Hostname()))
	if !own {
		a.log.Warn("a page elsewhere was refused; if it is the console, set SWITCHBOARD_PUBLIC_URL", "origin", fmt.Sprintf("%.100q", origin), "public_url", a.config.PublicURL)
	}
	return own
}

// ownPages refuses what other pages' scripts would change.
func (a *App) ownPages(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if origin := r.Header.Get("Origin"); origin != "" && r.Method != http.MethodGet && r.Method != http.MethodHead && !a.ownPage(origin) {
			problem.Write(w, r, fault.New(fault.OriginRefused, "This page may not use the sandbox: it is not at the server's public address."))
			return
		}
		next.ServeHTTP(w, r)
	})
}

func (a *App) trusted(host string) bool {
	ip, err := netip.ParseAddr(host)
	if err != nil {
		return false
	}
	for _, p := range a.config.proxies {
		if p.Contains(ip.Unmap()) {
			return true
		}
	}
	return false
}
