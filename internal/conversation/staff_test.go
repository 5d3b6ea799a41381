package conversation_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"switchboard/internal/consent"
	"switchboard/internal/conversation"
	"switchboard/internal/fault"
	"switchboard/internal/file"
	"switchboard/internal/message"
	"switchboard/internal/store"
)

// What may not be sent is refused when it is written, and again when it is to be sent once more.
func TestPolicyIsAskedWhenSentAndWhenRetried(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		grace := h.agent("Grace", "online")
		id := h.talking(h.sms, "+15550000001", grace)
		customer := h.head(id).Customer
		e, err := h.send(grace, id, conversation.Draft{Text: "Hello"})
		h.must(err)
		if e.Status != message.StatusQueued {
			t.Fatalf("sent, it is %s", e.Status)
		}
		fail := func() {
			h.write(func(tx *store.Tx) error {
				e, err := tx.Entry(e.ID)
				if err != nil {
					return err
				}
				row, _, err := tx.OutboxOf(id, e.Seq)
				if err != nil {
					return err
				}
				e.Status, e.ErrorCode, e.ErrorDetail = message.StatusFailed, "bad_address", "30003"
				return errors.Join(tx.SaveEntry(&e), tx.DeleteOutbox(row.ID))
			})
		}
		_, err = h.talk.Retry(t.Context(), h.org, grace, id, e.ID)
		wantCode(t, err, fault.UnlawfulState) // it is still on its way
		fail()

		level := func(l consent.Level) func() {
			return func() { h.exec("UPDATE messaging_user SET consent = $1 WHERE id = $2", string(l), customer) }
		}
		both := func(what string, code fault.Code, spoil, mend func()) {
			t.Helper()
			before := len(h.entries(id))
			spoil()
			_, sent := h.send(grace, id, conversation.Draft{Text: what})
			_, retried := h.talk.Retry(t.Context(), h.org, grace, id, e.ID)
			mend()
			for _, err := range []error{sent, retried} {
				if fault.CodeOf(err) != code {
					t.Errorf("%s: got %v, want %s", what, err, code)
				}
			}
			if after := len(h.entries(id)); after != before {
				t.Errorf("%s: something was kept", what)
			}
		}
		both("opted out", fault.OptedOut, level(consent.OptedOut), level(consent.Implicit))
		both("not agreed", fault.ConsentRequired, level(consent.None), level(consent.Implicit))
		both("window", fault.WindowClosed, func() {
			h.caps["sms"].WindowHours = 24
			h.exec("UPDATE conversation SET customer_at = $1 WHERE id = $2", time.Now().Add(-24*time.Hour).UnixMicro(), id)
		}, func() { h.caps["sms"].WindowHours = 0 })
		both("switched off", fault.ChannelInactive, func() { h.exec("UPDATE channel SET active = FALSE WHERE id = $1", h.sms) },
			func() { h.exec("UPDATE channel SET active = TRUE WHERE id = $1", h.sms) })

		out, err := h.talk.Retry(t.Context(), h.org, grace, id, e.ID)
		h.must(err)
		if out.Status != message.StatusQueued || out.ErrorCode != "" || out.ErrorDetail != "" {
			t.Errorf("retried, it is %s %s %s", out.Status, out.ErrorCode, out.ErrorDetail)
		}
		if rows := h.column("SELECT state FROM outbox WHERE conversation_id = $1", id); fmt.Sprint(rows) != "[queued]" {
			t.Errorf("the outbox has %v", rows)
		}
		// What is not the agent's, not a message of ours, or over, is not retried either.
		fail()
		_, err = h.talk.Retry(t.Context(), h.org, h.agent("Alan", "online"), id, e.ID)
		wantCode(t, err, fault.NotAssigned)
		for _, theirs := range h.entries(id) {
			if theirs.Author == message.AuthorCustomer {
				_, err = h.talk.Retry(t.Context(), h.org, grace, id, theirs.ID)
				wantCode(t, err, fault.NotFound)
			}
		}
		_, err = h.talk.Retry(t.Context(), h.org, grace, h.talking(h.sms, "+15550000002", grace), e.ID)
		wantCode(t, err, fault.NotFound)
		_, err = h.talk.EndSession(t.Context(), h.org, grace, id, h.head(id).Session.ID, "")
		h.must(err)
		_, err = h.talk.Retry(t.Context(), h.org, grace, id, e.ID)
		wantCode(t, err, fault.NoOpenSession)
	})
}

// A message waits no longer than its window is open.
func TestTheWindowEndsTheWaiting(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		grace := h.agent("Grace", "online")
		h.caps["sms"].WindowHours = 24
		h.caps["sms"].Templates = true
		id := h.talking(h.sms, "+15550000001", grace)
		ends := time.Now().Add(time.Hour)
		h.exec("UPDATE conversation SET customer_at = $1 WHERE id = $2", ends.Add(-24*time.Hour).UnixMicro(), id)
		_, err := h.send(grace, id, conversation.Draft{Text: "Hello"})
		h.must(err)
		if rows := h.column("SELECT entry_seq FROM outbox WHERE deadline = $1", ends.UnixMicro()); len(rows) != 1 {
			t.Error("the message may wait for longer than it may be sent")
		}
		// A template may go when the window is closed, and wait for a day.
		h.exec("UPDATE conversation SET customer_at = $1 WHERE id = $2", time.Now().Add(-48*time.Hour).UnixMicro(), id)
		e, err := h.send(grace, id, conversation.Draft{Template: &message.TemplateUse{}})
		h.must(err)
		if rows := h.column("SELECT entry_seq FROM outbox WHERE deadline > $1 AND entry_seq = $2", time.Now().Add(23*time.Hour).UnixMicro(), e.Seq); len(rows) != 1 {
			t.Error("the template does not wait for a day")
		}
	})
}

func (h *house) upload(by conversation.Staff, kind string, size int64) message.FileID {
	h.t.Helper()
	f := &file.Stored{File: message.File{ID: message.NewID[message.FileID](), Name: "a file", Type: kind, Size: size}, Org: h.org, By: file.By{User: by.ID}, Blob: "blob", SHA256: []byte{1}, CreatedAt: time.Now()}
	h.write(func(tx *store.Tx) error { return tx.InsertFile(f) })
	return f.ID
}

// CH-8: where a channel can't carry text and file together they go as two messages, the text first.
func TestTextAndFile(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		grace := h.agent("Grace", "online")
		web, sms := h.talking(h.web, "+15550000001", grace), h.talking(h.sms, "+15550000002", grace)
		first, err := h.send(grace, sms, conversation.Draft{Text: "Look", File: h.upload(grace, "image/png", 1000), ClientID: "once"})
		h.must(err)
		all := h.entries(sms)
		text, image := all[len(all)-2], all[len(all)-1]
		if text.ID != first.ID || text.Content.Text != "Look" || text.Content.File != nil || image.Content.Text != "" || image.Content.File == nil {
			t.Errorf("it became %+v and %+v", text.Content, image.Content)
		}
		if rows := h.column("SELECT entry_seq FROM outbox WHERE conversation_id = $1 ORDER BY entry_seq", sms); fmt.Sprint(rows) != fmt.Sprint([]int64{text.Seq, image.Seq}) {
			t.Errorf("the outbox has %v", rows)
		}
		again, err := h.send(grace, sms, conversation.Draft{Text: "Look", ClientID: "once"})
		h.must(err)
		if n := len(h.entries(sms)); again.ID != first.ID || n != len(all) || h.head(sms).Session.AgentMessages != 2 {
			t.Errorf("sent again it became %d entries, counted as %d", n, h.head(sms).Session.AgentMessages)
		}
		_, err = h.send(grace, web, conversation.Draft{Text: "Look", File: h.upload(grace, "image/png", 1000)})
		h.must(err)
		all = h.entries(web)
		if last := all[len(all)-1]; last.Content.Text != "Look" || last.Content.File == nil || last.Status != message.StatusSent {
			t.Errorf("on a channel that carries both it became %+v %s", last.Content, last.Status)
		}
		for what, f := range map[string]message.FileID{"type": h.upload(grace, "text/html", 10), "size": h.upload(grace, "image/png", 1001), "nothing": message.NewID[message.FileID]()} {
			before := len(h.entries(sms))
			_, err := h.send(grace, sms, conversation.Draft{Text: "Look", File: f})
			if code(err) != fault.Unprocessable || len(h.entries(sms)) != before {
				t.Errorf("%s: got %v", what, err)
			}
		}
		_, err = h.send(grace, sms, conversation.Draft{Text: strings.Repeat("a", 1601)})
		wantCode(t, err, fault.Unprocessable) // 11 segments
		_, err = h.send(grace, sms, conversation.Draft{Text: "  \n"})
		wantCode(t, err, fault.Unprocessable)
	})
}

// A user's marker goes forward only, and the customer hears once that a message was read.
func TestMarkRead(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		grace, alan := h.agent("Grace", "online"), h.agent("Alan", "online")
		id := h.talking(h.web, "+15550000001", grace)
		read := func(by conversation.Staff, seq int64, want bool) {
			t.Helper()
			receipt, err := h.talk.MarkRead(t.Context(), h.org, by, id, seq)
			h.must(err)
			if receipt != want {
				t.Errorf("%s reads up to %d: receipt %t", by.Name, seq, receipt)
			}
		}
		told := func(want int) {
			t.Helper()
			if rows := h.column("SELECT seq FROM customer_event WHERE type = 'READ_ACKNOWLEDGEMENT'"); len(rows) != want {
				t.Errorf("the customer was told %d times, want %d", len(rows), want)
			}
		}
		said := h.head(id).CustomerSeq
		read(alan, said, false) // not the session's agent
		read(grace, said-1, false)
		told(0)
		read(grace, said, true)
		read(grace, said, false)
		read(grace, 1, false)
		told(1)
		_, err := h.send(grace, id, conversation.Draft{Text: "Hello"})
		h.must(err)
		read(grace, 999, false) // her own message
		told(1)
		if rows := h.column("SELECT seq FROM read_marker WHERE user_id = $1", grace.ID); fmt.Sprint(rows) != fmt.Sprint([]int64{h.head(id).LastSeq}) {
			t.Errorf("her marker is at %v", rows)
		}
		h.must(h.with(id, says))
		read(grace, h.head(id).CustomerSeq, true)
		told(2)
	})
}

// OB-1: what an agent may begin.
func TestOpen(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		grace := h.agent("Grace", "online")
		open := func(by conversation.Staff, ch message.ChannelID, d conversation.Draft) (conversation.Entry, error) {
			return h.talk.Open(t.Context(), h.org, store.Writer[conversation.OpenTx](h.db), by, ch, phone("+15550000001"), d)
		}
		_, err := open(grace, h.web, conversation.Draft{Text: "Hello"})
		wantCode(t, err, fault.CapabilityMissing)
		_, err = open(grace, message.NewID[message.ChannelID](), conversation.Draft{Text: "Hello"})
		wantCode(t, err, fault.NotFound)

		queue := message.NewID[message.QueueID]()
		h.exec("INSERT INTO queue (org_id, id, name, overflow_after, version) VALUES ($1, $2, 'Sales', 0, 1)", h.org, queue)
		h.exec("UPDATE channel SET queue_id = $1 WHERE id = $2", queue, h.sms)
		_, err = open(grace, h.sms, conversation.Draft{Text: "Hello"})
		wantCode(t, err, fault.NoQueue)
		if rows := h.column("SELECT consent FROM messaging_user"); len(rows) != 0 {
			t.Errorf("refused, and somebody was made: %v", rows)
		}
		h.exec("INSERT INTO queue_member (org_id, queue_id, user_id) VALUES ($1, $2, $3)", h.org, queue, grace.ID)
		e, err := open(grace, h.sms, conversation.Draft{Text: "Hello", ClientID: "once"})
		h.must(err)
		c := h.head(e.Conversation)
		if s := c.Session; s.Status != conversation.New || s.Agent != grace.ID || s.Queue != queue || s.Origin != conversation.FromAgent || s.AgentMessages != 1 {
			t.Errorf("it began as %+v", s)
		}
		if rows := h.column("SELECT consent FROM messaging_user"); fmt.Sprint(rows) != "[implicitly_opted_in]" {
			t.Errorf("consent is %v", rows) // CN-1
		}
		again, err := open(grace, h.sms, conversation.Draft{Text: "Hello", ClientID: "once"})
		h.must(err)
		if again.ID != e.ID {
			t.Error("begun again with the same key, it was sent twice")
		}
		_, err = open(grace, h.sms, conversation.Draft{Text: "Hello"})
		wantCode(t, err, fault.SessionOpen)
		var f *fault.Error
		if !errors.As(err, &f) || f.Detail["conversation_id"] != c.ID.String() || f.Detail["session_id"] != c.Session.ID.String() {
			t.Errorf("the refusal doesn't say which: %+v", f)
		}
		_, err = h.talk.EndSession(t.Context(), h.org, grace, c.ID, c.Session.ID, "")
		h.must(err)
		h.write(func(tx *store.Tx) error {
			_, _, err := tx.SetConsent(c.Customer, consent.Change{To: consent.OptedOut, Cause: consent.ByAgent})
			return err
		})
		_, err = open(grace, h.sms, conversation.Draft{Text: "Hello"})
		wantCode(t, err, fault.OptedOut)
		if s := h.head(c.ID).Session; s.ID != c.Session.ID {
			t.Error("refused, and a session was begun")
		}
	})
}

// CX-1: what a web customer's window is told when an agent comes, and when the session ends.
func TestTheCustomersWindowIsTold(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		grace := h.agent("Grace", "online")
		id := h.talking(h.web, "+15550000001", grace)
		_, err := h.send(grace, id, conversation.Draft{Text: "Hello"})
		h.must(err)
		_, err = h.talk.AddNote(t.Context(), h.org, grace, id, conversation.NoteDraft{Text: "Between us"})
		h.must(err)
		h.must(h.with(id, func(tx *store.Tx, c *conversation.Conversation) error {
			return conversation.GiveBack(tx, c, message.EventRerouted, grace, "", message.Reason{}, conversation.WorkChange{})
		}))
		h.must(h.with(id, func(tx *store.Tx, c *conversation.Conversation) error {
			return conversation.End(tx, c, conversation.CustomerEnded, "customer", conversation.Staff{}, message.Reason{})
		}))
		got := h.column("SELECT type FROM customer_event ORDER BY seq")
		want := []string{"MESSAGE", "PARTICIPANT_CHANGED", "ROUTING_RESULT", "DELIVERY_ACKNOWLEDGEMENT", "SESSION_STATUS_CHANGED", "MESSAGE",
			"PARTICIPANT_CHANGED", "SESSION_STATUS_CHANGED", "SESSION_STATUS_CHANGED"}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("told %v\nwant %v", got, want)
		}
		if seqs := h.column("SELECT seq FROM customer_event ORDER BY seq"); fmt.Sprint(seqs) != fmt.Sprint(numbers(len(want))) {
			t.Errorf("numbered %v", seqs)
		}
	})
}
