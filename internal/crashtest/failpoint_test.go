package crashtest

import (
	"bytes"
	words "encoding/binary"
	"fmt"
	"math/rand/v2"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"switchboard/internal/load"
	"switchboard/internal/store/storetest"
)

// places are all failpoints, in the order of a message's way: in, to an agent, out, and the jobs beside.
var places = []struct {
	name string
	only string // the database that has it; empty for both
	// most is the highest passage: how often it is passed within seconds.
	most int
}{
	{"inbound.written", "", 20}, {"inbound.committed", "", 20},
	{"commit.before", "", 60}, {"commit.after", "", 60},
	{"sequencer.before", "postgres", 40}, {"sequencer.moved", "postgres", 40},
	{"dispatch.written", "", 1}, {"dispatch.committed", "", 1},
	{"outbound.claimed", "", 8}, {"outbound.called", "", 8}, {"outbound.settling", "", 8}, {"outbound.settled", "", 8}, {"outbound.adopted", "", 1},
	{"receipt.applied", "", 8},
	{"job.claimed", "", 3}, {"media.fetched", "", 2}, {"job.done", "", 3},
}

// reachWithin is how long a place may take to be passed: a dispatcher's next offer needs a new customer.
const reachWithin = 60 * time.Second

// rounds is how often something is done in make test, and in make chaos.
func rounds(short, long int) int {
	if os.Getenv("SWITCHBOARD_CHAOS") != "" {
		return long
	}
	return short
}

// chance is the dice of a test, and their seed in its log. SWITCHBOARD_SEED throws them again.
func chance(t *testing.T) (*rand.Rand, uint64) {
	t.Helper()
	seed := uint64(time.Now().UnixNano())
	if n, err := strconv.ParseUint(os.Getenv("SWITCHBOARD_SEED"), 10, 64); err == nil {
		seed = n
	}
	t.Logf("SWITCHBOARD_SEED=%d", seed)
	return rand.New(rand.NewPCG(seed, 0)), seed
}

// TestKilledAtEveryPlace lets the program die at each failpoint on the ways in and out, again and again,
// under load. Everything acknowledged is there once and in order afterwards, nothing was sent twice.
func TestKilledAtEveryPlace(t *testing.T) {
	each(t, func(t *testing.T, database string) {
		dice, seed := chance(t)
		p := demo(t, t.TempDir(), database)
		l := newTraffic(t, p)
		unwatch := l.phones()
		for n := range 3 {
			l.whatsApp(fmt.Sprintf("wa%d", n), fmt.Sprintf("4366012345%02d", n), rand.New(rand.NewPCG(seed, uint64(n+1))))
		}
		l.web("web0")
		l.agent(0)
		l.newcomers()
		l.closer(1)
		l.pictures()
		kind := "sqlite"
		if database != "" {
			kind = "postgres"
		}
		kills := 0
		for range rounds(1, 20) {
			for _, n := range dice.Perm(len(places)) {
				if place := places[n]; place.only == "" || place.only == kind {
					l.dieAt(place.name, 1+dice.IntN(place.most))
					kills++
				}
			}
		}
		before := l.arrivals()
		poll(t, settleWithin, "answers leave again", func() bool { return l.arrivals() > before })
		l.end()
		c := everything(p)
		l.quiet(c)
		unwatch()
		l.audit(c)
		t.Logf("died %d times", kills)
	})
}

// dieAt lets the program die of a place, and starts it again.
func (l *traffic) dieAt(place string, passage int) {
	l.t.Helper()
	if place == "outbound.adopted" { // passed at the start after a death amid a call
		l.dieOf("outbound.called", 1, func() {})
		l.p.buried()
		l.dieOf(place, passage, l.p.launch)
	} else {
		l.dieOf(place, passage, func() {})
	}
	l.p.buried()
	l.p.start()
}

// dieOf arms a place, does something, and waits until the program has died of the place.
func (l *traffic) dieOf(place string, passage int, then func()) {
	l.t.Helper()
	p := l.p
	if err := os.WriteFile(p.armed+".new", fmt.Appendf(nil, "%s %d", place, passage), 0o600); err != nil {
		l.t.Fatal(err)
	}
	if err := os.Rename(p.armed+".new", p.armed); err != nil {
		l.t.Fatal(err)
	}
	then()
	select {
	case <-p.Ended():
	case <-time.After(reachWithin):
		l.t.Errorf("%s was not passed %d times within %s", place, passage, reachWithin)
		p.Kill()
	}
	if err := os.Remove(p.armed); err != nil {
		l.t.Fatal(err)
	}
}

// buried lets what has died be known as dead at once. By itself it is after seconds of silence, on PostgreSQL,
// and nobody else sends or dispatches until then: at each of many places that is most of the time. make chaos
// and the other tests wait for it.
func (p *program) buried() {
	if p.database != "" && rounds(0, 1) == 0 {
		storetest.Exec(p.t, p.database, "UPDATE node SET seen_at = 0")
	}
}

// newcomers are customers who write once: each is work for the dispatcher.
func (l *traffic) newcomers() {
	_, webhook, secrets := l.p.channel("whatsapp")
	c := newClient("", "")
	l.rounds(20*pace, func(n int) {
		name := fmt.Sprintf("new%d", n)
		text := name + "#1"
		body, signature := load.WhatsAppCall(secrets, fmt.Sprintf("4366455%05d", n), "wamid."+text, text)
		if l.sure(func() answer { return c.call("POST", webhook, body, "X-Hub-Signature-256", signature) }) {
			l.keep(name, text)
		}
	})
}

// closer is an agent who takes what is offered and ends it, so that there is always something to dispatch.
func (l *traffic) closer(nth int) {
	c := signIn(l.t, l.p, "agent", nth)
	l.sure(func() answer {
		return c.call("PUT", "/api/v1/me/presence", map[string]string{"status": "Available – Messaging"})
	})
	l.rounds(5*pace, func(int) {
		offered, _ := offers(c)
		for _, o := range offered {
			c.call("POST", "/api/v1/offers/"+o.ID+"/accept", map[string]any{})
		}
		// Everything that is theirs, also what they took when the answer was lost with the program: else they are
		// full some deaths later, and nothing is dispatched any more.
		var mine struct {
			Items []struct{ Session struct{ ID string } }
		}
		if a := c.call("GET", "/api/v1/conversations?scope=mine&status=active", nil); a.Good() {
			a.read(l.t, &mine)
		}
		for _, row := range mine.Items {
			l.sure(func() answer { return c.call("POST", "/api/v1/sessions/"+row.Session.ID+"/end", map[string]any{}) }, http.StatusConflict)
		}
	})
}

// pictures lets a phone of the sandbox send one after the other. The sandbox forgets them with the
// process: they are work for the jobs, and nothing is promised to who sends them.
func (l *traffic) pictures() {
	id, _, _ := l.p.channel("whatsapp")
	c := newClient(l.p.Ready.URL, "")
	gif := []byte("GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff!\xf9\x04\x01\x00\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;")
	l.rounds(10*pace, func(int) {
		var phone struct{ ID string }
		a := c.call("POST", "/sandbox/api/channels/"+id+"/phones", map[string]string{"number": "+436609876543"})
		if a.Status == http.StatusConflict || !a.Good() {
			a = c.call("POST", "/sandbox/api/channels/"+id+"/phones", map[string]any{})
		}
		if !a.Good() {
			return // it is down; the next round tries again
		}
		a.read(l.t, &phone)
		var body bytes.Buffer
		form := multipart.NewWriter(&body)
		part, err := form.CreatePart(textproto.MIMEHeader{"Content-Disposition": {`form-data; name="file"; filename="dot.gif"`}, "Content-Type": {"image/png"}})
		if err == nil {
			_, err = part.Write(gif)
		}
		if err != nil || form.Close() != nil {
			l.t.Error(err)
		}
		c.call("POST", "/sandbox/api/phones/"+phone.ID+"/messages", body.Bytes(), "Content-Type", form.FormDataContentType())
	})
}

// TestTornWAL destroys, after each crash, what the write-ahead log holds beyond the last acknowledged
// commit: the process dies between a commit and its acknowledgement, and the frames of that commit are cut
// off or overwritten at random, as a disk may leave them when the power fails.
func TestTornWAL(t *testing.T) {
	dice, seed := chance(t)
	dir := t.TempDir()
	p := demo(t, dir, "")
	l := newTraffic(t, p)
	unwatch := l.phones()
	for n := range 3 {
		l.whatsApp(fmt.Sprintf("wa%d", n), fmt.Sprintf("4366012346%02d", n), rand.New(rand.NewPCG(seed, uint64(n+1))))
	}
	l.web("web0")
	l.agent(0)
	poll(t, settleWithin, "answers reach the phones", func() bool { return l.arrivals() > 3 })
	database := filepath.Join(dir, "switchboard.db")
	if _, err := os.Stat(database); err != nil {
		t.Fatal(err)
	}
	for range rounds(3, 20) {
		if err := os.WriteFile(p.armed, fmt.Appendf(nil, "commit.after %d", 1+dice.IntN(60)), 0o600); err != nil {
			t.Fatal(err)
		}
		select {
		case <-p.Ended():
		case <-time.After(reachWithin):
			t.Fatal("it lives on")
		}
		if err := os.Remove(p.armed); err != nil {
			t.Fatal(err)
		}
		t.Log(tear(t, database+"-wal", dice))
		p.start()
	}
	before := l.arrivals()
	poll(t, settleWithin, "answers leave again", func() bool { return l.arrivals() > before })
	l.end()
	c := everything(p)
	l.quiet(c)
	unwatch()
	l.audit(c)
}

// tear destroys the last commit of a write-ahead log (https://sqlite.org/fileformat2.html#walformat): a
// header of 32 bytes, then frames of 24 bytes and a page. A commit's last frame has the database's size in
// its second word; frames of an earlier round of the file have other salts.
func tear(t *testing.T, path string, dice *rand.Rand) string {
	t.Helper()
	wal, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if len(wal) < 32 {
		return "the log is empty"
	}
	frame := 24 + int(words.BigEndian.Uint32(wal[8:]))
	last, end := 32, 32 // where the last commit begins, and where it ends
	for at := 32; at+frame <= len(wal) && bytes.Equal(wal[at+8:at+16], wal[16:24]); at += frame {
		if words.BigEndian.Uint32(wal[at+4:]) != 0 {
			last, end = end, at+frame
		}
	}
	if end == 32 {
		return "the log has no commit"
	}
	from := last + dice.IntN(end-last)
	how := "cut off"
	if dice.IntN(2) == 0 {
		wal = wal[:from]
	} else {
		how = "overwritten"
		for i := from; i < len(wal); i++ {
			wal[i] = byte(dice.Uint32())
		}
	}
	if err := os.WriteFile(path, wal, 0o600); err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("the last commit has bytes %d to %d: %s from %d", last, end, how, from)
}
