package consent

import (
	"encoding/json"
	"sync"

	"golang.org/x/text/language"
)

// Rules are what customers can say about consent, and what they are answered, in each language of a channel
// (CN-2, CN-3). The first language is spoken where nothing is known of a customer's.
type Rules struct {
	Languages []Language `json:"languages" maxItems:"30" doc:"the first one is spoken where nothing is known of a customer's language"`
}

// Language is the part of the rules in one language.
type Language struct {
	Language string `json:"language" maxLength:"35" doc:"BCP 47, such as en or fr-CA"`
	// Campaign and Description are what a short code is registered with.
	Campaign    string   `json:"campaign,omitempty" maxLength:"100" doc:"of short codes: its name, which their texts must have in them"`
	Description string   `json:"description,omitempty" maxLength:"100" doc:"of short codes: what it is about, which their texts must have in them"`
	Keywords    Keywords `json:"keywords"`
	Texts       Texts    `json:"texts"`
}

// Keywords by what they ask for. The whole message must be the word; case and surrounding space don't count.
type Keywords struct {
	OptIn       []string `json:"opt_in,omitempty" maxItems:"30"`
	DoubleOptIn []string `json:"double_opt_in,omitempty" maxItems:"30"`
	OptOut      []string `json:"opt_out,omitempty" maxItems:"30"`
	Help        []string `json:"help,omitempty" maxItems:"30"`
	Custom      []string `json:"custom,omitempty" maxItems:"30" doc:"answered with custom_response"`
}

// Of one role.
func (k *Keywords) Of(r Role) []string {
	switch r {
	case OptIn:
		return k.OptIn
	case DoubleOptIn:
		return k.DoubleOptIn
	case OptOut:
		return k.OptOut
	case Help:
		return k.Help
	}
	return k.Custom
}

// Texts that customers are answered with.
type Texts struct {
	OptInPrompt        string `json:"opt_in_prompt,omitempty" maxLength:"1000" doc:"asks who has not agreed yet"`
	OptInConfirmation  string `json:"opt_in_confirmation,omitempty" maxLength:"1000"`
	DoubleOptInPrompt  string `json:"double_opt_in_prompt,omitempty" maxLength:"1000" doc:"asks for the second yes, where a channel requires it"`
	OptOutConfirmation string `json:"opt_out_confirmation,omitempty" maxLength:"1000"`
	HelpResponse       string `json:"help_response,omitempty" maxLength:"1000"`
	CustomResponse     string `json:"custom_response,omitempty" maxLength:"1000"`
}

// Answer names one of the texts.
type Answer string

// Answers.
const (
	OptInPrompt        Answer = "opt_in_prompt"
	OptInConfirmation  Answer = "opt_in_confirmation"
	DoubleOptInPrompt  Answer = "double_opt_in_prompt"
	OptOutConfirmation Answer = "opt_out_confirmation"
	HelpResponse       Answer = "help_response"
	CustomResponse     Answer = "custom_response"
)

var answers = []Answer{OptInPrompt, OptInConfirmation, DoubleOptInPrompt, OptOutConfirmation, HelpResponse, CustomResponse}

// Of one kind.
func (t *Texts) Of(a Answer) string { return *t.at(a) }

func (t *Texts) at(a Answer) *string {
	switch a {
	case OptInPrompt:
		return &t.OptInPrompt
	case OptInConfirmation:
		return &t.OptInConfirmation
	case DoubleOptInPrompt:
		return &t.DoubleOptInPrompt
	case OptOutConfirmation:
		return &t.OptOutConfirmation
	case HelpResponse:
		return &t.HelpResponse
	}
	return &t.CustomResponse
}

// Tags of the languages, in their order.
func (r *Rules) Tags() []string {
	tags := make([]string, len(r.Languages))
	for i, l := range r.Languages {
		tags[i] = l.Language
	}
	return tags
}

// Text of an answer in a language, or in the first one that has it; empty where none has.
func (r *Rules) Text(a Answer, tag string) (text, spoken string) {
	for _, l := range r.Languages {
		if l.Language == tag && l.Texts.Of(a) != "" {
			return l.Texts.Of(a), tag
		}
	}
	for _, l := range r.Languages {
		if t := l.Texts.Of(a); t != "" {
			return t, l.Language
		}
	}
	return "", ""
}

// Speak chooses the language in which a person is spoken to, of those that there are (the first is the one for
// everybody else): the one they just used, else that of their locale, else the one of their country. Each but
// available may be empty.
func Speak(available []string, used, locale, country string) string {
	if len(available) == 0 {
		return ""
	}
	var tags []language.Tag
	for _, a := range available {
		if a == used {
			return a
		}
		tags = append(tags, language.Make(a))
	}
	wanted := []language.Tag{language.Make(locale)}
	if region, err := language.ParseRegion(country); err == nil {
		if tag, err := language.Compose(language.Und, region); err == nil {
			base, _ := tag.Base()
			spoken, err := language.Compose(base, region)
			if err == nil {
				wanted = append(wanted, spoken)
			}
		}
	}
	matcher := language.NewMatcher(tags)
	for _, tag := range wanted {
		if tag.IsRoot() {
			continue
		}
		if _, i, sure := matcher.Match(tag); sure >= language.High {
			return available[i]
		}
	}
	return available[0]
}

// wordsKept bounds how many prepared rules Cache holds: an organisation has few.
const wordsKept = 512

// Cache prepares rules once, by their text as it is stored: what has changed has another text.
type Cache struct {
	mu    sync.Mutex
	words map[string]*Words
}

// Words of stored rules; those that are built in for an empty text, and for one that can't be read.
func (c *Cache) Words(stored string) *Words {
	c.mu.Lock()
	defer c.mu.Unlock()
	if w, ok := c.words[stored]; ok {
		return w
	}
	rules := BuiltIn()
	if stored != "" {
		var own Rules
		if err := json.Unmarshal([]byte(stored), &own); err == nil && len(own.Languages) > 0 {
			rules = own
		}
	}
	if len(c.words) >= wordsKept || c.words == nil {
		c.words = map[string]*Words{}
	}
	w := NewWords(rules)
	c.words[stored] = w
	return w
}
