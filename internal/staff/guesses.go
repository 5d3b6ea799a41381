package staff

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"net/netip"
	"strings"
	"sync"
	"time"
)

// guesses slows down guessing at passwords without letting strangers lock somebody out. Whoever guesses is
// held to little from one address, at one person from one network, and at one person from all networks where
// that person never signed in. None of it stops a browser in which the person signed in before: it shows a
// cookie and has a measure of its own.
type guesses struct {
	// key signs devices. Without one no device is known.
	key []byte

	byAddress, byNetwork, byEmail, byDevice *throttle

	mu sync.Mutex
	// seen are pairs of person and network in which this node saw a sign-in.
	seen map[string]bool
}

func newGuesses() *guesses {
	return &guesses{
		byAddress: newThrottle(60, 2*time.Second), // an office behind one address has several people
		byNetwork: newThrottle(10, 20*time.Second),
		byEmail:   newThrottle(50, 10*time.Second),
		byDevice:  newThrottle(10, 20*time.Second),
		seen:      map[string]bool{},
	}
}

// take spends what one guess costs, or refuses with the time to wait. Tokens are taken before the password
// is looked at, so that guesses at the same time count as well; good returns them.
func (g *guesses) take(email string, from Client, now time.Time) (good func(), err error) {
	type spent struct {
		t   *throttle
		key string
	}
	network := email + " " + networkOf(from.IP)
	costs := []spent{{g.byAddress, from.IP}, {g.byNetwork, network}}
	if device, known := g.device(email, from.Device); known {
		costs = []spent{{g.byDevice, email + " " + device}}
	} else if !g.was(network) {
		costs = append(costs, spent{g.byEmail, email})
	}
	for _, c := range costs {
		if err := c.t.take(c.key, now); err != nil {
			return nil, err
		}
	}
	return func() {
		for _, c := range costs {
			c.t.give(c.key, time.Now())
		}
		g.signedIn(network)
	}, nil
}

func (g *guesses) was(network string) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.seen[network]
}

func (g *guesses) signedIn(network string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.seen) >= bucketsMax {
		clear(g.seen)
	}
	g.seen[network] = true
}

// networkOf is the network that an address shares with whoever can easily have its neighbours.
func networkOf(ip string) string {
	a, err := netip.ParseAddr(ip)
	if err != nil {
		return ip
	}
	a = a.Unmap().WithZone("")
	bits := 56
	if a.Is4() {
		bits = 24
	}
	p, err := a.Prefix(bits)
	if err != nil {
		return ip
	}
	return p.String()
}

// device reads what deviceOf made for the same person.
func (g *guesses) device(email, text string) (id string, known bool) {
	id, signature, found := strings.Cut(text, ".")
	if !found || len(g.key) == 0 {
		return "", false
	}
	got, err := base64.RawURLEncoding.DecodeString(signature)
	return id, err == nil && hmac.Equal(got, g.sign(email, id))
}

// deviceOf is what a browser shows the next time, as proof that this person signed in there. One that it has
// already stays.
func (g *guesses) deviceOf(email, present string) string {
	if _, known := g.device(email, present); known {
		return present
	}
	if len(g.key) == 0 {
		return ""
	}
	var b [12]byte
	_, _ = rand.Read(b[:]) // never fails
	id := base64.RawURLEncoding.EncodeToString(b[:])
	return id + "." + base64.RawURLEncoding.EncodeToString(g.sign(email, id))
}

func (g *guesses) sign(email, id string) []byte {
	h := hmac.New(sha256.New, g.key)
	h.Write([]byte("device 1\x00" + email + "\x00" + id))
	return h.Sum(nil)
}
