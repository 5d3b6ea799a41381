// Package egress guards what goes out because an administrator or a provider named an address: it reaches
// neither this machine nor a private network, whatever a name is looked up to and wherever an answer
// redirects. It doesn't say who calls whom, nor how often.
package egress

import (
	"errors"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"syscall"
	"time"

	"switchboard/internal/fault"
)

// ErrGuarded is what a call to an inner address ends with.
var ErrGuarded = errors.New("this address is not reachable from here: it belongs to this machine or a private network")

// redirectsMax is how often an answer may send on.
const redirectsMax = 3

// inner are networks that the standard library takes for the world's, and that are not: shared by
// providers' customers, kept for protocols (192.0.0.192 has a cloud's credentials), documents and
// benchmarks, and forms of IPv6 in which an inner IPv4 address hides.
func inner() []netip.Prefix {
	var out []netip.Prefix
	for _, p := range []string{"0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "198.18.0.0/15", "240.0.0.0/4",
		"::/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2002::/16", "3fff::/20", "5f00::/16", "fec0::/10"} {
		out = append(out, netip.MustParsePrefix(p))
	}
	return out
}

// Guard says which addresses may be called. The zero Guard lets only the world's be.
type Guard struct {
	// Own is this server's own listener, HOST:PORT, where the sandbox plays providers; empty without it.
	Own string
	// Allow are inner networks that the operator lets be called, such as one with an identity provider.
	Allow []netip.Prefix
}

// Allows reports whether an address may be called.
func (g Guard) Allows(a netip.Addr) bool {
	a = a.Unmap().WithZone("")
	if slices.ContainsFunc(g.Allow, func(p netip.Prefix) bool { return p.Contains(a) }) {
		return true
	}
	return a.IsGlobalUnicast() && !a.IsPrivate() && !slices.ContainsFunc(inner(), func(p netip.Prefix) bool { return p.Contains(a) })
}

// Transport asks the guard for each connection, after the name was looked up: what a name means may change
// between two look-ups. It knows no proxy, which would look names up itself.
func (g Guard) Transport() *http.Transport {
	dialer := &net.Dialer{Timeout: 10 * time.Second, Control: func(_, address string, _ syscall.RawConn) error {
		if g.Own != "" && address == g.Own {
			return nil
		}
		to, err := netip.ParseAddrPort(address)
		if err != nil {
			return err
		}
		if !g.Allows(to.Addr()) {
			return ErrGuarded
		}
		return nil
	}}
	return &http.Transport{
		DialContext: dialer.DialContext, ForceAttemptHTTP2: true, TLSHandshakeTimeout: 10 * time.Second,
		MaxIdleConnsPerHost: 64, IdleConnTimeout: 90 * time.Second, ExpectContinueTimeout: time.Second,
	}
}

// Client calls addresses that CheckURL takes, and follows a few redirects to such addresses.
func (g Guard) Client(timeout time.Duration) *http.Client {
	return &http.Client{Transport: g.Transport(), Timeout: timeout, CheckRedirect: func(r *http.Request, via []*http.Request) error {
		if len(via) > redirectsMax {
			return errors.New("the address redirects too often")
		}
		return g.CheckURL(r.URL.String())
	}}
}

// urlMax is the longest address that is taken, in bytes.
const urlMax = 2000

// CheckURL refuses what can't be an address to call: anything but https, and http where the operator allowed
// the very host. Whether a name leads inside shows when it is looked up, at each call.
func (g Guard) CheckURL(address string) error {
	u, err := url.Parse(address)
	switch {
	case err != nil || len(address) > urlMax || u.Hostname() == "" || u.Scheme != "https" && u.Scheme != "http":
		return fault.New(fault.Unprocessable, "This is not an address that begins with https://.")
	case u.User != nil:
		return fault.New(fault.Unprocessable, "An address here has neither user nor password.")
	}
	host, err := netip.ParseAddr(u.Hostname())
	literal := err == nil
	if literal && !g.Allows(host) {
		return fault.New(fault.Unprocessable, "This address belongs to the server's own machine or to a private network. Whoever runs the server can allow it.")
	}
	if u.Scheme == "http" && (!literal || !slices.ContainsFunc(g.Allow, func(p netip.Prefix) bool { return p.Contains(host.Unmap()) })) {
		return fault.New(fault.Unprocessable, "The address must begin with https://.")
	}
	return nil
}
