// Package phone tells of a text-message number what kind it is, where it is at home, and what the rules
// of that country let it do, and when (CH-4, CH-5, CH-6, CH-8). It is pure: the country table is data, built
// in and overridden by organisations, and who keeps it, counts messages and asks for consent is elsewhere.
package phone

import (
	"strings"
	"unicode"

	"github.com/nyaruka/phonenumbers"
)

// E164 reads a number with its country code as people write it. It takes the whole text or nothing: an
// extension, a second number or a word would be lost otherwise, and the message go to somebody else.
func E164(text string) (e164 string, ok bool) {
	text = strings.TrimSpace(text)
	for i, r := range text {
		plus := i == 0 && (r == '+' || r == '\uFF0B')
		if !plus && !unicode.IsDigit(r) && !unicode.Is(unicode.Pd, r) && !unicode.IsSpace(r) && !strings.ContainsRune("()./", r) {
			return "", false
		}
	}
	number, err := phonenumbers.Parse(text, "")
	if err != nil || number.GetExtension() != "" || !phonenumbers.IsPossibleNumber(number) {
		return "", false
	}
	return phonenumbers.Format(number, phonenumbers.E164), true
}

// Kind of a number.
type Kind string

// Kinds. A number of North America is a long code whether it is a mobile or not: nobody can tell.
const (
	LongCode  Kind = "long_code"
	Mobile    Kind = "mobile" // MSISDN: a mobile phone's number, outside of North America
	TollFree  Kind = "toll_free"
	ShortCode Kind = "short_code"
)

// Number is what an address says about itself.
type Number struct {
	Kind Kind
	// Country as ISO 3166-1; empty when it can't be known.
	Country string
}

// Read finds out about an address. country is where a short code works: its digits don't say.
func Read(address, country string) Number {
	if IsShortCode(address) {
		return Number{ShortCode, country}
	}
	number, err := phonenumbers.Parse(address, "")
	if err != nil {
		return Number{Kind: LongCode}
	}
	n := Number{LongCode, home(number)}
	switch phonenumbers.GetNumberType(number) {
	case phonenumbers.TOLL_FREE:
		n.Kind = TollFree
	case phonenumbers.MOBILE:
		n.Kind = Mobile
	}
	return n
}

// Digits of a short code, wherever it works (CH-6). A country may narrow them.
const (
	ShortCodeMin = 4
	ShortCodeMax = 8
)

// IsShortCode: 4 to 8 digits without a country code.
func IsShortCode(address string) bool {
	return len(address) >= ShortCodeMin && len(address) <= ShortCodeMax && strings.Trim(address, "0123456789") == ""
}

// IsCountry reports whether the two letters name a country that has phone numbers.
func IsCountry(iso string) bool { return phonenumbers.GetCountryCodeForRegion(iso) != 0 }

// territories belong to a country's numbering, networks and rules.
var territories = map[string]string{
	"PR": "US", "VI": "US", "GU": "US", "AS": "US", "MP": "US",
	"GG": "GB", "JE": "GB", "IM": "GB", "AX": "FI", "SJ": "NO",
	"GP": "FR", "MQ": "FR", "GF": "FR", "RE": "FR", "YT": "FR", "BL": "FR", "MF": "FR",
	"CX": "AU", "CC": "AU",
}

// IsTerritory reports whether the two letters name a place that counts to another country.
func IsTerritory(iso string) bool { return territories[iso] != "" }

// home of a number. One that no plan knows counts to the main country of its code.
func home(number *phonenumbers.PhoneNumber) string {
	region := phonenumbers.GetRegionCodeForNumber(number)
	if region == "" || region == "ZZ" {
		region = phonenumbers.GetRegionCodeForCountryCode(int(number.GetCountryCode()))
	}
	switch region {
	case "ZZ", "001":
		return ""
	}
	if country, ok := territories[region]; ok {
		return country
	}
	return region
}

func northAmerican(country string) bool { return country == "US" || country == "CA" }

// Pictures reports whether a picture can travel as a picture: MMS is between US and Canadian numbers (CH-8).
func Pictures(from, to Number) bool { return northAmerican(from.Country) && northAmerican(to.Country) }

// Registers reports whether carriers ask this number to be registered for what a business sends (10DLC).
func (n Number) Registers() bool { return n.Kind == LongCode && n.Country == "US" }
