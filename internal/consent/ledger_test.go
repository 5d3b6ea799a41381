package consent_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"switchboard/internal/consent"
	"switchboard/internal/fault"
)

func TestDecide(t *testing.T) {
	blocked := consent.Standing{Level: consent.OptedOut, Blocked: true}
	at := func(l consent.Level) consent.Standing { return consent.Standing{Level: l} }
	for _, c := range []struct {
		name     string
		standing consent.Standing
		required consent.Level
		role     consent.Role
		talking  bool
		want     consent.Decision
	}{
		{"a stranger writes", at(consent.None), consent.Implicit, "", false, consent.Decision{To: consent.Implicit, Cause: consent.ByWriting, Routed: true}},
		{"somebody known writes", at(consent.Implicit), consent.Implicit, "", true, consent.Decision{Routed: true}},
		{"a stranger where more is asked", at(consent.None), consent.Explicit, "", false, consent.Decision{To: consent.Implicit, Cause: consent.ByWriting, Answer: consent.OptInPrompt}},
		{"explicit where a second yes is asked", at(consent.Explicit), consent.Doubly, "", false, consent.Decision{Answer: consent.DoubleOptInPrompt}},
		{"somebody who opted out writes", at(consent.OptedOut), consent.Implicit, "", false, consent.Decision{Answer: consent.OptInPrompt}},
		{"somebody who had blocked writes", blocked, consent.Implicit, "", false, consent.Decision{To: consent.Implicit, Cause: consent.ByWriting, Routed: true}},
		{"out", at(consent.Doubly), consent.Implicit, consent.OptOut, true, consent.Decision{To: consent.OptedOut, Cause: consent.ByKeyword, Answer: consent.OptOutConfirmation, Keyword: true}},
		{"a stranger out", at(consent.None), consent.Explicit, consent.OptOut, false, consent.Decision{To: consent.OptedOut, Cause: consent.ByKeyword, Answer: consent.OptOutConfirmation, Keyword: true}},
		{"help for a stranger", at(consent.None), consent.Explicit, consent.Help, false, consent.Decision{Answer: consent.HelpResponse, Keyword: true}},
		{"help for who is out", at(consent.OptedOut), consent.Explicit, consent.Help, false, consent.Decision{Answer: consent.HelpResponse, Keyword: true}},
		{"in again", at(consent.OptedOut), consent.Implicit, consent.OptIn, false, consent.Decision{To: consent.Explicit, Cause: consent.ByKeyword, Answer: consent.OptInConfirmation, Keyword: true}},
		{"in, and a second yes is asked", at(consent.Implicit), consent.Doubly, consent.OptIn, false, consent.Decision{To: consent.Explicit, Cause: consent.ByKeyword, Answer: consent.DoubleOptInPrompt, Keyword: true}},
		{"the second yes", at(consent.Explicit), consent.Doubly, consent.DoubleOptIn, false, consent.Decision{To: consent.Doubly, Cause: consent.ByKeyword, Answer: consent.OptInConfirmation, Keyword: true}},
		{"the second yes before the first", at(consent.Implicit), consent.Doubly, consent.DoubleOptIn, false, consent.Decision{Answer: consent.OptInPrompt}},
		{"a second yes that nobody asks for", at(consent.Explicit), consent.Explicit, consent.DoubleOptIn, false, consent.Decision{Routed: true}},
		{"yes to an agent's question", at(consent.Implicit), consent.Implicit, consent.OptIn, true, consent.Decision{Routed: true}},
		{"start, out of the blue", at(consent.Implicit), consent.Implicit, consent.OptIn, false, consent.Decision{To: consent.Explicit, Cause: consent.ByKeyword, Answer: consent.OptInConfirmation, Keyword: true}},
		{"info", at(consent.Implicit), consent.Implicit, consent.Custom, true, consent.Decision{Answer: consent.CustomResponse, Keyword: true}},
	} {
		if got := consent.Decide(c.standing, c.required, c.role, c.talking); got != c.want {
			t.Errorf("%s: %+v, want %+v", c.name, got, c.want)
		}
	}
}

// Who opted out stays out, whatever is recorded of before; only a word of theirs, or somebody for them, brings
// them back, and a block is lifted by writing.
func TestApply(t *testing.T) {
	levels := []consent.Level{consent.OptedOut, consent.None, consent.Implicit, consent.Explicit, consent.Doubly}
	causes := []consent.Cause{consent.ByKeyword, consent.ByWriting, consent.ByBusiness, consent.ByAgent, consent.ByAPI, consent.ByImport, consent.ByProvider, consent.ByBlock, consent.ByJoining}
	now := time.Unix(1_000_000, 0)
	rapid.Check(t, func(t *rapid.T) {
		s := consent.Standing{Level: rapid.SampledFrom(levels).Draw(t, "level"), Since: now}
		s.Blocked = s.Level == consent.OptedOut && rapid.Bool().Draw(t, "blocked")
		c := consent.Change{To: rapid.SampledFrom(levels).Draw(t, "to"), Cause: rapid.SampledFrom(causes).Draw(t, "cause"),
			At: now.Add(time.Duration(rapid.IntRange(-10, 10).Draw(t, "at")) * time.Second)}
		after, changed, err := s.Apply(c)
		switch {
		case err != nil:
			if fault.CodeOf(err) != fault.Conflict || s.Level != consent.OptedOut || !c.At.Before(now) {
				t.Fatalf("%+v by %+v: %v", s, c, err)
			}
		case !changed && c.To == consent.OptedOut && s.Level != consent.OptedOut:
			t.Fatal("an opt-out did nothing")
		case changed && after.Level != c.To:
			t.Fatalf("it became %s, not %s", after.Level, c.To)
		case changed && s.Level == consent.OptedOut && !s.Blocked && c.To != consent.OptedOut && (c.Cause == consent.ByWriting || c.Cause == consent.ByBusiness):
			t.Fatal("who opted out was taken back without their word")
		case changed && s.Level != consent.OptedOut && c.To != consent.OptedOut && s.Level.Satisfies(c.To):
			t.Fatal("what is weaker changed something")
		}
	})
}

// Each refusal of a short code's text names what is missing (CN-6).
func TestShortCodeTexts(t *testing.T) {
	good := func() consent.Rules {
		return consent.Rules{Languages: []consent.Language{{Language: "en", Campaign: "Acme Alerts", Description: "order updates",
			Keywords: consent.Keywords{OptIn: []string{"START"}, DoubleOptIn: []string{"CONFIRM"}, OptOut: []string{"STOP"}, Help: []string{"HELP"}, Custom: []string{"INFO"}},
			Texts: consent.Texts{
				OptInPrompt:        "To get Acme Alerts, order updates, reply START. Reply HELP for help, STOP to cancel. Msg&data rates may apply.",
				OptInConfirmation:  "Welcome to Acme Alerts, order updates. Help at +1 800 555 0100 or HELP, STOP to cancel. Msg&data rates may apply.",
				DoubleOptInPrompt:  "To confirm Acme Alerts, order updates, reply CONFIRM. HELP for help, STOP to cancel. Msg&data rates may apply.",
				OptOutConfirmation: "You will get no more messages.",
				HelpResponse:       "Acme Alerts, order updates: help@acme.example. Message frequency varies. Msg&data rates may apply. STOP to cancel.",
				CustomResponse:     "Acme Alerts",
			}}}}
	}
	needs := consent.Needs{SMS: true, ShortCode: true, Double: true}
	rules := good()
	if wrong := rules.Wrong(needs); len(wrong) > 0 {
		t.Fatalf("good ones are refused: %v", wrong)
	}
	for field, spoil := range map[string]func(*consent.Language){
		"campaign":                  func(l *consent.Language) { l.Campaign = "" },
		"texts.opt_in_prompt":       func(l *consent.Language) { l.Texts.OptInPrompt = "" },
		"texts.opt_in_prompt.reply": func(l *consent.Language) { l.Keywords.OptIn = []string{"JOIN"} },
		"texts.opt_in_confirmation.support": func(l *consent.Language) {
			l.Texts.OptInConfirmation = "Acme Alerts, order updates. HELP for help, STOP to cancel. Msg&data rates may apply."
		},
		"texts.opt_out_confirmation.no_more": func(l *consent.Language) { l.Texts.OptOutConfirmation = "Bye." },
		"texts.help_response.frequency": func(l *consent.Language) {
			l.Texts.HelpResponse = "Acme Alerts, order updates: help@acme.example. Msg&data rates may apply. STOP to cancel."
		},
		"texts.help_response.rates": func(l *consent.Language) {
			l.Texts.HelpResponse = "Acme Alerts, order updates: help@acme.example. Message frequency varies. STOP to cancel."
		},
		"texts.double_opt_in_prompt.help": func(l *consent.Language) {
			l.Texts.DoubleOptInPrompt = "To confirm Acme Alerts, order updates, reply CONFIRM. STOP to cancel. Msg&data rates may apply."
		},
		"texts.help_response.description": func(l *consent.Language) { l.Description = "news of the week" },
		"keywords.custom":                 func(l *consent.Language) { l.Keywords.Custom = nil },
		"keywords.double_opt_in":          func(l *consent.Language) { l.Keywords.DoubleOptIn = []string{"start"} },
		"language":                        func(l *consent.Language) { l.Language = "klingon?" },
	} {
		rules := good()
		spoil(&rules.Languages[0])
		rules.Clean()
		if _, named := rules.Wrong(needs)["languages.0."+field]; !named {
			t.Errorf("%s: not among %v", field, rules.Wrong(needs))
		}
	}
	// Nothing of this is asked of other numbers.
	plain := consent.BuiltIn()
	if wrong := plain.Wrong(consent.Needs{SMS: true}); len(wrong) > 0 {
		t.Errorf("the built-in ones on a long code: %v", wrong)
	}
}
