package load

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"math"
	"runtime"
	"strings"
	"time"
)

//go:embed report.html
var reportHTML string

var report = template.Must(template.New("report").Funcs(template.FuncMap{"ms": ms}).Parse(reportHTML))

// page of the report: one result with what the template shows of it.
type reported struct {
	*Result
	Charts []chart
}

// Title of the section.
func (r reported) Title() string { return strings.ToUpper(r.Scenario[:1]) + r.Scenario[1:] }

// Pace in words.
func (r reported) Pace() string {
	if r.Plan.Rate == 0 {
		return fmt.Sprintf("as fast as it is answered, for %s", r.Plan.Duration)
	}
	return fmt.Sprintf("%g a second, for %s", r.Plan.Rate, r.Plan.Duration)
}

// Lost messages of all audits.
func (r reported) Lost() int { return r.all().Lost }

// Doubled messages of all audits, without those at a provider.
func (r reported) Doubled() int { return r.all().Doubled - r.Audit.Provider.Doubled }

// Misordered messages of all audits.
func (r reported) Misordered() int { return r.all().Misordered }

// Examples of what is wrong.
func (r reported) Examples() []string { return r.all().Examples }

func (r reported) all() (f Findings) {
	for _, part := range []Findings{r.Audit.Kept, r.Audit.Screens, r.Audit.Pages, r.Audit.Provider} {
		f.add(part)
	}
	return f
}

// AllLatencies with the wait before sending.
func (r reported) AllLatencies() []Latency {
	return append(append([]Latency{}, r.Latencies...), Latency{lateName, r.Late})
}

// AllFacts with what the server took.
func (r reported) AllFacts() []Fact {
	facts := append([]Fact{}, r.Facts...)
	if r.Usage.PeakRSS > 0 {
		facts = append(facts, Fact{"server's memory at most, RSS", float64(r.Usage.PeakRSS) / (1 << 20), "MB"})
	}
	if r.Usage.PeakPSS > 0 {
		facts = append(facts, Fact{"server's memory at most, PSS", float64(r.Usage.PeakPSS) / (1 << 20), "MB"})
	}
	if r.Usage.Cores > 0 {
		facts = append(facts, Fact{"server's CPU, on average", r.Usage.Cores, "cores"})
	}
	if r.Unsent > 0 {
		facts = append(facts, Fact{"arrivals that were never sent: the server was too far behind", float64(r.Unsent), ""})
	}
	if r.Retries > 0 {
		facts = append(facts, Fact{"calls made again", float64(r.Retries), ""})
	}
	return facts
}

// WriteHTML writes a report that needs nothing else: styles and pictures are in it.
func WriteHTML(out io.Writer, results []*Result, table []Row) error {
	var pages []reported
	for _, r := range results {
		pages = append(pages, reported{r, r.charts()})
	}
	began := time.Now()
	if len(results) > 0 {
		began = results[0].Began
	}
	return report.Execute(out, map[string]any{"Began": began.Format("2 January 2006, 15:04"), "Machine": Machine(), "Results": pages, "Table": table})
}

// Machine that this runs on, in words.
func Machine() string {
	return fmt.Sprintf("%d cores, %s, %s/%s", runtime.NumCPU(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
}

// chart is lines over seconds, or bars.
type chart struct {
	Title string
	Keys  []string
	SVG   template.HTML
}

func (r *Result) charts() (all []chart) {
	if len(r.Samples) > 1 {
		lines := func(title string, keys []string, values ...func(Sample) float64) {
			all = append(all, chart{title, keys, plot(r.Samples, values)})
		}
		lines("messages a second", []string{"acknowledged", "arrived"}, func(s Sample) float64 { return s.Done }, func(s Sample) float64 { return s.Shown })
		if r.Usage.After.RSS > 0 {
			lines("server's memory, MB", []string{"RSS", "PSS"}, func(s Sample) float64 { return float64(s.Usage.RSS) / (1 << 20) }, func(s Sample) float64 { return float64(s.Usage.PSS) / (1 << 20) })
			lines("server's CPU, cores", []string{"cores"}, func(s Sample) float64 { return s.Cores })
		}
	}
	if len(r.Latencies) > 0 {
		all = append(all, chart{"latency, ms (logarithmic)", []string{"p50", "p95", "p99"}, bars(r.Latencies)})
	}
	return all
}

// Pictures are drawn on this many units.
const (
	pictureWidth, pictureHeight = 420, 180
	marginLeft, marginBottom    = 44, 20
)

// plot draws lines over the samples' seconds.
func plot(samples []Sample, values []func(Sample) float64) template.HTML {
	top, last := 0.0, samples[len(samples)-1].Second
	for _, s := range samples {
		for _, v := range values {
			top = max(top, v(s))
		}
	}
	top = niceTop(top)
	x := func(second float64) float64 {
		return marginLeft + second/max(last, 1)*(pictureWidth-marginLeft-8)
	}
	y := func(v float64) float64 {
		return 8 + (1-v/top)*(pictureHeight-marginBottom-8)
	}
	var b strings.Builder
	fmt.Fprintf(&b, `<svg viewBox="0 0 %d %d" role="img">`, pictureWidth, pictureHeight)
	for i := range 5 {
		v := top * float64(i) / 4
		fmt.Fprintf(&b, `<line class="rule" x1="%d" x2="%d" y1="%.1f" y2="%.1f"/><text x="%d" y="%.1f" text-anchor="end">%s</text>`,
			marginLeft, pictureWidth, y(v), y(v), marginLeft-6, y(v)+4, short(v))
	}
	for _, second := range []float64{samples[0].Second, last} {
		fmt.Fprintf(&b, `<text x="%.1f" y="%d" text-anchor="middle">%.0f s</text>`, min(x(second), pictureWidth-14), pictureHeight-4, second)
	}
	for i, v := range values {
		var path strings.Builder
		for n, s := range samples {
			command := 'L'
			if n == 0 {
				command = 'M'
			}
			fmt.Fprintf(&path, "%c%.1f %.1f", command, x(s.Second), y(v(s)))
		}
		fmt.Fprintf(&b, `<path class="s%d" d="%s"/>`, i, path.String())
	}
	b.WriteString("</svg>")
	return template.HTML(b.String()) //nolint:gosec // numbers and our own words only
}

// bars draws three bars for each way, on a logarithmic scale from 0.1 ms.
func bars(latencies []Latency) template.HTML {
	const lowest, row = 0.1, 44
	top := 1.0
	for _, l := range latencies {
		top = max(top, float64(l.P99)/float64(time.Millisecond))
	}
	decades := math.Ceil(math.Log10(top / lowest))
	width := func(d time.Duration) float64 {
		v := max(float64(d)/float64(time.Millisecond), lowest)
		return math.Log10(v/lowest) / decades * (pictureWidth - 60)
	}
	height := len(latencies)*row + 16
	var b strings.Builder
	fmt.Fprintf(&b, `<svg viewBox="0 0 %d %d" role="img">`, pictureWidth, height)
	for i := range int(decades) + 1 {
		at := float64(i) / decades * (pictureWidth - 60)
		fmt.Fprintf(&b, `<line class="rule" x1="%.1f" x2="%.1f" y1="0" y2="%d"/><text x="%.1f" y="%d">%g</text>`, at, at, height-14, at, height-2, lowest*math.Pow(10, float64(i)))
	}
	for n, l := range latencies {
		y := n * row
		fmt.Fprintf(&b, `<text x="2" y="%d">%s</text>`, y+12, template.HTMLEscapeString(l.Name))
		for i, d := range []time.Duration{l.P50, l.P95, l.P99} {
			fmt.Fprintf(&b, `<rect class="f%d" x="0" y="%d" width="%.1f" height="6" rx="2"/>`, i, y+17+i*8, max(width(d), 1))
		}
		fmt.Fprintf(&b, `<text x="%.1f" y="%d">%s</text>`, width(l.P99)+5, y+39, ms(l.P99))
	}
	b.WriteString("</svg>")
	return template.HTML(b.String()) //nolint:gosec // numbers and our own words only
}

// niceTop is the end of a scale that goes a little beyond the largest value.
func niceTop(v float64) float64 {
	if v <= 0 {
		return 1
	}
	unit := math.Pow(10, math.Floor(math.Log10(v)))
	for _, m := range []float64{1, 1.2, 1.6, 2, 2.4, 3.2, 4, 5, 6, 8, 10} {
		if v <= m*unit {
			return m * unit
		}
	}
	return v
}

// short tells a number of a scale.
func short(v float64) string {
	if v >= 10_000 {
		return fmt.Sprintf("%.3gk", v/1000)
	}
	return fmt.Sprintf("%.3g", v)
}
