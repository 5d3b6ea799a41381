package app

import (
	"context"
	"fmt"
	"time"

	"switchboard/internal/conversation"
	"switchboard/internal/message"
	"switchboard/internal/store"
	"switchboard/internal/store/past"
)

var samples = []struct {
	number, name string
	lines        []past.Line
}{
	{"+15550100101", "Nora Weiss", []past.Line{
		{Agent: false, Text: "Hi, is the oak shelf back in stock?"},
		{Agent: true, Text: "Hello Nora! It came in this morning: 14 pieces, ready to ship tomorrow."},
		{Agent: false, Text: "Great, I'll order two. Thanks!"},
		{Agent: true, Text: "My pleasure. Have a good day!"},
	}},
	{"+15550100102", "Tomás Rivera", []past.Line{
		{Agent: false, Text: "My parcel says delivered but nothing is here"},
		{Agent: true, Text: "I'm sorry, Tomás. I've asked the carrier for the exact drop-off place and will write as soon as I know."},
		{Agent: true, Text: "They left it with your neighbour at number 12."},
		{Agent: false, Text: "Found it, thank you!"},
	}},
	{"+15550100103", "Aiko Tanaka", []past.Line{
		{Agent: false, Text: "Can I change the delivery address of order 88213?"},
		{Agent: true, Text: "Yes, it hasn't left the warehouse. What's the new address?"},
		{Agent: false, Text: "25 Mill Lane, same city"},
		{Agent: true, Text: "Done. You'll get a new confirmation by e-mail."},
	}},
}

// demoPast writes conversations that are over, by the same functions as real ones, at an earlier time.
func (a *App) demoPast(ctx context.Context, org message.OrgID, channel message.ChannelID, users []message.UserID) error {
	at := time.Now().Add(-pastStart)
	for i, s := range samples {
		err := a.db.Write(ctx, org, func(tx *store.Tx) error {
			_, err := past.Tell(tx, past.Story{Channel: channel, Number: s.number, Profile: message.Profile{Name: s.name, Locale: "en", Country: "US"},
				Agent: conversation.Staff{ID: users[2+i%3], Name: people[2+i%3].name}, Lines: s.lines,
				Begins: at.Add(time.Duration(i) * 40 * time.Minute), Key: fmt.Sprintf("demo.%d", i)})
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}
