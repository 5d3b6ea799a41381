package privacy

import (
	"errors"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Preset is something well known to be sensitive that needs more than a pattern: check digits, spellings with
// spaces between, digits of other scripts.
type Preset string

// Presets.
const (
	PaymentCard Preset = "payment_card"
	SSN         Preset = "us_ssn"
	IBAN        Preset = "iban"
	Phone       Preset = "phone"
	Email       Preset = "email"
)

// Presets lists them in the order in which they are offered.
func Presets() []Preset { return []Preset{PaymentCard, SSN, IBAN, Phone, Email} }

// Example is a made-up text that a preset finds something in.
func (p Preset) Example() string {
	switch p {
	case PaymentCard:
		return "My card is 4111 1111 1111 1111, valid until 12/29."
	case SSN:
		return "It is 078-05-1120, as on the form."
	case IBAN:
		return "Please pay to DE89 3704 0044 0532 0130 00."
	case Phone:
		return "Call me at +43 660 1234567 after six."
	case Email:
		return "Write to carla@example.com."
	}
	return ""
}

func (p Preset) finder() (finder, error) {
	switch p {
	case PaymentCard:
		return digits{card, 12}, nil
	case SSN:
		return digits{socialSecurity, 9}, nil
	case IBAN:
		return search(iban), nil
	case Phone:
		return digits{telephone, 7}, nil
	case Email:
		return search(email), nil
	}
	return nil, errors.New("there is no such preset")
}

// search is a finder that always ends.
type search func(text []rune) [][2]int

func (s search) find(text []rune, _ time.Time) ([][2]int, error) { return s(text), nil }

// run is digits that belong together: groups with something between that people put there.
type run struct {
	text   []rune
	values []byte   // of its digits
	at     []int    // where each digit stands in the text
	starts []int    // the groups' first digits, as indexes of values
	gaps   [][]rune // what stands before each group; the first has none
}

// digits is a finder over runs of digits. inRun finds spans of values, from first to last digit.
type digits struct {
	inRun func(r *run) [][2]int
	least int // digits that a text needs
}

func (d digits) find(text []rune, _ time.Time) (spans [][2]int, _ error) {
	n := 0
	for _, c := range text {
		if _, ok := digit(c); ok {
			n++
		}
	}
	if n < d.least {
		return nil, nil
	}
	for _, r := range runs(text) {
		if len(r.values) < d.least {
			continue
		}
		for _, s := range d.inRun(r) {
			from, to := r.at[s[0]], r.at[s[1]-1]+1
			if from > 0 && (text[from-1] == '+' || text[from-1] == '(') {
				from--
			}
			spans = append(spans, [2]int{from, to})
		}
	}
	return spans, nil
}

// digit is the value of a decimal digit of any script.
func digit(c rune) (byte, bool) {
	if c < utf8.RuneSelf {
		return byte(c - '0'), c >= '0' && c <= '9'
	}
	if !unicode.IsDigit(c) {
		return 0, false
	}
	// A script's digits stand together, ten by ten, in ranges that begin with its zero.
	for _, r := range unicode.Nd.R16 {
		if uint16(c) >= r.Lo && c <= 0xffff && uint16(c) <= r.Hi {
			return byte((uint16(c) - r.Lo) % 10), true
		}
	}
	for _, r := range unicode.Nd.R32 {
		if uint32(c) >= r.Lo && uint32(c) <= r.Hi {
			return byte((uint32(c) - r.Lo) % 10), true
		}
	}
	return 0, false
}

// between reports whether people, or programs that hide something, put c between digits of one number.
func between(c rune) bool {
	switch c {
	case '-', '.', '/', '_', '*', ',', '(', ')', '·', '\u00ad', '\u2060', '\ufeff', '\u2212':
		return true
	}
	return unicode.IsSpace(c) || unicode.Is(unicode.Zs, c) || unicode.Is(unicode.Pd, c) || c >= '\u200b' && c <= '\u200f' || c >= '\u202a' && c <= '\u202e' || c >= '\u2066' && c <= '\u2069'
}

// gapMax is how much may stand between two digits of one number.
const gapMax = 4

func runs(text []rune) (all []*run) {
	var now *run
	end := 0 // behind the last digit
	for i, c := range text {
		v, ok := digit(c)
		if !ok {
			if now != nil && (!between(c) || i-end >= gapMax) {
				now = nil
			}
			continue
		}
		if now == nil {
			now = &run{text: text}
			all = append(all, now)
		}
		if len(now.values) == 0 || end < i {
			now.starts = append(now.starts, len(now.values))
			gap := []rune(nil)
			if len(now.values) > 0 {
				gap = text[end:i]
			}
			now.gaps = append(now.gaps, gap)
		}
		now.values, now.at = append(now.values, v), append(now.at, i)
		end = i + 1
	}
	return all
}

// group is the end of the i-th group.
func (r *run) end(i int) int {
	if i+1 < len(r.starts) {
		return r.starts[i+1]
	}
	return len(r.values)
}

// windows finds the longest good stretches of whole groups with min to max digits, one behind the other.
func (r *run) windows(least, most int, good func(values []byte, first, last int) bool) (spans [][2]int) {
	for i := 0; i < len(r.starts); i++ {
		from, best := r.starts[i], -1
		for j := i; j < len(r.starts); j++ {
			n := r.end(j) - from
			if n > most {
				break
			}
			if n >= least && good(r.values[from:r.end(j)], i, j) {
				best = j
			}
		}
		if best >= 0 {
			spans = append(spans, [2]int{from, r.end(best)})
			i = best
		}
	}
	return spans
}

// card finds numbers of payment cards: of a known brand's beginning and length, with a right check digit.
func card(r *run) [][2]int {
	return r.windows(12, 19, func(v []byte, _, _ int) bool { return branded(v) && luhn(v) })
}

// branded: 4 Visa; 51–55 and 2221–2720 Mastercard; 34 and 37 American Express; 30, 36, 38, 39 Diners; 35 JCB;
// 60, 64, 65 Discover and RuPay; 62 UnionPay; 2200–2204 Mir; 50, 56–69 and 81 Maestro and others.
func branded(v []byte) bool {
	two := int(v[0])*10 + int(v[1])
	four := two*100 + int(v[2])*10 + int(v[3])
	n := len(v)
	switch {
	case v[0] == 4:
		return n == 13 || n >= 16
	case two >= 51 && two <= 55, four >= 2221 && four <= 2720:
		return n == 16
	case two == 34, two == 37:
		return n == 15
	case two == 30, two == 36, two == 38, two == 39:
		return n >= 14
	case two == 35, four >= 2200 && four <= 2204:
		return n >= 16
	case two == 50, two >= 56 && two <= 69, two == 81:
		return true
	}
	return false
}

func luhn(v []byte) bool {
	sum, same := 0, true
	for i := range v {
		d := int(v[len(v)-1-i])
		same = same && v[i] == v[0]
		if i%2 == 1 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return sum%10 == 0 && !same
}

// socialSecurity finds 3, 2 and 4 digits with the same between, of numbers that are given out.
func socialSecurity(r *run) (spans [][2]int) {
	for i := 0; i+2 < len(r.starts); i++ {
		from, a, b, c := r.starts[i], r.end(i), r.end(i+1), r.end(i+2)
		if a-from != 3 || b-a != 2 || c-b != 4 || !slices.Equal(r.gaps[i+1], r.gaps[i+2]) {
			continue
		}
		v := r.values[from:c]
		area := int(v[0])*100 + int(v[1])*10 + int(v[2])
		if area == 0 || area == 666 || area >= 900 || v[3]+v[4] == 0 || v[5]+v[6]+v[7]+v[8] == 0 {
			continue
		}
		spans = append(spans, [2]int{from, c})
		i += 2
	}
	return spans
}

// telephone finds numbers as people write them: with + or 00 and a country, with a leading 0, or in North America's
// groups. A plain number without any of that is not taken for one.
func telephone(r *run) [][2]int {
	return r.windows(7, 15, func(v []byte, first, last int) bool {
		from := r.at[r.starts[first]]
		if dated(r, first, last) {
			return false
		}
		switch {
		case from > 0 && r.text[from-1] == '+', from > 1 && r.text[from-1] == '(' && r.text[from-2] == '+':
			return len(v) >= 8
		case v[0] == 0 && v[1] == 0:
			return len(v) >= 10
		case v[0] == 0:
			return len(v) >= 9 && len(v) <= 13
		}
		size := func(i int) int { return r.end(i) - r.starts[i] }
		return len(v) == 10 && last-first == 2 && size(first) == 3 && size(first+1) == 3 && v[0] > 1 && v[3] > 1
	})
}

// dated: groups such as 01.02.2026 and 09:30 are no telephone number.
func dated(r *run, first, last int) bool {
	for i := first + 1; i <= last; i++ {
		if slices.Contains(r.gaps[i], '.') || slices.Contains(r.gaps[i], '/') {
			if n := r.end(i-1) - r.starts[i-1]; n <= 2 && last-first >= 2 && r.end(first+2)-r.starts[first+2] == 4 {
				return true
			}
		}
		if slices.Contains(r.gaps[i], ',') || slices.Contains(r.gaps[i], '*') {
			return true
		}
	}
	return false
}

// iban finds account numbers with a right check sum, with spaces or without.
func iban(text []rune) (spans [][2]int) {
	alnum := func(c rune) bool { return c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' }
	letter := func(c rune) bool { return alnum(c) && c > '9' }
	for i := 0; i+4 < len(text); i++ {
		if !letter(text[i]) || !letter(text[i+1]) || letter(text[i+2]) || i > 0 && alnum(text[i-1]) {
			continue
		}
		best, gap := -1, 0
		var v []rune
		for j := i; j < len(text) && len(v) <= 34; j++ {
			if !alnum(text[j]) {
				if gap++; gap >= gapMax || !between(text[j]) {
					break
				}
				continue
			}
			gap, v = 0, append(v, text[j])
			whole := j+1 == len(text) || !alnum(text[j+1])
			if whole && len(v) >= 15 && len(v) <= 34 && !letter(v[2]) && !letter(v[3]) && mod97(v) == 1 {
				best = j + 1
			}
		}
		if best >= 0 {
			spans = append(spans, [2]int{i, best})
			i = best - 1
		}
	}
	return spans
}

// mod97 of an account number, its first four characters behind the others (ISO 7064).
func mod97(v []rune) int {
	rest := 0
	for i := range v {
		c := v[(i+4)%len(v)]
		switch {
		case c <= '9':
			rest = (rest*10 + int(c-'0')) % 97
		default:
			rest = (rest*100 + int(c|0x20-'a') + 10) % 97
		}
	}
	return rest
}

// Go's own expressions take linear time.
var emailForm = regexp.MustCompile(`[\p{L}\p{N}.!#$%&'*+/=?^_{|}~\x60-]+(?:\s?[\[(]at[\])]\s?|[@＠])[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)*\.\p{L}{2,}`)

func email(text []rune) (spans [][2]int) {
	s := string(text)
	if !strings.ContainsAny(s, "@＠") && !strings.Contains(s, "at") {
		return nil
	}
	at, runes := 0, 0
	for _, m := range emailForm.FindAllStringIndex(s, -1) {
		from := runes + utf8.RuneCountInString(s[at:m[0]])
		to := from + utf8.RuneCountInString(s[m[0]:m[1]])
		spans = append(spans, [2]int{from, to})
		at, runes = m[1], to
	}
	return spans
}
