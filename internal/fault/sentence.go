package fault

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// Sentence is what people are told, in English, with what it was made of, so that it can be said in
// another language.
type Sentence struct {
	// Text is for reading.
	Text string
	// Template has {0} where the first of Params stands. Translations are found by it: who changes the
	// words of one changes its translations (TestSentencesAreListed).
	Template string
	// Params are texts and numbers.
	Params []any
}

var verb = regexp.MustCompile(`%[-+# 0]*[0-9.]*[a-zA-Z%]`)

// Say makes a sentence like Sprintf. What is said with "%s" alone is its own template.
func Say(format string, args ...any) Sentence {
	s := Sentence{Text: fmt.Sprintf(format, args...)}
	if format == "%s" {
		s.Template = s.Text
		return s
	}
	s.Template = TemplateOf(format)
	n := 0
	for _, v := range verb.FindAllString(format, -1) {
		if v == "%%" || n == len(args) {
			continue
		}
		s.Params = append(s.Params, param(v, args[n]))
		n++
	}
	return s
}

// TemplateOf is the template of a format.
func TemplateOf(format string) string {
	n := 0
	return verb.ReplaceAllStringFunc(format, func(v string) string {
		if v == "%%" {
			return "%"
		}
		n++
		if strings.HasSuffix(v, "q") {
			return "“{" + strconv.Itoa(n-1) + "}”"
		}
		return "{" + strconv.Itoa(n-1) + "}"
	})
}

// param is a value as the verb shows it, a number as a number, so that it can be written as its reader
// writes numbers.
func param(verb string, value any) any {
	kind := verb[len(verb)-1]
	if kind == 'q' {
		return fmt.Sprintf(strings.TrimSuffix(verb, "q")+"s", value)
	}
	text := fmt.Sprintf(verb, value)
	if kind == 'd' || kind == 'f' || kind == 'g' {
		if n, err := strconv.ParseFloat(strings.TrimSpace(text), 64); err == nil {
			return n
		}
	}
	return text
}
