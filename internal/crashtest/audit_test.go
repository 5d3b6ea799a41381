package crashtest

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"switchboard/internal/load"
)

// settleWithin covers a dead node's lease (10 s), looking for a send whose outcome was lost (5 s), and
// what had gathered behind it, on a busy machine.
const settleWithin = 60 * time.Second

// audit compares what is kept with what was acknowledged, through the public API. The load must have
// ended and everything have left. It returns how many answers have which status.
func (l *traffic) audit(c *client) (states map[string]int) {
	t := l.t
	t.Helper()
	said, kept := map[string]string{}, map[string]load.Entry{} // customer → conversation; key → entry
	messages := 0
	for _, conversation := range conversationIDs(t, c) {
		all := entries(t, c, conversation)
		var texts []string
		for i, e := range all {
			if e.Seq != int64(i+1) {
				t.Errorf("conversation %s: entry %d of %d has number %d", conversation, i+1, len(all), e.Seq)
			}
			switch {
			case e.Kind == "message" && e.Author.Type == "customer":
				texts = append(texts, e.Content.Text)
			case e.ClientID != "":
				if twice, ok := kept[e.ClientID]; ok {
					t.Errorf("the answer %q is kept twice: %s and %s", e.Content.Text, twice.ID, e.ID)
				}
				kept[e.ClientID] = e
				if want := l.of[e.ClientID]; want != conversation {
					t.Errorf("the answer %q is in %s, written in %q", e.Content.Text, conversation, want)
				}
			}
		}
		name, _, ok := strings.Cut(append(texts, "")[0], "#")
		if !ok {
			continue // the demo's own past
		}
		if other, ok := said[name]; ok {
			t.Errorf("customer %s has two conversations: %s and %s", name, other, conversation)
		}
		said[name] = conversation
		messages += len(texts)
		if !slices.Equal(texts, l.said[name]) {
			t.Errorf("customer %s: %s", name, difference(l.said[name], texts))
		}
	}
	for name := range l.said {
		if said[name] == "" {
			t.Errorf("the conversation of customer %s is lost, with %d messages", name, len(l.said[name]))
		}
	}
	states = map[string]int{}
	for key, text := range l.answered {
		e, ok := kept[key]
		if !ok {
			t.Errorf("the answer %q was acknowledged and is lost", text)
			continue
		}
		states[e.Status]++
		if e.Status == "failed" && l.refusing {
			if len(l.got[text]) > 0 {
				t.Errorf("the answer %q is shown as failed and reached the phone", text)
			}
			continue
		}
		if !slices.Contains([]string{"sent", "delivered", "read", "unknown"}, e.Status) || e.Content.Text != text {
			t.Errorf("the answer %q is kept as %q, %s", text, e.Content.Text, e.Status)
		}
	}
	for text, ids := range l.got {
		if len(ids) > 1 {
			t.Errorf("the answer %q reached the phone %d times: %v", text, len(ids), ids)
		}
	}
	l.inOrder()
	if messages == 0 || len(kept) == 0 || len(l.got) == 0 {
		t.Errorf("%d messages, %d answers, %d on phones: the load did nothing", messages, len(kept), len(l.got))
	}
	t.Logf("%d messages of %d customers; %d answers %v, %d seen on phones; %d calls made again", messages, len(said), len(kept), states, len(l.got), l.again)
	return states
}

// inOrder: each conversation's answers reached the phone as they were written. The agent numbers them.
func (l *traffic) inOrder() {
	conversation, last := map[string]string{}, map[string]int{}
	for key, text := range l.answered {
		conversation[text] = l.of[key]
	}
	for _, text := range l.order {
		_, number, _ := strings.Cut(text, "#")
		n, _ := strconv.Atoi(number) // texts of the load end in one
		if c := conversation[text]; n < last[c] {
			l.t.Errorf("the answer %q reached the phone after number %d", text, last[c])
		} else {
			last[c] = n
		}
	}
}

// difference is where two lists part.
func difference(want, got []string) string {
	for i := range max(len(want), len(got)) {
		w, g := "nothing", "nothing"
		if i < len(want) {
			w = want[i]
		}
		if i < len(got) {
			g = got[i]
		}
		if w != g {
			return "message " + w + " was acknowledged where " + g + " is kept, of " + want[len(want)-1]
		}
	}
	return "no difference"
}

// quiet waits until no answer is on its way any more: nothing is stuck in an outbox.
func (l *traffic) quiet(c *client) {
	l.t.Helper()
	poll(l.t, settleWithin, "all answers have left", func() bool {
		for _, conversation := range l.accepted {
			for _, e := range entriesPage(l.t, c, conversation, "") { // they leave in order: the newest tell
				if e.Status == "queued" {
					return false
				}
			}
		}
		return true
	})
}
