package privacy

import (
	"errors"
	"slices"
	"strings"
	"time"

	"switchboard/internal/message"
)

// Bounds of a rule.
const (
	PatternMax     = 1000 // characters
	ReplacementMax = 100
	// RulesMax is how many rules an organisation may have.
	RulesMax = 50
	// checkLimit bounds the trial of a pattern when it is saved; a good one needs some milliseconds.
	checkLimit = 3 * time.Second
)

// What is wrong with a rule.
var (
	ErrPattern     = errors.New("the pattern is no regular expression")
	ErrPreset      = errors.New("there is no such preset")
	ErrEmptyMatch  = errors.New("the pattern finds nothing at all, everywhere")
	ErrSlow        = errors.New("the pattern takes too long on some texts")
	ErrReplacement = errors.New("the replacement is found by the rule again")
)

// Check tries a rule: that it compiles, ends in its time on texts that are made to keep patterns busy, and doesn't
// find what it puts in the place of what it found.
func Check(r Rule) error {
	c, err := compile(r)
	switch {
	case err != nil && r.Preset != "":
		return ErrPreset
	case err != nil:
		return ErrPattern
	}
	if p, ok := c.finder.(pattern); ok {
		if found, err := p.re.MatchString(""); err != nil || found {
			return ErrEmptyMatch
		}
		until := time.Now().Add(checkLimit)
		for _, text := range adversaries(r.Pattern) {
			if _, err := p.find([]rune(text), time.Now().Add(ruleLimit)); err != nil || time.Now().After(until) {
				return ErrSlow
			}
		}
	}
	if r.Action == Replace {
		if _, changed, err := c.apply([]rune(r.Replacement), time.Now().Add(ruleLimit)); err != nil || changed {
			return ErrReplacement
		}
	}
	return nil
}

// adversaries are texts on which a pattern that backtracks without end does so: what it looks for, many times, and
// then something else.
func adversaries(pattern string) []string {
	const often = 400
	texts := []string{}
	units := []string{"a", "A", "0", "1", " ", "-", ".", "ab", "a1", "1-", "1 ", "a ", "a@", "a.", "<a", "a=", "\"", "4111 1111 1111 1111 ", "é", "\n"}
	seen := map[rune]bool{}
	for _, c := range pattern { // the characters that the pattern speaks of
		if !seen[c] && len(seen) < 40 {
			seen[c] = true
			units = append(units, string(c))
		}
	}
	for _, u := range units {
		many := strings.Repeat(u, often)
		texts = append(texts, many, many+"!", many+"\x01a", "x"+many+"\n!")
	}
	return texts
}

// Match is what a rule found in a sample.
type Match struct {
	From int    `json:"from" doc:"where it begins, in characters"`
	To   int    `json:"to" doc:"behind its last character"`
	Text string `json:"text"`
}

// Trial is how a rule does on one text.
type Trial struct {
	Matches   []Match
	Result    string
	Unchecked bool
	Took      time.Duration
}

// Try applies one rule to a text. ErrPattern or ErrPreset where it is none.
func Try(r Rule, text string) (t Trial, err error) {
	c, err := compile(r)
	if err != nil {
		if r.Preset != "" {
			return t, ErrPreset
		}
		return t, ErrPattern
	}
	began := time.Now()
	runes := []rune(text)
	spans, late := c.find(runes, began.Add(ruleLimit))
	for _, s := range spans {
		t.Matches = append(t.Matches, Match{From: s[0], To: s[1], Text: string(runes[s[0]:s[1]])})
	}
	t.Result, t.Took = text, time.Since(began)
	m := Mask{by: message.AuthorCustomer, rules: []compiled{c}}
	m.Text(&t.Result)
	t.Unchecked = late != nil || m.failed
	return t, nil //nolint:nilerr // what came to no end is told as Unchecked
}

// Tried is how a rule would have done on texts of the past.
type Tried struct {
	compiled
}

// NewTrial prepares a rule for many texts.
func NewTrial(r Rule) (*Tried, error) {
	c, err := compile(r)
	if err != nil {
		return nil, ErrPattern
	}
	return &Tried{c}, nil
}

// contextRunes is how much of a text is shown on either side of a find.
const contextRunes = 24

// Look reports how many finds a text has, and the first of them in its surroundings, masked: what was found is shown
// as dots, digits of the surroundings too.
func (t *Tried) Look(text string) (found int, context string, unchecked bool) {
	runes := []rune(text)
	spans, err := t.find(runes, time.Now().Add(ruleLimit))
	if err != nil {
		return 0, "", true
	}
	if len(spans) == 0 {
		return 0, "", false
	}
	first := spans[0]
	hide := func(part []rune) string {
		part = slices.Clone(part)
		for i, c := range part {
			if _, ok := digit(c); ok {
				part[i] = '•'
			}
		}
		return strings.Join(strings.Fields(string(part)), " ")
	}
	// Other finds nearby are not shown either: the surroundings end where the next one begins.
	to := min(len(runes), first[1]+contextRunes)
	if len(spans) > 1 {
		to = min(to, spans[1][0])
	}
	from := max(0, first[0]-contextRunes)
	return len(spans), strings.TrimSpace(hide(runes[from:first[0]]) + " ▮▮▮▮ " + hide(runes[first[1]:to])), false
}

// PastText is a text that was kept earlier.
type PastText struct {
	Conversation message.ConversationID
	Seq          int64
	At           time.Time
	By           message.AuthorType
	Text         string
}
