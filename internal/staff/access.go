package staff

import (
	"crypto/sha256"
	"sync"
	"time"

	"switchboard/internal/message"
)

// rememberFor bounds how long a revoked credential could still work on a node that missed the
// wake-up about it. On the node that revoked it, and on all that were told, it stops at once.
const rememberFor = 2 * time.Second

// rememberMax bounds the memory of credentials; when it is reached all are looked up anew.
const rememberMax = 20_000

// access remembers who a credential belongs to, so that most requests cost one SHA-256 and no query.
type access struct {
	mu    sync.RWMutex
	known map[[sha256.Size]byte]remembered
	// forgets counts calls of forget: what was read before one and comes to be remembered after it is
	// not remembered.
	forgets int64
}

type remembered struct {
	principal Principal
	until     time.Time
}

func newAccess() *access { return &access{known: map[[sha256.Size]byte]remembered{}} }

func (a *access) recall(hash [sha256.Size]byte, now time.Time) (r remembered, ok bool, forgets int64) {
	a.mu.RLock()
	defer a.mu.RUnlock()
	r, ok = a.known[hash]
	return r, ok && now.Before(r.until), a.forgets
}

func (a *access) remember(hash [sha256.Size]byte, r remembered, forgets int64) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if forgets != a.forgets {
		return
	}
	if len(a.known) >= rememberMax {
		clear(a.known)
	}
	a.known[hash] = r
}

func (a *access) forget(org message.OrgID) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.forgets++
	for hash, r := range a.known {
		if r.principal.Org == org {
			delete(a.known, hash)
		}
	}
}

// Forget drops what this node remembers of an organisation's credentials. Call it when another node
// says that they changed.
func (s *Service) Forget(org message.OrgID) { s.access.forget(org) }
