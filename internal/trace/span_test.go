package trace

import (
	"context"
	"testing"

	"switchboard/internal/fault"
)

// What isn't recorded costs nothing: webhooks pass here by the thousand.
func TestUnrecordedSpansAllocateNothing(t *testing.T) {
	ctx := With(t.Context(), Origin{ID: "0af7651916cd43dd8448eb211c80319c"}, nil)
	if n := testing.AllocsPerRun(100, func() { stretch(ctx) }); n != 0 {
		t.Errorf("a span that nobody records allocates %v times", n)
	}
}

func BenchmarkUnrecordedSpan(b *testing.B) {
	ctx := With(b.Context(), Origin{ID: "0af7651916cd43dd8448eb211c80319c"}, nil)
	b.ReportAllocs()
	for b.Loop() {
		stretch(ctx)
	}
}

func stretch(ctx context.Context) {
	_, span := Start(ctx, "work")
	if span.On() {
		span.Text("switchboard.channel", "none")
	}
	span.Count("switchboard.events", 3)
	span.End(refused)
}

var refused = fault.New(fault.NotFound, "There is no such webhook.")
