package customer_test

import (
	"fmt"
	"slices"
	"testing"
	"time"
)

const pollPath = "/eventrouter/v1/poll"

// poll asks once; it returns what came, and the cursor after it.
func (b *browser) poll(cursor string, wait int) (texts []string, next string, events []any) {
	b.t.Helper()
	status, body := b.call("GET", fmt.Sprintf("%s?wait=%d", pollPath, wait), nil, "Last-Event-Id", cursor)
	if status != 200 {
		b.t.Fatalf("poll after %s: %d %v", cursor, status, body)
	}
	events, _ = body["events"].([]any)
	for _, e := range events {
		event, _ := e.(object)
		data, _ := event["data"].(object)
		texts = append(texts, frame{data: data}.text())
	}
	return slices.DeleteFunc(texts, func(s string) bool { return s == "" }), body["lastEventId"].(string), events
}

// Polls and streams are one sequence: whichever a client uses, it gets each event once, in order.
func TestPollGoesOnWhereTheStreamWas(t *testing.T) {
	each(t, func(h *house) {
		t := h.t
		b := h.browser("device-1")
		thread, id := b.talk(nil)
		b.say(thread, "one")
		live := b.open("0")
		seen := live.until("one")
		live.cut()
		h.accept(id)
		var want []string
		for n := range 120 { // more than fit into one answer
			h.answer(id, fmt.Sprint("answer ", n))
			want = append(want, fmt.Sprint("answer ", n))
		}
		cursor := seen[len(seen)-1].id
		var got []string
		for len(got) < len(want) {
			texts, next, events := b.poll(cursor, 0)
			if len(events) == 0 || next == cursor {
				t.Fatalf("after %s nothing came; so far %d", cursor, len(got))
			}
			got, cursor = append(got, texts...), next
		}
		if !slices.Equal(got, want) {
			t.Errorf("polled %v", got)
		}
		if _, next, events := b.poll(cursor, 0); len(events) != 0 || next != cursor {
			t.Errorf("asked again, %v came", events)
		}
		// And back.
		h.answer(id, "last")
		if f := b.open(cursor).next(); f.text() != "last" {
			t.Errorf("the stream goes on with %v", f)
		}
	})
}

func TestPollWaitsForNews(t *testing.T) {
	each(t, func(h *house) {
		t := h.t
		b := h.browser("device-1")
		thread, id := b.talk(nil)
		b.say(thread, "one")
		h.accept(id)
		_, cursor, _ := b.poll("0", 0)
		began := time.Now()
		came := make(chan []string, 1)
		go func() {
			texts, _, _ := b.poll(cursor, 20)
			came <- texts
		}()
		// Once it waits.
		for h.hub.Streams() == 0 {
			if time.Since(began) > 10*time.Second {
				t.Fatal("it doesn't wait")
			}
		}
		h.answer(id, "two")
		if texts := <-came; !slices.Equal(texts, []string{"two"}) || time.Since(began) > 10*time.Second {
			t.Errorf("%v came after %v", texts, time.Since(began))
		}
	})
}

func TestPollRefusals(t *testing.T) {
	each(t, func(h *house) {
		t := h.t
		b := h.browser("device-1")
		thread, _ := b.talk(nil)
		b.say(thread, "one")
		for query, status := range map[string]int{"?wait=-1": 400, "?wait=soon": 400, "?wait=99999999999999999999": 400, "": 200} {
			if got, body := b.call("GET", pollPath+query, nil); got != status {
				t.Errorf("%q: %d %v", query, got, body)
			}
		}
		if got, _ := b.call("GET", pollPath, nil, "Last-Event-Id", "x"); got != 400 {
			t.Errorf("a cursor that is none: %d", got)
		}
		// A cursor of a history that is gone: read afresh.
		if _, body := b.call("GET", pollPath, nil, "Last-Event-Id", "999"); body["resync"] != true || body["lastEventId"] != "0" {
			t.Errorf("a useless cursor: %v", body)
		}
		if _, _, events := h.browser("device-2").poll("0", 0); len(events) != 0 {
			t.Errorf("another customer gets %v", events)
		}
		unknown := &browser{house: h, token: "nonsense"}
		if got, _ := unknown.call("GET", pollPath, nil); got != 401 {
			t.Errorf("without a good token: %d", got)
		}
	})
}
