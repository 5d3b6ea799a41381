// Package trace gives every request an id that its logs, its answer and the services behind it share:
// the caller's own from a W3C traceparent header, or a new one.
package trace

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"net/http"
	"strings"

	"switchboard/internal/trace"
)

// ID is the trace id of the request that ctx belongs to.
func ID(ctx context.Context) string { return trace.ID(ctx) }

// Handler gives each request its id and answers it as X-Request-Id. Its spans go to the recorder; nil
// records none.
func Handler(next http.Handler, spans trace.Recorder) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		origin := parent(r.Header.Get("Traceparent"))
		if origin.ID == "" {
			var b [16]byte
			_, _ = rand.Read(b[:]) // never fails
			origin.ID = hex.EncodeToString(b[:])
		}
		w.Header().Set("X-Request-Id", origin.ID)
		next.ServeHTTP(w, r.WithContext(trace.With(r.Context(), origin, spans)))
	})
}

// parent is where a traceparent header ("00-<32 hex>-<16 hex>-<2 hex>") says that the request comes from;
// nowhere for anything else.
func parent(header string) (o trace.Origin) {
	parts := strings.Split(header, "-")
	if len(parts) < 4 || len(parts[0]) != 2 || parts[0] == "ff" || !isID(parts[1], 32) {
		return trace.Origin{}
	}
	o.ID = parts[1]
	if isID(parts[2], 16) {
		o.Parent = parts[2]
	}
	return o
}

// isID: lower hexadecimal digits, not all of them zero.
func isID(text string, digits int) bool {
	return len(text) == digits && strings.Trim(text, "0") != "" && strings.Trim(text, "0123456789abcdef") == ""
}
