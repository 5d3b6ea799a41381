package trace

import (
	"context"
	"time"

	"switchboard/internal/fault"
)

// Recorder keeps spans. Its methods must not block, and may forget what is too much.
//
// Spans hold names, counts, codes and our own ids; never texts, addresses, names of people or secrets:
// who reads traces need not be who may read conversations.
type Recorder interface {
	// Start begins a span below the one in ctx, or below o when there is none.
	Start(ctx context.Context, o Origin, name string) (context.Context, Recording)
	// Keep records a span that is over.
	Keep(p Past)
}

// Recording is one span under way.
type Recording interface {
	Text(key, value string)
	Count(key string, n int)
	// End ends it; code says how it failed, empty when it didn't.
	End(code string)
}

// Past is a span that is over, of work that many requests share: it is known afterwards whose it was.
type Past struct {
	Trace        string // none is recorded without
	Name         string
	Began, Ended time.Time
	Texts        map[string]string
	Code         string // how it failed, empty when it didn't
}

// Span is a stretch of a request's work. The zero value records nothing.
type Span struct{ recording Recording }

// Start begins a span of the request that ctx belongs to, when its spans are recorded.
func Start(ctx context.Context, name string) (context.Context, Span) {
	s, ok := ctx.Value(contextKey{}).(*scope)
	if !ok || s.recorder == nil {
		return ctx, Span{}
	}
	ctx, recording := s.recorder.Start(ctx, s.origin, name)
	return ctx, Span{recording}
}

// On reports whether the span is recorded: what a note costs to make is spent for those only.
func (s Span) On() bool { return s.recording != nil }

// Text notes a word of few values, or an id of ours.
func (s Span) Text(key, value string) {
	if s.recording != nil {
		s.recording.Text(key, value)
	}
}

// Count notes a number.
func (s Span) Count(key string, n int) {
	if s.recording != nil {
		s.recording.Count(key, n)
	}
}

// End ends the span. Of an error it keeps the code: what it says may be somebody's words.
func (s Span) End(err error) {
	if s.recording == nil {
		return
	}
	code := ""
	if err != nil {
		code = string(fault.CodeOf(err))
	}
	s.recording.End(code)
}
