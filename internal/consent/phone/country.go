package phone

import (
	"maps"
	"slices"
)

// Elsewhere is the code of the line for all countries that have none of their own.
const Elsewhere = "elsewhere"

// Country is what holds in one: which kinds of numbers there are, what each may be used for, and when a
// business may begin to write to its people.
type Country struct {
	Rules []Rule
	Hours Hours
}

// Rule of a kind; false where the country has no such numbers.
func (c Country) Rule(k Kind) (Rule, bool) {
	i := slices.IndexFunc(c.Rules, func(r Rule) bool { return r.Kind == k })
	if i < 0 {
		return Rule{Kind: k}, false
	}
	return c.Rules[i], true
}

// Override is what an organisation has set for a country. Nil parts are as built in.
type Override struct {
	Rules   []Rule
	Hours   *Hours
	Version int64
}

// Table is the country table of an organisation: its overrides by code. The empty one is what is built in.
type Table map[string]Override

// Country is what holds in a country for the organisation. One without a line follows Elsewhere.
func (t Table) Country(code string) Country {
	c := t.base(code)
	if o, ok := t[code]; ok {
		if o.Rules != nil {
			c.Rules = o.Rules
		}
		if o.Hours != nil {
			c.Hours = *o.Hours
		}
	}
	return c
}

// base is what holds in a country that the organisation has not set.
func (t Table) base(code string) Country {
	if code != Elsewhere && !slices.Contains(BuiltIn(), code) {
		return t.Country(Elsewhere)
	}
	c := Country{Rules: elsewhere(), Hours: hours(code)}
	if rules := northAmerica(code); rules != nil {
		c.Rules = rules
	}
	return c
}

// Without is the table as if nothing had been set for a country.
func (t Table) Without(code string) Table {
	t = maps.Clone(t)
	delete(t, code)
	return t
}

// BuiltIn are the countries with a line of their own, by code.
func BuiltIn() []string {
	return []string{"AT", "AU", "BE", "BR", "CA", "CH", "DE", "DK", "ES", "FI", "FR", "GB", "HK", "HU", "IE", "MY", "NO", "PH", "PL", "PT", "SE", "SG", "TW", "US"}
}

// northAmerica has rules of its own (CH-4, CH-5, CH-6); nil for all other countries.
func northAmerica(code string) []Rule {
	shortCode := Rule{Kind: ShortCode, Uses: []Use{Answer, Begin, Automated, Campaign}, MinDigits: 5, MaxDigits: 6}
	switch code {
	case "US":
		return []Rule{
			{Kind: LongCode, Uses: []Use{Answer, Begin}, Limited: true},
			{Kind: TollFree, Uses: []Use{Answer, Begin, Automated}},
			shortCode,
		}
	case "CA":
		return []Rule{
			{Kind: LongCode, Uses: []Use{Answer, Begin}, Limited: true},
			{Kind: TollFree, Uses: []Use{Answer, Begin}, Limited: true}, // outside of the US toll-free has a long code's limits (CH-5)
			shortCode,
		}
	}
	return nil
}

func elsewhere() []Rule {
	return []Rule{
		{Kind: LongCode, Uses: []Use{Answer, Begin, Automated, Campaign}, Limited: true},
		{Kind: Mobile, Uses: []Use{Answer, Begin, Automated}, Limited: true},
		{Kind: TollFree, Uses: []Use{Answer, Begin}, Limited: true},
		{Kind: ShortCode, Uses: []Use{Begin, Automated, Campaign}, MinDigits: ShortCodeMin, MaxDigits: ShortCodeMax},
	}
}

// hours that are built in. Those of the US and Canada are their rules for calls that advertise (47 CFR
// 64.1200(c)(1); the CRTC's Unsolicited Telecommunications Rules, part III); all others get hours that
// disturb nobody.
func hours(code string) Hours {
	h := Hours{ClosedOn: holidays(code)}
	open := func(from, to string, days ...Weekday) {
		for _, d := range days {
			h.Days = append(h.Days, Day{Day: d, From: from, To: to})
		}
	}
	week := Weekdays()
	switch code {
	case "US":
		open("08:00", "21:00", week...)
	case "CA":
		open("09:00", "21:30", week[:5]...)
		open("10:00", "18:00", week[5:]...)
	default:
		open("08:00", "20:00", week[:6]...)
	}
	return h
}

// holidays are the public holidays of the whole country that are on the same date each year. Those that
// move are for each organisation to add.
func holidays(code string) []string {
	switch code {
	case "AT":
		return []string{"01-01", "01-06", "05-01", "08-15", "10-26", "11-01", "12-08", "12-25", "12-26"}
	case "AU":
		return []string{"01-01", "01-26", "04-25", "12-25", "12-26"}
	case "BE":
		return []string{"01-01", "05-01", "07-21", "08-15", "11-01", "11-11", "12-25"}
	case "BR":
		return []string{"01-01", "04-21", "05-01", "09-07", "10-12", "11-02", "11-15", "11-20", "12-25"}
	case "CA":
		return []string{"01-01", "07-01", "12-25"}
	case "CH":
		return []string{"01-01", "08-01", "12-25"}
	case "DE":
		return []string{"01-01", "05-01", "10-03", "12-25", "12-26"}
	case "DK":
		return []string{"01-01", "12-25", "12-26"}
	case "ES":
		return []string{"01-01", "01-06", "05-01", "08-15", "10-12", "11-01", "12-06", "12-08", "12-25"}
	case "FI":
		return []string{"01-01", "01-06", "05-01", "12-06", "12-25", "12-26"}
	case "FR":
		return []string{"01-01", "05-01", "05-08", "07-14", "08-15", "11-01", "11-11", "12-25"}
	case "GB":
		return []string{"01-01", "12-25", "12-26"}
	case "HK":
		return []string{"01-01", "05-01", "07-01", "10-01", "12-25", "12-26"}
	case "HU":
		return []string{"01-01", "03-15", "05-01", "08-20", "10-23", "11-01", "12-25", "12-26"}
	case "IE":
		return []string{"01-01", "03-17", "12-25", "12-26"}
	case "MY":
		return []string{"05-01", "08-31", "09-16", "12-25"}
	case "NO":
		return []string{"01-01", "05-01", "05-17", "12-25", "12-26"}
	case "PH":
		return []string{"01-01", "04-09", "05-01", "06-12", "11-30", "12-25", "12-30"}
	case "PL":
		return []string{"01-01", "01-06", "05-01", "05-03", "08-15", "11-01", "11-11", "12-24", "12-25", "12-26"}
	case "PT":
		return []string{"01-01", "04-25", "05-01", "06-10", "08-15", "10-05", "11-01", "12-01", "12-08", "12-25"}
	case "SE":
		return []string{"01-01", "01-06", "05-01", "06-06", "12-25", "12-26"}
	case "SG":
		return []string{"01-01", "05-01", "08-09", "12-25"}
	case "TW":
		return []string{"01-01", "02-28", "10-10"}
	case "US":
		return []string{"01-01", "07-04", "12-25"}
	}
	return []string{"01-01"}
}
