package customer

import (
	"net"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"switchboard/internal/message"
)

// limitersMax is how many callers of one kind are remembered. Beyond it those unseen for longest go.
const limitersMax = 50_000

// Limits bound how often one messaging user, and one address, may call. A zero rate is no limit.
type Limits struct {
	visitors  limiters[message.CustomerID]
	addresses limiters[string]
}

// Rate is calls a second, and how many may come at once.
type Rate struct {
	PerSecond float64
	Burst     int
}

// Usual rates: a person in several tabs, and an office behind one address.
var (
	UsualPerVisitor = Rate{PerSecond: 25, Burst: 250}
	UsualPerAddress = Rate{PerSecond: 100, Burst: 500}
)

// NewLimits makes limits that remember a bounded number of callers.
func NewLimits(perVisitor, perAddress Rate) *Limits {
	l := &Limits{}
	l.visitors.rate, l.addresses.rate = perVisitor, perAddress
	return l
}

func (l *Limits) token(id message.CustomerID) bool { return l == nil || l.visitors.allow(id) }

// address: calls from this machine itself are a proxy's or a test's, and stand for many.
func (l *Limits) address(ip string) bool {
	if l == nil {
		return true
	}
	if parsed := net.ParseIP(ip); parsed != nil && parsed.IsLoopback() {
		return true
	}
	return l.addresses.allow(ip)
}

// limiters holds two generations: when the young one is full it becomes the old one, and what is not
// asked for again goes with it.
type limiters[K comparable] struct {
	rate       Rate
	mu         sync.Mutex
	young, old map[K]*rate.Limiter
}

func (l *limiters[K]) allow(key K) bool {
	if l.rate.PerSecond <= 0 {
		return true
	}
	l.mu.Lock()
	limiter, found := l.young[key]
	if !found {
		if limiter, found = l.old[key]; !found {
			limiter = rate.NewLimiter(rate.Limit(l.rate.PerSecond), l.rate.Burst)
		}
		if l.young == nil || len(l.young) >= limitersMax/2 {
			l.old, l.young = l.young, map[K]*rate.Limiter{}
		}
		l.young[key] = limiter
	}
	l.mu.Unlock()
	return limiter.AllowN(time.Now(), 1)
}
