package load

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Plan says what is to be played, and how hard.
type Plan struct {
	Scenario string
	// Rate of arrivals a second, of all kinds together; 0 is as fast as the server answers.
	Rate     float64
	Warmup   time.Duration
	Duration time.Duration
	// Conversations that exist before the measurement, Pages among web customers; Agents who have them.
	Conversations, Pages, Agents int
	// Connections on which each kind of arrival comes.
	Connections int
	// Sockets (and streams) of the scenarios idle and reconnect.
	Sockets int
	// Bystanders are tokens of agents whose screens are open and on whom nothing depends; they are online
	// when BystandersOnline is set, and then offers may come to them, which they don't take.
	Bystanders       []string `json:"-"`
	BystandersOnline bool
}

// Mix is which part of the arrivals is of which kind.
type Mix map[kind]float64

// Scenario is a named mix.
type Scenario struct {
	Name, What string
	mix        Mix
	play       func(r *runner, ctx context.Context) error // instead of the mix
}

// Scenarios in the order of their telling.
func Scenarios() []Scenario {
	return []Scenario{
		{Name: "inbound", What: "customers on WhatsApp write into conversations that agents have", mix: Mix{kindInbound: 1}},
		{Name: "new", What: "customers write for the first time: each a messaging user, a conversation, a session and an offer", mix: Mix{kindNew: 1}},
		{Name: "answers", What: "agents answer, out through the connector to the provider", mix: Mix{kindAnswer: 1}},
		{Name: "web", What: "customers on web pages write, over the customer API", mix: Mix{kindWeb: 1}},
		{Name: "steady", What: "all at once: of 100 arrivals 45 on WhatsApp, 15 on web pages, 25 answers on WhatsApp and 10 to pages, 5 new customers",
			mix: Mix{kindInbound: 0.45, kindWeb: 0.15, kindAnswer: 0.25, kindReply: 0.10, kindNew: 0.05}},
		{Name: "overload", What: "three times what the server can take, and how it comes back", play: (*runner).overload},
		{Name: "idle", What: "agents' sockets and customers' streams on which nothing happens: what one costs", play: (*runner).idle},
		{Name: "reconnect", What: "all agents' sockets are cut and come back at once", play: (*runner).reconnect},
	}
}

// Names of all scenarios.
func Names() (names []string) {
	for _, s := range Scenarios() {
		names = append(names, s.Name)
	}
	return names
}

// Find a scenario by its name.
func Find(name string) (Scenario, error) {
	for _, s := range Scenarios() {
		if s.Name == name {
			return s, nil
		}
	}
	return Scenario{}, fmt.Errorf("there is no scenario %q; there are %s", name, strings.Join(Names(), ", "))
}

// runner is one run of a scenario.
type runner struct {
	*world
	plan  Plan
	usage func(ctx context.Context) (Usage, error)

	// phases that were measured; an arrival belongs to the one within which it was meant to happen.
	phases atomic.Pointer[[]*measurement]
	told   *measurement // the one that the result tells of

	retries atomic.Int64
	unsent  atomic.Int64 // arrivals that got no turn
	refused sync.Map     // status → *atomic.Int64

	mu       sync.Mutex
	receipts map[int][]int // of answers at the provider: numbers by thread, in order
	result   *Result
}

// flow counts one kind of arrival.
type flow struct {
	meant, done atomic.Int64
	shown       atomic.Int64
}

// What is measured.
const (
	gaugeWebhook = "webhook answered"
	gaugeWrite   = "web customer's message answered"
	gaugeScreen  = "customer's send → agent's screen"
	gaugeOffer   = "new conversation → offer on a screen"
	gaugeAnswer  = "agent's answer accepted"
	gaugeReceipt = "agent's send → provider"
	gaugePage    = "agent's send → customer's page"
)

// measurement is what happens within a time.
type measurement struct {
	from, to time.Time
	gauges   map[string]*Histogram
	doing    map[kind]*flow
	late     *Histogram // how long arrivals waited to be sent: for a free connection, and for this process
}

func newMeasurement(from time.Time, lasts time.Duration) *measurement {
	m := &measurement{from: from, to: from.Add(lasts), gauges: map[string]*Histogram{}, doing: map[kind]*flow{}, late: NewHistogram()}
	for _, name := range []string{gaugeWebhook, gaugeWrite, gaugeScreen, gaugeOffer, gaugeAnswer, gaugeReceipt, gaugePage} {
		m.gauges[name] = NewHistogram()
	}
	for _, k := range []kind{kindInbound, kindNew, kindWeb, kindAnswer, kindReply} {
		m.doing[k] = &flow{}
	}
	return m
}

// begin a measurement.
func (r *runner) begin(from time.Time, lasts time.Duration) *measurement {
	m := newMeasurement(from, lasts)
	phases := []*measurement{m}
	if before := r.phases.Load(); before != nil {
		phases = append(phases, *before...)
	}
	r.phases.Store(&phases)
	r.told = m
	return m
}

// during is the measurement that a time belongs to, or nil.
func (r *runner) during(t time.Time) *measurement {
	phases := r.phases.Load()
	if phases == nil {
		return nil
	}
	for _, m := range *phases {
		if !t.Before(m.from) && t.Before(m.to) {
			return m
		}
	}
	return nil
}

func (r *runner) record(gauge string, meant time.Time) {
	if m := r.during(meant); m != nil {
		m.gauges[gauge].Record(time.Since(meant))
	}
}

// reached is told of what came to the other side, and when.
func (r *runner) reached(k kind, gauge string, meant, when time.Time) {
	if m := r.during(when); m != nil {
		m.doing[k].shown.Add(1)
	}
	if m := r.during(meant); m != nil {
		m.gauges[gauge].Record(when.Sub(meant))
	}
}

// onScreen is told by the screens.
func (r *runner) onScreen(at mark, meant time.Time) {
	r.reached(at.kind, arrivalOf(at.kind), meant, time.Now())
}

// arrive plays the arrivals of a mix until the end, and wait for the last.
func (r *runner) arrive(ctx context.Context, mix Mix, rate float64, start, until time.Time) {
	var lanes sync.WaitGroup
	for k, part := range mix {
		if part <= 0 {
			continue
		}
		n := r.lanes(k)
		for first := range n {
			do, hangUp, err := r.player(k, first, n)
			if err != nil {
				r.failures.Store(err.Error())
				continue
			}
			l := lane{schedule: schedule{start, rate * part}, first: first, stride: n, until: until, now: time.Now, wait: waitUntil,
				giveUp: until.Add(leaveAfter), left: func(meant time.Time) { r.leave(k, meant) }}
			lanes.Go(func() {
				defer hangUp()
				l.run(ctx, func(i int, meant time.Time) {
					if m := r.during(meant); m != nil {
						m.late.Record(time.Since(meant))
						m.doing[k].meant.Add(1)
					}
					do(ctx, i/n, meant)
				})
			})
		}
	}
	lanes.Wait()
}

// leave an arrival that got no turn: it is charged with its wait so far, like one that was answered now.
func (r *runner) leave(k kind, meant time.Time) {
	r.unsent.Add(1)
	if m := r.during(meant); m != nil {
		m.doing[k].meant.Add(1)
		m.late.Record(time.Since(meant))
		m.gauges[answerOf(k)].Record(time.Since(meant))
		m.gauges[arrivalOf(k)].Record(time.Since(meant))
	}
}

// answerOf is the gauge of a kind's answers, arrivalOf that of its way to the other side.
func answerOf(k kind) string {
	switch k {
	case kindWeb:
		return gaugeWrite
	case kindAnswer, kindReply:
		return gaugeAnswer
	}
	return gaugeWebhook
}

func arrivalOf(k kind) string {
	switch k {
	case kindNew:
		return gaugeOffer
	case kindAnswer:
		return gaugeReceipt
	case kindReply:
		return gaugePage
	}
	return gaugeScreen
}

// lanes is on how many connections a kind arrives.
func (r *runner) lanes(k kind) int {
	n := r.plan.Connections
	switch k {
	case kindInbound, kindAnswer:
		n = min(n, len(r.chats))
	case kindWeb, kindReply:
		n = min(n, len(r.pages))
	}
	return n
}

// player does one arrival of a kind after another, on a connection of its own. Lane first of n has the
// threads first, first+n, first+2n …, and takes them in turn.
func (r *runner) player(k kind, first, n int) (do func(ctx context.Context, turn int, meant time.Time), hangUp func(), err error) {
	turnOf := func(threads, turn int) int {
		mine := (threads - first + n - 1) / n
		return first + turn%mine*n
	}
	text := make([]byte, 0, 256)
	switch k {
	case kindInbound, kindNew:
		p, err := newWhatsApp(r.whatsapp)
		if err != nil {
			return nil, nil, err
		}
		return func(ctx context.Context, turn int, meant time.Time) {
			l := r.said[k]
			thread, number := first+turn*n, ""
			if k == kindInbound {
				thread = turnOf(len(r.chats), turn)
				number = r.chats[thread].number
			} else if thread >= len(l.threads) {
				r.failures.Store("the ledger of new conversations is full")
				return
			} else {
				number = r.number(kindNew, thread)
			}
			at := l.say(thread, meant)
			text = r.marks.text(text[:0], at)
			r.until(ctx, at, meant, gaugeWebhook, func() (int, error) { return p.deliver(ctx, number, text) })
		}, p.wire.close, nil
	case kindAnswer, kindReply:
		call, err := newWire(r.ready.URL)
		if err != nil {
			return nil, nil, err
		}
		return func(ctx context.Context, turn int, meant time.Time) {
			var conversation string
			var by *agent
			var thread int
			if k == kindAnswer {
				thread = turnOf(len(r.chats), turn)
				conversation, by = r.chats[thread].taken()
			} else {
				thread = turnOf(len(r.pages), turn)
				conversation, by = r.pages[thread].given()
			}
			at := r.said[k].say(thread, meant)
			text = append(text[:0], `{"text":"`...)
			begins := len(text)
			text = r.marks.text(text, at)
			header := by.header + "Idempotency-Key: " + string(text[begins:begins+markEnd(text[begins:])]) + "\r\n"
			text = append(text, `"}`...)
			path := "/api/v1/conversations/" + conversation + "/messages"
			r.until(ctx, at, meant, gaugeAnswer, func() (int, error) {
				status, _, err := call.post(ctx, path, header, text)
				return status, err
			})
		}, call.close, nil
	case kindWeb:
		web, err := r.ready.Channel("web")
		return func(ctx context.Context, turn int, meant time.Time) {
			p := r.pages[turnOf(len(r.pages), turn)]
			at := r.said[kindWeb].say(p.thread, meant)
			r.until(ctx, at, meant, gaugeWrite, func() (int, error) { return p.write(ctx, web.Deployment, at) })
		}, func() {}, err
	}
	return nil, nil, fmt.Errorf("nobody plays %q", k)
}

const (
	// againAfter is how long a provider, a widget or a console waits before it tries again.
	againAfter = 50 * time.Millisecond
	// leaveAfter is how long after the end arrivals still get their turn, when the server can't keep up.
	leaveAfter = 20 * time.Second
	// giveUpAfter is when they stop trying; what was not acknowledged may be lost.
	giveUpAfter = time.Minute
)

// until makes a call until it is answered well, as providers, widgets and consoles do.
func (r *runner) until(ctx context.Context, at mark, meant time.Time, gauge string, call func() (int, error)) {
	deadline := time.Now().Add(giveUpAfter)
	for {
		status, err := call()
		if err == nil && status >= 200 && status < 300 {
			r.said[at.kind].acknowledge(at)
			r.record(gauge, meant)
			if m := r.during(time.Now()); m != nil {
				m.doing[at.kind].done.Add(1)
			}
			return
		}
		if ctx.Err() != nil {
			return
		}
		if err != nil {
			status = 0
			r.failures.Store(err.Error())
		}
		count, _ := r.refused.LoadOrStore(status, new(atomic.Int64))
		count.(*atomic.Int64).Add(1)
		if status != 0 && status < 500 && status != http.StatusTooManyRequests || time.Now().After(deadline) {
			r.failures.Store("an arrival was answered " + strconv.Itoa(status))
			return
		}
		r.retries.Add(1)
		if !waitUntil(ctx, time.Now().Add(againAfter)) {
			return
		}
	}
}
