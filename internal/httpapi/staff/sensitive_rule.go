package staff

import (
	"context"
	"time"

	"switchboard/internal/fault"
	"switchboard/internal/message"
	"switchboard/internal/privacy"
	"switchboard/internal/resource"
	"switchboard/internal/setup"
	"switchboard/internal/staff"
)

// sensitiveRules come in the order in which they are applied, all at once: there are few.
func (a *API) sensitiveRules() collection[message.SensitiveRuleID, setup.SensitiveRuleSpec, resource.SensitiveRule] {
	return collection[message.SensitiveRuleID, setup.SensitiveRuleSpec, resource.SensitiveRule]{
		path: "/sensitive-data-rules", noun: "rule for sensitive data", plural: "rules for sensitive data, in the order in which they are applied", view: staff.SetupView, edit: staff.PrivacyConfig,
		list: func(ctx context.Context, org message.OrgID, _ resource.Page) ([]resource.SensitiveRule, string, error) {
			rules, err := a.Rows.SensitiveRulesSeen(ctx, org)
			return rules, "", err
		},
		get: func(ctx context.Context, org message.OrgID, id message.SensitiveRuleID) (resource.SensitiveRule, error) {
			rules, err := a.Rows.SensitiveRulesSeen(ctx, org)
			for _, r := range rules {
				if r.ID == id {
					return r, nil
				}
			}
			if err == nil {
				err = notFound("rule")
			}
			return resource.SensitiveRule{}, err
		},
		create: in(a.Setup.CreateSensitiveRule), change: changed(a.Setup.ChangeSensitiveRule), remove: removed(a.Setup.DeleteSensitiveRule),
	}
}

type orderIn struct {
	Body struct {
		IDs []message.SensitiveRuleID `json:"ids" maxItems:"50" doc:"every rule once; the first is applied first"`
	}
}

func (a *API) orderSensitiveRules(ctx context.Context, p staff.Principal, in *orderIn) (List[resource.SensitiveRule], error) {
	if err := a.Setup.OrderSensitiveRules(ctx, p.Org, in.Body.IDs); err != nil {
		return List[resource.SensitiveRule]{}, err
	}
	rules, err := a.Rows.SensitiveRulesSeen(ctx, p.Org)
	return page(rules, "", err)
}

// SensitivePreset is something well known to be sensitive, with a made-up example.
type SensitivePreset struct {
	Preset  privacy.Preset `json:"preset"`
	Example string         `json:"example"`
}

func (a *API) sensitivePresets(context.Context, staff.Principal, *struct{}) (List[SensitivePreset], error) {
	var items []SensitivePreset
	for _, p := range privacy.Presets() {
		items = append(items, SensitivePreset{p, p.Example()})
	}
	return page(items, "", nil)
}

// RuleDraft is a rule that need not be saved.
type RuleDraft struct {
	Preset      privacy.Preset `json:"preset,omitempty" maxLength:"40"`
	Pattern     string         `json:"pattern,omitempty" maxLength:"1000"`
	Action      privacy.Action `json:"action,omitempty" enum:"remove,replace"`
	Replacement string         `json:"replacement,omitempty" maxLength:"100"`
}

func (d RuleDraft) rule() privacy.Rule {
	r := privacy.Rule{Preset: d.Preset, Pattern: d.Pattern, Action: d.Action, Replacement: d.Replacement, Active: true}
	if r.Action == "" {
		r.Action = privacy.Remove
	}
	return r
}

type ruleTestIn struct {
	Body struct {
		RuleDraft
		Sample string `json:"sample" maxLength:"5000" doc:"is not kept"`
	}
}

// RuleTest is how a rule does on a sample.
type RuleTest struct {
	Matches   []privacy.Match `json:"matches" doc:"at most 200"`
	Result    string          `json:"result" doc:"the sample as it would be kept"`
	Unchecked bool            `json:"unchecked" doc:"the rule came to no end in its time: the text would be withheld"`
	TookUS    int64           `json:"took_us" doc:"microseconds"`
}

const matchesShown = 200

func (a *API) testSensitiveRule(_ context.Context, _ staff.Principal, in *ruleTestIn) (RuleTest, error) {
	rule := in.Body.rule()
	tried, err := privacy.Try(rule, in.Body.Sample)
	if err != nil {
		return RuleTest{}, setup.RuleFault(err)
	}
	out := RuleTest{Matches: tried.Matches[:min(len(tried.Matches), matchesShown)], Result: tried.Result, Unchecked: tried.Unchecked, TookUS: tried.Took.Microseconds()}
	if out.Matches == nil {
		out.Matches = []privacy.Match{}
	}
	return out, nil
}

type ruleTrialIn struct {
	Body struct {
		RuleDraft
		Authors []message.AuthorType `json:"authors" minItems:"1" maxItems:"4"`
		Entries int                  `json:"entries,omitempty" default:"500" minimum:"1" maximum:"2000" doc:"how many of the latest entries are looked through"`
	}
}

// RuleTrial is how a rule would have done on what was kept.
type RuleTrial struct {
	Looked    int             `json:"looked" doc:"messages and notes of these authors"`
	Found     int             `json:"found" doc:"those in which something would have been taken out"`
	Unchecked int             `json:"unchecked" doc:"those that would have been withheld"`
	Complete  bool            `json:"complete" doc:"false when the time was up before all were looked through"`
	Items     []RuleTrialFind `json:"items" doc:"the newest, at most 20"`
}

// RuleTrialFind is one text in which a rule finds something, which is not shown.
type RuleTrialFind struct {
	ConversationID message.ConversationID `json:"conversation_id"`
	Seq            int64                  `json:"seq"`
	At             time.Time              `json:"at"`
	Author         message.AuthorType     `json:"author"`
	Matches        int                    `json:"matches"`
	Context        string                 `json:"context" doc:"what stands around the first find, without digits"`
}

const (
	trialFor    = 4 * time.Second
	trialsShown = 20
)

// tryOnPast reads messages, so whoever asks must be allowed to read them all.
func (a *API) tryOnPast(ctx context.Context, p staff.Principal, in *ruleTrialIn) (out RuleTrial, err error) {
	if !p.Can(staff.ConversationReadAll) {
		return out, fault.New(fault.NoPermission, "A trial on past messages reads them: it needs the permission %s as well.", staff.ConversationReadAll).
			With("permission", string(staff.ConversationReadAll))
	}
	rule := in.Body.rule()
	if err := privacy.Check(rule); err != nil {
		return out, setup.RuleFault(err)
	}
	trial, err := privacy.NewTrial(rule)
	if err != nil {
		return out, setup.RuleFault(err)
	}
	out.Items, out.Complete = []RuleTrialFind{}, true
	until := time.Now().Add(trialFor)
	err = a.Rows.PastTexts(ctx, p.Org, in.Body.Authors, in.Body.Entries, func(t privacy.PastText) bool {
		out.Looked++
		found, context, unchecked := trial.Look(t.Text)
		if unchecked {
			out.Unchecked++
		}
		if found > 0 {
			out.Found++
			if len(out.Items) < trialsShown {
				out.Items = append(out.Items, RuleTrialFind{t.Conversation, t.Seq, t.At, t.By, found, context})
			}
		}
		out.Complete = time.Now().Before(until)
		return out.Complete
	})
	return out, err
}

type blocksIn struct {
	Paging
	Rule message.SensitiveRuleID `query:"rule_id" doc:"only those of this rule"`
}

func (a *API) sensitiveBlocks(ctx context.Context, p staff.Principal, in *blocksIn) (List[resource.SensitiveBlock], error) {
	return page(a.Rows.SensitiveBlocks(ctx, p.Org, in.Rule, in.page()))
}
