package store_test

import (
	"testing"

	"pgregory.net/rapid"

	"switchboard/internal/conversation"
	"switchboard/internal/inbox"
	"switchboard/internal/message"
	"switchboard/internal/store"
	"switchboard/internal/store/storetest"
)

// Whatever is said, read and erased: unread are the customer's messages behind the reader's marker that are still
// there, counted anew.
func TestUnreadAgreesWithCountingAnew(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		d := newDesk(t, db)
		rapid.Check(t, func(r *rapid.T) {
			c := d.writes(d.queued, conversation.Active, d.ada, d.sales, "first")
			theirs, read := []int64{1}, map[message.UserID]int64{}
			last, erased := int64(1), false
			for range rapid.IntRange(1, 12).Draw(r, "steps") {
				switch rapid.SampledFrom([]string{"customer", "customer", "many", "agent", "agent", "reaction", "read", "read", "read", "erase"}).Draw(r, "step") {
				case "customer":
					last = d.says(&c, message.KindMessage, message.AuthorCustomer, message.Content{Text: "more"}).seq
					theirs = append(theirs, last)
				case "many":
					for range inbox.UnreadMax / 2 {
						last = d.says(&c, message.KindMessage, message.AuthorCustomer, message.Content{Text: "again"}).seq
						theirs = append(theirs, last)
					}
				case "agent":
					last = d.says(&c, message.KindMessage, message.AuthorAgent, message.Content{Text: "answer"}).seq
				case "reaction":
					last = d.says(&c, message.KindReaction, message.AuthorCustomer, message.Content{Reaction: &message.Reaction{Emoji: "👍"}}).seq
				case "read":
					who, seq := rapid.SampledFrom([]message.UserID{d.ada, d.boss}).Draw(r, "who"), rapid.Int64Range(1, last).Draw(r, "seq")
					d.write(func(tx *store.Tx) error {
						_, err := tx.SetReadMarker(who, c.ID, seq)
						return err
					})
					read[who] = max(read[who], seq)
				case "erase":
					if erased {
						continue // it was the only session
					}
					d.write(func(tx *store.Tx) error {
						now, err := tx.Conversation(c.ID)
						if err != nil {
							return err
						}
						return tx.EraseSession(&now, &now.Session)
					})
					theirs, erased = nil, true
				}
				rows, err := d.views.Rows(t.Context(), d.org, []message.ConversationID{c.ID}, []message.UserID{d.ada, d.boss})
				if err != nil {
					r.Fatal(err)
				}
				for _, who := range []message.UserID{d.ada, d.boss} {
					want := 0
					for _, seq := range theirs {
						if seq > read[who] {
							want++
						}
					}
					m := rows[c.ID].Markers[who]
					if got := min(rows[c.ID].CustomerCount-m.Count, inbox.UnreadMax); m.Seq != read[who] || got != int64(min(want, inbox.UnreadMax)) {
						r.Fatalf("read up to %d, want %d; unread %d, want %d", m.Seq, read[who], got, want)
					}
				}
			}
		})
	})
}
