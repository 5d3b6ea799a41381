package privacy

import (
	"strings"
	"time"

	"switchboard/internal/message"
)

const (
	// Withheld stands for a text that a rule could not check.
	Withheld = "[withheld]"
	// Emptied stands for what a customer wrote when nothing is left of it.
	Emptied = "[…]"
	// rounds is how often all rules are applied until a text stays as it is. What one rule leaves can be what
	// another finds; a text that still changes then is withheld.
	rounds = 5
)

// Mask masks the texts of one message, and remembers what it did. A nil Mask leaves everything as it is.
type Mask struct {
	by       message.AuthorType
	rules    []compiled
	deadline time.Time // of the whole message, from the first text on
	masked   []message.Masked
	failed   bool
}

// Text masks a text.
func (m *Mask) Text(s *string) {
	if m == nil || *s == "" {
		return
	}
	if m.deadline.IsZero() {
		m.deadline = time.Now().Add(messageLimit)
	}
	text, changed := []rune(*s), false
	for range rounds {
		last := -1 // the rule that changed it in this round
		for i := range m.rules {
			r := &m.rules[i]
			var did bool
			var err error
			if time.Now().After(m.deadline) {
				err = errUnchecked
			} else {
				text, did, err = r.apply(text, m.deadline)
			}
			if err != nil {
				m.withhold(s, r)
				return
			}
			if did {
				last = i
				m.note(r, false)
			}
		}
		if last < 0 {
			if changed {
				*s = string(text)
			}
			return
		}
		changed = true
	}
	m.withhold(s, &m.rules[len(m.rules)-1])
}

func (m *Mask) withhold(s *string, r *compiled) {
	*s, m.failed = Withheld, true
	m.note(r, true)
}

// note remembers a rule once, and that it failed if it ever did.
func (m *Mask) note(r *compiled, unchecked bool) {
	for i := range m.masked {
		if m.masked[i].Rule == r.ID {
			m.masked[i].Unchecked = m.masked[i].Unchecked || unchecked
			return
		}
	}
	m.masked = append(m.masked, message.Masked{Rule: r.ID, Name: r.Name, By: m.by, Unchecked: unchecked})
}

// Masked are the rules that took something out so far.
func (m *Mask) Masked() []message.Masked {
	if m == nil {
		return nil
	}
	return m.masked
}

// Failed is the name of a rule that could not check a text; empty when all were checked.
func (m *Mask) Failed() string {
	if m == nil || !m.failed {
		return ""
	}
	for _, r := range m.masked {
		if r.Unchecked {
			return r.Name
		}
	}
	return ""
}

// Texts masks each of several.
func (m *Mask) Texts(list []string) {
	if m == nil {
		return
	}
	for i := range list {
		m.Text(&list[i])
	}
}

// Fields masks names and values: both come from a client.
func (m *Mask) Fields(fields []message.Field) {
	if m == nil {
		return
	}
	for i := range fields {
		f := &fields[i]
		m.Text(&f.Name)
		m.Text(&f.Label)
		m.Text(&f.Value)
	}
}

// Answers are those of a form that are not to be kept as they were given, trimmed, by the name of their field. Names
// are the form's own.
func (m *Mask) Answers(given map[string]string) map[string]string {
	if m == nil {
		return nil
	}
	out := map[string]string{}
	for name, value := range given {
		value = strings.TrimSpace(value)
		masked := value
		if m.Text(&masked); masked != value {
			out[name] = masked
		}
	}
	return out
}

// Content masks everything in a content that somebody wrote. What stays as it is are ids, media types, links that
// we sign, and words of the house. TestEveryTextOfContentIsDecided holds this to the type.
func (m *Mask) Content(c *message.Content) {
	if m == nil {
		return
	}
	m.Text(&c.Text)
	if c.File != nil {
		m.Text(&c.File.Name)
	}
	if l := c.Location; l != nil {
		m.Text(&l.Name)
		m.Text(&l.Address)
	}
	for i := range c.Contacts {
		p := &c.Contacts[i]
		m.Text(&p.Name)
		m.Text(&p.Org)
		m.Texts(p.Phones)
		m.Texts(p.Emails)
	}
	if c.Reaction != nil {
		m.Text(&c.Reaction.Emoji)
	}
	if c.Choice != nil {
		m.Text(&c.Choice.Title)
	}
	m.Fields(c.Form)
	if c.Template != nil {
		m.Texts(c.Template.Header)
		m.Texts(c.Template.Body)
	}
	for i := range c.Buttons {
		m.Text(&c.Buttons[i].Title)
	}
	m.Text(&c.Unsupported)
	m.Text(&c.Referral)
	if c.Event != nil {
		m.Text(&c.Event.Reason)
	}
}
