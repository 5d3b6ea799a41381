package sms

import (
	"strings"
	"testing"
)

func TestMeasure(t *testing.T) {
	for _, c := range []struct {
		name     string
		text     string
		alphabet Alphabet
		units    int
		segments int
		left     int
	}{
		{"nothing", "", GSM7, 0, 0, 0},
		{"one full message", strings.Repeat("a", 160), GSM7, 160, 1, 0},
		{"one more", strings.Repeat("a", 161), GSM7, 161, 2, 145},
		{"the euro counts two", "€", GSM7, 2, 1, 158},
		{"euros fill a message", strings.Repeat("€", 80), GSM7, 160, 1, 0},
		// 153 is odd: each part holds 76 euros, so 2×76 don't leave room for the 153rd.
		{"an extension character is never split", strings.Repeat("€", 153), GSM7, 306, 3, 151},
		{"a back-quote is not GSM-7", "`", UCS2, 1, 1, 69},
		{"a cedilla in lower case is not GSM-7", "ç", UCS2, 1, 1, 69},
		{"umlauts are", "äöüßÄÖÜ", GSM7, 7, 1, 153},
		{"one full UCS-2 message", strings.Repeat("ж", 70), UCS2, 70, 1, 0},
		{"one more in UCS-2", strings.Repeat("ж", 71), UCS2, 71, 2, 63},
		{"an emoji is two units", "😀", UCS2, 2, 1, 68},
		// 67 is odd: each part holds 33 pairs.
		{"a pair is never split", strings.Repeat("😀", 67), UCS2, 134, 3, 65},
		{"six segments of GSM-7", strings.Repeat("a", 918), GSM7, 918, 6, 0},
		{"six segments of UCS-2", strings.Repeat("ж", 402), UCS2, 402, 6, 0},
		{"lines", "a\r\nb\f", GSM7, 6, 1, 154},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := Measure(c.text)
			want := Size{c.alphabet, c.units, c.segments, c.left}
			if got != want {
				t.Errorf("got %+v, want %+v", got, want)
			}
		})
	}
}

func TestFits(t *testing.T) {
	for text, fits := range map[string]bool{
		strings.Repeat("a", 918): true,
		strings.Repeat("a", 919): false,
		strings.Repeat("ж", 402): true,
		strings.Repeat("ж", 403): false,
		// 33 pairs a part: 6 parts hold 198 pairs, though 402 units would be 201.
		strings.Repeat("😀", 198): true,
		strings.Repeat("😀", 199): false,
	} {
		if got := Measure(text).Fits(); got != fits {
			t.Errorf("%d bytes: fits %v, want %v", len(text), got, fits)
		}
	}
}

// TestAlphabetIsWhole counts the 128 positions of the default alphabet: 127 characters beside the escape.
func TestAlphabetIsWhole(t *testing.T) {
	ones, twos := 0, 0
	for r := rune(0); r < 0x3000; r++ {
		switch gsmWidth(r) {
		case 1:
			ones++
		case 2:
			twos++
		}
	}
	if ones != 127 || twos != 10 {
		t.Errorf("%d characters of one unit and %d of two, want 127 and 10", ones, twos)
	}
}
