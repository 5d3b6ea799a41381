package store_test

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"switchboard/internal/conversation"
	"switchboard/internal/inbox"
	"switchboard/internal/message"
	"switchboard/internal/resource"
	"switchboard/internal/store"
	"switchboard/internal/store/storetest"
)

// What a list's indexed statements find, page by page, is what inbox.Query.Matches says of every
// conversation, in the order of the sort: the rule that realtime applies to the same query.
func TestListsAgreeWithTheirRule(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		d := newDesk(t, db)
		queues := []message.QueueID{{}, d.sales, d.support}
		agents := []message.UserID{{}, d.ada, d.bob}
		statuses := []conversation.Status{conversation.New, conversation.Waiting, conversation.Active, conversation.Consent, conversation.Inactive, conversation.Ended, conversation.Error}
		var all []message.ConversationID
		for _, status := range statuses {
			for _, queue := range queues {
				for _, agent := range agents {
					channel := d.queued
					if len(all)%2 == 0 {
						channel = d.everyone
					}
					if status == conversation.Waiting {
						agent = message.UserID{}
					}
					all = append(all, d.writes(channel, status, agent, queue, "word").ID)
				}
			}
		}
		rapid.Check(t, func(t *rapid.T) {
			viewer := d.viewer(rapid.SampledFrom([]message.UserID{d.ada, d.bob, d.boss}).Draw(t, "viewer"))
			ask := resource.ListQuery{
				Scope:   rapid.SampledFrom([]string{"", "mine", "team", "all"}).Draw(t, "scope"),
				Status:  rapid.SampledFrom([]string{"", "open", "closed", "all", "waiting", "active,ended", "new,error,waiting"}).Draw(t, "status"),
				Channel: rapid.SampledFrom([]string{"", "sms", "whatsapp", d.everyone.String()}).Draw(t, "channel"),
				Queue:   rapid.SampledFrom([]string{"", d.sales.String(), d.support.String()}).Draw(t, "queue"),
				Sort:    rapid.SampledFrom([]string{"", "activity", "waiting"}).Draw(t, "sort"),
				Limit:   rapid.IntRange(1, 20).Draw(t, "limit"),
			}
			q, err := inbox.Parse(ask, viewer.All)
			if err != nil {
				t.Fatal(err)
			}
			sight, err := d.views.Sight(d.t.Context(), d.org, viewer)
			if err != nil {
				t.Fatal(err)
			}
			rows, err := d.views.Rows(d.t.Context(), d.org, all, nil)
			if err != nil {
				t.Fatal(err)
			}
			var want []string
			for _, id := range all { // made one after the other: this is the order of activity
				if q.Matches(rows[id], sight) {
					want = append(want, strings.TrimPrefix(rows[id].Conversation.Customer.Name, "Customer "))
				}
			}
			if q.Sort != inbox.SortWaiting {
				slices.Reverse(want)
			}
			if got := d.sees(viewer.User, ask); got != strings.Join(want, " ") {
				t.Fatalf("%+v:\n got %s\nwant %s", ask, got, strings.Join(want, " "))
			}
		})
	})
}
