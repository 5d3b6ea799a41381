package load

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
)

// Result of a scenario.
type Result struct {
	Scenario string        `json:"scenario"`
	What     string        `json:"what"`
	Plan     Plan          `json:"plan"`
	Began    time.Time     `json:"began"`
	Took     time.Duration `json:"took_ns"`

	Flows     []Flow    `json:"flows"`
	Latencies []Latency `json:"latencies"`
	// Late is how long arrivals waited to be sent, for a free connection or for this process. It is part
	// of the latencies.
	Late    Summary `json:"late"`
	Retries int64   `json:"retries"`
	// Unsent arrivals got no turn: the server was that far behind. They count in the latencies.
	Unsent  int64            `json:"unsent"`
	Refused map[string]int64 `json:"refused,omitempty"`
	// Settled is how long what was under way at the end took to arrive.
	Settled     time.Duration `json:"settled_ns"`
	Reconnected int64         `json:"screens_reconnected"`
	Resyncs     int64         `json:"screens_resynced"`
	LastFailure string        `json:"last_failure,omitempty"`

	Usage   Consumption `json:"usage"`
	Samples []Sample    `json:"samples"`
	// Facts are what a scenario tells besides.
	Facts []Fact `json:"facts,omitempty"`
	Audit Audit  `json:"audit"`
}

// Flow is one kind of arrival.
type Flow struct {
	Kind  string `json:"kind"`
	Meant int64  `json:"meant" doc:"arrivals that were meant to happen within the measurement"`
	// PerSecond are acknowledged within it; ArrivedPerSecond reached the other side.
	PerSecond        float64 `json:"per_second"`
	ArrivedPerSecond float64 `json:"arrived_per_second"`
}

// Latency of one way, from when it was meant to begin.
type Latency struct {
	Name string `json:"name"`
	Summary
}

// Consumption of the server during the measurement.
type Consumption struct {
	Before  Usage   `json:"before"`
	After   Usage   `json:"after"`
	PeakRSS int64   `json:"peak_rss"`
	PeakPSS int64   `json:"peak_pss"`
	Cores   float64 `json:"cores" doc:"CPU seconds a second, on average"`
}

// Sample of one second.
type Sample struct {
	Second float64 `json:"second"`
	Done   float64 `json:"done"`
	Shown  float64 `json:"shown"`
	Cores  float64 `json:"cores"`
	Usage  Usage   `json:"usage"`
}

// Fact is a number with its name.
type Fact struct {
	Name  string  `json:"name"`
	Value float64 `json:"value"`
	Unit  string  `json:"unit"`
}

// Audit of every message against what was said.
type Audit struct {
	Checked      bool `json:"checked"`
	Said         int  `json:"said"`
	Acknowledged int  `json:"acknowledged"`
	// Kept is what the server has, Screens what agents saw, Pages what web customers saw, Provider what
	// reached the provider.
	Kept     Findings `json:"kept"`
	Screens  Findings `json:"screens"`
	Pages    Findings `json:"pages"`
	Provider Findings `json:"provider"`
}

// Clean reports whether nothing is lost, doubled or misordered. What a provider without idempotency got
// twice is told and is no fault: a send whose outcome was lost may be sent again where that is harmless.
func (a Audit) Clean() bool {
	provider := a.Provider
	provider.Doubled = 0
	return a.Kept.Clean() && a.Screens.Clean() && a.Pages.Clean() && provider.Clean()
}

// names of kinds in reports.
func (k kind) String() string {
	switch k {
	case kindInbound:
		return "messages on WhatsApp"
	case kindNew:
		return "new conversations"
	case kindWeb:
		return "messages on web pages"
	case kindAnswer:
		return "answers on WhatsApp"
	case kindReply:
		return "answers to web pages"
	}
	return string(rune(k))
}

func (r *Result) sort() {
	slices.SortFunc(r.Flows, func(a, b Flow) int { return strings.Compare(a.Kind, b.Kind) })
	slices.SortFunc(r.Latencies, func(a, b Latency) int { return strings.Compare(a.Name, b.Name) })
}

const lateName = "(of which: waited to be sent)"

// ms tells a duration in milliseconds.
func ms(d time.Duration) string {
	v := float64(d) / float64(time.Millisecond)
	switch {
	case v >= 100:
		return fmt.Sprintf("%.0f", v)
	case v >= 10:
		return fmt.Sprintf("%.1f", v)
	}
	return fmt.Sprintf("%.2f", v)
}

// mb tells bytes in megabytes.
func mb(bytes int64) string { return fmt.Sprintf("%.1f", float64(bytes)/(1<<20)) }

// Print writes the result for people.
func (r *Result) Print(out io.Writer) {
	rate := "as fast as it is answered"
	if r.Plan.Rate > 0 {
		rate = fmt.Sprintf("%g a second", r.Plan.Rate)
	}
	fmt.Fprintf(out, "\n%s: %s\n%s for %s after %s of warm-up\n\n", r.Scenario, r.What, rate, r.Plan.Duration, r.Plan.Warmup)
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	if len(r.Flows) > 0 {
		fmt.Fprintln(table, "meant\tacknowledged/s\tarrived/s\t  ")
		for _, f := range r.Flows {
			fmt.Fprintf(table, "%d\t%.0f\t%.0f\t  %s\n", f.Meant, f.PerSecond, f.ArrivedPerSecond, f.Kind)
		}
		_ = table.Flush()
		fmt.Fprintln(out)
	}
	if len(r.Latencies) > 0 {
		fmt.Fprintln(table, "count\tp50 ms\tp95 ms\tp99 ms\tmax ms\t  ")
		for _, l := range append(r.Latencies, Latency{lateName, r.Late}) {
			fmt.Fprintf(table, "%d\t%s\t%s\t%s\t%s\t  %s\n", l.Count, ms(l.P50), ms(l.P95), ms(l.P99), ms(l.Max), l.Name)
		}
		_ = table.Flush()
		fmt.Fprintln(out)
	}
	for _, f := range r.Facts {
		fmt.Fprintf(out, "%s: %.4g %s\n", f.Name, f.Value, f.Unit)
	}
	if u := r.Usage; u.After.RSS > 0 {
		fmt.Fprintf(out, "server: %s MB RSS and %s MB PSS at most, %.2f cores\n", mb(u.PeakRSS), mb(u.PeakPSS), u.Cores)
	}
	if r.Retries > 0 || len(r.Refused) > 0 {
		fmt.Fprintf(out, "tried again %d times; refused %v\n", r.Retries, r.Refused)
	}
	if r.Unsent > 0 {
		fmt.Fprintf(out, "%d arrivals were never sent: the server was too far behind\n", r.Unsent)
	}
	if r.Reconnected > 0 {
		fmt.Fprintf(out, "screens came back %d times, %d of them to read everything anew\n", r.Reconnected, r.Resyncs)
	}
	if r.LastFailure != "" {
		fmt.Fprintf(out, "the last failure: %s\n", r.LastFailure)
	}
	r.Audit.tell(out)
}

func (a Audit) tell(out io.Writer) {
	if !a.Checked {
		return
	}
	fmt.Fprintf(out, "audit of %d messages, %d acknowledged:", a.Said, a.Acknowledged)
	for _, part := range []struct {
		name string
		f    Findings
	}{{"kept", a.Kept}, {"on screens", a.Screens}, {"on pages", a.Pages}, {"at the provider", a.Provider}} {
		fmt.Fprintf(out, " %s %d lost, %d doubled, %d misordered;", part.name, part.f.Lost, part.f.Doubled, part.f.Misordered)
	}
	verdict := "clean"
	if !a.Clean() {
		verdict = "NOT CLEAN"
	}
	fmt.Fprintln(out, " "+verdict)
	for _, f := range []Findings{a.Kept, a.Screens, a.Pages, a.Provider} {
		for _, e := range f.Examples {
			fmt.Fprintln(out, "  "+e)
		}
	}
}
