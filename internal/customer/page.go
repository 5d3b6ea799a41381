package customer

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"switchboard/internal/conversation"
	"switchboard/internal/fault"
	"switchboard/internal/message"
)

// What a page may say of its customer. The widget's page API holds pages to the same.
const (
	pageValuesMax = 50
	pageValueMax  = 1000 // characters
)

var pageName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_.-]{0,79}$`)

// PageValues reads what a page says (autoResponseParameters) as fields in the order of their names. Nil
// is a page that says nothing now; one that takes everything back sends none.
func PageValues(said map[string]string) ([]message.Field, error) {
	if said == nil {
		return nil, nil
	}
	if len(said) > pageValuesMax {
		return nil, fault.Invalid("autoResponseParameters", "At most %d values are taken.", pageValuesMax)
	}
	fields := make([]message.Field, 0, len(said))
	wrong := map[string]fault.Sentence{}
	for _, name := range slices.Sorted(maps.Keys(said)) {
		value := strings.TrimSpace(plainText(said[name]))
		switch {
		case !pageName.MatchString(name):
			// The name itself is not repeated: it is anything at all.
			wrong["autoResponseParameters"] = fault.Say("A name begins with a letter or an underscore, has letters, digits, underscores, dots and hyphens only, and at most 80 of them.")
		case utf8.RuneCountInString(value) > pageValueMax:
			wrong["autoResponseParameters."+name] = fault.Say("%s", tooLong(pageValueMax))
		case value != "":
			fields = append(fields, message.Field{Name: name, Value: value})
		}
	}
	if len(wrong) > 0 {
		e := fault.New(fault.Unprocessable, "Some values of the page can't be taken.")
		e.Fields = wrong
		return nil, e
	}
	return fields, nil
}

// plainText takes out what could play tricks on who reads it: control characters, and those that turn
// the direction of what follows.
func plainText(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return ' '
		case unicode.IsControl(r), r >= '\u202a' && r <= '\u202e', r >= '\u2066' && r <= '\u2069', r == utf8.RuneError:
			return -1
		}
		return r
	}, s)
}

// keepPage puts the page's values with the open session. It reports whether they are news.
func keepPage(tx Tx, s *conversation.Session, values []message.Field) (bool, error) {
	if values == nil || slices.Equal(values, s.PageValues) {
		return false, nil
	}
	s.PageValues, s.ModifiedAt = values, tx.Now()
	return true, tx.SavePageValues(s)
}
