package staff

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"switchboard/internal/consent"
	"switchboard/internal/conversation"
	"switchboard/internal/fault"
	"switchboard/internal/httpapi/problem"
	"switchboard/internal/httpapi/sheet"
	"switchboard/internal/message"
	"switchboard/internal/resource"
	"switchboard/internal/staff"
)

// importConsents records what many people said elsewhere. A channel is named by its API name, or its name.
func (a *API) importConsents(w http.ResponseWriter, r *http.Request, p staff.Principal) {
	channels, err := a.channelNames(r.Context(), p.Org)
	if err != nil {
		problem.Write(w, r, err)
		return
	}
	out, err := importer[conversation.ConsentOf]{
		columns: []string{"channel", "number", "status", "source", "at", "note"},
		read: func(row sheet.Row) (spec conversation.ConsentOf, err error) {
			c := row.Cells
			name := strings.TrimSpace(c["channel"])
			id, ok := channels[strings.ToLower(name)]
			if !ok {
				return spec, fault.Invalid("channel", "There is no channel %q.", clip(name))
			}
			spec = conversation.ConsentOf{Channel: id, ConsentRecord: conversation.ConsentRecord{Level: consent.Level(strings.TrimSpace(c["status"])),
				Cause: consent.ByImport, Source: strings.TrimSpace(c["source"]), Note: strings.TrimSpace(c["note"])}}
			if spec.To, err = numberOf("number", c["number"]); err != nil {
				return spec, err
			}
			if text := strings.TrimSpace(c["at"]); text != "" {
				if spec.At, err = time.Parse(time.RFC3339, text); err != nil {
					return spec, fault.Invalid("at", "A time is written like 2026-05-01T14:30:00Z.")
				}
				spec.At = spec.At.UTC()
			}
			if len(spec.Source) > 200 || len(spec.Note) > 4000 {
				return spec, fault.Invalid("note", "This text is too long.")
			}
			return spec, nil
		},
		apply: func(ctx context.Context, specs []conversation.ConsentOf, trial, skipBad bool) ([]fault.RowOutcome, bool, error) {
			return a.Consents.Import(ctx, p.Org, actor(p), specs, trial, skipBad)
		},
	}.run(w, r)
	if err != nil {
		problem.Write(w, r, err)
		return
	}
	answerJSON(w, out)
}

func (a *API) channelNames(ctx context.Context, org message.OrgID) (map[string]message.ChannelID, error) {
	byName := map[string]message.ChannelID{}
	for page := (resource.Page{Limit: 200}); ; {
		items, next, err := a.Rows.Channels(ctx, org, page)
		if err != nil {
			return nil, err
		}
		for _, c := range items {
			for _, name := range []string{c.Name, c.APIName} {
				if _, taken := byName[strings.ToLower(name)]; !taken || name == c.APIName {
					byName[strings.ToLower(name)] = c.ID
				}
			}
		}
		if page.Cursor = next; next == "" {
			return byName, nil
		}
	}
}

// exportChunk is how many lines of the ledger are in memory at a time.
const exportChunk = 500

var consentColumns = []string{"recorded_at", "at", "messaging_user_id", "channel_id", "seq", "before", "after", "cause", "keyword", "language", "entry_id",
	"actor_id", "actor", "source", "note"}

// exportConsents streams the ledger, oldest first. A break in the middle is seen: JSON isn't closed, and a chunked
// answer isn't ended.
func (a *API) exportConsents(w http.ResponseWriter, r *http.Request, p staff.Principal) {
	ask, err := exportAsked(r)
	if err != nil {
		problem.Write(w, r, err)
		return
	}
	chunk, err := a.exportChunk(r.Context(), p.Org, &ask, nil)
	if err != nil {
		problem.Write(w, r, err)
		return
	}
	name := "consent." + ask.format
	w.Header().Set("Content-Disposition", `attachment; filename="`+name+`"`)
	out := newConsentWriter(w, ask.format)
	for len(chunk) > 0 {
		for i := range chunk {
			out.line(&chunk[i])
		}
		last := chunk[len(chunk)-1]
		if chunk, err = a.exportChunk(r.Context(), p.Org, &ask, &last); err != nil {
			panic(http.ErrAbortHandler) // the answer has begun: only breaking off says that it isn't whole
		}
	}
	out.end()
}

type consentExport struct {
	format   string
	user     message.CustomerID
	from, to time.Time
}

func exportAsked(r *http.Request) (ask consentExport, err error) {
	q := r.URL.Query()
	ask = consentExport{format: "csv", from: time.UnixMicro(0), to: time.Now().Add(time.Minute)}
	if f := q.Get("format"); f != "" {
		ask.format = f
	}
	if ask.format != "csv" && ask.format != "json" {
		return ask, fault.New(fault.Malformed, "The ledger comes as csv or json.")
	}
	for name, into := range map[string]*time.Time{"from": &ask.from, "to": &ask.to} {
		if text := q.Get(name); text != "" {
			if *into, err = time.Parse(time.RFC3339, text); err != nil {
				return ask, fault.New(fault.Malformed, "from and to are times such as 2026-05-01T00:00:00Z.")
			}
		}
	}
	if text := q.Get("messaging_user"); text != "" {
		if ask.user, err = message.ParseID[message.CustomerID](text); err != nil {
			return ask, fault.New(fault.Malformed, "messaging_user is an id.")
		}
	}
	return ask, nil
}

// exportChunk is the part of the ledger after a line. One person's is numbered, and read by its numbers.
func (a *API) exportChunk(ctx context.Context, org message.OrgID, ask *consentExport, after *resource.ConsentEvent) ([]resource.ConsentEvent, error) {
	if ask.user.IsZero() {
		return a.Rows.ConsentBetween(ctx, org, ask.from, ask.to, after, exportChunk)
	}
	page := resource.Page{Limit: exportChunk}
	if after != nil {
		page.Cursor = strconv.FormatInt(after.Seq, 10)
	}
	for {
		items, next, err := a.Rows.ConsentHistory(ctx, org, ask.user, page)
		if err != nil {
			return nil, err
		}
		kept := items[:0]
		for _, e := range items {
			if !e.RecordedAt.Before(ask.from) && e.RecordedAt.Before(ask.to) {
				kept = append(kept, e)
			}
		}
		if len(kept) > 0 || next == "" {
			return kept, nil
		}
		page.Cursor = next
	}
}

// consentWriter writes lines of the ledger as they come.
type consentWriter struct {
	w     io.Writer
	table *csv.Writer
	begun bool
}

func newConsentWriter(w http.ResponseWriter, format string) *consentWriter {
	if format == "json" {
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"items":[`)
		return &consentWriter{w: w}
	}
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	c := &consentWriter{w: w, table: csv.NewWriter(w)}
	_ = c.table.Write(consentColumns)
	return c
}

func (c *consentWriter) line(e *resource.ConsentEvent) {
	if c.table == nil {
		if c.begun {
			_, _ = io.WriteString(c.w, ",")
		}
		c.begun = true
		_ = json.NewEncoder(c.w).Encode(e)
		return
	}
	entry, actor, name := "", "", ""
	if e.Entry != nil {
		entry = e.Entry.String()
	}
	if e.Actor != nil {
		actor, name = e.Actor.ID.String(), e.Actor.Name
	}
	_ = c.table.Write(sheet.Guarded(e.RecordedAt.UTC().Format(time.RFC3339Nano), e.At.UTC().Format(time.RFC3339Nano), e.User.String(), e.Channel.String(),
		strconv.FormatInt(e.Seq, 10), e.Before, e.After, e.Cause, e.Keyword, e.Language, entry, actor, name, e.Source, e.Note))
}

func (c *consentWriter) end() {
	if c.table != nil {
		c.table.Flush()
		return
	}
	_, _ = io.WriteString(c.w, "]}\n")
}
