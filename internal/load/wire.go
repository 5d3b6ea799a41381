package load

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// answerWithin bounds one call; what has no answer then is tried again.
const answerWithin = 30 * time.Second

// wire is one kept-alive HTTP/1.1 connection. It costs a fraction of net/http's client, which would
// take the cores away from the server that is measured. It is for one goroutine.
type wire struct {
	target *url.URL
	conn   net.Conn
	in     *bufio.Reader
	out    []byte // the request, used again
	body   []byte // the answer's body, used again
}

func newWire(base string) (*wire, error) {
	target, err := url.Parse(base)
	if err != nil {
		return nil, err
	}
	return &wire{target: target}, nil
}

func (w *wire) close() {
	if w.conn != nil {
		w.conn.Close()
		w.conn = nil
	}
}

// dial opens a connection to a server.
func dial(ctx context.Context, target *url.URL) (net.Conn, error) {
	address := target.Host
	d := net.Dialer{Timeout: 10 * time.Second}
	if target.Scheme == "https" {
		if target.Port() == "" {
			address += ":443"
		}
		return (&tls.Dialer{NetDialer: &d}).DialContext(ctx, "tcp", address)
	}
	if target.Port() == "" {
		address += ":80"
	}
	return d.DialContext(ctx, "tcp", address)
}

// post sends a body and returns the answer's status and body, which is good until the next call.
// header is whole lines, each with its line's end.
func (w *wire) post(ctx context.Context, path, header string, body []byte) (status int, answer []byte, err error) {
	w.out = append(w.out[:0], "POST "...)
	w.out = append(w.out, path...)
	w.out = append(w.out, " HTTP/1.1\r\nHost: "...)
	w.out = append(w.out, w.target.Host...)
	w.out = append(w.out, "\r\nContent-Length: "...)
	w.out = strconv.AppendInt(w.out, int64(len(body)), 10)
	w.out = append(w.out, "\r\n"...)
	w.out = append(w.out, header...)
	w.out = append(w.out, "\r\n"...)
	w.out = append(w.out, body...)
	return w.exchange(ctx)
}

func (w *wire) get(ctx context.Context, path, header string) (status int, answer []byte, err error) {
	w.out = fmt.Appendf(w.out[:0], "GET %s HTTP/1.1\r\nHost: %s\r\n%s\r\n", path, w.target.Host, header)
	return w.exchange(ctx)
}

// exchange writes the request that stands in out and reads the answer.
func (w *wire) exchange(ctx context.Context) (status int, answer []byte, err error) {
	if w.conn == nil {
		if w.conn, err = dial(ctx, w.target); err != nil {
			w.conn = nil
			return 0, nil, err
		}
		if w.in == nil {
			w.in = bufio.NewReaderSize(nil, 4096)
		}
		w.in.Reset(w.conn)
	}
	_ = w.conn.SetDeadline(time.Now().Add(answerWithin))
	if _, err = w.conn.Write(w.out); err == nil {
		status, err = w.read()
	}
	if err != nil {
		w.close()
		return 0, nil, err
	}
	return status, w.body, nil
}

var errAnswer = errors.New("the answer is not HTTP/1.1 as we read it")

// read takes one answer off the connection.
func (w *wire) read() (status int, err error) {
	line, err := w.in.ReadSlice('\n')
	if err != nil {
		return 0, err
	}
	if len(line) < 12 || string(line[:5]) != "HTTP/" {
		return 0, errAnswer
	}
	if status, err = strconv.Atoi(string(line[9:12])); err != nil {
		return 0, errAnswer
	}
	length, chunked, last := 0, false, false
	for {
		if line, err = w.in.ReadSlice('\n'); err != nil {
			return 0, err
		}
		text := strings.TrimRight(string(line), "\r\n")
		if text == "" {
			break
		}
		name, value, _ := strings.Cut(text, ":")
		value = strings.TrimSpace(value)
		switch {
		case strings.EqualFold(name, "Content-Length"):
			if length, err = strconv.Atoi(value); err != nil {
				return 0, errAnswer
			}
		case strings.EqualFold(name, "Transfer-Encoding"):
			chunked = strings.EqualFold(value, "chunked")
		case strings.EqualFold(name, "Connection"):
			last = strings.EqualFold(value, "close")
		}
	}
	w.body = w.body[:0]
	if chunked {
		err = w.chunks()
	} else {
		err = w.take(length)
	}
	if last {
		w.close()
	}
	return status, err
}

// take appends so many bytes to the body.
func (w *wire) take(n int) error {
	at := len(w.body)
	if cap(w.body) < at+n {
		w.body = append(make([]byte, 0, 2*(at+n)), w.body...)
	}
	w.body = w.body[:at+n]
	_, err := io.ReadFull(w.in, w.body[at:])
	return err
}

func (w *wire) chunks() error {
	for {
		line, err := w.in.ReadSlice('\n')
		if err != nil {
			return err
		}
		size, err := strconv.ParseInt(strings.TrimSpace(string(line)), 16, 32)
		if err != nil {
			return errAnswer
		}
		if err := w.take(int(size)); err != nil {
			return err
		}
		if _, err := w.in.Discard(2); err != nil {
			return err
		}
		if size == 0 {
			return nil
		}
	}
}
