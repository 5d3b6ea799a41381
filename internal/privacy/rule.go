package privacy

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/dlclark/regexp2/v2"

	"switchboard/internal/message"
)

// Rule says what must not be kept, and in whose texts (PV-1).
type Rule struct {
	ID     message.SensitiveRuleID
	Name   string
	Active bool
	// Preset is empty where Pattern says what is found.
	Preset  Preset
	Pattern string // a JavaScript regular expression, case-sensitive
	Action  Action
	// Replacement stands for what Replace found, as it is: it has no groups.
	Replacement string
	Authors     []message.AuthorType
	// Priority: the lowest is applied first, and the next sees what it left.
	Priority int
	Version  int64
}

// Action is what happens to what a rule finds.
type Action string

// Actions.
const (
	Remove  Action = "remove"
	Replace Action = "replace"
)

// Authors are whose texts a rule can be for. What the house says by itself is the bot's.
var authors = []message.AuthorType{message.AuthorCustomer, message.AuthorAgent, message.AuthorSupervisor, message.AuthorBot}

// IsAuthor reports whether rules can be for an author's texts.
func IsAuthor(a message.AuthorType) bool { return slices.Contains(authors, a) }

const (
	// ruleLimit bounds how long one rule looks at one text. A good rule needs some microseconds: what comes
	// near this backtracks without end, and a busy machine doesn't.
	ruleLimit = 100 * time.Millisecond
	// messageLimit bounds all rules over all texts of one message.
	messageLimit = 400 * time.Millisecond
	// stackMax bounds the memory of one match, in steps that it may go back: 8 MB.
	stackMax = 1 << 20
	// resultMax is the longest text in bytes that replacements may make of a shorter one.
	resultMax = 1 << 20
)

// errUnchecked: a rule came to no end within its bounds. The library's own error would repeat the text.
var errUnchecked = errors.New("a rule came to no end in its time")

// finder finds spans in a text, [from, to) in runes, in order and apart from each other.
type finder interface {
	find(text []rune, deadline time.Time) ([][2]int, error)
}

// compiled is a rule that is ready to be applied.
type compiled struct {
	Rule
	finder
}

func compile(r Rule) (compiled, error) {
	if r.Preset != "" {
		f, err := r.Preset.finder()
		return compiled{r, f}, err
	}
	f, err := newPattern(r.Pattern)
	return compiled{r, f}, err
}

// pattern is a JavaScript regular expression.
type pattern struct{ re *regexp2.Regexp }

// quickClock lets the library look at its time-outs every 2 ms; left alone it sees one of 20 ms after 200. It keeps
// that in a package variable, so it is set once for the process.
var quickClock = sync.OnceFunc(func() { regexp2.SetTimeoutCheckPeriod(2 * time.Millisecond) })

// errEmptyPattern would find nothing, everywhere.
var errEmptyPattern = errors.New("the pattern is empty")

func newPattern(text string) (p pattern, err error) {
	quickClock()
	defer func() {
		if recover() != nil { // hostile patterns are the library's hardest test
			err = errors.New("the pattern can't be read")
		}
	}()
	if text == "" {
		return p, errEmptyPattern
	}
	p.re, err = regexp2.Compile(text, regexp2.ECMAScript, regexp2.OptionMaxBacktrackingStackSize(stackMax))
	if err == nil {
		p.re.MatchTimeout = ruleLimit
	}
	return p, err
}

func (p pattern) find(text []rune, deadline time.Time) (spans [][2]int, err error) {
	defer func() {
		if recover() != nil {
			spans, err = nil, errUnchecked
		}
	}()
	late := false
	err = p.re.FindRunesMatches(text, 0, func(m regexp2.MatchView) bool {
		if from, n, ok := m.GroupRange(0); ok && n > 0 { // what is nowhere can't be taken out
			spans = append(spans, [2]int{from, from + n})
		}
		late = len(spans)%64 == 0 && time.Now().After(deadline)
		return !late
	})
	if err != nil || late {
		return nil, errUnchecked
	}
	return spans, nil
}

// apply takes a rule's finds out of a text, or puts the replacement in their place.
func (c *compiled) apply(text []rune, deadline time.Time) (out []rune, changed bool, err error) {
	spans, err := c.find(text, deadline)
	if err != nil || len(spans) == 0 {
		return text, false, err
	}
	var with []rune
	if c.Action == Replace {
		with = []rune(c.Replacement)
	}
	if len(text)+len(spans)*len(with) > resultMax {
		return nil, false, errUnchecked
	}
	at := 0
	out = make([]rune, 0, len(text))
	for _, s := range spans {
		changed = changed || !slices.Equal(text[s[0]:s[1]], with)
		out = append(append(out, text[at:s[0]]...), with...)
		at = s[1]
	}
	return append(out, text[at:]...), changed, nil
}

// Rulebook keeps each organisation's rules ready, so that a text costs no query. What is remembered is forgotten
// when a node says that rules changed, and is read again after rememberRules in any case.
type Rulebook struct {
	read func(ctx context.Context, org message.OrgID) ([]Rule, error)

	mu    sync.RWMutex
	books map[message.OrgID]*book
}

// rememberRules bounds how long a node that missed the wake-up about a changed rule goes by the old ones.
const rememberRules = 2 * time.Second

// book is what is remembered of one organisation.
type book struct {
	mu     sync.Mutex // held while the rules are read: who comes meanwhile waits for them
	forget int64      // counts calls of Forget, under Rulebook.mu
	until  time.Time
	source []Rule
	by     map[message.AuthorType][]compiled
}

// NewRulebook reads rules, in the order in which they are applied, with read.
func NewRulebook(read func(ctx context.Context, org message.OrgID) ([]Rule, error)) *Rulebook {
	return &Rulebook{read: read, books: map[message.OrgID]*book{}}
}

// Forget drops what is remembered of an organisation's rules.
func (b *Rulebook) Forget(org message.OrgID) {
	if b == nil {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if known := b.books[org]; known != nil {
		known.forget++
		known.until = time.Time{}
	}
}

// For begins to mask one message of an author, or of one of several. Nil, which masks nothing, where no rule is for them,
// or where there is no rulebook. An error means that the rules can't be read: then nothing may be kept.
func (b *Rulebook) For(ctx context.Context, org message.OrgID, by ...message.AuthorType) (*Mask, error) {
	if b == nil {
		return nil, nil
	}
	rules, err := b.of(ctx, org)
	if err != nil {
		return nil, err
	}
	theirs := rules[class(by[0])]
	if len(by) > 1 {
		theirs = union(rules, by)
	}
	if len(theirs) == 0 {
		return nil, nil
	}
	return &Mask{by: by[0], rules: theirs}, nil
}

// class is whose rules hold for an author.
func class(a message.AuthorType) message.AuthorType {
	if a == message.AuthorSystem {
		return message.AuthorBot
	}
	return a
}

func union(rules map[message.AuthorType][]compiled, by []message.AuthorType) (all []compiled) {
	seen := map[message.SensitiveRuleID]bool{}
	for _, a := range by {
		for _, r := range rules[class(a)] {
			if !seen[r.ID] {
				seen[r.ID] = true
				all = append(all, r)
			}
		}
	}
	slices.SortStableFunc(all, func(x, y compiled) int { return x.Priority - y.Priority })
	return all
}

func (b *Rulebook) of(ctx context.Context, org message.OrgID) (map[message.AuthorType][]compiled, error) {
	now := time.Now()
	b.mu.RLock()
	known := b.books[org]
	if known != nil && now.Before(known.until) {
		defer b.mu.RUnlock()
		return known.by, nil
	}
	b.mu.RUnlock()
	if known == nil {
		b.mu.Lock()
		if known = b.books[org]; known == nil {
			known = &book{}
			b.books[org] = known
		}
		b.mu.Unlock()
	}
	known.mu.Lock()
	defer known.mu.Unlock()
	b.mu.RLock()
	fresh, by, forgets := time.Now().Before(known.until), known.by, known.forget
	source := known.source
	b.mu.RUnlock()
	if fresh { // somebody else has read them meanwhile
		return by, nil
	}
	began := time.Now()
	rules, err := b.read(ctx, org)
	if err != nil {
		return nil, err
	}
	if by == nil || !slices.EqualFunc(rules, source, sameRule) {
		by = ready(rules)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	known.source, known.by = rules, by
	if forgets == known.forget { // else what was read may be older than what was just said to have changed
		known.until = began.Add(rememberRules)
	}
	return by, nil
}

func sameRule(x, y Rule) bool { return x.ID == y.ID && x.Version == y.Version }

// ready compiles the active rules for each author. One that can't be compiled, which none that was saved is, finds
// no end in any text, so that nothing gets past it.
func ready(rules []Rule) map[message.AuthorType][]compiled {
	by := map[message.AuthorType][]compiled{}
	for _, r := range rules {
		if !r.Active {
			continue
		}
		c, err := compile(r)
		if err != nil {
			c = compiled{r, broken{}}
		}
		for _, a := range r.Authors {
			by[a] = append(by[a], c)
		}
	}
	return by
}

type broken struct{}

func (broken) find([]rune, time.Time) ([][2]int, error) { return nil, errUnchecked }
