package app

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// measures are the program's own metrics. Their names are documented in docs/operations.md.
type measures struct {
	webhooks *prometheus.CounterVec
	sends    *prometheus.HistogramVec
	requests *prometheus.HistogramVec
}

func newMeasures(r prometheus.Registerer) *measures {
	m := &measures{
		webhooks: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "switchboard_webhooks_total",
			Help: "Calls of providers by type and outcome (ok, or the error code)."}, []string{"type", "outcome"}),
		sends: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "switchboard_send_seconds",
			Help: "Attempts to hand a message to a provider, by channel type and outcome (empty: sent).", Buckets: prometheus.ExponentialBuckets(0.001, 3, 10)}, []string{"channel", "outcome"}),
		requests: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "switchboard_http_seconds",
			Help: "Answered requests by surface, method and status class. Streams and sockets are left out.", Buckets: prometheus.ExponentialBuckets(0.0005, 3, 10)}, []string{"surface", "method", "status"}),
	}
	r.MustRegister(m.webhooks, m.sends, m.requests)
	return m
}

func (m *measures) hook(hook, outcome string) { m.webhooks.WithLabelValues(hook, outcome).Inc() }

func (m *measures) attempt(channelType, outcome string, took time.Duration) {
	m.sends.WithLabelValues(channelType, outcome).Observe(took.Seconds())
}
