// Package otlp sends spans to a collector, by OTLP over HTTP.
package otlp

import (
	"context"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"strings"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/sdk/resource"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	otel "go.opentelemetry.io/otel/trace"

	"switchboard/internal/trace"
)

const (
	// path is where collectors take traces, below their base address.
	path = "/v1/traces"
	// sendWithin bounds one call to the collector.
	sendWithin = 10 * time.Second
)

// Recorder records spans and sends them in the background, in batches. At most 2 048 wait; what is too
// much is forgotten. OTEL_EXPORTER_OTLP_HEADERS, OTEL_SERVICE_NAME, OTEL_RESOURCE_ATTRIBUTES, OTEL_BSP_*
// and OTEL_TRACES_SAMPLER are read as their standard says.
type Recorder struct {
	provider *sdk.TracerProvider
	tracer   otel.Tracer
}

// Open begins to record. base is the collector's address, such as http://127.0.0.1:4318. It need not
// answer yet.
func Open(ctx context.Context, base, version string, log *slog.Logger) (*Recorder, error) {
	u, err := url.Parse(base)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil, fmt.Errorf("%q is not a collector's address such as http://127.0.0.1:4318", redacted(u, base))
	}
	if !strings.HasSuffix(u.Path, path) {
		u = u.JoinPath(path)
	}
	exporter, err := otlptracehttp.New(ctx, otlptracehttp.WithEndpointURL(u.String()), otlptracehttp.WithTimeout(sendWithin))
	if err != nil {
		return nil, err
	}
	about, err := resource.New(ctx,
		resource.WithAttributes(attribute.String("service.name", "switchboard"), attribute.String("service.version", version)),
		resource.WithFromEnv())
	if err != nil {
		return nil, err
	}
	options := []sdk.TracerProviderOption{sdk.WithBatcher(&reporting{SpanExporter: exporter, log: log}), sdk.WithResource(about)}
	if os.Getenv("OTEL_TRACES_SAMPLER") == "" {
		// A caller's word that a trace isn't sampled is a stranger's: without a setting of ours all are.
		options = append(options, sdk.WithSampler(sdk.AlwaysSample()))
	}
	provider := sdk.NewTracerProvider(options...)
	return &Recorder{provider: provider, tracer: provider.Tracer("switchboard", otel.WithInstrumentationVersion(version))}, nil
}

// redacted is an address without the credentials in it.
func redacted(u *url.URL, raw string) string {
	if u == nil {
		return "…"
	}
	if u.User != nil {
		return u.Redacted()
	}
	return raw
}

// Close sends what waits, for as long as ctx allows.
func (r *Recorder) Close(ctx context.Context) error { return r.provider.Shutdown(ctx) }

// Start begins a span.
func (r *Recorder) Start(ctx context.Context, o trace.Origin, name string) (context.Context, trace.Recording) {
	if !otel.SpanContextFromContext(ctx).HasTraceID() {
		ctx = otel.ContextWithSpanContext(ctx, from(o))
	}
	ctx, span := r.tracer.Start(ctx, name)
	return ctx, recording{span}
}

// Keep records a span that is over: one more beginning in its trace, as the feed knows the trace alone.
func (r *Recorder) Keep(p trace.Past) {
	if p.Trace == "" {
		return
	}
	_, span := r.tracer.Start(otel.ContextWithSpanContext(context.Background(), from(trace.Origin{ID: p.Trace})), p.Name, otel.WithTimestamp(p.Began))
	for key, value := range p.Texts {
		span.SetAttributes(attribute.String(key, value))
	}
	fail(span, p.Code)
	span.End(otel.WithTimestamp(p.Ended))
}

// from is the place in a trace that its origin names.
func from(o trace.Origin) otel.SpanContext {
	var c otel.SpanContextConfig
	var err error
	if c.TraceID, err = otel.TraceIDFromHex(o.ID); err != nil {
		return otel.SpanContext{} // a new trace
	}
	c.SpanID, _ = otel.SpanIDFromHex(o.Parent)
	c.TraceFlags, c.Remote = otel.FlagsSampled, true
	return otel.NewSpanContext(c)
}

type recording struct{ span otel.Span }

func (r recording) Text(key, value string) { r.span.SetAttributes(attribute.String(key, value)) }

func (r recording) Count(key string, n int) { r.span.SetAttributes(attribute.Int(key, n)) }

func (r recording) End(code string) {
	fail(r.span, code)
	r.span.End()
}

func fail(span otel.Span, code string) {
	if code != "" {
		span.SetAttributes(attribute.String("error.type", code))
		span.SetStatus(codes.Error, code)
	}
}

// reporting logs what could not be sent, once until it goes again: the library would write to stderr.
type reporting struct {
	sdk.SpanExporter
	log  *slog.Logger
	gone bool // batches are sent one after the other
}

// ExportSpans sends a batch. One that fails is forgotten.
func (r *reporting) ExportSpans(ctx context.Context, spans []sdk.ReadOnlySpan) error {
	err := r.SpanExporter.ExportSpans(ctx, spans)
	switch {
	case err != nil && !r.gone:
		r.log.Warn("traces can't be sent; they are forgotten until the collector answers", "err", err)
	case err == nil && r.gone:
		r.log.Info("traces are sent again")
	}
	r.gone = err != nil
	return nil
}
