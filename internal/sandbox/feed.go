package sandbox

import (
	"encoding/json"
	"sync"

	"switchboard/internal/message"
)

// What the feed keeps for pages that come back, and how far a page may lag behind.
const (
	feedMax = 2000
	lagMax  = 512
)

// happening is one thing that phone pages are told.
type happening struct {
	ID   int64
	Org  message.OrgID
	Type string
	Data []byte
}

// feed tells the phone pages what changed, numbered, so that a page that comes back misses nothing
// that is still kept.
type feed struct {
	mu     sync.Mutex
	last   int64
	kept   []happening
	pages  map[chan happening]struct{}
	closed bool
}

func newFeed() *feed { return &feed{pages: map[chan happening]struct{}{}} }

// tell announces a change on a line.
func (s *Sandbox) tell(l *line, kind string, data any) {
	raw, err := json.Marshal(data)
	if err != nil {
		s.config.Log.Error("sandbox: a change can't be told", "error", err)
		return
	}
	s.events.add(happening{Org: l.account.Org, Type: kind, Data: raw})
}

func (f *feed) add(h happening) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.last++
	h.ID = f.last
	f.kept = append(f.kept, h)
	if len(f.kept) > feedMax {
		f.kept = append([]happening(nil), f.kept[len(f.kept)-feedMax/2:]...)
	}
	for page := range f.pages {
		select {
		case page <- h:
		default: // too slow: it comes back with its last id
			delete(f.pages, page)
			close(page)
		}
	}
}

// join follows the feed from after on. Missed is what a page must be told first; resync, that it must
// read everything anew. The channel closes when the page is too slow or the sandbox stops.
func (f *feed) join(after int64) (page chan happening, missed []happening, resync bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	page = make(chan happening, lagMax)
	if f.closed {
		close(page)
		return page, nil, false
	}
	f.pages[page] = struct{}{}
	if after < 0 {
		return page, nil, false
	}
	oldest := f.last + 1
	if len(f.kept) > 0 {
		oldest = f.kept[0].ID
	}
	if after > f.last || after < oldest-1 {
		return page, nil, true
	}
	for _, h := range f.kept {
		if h.ID > after {
			missed = append(missed, h)
		}
	}
	return page, missed, false
}

func (f *feed) leave(page chan happening) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if _, ok := f.pages[page]; ok {
		delete(f.pages, page)
		close(page)
	}
}

func (f *feed) close() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.closed = true
	for page := range f.pages {
		delete(f.pages, page)
		close(page)
	}
}
