// Package sms counts how a text travels as SMS: in which alphabet, in how many units, in how many
// segments (CH-7). It is pure; policy, connectors and the composer's API ask it. Who may send to
// whom is not here.
package sms

import "unicode/utf16"

// MaxSegments is the longest message that is sent; a longer one is refused with 3004.
const MaxSegments = 6

// Units that fit: 140 octets are 160 septets or 70 UCS-2 units; the 6 octets of an 8-bit
// concatenation reference leave 153 or 67 (details.md CH-7).
const (
	gsmSingle, gsmPart = 160, 153
	ucsSingle, ucsPart = 70, 67
)

// Alphabet is what the text is encoded in.
type Alphabet string

// Alphabets. One character outside of GSM-7 turns the whole message to UCS-2.
const (
	GSM7 Alphabet = "GSM-7"
	UCS2 Alphabet = "UCS-2"
)

// Size of a text as SMS.
type Size struct {
	Alphabet Alphabet `json:"alphabet"`
	// Units are septets in GSM-7 (extension characters count two) and UTF-16 units in UCS-2.
	Units    int `json:"units"`
	Segments int `json:"segments"`
	// Left units in the last segment.
	Left int `json:"left"`
}

// Fits reports whether the text may be sent at all.
func (s Size) Fits() bool { return s.Segments <= MaxSegments }

// Measure counts a text. The empty text has no segments.
func Measure(text string) Size {
	if text == "" {
		return Size{Alphabet: GSM7}
	}
	alphabet, widths := widths(text)
	single, part := gsmSingle, gsmPart
	if alphabet == UCS2 {
		single, part = ucsSingle, ucsPart
	}
	units := 0
	for _, w := range widths {
		units += w
	}
	if units <= single {
		return Size{Alphabet: alphabet, Units: units, Segments: 1, Left: single - units}
	}
	// A character of two units never straddles segments: an escape or half a surrogate pair alone
	// would show as rubbish on phones that don't join the parts.
	segments, used := 1, 0
	for _, w := range widths {
		if used+w > part {
			segments, used = segments+1, 0
		}
		used += w
	}
	return Size{Alphabet: alphabet, Units: units, Segments: segments, Left: part - used}
}

// widths gives the units of each character, in the alphabet that the whole text needs.
func widths(text string) (Alphabet, []int) {
	gsm := make([]int, 0, len(text))
	for _, r := range text {
		w := gsmWidth(r)
		if w == 0 {
			return UCS2, ucsWidths(text)
		}
		gsm = append(gsm, w)
	}
	return GSM7, gsm
}

func ucsWidths(text string) []int {
	out := make([]int, 0, len(text))
	for _, r := range text {
		out = append(out, len(utf16.AppendRune(nil, r)))
	}
	return out
}

// gsmWidth is 1 for the default alphabet, 2 for its extension table, 0 for anything else
// (3GPP TS 23.038, 6.2.1).
func gsmWidth(r rune) int {
	switch {
	case r == '\n' || r == '\r':
		return 1
	case r == '^' || r == '{' || r == '}' || r == '\\' || r == '[' || r == '~' || r == ']' || r == '|' || r == '€' || r == '\f':
		return 2
	case r == '`':
		return 0
	case r >= ' ' && r <= 'z':
		return 1
	}
	switch r {
	case '£', '¥', 'è', 'é', 'ù', 'ì', 'ò', 'Ç', 'Ø', 'ø', 'Å', 'å',
		'Δ', 'Φ', 'Γ', 'Λ', 'Ω', 'Π', 'Ψ', 'Σ', 'Θ', 'Ξ',
		'Æ', 'æ', 'ß', 'É', '¤', '¡', 'Ä', 'Ö', 'Ñ', 'Ü', '§', '¿', 'ä', 'ö', 'ñ', 'ü', 'à':
		return 1
	}
	return 0
}
