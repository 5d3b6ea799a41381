package app

import (
	"context"
	"time"

	"switchboard/internal/conversation"
	"switchboard/internal/message"
	"switchboard/internal/store"
)

// sentWithin is how long who opts somebody out waits for what was handed to a provider just before.
const sentWithin = 5 * time.Second

func (a *App) consents() *conversation.Consents {
	return &conversation.Consents{Write: store.Writer[conversation.OpenTx](a.db), Sent: a.sent}
}

// sent waits until nothing is on its way any more to somebody who has opted out, so that nothing leaves after
// the opt-out is acknowledged. There is mostly nothing to wait for.
func (a *App) sent(ctx context.Context, org message.OrgID, customer message.CustomerID) {
	ctx, cancel := context.WithTimeout(ctx, sentWithin)
	defer cancel()
	look := time.NewTicker(20 * time.Millisecond)
	defer look.Stop()
	for {
		sending, err := a.db.SendingTo(ctx, org, customer)
		if err != nil || !sending {
			return
		}
		select {
		case <-look.C:
		case <-ctx.Done():
			return
		}
	}
}
