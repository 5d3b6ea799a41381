package setup

import (
	"context"
	"encoding/json"
	"maps"
	"slices"

	"switchboard/internal/channel"
	"switchboard/internal/consent"
	"switchboard/internal/consent/phone"
	"switchboard/internal/fault"
	"switchboard/internal/message"
	"switchboard/internal/resource"
)

// ConsentRules are keywords and texts as they hold for the organisation or a channel.
type ConsentRules struct {
	// Own: set here, and not inherited.
	Own bool `json:"own" doc:"set here; false: the organisation's for a channel, what is built in for an organisation"`
	consent.Rules
	Required string           `json:"required,omitempty" enum:"implicitly_opted_in,explicitly_opted_in,doubly_opted_in" doc:"of a channel"`
	Missing  []ConsentMissing `json:"missing" doc:"of a channel: what its kind asks for and these rules lack; saving them is refused until it is there"`
	Version  int64            `json:"version"`
}

// ConsentMissing is something that rules lack on a channel.
type ConsentMissing struct {
	Field string `json:"field"`
	Text  string `json:"text"`
}

// ConsentTx is what the rules of consent need of a transaction.
type ConsentTx interface {
	// ConsentRules of a channel, or of the organisation for a zero id, as they are stored, locked; empty for
	// those that are inherited.
	ConsentRules(id message.ChannelID) (stored string, version int64, err error)
	// SaveConsentRules keeps them and raises the version; empty inherits.
	SaveConsentRules(id message.ChannelID, stored string) error
	// ShortCodes are the text-message channels with a short code that have no rules of their own.
	InheritingShortCodes() ([]message.ChannelID, error)
}

// ConsentOf is the rules of an organisation or a channel as stored, for those who read.
func ConsentOf(own, inherited string, version int64) (ConsentRules, error) {
	out := ConsentRules{Own: own != "", Version: version, Missing: []ConsentMissing{}}
	stored := own
	if stored == "" {
		stored = inherited
	}
	if stored == "" {
		out.Rules = consent.BuiltIn()
		return out, nil
	}
	return out, json.Unmarshal([]byte(stored), &out.Rules)
}

// consentNeeds is what a channel's kind asks of its rules.
func consentNeeds(t channel.Type, address string, settings map[string]string, required consent.Level) consent.Needs {
	n := consent.Needs{SMS: t == channel.SMS, Double: required == consent.Doubly}
	n.ShortCode = n.SMS && phone.IsShortCode(address)
	n.Canada = n.ShortCode && settings[channel.SettingCountry] == "CA"
	return n
}

// Fill says what a channel's rules lack, in the order of their places.
func (out *ConsentRules) Fill(c *resource.Channel) {
	out.Required = c.RequiredConsent
	wrong := out.Wrong(consentNeeds(channel.Type(c.Type), c.Address, c.Settings, consent.Level(c.RequiredConsent)))
	for _, field := range slices.Sorted(maps.Keys(wrong)) {
		out.Missing = append(out.Missing, ConsentMissing{Field: field, Text: wrong[field].Text})
	}
}

// ChangeConsentRules of a channel, or of the organisation for a zero id.
func (s *Service) ChangeConsentRules(ctx context.Context, org message.OrgID, id message.ChannelID, version int64, apply func(*consent.Rules) error) error {
	return s.Write(ctx, org, func(tx Tx) error {
		inherited := ""
		if !id.IsZero() {
			var err error
			if inherited, _, err = tx.ConsentRules(message.ChannelID{}); err != nil {
				return err
			}
		}
		stored, present, err := tx.ConsentRules(id)
		if err != nil {
			return err
		}
		if err := fault.Stale(version, present); err != nil {
			return err
		}
		now, err := ConsentOf(stored, inherited, present)
		if err != nil {
			return err
		}
		rules := now.Rules
		if err := apply(&rules); err != nil {
			return err
		}
		rules.Clean()
		if err := checkRules(tx, id, rules); err != nil {
			return err
		}
		text, err := json.Marshal(rules)
		if err != nil {
			return err
		}
		return tx.SaveConsentRules(id, string(text))
	})
}

// checkRules refuses rules that a channel can't have, or one that inherits them.
func checkRules(tx Tx, id message.ChannelID, rules consent.Rules) error {
	if !id.IsZero() {
		c, err := tx.ChannelSetup(id)
		if err != nil {
			return err
		}
		return refuseRules(rules.Wrong(consentNeeds(c.Type, c.Address, c.Settings, c.RequiredConsent)))
	}
	if err := refuseRules(rules.Wrong(consent.Needs{})); err != nil {
		return err
	}
	heirs, err := tx.InheritingShortCodes()
	if err != nil {
		return err
	}
	for _, heir := range heirs {
		c, err := tx.ChannelSetup(heir)
		if err != nil {
			return err
		}
		// What is built in names no campaign either: only the words are the country's law here.
		if wrong := rules.Wrong(consent.Needs{Canada: c.Active && c.Settings[channel.SettingCountry] == "CA"}); len(wrong) > 0 {
			return refuseRules(wrong)
		}
	}
	return nil
}

func refuseRules(wrong map[string]fault.Sentence) error {
	if len(wrong) == 0 {
		return nil
	}
	e := fault.New(fault.Unprocessable, "Something is missing or wrong in these keywords and texts. Nothing was saved.")
	e.Fields = wrong
	return e
}

// ResetConsentRules goes back to those that are inherited.
func (s *Service) ResetConsentRules(ctx context.Context, org message.OrgID, id message.ChannelID) error {
	return s.Write(ctx, org, func(tx Tx) error {
		if _, _, err := tx.ConsentRules(id); err != nil {
			return err
		}
		if !id.IsZero() {
			c, err := tx.ChannelSetup(id)
			if err != nil {
				return err
			}
			inherited, _, err := tx.ConsentRules(message.ChannelID{})
			if err != nil {
				return err
			}
			if err := checkCanada(inherited, &c); err != nil {
				return err
			}
		}
		return tx.SaveConsentRules(id, "")
	})
}

// checkConsent asks of a channel that is to be active what its country makes law (CH-4).
func checkConsent(tx Tx, c *Channel) error {
	if !consentNeeds(c.Type, c.Address, c.Settings, c.RequiredConsent).Canada || !c.Active {
		return nil
	}
	stored, _, err := tx.ConsentRules(c.ID)
	if err != nil && fault.CodeOf(err) != fault.NotFound { // not there before it is made
		return err
	}
	if stored == "" {
		if stored, _, err = tx.ConsentRules(message.ChannelID{}); err != nil {
			return err
		}
	}
	return checkCanada(stored, c)
}

func checkCanada(stored string, c *Channel) error {
	rules, err := ConsentOf(stored, "", 1)
	if err != nil {
		return err
	}
	needs := consentNeeds(c.Type, c.Address, c.Settings, c.RequiredConsent)
	return refuseRules(rules.Wrong(consent.Needs{Canada: needs.Canada && c.Active}))
}
