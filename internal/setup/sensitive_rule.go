package setup

import (
	"context"
	"errors"
	"slices"
	"strings"
	"unicode/utf8"

	"switchboard/internal/fault"
	"switchboard/internal/message"
	"switchboard/internal/privacy"
)

// SensitiveRuleSpec is what an administrator writes about a rule for sensitive data (PV-1).
type SensitiveRuleSpec struct {
	Name        string               `json:"name" minLength:"1" maxLength:"100"`
	Active      bool                 `json:"active"`
	Preset      privacy.Preset       `json:"preset,omitempty" maxLength:"40" doc:"payment_card, us_ssn, iban, phone or email; leave pattern empty then"`
	Pattern     string               `json:"pattern,omitempty" maxLength:"1000" doc:"a JavaScript regular expression, case-sensitive, without slashes and flags"`
	Action      privacy.Action       `json:"action" enum:"remove,replace"`
	Replacement string               `json:"replacement,omitempty" maxLength:"100" doc:"put in the place of each find as it is; it has no groups such as $1"`
	Authors     []message.AuthorType `json:"authors" minItems:"1" maxItems:"4" doc:"whose texts it is for: customer, agent, supervisor, bot"`
	Priority    int                  `json:"priority,omitempty" minimum:"0" maximum:"1000000" doc:"the lowest is applied first; 0 puts a new rule behind all others"`
}

func specOf(r privacy.Rule) SensitiveRuleSpec {
	return SensitiveRuleSpec{Name: r.Name, Active: r.Active, Preset: r.Preset, Pattern: r.Pattern, Action: r.Action, Replacement: r.Replacement,
		Authors: r.Authors, Priority: r.Priority}
}

// Rule is the rule that a spec makes; ID and Version are none.
func (s SensitiveRuleSpec) Rule() privacy.Rule {
	return privacy.Rule{Name: s.Name, Active: s.Active, Preset: s.Preset, Pattern: s.Pattern, Action: s.Action, Replacement: s.Replacement,
		Authors: s.Authors, Priority: s.Priority}
}

func (s *SensitiveRuleSpec) check() error {
	s.Name = strings.Join(strings.Fields(s.Name), " ")
	if s.Action == privacy.Remove {
		s.Replacement = ""
	}
	s.Authors = slices.Compact(slices.Sorted(slices.Values(s.Authors)))
	switch {
	case s.Name == "":
		return fault.Invalid("name", "A rule needs a name.")
	case s.Preset != "" && s.Pattern != "":
		return fault.Invalid("pattern", "A rule has a preset or a pattern of its own, not both.")
	case s.Preset == "" && s.Pattern == "":
		return fault.Invalid("pattern", "Say what is to be found: choose a preset or write a pattern.")
	case utf8.RuneCountInString(s.Pattern) > privacy.PatternMax:
		return fault.Invalid("pattern", "A pattern has at most %d characters.", privacy.PatternMax)
	case s.Action != privacy.Remove && s.Action != privacy.Replace:
		return fault.Invalid("action", "A rule removes or replaces what it finds.")
	case s.Action == privacy.Replace && s.Replacement == "":
		return fault.Invalid("replacement", "Say what stands in the place of what is found.")
	case utf8.RuneCountInString(s.Replacement) > privacy.ReplacementMax:
		return fault.Invalid("replacement", "A replacement has at most %d characters.", privacy.ReplacementMax)
	case len(s.Authors) == 0:
		return fault.Invalid("authors", "Say whose texts the rule is for.")
	}
	for _, a := range s.Authors {
		if !privacy.IsAuthor(a) {
			return fault.Invalid("authors", "Rules are for texts of customers, agents, supervisors and bots.")
		}
	}
	return nil
}

// RuleFault says what is wrong with a rule that privacy refused.
func RuleFault(err error) error {
	switch {
	case errors.Is(err, privacy.ErrPattern):
		return fault.Invalid("pattern", "This is not a regular expression as JavaScript has them.")
	case errors.Is(err, privacy.ErrPreset):
		return fault.Invalid("preset", "There is no such preset.")
	case errors.Is(err, privacy.ErrEmptyMatch):
		return fault.Invalid("pattern", "This pattern is content with nothing at all. Let it ask for at least one character.")
	case errors.Is(err, privacy.ErrSlow):
		return fault.Invalid("pattern", "This pattern takes too long on some texts, and would withhold them. Avoid repetitions within repetitions, such as (a+)+.")
	case errors.Is(err, privacy.ErrReplacement):
		return fault.Invalid("replacement", "The rule would find its own replacement again. Choose another.")
	}
	return err
}

// CreateSensitiveRule adds one.
func (s *Service) CreateSensitiveRule(ctx context.Context, org message.OrgID, spec SensitiveRuleSpec) (id message.SensitiveRuleID, err error) {
	if err := spec.check(); err != nil {
		return id, err
	}
	rule := spec.Rule()
	rule.ID, rule.Version = message.NewID[message.SensitiveRuleID](), 1
	if err := privacy.Check(rule); err != nil {
		return id, RuleFault(err)
	}
	err = s.Write(ctx, org, func(tx Tx) error {
		rules, err := tx.SensitiveRules()
		if err != nil {
			return err
		}
		if len(rules) >= privacy.RulesMax {
			return fault.New(fault.Conflict, "There are %d rules already, which is the most. Remove one first.", privacy.RulesMax)
		}
		if err := unlikeOthers(rules, &rule); err != nil {
			return err
		}
		if spec.Priority == 0 {
			rule.Priority = priorityStep
			if n := len(rules); n > 0 {
				rule.Priority = rules[n-1].Priority + priorityStep
			}
		}
		return tx.InsertSensitiveRule(rule)
	})
	s.Rules.Forget(org)
	return rule.ID, err
}

// priorityStep leaves room for rules between others.
const priorityStep = 10

func unlikeOthers(rules []privacy.Rule, rule *privacy.Rule) error {
	for _, other := range rules {
		if other.ID != rule.ID && strings.EqualFold(other.Name, rule.Name) {
			return fault.New(fault.Conflict, "There is already a rule with this name.").At("name")
		}
	}
	return nil
}

// ChangeSensitiveRule applies a change. The pattern is tried before the transaction: it may take long.
func (s *Service) ChangeSensitiveRule(ctx context.Context, org message.OrgID, id message.SensitiveRuleID, version int64, apply func(*SensitiveRuleSpec) error) error {
	var tried privacy.Rule // what was checked
	change := func(rules []privacy.Rule) (privacy.Rule, error) {
		i := slices.IndexFunc(rules, func(r privacy.Rule) bool { return r.ID == id })
		if i < 0 {
			return privacy.Rule{}, fault.New(fault.NotFound, "There is no such rule.")
		}
		old := rules[i]
		if err := fault.Stale(version, old.Version); err != nil {
			return old, err
		}
		spec := specOf(old)
		if err := apply(&spec); err != nil {
			return old, err
		}
		if err := spec.check(); err != nil {
			return old, err
		}
		rule := spec.Rule()
		rule.ID, rule.Version = id, old.Version
		return rule, unlikeOthers(rules, &rule)
	}
	rules, err := s.SensitiveRules(ctx, org)
	if err != nil {
		return err
	}
	if tried, err = change(rules); err != nil {
		return err
	}
	if err := privacy.Check(tried); err != nil {
		return RuleFault(err)
	}
	err = s.Write(ctx, org, func(tx Tx) error {
		rules, err := tx.SensitiveRules()
		if err != nil {
			return err
		}
		rule, err := change(rules)
		if err != nil {
			return err
		}
		if rule.Version != tried.Version { // somebody else changed it meanwhile: what was tried is another rule
			return fault.New(fault.Conflict, "Somebody else changed this rule just now. Load it again.")
		}
		return tx.SaveSensitiveRule(&rule)
	})
	s.Rules.Forget(org)
	return err
}

// DeleteSensitiveRule removes one. What it took out is gone for ever.
func (s *Service) DeleteSensitiveRule(ctx context.Context, org message.OrgID, id message.SensitiveRuleID) error {
	err := s.Write(ctx, org, func(tx Tx) error {
		rules, err := tx.SensitiveRules()
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(rules, func(r privacy.Rule) bool { return r.ID == id }) {
			return fault.New(fault.NotFound, "There is no such rule.")
		}
		return tx.DeleteSensitiveRule(id)
	})
	s.Rules.Forget(org)
	return err
}

// OrderSensitiveRules gives the rules the order of ids, which names each of them once.
func (s *Service) OrderSensitiveRules(ctx context.Context, org message.OrgID, ids []message.SensitiveRuleID) error {
	err := s.Write(ctx, org, func(tx Tx) error {
		rules, err := tx.SensitiveRules()
		if err != nil {
			return err
		}
		for i := range rules {
			at := slices.Index(ids, rules[i].ID)
			if at < 0 || len(ids) != len(rules) {
				return fault.Invalid("ids", "The order names every rule once. Somebody may have made or removed one: load them again.")
			}
			priority := (at + 1) * priorityStep
			if rules[i].Priority == priority {
				continue
			}
			rules[i].Priority = priority
			if err := tx.SaveSensitiveRule(&rules[i]); err != nil {
				return err
			}
		}
		return nil
	})
	s.Rules.Forget(org)
	return err
}
