package load

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"slices"
	"time"

	"switchboard/internal/channel"
	"switchboard/internal/message"
	"switchboard/internal/staff"
	"switchboard/internal/store"
)

// Bench measures a build of the program on one database, on servers of its own.
type Bench struct {
	Binary string
	// Database makes the URL of an empty PostgreSQL database; nil for SQLite.
	Database func(ctx context.Context) (string, error)
	// Stored are the numbers of messages with which the lists are measured, ascending.
	Stored []int
	// Open sessions and online agents for the question whether they slow anything.
	Open, Online int
	// Crowd is how many agents' sockets are open beside; Idle how many idle ones are weighed.
	Crowd, Idle int
	// Lasts is how long each rate is measured.
	Lasts time.Duration
	// Rates are divided by Scale, too, when the bench itself is tried.
	Scale float64
	// Parts are measured only; all of them when there is none. They are rates, new, crowd, stored and open.
	Parts []string
	Log   func(format string, args ...any)
}

// Benched is what a bench found on one database.
type Benched struct {
	// Values by the ids of the targets.
	Values  map[string]float64 `json:"values"`
	Results []*Result          `json:"results"`
	Limits  []Limit            `json:"limits"`
	Curve   []Point            `json:"curve"`
}

// Point is how fast lists are with so many messages.
type Point struct {
	Messages int     `json:"messages"`
	Seeded   float64 `json:"seeded_per_second"`
	Start    float64 `json:"start_ms"`
	Inbox    float64 `json:"inbox_p99_ms"`
	Slowest  string  `json:"inbox_slowest"`
	Search   float64 `json:"search_p95_ms"`
	Inbound  float64 `json:"screen_p99_ms" doc:"customer's send → agent's screen at 500/s"`
}

// house is one demo of the bench.
type house struct {
	*Program
	dir, database string
	server        Server
}

// move into a new house.
func (b *Bench) move(ctx context.Context) (h *house, leave func(), err error) {
	h = &house{}
	leave = func() {
		if h.Program != nil && h.Running() {
			if _, ok := h.Stop(30 * time.Second); !ok {
				h.Kill()
			}
		}
		_ = os.RemoveAll(h.dir)
	}
	if h.dir, err = os.MkdirTemp("", "switchboard-bench-"); err != nil {
		return h, leave, err
	}
	if b.Database != nil {
		if h.database, err = b.Database(ctx); err != nil {
			return h, leave, err
		}
	}
	args, err := DemoArgs(h.dir, h.database)
	if err != nil {
		return h, leave, err
	}
	h.Program = &Program{Binary: b.Binary, Args: append(args, "--log", "error")}
	if err := h.begin(); err != nil {
		return h, leave, err
	}
	return h, leave, h.unpaced(ctx)
}

// unpaced lets messages on WhatsApp leave as fast as they can: a number's usual limit is the provider's.
func (h *house) unpaced(ctx context.Context) error {
	whatsApp, err := h.Ready.Channel("whatsapp")
	if err != nil {
		return err
	}
	c, path := NewClient(h.Ready.URL, h.Ready.APIKey), "/api/v1/channels/"+whatsApp.ID
	var now struct {
		Settings map[string]string `json:"settings"`
	}
	if err := c.get(ctx, path, &now); err != nil {
		return err
	}
	now.Settings[channel.SettingPace] = "99999"
	return c.do(ctx, http.MethodPatch, path, now, nil)
}

// begin (again) on the same data.
func (h *house) begin() error {
	if err := h.Start(); err != nil {
		return err
	}
	h.server = ServerOf(h.Ready, h.PID())
	return nil
}

// rest stops the server for as long as do takes.
func (h *house) rest(do func() error) error {
	if code, ok := h.Stop(30 * time.Second); !ok || code != 0 {
		return fmt.Errorf("the server ended with code %d", code)
	}
	if err := do(); err != nil {
		return err
	}
	return h.begin()
}

// Run the bench. What was found is returned with the errors of the parts that could not be measured.
func (b *Bench) Run(ctx context.Context) (*Benched, error) {
	found := &Benched{Values: map[string]float64{}}
	var failed []error
	for _, part := range []struct {
		name string
		do   func(ctx context.Context, found *Benched) error
	}{{"rates", b.rates}, {"new", b.newcomers}, {"crowd", b.crowd}, {"stored", b.stored}, {"open", b.open}} {
		if len(b.Parts) > 0 && !slices.Contains(b.Parts, part.name) {
			continue
		}
		began := time.Now()
		err := part.do(ctx, found)
		if err != nil {
			failed = append(failed, fmt.Errorf("%s: %w", part.name, err))
			b.Log("%s: %v", part.name, err)
		}
		if errors.Is(err, errAudit) || ctx.Err() != nil {
			break
		}
		b.Log("%s: %s; so far %v", part.name, time.Since(began).Round(time.Second), found.Values)
	}
	return found, errors.Join(failed...)
}

// errAudit ends the bench: rates of a server that loses something are worth nothing.
var errAudit = errors.New("the audit is not clean")

// play a plan and keep its result.
func (b *Bench) play(ctx context.Context, found *Benched, h *house, plan Plan) (*Result, error) {
	plan.Warmup, plan.Connections = max(plan.Warmup, time.Second), max(plan.Connections, 64)
	plan.Agents = max(plan.Agents, 8)
	plan.Rate /= max(b.Scale, 1)
	result, err := h.server.Play(ctx, plan, b.Log)
	if err != nil {
		return nil, err
	}
	found.Results = append(found.Results, result)
	if !result.Audit.Clean() {
		return nil, fmt.Errorf("%s: %w: %+v", plan.Scenario, errAudit, result.Audit)
	}
	return result, nil
}

// screen is the p99 in ms of the way to the agents' screens.
func (r *Result) screen() float64 { return r.p99(gaugeScreen) }

func (r *Result) p99(gauge string) float64 {
	for _, l := range r.Latencies {
		if l.Name == gauge {
			return float64(l.P99) / float64(time.Millisecond)
		}
	}
	return 0
}

// rate of all flows together.
func (r *Result) rate() (perSecond float64) {
	for _, f := range r.Flows {
		perSecond += f.PerSecond
	}
	return perSecond
}

func (b *Bench) rates(ctx context.Context, found *Benched) error {
	h, leave, err := b.move(ctx)
	defer leave()
	if err != nil {
		return err
	}
	idle, err := h.resting(ctx)
	if err != nil {
		return err
	}
	found.Values["idle"] = float64(idle.PSS) / (1 << 20)
	for _, step := range []struct {
		id   string
		plan Plan
		take func(*Result) float64
	}{
		{"screen500", Plan{Scenario: "inbound", Rate: 500, Conversations: 200}, (*Result).screen},
		{"screen3000", Plan{Scenario: "inbound", Rate: 3000, Conversations: 200}, (*Result).screen},
		{"memory", Plan{Scenario: "steady", Rate: 1000, Conversations: 200, Pages: 50}, func(r *Result) float64 { return float64(r.Usage.PeakPSS) / (1 << 20) }},
		{"inbound", Plan{Scenario: "inbound", Conversations: 200}, (*Result).rate},
		{"answers", Plan{Scenario: "answers", Conversations: 200}, (*Result).rate},
	} {
		step.plan.Duration = b.Lasts
		result, err := b.play(ctx, found, h, step.plan)
		if err != nil {
			return err
		}
		found.Values[step.id] = step.take(result)
	}
	// The limits need the database for themselves.
	return h.rest(func() error {
		limits, loop, err := DatabaseLimits(ctx, h.Ready, h.dir, h.database, usual())
		found.Limits = limits
		b.Log("limits: %+v", limits)
		if loop > 0 {
			found.Values["share"] = found.Values["inbound"] / loop
		}
		return err
	})
}

// resting is the least memory of some seconds.
func (h *house) resting(ctx context.Context) (least Usage, err error) {
	for range 20 { // what the start needed is given back meanwhile
		if !waitUntil(ctx, time.Now().Add(250*time.Millisecond)) {
			return least, ctx.Err()
		}
		u, err := h.server.Usage(ctx)
		if err != nil {
			return least, err
		}
		if least.At.IsZero() || u.PSS < least.PSS {
			least = u
		}
	}
	return least, nil
}

// newcomers have a server of their own: what nobody accepted would come to the next agents.
func (b *Bench) newcomers(ctx context.Context, found *Benched) error {
	h, leave, err := b.move(ctx)
	defer leave()
	if err != nil {
		return err
	}
	result, err := b.play(ctx, found, h, Plan{Scenario: "new", Agents: 40, Duration: b.Lasts})
	if err != nil {
		return err
	}
	found.Values["new"] = result.rate()
	return nil
}

// crowd: many agents' sockets beside those that have something to do, and idle ones weighed.
func (b *Bench) crowd(ctx context.Context, found *Benched) error {
	h, leave, err := b.move(ctx)
	defer leave()
	if err != nil {
		return err
	}
	// Sockets and streams are open together, in one process on each side.
	b.Idle = min(b.Idle, (openFilesMax()-openFilesBeside)/2)
	weighed, err := b.play(ctx, found, h, Plan{Scenario: "idle", Sockets: b.Idle, Agents: 20})
	if err != nil {
		return err
	}
	for _, f := range weighed.Facts {
		switch f.Name {
		case factSocket(b.Idle):
			found.Values["socket"] = f.Value
		case factStream(b.Idle):
			found.Values["stream"] = f.Value
		}
	}
	var tokens []string
	err = h.rest(func() error {
		return h.seed(ctx, func(s *Seeds) error {
			agents, err := s.Agents(ctx, b.Crowd, nil)
			for _, a := range agents {
				tokens = append(tokens, a.Token)
			}
			if err == nil {
				found.Values["key"], err = s.keyCost(ctx, h.Ready.APIKey)
			}
			return err
		})
	})
	if err != nil {
		return err
	}
	result, err := b.play(ctx, found, h, Plan{Scenario: "inbound", Rate: 500, Conversations: 200, Duration: b.Lasts, Bystanders: tokens})
	if err != nil {
		return err
	}
	found.Values["screen5000"] = result.screen()
	return nil
}

// seed the database of a server that rests.
func (h *house) seed(ctx context.Context, do func(*Seeds) error) error {
	s, err := OpenSeeds(ctx, h.Ready, h.dir, h.database)
	if err != nil {
		return err
	}
	if err := do(s); err != nil {
		_ = s.Close()
		return err
	}
	return s.Close()
}

// keyCost is what finding out whose an API key is takes, in microseconds.
func (s *Seeds) keyCost(ctx context.Context, key string) (float64, error) {
	const times = 20_000
	service := staff.New(store.Writer[staff.Tx](s.db), s.db, nil, "")
	began := time.Now()
	for range times {
		if _, err := service.Authenticate(ctx, key); err != nil {
			return 0, err
		}
	}
	return float64(time.Since(began).Microseconds()) / times, nil
}

// perConversation is how many messages a seeded conversation has.
const perConversation = 2

// stored measures lists, search and the start with growing numbers of messages, on one database.
func (b *Bench) stored(ctx context.Context, found *Benched) error {
	h, leave, err := b.move(ctx)
	defer leave()
	if err != nil {
		return err
	}
	before := 0
	for _, messages := range b.Stored {
		p := Point{Messages: messages}
		err := h.rest(func() error {
			return h.seed(ctx, func(s *Seeds) error {
				agents, err := s.Agents(ctx, 10, nil)
				if err != nil {
					return err
				}
				began := time.Now()
				n := (messages - before) / perConversation
				err = s.Conversations(ctx, n, perConversation, n/100, agents)
				p.Seeded = float64(messages-before) / time.Since(began).Seconds()
				if err == nil {
					err = s.db.FoldSearch(ctx)
				}
				return err
			})
		})
		if err != nil {
			return err
		}
		before = messages
		p.Start = float64(h.Took) / float64(time.Millisecond)
		if p.Inbox, p.Slowest, err = h.inbox(ctx); err != nil {
			return err
		}
		if p.Search, err = h.search(ctx); err != nil {
			return err
		}
		result, err := b.play(ctx, found, h, Plan{Scenario: "inbound", Rate: 500, Conversations: 200, Duration: b.Lasts})
		if err != nil {
			return err
		}
		p.Inbound = result.screen()
		found.Curve = append(found.Curve, p)
		found.Values["start"], found.Values["inbox"], found.Values["search"] = p.Start, p.Inbox, p.Search
		b.Log("with %d messages: start %.0f ms, inbox %.1f ms, search %.1f ms, screen %.1f ms", messages, p.Start, p.Inbox, p.Search, p.Inbound)
	}
	return nil
}

// listed is how often each list is asked for.
const listed = 60

// inbox asks for pages of every filter and order, and returns the slowest's p99 in ms.
func (h *house) inbox(ctx context.Context) (p99 float64, slowest string, err error) {
	channelOf, err := h.Ready.Channel("whatsapp")
	if err != nil {
		return 0, "", err
	}
	queues, err := h.queues(ctx)
	if err != nil {
		return 0, "", err
	}
	filters := []string{"", "channel=" + channelOf.ID, "channel=whatsapp", "queue=" + queues[0].String(), "flagged=true"}
	statuses := []string{"", "active", "waiting", "ended", "error"}
	for _, sort := range []string{"activity", "waiting", "ended"} {
		for _, status := range statuses {
			if sort == "ended" && (status == "active" || status == "waiting") {
				continue // refused: they have no end
			}
			for _, filter := range filters {
				query := "scope=all&sort=" + sort + "&" + filter
				if status != "" {
					query += "&status=" + status
				}
				h99, err := h.timed(ctx, 0.99, func(int) string { return "/api/v1/conversations?" + query })
				if err != nil {
					return 0, "", err
				}
				if h99 > p99 {
					p99, slowest = h99, query
				}
			}
		}
	}
	return p99, slowest, nil
}

// search for words that are everywhere, here and there, and once, and for people.
func (h *house) search(ctx context.Context) (p95 float64, err error) {
	return h.timed(ctx, 0.95, func(i int) string {
		words := []string{"question " + topics[i%len(topics)], topics[i%len(topics)] + " " + topics[(i+3)%len(topics)], fmt.Sprint(i * 37), "refu", fmt.Sprintf("Customer %d", i*11)}
		return "/api/v1/search?q=" + url.QueryEscape(words[i%len(words)])
	})
}

// timed gets paths one after the other and returns a quantile in ms. The first few don't count.
func (h *house) timed(ctx context.Context, q float64, path func(i int) string) (float64, error) {
	const first = 5
	call, err := newWire(h.Ready.URL)
	if err != nil {
		return 0, err
	}
	defer call.close()
	header := "Authorization: Bearer " + h.Ready.APIKey + "\r\n"
	took := NewHistogram()
	for i := range listed + first {
		began := time.Now()
		status, body, err := call.get(ctx, path(i), header)
		if err != nil {
			return 0, err
		}
		if status != http.StatusOK {
			return 0, fmt.Errorf("GET %s: %d %.200s", path(i), status, body)
		}
		if i >= first {
			took.Record(time.Since(began))
		}
	}
	return float64(took.Quantile(q)) / float64(time.Millisecond), nil
}

func (h *house) queues(ctx context.Context) (ids []message.QueueID, err error) {
	var page struct {
		Items []struct{ ID message.QueueID }
	}
	if err := NewClient(h.Ready.URL, h.Ready.APIKey).get(ctx, "/api/v1/queues?limit=200", &page); err != nil {
		return nil, err
	}
	for _, q := range page.Items {
		ids = append(ids, q.ID)
	}
	return ids, nil
}

// open compares few open sessions with many, while many agents are online.
func (b *Bench) open(ctx context.Context, found *Benched) error {
	if b.Open == 0 {
		return nil
	}
	h, leave, err := b.move(ctx)
	defer leave()
	if err != nil {
		return err
	}
	queues, err := h.queues(ctx)
	if err != nil {
		return err
	}
	var agents []SeededAgent
	var p99 []float64
	few := min(1000, b.Open/10)
	for _, more := range []int{few, b.Open - few} {
		if err := h.rest(func() error {
			return h.seed(ctx, func(s *Seeds) error {
				if agents == nil {
					if agents, err = s.Agents(ctx, b.Online, queues); err != nil {
						return err
					}
				}
				return s.Conversations(ctx, more, 1, more, agents)
			})
		}); err != nil {
			return err
		}
		tokens := make([]string, len(agents))
		for i, a := range agents {
			tokens[i] = a.Token
		}
		result, err := b.play(ctx, found, h, Plan{Scenario: "inbound", Rate: 500, Conversations: 200, Duration: b.Lasts, Bystanders: tokens, BystandersOnline: true})
		if err != nil {
			return err
		}
		p99 = append(p99, result.screen())
	}
	if slices.Min(p99) > 0 {
		found.Values["open"] = p99[1] / p99[0]
	}
	return nil
}
