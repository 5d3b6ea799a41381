package crashtest

import (
	"bufio"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
)

// TestStopsCleanly asks the program to end while everything is under way: it does with success, tells
// sockets and streams to come back, and has lost nothing.
func TestStopsCleanly(t *testing.T) {
	each(t, func(t *testing.T, database string) {
		p := demo(t, t.TempDir(), database)
		l := newTraffic(t, p)
		unwatch := l.phones()
		l.trouble()
		for n, name := range []string{"wa0", "wa1"} {
			l.whatsApp(name, "43660555550"+string(rune('0'+n)), rand.New(rand.NewPCG(1, uint64(n))))
		}
		l.web("web0")
		l.agent(0)
		poll(t, settleWithin, "answers reach the phones", func() bool { return l.arrivals() > 3 })
		staff := connect(t, signIn(t, p, "supervisor", 0), "list:scope=all")
		stream := customerStream(t, p)
		began := time.Now()
		code := p.stop(45 * time.Second)
		took := time.Since(began)
		if code != 0 {
			t.Errorf("it ended with code %d\n%s", code, p.tail())
		}
		<-staff.over
		if staff.closed != websocket.StatusGoingAway {
			t.Errorf("the socket was closed with %d, want 1001", staff.closed)
		}
		if last := <-stream; last != ": reconnect" {
			t.Errorf("the stream ended with %q", last)
		}
		back := time.Now()
		arrived := l.arrivals()
		p.start()
		poll(t, settleWithin, "answers leave again", func() bool { return l.arrivals() > arrived })
		t.Logf("stopped in %s; %s from the start to the next answer on a phone", took.Round(time.Millisecond), time.Since(back).Round(time.Millisecond))
		l.end()
		c := everything(p)
		l.quiet(c)
		unwatch()
		if n := l.audit(c)["unknown"]; n > 0 {
			t.Errorf("of %d answers nobody knows whether they were sent", n)
		}
	})
}

// customerStream opens a web customer's event stream and gives its last line when it is over.
func customerStream(t testing.TB, p *program) <-chan string {
	t.Helper()
	c := newClient(p.Ready.URL, "")
	var in struct{ AccessToken string }
	c.call("POST", "/iamessage/api/v2/authorization/unauthenticated/access-token",
		map[string]string{"orgId": p.Ready.Org.Key, "esDeveloperName": "Demo_Web", "capabilitiesVersion": "1", "platform": "Web"}).read(t, &in)
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, c.Base+"/eventrouter/v1/sse", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+in.AccessToken)
	r.Header.Set("X-Org-Id", p.Ready.Org.Key)
	res, err := http.DefaultClient.Do(r)
	if err != nil || res.StatusCode != http.StatusOK {
		t.Fatal(res, err)
	}
	last := make(chan string, 1)
	go func() {
		defer res.Body.Close()
		text := ""
		for lines := bufio.NewScanner(res.Body); lines.Scan(); {
			if line := strings.TrimSpace(lines.Text()); line != "" {
				text = line
			}
		}
		last <- text
	}()
	return last
}
