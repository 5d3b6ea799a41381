package httpapi

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"switchboard/internal/fault"
)

// Who promises a body and doesn't send it is answered, whether or not the handler reads it.
func TestSlowBodiesEnd(t *testing.T) {
	for _, reads := range []bool{true, false} {
		server := httptest.NewServer(bodies(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if !reads {
				w.WriteHeader(http.StatusUnauthorized)
				return
			}
			if _, err := io.ReadAll(r.Body); fault.CodeOf(err) != fault.Malformed {
				t.Errorf("the body ended with %v", err)
			}
			w.WriteHeader(http.StatusBadRequest)
		}), 50*time.Millisecond))
		t.Cleanup(server.Close)
		connection, err := net.Dial("tcp", server.Listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = connection.Close() })
		_ = connection.SetDeadline(time.Now().Add(20 * time.Second))
		fmt.Fprint(connection, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{")
		if answer, err := io.ReadAll(connection); err != nil || !strings.HasPrefix(string(answer), "HTTP/1.1 40") {
			t.Errorf("read %v: %q, %v", reads, answer, err)
		}
	}
}

// What comes steadily may take longer than the patience, and so may what follows the body.
func TestSteadyBodiesAndLongAnswersGoOn(t *testing.T) {
	const patience = 300 * time.Millisecond
	server := httptest.NewServer(bodies(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n, err := io.Copy(io.Discard, r.Body)
		if err != nil {
			t.Error(err)
		}
		select {
		case <-r.Context().Done():
			t.Error("the request was given up after its body had come")
		case <-time.After(2 * patience):
		}
		fmt.Fprint(w, n)
	}), patience))
	t.Cleanup(server.Close)
	body, writer := io.Pipe()
	go func() {
		for range 8 {
			_, _ = writer.Write(make([]byte, 2*bodyPace)) // good for two seconds each
			<-time.After(patience / 4)
		}
		_ = writer.Close()
	}()
	response, err := http.Post(server.URL, "application/octet-stream", body)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if got, _ := io.ReadAll(response.Body); string(got) != fmt.Sprint(16*bodyPace) {
		t.Errorf("%q bytes came", got)
	}
}
