// Package jwks fetches the keys that identity providers publish at an address, and keeps them: as long as
// the provider says, within bounds, and longer while it can't be reached. However many tokens name keys
// that nobody has, an address is asked once in a while.
package jwks

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"switchboard/internal/fault"
	"switchboard/internal/identity"
	"switchboard/internal/message"
)

const (
	// Pause is how long an address rests between two calls, whatever is asked for.
	Pause = 10 * time.Second
	// within is how long an address may take to answer.
	within = 5 * time.Second
	// sizeMax is the longest answer in bytes.
	sizeMax = 256 << 10
	// freshMin and freshMax bound what the provider says of how long its keys may be kept; freshUsually
	// is for those that say nothing.
	freshMin     = time.Minute
	freshMax     = 24 * time.Hour
	freshUsually = 10 * time.Minute
	// lastGood is how long keys are used whose address can't be reached: beyond it nobody knows whether
	// one was withdrawn.
	lastGood = 24 * time.Hour
	// keepEvery is how often that nothing has changed is written down.
	keepEvery = time.Minute
	// setsMax bounds what is kept in memory.
	setsMax = 10_000
)

// Rows keeps what was fetched, so that a restart while the address is away takes nobody's keys.
type Rows interface {
	FetchedKeys(ctx context.Context, org message.OrgID, keyset message.KeysetID, url string) (identity.Fetched, error)
	KeepFetchedKeys(ctx context.Context, org message.OrgID, keyset message.KeysetID, url string, f identity.Fetched) error
}

// Fetcher keeps the keys of addresses.
type Fetcher struct {
	client *http.Client
	rows   Rows
	count  func(outcome string)
	now    func() time.Time

	ctx    context.Context // until Stop
	cancel context.CancelFunc
	calls  sync.WaitGroup

	mu   sync.Mutex
	sets map[place]*set
}

type place struct {
	keyset message.KeysetID
	url    string
}

// set is one keyset's address.
type set struct {
	place
	org message.OrgID

	mu     sync.Mutex
	loaded bool // from rows
	known  identity.Fetched
	keys   map[string]identity.Key
	until  time.Time     // fresh until
	kept   time.Time     // when it was written down
	call   chan struct{} // closed when the call that is under way ends; nil for none
}

// New makes a fetcher. The client must guard against inner addresses; count, which may be nil, hears how
// each call ended: ok or failed.
func New(client *http.Client, rows Rows, count func(outcome string), now func() time.Time) *Fetcher {
	f := &Fetcher{client: client, rows: rows, count: count, now: now, sets: map[place]*set{}}
	if f.now == nil {
		f.now = time.Now
	}
	f.ctx, f.cancel = context.WithCancel(context.Background())
	return f
}

// Stop ends calls that are under way.
func (f *Fetcher) Stop() {
	f.cancel()
	f.calls.Wait()
}

// Key finds a keyset's key. A key that is not known, or that has been kept for long enough, is asked for at
// the address; a known one that is fresh waits for nobody.
func (f *Fetcher) Key(ctx context.Context, ks identity.Keyset, kid string) (identity.Key, bool, error) {
	s := f.set(ks)
	if err := f.load(ctx, s); err != nil {
		return identity.Key{}, false, err
	}
	s.mu.Lock()
	key, found := s.keys[kid]
	if found && f.now().Before(s.until) {
		s.mu.Unlock()
		return key, true, nil
	}
	call := f.begin(s)
	s.mu.Unlock()
	if call != nil {
		select {
		case <-call:
		case <-ctx.Done():
			return identity.Key{}, false, ctx.Err()
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.known.FetchedAt.IsZero() || f.now().Sub(s.known.FetchedAt) > lastGood {
		return identity.Key{}, false, fault.New(fault.Unavailable, "The keys of the identity provider can't be fetched now. Try again.").
			With("retry_after", int(Pause.Seconds()))
	}
	key, found = s.keys[kid]
	return key, found, nil
}

// Refresh asks the address anew, unless it was asked just now, and says what is known of it.
func (f *Fetcher) Refresh(ctx context.Context, ks identity.Keyset) (identity.Fetched, error) {
	s := f.set(ks)
	if err := f.load(ctx, s); err != nil {
		return identity.Fetched{}, err
	}
	s.mu.Lock()
	call := f.begin(s)
	s.mu.Unlock()
	if call != nil {
		select {
		case <-call:
		case <-ctx.Done():
			return identity.Fetched{}, ctx.Err()
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.known, nil
}

func (f *Fetcher) set(ks identity.Keyset) *set {
	at := place{ks.ID, ks.URL}
	f.mu.Lock()
	defer f.mu.Unlock()
	s := f.sets[at]
	if s == nil {
		if len(f.sets) >= setsMax { // what was fetched is in the database
			clear(f.sets)
		}
		s = &set{place: at, org: ks.Org}
		f.sets[at] = s
	}
	return s
}

// load reads once what was kept.
func (f *Fetcher) load(ctx context.Context, s *set) error {
	s.mu.Lock()
	loaded := s.loaded
	s.mu.Unlock()
	if loaded {
		return nil
	}
	known, err := f.rows.FetchedKeys(ctx, s.org, s.keyset, s.url)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.loaded {
		known.TriedAt = time.Time{} // another node's, or an earlier life's: this one may ask
		s.loaded, s.known, s.keys = true, known, byID(known.Keys)
	}
	return nil
}

// begin starts a call, unless one is under way, which it joins, or the address rests: then it returns nil.
// The caller holds the set's lock.
func (f *Fetcher) begin(s *set) chan struct{} {
	if s.call != nil {
		return s.call
	}
	now := f.now()
	if !s.known.TriedAt.IsZero() && now.Sub(s.known.TriedAt) < Pause || f.ctx.Err() != nil {
		return nil
	}
	s.known.TriedAt = now
	done := make(chan struct{})
	s.call = done
	f.calls.Add(1)
	go func() {
		defer f.calls.Done()
		f.fetch(s)
		s.mu.Lock()
		s.call = nil
		s.mu.Unlock()
		close(done)
	}()
	return done
}

// fetch asks the address and keeps what came. It belongs to nobody's request: who goes away ends it for
// nobody else.
func (f *Fetcher) fetch(s *set) {
	ctx, cancel := context.WithTimeout(f.ctx, within)
	defer cancel()
	keys, fresh, err := f.ask(ctx, s.url)
	now := f.now()
	s.mu.Lock()
	changed := s.known.Problem.Text != ""
	if err != nil {
		changed = !changed
		s.known.Problem = sentenceOf(err)
	} else {
		changed = changed || string(identity.WriteSet(keys)) != string(identity.WriteSet(s.known.Keys))
		s.known.Keys, s.known.FetchedAt, s.known.Problem = keys, now, fault.Sentence{}
		s.keys, s.until = byID(keys), now.Add(fresh)
	}
	keep := changed || now.Sub(s.kept) >= keepEvery
	if keep {
		s.kept = now
	}
	known := s.known
	s.mu.Unlock()
	outcome := "ok"
	if err != nil {
		outcome = "failed"
		slog.Warn("the keys of an identity provider could not be fetched", "keyset", s.keyset.String(), "err", cause(err))
	}
	if f.count != nil {
		f.count(outcome)
	}
	if !keep {
		return
	}
	if err := f.rows.KeepFetchedKeys(f.ctx, s.org, s.keyset, s.url, known); err != nil && f.ctx.Err() == nil {
		slog.Error("fetched keys could not be kept", "keyset", s.keyset.String(), "err", err)
	}
}

func (f *Fetcher) ask(ctx context.Context, address string) (keys []identity.Key, fresh time.Duration, err error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, 0, err
	}
	request.Header.Set("Accept", "application/jwk-set+json, application/json")
	response, err := f.client.Do(request)
	if err != nil {
		return nil, 0, err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return nil, 0, fault.New(fault.Unprocessable, "The address answers %d instead of 200.", response.StatusCode)
	}
	body, err := io.ReadAll(io.LimitReader(response.Body, sizeMax+1))
	if err != nil {
		return nil, 0, err
	}
	if len(body) > sizeMax {
		return nil, 0, fault.New(fault.Unprocessable, "The address answers with more than %d KB.", sizeMax>>10)
	}
	keys, err = identity.ReadSet(body)
	return keys, freshFor(response.Header), err
}

// freshFor is how long an answer may be kept (RFC 9111), within our bounds.
func freshFor(h http.Header) time.Duration {
	fresh := freshUsually
	for _, directive := range strings.Split(strings.ToLower(strings.Join(h.Values("Cache-Control"), ",")), ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(directive), "=")
		switch name {
		case "no-store", "no-cache":
			return freshMin
		case "max-age":
			seconds, err := strconv.ParseInt(strings.Trim(value, `"`), 10, 32)
			if err != nil {
				continue
			}
			age, err := strconv.ParseInt(h.Get("Age"), 10, 32)
			if err != nil {
				age = 0
			}
			fresh = time.Duration(seconds-age) * time.Second
		}
	}
	return min(max(fresh, freshMin), freshMax)
}

func byID(keys []identity.Key) map[string]identity.Key {
	out := make(map[string]identity.Key, len(keys))
	for _, k := range keys {
		out[k.KID] = k
	}
	return out
}

// cause is an error without the address, which may have a secret in it.
func cause(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}

// sentenceOf is what an administrator hears of a call that failed: ours of what came, and of the network no
// more than that it did not work, since its words name inner things.
func sentenceOf(err error) fault.Sentence {
	var f *fault.Error
	var late interface{ Timeout() bool }
	switch {
	case errors.As(err, &f):
		return f.Sentence
	case errors.As(err, &late) && late.Timeout():
		return fault.Say("The address doesn't answer in time.")
	}
	return fault.Say("The address can't be reached.")
}

var _ identity.Published = (*Fetcher)(nil)
