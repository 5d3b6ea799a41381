package setup

import (
	"regexp"
	"strings"

	"switchboard/internal/fault"
)

// A merge field stands in a quick text as {{name}}, or as {{name|fallback}} with what is written when
// there is no value. An empty fallback leaves the field out.

// mergeNames are the fields with a fixed name; {{prechat.…}} names what the customer answered or the page told.
var mergeNames = []string{"customer.name", "customer.first_name", "agent.name", "agent.first_name", "queue.name", "session.number", "org.name"}

const mergePrechat = "prechat."

var (
	mergeField  = regexp.MustCompile(`\{\{\s*([^{}|]*?)\s*(\|[^{}]*)?\}\}`)
	prechatName = regexp.MustCompile(`^[\p{L}\p{N}_.-]{1,100}$`)
)

// checkMerge refuses fields that don't exist.
func checkMerge(text string) error {
	for _, m := range mergeField.FindAllStringSubmatch(text, -1) {
		if !knownField(m[1]) {
			return fault.Invalid("text", "There is no merge field {{%s}}: use %s or {{prechat.…}}, with a fallback as in {{customer.name|there}}.",
				m[1], "{{"+strings.Join(mergeNames, "}}, {{")+"}}")
		}
	}
	return nil
}

func knownField(name string) bool {
	for _, known := range mergeNames {
		if name == known {
			return true
		}
	}
	rest, ok := strings.CutPrefix(name, mergePrechat)
	return ok && prechatName.MatchString(rest)
}

// Fill puts values into a quick text. What has neither value nor fallback stays as it is written, and is
// returned, each name once: nobody may send it before a person has filled it.
func Fill(text string, value func(field string) string) (filled string, missing []string) {
	missing = []string{}
	seen := map[string]bool{}
	filled = mergeField.ReplaceAllStringFunc(text, func(whole string) string {
		m := mergeField.FindStringSubmatch(whole)
		if !knownField(m[1]) {
			return whole
		}
		if v := strings.TrimSpace(value(m[1])); v != "" {
			return v
		}
		if m[2] != "" {
			return strings.TrimPrefix(m[2], "|")
		}
		if !seen[m[1]] {
			seen[m[1]] = true
			missing = append(missing, m[1])
		}
		return "{{" + m[1] + "}}"
	})
	return filled, missing
}

// FirstName is the first word of a name.
func FirstName(name string) string {
	first, _, _ := strings.Cut(strings.TrimSpace(name), " ")
	return first
}

// PrechatField is the name behind {{prechat.NAME}}, if it is one.
func PrechatField(field string) (name string, ok bool) { return strings.CutPrefix(field, mergePrechat) }
