package staff

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"html/template"
	"mime"
	"net/http"
	"strings"
	"time"

	"switchboard/internal/fault"
	"switchboard/internal/httpapi/problem"
	"switchboard/internal/httpapi/transcript"
	"switchboard/internal/message"
	"switchboard/internal/resource"
	"switchboard/internal/staff"
)

const (
	// transcriptMax is how many entries a transcript holds; it says so when there are more.
	transcriptMax  = 10_000
	transcriptPage = 200
)

// Transcript is a session as something to keep: what was said, without links that run out.
type Transcript struct {
	Session   string               `json:"session"`
	Status    string               `json:"status"`
	Channel   resource.ChannelRef  `json:"channel"`
	Customer  resource.CustomerRef `json:"customer"`
	Agent     *resource.AgentRef   `json:"agent,omitempty"`
	StartedAt time.Time            `json:"started_at"`
	EndedAt   *time.Time           `json:"ended_at,omitempty"`
	TimeZone  string               `json:"time_zone"`
	Entries   []resource.Entry     `json:"entries"`
	// Truncated: there is more than a transcript holds.
	Truncated bool `json:"truncated"`

	zone  *time.Location
	words transcript.Words
}

// transcript answers with a session as text, JSON or a page to print (SL-6), in the reader's language. Notes are
// for staff only and come along when they are asked for.
func (a *API) transcript(w http.ResponseWriter, r *http.Request, p staff.Principal) {
	body, mediaType, name, err := a.makeTranscript(r.Context(), r, p)
	if err != nil {
		problem.Write(w, r, err)
		return
	}
	kind := "attachment"
	if r.URL.Query().Get("show") == "true" {
		kind = "inline"
	}
	h := w.Header()
	h.Set("Content-Type", mediaType)
	h.Set("Content-Disposition", mime.FormatMediaType(kind, map[string]string{"filename": name}))
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox allow-modals")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "no-store")
	_, _ = w.Write(body)
}

func (a *API) makeTranscript(ctx context.Context, r *http.Request, p staff.Principal) (body []byte, mediaType, name string, err error) {
	id, err := message.ParseID[message.SessionID](r.PathValue("id"))
	if err != nil {
		return nil, "", "", fault.New(fault.NotFound, "There is no such session.")
	}
	q := r.URL.Query()
	zone, err := time.LoadLocation(q.Get("tz")) // none is UTC
	if err != nil || q.Get("tz") == "Local" {
		return nil, "", "", fault.Invalid("tz", "This is no time zone. Write it like Europe/Vienna.")
	}
	format := q.Get("format")
	if format != "" && format != "text" && format != "json" && format != "html" {
		return nil, "", "", fault.Invalid("format", "A transcript comes as text, json or html.")
	}
	t, err := a.sessionTranscript(ctx, p, id, q.Get("notes") == "true", zone)
	if err != nil {
		return nil, "", "", err
	}
	t.words = transcript.For(r)
	name = t.Session + "-" + t.StartedAt.In(zone).Format("2006-01-02")
	switch format {
	case "json":
		body, err = json.MarshalIndent(t, "", "  ")
		return body, "application/json", name + ".json", err
	case "html":
		var page bytes.Buffer
		err = transcriptPageTemplate.Execute(&page, t)
		return page.Bytes(), "text/html; charset=utf-8", name + ".html", err
	}
	return []byte(t.text()), "text/plain; charset=utf-8", name + ".txt", nil
}

func (a *API) sessionTranscript(ctx context.Context, p staff.Principal, id message.SessionID, notes bool, zone *time.Location) (*Transcript, error) {
	s, err := a.Views.Session(ctx, p.Org, viewer(p), id)
	if err != nil {
		return nil, err
	}
	t := &Transcript{Session: s.Number, Status: s.Status, Channel: s.Channel, Customer: s.Customer, Agent: s.Agent,
		StartedAt: s.StartedAt, EndedAt: s.EndedAt, TimeZone: zone.String(), Entries: []resource.Entry{}, zone: zone}
	for after := int64(0); ; {
		page, err := a.Views.SessionEntries(ctx, p.Org, viewer(p), s.ConversationID, id, after, transcriptPage)
		if err != nil {
			return nil, err
		}
		for _, e := range page {
			after = e.Seq
			if e.Kind == message.KindNote && !notes {
				continue
			}
			if f := e.Content.File; f != nil {
				kept := *f
				kept.URL = ""
				e.Content.File = &kept
			}
			t.Entries = append(t.Entries, e)
		}
		if len(t.Entries) >= transcriptMax {
			t.Truncated = true
			return t, nil
		}
		if len(page) < transcriptPage {
			return t, nil
		}
	}
}

// Line is an entry as a transcript shows it.
type Line struct {
	At, Who, Text string
	// Quiet is for what is no message: events, reactions.
	Quiet bool
	Note  bool
}

// Lines are the entries in words. What the customer took back is not repeated.
func (t *Transcript) Lines() []Line {
	deleted, said := map[message.EntryID]bool{}, map[message.EntryID]string{}
	for _, e := range t.Entries {
		if ev := e.Content.Event; ev != nil && ev.Type == message.EventDeleted && e.RefersTo != nil {
			deleted[*e.RefersTo] = true
		}
		said[e.ID] = t.words.Preview(e.Content, 60)
	}
	out := make([]Line, 0, len(t.Entries))
	for _, e := range t.Entries {
		l := Line{At: e.CreatedAt.In(t.zone).Format("2006-01-02 15:04:05"), Who: t.who(e.Author), Quiet: e.Kind == message.KindEvent || e.Kind == message.KindReaction, Note: e.Kind == message.KindNote}
		about := ""
		if e.RefersTo != nil && !deleted[*e.RefersTo] && said[*e.RefersTo] != "" {
			about = t.words.Say("quoted", said[*e.RefersTo])
		}
		switch {
		case e.ErasedAt != nil:
			l.Text, l.Quiet = t.words.Say("erased"), true
		case deleted[e.ID]:
			l.Text, l.Quiet = t.words.Say("deleted"), true
		case e.Content.Reaction != nil && e.Content.Reaction.Emoji == "":
			l.Text = t.words.Say("unreacted")
			if about != "" {
				l.Text = t.words.Say("unreacted_from", about)
			}
		case e.Content.Reaction != nil:
			l.Text = t.words.Say("reacted", e.Content.Reaction.Emoji)
			if about != "" {
				l.Text = t.words.Say("reacted_to", e.Content.Reaction.Emoji, about)
			}
		case e.Content.Event != nil:
			l.Text = t.event(e.Content)
		default:
			l.Text = t.content(e.Content)
			if about != "" {
				l.Text = t.words.Say("answering", about, l.Text)
			}
			if e.Status == message.StatusFailed {
				l.Text = t.words.Say("not_delivered", l.Text)
			}
		}
		out = append(out, l)
	}
	return out
}

// Language, Direction and Say are for the page.
func (t *Transcript) Language() string { return t.words.Language }

// Direction is how its language is written.
func (t *Transcript) Direction() string { return t.words.Direction() }

// Say is one of its words.
func (t *Transcript) Say(key string) string { return t.words.Say(key) }

func (t *Transcript) who(a resource.Author) string {
	switch {
	case a.Name != "":
		return a.Name
	case a.Type == message.AuthorCustomer && t.Customer.Name != "":
		return t.Customer.Name
	}
	return t.words.Say(string(a.Type))
}

func (t *Transcript) content(c message.Content) string {
	var parts []string
	if f := c.File; f != nil {
		parts = append(parts, "["+t.words.Preview(message.Content{File: f}, 200)+"]")
	}
	if l := c.Location; l != nil {
		parts = append(parts, "["+t.words.Say("location_of", strings.TrimSpace(fmt.Sprintf("%s %s %.5f, %.5f", l.Name, l.Address, l.Latitude, l.Longitude)))+"]")
	}
	for _, card := range c.Contacts {
		parts = append(parts, "["+strings.Join(append(append([]string{t.words.Say("contact", card.Name)}, card.Phones...), card.Emails...), ", ")+"]")
	}
	if c.Text != "" {
		parts = append(parts, c.Text)
	}
	for _, o := range c.Buttons {
		parts = append(parts, "("+o.Title+")")
	}
	for _, f := range c.Form {
		label := f.Label
		if label == "" {
			label = f.Name
		}
		parts = append(parts, label+": "+f.Value)
	}
	if len(parts) == 0 {
		parts = append(parts, t.words.Preview(c, 500))
	}
	return strings.Join(parts, "\n")
}

// event is what happened, in words. What somebody wrote about it stands as it was written.
func (t *Transcript) event(c message.Content) string {
	e, w := c.Event, t.words
	text := w.Say(string(e.Type))
	switch e.Type {
	case message.EventEdited:
		return w.Say("edited", c.Text)
	case message.EventDeleted:
		return w.Say("message_deleted")
	case message.EventSessionStatus:
		text = w.Say("session_status", w.Say("status:"+e.From), w.Say("status:"+e.To))
	case message.EventConsent:
		text = w.Say("consent_changed", w.Say("consent:"+e.From), w.Say("consent:"+e.To))
	case message.EventTransferred:
		text = w.Say("transferred", e.Target)
	case message.EventRerouted:
		if e.Target != "" {
			text = w.Say("rerouted_to", e.Target)
		}
	case message.EventFlagged:
		text = w.Say(e.To)
	}
	if reason := w.Reason(e); reason != "" {
		text = w.Say("because", text, strings.TrimSuffix(reason, "."))
	}
	return text
}

func (t *Transcript) text() string {
	var out strings.Builder
	fmt.Fprintf(&out, "%s · %s · %s\n", t.Session, t.Customer.Name, t.Channel.Name)
	fmt.Fprintf(&out, "%s\n\n", t.words.Say("zone", t.TimeZone))
	for _, l := range t.Lines() {
		between := ": "
		if l.Quiet {
			between = " — "
		}
		if l.Note {
			between = " (" + t.words.Say("note") + "): "
		}
		fmt.Fprintf(&out, "[%s] %s%s%s\n", l.At, l.Who, between, strings.ReplaceAll(l.Text, "\n", "\n    "))
	}
	if t.Truncated {
		out.WriteString("… " + t.words.Say("truncated") + "\n")
	}
	return out.String()
}

// transcriptPageTemplate is a page that is complete by itself and prints well. Nothing in it runs.
var transcriptPageTemplate = template.Must(template.New("transcript").Parse(`<!doctype html>
<html lang="{{.Language}}" dir="{{.Direction}}">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{{.Session}}</title>
<style>
body { max-width: 46rem; margin: 2rem auto; padding: 0 1rem; font: 15px/1.5 system-ui, sans-serif; color: #1c1b19; background: #fff }
h1 { font-size: 1.2rem; margin: 0 }
p { margin: 0; white-space: pre-wrap; overflow-wrap: anywhere }
.about { color: #5a5853; margin-bottom: 1.5rem }
li { margin: 0 0 .7rem; break-inside: avoid; list-style: none }
ol { padding: 0 }
time { color: #5a5853; font-size: .8rem; font-variant-numeric: tabular-nums }
.quiet { color: #5a5853; font-size: .85rem }
.note { background: #fff6d6; padding: .4rem .6rem; border: 1px dashed #d9c98c }
</style>
<h1><bdi>{{.Customer.Name}}</bdi> · {{.Session}}</h1>
<p class="about"><bdi>{{.Channel.Name}}</bdi>{{with .Agent}} · <bdi>{{.Name}}</bdi>{{end}} · {{.TimeZone}}</p>
<ol>
{{range .Lines}}<li{{if .Note}} class="note"{{else if .Quiet}} class="quiet"{{end}}><strong><bdi>{{.Who}}</bdi></strong>{{if .Note}} ({{$.Say "note"}}){{end}} <time>{{.At}}</time><p dir="auto">{{.Text}}</p></li>
{{end}}</ol>
{{if .Truncated}}<p class="quiet">{{.Say "truncated"}}</p>{{end}}
</html>
`))
