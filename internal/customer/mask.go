package customer

import (
	"strings"

	"switchboard/internal/message"
	"switchboard/internal/privacy"
)

// mask takes out of a draft what rules for sensitive data find, and returns what is kept instead of answers to the
// form: those are checked as they were given, in the transaction, and then put in their place.
func (d *Draft) mask(mask *privacy.Mask) (instead map[string]string) {
	if mask == nil {
		return nil
	}
	said := d.Content.Text != ""
	mask.Content(&d.Content)
	if said && strings.TrimSpace(d.Content.Text) == "" && d.Content.File == nil {
		d.Content.Text = privacy.Emptied
	}
	instead = mask.Answers(d.Answers)
	mask.Fields(d.Page)
	d.Language = maskedLanguage(mask, d.Language)
	d.Content.Masked = mask.Masked()
	return instead
}

// putInstead replaces answers that are not kept as they were given.
func putInstead(fields []message.Field, instead map[string]string) {
	for i := range fields {
		if masked, ok := instead[fields[i].Name]; ok {
			fields[i].Value = masked
		}
	}
}

// maskedLanguage is none where a tag carries what a rule finds: its private part can be anything.
func maskedLanguage(mask *privacy.Mask, lang string) string {
	masked := lang
	if mask.Text(&masked); masked != lang {
		return ""
	}
	return lang
}
