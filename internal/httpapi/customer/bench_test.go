package customer_test

import (
	"fmt"
	"net"
	"runtime"
	"strings"
	"testing"

	"switchboard/internal/store/storetest"
)

// BenchmarkIdleStreams holds one stream per customer open and reports what each costs the server, its
// connection included: go test -bench IdleStreams -benchtime 10000x ./internal/httpapi/customer
func BenchmarkIdleStreams(b *testing.B) {
	h := newHouse(b, storetest.SQLite(b), settings())
	tokens := make([]string, b.N)
	for i := range tokens {
		tokens[i] = h.browser(fmt.Sprint("device-", i)).token
	}
	memory := func() uint64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.GC()
		runtime.ReadMemStats(&m)
		return m.HeapInuse + m.StackInuse
	}
	before := memory()
	clients := make([]net.Conn, b.N)
	b.ResetTimer()
	for i, token := range tokens {
		c, err := net.Dial("tcp", strings.TrimPrefix(h.url, "http://"))
		if err != nil {
			b.Fatal(err)
		}
		clients[i] = c
		fmt.Fprintf(c, "GET /eventrouter/v1/sse HTTP/1.1\r\nHost: x\r\nX-Org-Id: %s\r\nAuthorization: Bearer %s\r\nLast-Event-Id: 0\r\n\r\n", orgKey, token)
	}
	eventually(b, func() bool { return h.hub.Streams() == b.N })
	b.StopTimer()
	b.ReportMetric(float64(memory()-before)/float64(b.N), "B/stream")
	for _, c := range clients {
		_ = c.Close()
	}
}
