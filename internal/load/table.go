package load

import (
	"fmt"
	"io"
	"strings"
)

// Measured is a cell of the table of targets.
type Measured struct {
	Value float64 `json:"value"`
	Unit  string  `json:"unit"`
	// Known is false where it was not measured; Met says whether the target was.
	Known bool `json:"known"`
	Met   bool `json:"met"`
}

func (m Measured) String() string {
	if !m.Known {
		return "–"
	}
	text := number(m.Value) + " " + m.Unit
	if m.Met {
		return "✓ " + strings.TrimSpace(text)
	}
	return "✗ " + strings.TrimSpace(text)
}

// Class colours the cell.
func (m Measured) Class() string {
	switch {
	case !m.Known:
		return ""
	case m.Met:
		return "good"
	}
	return "bad"
}

// number without digits that mean nothing.
func number(v float64) string {
	switch {
	case v >= 1000:
		whole := fmt.Sprintf("%.0f", v)
		var b strings.Builder
		for i, d := range whole {
			if i > 0 && (len(whole)-i)%3 == 0 {
				b.WriteByte(' ')
			}
			b.WriteRune(d)
		}
		return b.String()
	case v >= 100:
		return fmt.Sprintf("%.0f", v)
	case v >= 10:
		return fmt.Sprintf("%.1f", v)
	}
	return fmt.Sprintf("%.3g", v)
}

// Row of the table of targets.
type Row struct {
	What       string   `json:"what"`
	Target     string   `json:"target"`
	SQLite     Measured `json:"sqlite"`
	PostgreSQL Measured `json:"postgresql"`
}

// target of one row: at least or at most so much, on each database.
type target struct {
	id, what, unit     string
	atLeast            bool
	sqlite, postgresql float64 // 0: not measured there
}

func (t target) text() string {
	sign := "<"
	if t.atLeast {
		sign = "≥"
	}
	values := number(t.sqlite)
	if t.postgresql != t.sqlite && t.postgresql != 0 {
		values += "; " + number(t.postgresql)
	}
	return strings.TrimSpace(sign + " " + values + " " + t.unit)
}

func (t target) judge(v float64, known bool, goal float64) Measured {
	if !known || goal == 0 {
		return Measured{}
	}
	met := v < goal
	if t.atLeast {
		met = v >= goal
	}
	return Measured{Value: v, Unit: t.unit, Known: true, Met: met}
}

// targets in the order of the table.
func targets() []target {
	return []target{
		{id: "inbound", what: "messages into existing conversations", unit: "/s", atLeast: true, sqlite: 6000, postgresql: 4000},
		{id: "share", what: "the same, as part of what a bare loop over the same statements commits (SQLite: gathered; PostgreSQL: 16 clients)", atLeast: true, sqlite: 0.6, postgresql: 0.6},
		{id: "new", what: "new conversations, each with user, session and offer", unit: "/s", atLeast: true, sqlite: 2000, postgresql: 2000},
		{id: "answers", what: "agents' answers, out through the connector", unit: "/s", atLeast: true, sqlite: 2500, postgresql: 2500},
		{id: "screen500", what: "customer's send → agent's screen at 500/s, p99", unit: "ms", sqlite: 10, postgresql: 10},
		{id: "screen3000", what: "the same at 3 000/s", unit: "ms", sqlite: 30, postgresql: 30},
		{id: "screen5000", what: "the same at 500/s with 5 000 agents' sockets open", unit: "ms", sqlite: 20, postgresql: 20},
		{id: "open", what: "the same at 500/s with 50 000 open sessions and 500 agents online, as a multiple of that with 1 000", unit: "×", sqlite: 1.5, postgresql: 1.5},
		{id: "inbox", what: "a page of the inbox, the slowest filter and order, p99", unit: "ms", sqlite: 15, postgresql: 15},
		{id: "search", what: "search over all messages, p95", unit: "ms", sqlite: 150, postgresql: 150},
		{id: "key", what: "what an API key costs a request", unit: "µs", sqlite: 20, postgresql: 20},
		{id: "stream", what: "one idle customer's stream of 10 000", unit: "KB", sqlite: 32, postgresql: 32},
		{id: "socket", what: "one idle agent's socket of 10 000", unit: "KB", sqlite: 35, postgresql: 35},
		{id: "start", what: "from the start to ready with all those messages", unit: "ms", sqlite: 300, postgresql: 300},
		{id: "idle", what: "memory of an idle server, PSS", unit: "MB", sqlite: 40, postgresql: 40},
		{id: "memory", what: "memory at 1 000 messages/s, PSS", unit: "MB", sqlite: 200, postgresql: 200},
		{id: "decision", what: "a routing decision with 10 000 waiting and 1 000 agents", unit: "µs", sqlite: 50},
	}
}

// Table judges what was measured on each database, by target id.
func Table(sqlite, postgresql map[string]float64) (rows []Row) {
	for _, t := range targets() {
		s, hasSQLite := sqlite[t.id]
		p, hasPostgreSQL := postgresql[t.id]
		rows = append(rows, Row{What: t.what, Target: t.text(), SQLite: t.judge(s, hasSQLite, t.sqlite), PostgreSQL: t.judge(p, hasPostgreSQL, t.postgresql)})
	}
	return rows
}

// WriteTable writes rows as Markdown.
func WriteTable(out io.Writer, rows []Row) {
	fmt.Fprintln(out, "| what | target | SQLite | PostgreSQL |\n| --- | --- | --- | --- |")
	for _, r := range rows {
		fmt.Fprintf(out, "| %s | %s | %s | %s |\n", r.What, r.Target, r.SQLite, r.PostgreSQL)
	}
}

// WriteCurve writes how a database does with growing numbers of messages, as Markdown.
func WriteCurve(out io.Writer, name string, curve []Point) {
	fmt.Fprintf(out, "| %s, messages stored | seeded/s | start, ms | inbox p99, ms | search p95, ms | send → screen at 500/s, p99 ms |\n| --- | --- | --- | --- | --- | --- |\n", name)
	for _, p := range curve {
		fmt.Fprintf(out, "| %s | %s | %.0f | %.1f (`%s`) | %.1f | %.1f |\n", number(float64(p.Messages)), number(p.Seeded), p.Start, p.Inbox, p.Slowest, p.Search, p.Inbound)
	}
}
