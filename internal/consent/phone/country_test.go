package phone

import (
	"slices"
	"testing"
	"time"
)

func TestBuiltInTableIsSound(t *testing.T) {
	for _, code := range append(BuiltIn(), Elsewhere) {
		c := Table(nil).Country(code)
		if code != Elsewhere && !IsCountry(code) {
			t.Errorf("%s is no country", code)
		}
		for _, r := range c.Rules {
			if wrong := r.Wrong(code); wrong.Text != "" {
				t.Errorf("%s %s: %s", code, r.Kind, wrong)
			}
		}
		if wrong := c.Hours.Wrong(); len(wrong) > 0 || len(c.Hours.Days) < 5 {
			t.Errorf("%s: %v", code, wrong)
		}
		same := func(a, b Rule) bool { return a.Kind == b.Kind && slices.Equal(a.Uses, b.Uses) }
		if o := c.Hours.Ordered(); !slices.EqualFunc(Ordered(c.Rules), c.Rules, same) || !slices.Equal(o.Days, c.Hours.Days) || !slices.Equal(o.ClosedOn, c.Hours.ClosedOn) {
			t.Errorf("%s isn't in order, so that setting it to what it is would count as a change", code)
		}
	}
}

// What an organisation sets wins over what is built in; countries without a line follow elsewhere.
func TestOverrides(t *testing.T) {
	only := func(uses ...Use) []Rule { return []Rule{{Kind: LongCode, Uses: uses, Limited: true}} }
	table := Table{"DE": {Rules: only(Answer)}, Elsewhere: {Rules: only(Begin)}, "JP": {Hours: &Hours{}}}
	for code, want := range map[string]Use{"DE": Answer, "JP": Begin, "KE": Begin, "": Begin, "AT": Campaign} {
		rule, exists := table.RuleFor(Number{LongCode, code}, Number{LongCode, code})
		if !exists || !rule.Allows(want) {
			t.Errorf("%q: %v", code, rule)
		}
	}
	if _, exists := table.RuleFor(Number{Mobile, "DE"}, Number{Mobile, "DE"}); exists {
		t.Error("a kind that was taken out is still there")
	}
	if days := table.Country("JP").Hours.Days; len(days) != 0 {
		t.Errorf("JP is open on %v", days)
	}
	if table.Without("DE").Country("DE").Rules == nil || len(table.Without("DE").Country("DE").Rules) != 4 {
		t.Error("without its override Germany isn't as it is built in")
	}
	abroad := Table{"AT": {Rules: []Rule{{Kind: Mobile, Abroad: true}}}}
	if at, de := (Number{Mobile, "AT"}), (Number{Mobile, "DE"}); !abroad.Reaches(at, de) || abroad.Reaches(de, at) {
		t.Error("abroad is the sender's matter")
	}
}

func TestWrongRules(t *testing.T) {
	for _, r := range []Rule{
		{Kind: "pager"}, {Kind: LongCode, Abroad: true}, {Kind: ShortCode, Abroad: true, MinDigits: 4, MaxDigits: 8}, {Kind: LongCode, MinDigits: 4},
		{Kind: ShortCode}, {Kind: ShortCode, MinDigits: 3, MaxDigits: 6}, {Kind: ShortCode, MinDigits: 4, MaxDigits: 9}, {Kind: ShortCode, MinDigits: 6, MaxDigits: 5},
		{Kind: LongCode, Uses: []Use{"spam"}}, {Kind: LongCode, Uses: []Use{Answer, Answer}},
	} {
		if r.Wrong("DE").Text == "" {
			t.Errorf("%+v is taken", r)
		}
	}
	if (Rule{Kind: Mobile}).Wrong("US").Text == "" || (Rule{Kind: Mobile}).Wrong("DE").Text != "" {
		t.Error("mobile numbers can be told apart outside of North America, and only there")
	}
}

func TestWrongHours(t *testing.T) {
	day := func(from, to string) Hours { return Hours{Days: []Day{{Day: "monday", From: from, To: to}}} }
	for _, h := range []Hours{
		day("20:00", "08:00"), day("08:00", "08:00"), day("8:00", "20:00"), day("08:60", "20:00"), day("08:00", "24:01"), day("-1:00", "08:00"), day("", ""),
		{Days: []Day{{Day: "monday", From: "08:00", To: "12:00"}, {Day: "monday", From: "13:00", To: "17:00"}}}, {Days: []Day{{Day: "someday", From: "08:00", To: "12:00"}}},
		{ClosedOn: []string{"02-30"}}, {ClosedOn: []string{"2027-02-29"}}, {ClosedOn: []string{"Christmas"}}, {ClosedOn: []string{"25.12."}},
	} {
		if len(h.Wrong()) != 1 {
			t.Errorf("%v: %v", h, h.Wrong())
		}
	}
	if h := (Hours{Days: []Day{{Day: "sunday", From: "00:00", To: "24:00"}}, ClosedOn: []string{"02-29", "2028-02-29"}}); len(h.Wrong()) != 0 {
		t.Errorf("%v", h.Wrong())
	}
}

func TestSendingHours(t *testing.T) {
	weekdays := func(from, to string, closed ...string) Hours {
		h := Hours{ClosedOn: closed}
		for _, d := range Weekdays()[:5] {
			h.Days = append(h.Days, Day{Day: d, From: from, To: to})
		}
		return h
	}
	for _, c := range []struct {
		name   string
		hours  Hours
		to, at string
		// within is where next is at.
		next string
	}{
		{"in the middle of the day", weekdays("08:00", "20:00"), "+436601234567", "2026-05-13T10:00:00Z", "2026-05-13T10:00:00Z"},
		{"the first minute", weekdays("08:00", "20:00"), "+436601234567", "2026-05-13T06:00:00Z", "2026-05-13T06:00:00Z"},
		{"one minute early", weekdays("08:00", "20:00"), "+436601234567", "2026-05-13T05:59:00Z", "2026-05-13T06:00:00Z"},
		{"the first minute after", weekdays("08:00", "20:00"), "+436601234567", "2026-05-13T18:00:00Z", "2026-05-14T06:00:00Z"},
		{"until midnight", weekdays("08:00", "24:00"), "+436601234567", "2026-05-13T21:59:00Z", "2026-05-13T21:59:00Z"},
		{"Friday evening", weekdays("08:00", "20:00"), "+436601234567", "2026-05-15T19:00:00Z", "2026-05-18T06:00:00Z"},
		{"over a holiday of each year", weekdays("08:00", "20:00", "05-18"), "+436601234567", "2026-05-15T19:00:00Z", "2026-05-19T06:00:00Z"},
		{"over a holiday of this year", weekdays("08:00", "20:00", "2026-05-18"), "+436601234567", "2026-05-15T19:00:00Z", "2026-05-19T06:00:00Z"},
		{"a holiday of another year", weekdays("08:00", "20:00", "2027-05-18"), "+436601234567", "2026-05-15T19:00:00Z", "2026-05-18T06:00:00Z"},
		{"the clocks go forward", weekdays("08:00", "20:00"), "+436601234567", "2026-03-27T20:00:00Z", "2026-03-30T06:00:00Z"},
		{"New York", weekdays("09:00", "20:00"), "+12125550111", "2026-05-13T12:00:00Z", "2026-05-13T13:00:00Z"},
		// Alaska has two time zones: it must be nine in the western one.
		{"two zones in the morning", weekdays("09:00", "20:00"), "+19075550111", "2026-05-13T17:30:00Z", "2026-05-13T18:00:00Z"},
		{"two zones in the evening", weekdays("09:00", "20:00"), "+19075550111", "2026-05-14T04:30:00Z", "2026-05-14T18:00:00Z"},
		{"never", Hours{}, "+436601234567", "2026-05-13T10:00:00Z", ""},
		{"closed where it would be open in both zones", weekdays("09:00", "09:30"), "+19075550111", "2026-05-13T17:30:00Z", ""},
	} {
		at, err := time.Parse(time.RFC3339, c.at)
		if err != nil {
			t.Fatal(err)
		}
		places := Places(c.to, at)
		next, ok := c.hours.Next(at, places)
		if got := next.UTC().Format(time.RFC3339); ok != (c.next != "") || ok && got != c.next {
			t.Errorf("%s: %v %v, want %s", c.name, got, ok, c.next)
		}
		if within := c.hours.Within(at, places); within != (c.next == c.at) {
			t.Errorf("%s: within is %v", c.name, within)
		}
	}
}

func TestPlaces(t *testing.T) {
	at := time.Date(2026, 5, 13, 12, 0, 0, 0, time.UTC)
	for address, want := range map[string]int{"+436601234567": 1, "+447911123456": 1, "+12015550100": 1, "+19075550100": 2, "+80012345678": 0, "a web page": 0, "24273": 0} {
		if got := Places(address, at); len(got) != want {
			t.Errorf("%s is in %v", address, got)
		}
	}
}

func BenchmarkPlaces(b *testing.B) {
	at := time.Now()
	for b.Loop() {
		Places("+12015550100", at)
	}
}
