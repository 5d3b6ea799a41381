package httpapi

import (
	"errors"
	"io"
	"net/http"
	"os"
	"time"

	"switchboard/internal/fault"
)

// A request's body may keep us waiting for bodyPatience in all, and for one second more with each
// bodyPace bytes that came: a slow phone gets its file through, and who sends next to nothing does not
// hold a connection open for ever. The server's ReadTimeout can't do this: it also ends streams.
const (
	bodyPatience = 30 * time.Second
	bodyPace     = 16 << 10
)

// bodies lets requests wait for their bodies with patience, not longer. It must be outermost: deadlines
// are the connection's.
func bodies(next http.Handler, patience time.Duration) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Body != nil && r.Body != http.NoBody {
			b := &body{ReadCloser: r.Body, connection: http.NewResponseController(w), left: patience}
			// Also for bodies that nobody reads: the server does before it answers.
			_ = b.connection.SetReadDeadline(time.Now().Add(patience))
			r.Body = b
		}
		next.ServeHTTP(w, r)
	})
}

// body is a request's body with the time that is left to wait for it.
type body struct {
	io.ReadCloser
	connection *http.ResponseController
	left       time.Duration
}

// Read counts only the time in which we wait for the client.
func (b *body) Read(p []byte) (int, error) {
	began := time.Now()
	_ = b.connection.SetReadDeadline(began.Add(b.left))
	n, err := b.ReadCloser.Read(p)
	b.left += time.Duration(n)*time.Second/bodyPace - time.Since(began)
	switch {
	case errors.Is(err, io.EOF):
		_ = b.connection.SetReadDeadline(time.Time{}) // what follows is no body
	case errors.Is(err, os.ErrDeadlineExceeded):
		err = fault.Wrap(err, fault.Malformed, "The body came too slowly. Send it again.")
	}
	return n, err
}
