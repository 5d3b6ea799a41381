package customer_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"pgregory.net/rapid"

	"switchboard/internal/conversation"
	"switchboard/internal/message"
	"switchboard/internal/store/storetest"
)

// However customer and staff write at once, in however many conversations and tabs, and wherever a tab
// is cut off: what it sees is 1, 2, 3 … without a gap and without a line twice (promises 3 and 5).
func TestStreamsHaveNoGaps(t *testing.T) {
	each(t, func(h *house) {
		devices := atomic.Int64{}
		rapid.Check(h.t.(*testing.T), func(rt *rapid.T) {
			b := h.browser("device-" + strconv.FormatInt(devices.Add(1), 10))
			threads := make([]string, rapid.IntRange(1, 3).Draw(rt, "conversations"))
			ids := make([]message.ConversationID, len(threads))
			for i := range threads {
				threads[i], ids[i] = b.talk(nil)
				b.say(threads[i], "first")
				h.accept(ids[i])
			}
			acts := rapid.SliceOfN(rapid.SampledFrom([]string{"say", "answer", "read", "repeat"}), 1, 12).Draw(rt, "acts")
			cuts := rapid.SliceOfN(rapid.IntRange(1, 10), 0, 3).Draw(rt, "cuts")

			var reading sync.WaitGroup
			seen := make([][]int64, 2)
			for i := range seen {
				reading.Go(func() { seen[i] = b.followed(cuts[:len(cuts)*i]) })
			}
			var writing sync.WaitGroup
			for i, act := range acts {
				n := i % len(threads)
				writing.Go(func() {
					switch act {
					case "say":
						b.post(talkPath(threads[n])+"/message", textBody(newUUID(), fmt.Sprint("said ", i)))
					case "repeat":
						body := textBody(newUUID(), fmt.Sprint("repeated ", i))
						b.post(talkPath(threads[n])+"/message", body)
						b.post(talkPath(threads[n])+"/message", body)
					case "answer":
						if _, err := h.agents.Send(b.t.Context(), h.org, agent, ids[n], conversation.Draft{Text: "answered"}); err != nil {
							b.t.Error(err)
						}
					case "read":
						if _, err := h.agents.MarkRead(b.t.Context(), h.org, agent, ids[n], int64(3+i)); err != nil {
							b.t.Error(err)
						}
					}
				})
			}
			writing.Wait()
			b.post(talkPath(threads[0])+"/message", textBody(newUUID(), "last"))
			reading.Wait()
			head, err := h.db.CustomerHead(b.t.Context(), h.org, b.customer)
			if err != nil {
				rt.Fatal(err)
			}
			for i, ids := range seen {
				for n, id := range ids {
					if id != int64(n+1) {
						rt.Fatalf("tab %d sees %v", i, ids)
					}
				}
				if int64(len(ids)) > head || int64(len(ids)) < head-1 { // a receipt may follow the last message
					rt.Fatalf("tab %d ends at %d of %d", i, len(ids), head)
				}
			}
		})
	})
}

// post is call without a server in between, for use beside the test's own goroutine.
func (b *browser) post(path string, body any) {
	text, _ := json.Marshal(body)
	r := httptest.NewRequest(http.MethodPost, path, bytes.NewReader(text))
	r.Header.Set("Authorization", "Bearer "+b.token)
	w := httptest.NewRecorder()
	b.handler.ServeHTTP(w, r)
	if w.Code != http.StatusAccepted {
		b.t.Errorf("%s: %d %s", path, w.Code, w.Body)
	}
}

// followed reads a stream up to the text "last", cut off after so many frames each time, and returns
// the ids in the order in which they came.
func (b *browser) followed(cuts []int) (ids []int64) {
	cursor := "0"
	for {
		s := b.open(cursor)
		for n := 0; ; n++ {
			if len(cuts) > 0 && n == cuts[0] {
				cuts = cuts[1:]
				break
			}
			f := s.next()
			id, _ := strconv.ParseInt(f.id, 10, 64)
			ids, cursor = append(ids, id), f.id
			if f.text() == "last" {
				s.cut()
				return ids
			}
		}
		s.cut()
	}
}

// Whatever a body holds, the answer is an answer: never a crash, never a 5xx, never the body repeated.
func FuzzMessageBody(f *testing.F) {
	whole, _ := json.Marshal(textBody("5f2b0d8c-0000-4000-8000-000000000000", "hello"))
	f.Add(string(whole))
	for _, body := range []string{
		`{}`, `null`, `[]`, `{"message":null}`, `{"message":{"id":"a","messageType":"StaticContentMessage"}}`,
		`{"message":{"id":"a","messageType":"ChoicesResponseMessage","choicesResponse":{"selectedOptions":[{"optionIdentifier":"x","optionTitle":[]}]}}}`,
		`{"message":{"id":"a","messageType":"ChoicesResponseMessage","choicesResponse":{"selectedOptions":[{"optionIdentifier":"x","optionTitle":{"title":"t"}}]}}}`,
		`{"message":{"id":"a","messageType":"FormResponseMessage","formResponse":{"inputValues":[{"inputValueType":"SingleInputValue","inputId":"i","value":{"valueType":"TextValue","textValue":{}}}]}}}`,
		`{"message":{"id":"a","messageType":"FormResponseMessage","formResponse":{"inputValues":[{"inputValueType":"SelectedOptionsInputValue","inputId":"i","selectedOptions":null}]}}}`,
		`{"routingAttributes":{"_firstName":1e400,"x":[1]},"message":{"id":"b","messageType":"StaticContentMessage","staticContent":{"formatType":"Text","text":"\ud800"}}}`,
		`{"language":"x-y-z-1","isNewMessagingSession":true,"message":{"id":"c","inReplyToMessageId":"c","messageType":"StaticContentMessage","staticContent":{"formatType":"Text","text":"x"}}}`,
	} {
		f.Add(body)
	}
	h := newHouse(f, storetest.SQLite(f), settings())
	b := h.browser("device-1")
	thread, _ := b.talk(nil)
	f.Fuzz(func(t *testing.T, body string) {
		r := httptest.NewRequest(http.MethodPost, talkPath(thread)+"/message", strings.NewReader(body))
		r.Header.Set("Authorization", "Bearer "+b.token)
		w := httptest.NewRecorder()
		h.handler.ServeHTTP(w, r)
		if w.Code >= 500 || w.Code < 200 {
			t.Fatalf("%d %s", w.Code, w.Body)
		}
		if w.Code >= 400 && len(body) > 40 && strings.Contains(w.Body.String(), body) {
			t.Fatalf("the answer repeats the body: %s", w.Body)
		}
	})
}
