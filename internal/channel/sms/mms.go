package sms

import "strings"

// What carriers take of a picture, in bytes (details.md CH-8).
const (
	pictureLeast = 500 << 10
	// PictureMost is what the most generous carrier takes.
	PictureMost = 2 << 20
)

// carriers by how their names begin, in lower case without spaces and signs.
var carriers = []struct {
	name string
	max  int64
}{
	{"uscellular", pictureLeast},
	{"unitedstatescellular", pictureLeast},
	{"at&t", 1 << 20},
	{"cingular", 1 << 20}, // AT&T's old name, which look-ups still give
	{"tmobile", 1 << 20},
	{"verizon", 1200 << 10},
	{"sprint", PictureMost},
}

// PictureMax is how many bytes a picture may have for a recipient of this carrier, as a look-up names it.
// For one that isn't known, or none, it is what every carrier takes.
func PictureMax(carrier string) int64 {
	plain := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r == '&' {
			return r
		}
		return -1
	}, strings.ToLower(carrier))
	for _, c := range carriers {
		if strings.HasPrefix(plain, c.name) {
			return c.max
		}
	}
	return pictureLeast
}
