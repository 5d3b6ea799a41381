package sandbox

import (
	"net/http"
	"time"
)

// Misbehaviour is how a channel's provider is out of order. Counts say how many more times; -1 is
// until somebody ends it.
type Misbehaviour struct {
	// Down: every call's connection ends without an answer, and nothing is taken. Revoked: every call is
	// answered 401, as if the credentials were not good any more.
	Down    bool `json:"down"`
	Revoked bool `json:"revoked"`
	// SlowMS delays every answer of the API.
	SlowMS int `json:"slow_ms"`
	// RateLimit, Fail: sends answered 429 and 500, and not taken.
	RateLimit int `json:"rate_limit"`
	Fail      int `json:"fail"`
	// Break: the connection ends before the message is taken. Hang: the message is taken, the answer never comes.
	Break int `json:"break"`
	Hang  int `json:"hang"`
	// Drop: webhooks that are lost. Duplicate: every webhook comes twice, at once.
	Drop      int  `json:"drop"`
	Duplicate bool `json:"duplicate"`
	// Reorder: reports on a message come in the wrong order.
	Reorder bool `json:"reorder"`
	// LateDays dates what webhooks tell, as if the provider had come by it days ago. Twilio's have no dates.
	LateDays int `json:"late_days"`
	// WebhookDelayMS holds every webhook back.
	WebhookDelayMS int `json:"webhook_delay_ms"`
}

// Bounds of what a person may set.
const (
	delayMax = 120_000
	timesMax = 10_000
	lateMax  = 30 // days
)

func (m *Misbehaviour) tame() {
	m.SlowMS = min(max(m.SlowMS, 0), delayMax)
	m.WebhookDelayMS = min(max(m.WebhookDelayMS, 0), delayMax)
	m.LateDays = min(max(m.LateDays, 0), lateMax)
	for _, n := range []*int{&m.RateLimit, &m.Fail, &m.Break, &m.Hang, &m.Drop} {
		*n = min(max(*n, -1), timesMax)
	}
}

// mood is what a provider does with one call.
type mood string

const (
	moodGood    mood = ""
	moodDown    mood = "down"
	moodRevoked mood = "401"
	moodRate    mood = "429"
	moodFail    mood = "500"
	moodBreak   mood = "connection broken"
	moodHang    mood = "taken, never answered"
)

// moodOf decides about a call of any kind.
func (s *Sandbox) moodOf(l *line) mood {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case l.misbehaviour.Down:
		return moodDown
	case l.misbehaviour.Revoked:
		return moodRevoked
	}
	return moodGood
}

// dated is when the provider says that something was. The lock is held.
func (l *line) dated(t time.Time) time.Time { return t.AddDate(0, 0, -l.misbehaviour.LateDays) }

// moodFor decides about a send, and counts.
func (s *Sandbox) moodFor(l *line) mood {
	s.mu.Lock()
	defer s.mu.Unlock()
	m := &l.misbehaviour
	for _, c := range []struct {
		left *int
		mood mood
	}{{&m.RateLimit, moodRate}, {&m.Fail, moodFail}, {&m.Break, moodBreak}, {&m.Hang, moodHang}} {
		if s.use(l, c.left) {
			return c.mood
		}
	}
	return moodGood
}

// use takes one from a count. The lock is held.
func (s *Sandbox) use(l *line, left *int) bool {
	if *left == 0 {
		return false
	}
	if *left > 0 {
		*left--
		s.tell(l, "misbehaviour", map[string]any{"channel_id": l.account.ID, "misbehaviour": l.misbehaviour})
	}
	return true
}

// dawdle waits as long as the channel is set to; false when the caller has gone.
func (s *Sandbox) dawdle(l *line, r *http.Request) bool {
	s.mu.Lock()
	wait := time.Duration(l.misbehaviour.SlowMS) * time.Millisecond
	s.mu.Unlock()
	if wait == 0 {
		return true
	}
	t := time.NewTimer(wait)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-r.Context().Done():
	case <-s.stopped:
	}
	return false
}

// hang holds the caller until it goes away, then breaks the connection.
func (s *Sandbox) hang(r *http.Request) {
	select {
	case <-r.Context().Done():
	case <-s.stopped:
	}
	panic(http.ErrAbortHandler)
}

// post sends a webhook off, with whatever misbehaviour is on. Taken is called when the business took
// it, or when that was given up. The lock is held.
func (s *Sandbox) post(l *line, p parcel, delay time.Duration) {
	p.line = l
	delay += time.Duration(l.misbehaviour.WebhookDelayMS) * time.Millisecond
	if p.lost = s.use(l, &l.misbehaviour.Drop); p.lost {
		p.note = "lost on the way"
	}
	if l.misbehaviour.Duplicate && !p.lost {
		twin := p
		twin.lane, twin.done, twin.note, twin.about = "", nil, "duplicate", nil
		s.courier.send(twin, delay)
	}
	if p.about != nil {
		p.behind, p.opens = p.about.reported, &gate{}
	}
	if s.courier.send(p, delay) {
		if p.opens != nil {
			p.about.reported = p.opens
		}
	} else {
		s.config.Log.Warn("sandbox: too many webhooks wait; one is lost", "channel", l.account.ID)
	}
}
