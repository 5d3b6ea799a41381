package customer

import (
	"crypto/rand"
	"regexp"
	"strings"

	"switchboard/internal/message"
)

// deviceForm is a random UUID (version 4): 122 bits that nobody guesses.
var deviceForm = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)

// digitsMin is how many different digits a random UUID has at least, but for one in 10^11.
const digitsMin = 6

// deviceOf is the id under which a browser or an app is known. It is all that stands between a history
// and anybody who asks, so what a client could have counted or been given by a person is not taken: such
// a client gets an id made here, to keep.
func deviceOf(sent string) string {
	sent = strings.ToLower(sent)
	digits := map[rune]bool{}
	for _, r := range sent {
		digits[r] = true
	}
	if deviceForm.MatchString(sent) && len(digits)-1 >= digitsMin { // the hyphen is none
		return sent
	}
	return newUUID()
}

func newUUID() string {
	var id message.RowID
	_, _ = rand.Read(id[:]) // never fails
	id[6], id[8] = 0x40|id[6]&0x0f, 0x80|id[8]&0x3f
	return id.String()
}
