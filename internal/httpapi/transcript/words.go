// Package transcript has the words of transcripts in the languages of the house, for who reads them: staff and
// customers. What stands in them, and who may have it, is the doors' own matter.
package transcript

import (
	_ "embed"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"

	"golang.org/x/text/language"

	"switchboard/internal/message"
)

//go:embed words.json
var file []byte

// every has the languages, English first: who reads none of them gets that. Transcripts are rare, so the file is
// read for each.
func every() ([]language.Tag, []Words) {
	var all map[string]map[string]string
	if err := json.Unmarshal(file, &all); err != nil {
		panic(err) // a test reads it
	}
	reasons := everyReason()
	words, tags := make([]Words, 0, len(all)), make([]language.Tag, 0, len(all))
	for _, code := range []string{"en", "de", "es", "fr", "ar"} {
		words, tags = append(words, Words{Language: code, said: all[code], reasons: reasons[code]}), append(tags, language.MustParse(code))
	}
	return tags, words
}

// Words are those of one language.
type Words struct {
	Language string
	said     map[string]string
	reasons  map[string]string
}

// For are the words for whoever asks: of the language that ?language= names, else of the first of the browser's.
func For(r *http.Request) Words {
	tags, words := every()
	_, i := language.MatchStrings(language.NewMatcher(tags), r.URL.Query().Get("language"), r.Header.Get("Accept-Language"))
	return words[i]
}

// Direction is how the language is written, as HTML calls it.
func (w Words) Direction() string {
	if w.Language == "ar" {
		return "rtl"
	}
	return "ltr"
}

// Say is a sentence with its values in place of {0}, {1} …; an unknown one is its key, as a word of tomorrow.
func (w Words) Say(key string, values ...string) string {
	text, ok := w.said[key]
	if !ok {
		return strings.ReplaceAll(key, "_", " ")
	}
	pairs := make([]string, 0, 2*len(values))
	for i, v := range values {
		pairs = append(pairs, "{"+strconv.Itoa(i)+"}", v)
	}
	return strings.NewReplacer(pairs...).Replace(text)
}

// Preview is the content's own, where that is what people wrote; and in words of the language where it isn't.
func (w Words) Preview(c message.Content, limit int) string {
	switch {
	case c.Text != "":
	case c.File != nil && c.File.Voice:
		return w.Say("voice")
	case c.File != nil && c.File.Sticker:
		return w.Say("sticker")
	case c.File != nil:
	case c.Location != nil && c.Location.Name == "":
		return w.Say("location")
	case c.Location != nil:
		return w.Say("location_of", c.Location.Name)
	case len(c.Contacts) > 0:
		return w.Say("contact", c.Contacts[0].Name)
	case c.Reaction != nil, c.Choice != nil:
	case c.Template != nil:
		return w.Say("template", c.Template.Name)
	case len(c.Form) > 0:
		return w.Say("form")
	case c.Unsupported != "":
		return w.Say("unsupported", c.Unsupported)
	}
	return c.Preview(limit)
}
