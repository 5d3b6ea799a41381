package sandbox

import (
	"regexp"
	"slices"
	"strings"
	"time"

	"switchboard/internal/channel"
	"switchboard/internal/message"
)

// ExchangeKind tells calls apart by who made them.
type ExchangeKind string

// Kinds: Switchboard called the provider, or the provider called Switchboard.
const (
	KindAPI     ExchangeKind = "api"
	KindWebhook ExchangeKind = "webhook"
)

// Exchange is one line of a channel's log: a call and its answer, without secrets.
type Exchange struct {
	Seq          int64             `json:"seq"`
	ChannelID    message.ChannelID `json:"channel_id"`
	PhoneID      string            `json:"phone_id,omitempty"`
	At           time.Time         `json:"at"`
	Kind         ExchangeKind      `json:"kind"`
	Method       string            `json:"method"`
	URL          string            `json:"url"`
	Request      string            `json:"request"`
	Status       int               `json:"status"` // 0: no answer
	Response     string            `json:"response"`
	Milliseconds int64             `json:"ms"`
	Attempt      int               `json:"attempt,omitempty"`
	Note         string            `json:"note,omitempty"` // what was misbehaved
}

// logged is how much of a body the log keeps.
const logged = 8 << 10

// signedLink finds addresses whose query may open a file: short-lived, but secrets all the same.
var signedLink = regexp.MustCompile(`(https?(?::|%3A)(?:\\?/|%2F)[^"\s?&]+?)(\?|%3F)[^"\s&]+`)

// record adds a line to the log. It takes the lock.
func (s *Sandbox) record(l *line, e Exchange) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.nextSeq++
	e.Seq, e.ChannelID = s.nextSeq, l.account.ID
	e.URL, e.Request, e.Response = masked(l.account, e.URL), masked(l.account, e.Request), masked(l.account, e.Response)
	l.exchange = append(l.exchange, e)
	if len(l.exchange) > exchangeMax {
		l.exchange = slices.Delete(l.exchange, 0, 1)
	}
	s.tell(l, "exchange", e)
}

// masked cuts a body to what the log keeps and takes its secrets out.
func masked(a channel.Account, body string) string {
	if len(body) > logged {
		body = strings.ToValidUTF8(body[:logged], "") + "…"
	}
	for name, v := range a.Secrets {
		if len(v) >= 4 && name != "account_sid" && name != "phone_number_id" {
			body = strings.ReplaceAll(body, v, "•••")
		}
	}
	return signedLink.ReplaceAllString(body, "$1$2•••")
}
