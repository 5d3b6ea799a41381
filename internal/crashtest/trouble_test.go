package crashtest

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"switchboard/internal/store/storetest"
)

// quietDice never doubles a call.
func quietDice() *rand.Rand { return rand.New(rand.NewPCG(1, 1)) }

// What goes wrong at a database, as statements that another client runs there.
var troubles = []struct{ name, statement string }{
	{"connections killed", `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`},
	// The program locks a messaging user before a conversation: this does it the other way round.
	{"a deadlock", `DO $$ BEGIN PERFORM 1 FROM conversation ORDER BY id FOR UPDATE; PERFORM pg_sleep(0.1); PERFORM 1 FROM messaging_user ORDER BY id FOR UPDATE; END $$`},
	{"the other way round", `DO $$ BEGIN PERFORM 1 FROM session ORDER BY id FOR UPDATE; PERFORM pg_sleep(0.1); PERFORM 1 FROM conversation ORDER BY id DESC FOR UPDATE; END $$`},
	{"a standstill", `DO $$ BEGIN LOCK TABLE entry IN ACCESS EXCLUSIVE MODE; PERFORM pg_sleep(1); END $$`},
	{"a standstill of the outbox", `DO $$ BEGIN LOCK TABLE outbox IN ACCESS EXCLUSIVE MODE; PERFORM pg_sleep(1); END $$`},
}

// TestDatabaseTrouble kills connections of PostgreSQL, provokes deadlocks and lets tables stand still, all
// under load.
func TestDatabaseTrouble(t *testing.T) {
	binary(t)
	dice, seed := chance(t)
	database := storetest.Postgres(t)
	p := demo(t, t.TempDir(), database)
	l := newTraffic(t, p)
	unwatch := l.phones()
	l.trouble()
	for n := range 4 {
		l.whatsApp(fmt.Sprintf("wa%d", n), fmt.Sprintf("4366012347%02d", n), rand.New(rand.NewPCG(seed, uint64(n+1))))
	}
	l.web("web0")
	l.agent(0)
	poll(t, settleWithin, "answers reach the phones", func() bool { return l.arrivals() > 3 })
	began := time.Now()
	fell := 0
	for range rounds(2, 30) {
		for _, n := range dice.Perm(len(troubles)) {
			// The deadlock's victim may be either: an error here is one of the two ways.
			if err := storetest.Try(t, database, troubles[n].statement); err != nil {
				fell++
			}
			<-time.After(time.Duration(dice.IntN(400)) * time.Millisecond)
		}
	}
	p.quietLog(began)
	before := l.arrivals()
	poll(t, settleWithin, "answers leave again", func() bool { return l.arrivals() > before })
	l.end()
	c := everything(p)
	l.quiet(c)
	unwatch()
	l.audit(c)
	t.Logf("in %s; %d troubles fell themselves", time.Since(began).Round(time.Millisecond), fell)
}
