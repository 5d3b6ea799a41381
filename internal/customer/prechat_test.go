package customer

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"switchboard/internal/fault"
	"switchboard/internal/message"
	"switchboard/internal/resource"
)

func TestAnswersAreCheckedAgainstTheForm(t *testing.T) {
	d := &Deployment{Settings: resource.DeploymentSettings{PrechatActive: true, Prechat: []resource.PrechatField{
		{Name: "_email", Type: "Email"},
		{Name: "phone", Type: "Phone"},
		{Name: "age", Type: "Number"},
		{Name: "terms", Type: "Checkbox", Required: true},
		{Name: "topic", Type: "ChoiceList", Choices: []message.Option{{ID: "billing", Title: "Billing"}}},
		{Name: "page", Type: "Text", Hidden: true, Required: true, MaxLength: 5},
	}}}
	for _, c := range []struct {
		name, value string
		wrong       bool
	}{
		{"_email", "eve@example.com", false}, {"_email", "eve", true}, {"_email", " ", false},
		{"phone", "+43 1 234-567", false}, {"phone", "call me", true},
		{"age", "41.5", false}, {"age", "41,5", false}, {"age", "old", true},
		{"terms", "true", false}, {"terms", "false", true}, {"terms", "", true},
		{"topic", "billing", false}, {"topic", "Billing", false}, {"topic", "other", true},
		{"page", "/cart", false}, {"page", "/basket", true}, {"page", "ääääé", false}, {"page", "", false},
		{"_subject", strings.Repeat("x", FieldMax+1), true}, {"unknown", strings.Repeat("x", 9999), false},
	} {
		answers := map[string]string{"terms": "true"}
		answers[c.name] = c.value
		fields, err := d.Prechat(answers, "", false)
		if (err != nil) != c.wrong {
			t.Errorf("%s=%.10q: %v", c.name, c.value, err)
		}
		if f, ok := errors.AsType[*fault.Error](err); err != nil && (!ok || f.Fields["routingAttributes."+c.name].Text == "") {
			t.Errorf("%s=%.10q: the field is not named: %v", c.name, c.value, err)
		}
		if slices.ContainsFunc(fields, func(f message.Field) bool { return f.Name == "unknown" || f.Value == "" }) {
			t.Errorf("%s=%.10q gives %v", c.name, c.value, fields)
		}
	}
	if fields, err := d.Prechat(nil, "", false); fields != nil || err != nil {
		t.Errorf("no answers at all: %v, %v", fields, err)
	}
}

func TestALaterSessionBringsHiddenValuesAlone(t *testing.T) {
	d := &Deployment{Settings: resource.DeploymentSettings{PrechatActive: true, Prechat: []resource.PrechatField{
		{Name: "_firstName", Type: "Text", Required: true},
		{Name: "page", Type: "Text", Hidden: true},
	}}}
	hidden := map[string]string{"page": "/cart"}
	if fields, err := d.Prechat(hidden, "", true); err != nil || len(fields) != 1 {
		t.Errorf("the form is asked once: %v, %v", fields, err)
	}
	if _, err := d.Prechat(hidden, "", false); err == nil {
		t.Error("the first session needs the required answers")
	}
	d.Settings.PrechatEachOne = true
	if _, err := d.Prechat(hidden, "", true); err == nil {
		t.Error("a form that is asked for each session needs the required answers")
	}
}

func TestARequiredFormIsNotSkipped(t *testing.T) {
	for _, c := range []struct {
		required, each, begins, later, asks bool
	}{
		{required: true, asks: true},
		{required: true, begins: true, asks: true},
		{required: true, later: true},
		{},
		{each: true, asks: true},
		{each: true, begins: true},
		{each: true, required: true, begins: true, asks: true},
		{each: true, required: true, later: true, asks: true},
	} {
		d := &Deployment{Settings: resource.DeploymentSettings{PrechatActive: true, PrechatEachOne: c.each, Prechat: []resource.PrechatField{
			{Name: "_firstName", Type: "Text", Required: c.required}, {Name: "page", Type: "Text", Hidden: true, Required: true},
		}}}
		if got := d.asksFirst(c.begins, c.later); got != c.asks {
			t.Errorf("%+v: %v", c, got)
		}
		d.Settings.PrechatActive = false
		if d.asksFirst(c.begins, c.later) {
			t.Errorf("%+v: a form that is switched off is asked", c)
		}
	}
}

func TestLanguagesStandInForEachOther(t *testing.T) {
	for _, c := range []struct {
		lang string
		want string
	}{{"de-AT", "Thema"}, {"de_AT", "Thema"}, {"de", "Thema"}, {"fr", "Topic"}, {"", "Topic"}, {"nonsense!", "Topic"}} {
		f := resource.PrechatField{Name: "topic", Labels: map[string]string{"de": "Thema", "en": "Topic"}}
		if got := Label(f, c.lang, []string{"en", "de"}); got != c.want {
			t.Errorf("%q: %q", c.lang, got)
		}
	}
	own := map[string]string{"en": "Your name"}
	for _, c := range []struct {
		lang   string
		labels map[string]string
		want   string
	}{{"de-AT", nil, "Vorname"}, {"", nil, "First name"}, {"pt", nil, "First name"}, {"en", own, "Your name"}, {"de", own, "Vorname"}, {"pt", own, "Your name"}} {
		if got := Label(resource.PrechatField{Name: FirstName, Labels: c.labels}, c.lang, []string{"en"}); got != c.want {
			t.Errorf("in %q a standard field is called %q", c.lang, got)
		}
	}
	for tag, want := range map[string]string{"de_AT": "de-AT", "EN": "en", "": "", "x\x00": "", "und": ""} {
		if got := Language(tag); got != want {
			t.Errorf("%q is %q, want %q", tag, got, want)
		}
	}
}
