package phone

import "slices"

// Use is what a message is for.
type Use string

// Uses. A conversation is two of them: some numbers may answer in it, others may only begin it.
const (
	Answer    Use = "answer"    // in a conversation that the customer began
	Begin     Use = "begin"     // in one that the business began
	Automated Use = "automated" // a program sends it to one person for a cause of theirs
	Campaign  Use = "campaign"  // the same to many
)

// Rule of a kind of number in a country.
type Rule struct {
	Kind Kind  `json:"kind" enum:"long_code,mobile,toll_free,short_code"`
	Uses []Use `json:"uses" enum:"answer,begin,automated,campaign" maxItems:"4" doc:"answer or begin a conversation, automated messages to one person, campaigns to many"`
	// Limited: at most RatioMax messages out for each that comes in, and MonthMax of them a month.
	Limited bool `json:"limited" doc:"at most 3 messages out for each that comes in, and 15 000 a month"`
	Abroad  bool `json:"abroad" doc:"may write to other countries; only mobile and toll-free numbers can"`
	// MinDigits and MaxDigits of a short code; 0 for other kinds.
	MinDigits int `json:"min_digits,omitempty" doc:"of short codes: the fewest digits, from 4"`
	MaxDigits int `json:"max_digits,omitempty" doc:"of short codes: the most digits, up to 8"`
}

// Limits of a number in a calendar month, UTC (CH-4). Each counts messages, not segments.
const (
	MonthMax = 15_000
	RatioMax = 3
	// RatioFrom messages may go before the ratio counts: a month begins at nought to nought, and the
	// first answers in it must not be refused.
	RatioFrom = 100
)

// Allows reports whether the use is allowed.
func (r Rule) Allows(u Use) bool { return slices.Contains(r.Uses, u) }

// RuleFor messages from one number to another; false where the country has no numbers of the sender's
// kind. A toll-free number follows the rules of the country that it writes to.
func (t Table) RuleFor(from, to Number) (Rule, bool) {
	country := from.Country
	if from.Kind == TollFree && to.Country != "" {
		country = to.Country
	}
	return t.Country(country).Rule(from.Kind)
}

// Reaches reports whether a message may go from one number to another: within the sender's country
// (CH-4), unless its rule there says otherwise. A toll-free number of North America is at home in both
// its countries. Where a country is not known nothing is refused.
func (t Table) Reaches(from, to Number) bool {
	if from.Country == "" || to.Country == "" || from.Country == to.Country {
		return true
	}
	if from.Kind == TollFree && northAmerican(from.Country) && northAmerican(to.Country) {
		return true
	}
	rule, _ := t.Country(from.Country).Rule(from.Kind)
	return rule.Abroad
}

// Month is what a number has sent and received in one calendar month.
type Month struct {
	Sent, Received int64
}

// Most that may have been sent in this month with what has come in so far.
func (m Month) Most() int64 { return min(MonthMax, max(RatioFrom, RatioMax*m.Received)) }
