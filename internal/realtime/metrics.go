package realtime

import "github.com/prometheus/client_golang/prometheus"

type metrics struct {
	sockets                        prometheus.Gauge
	frames, slow, resyncs, refused prometheus.Counter
	lag                            prometheus.Histogram
}

func newMetrics(r prometheus.Registerer) metrics {
	counter := func(name, help string) prometheus.Counter {
		return prometheus.NewCounter(prometheus.CounterOpts{Namespace: "switchboard", Subsystem: "realtime", Name: name, Help: help})
	}
	m := metrics{
		sockets: prometheus.NewGauge(prometheus.GaugeOpts{Namespace: "switchboard", Subsystem: "realtime", Name: "sockets", Help: "Open staff sockets."}),
		frames:  counter("frames_total", "Frames queued for staff sockets."),
		slow:    counter("slow_total", "Sockets closed because their reader was too slow."),
		resyncs: counter("resyncs_total", "Cursors that were too old or of another history."),
		refused: counter("refused_total", "Subscriptions refused or ended for lack of rights."),
		lag: prometheus.NewHistogram(prometheus.HistogramOpts{Namespace: "switchboard", Subsystem: "realtime", Name: "lag_seconds",
			Help: "From a change to its fan-out on this node.", Buckets: []float64{.002, .005, .01, .02, .05, .1, .25, .5, 1, 2, 5}}),
	}
	if r != nil {
		r.MustRegister(m.sockets, m.frames, m.slow, m.resyncs, m.refused, m.lag)
	}
	return m
}
