package customer_test

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"switchboard/internal/customer"
	api "switchboard/internal/httpapi/customer"
	"switchboard/internal/message"
	"switchboard/internal/store/storetest"
)

// A bus may lose wake-ups; nobody waits longer for it than the hub's poll.
func TestLostWakeUpsCostASecond(t *testing.T) {
	each(t, func(h *house) {
		h.db.OnCommit(func([]string) {}) // every wake-up is lost
		b := h.browser("device-1")
		live := b.open("0")
		thread, _ := b.talk(nil)
		b.say(thread, "one")
		begun := time.Now()
		live.until("one")
		if took := time.Since(begun); took > 5*time.Second {
			h.t.Errorf("it came after %s", took)
		}
	})
}

// A client that doesn't read is dropped rather than waited for, and misses nothing when it is back.
func TestSlowReadersAreDropped(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t), settings())
	b := h.browser("device-1")
	thread, _ := b.talk(nil)
	c, err := net.Dial("tcp", strings.TrimPrefix(h.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	_ = c.(*net.TCPConn).SetReadBuffer(4096)
	fmt.Fprintf(c, "GET /eventrouter/v1/sse HTTP/1.1\r\nHost: x\r\nX-Org-Id: %s\r\nAuthorization: Bearer %s\r\nLast-Event-Id: 0\r\n\r\n", orgKey, b.token)
	v, err := h.customers.Authenticate(t.Context(), b.token)
	if err != nil {
		t.Fatal(err)
	}
	long := strings.Repeat("x", customer.TextMax)
	sent, dropped := 0, false
	for ; sent < 3000 && !dropped; sent++ {
		if _, err := h.customers.Say(t.Context(), v, thread, customer.Draft{ID: newUUID(), Content: message.Content{Text: long}}); err != nil {
			t.Fatal(err)
		}
		dropped = sent > 5 && h.hub.Streams() == 0
	}
	eventually(t, func() bool { return h.hub.Streams() == 0 })
	b.say(thread, "last")
	frames := b.open("0").until("last")
	if frames[len(frames)-1].id != fmt.Sprint(len(frames)) || len(frames) != sent+2 {
		t.Errorf("%d frames for %d messages", len(frames), sent)
	}
}

func TestTooManyCallsAndStreams(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t), settings())
	b, other := h.browser("device-1"), h.browser("device-2")
	for range 32 {
		b.open("0")
	}
	if status, body := b.call("GET", "/eventrouter/v1/sse", nil, "X-Org-Id", orgKey); status != 429 {
		t.Errorf("one stream too many: %d %v", status, body)
	}
	h.api.Limits = api.NewLimits(api.Rate{PerSecond: 0.001, Burst: 3}, api.Rate{PerSecond: 0.001, Burst: 5})
	list := "/iamessage/api/v2/conversation/list"
	for range 3 {
		b.must("GET", list, nil)
	}
	response := b.request("GET", list, nil)
	_ = response.Body.Close()
	if response.StatusCode != http.StatusTooManyRequests || response.Header.Get("Retry-After") == "" {
		t.Errorf("one call too many: %d %v", response.StatusCode, response.Header)
	}
	other.must("GET", list, nil) // others are not held up

	h.api.ClientIP = func(*http.Request) string { return "192.0.2.7" }
	anonymous := &browser{house: h}
	last := 0
	for range 6 {
		last, _ = anonymous.call("GET", "/embeddedservice/v1/embedded-service-config?orgId="+orgKey+"&esConfigName="+deployment, nil)
	}
	if last != 429 {
		t.Errorf("an address that calls too often: %d", last)
	}
}

// Heads are asked for in groups; each person gets their own.
func TestHeadsOfManyPeople(t *testing.T) {
	each(t, func(h *house) {
		ids := make([]message.CustomerID, 70)
		for i := range ids {
			b := h.browser(fmt.Sprint("device-", i))
			ids[i] = b.customer
			if i%10 == 0 {
				thread, _ := b.talk(nil)
				b.say(thread, "one")
			}
		}
		heads, err := h.db.CustomerHeads(context.Background(), h.org, ids)
		if err != nil || len(heads) != len(ids) {
			h.t.Fatalf("%d heads, %v", len(heads), err)
		}
		for i, id := range ids {
			if want := int64(2); i%10 == 0 && heads[id] != want || i%10 != 0 && heads[id] != 0 {
				h.t.Errorf("person %d is at %d", i, heads[id])
			}
		}
	})
}
