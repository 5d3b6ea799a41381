package conversation_test

import (
	"context"
	"testing"

	"switchboard/internal/conversation"
	"switchboard/internal/fault"
	"switchboard/internal/job"
	"switchboard/internal/store"
)

// SL-2: what the business opened to an address where nobody is ends in error; the same cause again updates
// that record, another one or an answer does not.
func TestUnreachableSessionsAreOneRecord(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		grace := h.agent("Grace", "online")
		open := func(text string) conversation.Entry {
			t.Helper()
			e, err := h.talk.Open(context.Background(), h.org, store.Writer[conversation.OpenTx](h.db), grace, h.sms, phone("+15550001111"), conversation.Draft{Text: text})
			h.must(err)
			return e
		}
		fails := func(e conversation.Entry, code fault.DeliveryCode) conversation.Session {
			t.Helper()
			run := conversation.Unreachable(store.Writer[conversation.FailTx](h.db))
			h.must(run(context.Background(), job.Job{Org: h.org, Kind: conversation.JobUnreachable, Key: e.Session.String(), Payload: string(code), Attempts: 1}))
			return h.head(e.Conversation).Session
		}
		e := open("Hello?")
		first := fails(e, fault.BadAddress)
		if first.Status != conversation.Error || first.ErrorCode != "2001" || first.ErrorText == "" || first.ErrorCount != 1 || first.EndedAt.IsZero() {
			t.Fatalf("the session is %+v", first)
		}
		if again := fails(e, fault.BadAddress); again.ErrorCount != 1 {
			t.Errorf("the job ran twice, and the record counts %d", again.ErrorCount)
		}
		second := fails(open("Hello again?"), fault.BadAddress)
		if second.ID != first.ID || second.Number != first.Number || second.ErrorCount != 2 || second.AgentMessages != 2 || second.ErrorAt.Before(first.ErrorAt) {
			t.Errorf("the same cause made %+v of %+v", second, first)
		}
		rows := h.column("SELECT number FROM session WHERE org_id = $1 AND conversation_id = $2", h.org, e.Conversation)
		if len(rows) != 1 {
			t.Errorf("there are sessions %v", rows)
		}
		for i, e := range h.entries(e.Conversation) {
			if e.Seq != int64(i+1) || e.Session != first.ID {
				t.Errorf("entry %d is of session %s", e.Seq, e.Session)
			}
		}
		other := fails(open("And now?"), fault.RecipientBlocked)
		if other.ID == first.ID || other.ErrorCount != 1 {
			t.Errorf("another cause went into the same record: %+v", other)
		}
		// The customer answers after all, before the message is known to have failed.
		answered := open("Last try")
		h.must(h.with(answered.Conversation, says))
		if s := fails(answered, fault.BadAddress); s.Status != conversation.Active {
			t.Errorf("answered, and the session is %s", s.Status)
		}
	})
}
