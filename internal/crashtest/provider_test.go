package crashtest

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"
)

// What a provider does wrong, as the sandbox's switches have it.
var tempers = []map[string]any{
	{"down": true},
	{"revoked": true},
	{"reorder": true, "duplicate": true, "late_days": 5},
	{"break": 2},
	{"fail": 3, "rate_limit": 1},
}

// TestProviderTrouble lets the provider be down, refuse its credentials, report days late, twice and out
// of order, and break off, one after the other, all under load.
func TestProviderTrouble(t *testing.T) {
	each(t, func(t *testing.T, database string) {
		dice, seed := chance(t)
		p := demo(t, t.TempDir(), database)
		l := newTraffic(t, p)
		l.refusing = true
		unwatch := l.phones()
		for n := range 3 {
			l.whatsApp(fmt.Sprintf("wa%d", n), fmt.Sprintf("4366055555%02d", n), rand.New(rand.NewPCG(seed, uint64(n+1))))
		}
		l.agent(0)
		poll(t, settleWithin, "answers reach the phones", func() bool { return l.arrivals() > 3 })
		for range rounds(1, 12) {
			for _, n := range dice.Perm(len(tempers)) {
				l.misbehave(tempers[n])
				<-time.After(time.Second)
				l.misbehave(map[string]any{})
				before := l.arrivals()
				poll(t, settleWithin, fmt.Sprintf("answers leave again after %v", tempers[n]), func() bool { return l.arrivals() > before })
			}
		}
		l.end()
		c := everything(p)
		l.quiet(c)
		unwatch()
		if states := l.audit(c); states["failed"] == 0 {
			t.Errorf("no answer failed, though the credentials were refused: %v", states)
		}
	})
}
