package phone

import "testing"

func TestRead(t *testing.T) {
	for _, c := range []struct {
		address, country string
		want             Number
	}{
		{"+12015550100", "", Number{LongCode, "US"}},
		{"+14165550100", "", Number{LongCode, "CA"}},
		{"+15550002222", "", Number{LongCode, "US"}}, // no such area: the code's main country
		{"+17875550100", "", Number{LongCode, "US"}}, // Puerto Rico is within the US plan
		{"+18765550100", "", Number{Mobile, "JM"}},   // +1 is not one country
		{"+18005550100", "", Number{TollFree, "US"}},
		{"+436601234567", "", Number{Mobile, "AT"}},
		{"+4312345678", "", Number{LongCode, "AT"}},
		{"+447911123456", "", Number{Mobile, "GB"}},
		{"24273", "US", Number{ShortCode, "US"}},
		{"24273", "", Number{ShortCode, ""}},
		{"a web page", "", Number{LongCode, ""}},
	} {
		if got := Read(c.address, c.country); got != c.want {
			t.Errorf("%s: %v, want %v", c.address, got, c.want)
		}
	}
}

func TestReaches(t *testing.T) {
	us, ca, at := Number{LongCode, "US"}, Number{LongCode, "CA"}, Number{Mobile, "AT"}
	for _, c := range []struct {
		from, to Number
		want     bool
	}{
		{us, us, true},
		{us, ca, false},
		{at, us, false},
		{Number{TollFree, "US"}, ca, true},
		{Number{TollFree, "US"}, at, false},
		{us, Number{LongCode, ""}, true},
	} {
		if got := Table(nil).Reaches(c.from, c.to); got != c.want {
			t.Errorf("%v to %v: %v", c.from, c.to, got)
		}
	}
}

// The table of details.md CH-4, line by line.
func TestRules(t *testing.T) {
	all := []Use{Answer, Begin, Automated, Campaign}
	for _, c := range []struct {
		from, to Number
		allowed  []Use
		limited  bool
	}{
		{Number{LongCode, "US"}, Number{LongCode, "US"}, []Use{Answer, Begin}, true},
		{Number{TollFree, "US"}, Number{LongCode, "US"}, []Use{Answer, Begin, Automated}, false},
		{Number{TollFree, "US"}, Number{LongCode, "CA"}, []Use{Answer, Begin}, true},
		{Number{ShortCode, "US"}, Number{LongCode, "US"}, all, false},
		{Number{LongCode, "CA"}, Number{LongCode, "CA"}, []Use{Answer, Begin}, true},
		{Number{ShortCode, "CA"}, Number{LongCode, "CA"}, all, false},
		{Number{LongCode, "AT"}, Number{Mobile, "AT"}, all, true},
		{Number{Mobile, "AT"}, Number{Mobile, "AT"}, []Use{Answer, Begin, Automated}, true},
		{Number{ShortCode, "DE"}, Number{Mobile, "DE"}, []Use{Begin, Automated, Campaign}, false},
		{Number{TollFree, "GB"}, Number{Mobile, "GB"}, []Use{Answer, Begin}, true},
	} {
		rule, exists := Table(nil).RuleFor(c.from, c.to)
		if !exists {
			t.Errorf("%v to %v: there is no such kind", c.from, c.to)
		}
		if rule.Limited != c.limited {
			t.Errorf("%v to %v: limited %v", c.from, c.to, rule.Limited)
		}
		for _, u := range all {
			want := false
			for _, a := range c.allowed {
				want = want || a == u
			}
			if rule.Allows(u) != want {
				t.Errorf("%v to %v: %s is %v", c.from, c.to, u, !want)
			}
		}
	}
}

func TestMost(t *testing.T) {
	for received, want := range map[int64]int64{0: RatioFrom, 33: RatioFrom, 34: 102, 4999: 14_997, 5001: MonthMax, 90_000: MonthMax} {
		if got := (Month{Received: received}).Most(); got != want {
			t.Errorf("%d in: %d, want %d", received, got, want)
		}
	}
}
