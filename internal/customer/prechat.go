package customer

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/language"

	"switchboard/internal/fault"
	"switchboard/internal/message"
	"switchboard/internal/resource"
)

// FieldMax is the longest answer to a pre-chat field that sets no limit of its own, in characters.
const FieldMax = 255

// Standard pre-chat fields (CX-1): taken even where the form doesn't ask for them.
const (
	FirstName = "_firstName"
	LastName  = "_lastName"
	Email     = "_email"
	Subject   = "_subject"
)

// standardLabels are theirs in the languages that the widget speaks.
var standardLabels = map[string]map[string]string{
	"en": {FirstName: "First name", LastName: "Last name", Email: "E-mail", Subject: "Subject"},
	"de": {FirstName: "Vorname", LastName: "Nachname", Email: "E-Mail", Subject: "Betreff"},
	"fr": {FirstName: "Prénom", LastName: "Nom", Email: "E-mail", Subject: "Objet"},
	"es": {FirstName: "Nombre", LastName: "Apellidos", Email: "Correo electrónico", Subject: "Asunto"},
	"ar": {FirstName: "الاسم الأول", LastName: "اسم العائلة", Email: "البريد الإلكتروني", Subject: "الموضوع"},
}

var (
	emailForm = regexp.MustCompile(`^[^\s@]+@[^\s@]+\.[^\s@]{2,}$`)
	phoneForm = regexp.MustCompile(`^\+?[\d\s().\-/]{5,30}$`)
)

// Prechat reads the answers to the form as fields in the form's order. Answers are checked against the
// published form, hidden fields included. A client that sends any shows the form, so then the required
// ones must be there. What the form doesn't know is left out, as clients of the original expect.
//
// A later session of a conversation whose form is asked only once brings the page's hidden values alone.
func (d *Deployment) Prechat(answers map[string]string, lang string, later bool) ([]message.Field, error) {
	if len(answers) == 0 {
		return nil, nil
	}
	asked := d.Settings.PrechatActive && !(later && !d.Settings.PrechatEachOne && d.onlyHidden(answers))
	var fields []message.Field
	wrong := map[string]fault.Sentence{}
	known := map[string]bool{}
	for _, f := range d.Settings.Prechat {
		known[f.Name] = true
		value := strings.TrimSpace(answers[f.Name])
		if complaint := complaintAbout(f, value, asked); complaint != "" {
			wrong["routingAttributes."+f.Name] = fault.Say("%s", complaint)
			continue
		}
		if value != "" {
			fields = append(fields, message.Field{Name: f.Name, Label: Label(f, lang, d.Settings.Languages), Value: value, Hidden: f.Hidden})
		}
	}
	for _, name := range []string{FirstName, LastName, Email, Subject} {
		value := strings.TrimSpace(answers[name])
		if known[name] || value == "" {
			continue
		}
		if utf8.RuneCountInString(value) > FieldMax {
			wrong["routingAttributes."+name] = fault.Say("%s", tooLong(FieldMax))
			continue
		}
		fields = append(fields, message.Field{Name: name, Label: Label(resource.PrechatField{Name: name}, lang, nil), Value: value})
	}
	if len(wrong) > 0 {
		e := fault.New(fault.Unprocessable, "Some answers of the form can't be taken.")
		e.Fields = wrong
		return nil, e
	}
	return fields, nil
}

// onlyHidden: nothing that the form shows is answered.
func (d *Deployment) onlyHidden(answers map[string]string) bool {
	return !slices.ContainsFunc(d.Settings.Prechat, func(f resource.PrechatField) bool { return !f.Hidden && answers[f.Name] != "" })
}

// asksFirst reports whether a session needs the pre-chat that did not come with its first message. later
// is a session after the conversation's first. A client that says it begins a session has shown the form
// of each session; it may come without answers where none is required. A form that is asked once stands
// before the conversation: whether it was shown can't be told, so only a required answer is missed.
func (d *Deployment) asksFirst(begins, later bool) bool {
	s := &d.Settings
	if !s.PrechatActive || later && !s.PrechatEachOne {
		return false
	}
	return s.PrechatEachOne && !begins || slices.ContainsFunc(s.Prechat, func(f resource.PrechatField) bool { return f.Required && !f.Hidden })
}

// complaintAbout is what is wrong with an answer, or nothing.
func complaintAbout(f resource.PrechatField, value string, asked bool) string {
	if value == "" || f.Type == "Checkbox" && value != "true" {
		if f.Required && !f.Hidden && asked {
			return "This field is required."
		}
		if value == "" {
			return ""
		}
	}
	limit := FieldMax
	if f.MaxLength > 0 {
		limit = f.MaxLength
	}
	if utf8.RuneCountInString(value) > limit {
		return tooLong(limit)
	}
	switch f.Type {
	case "Email":
		if !emailForm.MatchString(value) {
			return "This is not an e-mail address."
		}
	case "Phone":
		if !phoneForm.MatchString(value) {
			return "This is not a phone number."
		}
	case "Number":
		if _, err := strconv.ParseFloat(strings.Replace(value, ",", ".", 1), 64); err != nil {
			return "This is not a number."
		}
	case "Checkbox":
		if value != "true" && value != "false" {
			return "A checkbox is true or false."
		}
	case "ChoiceList":
		if !slices.ContainsFunc(f.Choices, func(o message.Option) bool { return o.ID == value || o.Title == value }) {
			return "This is none of the choices."
		}
	}
	return ""
}

func tooLong(limit int) string { return "This has more than " + strconv.Itoa(limit) + " characters." }

// profile is what the pre-chat tells about the person.
func profile(fields []message.Field, lang string) message.Profile {
	var first, last string
	for _, f := range fields {
		switch f.Name {
		case FirstName:
			first = f.Value
		case LastName:
			last = f.Value
		}
	}
	return message.Profile{Name: strings.TrimSpace(first + " " + last), Locale: Language(lang)}
}

// Label of a field in a language: its own, or the standard one's, or its own in a language that the
// deployment has.
func Label(f resource.PrechatField, lang string, languages []string) string {
	for _, l := range Preferred(lang, nil) {
		if label := f.Labels[l]; label != "" {
			return label
		}
		if label := standardLabels[l][f.Name]; label != "" {
			return label
		}
	}
	for _, l := range languages {
		if label := f.Labels[l]; label != "" {
			return label
		}
	}
	if label := standardLabels["en"][f.Name]; label != "" {
		return label
	}
	return f.Name
}

// Speaks reports whether the widget has words of its own in a language.
func Speaks(lang string) bool {
	base, _, _ := strings.Cut(lang, "-")
	return standardLabels[base] != nil
}

// Preferred is the order in which texts of a language are looked for: itself, the same without its
// region, then the deployment's languages in their order.
func Preferred(lang string, languages []string) []string {
	order := []string{lang}
	if tag, err := language.Parse(lang); err == nil {
		base, _ := tag.Base()
		order = append(order, tag.String(), base.String())
	}
	return slices.Compact(append(order, languages...))
}

// Language is the canonical form of a language tag, empty when it is none.
func Language(tag string) string {
	if tag == "" || len(tag) > 35 {
		return ""
	}
	t, err := language.Parse(tag)
	if err != nil || t == language.Und {
		return ""
	}
	return t.String()
}
