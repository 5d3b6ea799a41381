// Package once carries the claim of a keyed request (its Idempotency-Key) from the door through which
// it came to the transaction that does its work, so that the two are committed together: whoever
// comes second finds the claim taken and the work undone (promise 2). It holds a value in a context
// and decides nothing.
package once

import (
	"context"
	"errors"
)

// ErrTaken ends the transaction of a request whose key was used before.
var ErrTaken = errors.New("this idempotency key was used before")

// Claim is one use of a key by one credential on one route.
type Claim struct {
	Credential [16]byte
	Route      string
	Key        string
	BodyHash   []byte
	// Result is the id of what the request made, zero if it made nothing.
	Result [16]byte
	// Committed: the claim is stored. What the same request writes afterwards claims nothing again.
	Committed bool
}

type contextKey struct{}

// With returns a context whose first transaction takes the claim.
func With(ctx context.Context, c *Claim) context.Context {
	return context.WithValue(ctx, contextKey{}, c)
}

// From is the context's claim, nil without one.
func From(ctx context.Context) *Claim {
	c, _ := ctx.Value(contextKey{}).(*Claim)
	return c
}
