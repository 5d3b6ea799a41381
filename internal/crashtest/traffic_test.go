package crashtest

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"switchboard/internal/load"
	"switchboard/internal/message"
)

const (
	// pace is the pause between a customer's messages, and between an agent's rounds.
	pace = 40 * time.Millisecond
	// againAfter is how long a provider or a browser waits before it tries again.
	againAfter = 50 * time.Millisecond
	// giveUp is longer than any outage in these tests.
	giveUp = 3 * time.Minute
)

// traffic is customers who write and agents who answer, all at once, through outages: whoever gets no
// good answer tries again with the same id, as providers, widgets and consoles do.
type traffic struct {
	t    testing.TB
	p    *program
	stop chan struct{}
	all  sync.WaitGroup

	mu sync.Mutex
	// said is what each customer was told to be kept, in order.
	said map[string][]string
	// answered is what agents were told to be kept: text by key.
	answered map[string]string
	// of maps the key of an answer to its conversation.
	of map[string]string
	// accepted conversations, in the order of acceptance.
	accepted []string
	// got is what reached the sandbox's phones: text → ids of the provider's messages with it; order
	// has each text once, as it came.
	got   map[string][]string
	order []string
	// refusing: the provider refuses some answers, which may end as failed then, and on no phone.
	refusing bool
	// again counts calls that had to be made once more.
	again int
}

func newTraffic(t testing.TB, p *program) *traffic {
	return &traffic{t: t, p: p, stop: make(chan struct{}), said: map[string][]string{}, answered: map[string]string{}, of: map[string]string{}, got: map[string][]string{}}
}

// end lets everybody finish what they are at, until it is acknowledged.
func (l *traffic) end() {
	close(l.stop)
	l.all.Wait()
}

// sure makes a call until it is answered well, and reports whether it was. A refusal that another try
// does not change is an error, unless it is expected.
func (l *traffic) sure(call func() answer, expected ...int) bool {
	deadline := time.Now().Add(giveUp)
	for {
		a := call()
		if a.Good() {
			return true
		}
		if slices.Contains(expected, a.Status) {
			return false
		}
		if a.Status != 0 && a.Status < 500 && a.Status != http.StatusTooManyRequests {
			l.t.Errorf("refused: %s", a)
			return false
		}
		if time.Now().After(deadline) {
			l.t.Errorf("no good answer in %s: %s", giveUp, a)
			return false
		}
		l.mu.Lock()
		l.again++
		l.mu.Unlock()
		waitAgain()
	}
}

// waitAgain is a caller's pause before the next try.
func waitAgain() { <-time.After(againAfter) }

// rounds calls do at a pace until the load ends.
func (l *traffic) rounds(pause time.Duration, do func(n int)) {
	l.all.Go(func() {
		tick := time.NewTicker(pause)
		defer tick.Stop()
		for n := 1; ; n++ {
			select {
			case <-l.stop:
				return
			case <-tick.C:
				do(n)
			}
		}
	})
}

// whatsApp is a customer on WhatsApp. Now and then the provider delivers a message twice at once.
func (l *traffic) whatsApp(name, number string, dice *rand.Rand) {
	_, webhook, secrets := l.p.channel("whatsapp")
	c := newClient("", "")
	l.rounds(pace, func(n int) {
		text := fmt.Sprintf("%s#%d", name, n)
		body, signature := load.WhatsAppCall(secrets, number, "wamid."+text, text)
		deliver := func() {
			l.sure(func() answer { return c.call("POST", webhook, body, "X-Hub-Signature-256", signature) })
		}
		if dice.IntN(8) == 0 {
			l.all.Go(deliver)
		}
		deliver()
		l.keep(name, text)
	})
}

func (l *traffic) keep(name, text string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.said[name] = append(l.said[name], text)
}

// web is a customer in the widget. It returns how they call.
func (l *traffic) web(name string) *client {
	c := newClient(l.p.Ready.URL, "")
	var in struct{ AccessToken string }
	c.call("POST", "/iamessage/api/v2/authorization/unauthenticated/access-token",
		map[string]string{"orgId": l.p.Ready.Org.Key, "esDeveloperName": "Demo_Web", "capabilitiesVersion": "1", "platform": "Web"}).read(l.t, &in)
	c.Token = in.AccessToken
	conversation := message.NewID[message.ConversationID]().String()
	l.sure(func() answer {
		return c.call("POST", "/iamessage/api/v2/conversation", map[string]any{"conversationId": conversation, "esDeveloperName": "Demo_Web",
			"routingAttributes": map[string]string{"_firstName": name}})
	})
	l.rounds(2*pace, func(n int) {
		text := fmt.Sprintf("%s#%d", name, n)
		id := message.NewID[message.RowID]().String()
		ok := l.sure(func() answer {
			return c.call("POST", "/iamessage/api/v2/conversation/"+conversation+"/message", map[string]any{"esDeveloperName": "Demo_Web",
				"isNewMessagingSession": n == 1, "message": map[string]any{"id": id, "messageType": "StaticContentMessage",
					"staticContent": map[string]string{"formatType": "Text", "text": text}}})
		})
		if ok {
			l.keep(name, text)
		}
	})
	return c
}

// agent takes what is offered and answers everybody in turn.
func (l *traffic) agent(nth int) {
	c := signIn(l.t, l.p, "agent", nth)
	l.sure(func() answer {
		return c.call("PUT", "/api/v1/me/presence", map[string]string{"status": "Available – Messaging"})
	})
	var mine []string
	l.rounds(2*pace, func(n int) {
		var offered []offer
		l.sure(func() (a answer) { offered, a = offers(c); return a })
		for _, o := range offered {
			// An offer that ran out while the server was down is gone; it comes again.
			if l.sure(func() answer { return c.call("POST", "/api/v1/offers/"+o.ID+"/accept", map[string]any{}) }, http.StatusConflict) {
				mine = append(mine, o.ConversationID)
				l.mu.Lock()
				l.accepted = append(l.accepted, o.ConversationID)
				l.mu.Unlock()
			}
		}
		if len(mine) > 0 {
			l.reply(c, mine[n%len(mine)], fmt.Sprintf("agent%d#%d", nth, n))
		}
	})
}

func (l *traffic) reply(c *client, conversation, text string) {
	key := message.NewID[message.RowID]().String()
	if l.sure(func() answer {
		return c.call("POST", "/api/v1/conversations/"+conversation+"/messages", map[string]string{"text": text}, "Idempotency-Key", key)
	}) {
		l.mu.Lock()
		l.answered[key], l.of[key] = text, conversation
		l.mu.Unlock()
	}
}

// phones watches what reaches the customers' phones, and returns how to end that. The sandbox forgets
// them with its process, so this looks on live; whenever it comes back it is told everything that the
// running process knows.
func (l *traffic) phones() (end func()) {
	ctx, cancel := context.WithCancel(context.Background())
	var done sync.WaitGroup
	done.Go(func() {
		for ctx.Err() == nil {
			l.watch(ctx)
			waitAgain()
		}
	})
	return func() { cancel(); done.Wait() }
}

// trouble makes the provider slow, so that a kill finds calls under way, and its reports doubled and
// out of order.
func (l *traffic) trouble() {
	l.misbehave(map[string]any{"slow_ms": 100, "duplicate": true, "reorder": true})
}

// silence makes the provider take the next two messages without ever saying so, in an answer or a
// report: whoever sends them again sends them twice.
func (l *traffic) silence() {
	l.misbehave(map[string]any{"hang": 2, "drop": -1})
}

func (l *traffic) misbehave(how map[string]any) {
	id, _, _ := l.p.channel("whatsapp")
	l.sure(func() answer {
		return newClient(l.p.Ready.URL, "").call("PUT", "/sandbox/api/channels/"+id+"/misbehaviour", how)
	})
}

func (l *traffic) watch(ctx context.Context) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, l.p.Ready.URL+"/sandbox/api/events?after=0", http.NoBody)
	if err != nil {
		l.t.Error(err)
		return
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		return
	}
	defer res.Body.Close()
	lines := bufio.NewScanner(res.Body)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		if data, ok := strings.CutPrefix(lines.Text(), "data: "); ok {
			l.saw([]byte(data))
		}
	}
}

func (l *traffic) saw(data []byte) {
	var m struct {
		ID       string `json:"id"`
		Customer *bool  `json:"customer"`
		Content  struct {
			Text string `json:"text"`
		} `json:"content"`
	}
	if json.Unmarshal(data, &m) != nil || m.Customer == nil || *m.Customer {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	text := m.Content.Text
	if text == "" || slices.Contains(l.got[text], m.ID) {
		return
	}
	if len(l.got[text]) == 0 {
		l.order = append(l.order, text)
	}
	l.got[text] = append(l.got[text], m.ID)
}

func (l *traffic) arrivals() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.got)
}
