package phone

import (
	"regexp"
	"testing"
)

var e164 = regexp.MustCompile(`^\+[1-9][0-9]{4,17}$`)

// FuzzNumber: what is taken for a number has its one form, which means itself.
func FuzzNumber(f *testing.F) {
	for _, text := range []string{"+43 660 1234567", "＋1 (415) 555-0100", "+1-800-555-0199", "72345", "+", "+43660;ext=1", "00436601234567", "+٤٣٦٦٠١٢٣٤٥٦٧", "+1 415 555 0100 / 0101"} {
		f.Add(text, "US")
	}
	f.Fuzz(func(t *testing.T, text, country string) {
		n := Read(text, country)
		_, _ = Table{}.RuleFor(n, Read("+15555550100", "US"))
		_ = Table{}.Reaches(n, Number{})
		got, ok := E164(text)
		if !ok {
			return
		}
		if !e164.MatchString(got) {
			t.Errorf("%q is read as %q", text, got)
		}
		if again, ok := E164(got); !ok || again != got {
			t.Errorf("%q is read as %q, and that as %q", text, got, again)
		}
	})
}
