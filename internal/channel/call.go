package channel

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"switchboard/internal/fault"
)

// answerMax is how much of a provider's answer is read. Answers to a send are a few hundred bytes.
const answerMax = 1 << 20

// Answer is a provider's complete response to one call.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte
}

// Caller makes single HTTP calls to a provider and says truthfully how each ended. It follows no
// redirect: credentials would travel along.
type Caller struct {
	client http.Client
}

// NewCaller uses the client's transport and time limit. The transport is where outgoing addresses are guarded.
func NewCaller(client *http.Client) *Caller {
	c := http.Client{Transport: client.Transport, Timeout: client.Timeout}
	c.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &Caller{client: c}
}

// Call makes one attempt. Whatever the status, a complete response is an Answer. Without one the
// *fault.Delivery says whether the provider may have taken the request: unknown when a connection
// was at hand and bytes may have left, later when none was.
func (c *Caller) Call(req *http.Request) (Answer, *fault.Delivery) {
	var connected atomic.Bool
	trace := &httptrace.ClientTrace{
		// The transport repeats an attempt by itself only when nothing of it left; each begins here.
		GetConn: func(string) { connected.Store(false) },
		GotConn: func(httptrace.GotConnInfo) { connected.Store(true) },
	}
	res, err := c.client.Do(req.WithContext(httptrace.WithClientTrace(req.Context(), trace)))
	if err != nil {
		if connected.Load() {
			return Answer{}, &fault.Delivery{Outcome: fault.Unknown, Code: fault.ServiceFailed, Cause: withoutURL(err)}
		}
		return Answer{}, &fault.Delivery{Outcome: fault.Later, Code: fault.ServiceUnreachable, Cause: withoutURL(err)}
	}
	defer res.Body.Close()
	body, err := io.ReadAll(io.LimitReader(res.Body, answerMax))
	if err != nil {
		return Answer{}, &fault.Delivery{Outcome: fault.Unknown, Code: fault.ServiceFailed, Cause: withoutURL(err)}
	}
	return Answer{Status: res.StatusCode, Header: res.Header, Body: body}, nil
}

// Open is Call for a body that is streamed: the caller closes the response's body.
func (c *Caller) Open(req *http.Request) (*http.Response, error) {
	res, err := c.client.Do(req)
	if err != nil {
		return nil, withoutURL(err)
	}
	return res, nil
}

// withoutURL takes the address out of a client's error: its query may carry what logs must not have.
func withoutURL(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}

// RetryAfter reads the header's number of seconds; 0 when there is none. A date is not used by the
// providers here and reads as 0: the sender then chooses.
func (a Answer) RetryAfter() int {
	n, err := strconv.Atoi(strings.TrimSpace(a.Header.Get("Retry-After")))
	if err != nil || n < 0 {
		return 0
	}
	return min(n, int((24 * time.Hour).Seconds()))
}

// Failed is what a status says by itself, for answers whose body holds no code of the provider's own.
// An error status means that the message was not taken, except from a gateway (502, 504), which
// doesn't know what became of it behind.
func (a Answer) Failed() *fault.Delivery {
	d := &fault.Delivery{Outcome: fault.Refused, Code: fault.Rejected, ProviderCode: "HTTP " + strconv.Itoa(a.Status), RetryAfter: a.RetryAfter()}
	switch {
	case a.Status == http.StatusTooManyRequests:
		d.Outcome, d.Code, d.HoldChannel = fault.Later, fault.CantSendNow, true
	case a.Status == http.StatusBadGateway, a.Status == http.StatusGatewayTimeout:
		d.Outcome, d.Code = fault.Unknown, fault.ServiceFailed
	case a.Status >= 500:
		d.Outcome, d.Code = fault.Later, fault.ServiceFailed
	case a.Status == http.StatusUnauthorized, a.Status == http.StatusForbidden:
		d.Code, d.HoldChannel = fault.ChannelSettings, true
	case a.Status == http.StatusNotFound, a.Status >= 300 && a.Status < 400:
		d.Code = fault.ChannelSettings
	case a.Status == http.StatusRequestEntityTooLarge:
		d.Code = fault.FileTooLarge
	}
	return d
}

// NotTaken turns an outcome that would be unknown for a send into later, for calls that send nothing
// yet, such as an upload: repeating them does no harm.
func NotTaken(d *fault.Delivery) *fault.Delivery {
	if d.Outcome == fault.Unknown {
		d.Outcome = fault.Later
	}
	return d
}

// Allowed reports whether link may be followed with an account's credentials: the same scheme and
// host as base, or https on one of the provider's own domains when base is the provider itself.
func Allowed(link, base string, domains ...string) bool {
	l, err := url.Parse(link)
	if err != nil || l.Host == "" || l.User != nil {
		return false
	}
	b, err := url.Parse(base)
	if err != nil {
		return false
	}
	if l.Scheme == b.Scheme && strings.EqualFold(l.Host, b.Host) {
		return true
	}
	return l.Scheme == "https" && l.Port() == "" && within(b.Hostname(), domains) && within(l.Hostname(), domains)
}

func within(host string, domains []string) bool {
	for _, d := range domains {
		if strings.EqualFold(host, d) || strings.HasSuffix(strings.ToLower(host), "."+d) {
			return true
		}
	}
	return false
}

// Limited gives a context without a deadline one: no call to a provider waits for ever.
func Limited(ctx context.Context, most time.Duration) (context.Context, context.CancelFunc) {
	if _, ok := ctx.Deadline(); ok {
		return context.WithCancel(ctx)
	}
	return context.WithTimeout(ctx, most)
}
