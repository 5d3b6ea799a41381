// Package trace carries the id under which one request is found again: in its answer, in the logs of
// what it caused, and on the lines of the change feed that bring it to the screen. Where an installation
// asks for it, stretches of work on that way are recorded as spans; what isn't recorded costs nothing.
package trace

import "context"

type contextKey struct{}

// scope is what a context knows of its request.
type scope struct {
	origin   Origin
	recorder Recorder
}

// Origin is where a request's trace comes from.
type Origin struct {
	// ID is the trace id: 32 lower hexadecimal digits, as W3C Trace Context has it.
	ID string
	// Parent is the caller's span, 16 digits; empty when the caller named none.
	Parent string
}

// ID is the trace id of the request that ctx belongs to: 32 hexadecimal digits, empty outside of one.
func ID(ctx context.Context) string {
	if s, ok := ctx.Value(contextKey{}).(*scope); ok {
		return s.origin.ID
	}
	return ""
}

// With gives a context its trace, and who records its spans: nobody when r is nil.
func With(ctx context.Context, o Origin, r Recorder) context.Context {
	return context.WithValue(ctx, contextKey{}, &scope{origin: o, recorder: r})
}
