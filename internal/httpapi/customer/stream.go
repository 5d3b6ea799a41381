package customer

import (
	"bytes"
	"cmp"
	"context"
	"net/http"
	"strconv"
	"time"

	"switchboard/internal/customer"
	"switchboard/internal/fault"
)

const (
	// keepAlive is well below the 90 s after which clients give a silent stream up.
	keepAlive = 20 * time.Second
	// usualWriteWithin is how long a client may take to take what is written before it is dropped.
	usualWriteWithin = 10 * time.Second
	// eventsAtOnce is how many events are read and written together.
	eventsAtOnce = 100
	// retryMillis is told to clients: how long to wait before they come back.
	retryMillis = 1000
)

// stream tells a customer what happens, as it happens: first everything visible after the cursor, then
// each event once, in order. Whatever breaks it off, the client comes back with its last id.
func (a *API) stream(w http.ResponseWriter, r *http.Request, v *customer.Visitor) error {
	if r.Header.Get("X-Org-Id") == "" {
		return fault.New(fault.Malformed, "The header X-Org-Id is needed.")
	}
	cursor, err := lastEventID(r)
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
	h := w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "no-store, no-transform")
	h.Set("X-Accel-Buffering", "no") // for proxies that collect answers
	out := &frames{w: w, control: http.NewResponseController(w), within: cmp.Or(a.WriteWithin, usualWriteWithin)}
	_ = out.control.SetReadDeadline(time.Time{}) // the server's own, for requests, would end the stream
	defer func() { _ = out.control.SetWriteDeadline(time.Time{}) }()
	out.comment("open")
	out.b.WriteString("retry: " + strconv.Itoa(retryMillis) + "\n\n")
	if start.Resync {
		out.frame(decimal(start.After), "resync", []byte(`{"lastEventId":"`+decimal(start.After)+`"}`))
	}
	if out.flush() != nil {
		return nil
	}
	a.follow(r, v, s, start.After, out)
	return nil
}

// follow writes until the client goes, falls behind, the token ends or the server stops. Errors end
// it as well: what was not written is written when the client is back.
func (a *API) follow(r *http.Request, v *customer.Visitor, s *stream, after int64, out *frames) {
	ctx := r.Context()
	alive := time.NewTicker(keepAlive)
	defer alive.Stop()
	for {
		if after = a.catchUp(ctx, v, after, out); after < 0 {
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-a.Hub.stopping:
			out.comment("reconnect")
			_ = out.flush()
			return
		case <-s.look:
			// A wake-up may also mean that the token was revoked; and nothing is told after its end.
			if _, err := a.Customers.Authenticate(ctx, bearer(r)); err != nil && fault.CodeOf(err).Class() == fault.ClassUnauthorized {
				return
			}
		case t := <-s.typing:
			if v.Deployment.Settings.Typing && a.writeTyping(out, v, t) != nil {
				return
			}
		case now := <-alive.C:
			if now.After(v.ExpiresAt) {
				return
			}
			out.comment("")
			if out.flush() != nil {
				return
			}
		}
	}
}

// catchUp writes everything after a number and returns the last one, or -1 when it is over. It is apart
// from follow, as the waiting of thousands of streams costs what follow's frame costs.
//
//go:noinline
func (a *API) catchUp(ctx context.Context, v *customer.Visitor, after int64, out *frames) int64 {
	for {
		events, err := a.Customers.Events(ctx, v, after, eventsAtOnce)
		if err != nil {
			return -1
		}
		for i := range events {
			if a.write(out, v, &events[i]) != nil {
				return -1
			}
			after = events[i].Seq
		}
		if len(events) > 0 && out.flush() != nil {
			return -1
		}
		if len(events) < eventsAtOnce {
			return after
		}
	}
}

func (a *API) write(out *frames, v *customer.Visitor, ev *customer.Event) error {
	data, err := frameData(v, ev.Thread, a.entry(v, ev))
	if err != nil {
		return err
	}
	out.frame(decimal(ev.Seq), eventName(ev.Type), data)
	return nil
}

// writeTyping has no id: it is not part of what is kept.
func (a *API) writeTyping(out *frames, v *customer.Visitor, t typing) error {
	event, data, err := typingFrame(v, t)
	if err != nil {
		return err
	}
	out.frame("", event, data)
	return out.flush()
}

func typingFrame(v *customer.Visitor, t typing) (event string, data []byte, err error) {
	now := time.Now().UnixMilli()
	name := typingStarted
	event = "CONVERSATION_TYPING_STARTED_INDICATOR"
	if !t.started {
		name, event = typingStopped, "CONVERSATION_TYPING_STOPPED_INDICATOR"
	}
	id := lineID(v.Customer, -time.Now().UnixNano())
	data, err = frameData(v, t.thread, entry{
		SenderDisplayName: t.name, Identifier: id, EntryType: name, Sender: participantOf(roleAgent, t.agent.String()),
		Transcripted: now, ClientTimestamp: now, RelatedRecords: []string{},
		payload: object{"entryType": name, "id": id, "timestamp": now},
	})
	return event, data, err
}

// lastEventID is the client's cursor; none is 0.
func lastEventID(r *http.Request) (int64, error) {
	text := r.Header.Get("Last-Event-Id")
	if text == "" {
		return 0, nil
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 0 {
		return 0, fault.New(fault.Malformed, "Last-Event-Id is a whole number.")
	}
	return n, nil
}

// frames collects what goes out together.
type frames struct {
	w       http.ResponseWriter
	control *http.ResponseController
	within  time.Duration // in which each flush must be taken
	b       bytes.Buffer
}

func (f *frames) comment(text string) { f.b.WriteString(": " + text + "\n\n") }

// frame writes one event. data is JSON and has no line breaks.
func (f *frames) frame(id, event string, data []byte) {
	if id != "" {
		f.b.WriteString("id: " + id + "\n")
	}
	f.b.WriteString("event: " + event + "\ndata: ")
	f.b.Write(data)
	f.b.WriteString("\n\n")
}

// flush sends what was collected. A client that doesn't take it in time is dropped.
func (f *frames) flush() error {
	_ = f.control.SetWriteDeadline(time.Now().Add(f.within))
	_, err := f.w.Write(f.b.Bytes())
	if err == nil {
		err = f.control.Flush()
	}
	f.b = bytes.Buffer{} // an idle stream holds no memory for the largest thing it ever said
	return err
}
