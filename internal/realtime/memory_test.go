package realtime_test

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"runtime"
	"strings"
	"testing"

	"switchboard/internal/store/storetest"
)

// socketMemory is what an idle socket with three topics may cost, in bytes.
const socketMemory = 35 << 10

func TestIdleSocketsAreSmall(t *testing.T) {
	const sockets = 400
	h := newHouse(t, storetest.SQLite(t))
	n := h.start()
	n.dial("ada", "").subscribe("me") // what is loaded once doesn't count
	before := inUse()
	for range sockets {
		// A client without buffers of its own: what grows is the server's.
		c, err := net.Dial("tcp", strings.TrimPrefix(n.server.URL, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = c.Close() })
		fmt.Fprintf(c, "GET /?as=ada HTTP/1.1\r\nHost: %s\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n", c.RemoteAddr())
		if res, err := http.ReadResponse(bufio.NewReaderSize(c, 16), nil); err != nil || res.StatusCode != http.StatusSwitchingProtocols {
			t.Fatal(res, err)
		}
		for _, m := range []string{`{"type":"hello"}`, `{"type":"subscribe","topic":"me"}`, `{"type":"subscribe","topic":"list:scope=mine"}`, `{"type":"subscribe","topic":"list:scope=team"}`} {
			frame := append([]byte{0x81, 0x80 | byte(len(m)), 0, 0, 0, 0}, m...) // masked with zeros
			if _, err := c.Write(frame); err != nil {
				t.Fatal(err)
			}
		}
	}
	await(t, func() bool {
		return n.metric(t, "switchboard_realtime_sockets") == sockets+1 && n.metric(t, "switchboard_realtime_frames_total") >= sockets
	})
	await(t, func() bool { return (inUse()-before)/sockets < socketMemory })
	t.Logf("%d bytes a socket", (inUse()-before)/sockets)
}

// inUse is the memory of heap and stacks, after what is garbage is gone.
func inUse() int64 {
	runtime.GC()
	runtime.GC() // the stacks of goroutines that ended are freed by the second
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc + m.StackInuse)
}
