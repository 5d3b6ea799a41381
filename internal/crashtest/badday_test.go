package crashtest

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"switchboard/internal/load"
	"switchboard/internal/store/storetest"
)

// TestWebhooksThatAreNotTaken: what is refused, and what of it is kept.
func TestWebhooksThatAreNotTaken(t *testing.T) {
	each(t, func(t *testing.T, database string) {
		p := demo(t, t.TempDir(), database)
		c := everything(p)
		_, webhook, secrets := p.channel("whatsapp")
		before := len(conversationIDs(t, c))
		body, signature := load.WhatsAppCall(secrets, "436601111111", "wamid.refused", "hello")
		broken := body[:len(body)/2]
		huge := bytes.Repeat([]byte(" "), 3<<20+1)
		other := webhook[:strings.LastIndex(webhook, "/")+1] + "01900000-0000-7000-8000-000000000000"
		for _, call := range []struct {
			what, url, signature string
			body                 []byte
			want                 int
		}{
			{"another body under the signature", webhook, signature, append([]byte(" "), body...), http.StatusUnauthorized},
			{"another secret", webhook, load.Sign("guessed", body), body, http.StatusUnauthorized},
			{"no signature", webhook, "", body, http.StatusUnauthorized},
			{"half a body, signed", webhook, load.Sign(secrets["app_secret"], broken), broken, http.StatusBadRequest},
			{"more than 3 MB", webhook, load.Sign(secrets["app_secret"], huge), huge, http.StatusRequestEntityTooLarge},
			{"a channel that does not exist", other, signature, body, http.StatusNotFound},
			{"another provider's address", strings.Replace(webhook, "/whatsapp/", "/twilio/", 1), signature, body, http.StatusNotFound},
		} {
			if a := newClient("", "").call("POST", call.url, call.body, "X-Hub-Signature-256", call.signature); a.Status != call.want {
				t.Errorf("%s: answered %s, want %d", call.what, a, call.want)
			}
		}
		if after := len(conversationIDs(t, c)); after != before {
			t.Errorf("%d conversations were made", after-before)
		}
		var kept struct{ Items []struct{ Size int } }
		c.call("GET", "/api/v1/quarantine", nil).read(t, &kept)
		if len(kept.Items) != 1 || kept.Items[0].Size != len(broken) {
			t.Errorf("quarantine has %+v, want only what could not be read, of %d bytes", kept.Items, len(broken))
		}
		metrics := string(c.call("GET", "/metrics", nil).Body)
		if want := `switchboard_webhooks_total{outcome="bad_signature",type="whatsapp"} 3`; !strings.Contains(metrics, want) {
			t.Errorf("/metrics lacks %s", want)
		}
	})
}

// TestDiskFull fills the disk under SQLite: calls are answered 503, reading goes on, and with space all
// goes on by itself.
func TestDiskFull(t *testing.T) {
	dir := smallDisk(t, 32)
	p := demo(t, dir, "")
	c := everything(p)
	l := newTraffic(t, p)
	unwatch := l.phones()
	for n := range 2 {
		l.whatsApp(fmt.Sprintf("wa%d", n), fmt.Sprintf("43660444444%d", n), rand.New(rand.NewPCG(1, uint64(n))))
	}
	l.web("web0")
	l.agent(0)
	poll(t, settleWithin, "answers reach the phones", func() bool { return l.arrivals() > 3 })
	ballast := filepath.Join(dir, "ballast")
	fillDisk(t, ballast)
	_, webhook, secrets := p.channel("whatsapp")
	attempt := 0
	write := func() answer {
		attempt++
		text := fmt.Sprintf("big#%d %s", attempt, strings.Repeat("x", 4000))
		body, signature := load.WhatsAppCall(secrets, "436608888888", fmt.Sprintf("wamid.big.%d", attempt), text)
		a := newClient("", "").call("POST", webhook, body, "X-Hub-Signature-256", signature)
		if a.Good() {
			l.keep("big", text)
		} else if a.Status != http.StatusServiceUnavailable {
			t.Fatalf("with a full disk a call is answered %s", a)
		}
		return a
	}
	poll(t, settleWithin, "the disk is full", func() bool { return !write().Good() })
	full := time.Now()
	for range 20 {
		write()
	}
	if n := len(conversationIDs(t, c)); n == 0 {
		t.Error("nothing can be read")
	}
	if a := c.call("GET", "/healthz", nil); !a.Good() {
		t.Errorf("healthz: %s", a)
	}
	<-time.After(2 * time.Second)
	p.quietLog(full)
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	space := time.Now()
	poll(t, settleWithin, "calls are taken again", func() bool { return write().Good() })
	t.Logf("taken again %s after there was space", time.Since(space).Round(time.Millisecond))
	arrived := l.arrivals()
	poll(t, settleWithin, "answers leave again", func() bool { return l.arrivals() > arrived })
	l.end()
	l.quiet(c)
	unwatch()
	l.audit(c)
}

// TestDatabaseGone stops PostgreSQL under load and starts it again.
func TestDatabaseGone(t *testing.T) {
	binary(t)
	server := storetest.NewPostgresServer(t)
	p := demo(t, t.TempDir(), server.URL)
	c := everything(p)
	l := newTraffic(t, p)
	unwatch := l.phones()
	for n := range 3 {
		l.whatsApp(fmt.Sprintf("wa%d", n), fmt.Sprintf("43660333333%d", n), rand.New(rand.NewPCG(1, uint64(n))))
	}
	l.web("web0")
	l.agent(0)
	poll(t, settleWithin, "answers reach the phones", func() bool { return l.arrivals() > 3 })
	server.Stop()
	gone := time.Now()
	_, webhook, secrets := p.channel("whatsapp")
	body, signature := load.WhatsAppCall(secrets, "436608888888", "wamid.gone", "gone#1")
	write := func() answer {
		return newClient("", "").call("POST", webhook, body, "X-Hub-Signature-256", signature)
	}
	for range 10 {
		if a := write(); a.Status != http.StatusServiceUnavailable || a.Header.Get("Retry-After") == "" {
			t.Errorf("without its database a call is answered %s", a)
		}
		for _, path := range []string{"/readyz", "/api/v1/conversations"} {
			if a := c.call("GET", path, nil); a.Status != http.StatusServiceUnavailable {
				t.Errorf("%s is answered %s", path, a)
			}
		}
		<-time.After(200 * time.Millisecond)
	}
	if a := c.call("GET", "/healthz", nil); !a.Good() {
		t.Errorf("healthz: %s", a)
	}
	p.quietLog(gone)
	server.Start()
	back := time.Now()
	poll(t, settleWithin, "calls are taken again", func() bool { return write().Good() })
	l.keep("gone", "gone#1")
	taken := time.Since(back)
	arrived := l.arrivals()
	poll(t, settleWithin, "answers leave again", func() bool { return l.arrivals() > arrived })
	t.Logf("after it was back: calls taken in %s, answers leave after %s", taken.Round(time.Millisecond), time.Since(back).Round(time.Millisecond))
	l.end()
	l.quiet(c)
	unwatch()
	l.audit(c)
}
