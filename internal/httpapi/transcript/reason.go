package transcript

import (
	_ "embed"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"switchboard/internal/message"
)

// The reasons that events can have, as the console says them: a test of the console's holds them equal. English
// has none, since a reason is kept in it.
//
//go:embed reasons.json
var reasonFile []byte

func everyReason() map[string]map[string]string {
	var all map[string]map[string]string
	if err := json.Unmarshal(reasonFile, &all); err != nil {
		panic(err) // a test reads it
	}
	return all
}

// Reason is why something happened; of a session's start, who began it. What was kept in words alone stands as it
// was written, and so does what has a code that the language has no words for.
func (w Words) Reason(e *message.Event) string {
	if e.Type == message.EventSessionStarted {
		if origin, ok := w.said["origin:"+e.Reason]; ok {
			return origin
		}
	}
	if e.Why == nil {
		return e.Reason
	}
	p, key := e.Why.Params, "reason."+e.Why.Code
	if p.Delivery != "" {
		key = "delivery." + p.Delivery
	}
	text, ok := w.reasons[key]
	if !ok {
		return e.Reason
	}
	or := func(value, key string) string {
		if value == "" {
			return w.reasons[key]
		}
		return value
	}
	size := strings.ReplaceAll(w.reasons["reason.units"], "{units}", strconv.Itoa(p.Units))
	if p.Percent > 0 {
		size = strings.ReplaceAll(w.reasons["reason.percent"], "{percent}", strconv.Itoa(p.Percent))
	}
	return strings.NewReplacer(
		"{agent}", or(p.Agent, "reason.someone"), "{queue}", or(p.Queue, "reason.theQueue"), "{to}", or(p.To, "reason.theQueue"),
		"{channel}", p.Channel, "{limit}", strconv.Itoa(p.Limit), "{size}", size,
		"{waited}", w.span(p.Waited), "{within}", w.span(p.Within),
	).Replace(text)
}

// span is a time of some seconds in its two largest units.
func (w Words) span(seconds int) string {
	d := time.Duration(seconds) * time.Second
	h, m, s := int(d.Hours()), int(d.Minutes())%60, seconds%60
	of := func(n int, unit string) string { return w.Say("span:"+unit, strconv.Itoa(n)) }
	switch {
	case h > 0 && m > 0:
		return of(h, "h") + " " + of(m, "min")
	case h > 0:
		return of(h, "h")
	case m > 0 && s > 0:
		return of(m, "min") + " " + of(s, "s")
	case m > 0:
		return of(m, "min")
	}
	return of(s, "s")
}
