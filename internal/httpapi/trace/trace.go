// Package trace gives every request an id that its logs, its answer and the services behind it share:
// the caller's own from a W3C traceparent header, or a new one. It records nothing itself.
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

// Handler gives each request its id and answers it as X-Request-Id.
func Handler(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id := parent(r.Header.Get("Traceparent"))
		if id == "" {
			var b [16]byte
			_, _ = rand.Read(b[:]) // never fails
			id = hex.EncodeToString(b[:])
		}
		w.Header().Set("X-Request-Id", id)
		next.ServeHTTP(w, r.WithContext(trace.With(r.Context(), id)))
	})
}

// parent is the trace id of a traceparent header ("00-<32 hex>-<16 hex>-<2 hex>"), empty for anything else.
func parent(header string) string {
	parts := strings.Split(header, "-")
	if len(parts) < 4 || len(parts[0]) != 2 || parts[0] == "ff" || len(parts[1]) != 32 || strings.Trim(parts[1], "0") == "" {
		return ""
	}
	if strings.Trim(parts[1], "0123456789abcdef") != "" {
		return ""
	}
	return parts[1]
}
