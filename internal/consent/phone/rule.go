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
	Uses []Use
	// Limited: at most RatioMax messages out for each that comes in, and MonthMax of them a month.
	Limited bool
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

var (
	conversation = []Use{Answer, Begin}
	triggered    = []Use{Answer, Begin, Automated}
	everything   = []Use{Answer, Begin, Automated, Campaign}
	fromBusiness = []Use{Begin, Automated, Campaign}
)

// rules by country, and by kind of number in it. A country with rules of its own gets a line here; all
// others follow elsewhere.
var rules = map[string]map[Kind]Rule{
	"US": {
		LongCode:  {conversation, true},
		TollFree:  {triggered, false},
		ShortCode: {everything, false},
	},
	"CA": {
		LongCode:  {conversation, true},
		TollFree:  {conversation, true}, // outside of the US toll-free has a long code's limits (CH-5)
		ShortCode: {everything, false},
	},
}

var elsewhere = map[Kind]Rule{
	LongCode:  {everything, true},
	Mobile:    {triggered, true},
	TollFree:  {conversation, true},
	ShortCode: {fromBusiness, false},
}

// RuleFor messages from one number to another. A toll-free number follows the rules of the country that
// it writes to.
func RuleFor(from, to Number) Rule {
	country := from.Country
	if from.Kind == TollFree && to.Country != "" {
		country = to.Country
	}
	if r, ok := rules[country][from.Kind]; ok {
		return r
	}
	return elsewhere[from.Kind]
}

// Month is what a number has sent and received in one calendar month.
type Month struct {
	Sent, Received int64
}

// Most that may have been sent in this month with what has come in so far.
func (m Month) Most() int64 { return min(MonthMax, max(RatioFrom, RatioMax*m.Received)) }
