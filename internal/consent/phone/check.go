package phone

import (
	"cmp"
	"slices"
	"time"

	"switchboard/internal/fault"
)

func kinds() []Kind { return []Kind{LongCode, Mobile, TollFree, ShortCode} }
func uses() []Use   { return []Use{Answer, Begin, Automated, Campaign} }

// Wrong is what can't be so about a rule in a country, for who wrote it; empty when nothing is.
func (r Rule) Wrong(country string) fault.Sentence {
	northAmerican := northAmerican(country)
	switch {
	case !slices.Contains(kinds(), r.Kind):
		return fault.Say("There is no kind of number of this name.")
	case r.Kind == Mobile && northAmerican:
		return fault.Say("In the US and Canada nobody can tell mobile numbers from others: they are long codes.")
	case r.Kind != ShortCode && (r.MinDigits != 0 || r.MaxDigits != 0):
		return fault.Say("Only short codes have a number of digits of their own.")
	case r.Kind == ShortCode && (r.MinDigits < ShortCodeMin || r.MaxDigits > ShortCodeMax || r.MinDigits > r.MaxDigits):
		return fault.Say("A short code has 4 to 8 digits: say the fewest and the most of them.")
	case r.Abroad && r.Kind == LongCode:
		return fault.Say("A long code writes within its country only.")
	case r.Abroad && r.Kind == ShortCode:
		return fault.Say("A short code works within its country only.")
	}
	for i, u := range r.Uses {
		if !slices.Contains(uses(), u) {
			return fault.Say("There is no use of this name.")
		}
		if slices.Contains(r.Uses[:i], u) {
			return fault.Say("A use is there twice.")
		}
	}
	return fault.Sentence{}
}

// Ordered are rules in the one order of kinds and uses, so that equal ones are the same.
func Ordered(rules []Rule) []Rule {
	out := append(make([]Rule, 0, len(rules)), rules...)
	for i := range out {
		out[i].Uses = append(make([]Use, 0, len(out[i].Uses)), out[i].Uses...)
		slices.SortFunc(out[i].Uses, func(a, b Use) int { return slices.Index(uses(), a) - slices.Index(uses(), b) })
	}
	slices.SortFunc(out, func(a, b Rule) int { return slices.Index(kinds(), a.Kind) - slices.Index(kinds(), b.Kind) })
	return out
}

// Wrong is what can't be so about hours, by day or closed_on; empty when nothing is.
func (h Hours) Wrong() map[string]fault.Sentence {
	wrong := map[string]fault.Sentence{}
	for i, d := range h.Days {
		from, okFrom := Clock(d.From)
		to, okTo := Clock(d.To)
		switch {
		case !slices.Contains(Weekdays(), d.Day):
			wrong[string(d.Day)] = fault.Say("There is no day of this name.")
		case slices.ContainsFunc(h.Days[:i], func(other Day) bool { return other.Day == d.Day }):
			wrong[string(d.Day)] = fault.Say("This day is there twice.")
		case !okFrom || !okTo:
			wrong[string(d.Day)] = fault.Say("Write times like 09:00, up to 24:00.")
		case from >= to:
			wrong[string(d.Day)] = fault.Say("The end must be later than the beginning, on the same day.")
		}
	}
	for _, date := range h.ClosedOn {
		if !isDate(date) {
			wrong["closed_on"] = fault.Say("Write dates like 12-25 for each year, or 2027-03-29 for one.")
		}
	}
	return wrong
}

// isDate: a month and a day, of each year or of one.
func isDate(text string) bool {
	if len(text) == len("01-02") {
		text = "2000-" + text // a leap year: 02-29 is a date
	}
	_, err := time.Parse(time.DateOnly, text)
	return err == nil
}

// Ordered are the same hours from Monday on, each date once.
func (h Hours) Ordered() Hours {
	out := Hours{Days: append(make([]Day, 0, len(h.Days)), h.Days...), ClosedOn: append(make([]string, 0, len(h.ClosedOn)), h.ClosedOn...)}
	slices.SortFunc(out.Days, func(a, b Day) int { return slices.Index(Weekdays(), a.Day) - slices.Index(Weekdays(), b.Day) })
	// Those of each year first.
	slices.SortFunc(out.ClosedOn, func(a, b string) int { return cmp.Or(cmp.Compare(len(a), len(b)), cmp.Compare(a, b)) })
	out.ClosedOn = slices.Compact(out.ClosedOn)
	return out
}
