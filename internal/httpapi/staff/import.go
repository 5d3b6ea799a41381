package staff

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"switchboard/internal/fault"
	"switchboard/internal/httpapi/problem"
	"switchboard/internal/httpapi/sheet"
	"switchboard/internal/message"
	"switchboard/internal/resource"
	"switchboard/internal/setup"
	"switchboard/internal/staff"
)

const (
	// importMax bounds a file in bytes, importProblems and importPreview what the answer tells of it.
	importMax      = 8 << 20
	importProblems = 500
	importPreview  = 100
	// mailFor bounds how long an import waits for its invitations to leave; what didn't is shown as links.
	mailFor, mailers = 30 * time.Second, 4
)

// RowProblem is why a row can't be taken.
type RowProblem struct {
	Row     int    `json:"row" doc:"its line in the table, the header being 1; its place in a JSON list"`
	Field   string `json:"field,omitempty"`
	Code    string `json:"code"`
	Message string `json:"message"`
	problem.Wording
}

// ImportedRow is what becomes of a row.
type ImportedRow struct {
	Row    int               `json:"row"`
	Action string            `json:"action" enum:"made,changed,same,refused"`
	Cells  map[string]string `json:"cells"`
}

// ImportLink is the invitation of a user whom an import made.
type ImportLink struct {
	Name   string `json:"name"`
	Email  string `json:"email"`
	Link   string `json:"link,omitempty"`
	Mailed bool   `json:"mailed,omitempty"`
}

// ImportAnswer is what an import did, or would do.
type ImportAnswer struct {
	Applied bool          `json:"applied"`
	Rows    int           `json:"rows"`
	Made    int           `json:"made"`
	Changed int           `json:"changed"`
	Same    int           `json:"same"`
	Refused int           `json:"refused"`
	Errors  []RowProblem  `json:"problems" doc:"at most 500"`
	Preview []ImportedRow `json:"preview" doc:"the first 100 rows"`
	Links   []ImportLink  `json:"links,omitempty" doc:"of users; told once"`
}

// importer is one noun that files can bring.
type importer[Spec any] struct {
	columns []string
	// read makes a spec of a row, or says what is wrong with it.
	read func(sheet.Row) (Spec, error)
	// apply does what could be read.
	apply func(ctx context.Context, specs []Spec, trial, skipBad bool) (outcomes []fault.RowOutcome, applied bool, err error)
}

// run reads a request's file and imports it. A row that can't even be read counts as refused.
func (im importer[Spec]) run(w http.ResponseWriter, r *http.Request) (out ImportAnswer, err error) {
	trial, err1 := flag(r, "dry_run")
	skipBad, err2 := flag(r, "skip_bad")
	if err1 != nil || err2 != nil {
		return out, fault.New(fault.Malformed, "dry_run and skip_bad are true or false.")
	}
	data, err := io.ReadAll(http.MaxBytesReader(w, r.Body, importMax))
	if err != nil {
		return out, err
	}
	rows, err := sheet.Read(data, im.columns)
	if err != nil {
		return out, err
	}
	refused := make([]*fault.Error, len(rows))
	var specs []Spec
	var at []int
	for i, row := range rows {
		spec, err := im.read(row)
		if err == nil {
			specs, at = append(specs, spec), append(at, i)
			continue
		}
		if !errors.As(err, &refused[i]) {
			return out, err
		}
	}
	unread := len(specs) < len(rows)
	outcomes, applied, err := im.apply(r.Context(), specs, trial || (unread && !skipBad), skipBad)
	if err != nil {
		return out, err
	}
	actions := make([]string, len(rows))
	for j, o := range outcomes {
		actions[at[j]], refused[at[j]] = o.Action, o.Refused
	}
	out = ImportAnswer{Applied: applied, Rows: len(rows), Errors: []RowProblem{}, Preview: []ImportedRow{}}
	for i, row := range rows {
		switch actions[i] {
		case fault.RowMade:
			out.Made++
		case fault.RowChanged:
			out.Changed++
		case fault.RowSame:
			out.Same++
		default:
			actions[i] = "refused"
			out.Refused++
			out.Errors = append(out.Errors, problemsOf(row.Number, refused[i])...)
		}
		if i < importPreview {
			out.Preview = append(out.Preview, ImportedRow{row.Number, actions[i], row.Cells})
		}
	}
	out.Errors = out.Errors[:min(len(out.Errors), importProblems)]
	if !trial && !applied {
		return out, fault.New(fault.Unprocessable, "%d of %d rows can't be taken, so nothing was imported. Mend them, or import the others with skip_bad=true.",
			out.Refused, out.Rows).With("rows", out.Errors)
	}
	return out, nil
}

func flag(r *http.Request, name string) (bool, error) {
	text := r.URL.Query().Get(name)
	if text == "" {
		return false, nil
	}
	return strconv.ParseBool(text)
}

func problemsOf(row int, f *fault.Error) (out []RowProblem) {
	for field, s := range f.Fields {
		out = append(out, RowProblem{row, field, string(f.Code), s.Text, problem.WordingOf(s)})
	}
	if len(out) == 0 {
		return []RowProblem{{Row: row, Code: string(f.Code), Message: f.Text, Wording: problem.WordingOf(f.Sentence)}}
	}
	slices.SortFunc(out, func(a, b RowProblem) int { return strings.Compare(a.Field, b.Field) })
	return out
}

func answerJSON(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v)
}

// queueNames reads queues by name, case aside.
func (a *API) queueNames(ctx context.Context, org message.OrgID) (func(cell string) ([]message.QueueID, error), map[message.QueueID]string, error) {
	states, err := a.Views.QueueStates(ctx, org, nil)
	if err != nil {
		return nil, nil, err
	}
	byName, names := map[string]message.QueueID{}, map[message.QueueID]string{}
	for id, q := range states {
		byName[strings.ToLower(q.Name)], names[id] = id, q.Name
	}
	return func(cell string) (out []message.QueueID, err error) {
		for _, name := range sheet.Several(cell) {
			id, ok := byName[strings.ToLower(name)]
			if !ok {
				return nil, fault.Invalid("queues", "There is no queue %q.", clip(name))
			}
			if !slices.Contains(out, id) {
				out = append(out, id)
			}
		}
		slices.SortFunc(out, func(x, y message.QueueID) int { return strings.Compare(x.String(), y.String()) })
		return out, nil
	}, names, nil
}

// clip keeps what a refusal repeats of its sender's words short.
func clip(s string) string {
	if r := []rune(s); len(r) > 60 {
		return string(r[:60]) + "…"
	}
	return s
}

var quickTextColumns = []string{"name", "shortcut", "text", "language", "folder", "queues"}

func (a *API) importQuickTexts(w http.ResponseWriter, r *http.Request, p staff.Principal) {
	queues, _, err := a.queueNames(r.Context(), p.Org)
	if err != nil {
		problem.Write(w, r, err)
		return
	}
	out, err := importer[setup.QuickTextSpec]{
		columns: quickTextColumns,
		read: func(row sheet.Row) (spec setup.QuickTextSpec, err error) {
			c := row.Cells
			spec = setup.QuickTextSpec{Name: c["name"], Shortcut: c["shortcut"], Text: c["text"], Language: strings.TrimSpace(c["language"]), Folder: c["folder"]}
			spec.Queues, err = queues(c["queues"])
			return spec, err
		},
		apply: func(ctx context.Context, specs []setup.QuickTextSpec, trial, skipBad bool) ([]fault.RowOutcome, bool, error) {
			return a.Setup.ImportQuickTexts(ctx, p.Org, specs, trial, skipBad)
		},
	}.run(w, r)
	if err != nil {
		problem.Write(w, r, err)
		return
	}
	answerJSON(w, out)
}

func (a *API) exportQuickTexts(w http.ResponseWriter, r *http.Request, p staff.Principal) {
	_, names, err := a.queueNames(r.Context(), p.Org)
	var rows [][]string
	for page := (resource.Page{Limit: 200}); err == nil; {
		var items []resource.QuickText
		items, page.Cursor, err = a.Rows.QuickTexts(r.Context(), p.Org, page)
		for _, q := range items {
			var of []string
			for _, id := range q.Queues {
				of = append(of, names[id])
			}
			rows = append(rows, []string{q.Name, q.Shortcut, q.Text, q.Language, q.Folder, strings.Join(of, ";")})
		}
		if page.Cursor == "" {
			break
		}
	}
	if err != nil {
		problem.Write(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="quick-texts.csv"`)
	_ = sheet.Write(w, quickTextColumns, rows)
}

func (a *API) importUsers(w http.ResponseWriter, r *http.Request, p staff.Principal) {
	queues, _, err := a.queueNames(r.Context(), p.Org)
	if err != nil {
		problem.Write(w, r, err)
		return
	}
	var invited []staff.Invitee
	out, err := importer[staff.UserSpec]{
		columns: []string{"name", "email", "permission_set", "queues", "capacity"},
		read: func(row sheet.Row) (spec staff.UserSpec, err error) {
			c := row.Cells
			spec = staff.UserSpec{Name: c["name"], Email: strings.TrimSpace(c["email"]), Role: strings.TrimSpace(c["permission_set"])}
			if spec.Role == "" {
				spec.Role = "agent"
			}
			if text := strings.TrimSpace(c["capacity"]); text != "" {
				if spec.Capacity, err = strconv.Atoi(text); err != nil {
					return spec, fault.Invalid("capacity", "A capacity is a whole number.")
				}
			}
			spec.Queues, err = queues(c["queues"])
			return spec, err
		},
		apply: func(ctx context.Context, specs []staff.UserSpec, trial, skipBad bool) (outcomes []fault.RowOutcome, applied bool, err error) {
			outcomes, invited, applied, err = a.Staff.ImportUsers(ctx, p, specs, trial, skipBad)
			return outcomes, applied, err
		},
	}.run(w, r)
	if err != nil {
		problem.Write(w, r, err)
		return
	}
	out.Links = a.deliverAll(r.Context(), p.Org, invited)
	answerJSON(w, out)
}

// deliverAll hands out the invitations of an import: by e-mail as far as that goes in reasonable time,
// the others as links to pass on.
func (a *API) deliverAll(ctx context.Context, org message.OrgID, invited []staff.Invitee) []ImportLink {
	out := make([]ImportLink, len(invited))
	deadline := time.Now().Add(mailFor)
	var next sync.Mutex
	var all sync.WaitGroup
	at := 0
	for range mailers {
		all.Go(func() {
			for {
				next.Lock()
				i := at
				at++
				next.Unlock()
				if i >= len(invited) {
					return
				}
				u := invited[i]
				answer := LinkAnswer{Link: u.Link}
				if time.Now().Before(deadline) {
					answer = a.deliver(ctx, org, resource.User{ID: u.ID, Name: u.Spec.Name, Email: u.Spec.Email}, u.Link, staff.LetterInvite)
				}
				out[i] = ImportLink{Name: u.Spec.Name, Email: u.Spec.Email, Link: answer.Link, Mailed: answer.Mailed}
			}
		})
	}
	all.Wait()
	return out
}
