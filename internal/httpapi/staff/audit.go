package staff

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"
	"time"

	"switchboard/internal/fault"
	"switchboard/internal/httpapi/problem"
	"switchboard/internal/message"
	"switchboard/internal/resource"
	"switchboard/internal/staff"
)

type auditIn struct {
	Paging
	Actor  string `query:"actor" doc:"id of the user or API key who did it"`
	Target string `query:"target" doc:"id of what it was done to"`
	Noun   string `query:"noun" maxLength:"60" doc:"what kind of thing, as the first part of its route: channels"`
	From   string `query:"from" doc:"from this time on, RFC 3339"`
	To     string `query:"to" doc:"before this time, RFC 3339"`
}

func (in *auditIn) query() (q resource.AuditQuery, err error) {
	q = resource.AuditQuery{Noun: in.Noun, Cursor: in.Cursor, Limit: in.Limit}
	for name, id := range map[string]struct {
		text string
		to   *message.RowID
	}{"actor": {in.Actor, &q.Actor}, "target": {in.Target, &q.Target}} {
		if id.text == "" {
			continue
		}
		if *id.to, err = message.ParseID[message.RowID](id.text); err != nil {
			return q, fault.Invalid(name, "This is not an id.")
		}
	}
	for name, at := range map[string]struct {
		text string
		to   *time.Time
	}{"from": {in.From, &q.From}, "to": {in.To, &q.To}} {
		if at.text == "" {
			continue
		}
		if *at.to, err = time.Parse(time.RFC3339, at.text); err != nil {
			return q, fault.Invalid(name, "This is not a time, such as 2026-05-01T00:00:00Z.")
		}
	}
	return q, nil
}

func (a *API) audit(ctx context.Context, p staff.Principal, in *auditIn) (List[resource.AuditLine], error) {
	q, err := in.query()
	if err != nil {
		return List[resource.AuditLine]{}, err
	}
	return page(a.Rows.Audit(ctx, p.Org, q))
}

// auditState reads the whole log and says whether it is as it was written.
func (a *API) auditState(ctx context.Context, p staff.Principal, _ *struct{}) (state resource.AuditState, err error) {
	head, code, err := a.Rows.AuditHead(ctx, p.Org)
	if err != nil {
		return state, err
	}
	broken := errors.New("broken")
	last := resource.AuditLine{}
	err = a.Rows.AuditAll(ctx, p.Org, func(line resource.AuditLine, whole bool) error {
		if !whole {
			state.Broken = line.Seq
			return broken
		}
		last = line
		return nil
	})
	if err != nil && !errors.Is(err, broken) {
		return state, err
	}
	if state.Broken == 0 && (last.Seq < head || last.Seq == head && last.Code != code) {
		state.Broken = last.Seq + 1 // cut off behind it
	}
	state.Lines, state.Code, state.Whole = last.Seq, last.Code, state.Broken == 0
	return state, nil
}

var auditColumns = []string{"number", "at", "actor_type", "actor_id", "actor", "action", "target_id", "detail", "ip", "code"}

// exportAudit streams the whole log, the oldest first.
func (a *API) exportAudit(w http.ResponseWriter, r *http.Request, p staff.Principal) {
	format := r.URL.Query().Get("format")
	if format != "" && format != "csv" && format != "json" {
		problem.Write(w, r, fault.Invalid("format", "Take csv or json."))
		return
	}
	asJSON := format == "json"
	name, kind := "audit.csv", "text/csv; charset=utf-8"
	if asJSON {
		name, kind = "audit.json", "application/json"
	}
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Content-Disposition", `attachment; filename="`+name+`"`)
	table, list := csv.NewWriter(w), listWriter{to: w}
	if !asJSON {
		_ = table.Write(auditColumns)
	}
	err := a.Rows.AuditAll(r.Context(), p.Org, func(l resource.AuditLine, _ bool) error {
		if asJSON {
			return list.add(l)
		}
		return table.Write([]string{strconv.FormatInt(l.Seq, 10), l.At.Format(time.RFC3339Nano), l.ActorType, l.ActorID.String(), plainCell(l.ActorName), l.Action,
			l.TargetID.String(), plainCell(string(l.Detail)), l.IP, l.Code})
	})
	if asJSON && err == nil {
		err = list.end()
	}
	table.Flush()
	if err != nil { // the answer has begun: who reads it must see that it isn't whole
		panic(http.ErrAbortHandler)
	}
}

// plainCell keeps spreadsheets from taking a text for a formula.
func plainCell(s string) string {
	if s != "" && (s[0] == '=' || s[0] == '+' || s[0] == '-' || s[0] == '@' || s[0] == '\t' || s[0] == '\r') {
		return "'" + s
	}
	return s
}

// listWriter writes a JSON list an item at a time.
type listWriter struct {
	to    io.Writer
	begun bool
}

func (l *listWriter) add(item any) error {
	text, err := json.Marshal(item)
	if err != nil {
		return err
	}
	before := ",\n"
	if !l.begun {
		before, l.begun = "[", true
	}
	_, err = io.WriteString(l.to, before+string(text))
	return err
}

func (l *listWriter) end() error {
	if !l.begun {
		_, err := io.WriteString(l.to, "[]\n")
		return err
	}
	_, err := io.WriteString(l.to, "]\n")
	return err
}
