package crashtest

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"switchboard/internal/load"
)

const (
	// floodCallers is more than may be written and wait at once.
	floodCallers = 1600
	floodFor     = 10 * time.Second
	// memoryMost is far below what this many calls would hold if none were refused and nothing were bounded.
	memoryMost = 600 << 20
)

// TestOverload floods one channel with more than can be kept. Calls are refused with Retry-After before
// memory grows, what was acknowledged is there once, another channel and the staff go on, and all is well
// again by itself.
func TestOverload(t *testing.T) {
	each(t, func(t *testing.T, database string) {
		p := demo(t, t.TempDir(), database)
		l := newTraffic(t, p)
		unwatch := l.phones()
		l.whatsApp("wa0", "436601234500", quietDice())
		l.web("web0")
		l.agent(0)
		poll(t, settleWithin, "answers reach the phones", func() bool { return l.arrivals() > 3 })
		everyone := everything(p)

		_, webhook, secrets := p.channel("whatsapp")
		c := newClient("", "")
		c.KeepOpen(floodCallers)
		var mu sync.Mutex
		kept, refused := map[string]bool{}, 0
		var waited []time.Duration // of those that were kept
		over := time.Now().Add(floodFor)
		var callers sync.WaitGroup
		quiet := l.saidBy("web0")
		for n := range floodCallers {
			callers.Go(func() {
				for i := 0; time.Now().Before(over); i++ {
					text := fmt.Sprintf("flood %d %d", n, i) // no number sign: the audit passes over it
					body, signature := load.WhatsAppCall(secrets, fmt.Sprintf("43677700%04d", n%40), "wamid."+text, text)
					began := time.Now()
					a := c.call("POST", webhook, body, "X-Hub-Signature-256", signature)
					mu.Lock()
					switch {
					case a.Good():
						kept[text] = true
						waited = append(waited, time.Since(began))
					case a.Status == http.StatusServiceUnavailable && a.Header.Get("Retry-After") != "":
						refused++
					case a.Status != 0: // a caller's own time-out on a busy machine tells nothing
						t.Errorf("a call is answered %s", a)
					}
					mu.Unlock()
					if !a.Good() {
						<-time.After(time.Second) // providers wait for longer
					}
				}
			})
		}
		var staff []time.Duration
		for most := 0.0; time.Now().Before(over); waitAgain() {
			began := time.Now()
			if a := everyone.call("GET", "/api/v1/conversations?scope=all&limit=20", nil); !a.Good() {
				t.Errorf("staff are answered %s", a)
			}
			staff = append(staff, time.Since(began))
			if m := p.metric("process_resident_memory_bytes"); m > most {
				if most = m; most > memoryMost {
					t.Fatalf("it takes %.0f MB", most/1e6)
				}
			}
		}
		callers.Wait()
		quiet = l.saidBy("web0") - quiet
		back := time.Now()
		poll(t, settleWithin, "nobody waits any more", func() bool { return p.metric("switchboard_admission_waiting") == 0 })
		l.end()
		slices.Sort(staff)
		slices.Sort(waited)
		if len(waited) == 0 {
			t.Fatal("nothing was kept")
		}
		t.Logf("%d kept in %s (median), %d refused; staff answered in %s (median), %s (95%%); the other channel %d messages; at ease after %s; memory %.0f MB", len(kept), waited[len(waited)/2].Round(time.Millisecond), refused,
			staff[len(staff)/2].Round(time.Millisecond), staff[len(staff)*95/100].Round(time.Millisecond), quiet, time.Since(back).Round(time.Millisecond), p.metric("process_resident_memory_bytes")/1e6)
		if refused == 0 || p.metric("switchboard_admission_refused_total") == 0 {
			t.Error("nothing was refused: this is no overload")
		}
		if quiet < 3 {
			t.Errorf("the other channel had %d messages through", quiet)
		}
		// Seconds would tell of the machine, on which the callers run too.
		if staff, flood := staff[len(staff)/2], waited[len(waited)/2]; staff > flood {
			t.Errorf("staff wait for %s, and the flood that is kept for %s", staff, flood)
		}
		l.quiet(everyone)
		unwatch()
		l.audit(everyone)
		got := map[string]int{}
		for _, conversation := range conversationIDs(t, everyone) {
			for _, e := range entries(t, everyone, conversation) {
				if strings.HasPrefix(e.Content.Text, "flood ") {
					got[e.Content.Text]++
				}
			}
		}
		for text := range kept {
			if got[text] != 1 {
				t.Errorf("%q was acknowledged and is there %d times", text, got[text])
			}
		}
	})
}

func (l *traffic) saidBy(name string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.said[name])
}

// metric reads one value without labels from /metrics.
func (p *program) metric(name string) float64 {
	p.t.Helper()
	a := newClient(p.Ready.URL, "").call("GET", "/metrics", nil)
	m := regexp.MustCompile(`(?m)^` + name + ` (\S+)$`).FindSubmatch(a.Body)
	if m == nil {
		p.t.Fatalf("/metrics has no %s: %.200s", name, a)
	}
	v, err := strconv.ParseFloat(string(m[1]), 64)
	if err != nil {
		p.t.Fatal(err)
	}
	return v
}
