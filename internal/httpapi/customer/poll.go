package customer

import (
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"switchboard/internal/customer"
	"switchboard/internal/fault"
)

// pollWaitMax is the longest that a poll waits for news: below what proxies give an answer.
const pollWaitMax = 25 * time.Second

// polled is one event, as a frame of the stream has it.
type polled struct {
	ID    string          `json:"id,omitempty"` // absent for what is not kept (typing)
	Event string          `json:"event"`
	Data  json.RawMessage `json:"data"`
}

// poll is the stream for clients whose way holds streams back (CH-1): the events after the cursor, at
// once where there are any, else as soon as there is one, or none when the time asked for is over. The
// cursor is the stream's, so a client goes from one to the other and gets each event once, in order.
func (a *API) poll(w http.ResponseWriter, r *http.Request, v *customer.Visitor) error {
	cursor, err := lastEventID(r)
	if err != nil {
		return err
	}
	wait, err := pollWait(r)
	if err != nil {
		return err
	}
	s, err := a.Hub.join(v.Org, v.Customer)
	if err != nil {
		return fault.New(fault.RateLimited, "Too many streams are open. Close some.")
	}
	defer a.Hub.leave(v.Customer, s)
	start, err := a.Customers.Start(r.Context(), v, cursor)
	if err != nil {
		return err
	}
	if start.Resync {
		return a.answerPoll(w, start.After, true, nil)
	}
	over := time.NewTimer(wait)
	defer over.Stop()
	for after := start.After; ; {
		events, err := a.Customers.Events(r.Context(), v, after, eventsAtOnce)
		if err != nil {
			return err
		}
		if len(events) > 0 {
			news := make([]polled, len(events))
			for i := range events {
				data, err := frameData(v, events[i].Thread, a.entry(v, &events[i]))
				if err != nil {
					return err
				}
				news[i] = polled{decimal(events[i].Seq), eventName(events[i].Type), data}
			}
			return a.answerPoll(w, events[len(events)-1].Seq, false, news)
		}
		select {
		case <-r.Context().Done():
			return nil
		case <-a.Hub.stopping:
			return a.answerPoll(w, after, false, nil)
		case <-over.C:
			return a.answerPoll(w, after, false, nil)
		case t := <-s.typing:
			if !v.Deployment.Settings.Typing {
				continue
			}
			event, data, err := typingFrame(v, t)
			if err != nil {
				return err
			}
			return a.answerPoll(w, after, false, []polled{{Event: event, Data: data}})
		case <-s.look:
			// Revoked meanwhile: what came after is nobody's.
			if _, err := a.Customers.Authenticate(r.Context(), bearer(r)); err != nil {
				return err
			}
		}
	}
}

func (a *API) answerPoll(w http.ResponseWriter, last int64, resync bool, news []polled) error {
	if news == nil {
		news = []polled{}
	}
	return answer(w, http.StatusOK, map[string]any{"lastEventId": decimal(last), "resync": resync, "events": news})
}

// pollWait reads how many seconds to wait at most.
func pollWait(r *http.Request) (time.Duration, error) {
	text := r.URL.Query().Get("wait")
	if text == "" {
		return 0, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 {
		return 0, fault.New(fault.Malformed, "wait is a number of seconds.")
	}
	return min(time.Duration(min(n, 3600))*time.Second, pollWaitMax), nil
}
