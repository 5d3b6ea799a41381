package jwks_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"switchboard/internal/fault"
	"switchboard/internal/identity"
	"switchboard/internal/identity/jwks"
	"switchboard/internal/message"
	"switchboard/internal/setup"
	"switchboard/internal/store"
	"switchboard/internal/store/storetest"
)

// madePair takes a while to make.
var madePair = sync.OnceValue(func() json.RawMessage {
	pair, err := identity.NewPair("any")
	if err != nil {
		panic(err)
	}
	return pair.Public
})

func publicJWK(kid string) json.RawMessage {
	return json.RawMessage(strings.Replace(string(madePair()), `"any"`, `"`+kid+`"`, 1))
}

// provider publishes keys, and can be slow or broken.
type provider struct {
	*httptest.Server
	asked   atomic.Int64
	arrived chan struct{} // a word for each call

	mu     sync.Mutex
	kids   []string
	header http.Header
	status int
	wait   chan struct{} // answers when it is closed; nil at once
	body   string        // instead of keys
}

func newProvider(t *testing.T, kids ...string) *provider {
	p := &provider{kids: kids, header: http.Header{}, arrived: make(chan struct{}, 100)}
	p.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.asked.Add(1)
		p.arrived <- struct{}{}
		p.mu.Lock()
		kids, status, wait, body := p.kids, p.status, p.wait, p.body
		for name := range p.header {
			w.Header().Set(name, p.header.Get(name))
		}
		p.mu.Unlock()
		if wait != nil {
			select {
			case <-wait:
			case <-r.Context().Done():
				return
			}
		}
		if status != 0 {
			w.WriteHeader(status)
			return
		}
		if body != "" {
			_, _ = w.Write([]byte(body))
			return
		}
		keys := make([]json.RawMessage, len(kids))
		for i, kid := range kids {
			keys[i] = publicJWK(kid)
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"keys": keys})
	}))
	t.Cleanup(p.Close)
	return p
}

func (p *provider) now(change func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	change()
}

// world is a fetcher over a real database, with a clock of its own.
type world struct {
	t     *testing.T
	db    *store.DB
	set   identity.Keyset
	keys  *jwks.Fetcher
	ahead atomic.Int64
}

func each(t *testing.T, test func(w *world, p *provider)) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		p := newProvider(t, "one")
		w := &world{t: t, db: db, set: identity.Keyset{ID: message.NewID[message.KeysetID](), Org: message.NewID[message.OrgID](), URL: p.URL}}
		err := db.Write(t.Context(), w.set.Org, func(tx *store.Tx) error {
			return tx.InsertKeyset(setup.Keyset{ID: w.set.ID, Version: 1, KeysetSpec: setup.KeysetSpec{Name: "P", Issuer: "i", Type: identity.TypeURL, URL: p.URL}})
		})
		if err != nil {
			t.Fatal(err)
		}
		w.restart()
		test(w, p)
	})
}

// restart is a new process: nothing is in memory.
func (w *world) restart() {
	transport := &http.Transport{}
	w.keys = jwks.New(&http.Client{Transport: transport, Timeout: 2 * time.Second}, w.db, nil, func() time.Time { return time.Now().Add(time.Duration(w.ahead.Load())) })
	w.t.Cleanup(func() {
		w.keys.Stop()
		transport.CloseIdleConnections()
	})
}

func (w *world) later(d time.Duration) { w.ahead.Add(int64(d)) }

func (w *world) has(kid string, want bool) {
	w.t.Helper()
	key, found, err := w.keys.Key(w.t.Context(), w.set, kid)
	if err != nil || found != want || found && key.KID != kid {
		w.t.Errorf("%s: found %v (%v), want %v", kid, found, err, want)
	}
}

func (w *world) asked(p *provider, want int64) {
	w.t.Helper()
	if got := p.asked.Load(); got != want {
		w.t.Errorf("the address was asked %d times, want %d", got, want)
	}
}

func TestKeysAreKeptAndRotated(t *testing.T) {
	each(t, func(w *world, p *provider) {
		p.now(func() { p.header.Set("Cache-Control", "public, max-age=3600") })
		for range 5 {
			w.has("one", true)
		}
		w.asked(p, 1)
		// A new key is found at once when the address has rested, however fresh the others are.
		p.now(func() { p.kids = []string{"one", "two"} })
		w.has("two", false)
		w.asked(p, 1)
		w.later(jwks.Pause)
		w.has("two", true)
		w.asked(p, 2)
		// One that is withdrawn is gone when the time is over that the provider named.
		p.now(func() { p.kids = []string{"two"} })
		w.later(59 * time.Minute)
		w.has("one", true)
		w.later(2 * time.Minute)
		w.has("one", false)
		w.has("two", true)
		w.asked(p, 3)
	})
}

// However many tokens name keys that nobody has, the address is asked once in a while, and known keys wait
// for nobody.
func TestUnknownKeysDontFlood(t *testing.T) {
	each(t, func(w *world, p *provider) {
		w.has("one", true)
		w.later(jwks.Pause)
		wait := make(chan struct{})
		p.now(func() { p.wait = wait })
		var flood sync.WaitGroup
		for i := range 200 {
			flood.Go(func() {
				if _, found, err := w.keys.Key(context.Background(), w.set, fmt.Sprint("made up ", i)); found || err != nil {
					t.Errorf("a made up key: %v %v", found, err)
				}
			})
		}
		w.has("one", true) // while the call is under way
		close(wait)
		flood.Wait()
		for i := range 200 {
			w.has(fmt.Sprint("more ", i), false)
		}
		w.asked(p, 2)
	})
}

// While the address fails, the last good keys are used for a day, also after a restart.
func TestLastGoodKeysStay(t *testing.T) {
	each(t, func(w *world, p *provider) {
		w.has("one", true)
		for what, breaks := range map[string]func(){
			"an error":      func() { p.status = 500 },
			"no keys":       func() { p.status, p.body = 0, `{"keys":[]}` },
			"something":     func() { p.body = "<html>" },
			"far too much":  func() { p.body = `{"keys":[]}` + strings.Repeat(" ", 300<<10) },
			"never answers": func() { p.wait = make(chan struct{}) },
		} {
			p.now(breaks)
			w.later(time.Hour)
			w.has("one", true)
			f, err := w.keys.Refresh(t.Context(), w.set)
			if err != nil || f.Problem.Text == "" || len(f.Keys) != 1 {
				t.Errorf("%s: %v, %d keys, %v", what, f.Problem, len(f.Keys), err)
			}
			p.now(func() { p.status, p.body, p.wait = 0, "", nil })
		}
		p.now(func() { p.status = 503 })
		w.keys.Stop()
		w.restart()
		w.later(time.Hour)
		w.has("one", true)
		w.later(24 * time.Hour)
		if _, _, err := w.keys.Key(t.Context(), w.set, "one"); fault.CodeOf(err) != fault.Unavailable {
			t.Errorf("after a day: %v", err)
		}
		p.now(func() { p.status = 0 })
		w.later(jwks.Pause)
		w.has("one", true)
	})
}

func TestNothingCameYet(t *testing.T) {
	each(t, func(w *world, p *provider) {
		p.now(func() { p.status = 404 })
		for range 3 {
			if _, _, err := w.keys.Key(t.Context(), w.set, "one"); fault.CodeOf(err) != fault.Unavailable {
				t.Errorf("without any keys: %v", err)
			}
		}
		w.asked(p, 1)
		<-p.arrived
		// Who goes away ends the call for nobody else.
		p.now(func() { p.status, p.wait = 0, make(chan struct{}) })
		w.later(jwks.Pause)
		ctx, cancel := context.WithCancel(t.Context())
		gone := make(chan error)
		go func() {
			_, _, err := w.keys.Key(ctx, w.set, "one")
			gone <- err
		}()
		<-p.arrived
		cancel()
		if err := <-gone; err == nil {
			t.Error("who went away got a key")
		}
		p.now(func() { close(p.wait) })
		w.has("one", true)
		w.asked(p, 2)
	})
}
