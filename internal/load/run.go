package load

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// settleWithin is how long what is under way at the end may take to arrive.
	settleWithin = 90 * time.Second
	// closedRate is the most arrivals a second that a closed loop is prepared for.
	closedRate = 20_000
	// pollPhones is how often the sandbox's phones are read: they keep their newest 500 messages.
	pollPhones = time.Second
)

// Server is where a scenario is played.
type Server struct {
	Ready Ready
	// Usage of the server's process; nil when it can't be known.
	Usage func(ctx context.Context) (Usage, error)
}

// ServerOf reads usage from /proc of a process when pid isn't 0, and from the server's metrics.
func ServerOf(ready Ready, pid int) Server {
	metrics := NewClient(ready.URL, "")
	return Server{Ready: ready, Usage: func(ctx context.Context) (Usage, error) {
		told, err := metricsUsage(ctx, metrics)
		if pid == 0 {
			return told, err
		}
		u, err := ProcessUsage(pid)
		u.Live = told.Live
		return u, err
	}}
}

// Play a plan's scenario. log is told what happens.
func (s Server) Play(ctx context.Context, plan Plan, log func(format string, args ...any)) (*Result, error) {
	scenario, err := Find(plan.Scenario)
	if err != nil {
		return nil, err
	}
	w, err := newWorld(s.Ready, log)
	if err != nil {
		return nil, err
	}
	r := &runner{world: w, plan: plan, usage: s.Usage, receipts: map[int][]int{},
		result: &Result{Scenario: scenario.Name, What: scenario.What, Plan: plan, Began: time.Now()}}
	w.shown = r.onScreen
	people, leave := context.WithCancel(ctx)
	defer w.running.Wait()
	defer leave()
	if scenario.play != nil {
		err = scenario.play(r, people)
	} else {
		err = r.mixed(people, scenario.mix)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", scenario.Name, err)
	}
	r.finish()
	return r.result, nil
}

// prepare the people whom a mix needs.
func (r *runner) prepare(ctx context.Context, mix Mix, newcomers int) error {
	setUp, cancel := context.WithTimeoutCause(ctx, prepareWithin, fmt.Errorf("the set-up took longer than %s", prepareWithin))
	defer cancel()
	began := time.Now()
	chats, pages := 0, 0
	if mix[kindInbound]+mix[kindAnswer] > 0 {
		chats = r.plan.Conversations
	}
	if mix[kindWeb]+mix[kindReply] > 0 {
		pages = r.plan.Pages
	}
	r.said[kindNew] = newLedger(kindNew, newcomers)
	if err := r.standBy(setUp, ctx); err != nil {
		return err
	}
	if err := r.hire(setUp, r.plan.Agents); err != nil {
		return err
	}
	for range callers {
		r.running.Go(func() {
			if err := r.accept(ctx); err != nil {
				r.failures.Store(err.Error())
			}
		})
	}
	if err := r.attend(setUp, ctx); err != nil {
		return err
	}
	if err := r.converse(setUp, chats); err != nil {
		return err
	}
	if err := r.visit(setUp, ctx, pages, r.onPage); err != nil {
		return err
	}
	r.log("%d agents, %d conversations and %d pages are there after %s", r.plan.Agents, chats, pages, time.Since(began).Round(time.Millisecond))
	return nil
}

// standBy opens the bystanders' screens, which stay until their own context ends.
func (r *runner) standBy(ctx, screens context.Context) error {
	return each(ctx, len(r.plan.Bystanders), callers, func(ctx context.Context, i int) error {
		token := r.plan.Bystanders[i]
		s := newScreen(r.ready.URL, token, func([]byte) {}, "me", "list:scope=mine")
		r.running.Go(func() { s.run(screens) })
		if err := s.awaitWelcome(ctx); err != nil || !r.plan.BystandersOnline {
			return err
		}
		return r.admin.As(token).do(ctx, http.MethodPut, "/api/v1/me/presence", map[string]string{"status": online}, nil)
	})
}

// onPage is told of the replies on customers' pages.
func (r *runner) onPage(at mark) {
	t := &r.said[kindReply].threads[at.thread]
	t.mu.Lock()
	var meant time.Time
	if at.number <= len(t.meant) {
		meant = t.meant[at.number-1]
	}
	t.mu.Unlock()
	r.reached(kindReply, gaugePage, meant, time.Now())
}

// mixed plays a mix at one rate.
func (r *runner) mixed(ctx context.Context, mix Mix) error {
	rate := r.plan.Rate
	if rate == 0 {
		if len(mix) > 1 {
			return fmt.Errorf("a mix needs a rate: the parts of a closed loop would be whatever the server prefers")
		}
		rate = closedRate
	}
	r.acceptNew = len(mix) > 1
	newcomers := int(rate*mix[kindNew]*(r.plan.Warmup+r.plan.Duration).Seconds()) + r.plan.Connections + 1
	if err := r.prepare(ctx, mix, newcomers); err != nil {
		return err
	}
	defer r.dismiss(context.WithoutCancel(ctx))
	watching, enough := context.WithCancel(ctx)
	var phones sync.WaitGroup
	phones.Go(func() { r.watchPhones(watching) })
	start := time.Now().Add(50 * time.Millisecond)
	r.measure(ctx, start.Add(r.plan.Warmup), r.plan.Duration, func(until time.Time) {
		r.arrive(ctx, mix, r.plan.Rate, start, until)
	})
	ended := time.Now()
	err := r.settle(ctx, mix)
	r.result.Settled = time.Since(ended)
	enough()
	phones.Wait()
	if err != nil {
		return err
	}
	return r.audit(ctx, mix)
}

// measure what is meant to happen within a time, and take samples meanwhile.
func (r *runner) measure(ctx context.Context, from time.Time, lasts time.Duration, play func(until time.Time)) *measurement {
	m := r.begin(from, lasts)
	sampling, enough := context.WithCancel(ctx)
	var samples sync.WaitGroup
	samples.Go(func() { r.sample(sampling, m) })
	play(m.to)
	enough()
	samples.Wait()
	return m
}

// sample takes a look each second. The first of several measurements tells what was before.
func (r *runner) sample(ctx context.Context, m *measurement) {
	if !waitUntil(ctx, m.from) {
		return
	}
	zero := m.from
	if phases := *r.phases.Load(); len(phases) > 1 {
		zero = phases[len(phases)-1].from
	}
	before := r.look(ctx, m)
	if r.result.Usage.Before.At.IsZero() {
		r.result.Usage.Before = before.Usage
	}
	for at := m.from.Add(time.Second); !at.After(m.to.Add(50 * time.Millisecond)); at = at.Add(time.Second) {
		if !waitUntil(ctx, at) {
			return
		}
		now := r.look(ctx, m)
		s := Sample{Second: now.at.Sub(zero).Seconds(), Usage: now.Usage}
		seconds := now.at.Sub(before.at).Seconds()
		s.Done, s.Shown = float64(now.done-before.done)/seconds, float64(now.shown-before.shown)/seconds
		if !now.At.IsZero() {
			s.Cores = (now.CPU - before.CPU).Seconds() / now.At.Sub(before.At).Seconds()
			r.result.Usage.After = now.Usage
			r.result.Usage.PeakRSS = max(r.result.Usage.PeakRSS, now.RSS)
			r.result.Usage.PeakPSS = max(r.result.Usage.PeakPSS, now.PSS)
		}
		r.result.Samples = append(r.result.Samples, s)
		before = now
	}
}

// seen is what a look sees.
type seen struct {
	at          time.Time
	done, shown int64
	Usage
}

func (r *runner) look(ctx context.Context, m *measurement) (s seen) {
	s.at = time.Now()
	for _, f := range m.doing {
		s.done += f.done.Load()
		s.shown += f.shown.Load()
	}
	if r.usage != nil {
		s.Usage, _ = r.usage(ctx) // without it there is no usage to tell
	}
	return s
}

// settle waits until everything acknowledged is where it goes. What doesn't get there is the audit's.
func (r *runner) settle(ctx context.Context, mix Mix) error {
	ctx, cancel := context.WithTimeout(ctx, settleWithin)
	defer cancel()
	ledgers := []kind{kindInbound, kindWeb}
	if mix[kindNew] > 0 {
		ledgers = append(ledgers, kindNew)
	}
	for {
		behind := 0
		for _, k := range ledgers {
			behind += r.said[k].behind()
		}
		if mix[kindAnswer] > 0 {
			_, acked := r.said[kindAnswer].said()
			r.mu.Lock()
			arrived := 0
			for _, numbers := range r.receipts {
				arrived += len(numbers)
			}
			r.mu.Unlock()
			behind += max(0, acked-arrived)
		}
		if mix[kindReply] > 0 {
			_, acked := r.said[kindReply].said()
			arrived := 0
			for _, p := range r.pages {
				p.mu.Lock()
				arrived += len(p.told)
				p.mu.Unlock()
			}
			behind += max(0, acked-arrived)
		}
		if behind == 0 {
			return nil
		}
		if !waitUntil(ctx, time.Now().Add(50*time.Millisecond)) {
			r.log("after %s something is still under way (%d)", settleWithin, behind)
			return nil
		}
	}
}

// phone of the sandbox that is read.
type phone struct {
	ID    string
	after int64
}

// watchPhones reads what came at the provider. The sandbox notes when it took each message, by the
// clock of its machine, which is ours where loads are played.
func (r *runner) watchPhones(ctx context.Context) {
	if len(r.chats) == 0 {
		return
	}
	phones := map[string]*phone{}
	for {
		r.readPhones(context.WithoutCancel(ctx), phones)
		if !waitUntil(ctx, time.Now().Add(pollPhones)) {
			r.readPhones(context.WithoutCancel(ctx), phones)
			return
		}
	}
}

func (r *runner) readPhones(ctx context.Context, phones map[string]*phone) {
	var list struct{ Items []struct{ ID string } }
	if err := r.admin.get(ctx, "/sandbox/api/channels/"+r.whatsapp.ID+"/phones", &list); err != nil {
		r.failures.Store(err.Error())
		return
	}
	var read []*phone
	for _, item := range list.Items {
		if phones[item.ID] == nil {
			phones[item.ID] = &phone{ID: item.ID}
		}
		read = append(read, phones[item.ID])
	}
	err := each(ctx, len(read), callers, func(ctx context.Context, i int) error {
		var page struct {
			Items []struct {
				Seq      int64
				Customer bool
				At       time.Time
				Content  struct{ Text string }
			}
		}
		if err := r.admin.get(ctx, fmt.Sprintf("/sandbox/api/phones/%s/messages?after=%d", read[i].ID, read[i].after), &page); err != nil {
			return err
		}
		for _, m := range page.Items {
			read[i].after = m.Seq
			at, ours := r.marks.find([]byte(m.Content.Text))
			if m.Customer || !ours || at.kind != kindAnswer {
				continue
			}
			r.arrived(at, m.At)
		}
		return nil
	})
	if err != nil {
		r.failures.Store(err.Error())
	}
}

// arrived: the provider has an answer.
func (r *runner) arrived(at mark, when time.Time) {
	t := &r.said[kindAnswer].threads[at.thread]
	t.mu.Lock()
	var meant time.Time
	if at.number <= len(t.meant) {
		meant = t.meant[at.number-1]
	}
	t.mu.Unlock()
	r.mu.Lock()
	r.receipts[at.thread] = append(r.receipts[at.thread], at.number)
	r.mu.Unlock()
	r.reached(kindAnswer, gaugeReceipt, meant, when)
}

// audit compares what is kept and what was shown with what was said.
func (r *runner) audit(ctx context.Context, mix Mix) error {
	a := &r.result.Audit
	a.Checked = true
	for _, k := range []kind{kindInbound, kindNew, kindWeb, kindAnswer, kindReply} {
		if l := r.said[k]; l != nil {
			all, acked := l.said()
			a.Said += all
			a.Acknowledged += acked
		}
	}
	var mu sync.Mutex
	keep := func(f Findings) {
		mu.Lock()
		defer mu.Unlock()
		a.Kept.add(f)
	}
	// Conversations that agents have: read whole, from both sides.
	conversation := func(id string, thread int, theirs, ours kind) error {
		entries, err := r.admin.AllEntries(ctx, id)
		if err != nil {
			return err
		}
		found := map[kind][]int{}
		for i, e := range entries {
			if e.Seq != int64(i+1) {
				keep(Findings{Misordered: 1, Examples: []string{fmt.Sprintf("conversation %s: entry %d has number %d", id, i+1, e.Seq)}})
			}
			if at, mine := r.marks.find([]byte(e.Content.Text)); mine && at.thread == thread {
				found[at.kind] = append(found[at.kind], at.number)
			}
		}
		keep(r.said[theirs].compare("messages of", thread, found[theirs]))
		keep(r.said[ours].compare("answers to", thread, found[ours]))
		return nil
	}
	if err := each(ctx, len(r.chats), callers, func(_ context.Context, i int) error {
		id, _ := r.chats[i].taken()
		return conversation(id, i, kindInbound, kindAnswer)
	}); err != nil {
		return err
	}
	if err := each(ctx, len(r.pages), callers, func(_ context.Context, i int) error {
		id, _ := r.pages[i].given()
		return conversation(id, i, kindWeb, kindReply)
	}); err != nil {
		return err
	}
	// New ones have one message each, which the list shows.
	if mix[kindNew] > 0 {
		found := map[int][]int{}
		if err := r.admin.Conversations(ctx, "channel="+r.whatsapp.ID, func(row ConversationRow) {
			if at, ours := r.marks.find([]byte(row.LastEntry.Preview)); ours && at.kind == kindNew {
				found[at.thread] = append(found[at.thread], at.number)
				if row.LastSeq < 1 {
					a.Kept.add(Findings{Lost: 1})
				}
			}
		}); err != nil {
			return err
		}
		for i := range r.said[kindNew].threads {
			a.Kept.add(r.said[kindNew].compare("new customer", i, found[i]))
		}
	}
	for _, k := range []kind{kindInbound, kindWeb} { // a new one's screen is its offer
		a.Screens.add(r.said[k].screens())
	}
	if mix[kindAnswer] > 0 {
		for thread := range r.chats {
			a.Provider.add(r.said[kindAnswer].compare("at the provider, answers to", thread, r.receipts[thread]))
		}
	}
	if mix[kindReply] > 0 {
		for thread, p := range r.pages {
			a.Pages.add(r.said[kindReply].compare("on the page, replies to", thread, p.told))
		}
	}
	return nil
}

// finish fills the result.
func (r *runner) finish() {
	res := r.result
	res.Took = time.Since(res.Began)
	if m := r.told; m != nil {
		seconds := m.to.Sub(m.from).Seconds()
		for k, f := range m.doing {
			if n := f.meant.Load(); n > 0 {
				res.Flows = append(res.Flows, Flow{Kind: k.String(), Meant: n, PerSecond: float64(f.done.Load()) / seconds, ArrivedPerSecond: float64(f.shown.Load()) / seconds})
			}
		}
		for name, h := range m.gauges {
			if h.Count() > 0 {
				res.Latencies = append(res.Latencies, Latency{Name: name, Summary: h.Summary()})
			}
		}
		res.sort()
		res.Late = m.late.Summary()
	}
	res.Retries, res.Unsent = r.retries.Load(), r.unsent.Load()
	r.refused.Range(func(status, count any) bool {
		if res.Refused == nil {
			res.Refused = map[string]int64{}
		}
		name := fmt.Sprint(status)
		if status == 0 {
			name = "no answer"
		}
		res.Refused[name] = count.(*atomic.Int64).Load()
		return true
	})
	if u := res.Usage; !u.Before.At.IsZero() && u.After.At.After(u.Before.At) {
		res.Usage.Cores = (u.After.CPU - u.Before.CPU).Seconds() / u.After.At.Sub(u.Before.At).Seconds()
	}
	for _, a := range r.agents {
		for _, s := range a.screens {
			res.Reconnected += max(0, s.comings.Load()-1)
			res.Resyncs += s.resyncs.Load()
		}
	}
	if why, ok := r.failures.Load().(string); ok {
		res.LastFailure = why
	}
}
