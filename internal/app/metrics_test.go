package app

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"switchboard/internal/store"
)

// registered are the names of all metrics of the program's own that a new App has, with their labels.
func registered(t *testing.T) map[string]string {
	t.Helper()
	a, err := New(t.Context(), Config{Listen: "127.0.0.1:1", Database: "sqlite:" + filepath.Join(t.TempDir(), "switchboard.db"), Migrate: true}, "test", slog.Default())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = a.close() })
	all := make(chan *prometheus.Desc, 1000)
	a.metrics.Describe(all)
	close(all)
	names := map[string]string{}
	said := regexp.MustCompile(`fqName: "(\w+)".*variableLabels: \{([\w,]*)\}`)
	for d := range all {
		if m := said.FindStringSubmatch(d.String()); m != nil && strings.HasPrefix(m[1], "switchboard_") {
			names[m[1]] = strings.ReplaceAll(m[2], ",", ", ")
		}
	}
	return names
}

// TestMetricsAreDocumented: docs/metrics.md lists what /metrics has, with its labels, and nothing else; and
// the dashboard and the alerts ask for what is there.
func TestMetricsAreDocumented(t *testing.T) {
	exist := registered(t)
	read := func(path string) string {
		b, err := os.ReadFile("../../docs/" + path)
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	documented := map[string]bool{}
	for _, row := range regexp.MustCompile("(?m)^\\| `(switchboard_\\w+)`[ ᵈ]* \\| ?([\\w, ]*?) ?\\| (.+) \\|$").FindAllStringSubmatch(read("metrics.md"), -1) {
		documented[row[1]] = true
		if labels, ok := exist[row[1]]; !ok {
			t.Errorf("docs/metrics.md has %s, which /metrics lacks", row[1])
		} else if labels != row[2] {
			t.Errorf("docs/metrics.md says that %s has the labels %q, it has %q", row[1], row[2], labels)
		}
	}
	for name := range exist {
		if !documented[name] {
			t.Errorf("docs/metrics.md lacks %s", name)
		}
	}
	for _, path := range []string{"operations.md", "observability/dashboard.json", "observability/alerts.yml"} {
		for _, name := range regexp.MustCompile(`switchboard_\w+`).FindAllString(read(path), -1) {
			if base := regexp.MustCompile(`_(bucket|sum|count)$`).ReplaceAllString(name, ""); !documented[name] && !documented[base] {
				t.Errorf("docs/%s asks for %s, which does not exist", path, name)
			}
		}
	}
	var dashboard struct {
		Panels []struct{ Targets []struct{ Expr string } }
	}
	if err := json.Unmarshal([]byte(read("observability/dashboard.json")), &dashboard); err != nil || len(dashboard.Panels) == 0 {
		t.Errorf("the dashboard has %d panels: %v", len(dashboard.Panels), err)
	}
}

// TestMeasuresSayWhatHappened: what is told to the measures is what is scraped, and a method that a stranger
// makes up is no label.
func TestMeasuresSayWhatHappened(t *testing.T) {
	r := prometheus.NewRegistry()
	m := newMeasures(r)
	m.backlog(store.Backlog{Outbox: map[string]int{"unknown": 3}, OutboxAge: 90 * time.Second, Jobs: 4, Unnumbered: 5})
	m.request("hooks", "BREW", http.StatusServiceUnavailable, time.Millisecond)
	m.admitted(time.Second, true)
	m.write(time.Millisecond, time.Millisecond, 7)
	a := &App{metrics: r}
	w := httptest.NewRecorder()
	a.metricsHandler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", http.NoBody))
	for _, want := range []string{
		`switchboard_outbox{state="unknown"} 3`, "switchboard_outbox_age_seconds 90", "switchboard_jobs_due 4", "switchboard_feed_unnumbered 5",
		`switchboard_http_errors_total{status="503",surface="hooks"} 1`, `switchboard_http_seconds_count{method="other",status="5xx",surface="hooks"} 1`,
		"switchboard_admission_refused_total 1", "switchboard_writer_batch_sum 7",
	} {
		if !strings.Contains(w.Body.String(), "\n"+want+"\n") {
			t.Errorf("/metrics lacks %s", want)
		}
	}
}
