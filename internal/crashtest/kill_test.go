package crashtest

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"switchboard/internal/load"
	"switchboard/internal/store/storetest"
)

// each runs a test on SQLite and on PostgreSQL, at once: most of the time they wait for what a dead
// process held. database is what --database needs, if anything.
func each(t *testing.T, test func(t *testing.T, database string)) {
	binary(t)
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		test(t, "")
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		test(t, storetest.Postgres(t))
	})
}

// TestKilledAtAnyInstant kills the program three times under load: while all runs, while it comes back,
// and once messages leave again; each time the provider has taken messages and not said so. Everything acknowledged is there once and in order afterwards.
func TestKilledAtAnyInstant(t *testing.T) {
	each(t, func(t *testing.T, database string) {
		seed := uint64(time.Now().UnixNano())
		t.Logf("seed %d", seed)
		dice := rand.New(rand.NewPCG(seed, 0))
		p := demo(t, t.TempDir(), database)
		l := newTraffic(t, p)
		unwatch := l.phones()
		l.trouble()
		for n := range 4 {
			l.whatsApp(fmt.Sprintf("wa%d", n), fmt.Sprintf("4366012345%02d", n), rand.New(rand.NewPCG(seed, uint64(n+1))))
		}
		stream := l.stream(l.web("web0"))
		l.web("web1")
		l.agent(0)
		began := time.Now()
		settled := func() { // offers are taken, answers leave
			before := l.arrivals()
			poll(t, settleWithin, "answers reach the phones", func() bool { return l.arrivals() > before })
		}
		settled()
		c := everything(p)
		screen := l.screen(c, conversationIDs(t, c))
		for _, wait := range []func(){settled, func() {}, settled} {
			wait()
			l.silence()
			<-time.After(time.Duration(dice.IntN(1500)) * time.Millisecond)
			at := time.Since(began)
			p.Kill()
			down := time.Now()
			p.start()
			l.trouble()
			t.Logf("killed after %s, back %s later", at.Round(time.Millisecond), time.Since(down).Round(time.Millisecond))
		}
		settled()
		back := time.Now()
		l.end()
		l.quiet(c)
		unwatch()
		l.followed(c, screen, stream)
		l.audit(c)
		t.Logf("quiet and audited in %s", time.Since(back).Round(time.Millisecond))
		l.goesOn()
		t.Logf("whole: %s", time.Since(began).Round(time.Millisecond))
	})
}

// followed: those who watched have seen it all, each thing once.
func (l *traffic) followed(c *client, screen, stream *follower) {
	l.t.Helper()
	poll(l.t, settleWithin, "the customer has seen their last message", func() bool { return stream.reached("web0", len(l.said["web0"])) })
	stream.end()
	stream.check()
	for _, conversation := range l.accepted {
		newest := entriesPage(l.t, c, conversation, "")
		poll(l.t, settleWithin, "the screen shows the newest entry", func() bool { return screen.reached(conversation, int(newest[len(newest)-1].Seq)) })
	}
	screen.end()
	screen.check()
}

// goesOn: after all that, a new customer is offered to a new agent, whose answer is delivered.
func (l *traffic) goesOn() {
	l.t.Helper()
	_, webhook, secrets := l.p.channel("whatsapp")
	c := signIn(l.t, l.p, "agent", 1)
	c.call("PUT", "/api/v1/me/presence", map[string]string{"status": "Available – Messaging"}).read(l.t, &struct{}{})
	body, signature := load.WhatsAppCall(secrets, "436609999999", "wamid.new", "hello")
	if a := c.call("POST", webhook[len(c.Base):], body, "X-Hub-Signature-256", signature); !a.Good() {
		l.t.Fatalf("a new customer is refused: %s", a)
	}
	var mine offer
	poll(l.t, settleWithin, "an offer", func() bool {
		list, _ := offers(c)
		for _, o := range list {
			if o.Preview == "hello" {
				mine = o
			}
		}
		return mine.ID != ""
	})
	c.call("POST", "/api/v1/offers/"+mine.ID+"/accept", map[string]any{}).read(l.t, &struct{}{})
	var sent load.Entry
	c.call("POST", "/api/v1/conversations/"+mine.ConversationID+"/messages", map[string]string{"text": "good morning"}).read(l.t, &sent)
	poll(l.t, settleWithin, "the answer is delivered", func() bool {
		for _, e := range entriesPage(l.t, c, mine.ConversationID, "") {
			if e.ID == sent.ID && (e.Status == "delivered" || e.Status == "read") {
				return true
			}
		}
		return false
	})
}
