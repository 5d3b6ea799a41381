// Package trace carries the id under which one request is found again: in its answer, in the logs of
// what it caused, and on the lines of the change feed that bring it to the screen. It records nothing.
package trace

import "context"

type contextKey struct{}

// ID is the trace id of the request that ctx belongs to: 32 hexadecimal digits, empty outside of one.
func ID(ctx context.Context) string {
	id, _ := ctx.Value(contextKey{}).(string)
	return id
}

// With gives a context its trace id.
func With(ctx context.Context, id string) context.Context {
	return context.WithValue(ctx, contextKey{}, id)
}
