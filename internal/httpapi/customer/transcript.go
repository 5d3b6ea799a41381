package customer

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"switchboard/internal/conversation"
	"switchboard/internal/customer"
	"switchboard/internal/fault"
	"switchboard/internal/httpapi/transcript"
	"switchboard/internal/message"
)

// transcriptMax is how many messages a transcript holds: the newest.
const transcriptMax = 2000

// transcript is what a customer can see of a conversation as a text to keep (SL-6), in their language. Times are UTC.
func (a *API) transcript(w http.ResponseWriter, r *http.Request, v *customer.Visitor) error {
	if !v.Deployment.Settings.Transcript {
		return fault.New(fault.CapabilityMissing, "Transcripts are switched off here.")
	}
	c, err := a.Customers.Conversation(r.Context(), v, r.PathValue("id"))
	if err != nil {
		return err
	}
	events, err := a.Customers.History(r.Context(), v, customer.History{
		Conversation: c.ID, Types: []conversation.CustomerEventType{conversation.CustomerMessage}, Limit: transcriptMax,
	})
	if err != nil {
		return err
	}
	words := transcript.For(r)
	var text strings.Builder
	for _, ev := range slices.Backward(events) {
		if ev.Entry == nil || !ev.Entry.ErasedAt.IsZero() {
			continue
		}
		fmt.Fprintf(&text, "[%s UTC] %s: %s\n", ev.At.UTC().Format("2006-01-02 15:04:05"), authorOf(words, ev.Entry, c), plain(words, ev.Entry.Content))
	}
	h := w.Header()
	h.Set("Content-Type", "text/plain; charset=utf-8")
	h.Set("Content-Disposition", attachment("conversation-"+c.StartedAt.UTC().Format("2006-01-02")+".txt"))
	h.Set("Cache-Control", "no-store")
	_, _ = w.Write([]byte(text.String()))
	return nil
}

func authorOf(words transcript.Words, e *conversation.Entry, c customer.Conversation) string {
	switch {
	case e.AuthorName != "":
		return e.AuthorName
	case e.Author == message.AuthorCustomer && c.CustomerName != "":
		return c.CustomerName
	case e.Author == message.AuthorCustomer:
		return words.Say("you")
	case e.Author == message.AuthorBot:
		return words.Say("chatbot")
	case e.Author == message.AuthorSupervisor:
		return words.Say("supervisor")
	}
	return words.Say("agent")
}

// plain is what was said on one or more lines; a file stands there by its name.
func plain(words transcript.Words, c message.Content) string {
	text := c.Text
	if text == "" || c.File != nil {
		if shown := words.Preview(message.Content{File: c.File, Choice: c.Choice, Location: c.Location}, customer.TextMax); shown != "" {
			text = strings.TrimSpace("[" + shown + "] " + text)
		}
	}
	for _, f := range c.Form {
		text += "\n    " + f.Label + ": " + f.Value
	}
	return strings.ReplaceAll(text, "\n", "\n    ")
}
