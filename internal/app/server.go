package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/pprof"
	"time"

	"github.com/prometheus/client_golang/prometheus/promhttp"
)

const (
	// drainFor is how long requests may take to finish after SIGTERM.
	drainFor = 20 * time.Second
	// readyWithin bounds the database's answer to a readiness probe.
	readyWithin = 2 * time.Second
)

// Run starts everything, answers requests until ctx ends, and drains: no new work, requests finish,
// clients are told to reconnect elsewhere. ready is called once, when requests are answered.
func (a *App) Run(ctx context.Context, ready func()) error {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", a.config.Listen)
	if err != nil {
		return errors.Join(err, a.close())
	}
	if err := a.db.TakeOver(ctx); err != nil {
		return errors.Join(fmt.Errorf("SWITCHBOARD_DATABASE: %w", err), listener.Close(), a.close())
	}
	server := &http.Server{Handler: a.handler, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 64 << 10}
	failed := make(chan error, 2)
	a.Start(ctx)
	go func() {
		if a.config.TLSCert != "" {
			failed <- server.ServeTLS(listener, a.config.TLSCert, a.config.TLSKey)
		} else {
			failed <- server.Serve(listener)
		}
	}()
	var admin *http.Server
	if a.config.AdminListen != "" {
		admin = &http.Server{Addr: a.config.AdminListen, Handler: a.adminRoutes(), ReadHeaderTimeout: 10 * time.Second}
		go func() { failed <- admin.ListenAndServe() }()
	}
	ready()
	select {
	case <-ctx.Done():
		err = nil
	case err = <-failed:
	}
	a.log.Info("stopping")
	a.draining.Store(true)
	drain, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainFor)
	defer cancel()
	// Streams and sockets end first: the server's Shutdown waits for requests, and they are requests.
	a.customers.Stop()
	a.hub.Stop()
	if a.sandbox != nil {
		a.senders.Stop() // while the provider that they talk to still answers
		a.sandbox.Stop() // its phone pages follow a stream too
	}
	if shutdown := server.Shutdown(drain); shutdown != nil {
		_ = server.Close()
		err = errors.Join(err, shutdown)
	}
	if admin != nil {
		_ = admin.Close()
	}
	return errors.Join(err, a.Stop())
}

func (a *App) adminRoutes() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", a.metricsHandler())
	mux.HandleFunc("/debug/pprof/", pprof.Index)
	mux.HandleFunc("/debug/pprof/cmdline", pprof.Cmdline)
	mux.HandleFunc("/debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("/debug/pprof/symbol", pprof.Symbol)
	mux.HandleFunc("/debug/pprof/trace", pprof.Trace)
	return mux
}

func (a *App) metricsHandler() http.Handler {
	return promhttp.HandlerFor(a.metrics, promhttp.HandlerOpts{})
}

// healthz says that the process runs.
func (a *App) healthz(w http.ResponseWriter, _ *http.Request) { answerHealth(w, http.StatusOK, "ok") }

// readyz says that the process can take work: its database answers and it is not about to stop.
func (a *App) readyz(w http.ResponseWriter, r *http.Request) {
	if a.draining.Load() {
		answerHealth(w, http.StatusServiceUnavailable, "stopping")
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), readyWithin)
	defer cancel()
	if err := a.db.Ping(ctx); err != nil {
		a.log.Error("not ready", "err", err)
		answerHealth(w, http.StatusServiceUnavailable, "the database does not answer")
		return
	}
	answerHealth(w, http.StatusOK, "ok")
}

func answerHealth(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]string{"status": text})
}
