package setup

import (
	"context"
	"reflect"
	"slices"
	"strings"

	"switchboard/internal/consent/phone"
	"switchboard/internal/fault"
	"switchboard/internal/message"
)

// CountrySpec is what an administrator writes about a country (CH-4).
type CountrySpec struct {
	Numbers []phone.Rule `json:"numbers" maxItems:"4" doc:"the kinds of numbers that there are, each once; a kind without a line can't be written from"`
	Hours   phone.Hours  `json:"hours" doc:"when a business may begin to write, by the recipient's clock"`
}

// Country as it holds for an organisation.
type Country struct {
	Code    string   `json:"code" doc:"ISO 3166-1, such as DE; elsewhere for all countries without a line of their own"`
	Listed  bool     `json:"listed" doc:"it has a line of its own, built in or set here; others are as elsewhere"`
	Changed []string `json:"changed" enum:"numbers,hours" doc:"what is set here; the rest is as built in"`
	CountrySpec
	BuiltIn CountrySpec `json:"built_in" doc:"what a reset returns to"`
	Version int64       `json:"version"`
}

// CountryTx is what the country table needs of a transaction.
type CountryTx interface {
	Countries() (phone.Table, error)
	// LockCountries is the table with the line of one country locked, which is made if need be.
	LockCountries(code string) (phone.Table, error)
	SaveCountry(code string, o phone.Override) error
}

// CountryCode is the form in which a country is named; false when there is none of that name.
func CountryCode(text string) (string, bool) {
	text = strings.TrimSpace(text)
	if strings.EqualFold(text, phone.Elsewhere) {
		return phone.Elsewhere, true
	}
	text = strings.ToUpper(text)
	return text, phone.IsCountry(text) && !phone.IsTerritory(text)
}

func countryCode(text string) (string, error) {
	code, ok := CountryCode(text)
	if !ok {
		return "", fault.Invalid("code", "%s is not a country with phone numbers of its own. Write its two letters, such as DE, or elsewhere for all that have no line of their own.", text)
	}
	return code, nil
}

func countrySpec(c phone.Country) CountrySpec {
	return CountrySpec{Numbers: c.Rules, Hours: c.Hours}
}

// CountryIn a table.
func CountryIn(t phone.Table, code string) Country {
	o := t[code]
	c := Country{Code: code, Changed: []string{}, CountrySpec: countrySpec(t.Country(code)), BuiltIn: countrySpec(t.Without(code).Country(code)), Version: max(1, o.Version)}
	if o.Rules != nil {
		c.Changed = append(c.Changed, "numbers")
	}
	if o.Hours != nil {
		c.Changed = append(c.Changed, "hours")
	}
	c.Listed = len(c.Changed) > 0 || code == phone.Elsewhere || slices.Contains(phone.BuiltIn(), code)
	return c
}

// CountriesIn a table: all with a line of their own, by code, and elsewhere last.
func CountriesIn(t phone.Table) []Country {
	codes := phone.BuiltIn()
	for code := range t {
		if code != phone.Elsewhere && !slices.Contains(codes, code) {
			codes = append(codes, code)
		}
	}
	slices.Sort(codes)
	var out []Country
	for _, code := range append(codes, phone.Elsewhere) {
		if c := CountryIn(t, code); c.Listed {
			out = append(out, c)
		}
	}
	return out
}

// ChangeCountry applies a change to a country. What becomes as it is built in counts as not set.
func (s *Service) ChangeCountry(ctx context.Context, org message.OrgID, text string, version int64, apply func(*CountrySpec) error) error {
	code, err := countryCode(text)
	if err != nil {
		return err
	}
	return s.Write(ctx, org, func(tx Tx) error {
		t, err := tx.LockCountries(code)
		if err != nil {
			return err
		}
		c := CountryIn(t, code)
		if err := fault.Stale(version, c.Version); err != nil {
			return err
		}
		spec := CountrySpec{Numbers: slices.Clone(c.Numbers), Hours: c.Hours}
		if err := apply(&spec); err != nil {
			return err
		}
		if err := spec.check(code); err != nil {
			return err
		}
		var o phone.Override
		if !reflect.DeepEqual(spec.Numbers, c.BuiltIn.Numbers) {
			o.Rules = spec.Numbers
		}
		if !reflect.DeepEqual(spec.Hours, c.BuiltIn.Hours) {
			o.Hours = &spec.Hours
		}
		return tx.SaveCountry(code, o)
	})
}

// ResetCountry goes back to what is built in.
func (s *Service) ResetCountry(ctx context.Context, org message.OrgID, text string) error {
	code, err := countryCode(text)
	if err != nil {
		return err
	}
	return s.Write(ctx, org, func(tx Tx) error {
		if _, err := tx.LockCountries(code); err != nil {
			return err
		}
		return tx.SaveCountry(code, phone.Override{})
	})
}

// check refuses nonsense, and brings the rest into one order, so that equal ones are the same.
func (s *CountrySpec) check(code string) error {
	bad := map[string]fault.Sentence{}
	seen := map[phone.Kind]bool{}
	for _, r := range s.Numbers {
		text := r.Wrong(code)
		if seen[r.Kind] {
			text = fault.Say("This kind of number is there twice.")
		}
		if seen[r.Kind] = true; text.Text != "" {
			bad["numbers."+string(r.Kind)] = text
		}
	}
	for field, text := range s.Hours.Wrong() {
		bad["hours."+field] = text
	}
	if len(bad) > 0 {
		e := fault.New(fault.Unprocessable, "Something about this country can't be as it was written. Nothing was saved.")
		e.Fields = bad
		return e
	}
	s.Numbers, s.Hours = phone.Ordered(s.Numbers), s.Hours.Ordered()
	return nil
}
