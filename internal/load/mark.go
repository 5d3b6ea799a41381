package load

import (
	"bytes"
	"strconv"
)

// kind of a message: who says it, and where.
type kind byte

const (
	kindInbound kind = 'i' // a customer on WhatsApp whose conversation an agent has
	kindNew     kind = 'n' // a customer on WhatsApp who writes for the first time
	kindWeb     kind = 'w' // a customer on a web page
	kindAnswer  kind = 'a' // an agent to a customer on WhatsApp
	kindReply   kind = 'r' // an agent to a customer on a web page
)

// mark names one message of a run wherever it is seen: whose it is, and its number among theirs, from
// 1 on. A text begins with it: "Lrun.kind.thread.number words".
type mark struct {
	kind           kind
	thread, number int
}

// words after the mark make texts as long as people's: about 80 characters.
const words = " Hello, could you please tell me where my order is? It should be here."

// marks writes and finds the marks of one run.
type marks struct{ prefix []byte } // "Lrun."

func newMarks(run string) marks { return marks{[]byte("L" + run + ".")} }

// text of a message, appended to b.
func (m marks) text(b []byte, at mark) []byte {
	b = append(b, m.prefix...)
	b = append(b, byte(at.kind), '.')
	b = strconv.AppendInt(b, int64(at.thread), 10)
	b = append(b, '.')
	b = strconv.AppendInt(b, int64(at.number), 10)
	return append(b, words...)
}

// markEnd is where the mark that a text begins with ends.
func markEnd(text []byte) int {
	if i := bytes.IndexByte(text, ' '); i >= 0 {
		return i
	}
	return len(text)
}

// find the first mark in something.
func (m marks) find(in []byte) (at mark, found bool) {
	i := bytes.Index(in, m.prefix)
	if i < 0 {
		return at, false
	}
	rest := in[i+len(m.prefix):]
	if len(rest) < 2 || rest[1] != '.' {
		return at, false
	}
	at.kind = kind(rest[0])
	rest = rest[2:]
	thread, n := digits(rest)
	if n == 0 || n >= len(rest) || rest[n] != '.' {
		return at, false
	}
	number, k := digits(rest[n+1:])
	at.thread, at.number = thread, number
	return at, k > 0
}

// digits reads a whole number and says how long it is.
func digits(b []byte) (value, n int) {
	for n < len(b) && b[n] >= '0' && b[n] <= '9' && n < 12 {
		value = value*10 + int(b[n]-'0')
		n++
	}
	return value, n
}
