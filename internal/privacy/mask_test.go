package privacy

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"switchboard/internal/message"
)

const number = "4111 1111 1111 1111"

// maskOf is a mask with these rules for customers.
func maskOf(t testing.TB, rules ...Rule) *Mask {
	t.Helper()
	for i := range rules {
		r := &rules[i]
		r.ID, r.Active, r.Authors, r.Priority = message.NewID[message.SensitiveRuleID](), true, []message.AuthorType{message.AuthorCustomer}, i
		if r.Action == "" {
			r.Action = Remove
		}
	}
	book := NewRulebook(func(context.Context, message.OrgID) ([]Rule, error) { return rules, nil })
	m, err := book.For(t.Context(), message.NewID[message.OrgID](), message.AuthorCustomer)
	if err != nil || m == nil {
		t.Fatalf("mask %v, %v", m, err)
	}
	return m
}

func TestPresetsFindWhatTheyShould(t *testing.T) {
	for _, c := range []struct {
		preset Preset
		text   string
		left   string
	}{
		{PaymentCard, "My card is 4111 1111 1111 1111.", "My card is #."},
		{PaymentCard, "4111111111111111", "#"},
		{PaymentCard, "4111-1111-1111-1111 12/29", "# 12/29"},
		{PaymentCard, "order 12345 4111111111111111 thanks", "order 12345 # thanks"},
		{PaymentCard, "3782 822463 10005 and 5555555555554444", "# and #"},
		{PaymentCard, "4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1", "#"},
		{PaymentCard, "4111\u200b1111\u00a01111\u20111111", "#"},
		{PaymentCard, "４１１１ １１１１ １１１１ １１１１", "#"},
		{PaymentCard, "٤١١١١١١١١١١١١١١١", "#"},
		{PaymentCard, "4111\n1111\n1111\n1111", "#"},
		{PaymentCard, "4111 1111 1111 1112", "4111 1111 1111 1112"}, // wrong check digit
		{PaymentCard, "0000 0000 0000 0000", "0000 0000 0000 0000"},
		{PaymentCard, "9999999999999995", "9999999999999995"}, // no brand
		{PaymentCard, "24111111111111111999", "24111111111111111999"},
		{SSN, "It is 078-05-1120.", "It is #."},
		{SSN, "078 05 1120", "#"},
		{SSN, "000-12-3456 666-12-3456 900-12-3456 123-00-4567", "000-12-3456 666-12-3456 900-12-3456 123-00-4567"},
		{IBAN, "pay DE89 3704 0044 0532 0130 00 please", "pay # please"},
		{IBAN, "GB82WEST12345698765432", "#"},
		{IBAN, "gb82 west 1234 5698 7654 32", "#"},
		{IBAN, "DE88 3704 0044 0532 0130 00", "DE88 3704 0044 0532 0130 00"},
		{Phone, "call +43 660 1234567 now", "call # now"},
		{Phone, "(212) 555-0123", "#"},
		{Phone, "0660 123 45 67", "#"},
		{Phone, "0043 660 1234567", "#"},
		{Phone, "on 01.02.2026 at 09:30, order 1234567", "on 01.02.2026 at 09:30, order 1234567"},
		{Email, "write carla.x@example.co.uk!", "write #!"},
		{Email, "carla＠example.com, @home", "#, @home"},
	} {
		m := maskOf(t, Rule{Name: "rule", Preset: c.preset, Action: Replace, Replacement: "#"})
		got := c.text
		if m.Text(&got); got != c.left {
			t.Errorf("%s: %q became %q, want %q", c.preset, c.text, got, c.left)
		}
	}
	for _, p := range Presets() {
		m := maskOf(t, Rule{Name: "rule", Preset: p})
		got := p.Example()
		if m.Text(&got); got == p.Example() || len(m.Masked()) != 1 {
			t.Errorf("the example of %s stays as it is", p)
		}
	}
}

func TestRulesComeByPriorityAndUntilNothingIsFound(t *testing.T) {
	for _, c := range []struct {
		rules []Rule
		text  string
		left  string
	}{
		{[]Rule{{Pattern: "cat"}, {Pattern: "dog", Action: Replace, Replacement: "cow"}}, "dog cat", "cow "},
		{[]Rule{{Pattern: "secret", Action: Replace, Replacement: "word"}, {Pattern: "word", Action: Replace, Replacement: "-"}}, "secret", "-"},
		{[]Rule{{Pattern: "Secret"}}, "secret Secret", "secret "}, // case-sensitive
		{[]Rule{{Pattern: `\d{4}`}, {Pattern: "x"}}, "12x34", ""}, // what the second leaves is found by the first
		{[]Rule{{Pattern: `(?<=id )\w+`}}, "my id abc.", "my id ."},
		{[]Rule{{Pattern: `(\d)\1\1`}}, "a111b123", "ab123"},
		{[]Rule{{Pattern: "é", Action: Replace, Replacement: "ü"}}, "café 🎉 é", "cafü 🎉 ü"},
		{[]Rule{{Pattern: "a", Action: Replace, Replacement: "$1$&"}}, "a", "$1$&"},
		{[]Rule{{Pattern: "x*"}}, "axb", "ab"}, // nothing is not found
	} {
		m := maskOf(t, c.rules...)
		got := c.text
		if m.Text(&got); got != c.left {
			t.Errorf("%q became %q, want %q", c.text, got, c.left)
		}
	}
}

func TestWhatCannotBeCheckedIsWithheld(t *testing.T) {
	m := maskOf(t, Rule{Name: "slow", Pattern: `(a+)+$`})
	text := strings.Repeat("a", 5000) + "! secret"
	began := time.Now()
	m.Text(&text)
	if text != Withheld || m.Failed() != "slow" || !m.Masked()[0].Unchecked {
		t.Errorf("the text became %.40q, failed %q", text, m.Failed())
	}
	if took := time.Since(began); took > 20*messageLimit {
		t.Errorf("it took %v", took)
	}
	// Two rules that feed each other come to no end either.
	m = maskOf(t, Rule{Name: "ping", Pattern: "a", Action: Replace, Replacement: "bb"}, Rule{Name: "pong", Pattern: "b", Action: Replace, Replacement: "aa"})
	text = "a"
	if m.Text(&text); text != Withheld {
		t.Errorf("the text became %.40q", text)
	}
	m = maskOf(t, Rule{Name: "never compiled", Pattern: "("})
	text = "hello"
	if m.Text(&text); text != Withheld {
		t.Errorf("a rule that can't be read let %q pass", text)
	}
}

func TestCheckRefusesWhatWouldHurt(t *testing.T) {
	for _, c := range []struct {
		rule Rule
		want error
	}{
		{Rule{Pattern: `\b\d{3}-\d{4}\b`}, nil},
		{Rule{Preset: PaymentCard}, nil},
		{Rule{Pattern: "("}, ErrPattern},
		{Rule{Pattern: `a*`}, ErrEmptyMatch},
		{Rule{Pattern: `(a+)+$`}, ErrSlow},
		{Rule{Pattern: `(\d+)*x`}, ErrSlow},
		{Rule{Pattern: `([a-z]+\s?)+@corp`}, ErrSlow},
		{Rule{Pattern: `(z|zz)+y`}, ErrSlow},
		{Rule{Pattern: `\d`, Action: Replace, Replacement: "00"}, ErrReplacement},
		{Rule{Preset: "nonsense"}, ErrPreset},
	} {
		if err := Check(c.rule); !errors.Is(err, c.want) {
			t.Errorf("%q %q: %v, want %v", c.rule.Pattern, c.rule.Preset, err, c.want)
		}
	}
}

func TestRulesHoldForTheirAuthors(t *testing.T) {
	rule := Rule{ID: message.NewID[message.SensitiveRuleID](), Name: "x", Active: true, Pattern: "x", Action: Remove, Authors: []message.AuthorType{message.AuthorAgent, message.AuthorBot}}
	rules, reads := []Rule{rule}, 0
	book := NewRulebook(func(context.Context, message.OrgID) ([]Rule, error) { reads++; return slices.Clone(rules), nil })
	org := message.NewID[message.OrgID]()
	masks := func(by ...message.AuthorType) bool {
		m, err := book.For(t.Context(), org, by...)
		if err != nil {
			t.Fatal(err)
		}
		return m != nil
	}
	if masks(message.AuthorCustomer) || !masks(message.AuthorAgent) || masks(message.AuthorSupervisor) || !masks(message.AuthorBot) || !masks(message.AuthorSystem) ||
		!masks(message.AuthorSupervisor, message.AuthorAgent) {
		t.Error("a rule holds for others than its authors")
	}
	if reads != 1 {
		t.Errorf("the rules were read %d times", reads)
	}
	rules[0].Active, rules[0].Version = false, 2
	book.Forget(org)
	if masks(message.AuthorAgent) {
		t.Error("a rule that was switched off still holds")
	}
	rules[0].Active, rules[0].Version = true, 3
	book.mu.Lock()
	book.books[org].until = time.Now().Add(-time.Second) // its time is up, and nobody said that anything changed
	book.mu.Unlock()
	if !masks(message.AuthorAgent) {
		t.Error("a rule that was switched on elsewhere doesn't hold when the memory is old")
	}
}

// TestForgetDuringARead: what was read before a change is not remembered past it.
func TestForgetDuringARead(t *testing.T) {
	rules := []Rule{}
	var book *Rulebook
	org := message.NewID[message.OrgID]()
	first := true
	book = NewRulebook(func(context.Context, message.OrgID) ([]Rule, error) {
		read := slices.Clone(rules)
		if first { // the change commits, and is announced, after this read and before its end
			first = false
			rules = append(rules, Rule{ID: message.NewID[message.SensitiveRuleID](), Active: true, Pattern: "x", Authors: []message.AuthorType{message.AuthorCustomer}})
			book.Forget(org)
		}
		return read, nil
	})
	if m, err := book.For(t.Context(), org, message.AuthorCustomer); m != nil || err != nil {
		t.Fatal(m, err)
	}
	if m, err := book.For(t.Context(), org, message.AuthorCustomer); m == nil || err != nil {
		t.Errorf("the old rules are remembered: %v, %v", m, err)
	}
}

// kept are the texts of a content that rules leave alone, with why.
var kept = map[string]string{
	"File.ID": "an id", "File.Type": "found by content", "File.URL": "signed by us", "File.Error": "a sentence of ours",
	"Choice.ID": "an id that we gave", "Buttons.ID": "an id", "Template.ID": "an id", "Template.Name": "set up", "Template.Language": "set up",
	"Mentions.ID": "an id", "Mentions.Name": "an agent's name", "Event.Type": "a word of the house", "Event.Actor": "a name", "Event.Target": "a name",
	"Event.Why.Code": "a word of the house", "Event.Why.Text": "a sentence of ours", "Event.From": "a word of the house", "Event.To": "a word of the house", "Event.Cause": "a word of the house",
	"Masked.Rule": "an id", "Masked.Name": "set up", "Masked.By": "a word of the house",
	"Event.Why.Params.Agent": "a name", "Event.Why.Params.Queue": "a name", "Event.Why.Params.To": "a name", "Event.Why.Params.Channel": "a word of the house",
	"Event.Why.Params.Delivery": "a code", "Event.Why.Params.At": "a time",
}

// TestEveryTextOfContentIsDecided puts a card number into every text of a content. One that is new is either masked
// or named in kept.
func TestEveryTextOfContentIsDecided(t *testing.T) {
	seen := map[string]bool{}
	var fill func(v reflect.Value, path string)
	fill = func(v reflect.Value, path string) {
		switch v.Kind() {
		case reflect.String:
			v.SetString("a " + number + " b")
		case reflect.Pointer:
			v.Set(reflect.New(v.Type().Elem()))
			fill(v.Elem(), path)
		case reflect.Slice:
			v.Set(reflect.MakeSlice(v.Type(), 2, 2))
			fill(v.Index(0), path)
			fill(v.Index(1), path)
		case reflect.Struct:
			for i := range v.NumField() {
				fill(v.Field(i), strings.TrimPrefix(path+"."+v.Type().Field(i).Name, "."))
			}
		}
	}
	var look func(v reflect.Value, path string)
	look = func(v reflect.Value, path string) {
		switch v.Kind() {
		case reflect.String:
			seen[path] = true
			_, stays := kept[path]
			if found := strings.Contains(v.String(), number); found != stays {
				t.Errorf("%s is %q: either privacy.Mask.Content masks it, or the test says why not", path, v.String())
			}
		case reflect.Array:
			seen[path] = true
		case reflect.Pointer:
			look(v.Elem(), path)
		case reflect.Slice:
			for i := range v.Len() {
				look(v.Index(i), path)
			}
		case reflect.Struct:
			for i := range v.NumField() {
				look(v.Field(i), strings.TrimPrefix(path+"."+v.Type().Field(i).Name, "."))
			}
		}
	}
	var c message.Content
	fill(reflect.ValueOf(&c).Elem(), "")
	m := maskOf(t, Rule{Name: "card", Preset: PaymentCard})
	m.Content(&c)
	look(reflect.ValueOf(&c).Elem(), "")
	for path := range kept {
		if !seen[path] {
			t.Errorf("there is no %s any more", path)
		}
	}
}

func TestTrialShowsNothingThatIsFound(t *testing.T) {
	trial, err := NewTrial(Rule{Preset: PaymentCard})
	if err != nil {
		t.Fatal(err)
	}
	found, context, _ := trial.Look("Hello, my card 4111 1111 1111 1111 and 5555 5555 5555 4444 until 12/29")
	if found != 2 || strings.ContainsAny(context, "0123456789") || !strings.Contains(context, "my card ▮▮▮▮ and") {
		t.Errorf("%d, %q", found, context)
	}
}

func FuzzMask(f *testing.F) {
	f.Add(`\d+`, "a1b22", "", uint8(0))
	f.Add(`(a+)+$`, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!", "x", uint8(1))
	f.Add(`a|b`, "abc", "ba", uint8(2))
	f.Add(`(?<n>x)\k<n>`, "xx xxx", "y", uint8(3))
	f.Add(`[`, "[", "", uint8(4))
	f.Add(`\u{1F389}|🎉`, "🎉", "", uint8(5))
	f.Fuzz(func(t *testing.T, pattern, text, replacement string, preset uint8) {
		if len(pattern) > PatternMax || len(text) > 20_000 || len(replacement) > ReplacementMax {
			return
		}
		pattern, text, replacement = strings.ToValidUTF8(pattern, "?"), strings.ToValidUTF8(text, "?"), strings.ToValidUTF8(replacement, "?")
		action := Remove
		if replacement != "" {
			action = Replace
		}
		presets := Presets()
		rules := []Rule{{Name: "custom", Pattern: pattern, Action: action, Replacement: replacement}, {Name: "preset", Preset: presets[int(preset)%len(presets)]}}
		// A mask that doesn't end at all could not be reported otherwise.
		watch := time.AfterFunc(10*time.Second, func() { panic(fmt.Sprintf("%q on %q takes for ever", pattern, text)) })
		defer watch.Stop()
		m := maskOf(t, rules...)
		out := text
		m.Text(&out)
		if m.Failed() != "" {
			if out != Withheld {
				t.Fatalf("unchecked, and %q is kept", out)
			}
			return
		}
		// Nothing that a rule takes out is left, and applied again they change nothing.
		again, twice := maskOf(t, rules...), out
		if again.Text(&twice); twice != out && again.Failed() == "" {
			t.Fatalf("%q became %q, and then %q", text, out, twice)
		}
		for i := range m.rules {
			r := &m.rules[i]
			spans, err := r.find([]rune(out), time.Now().Add(ruleLimit))
			if err == nil && len(spans) > 0 && r.Action == Remove {
				t.Fatalf("%q became %q, in which %q still finds something", text, out, r.Name)
			}
		}
	})
}

func BenchmarkMask(b *testing.B) {
	rules := []Rule{{Preset: PaymentCard}, {Preset: SSN}, {Preset: IBAN}, {Preset: Phone}, {Preset: Email},
		{Pattern: `\bCUST-\d{6}\b`}, {Pattern: `[A-Z]{2}\d{7}`}, {Pattern: `(?<=PIN )\d{4}`}, {Pattern: `\b\d{3}-\d{2}-\d{4}\b`}, {Pattern: `password:?\s*\S+`}}
	for i := range rules {
		rules[i].ID, rules[i].Active, rules[i].Action, rules[i].Authors = message.NewID[message.SensitiveRuleID](), true, Remove, []message.AuthorType{message.AuthorCustomer}
	}
	with := NewRulebook(func(context.Context, message.OrgID) ([]Rule, error) { return rules, nil })
	without := NewRulebook(func(context.Context, message.OrgID) ([]Rule, error) { return nil, nil })
	org := message.NewID[message.OrgID]()
	clean := "Hello, my order 48213 from last Tuesday hasn't arrived yet. Could you look where it is? It should come to 12 Harbour Street."
	for name, c := range map[string]struct {
		book *Rulebook
		text string
	}{"no rules": {without, clean}, "10 rules, nothing found": {with, clean}, "10 rules, a card": {with, clean + " My card is 4111 1111 1111 1111."}} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				text := c.text
				m, err := c.book.For(b.Context(), org, message.AuthorCustomer)
				if err != nil {
					b.Fatal(err)
				}
				m.Text(&text)
			}
		})
	}
}
