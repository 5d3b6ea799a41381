package app

import (
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"switchboard/internal/httpapi/admission"
	customerapi "switchboard/internal/httpapi/customer"
	"switchboard/internal/store"
)

// measures are the program's own metrics; realtime has its own. docs/metrics.md says what each means, and a
// test compares it with what /metrics has. Labels have few values, known beforehand.
type measures struct {
	registry prometheus.Registerer

	webhooks *prometheus.CounterVec
	repeated prometheus.Counter
	sends    *prometheus.HistogramVec
	requests *prometheus.HistogramVec
	refused  *prometheus.CounterVec
	identity *prometheus.CounterVec
	keys     *prometheus.CounterVec

	writerWait, writerCommit, writerBatch prometheus.Histogram
	gateWait                              prometheus.Histogram
	gateRefused                           prometheus.Counter
	decisions                             prometheus.Counter
	decisionTime                          prometheus.Histogram

	outbox                                                                 *prometheus.GaugeVec
	outboxAge, jobs, jobsLag, waiting, waitingAge, unnumbered, quarantined prometheus.Gauge
	leases, nodes                                                          prometheus.Gauge
}

// fast and slow are buckets in seconds: for what should take milliseconds, and for what others take.
var (
	fast = []float64{.0005, .001, .002, .005, .01, .02, .05, .1, .25, .5, 1, 2.5, 5}
	slow = []float64{.001, .003, .009, .027, .081, .243, .729, 2.187, 6.561, 19.683}
)

func newMeasures(r prometheus.Registerer) *measures {
	counter := func(name, help string) prometheus.Counter {
		return prometheus.NewCounter(prometheus.CounterOpts{Name: "switchboard_" + name, Help: help})
	}
	gauge := func(name, help string) prometheus.Gauge {
		return prometheus.NewGauge(prometheus.GaugeOpts{Name: "switchboard_" + name, Help: help})
	}
	histogram := func(name, help string, buckets []float64) prometheus.Histogram {
		return prometheus.NewHistogram(prometheus.HistogramOpts{Name: "switchboard_" + name, Help: help, Buckets: buckets})
	}
	m := &measures{
		registry: r,
		webhooks: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "switchboard_webhooks_total",
			Help: "Calls of providers by type and outcome (ok, or the error code)."}, []string{"type", "outcome"}),
		repeated: counter("inbound_duplicates_total", "Messages that a provider delivered again and that were known."),
		sends: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "switchboard_send_seconds",
			Help: "Attempts to hand a message to a provider, by channel type and outcome (empty: sent).", Buckets: slow}, []string{"channel", "outcome"}),
		requests: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "switchboard_http_seconds",
			Help: "Answered requests by surface, method and status class. Streams and sockets are left out.", Buckets: slow}, []string{"surface", "method", "status"}),
		refused: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "switchboard_http_errors_total",
			Help: "Requests answered with an error, by surface and status."}, []string{"surface", "status"}),
		identity: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "switchboard_identity_tokens_total",
			Help: "Identity tokens of customers by outcome: ok, unavailable, or the check that refused them."}, []string{"outcome"}),
		keys: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "switchboard_identity_key_fetches_total",
			Help: "Calls to the addresses where identity providers publish their keys, by outcome."}, []string{"outcome"}),
		writerWait:   histogram("writer_wait_seconds", "How long the first write of a commit waited for the writer or a connection.", fast),
		writerCommit: histogram("writer_commit_seconds", "How long a transaction took, with its commit.", fast),
		writerBatch:  histogram("writer_batch", "Writes that shared a commit.", []float64{1, 2, 4, 8, 16, 32, 64, 128, 256}),
		gateWait:     histogram("admission_wait_seconds", "How long calls of providers and customers waited for their turn, of those that had to.", fast),
		gateRefused:  counter("admission_refused_total", "Calls of providers and customers that were told to come again: too many waited, or for too long."),
		decisions:    counter("dispatch_decisions_total", "Decisions of routing that were written."),
		decisionTime: histogram("dispatch_write_seconds", "How long it took to write decisions of routing that were made together.", fast),
		outbox:       prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "switchboard_outbox", Help: "Messages on their way out, by state."}, []string{"state"}),
		outboxAge:    gauge("outbox_age_seconds", "For how long the oldest message has been on its way out."),
		jobs:         gauge("jobs_due", "Jobs and timers that are due."),
		jobsLag:      gauge("jobs_lag_seconds", "For how long the first of them has been due."),
		waiting:      gauge("work_waiting", "Sessions that wait for an agent, or are offered to one."),
		waitingAge:   gauge("work_waiting_age_seconds", "For how long the first of them has waited."),
		unnumbered:   gauge("feed_unnumbered", "Lines of the change feed that the sequencer has not numbered yet; always 0 on SQLite."),
		quarantined:  gauge("quarantined", "Calls of providers that could not be read or kept, of the last 7 days."),
		leases:       gauge("leases", "Leases that are held, by all nodes."),
		nodes:        gauge("nodes", "Nodes on this database."),
	}
	r.MustRegister(m.webhooks, m.repeated, m.sends, m.requests, m.refused, m.identity, m.keys, m.writerWait, m.writerCommit, m.writerBatch, m.gateWait, m.gateRefused,
		m.decisions, m.decisionTime, m.outbox, m.outboxAge, m.jobs, m.jobsLag, m.waiting, m.waitingAge, m.unnumbered, m.quarantined, m.leases, m.nodes)
	return m
}

// watch adds what is counted when it is asked for.
func (m *measures) watch(gate *admission.Gate, streams *customerapi.Hub) {
	m.registry.MustRegister(
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "switchboard_admission_waiting", Help: "Calls of providers and customers that wait for their turn."},
			func() float64 { return float64(gate.Waiting()) }),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "switchboard_customer_streams", Help: "Open event streams of customers."},
			func() float64 { return float64(streams.Streams()) }))
}

func (m *measures) hook(hook, outcome string) { m.webhooks.WithLabelValues(hook, outcome).Inc() }

func (m *measures) identified(outcome string) { m.identity.WithLabelValues(outcome).Inc() }

func (m *measures) keysFetched(outcome string) { m.keys.WithLabelValues(outcome).Inc() }

func (m *measures) attempt(channelType, outcome string, took time.Duration) {
	m.sends.WithLabelValues(channelType, outcome).Observe(took.Seconds())
}

func (m *measures) request(surface, method string, status int, took time.Duration) {
	switch method { // what a stranger makes up is no label
	case "GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS":
	default:
		method = "other"
	}
	m.requests.WithLabelValues(surface, method, strconv.Itoa(status/100)+"xx").Observe(took.Seconds())
	if status >= 400 {
		m.refused.WithLabelValues(surface, strconv.Itoa(status)).Inc()
	}
}

func (m *measures) write(waited, took time.Duration, writes int) {
	m.writerWait.Observe(waited.Seconds())
	m.writerCommit.Observe(took.Seconds())
	m.writerBatch.Observe(float64(writes))
}

func (m *measures) admitted(waited time.Duration, refused bool) {
	m.gateWait.Observe(waited.Seconds())
	if refused {
		m.gateRefused.Inc()
	}
}

func (m *measures) decided(decisions int, took time.Duration) {
	m.decisions.Add(float64(decisions))
	m.decisionTime.Observe(took.Seconds())
}

func (m *measures) backlog(b store.Backlog) {
	for state, n := range b.Outbox {
		m.outbox.WithLabelValues(state).Set(float64(n))
	}
	m.outboxAge.Set(b.OutboxAge.Seconds())
	m.jobs.Set(float64(b.Jobs))
	m.jobsLag.Set(b.JobsLag.Seconds())
	m.waiting.Set(float64(b.Waiting))
	m.waitingAge.Set(b.WaitingAge.Seconds())
	m.unnumbered.Set(float64(b.Unnumbered))
	m.quarantined.Set(float64(b.Quarantined))
	m.leases.Set(float64(b.Leases))
	m.nodes.Set(float64(b.Nodes))
}
