package twilio

import (
	"crypto/hmac"
	"crypto/sha1" // Twilio's choice; as a MAC it holds
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"switchboard/internal/channel"
	"switchboard/internal/fault"
	"switchboard/internal/message"
)

// Verify checks X-Twilio-Signature. It covers the address under which Twilio knows us (never the
// Host header) and the form's parameters; a JSON body is covered by its hash in the query.
func (*Connector) Verify(account channel.Account, request channel.WebhookRequest) error {
	refused := fault.New(fault.BadSignature, "The call is not signed by this channel's provider.")
	token := account.Secrets["auth_token"]
	got, err := base64.StdEncoding.DecodeString(request.Header.Get("X-Twilio-Signature"))
	if err != nil || len(got) == 0 || token == "" {
		return refused
	}
	address, query, err := known(account, request)
	if err != nil {
		return refused
	}
	signed := ""
	switch hash := query.Get("bodySHA256"); {
	case isForm(request):
		params, err := url.ParseQuery(string(request.Body))
		if err != nil {
			return refused
		}
		signed = joined(params)
	case hash != "":
		sum := sha256.Sum256(request.Body)
		want, err := hex.DecodeString(hash)
		if err != nil || !hmac.Equal(want, sum[:]) {
			return refused
		}
	case len(request.Body) > 0:
		return refused // a body that no signature covers
	}
	for _, a := range withAndWithoutPort(address) {
		mac := hmac.New(sha1.New, []byte(token))
		mac.Write([]byte(a + signed))
		if hmac.Equal(got, mac.Sum(nil)) {
			return nil
		}
	}
	return refused
}

// known is the webhook's address as Twilio calls it: the channel's own, with the query as received.
func known(account channel.Account, request channel.WebhookRequest) (string, url.Values, error) {
	received, err := url.Parse(request.URL)
	if err != nil {
		return "", nil, err
	}
	address := account.WebhookURL
	if address == "" {
		address = request.URL
	} else if received.RawQuery != "" {
		address += "?" + received.RawQuery
	}
	return address, received.Query(), nil
}

func isForm(request channel.WebhookRequest) bool {
	kind, _, _ := mime.ParseMediaType(request.Header.Get("Content-Type"))
	return request.Method == http.MethodPost && kind == "application/x-www-form-urlencoded"
}

// joined is every name followed by its values, in the order of names, each different value once.
func joined(params url.Values) string {
	names := make([]string, 0, len(params))
	for name := range params {
		names = append(names, name)
	}
	slices.Sort(names)
	var b strings.Builder
	for _, name := range names {
		values := slices.Clone(params[name])
		slices.Sort(values)
		for _, v := range slices.Compact(values) {
			b.WriteString(name)
			b.WriteString(v)
		}
	}
	return b.String()
}

// withAndWithoutPort gives both spellings of an address: Twilio has signed with and without the port.
func withAndWithoutPort(address string) []string {
	out := []string{address}
	u, err := url.Parse(address)
	if err != nil {
		return out
	}
	if port := u.Port(); port != "" {
		return append(out, strings.Replace(address, u.Host, strings.TrimSuffix(u.Host, ":"+port), 1))
	}
	port := "443"
	if u.Scheme == "http" {
		port = "80"
	}
	return append(out, strings.Replace(address, u.Host, u.Host+":"+port, 1))
}

// Parse reads a message, with an entry for each of its files, or a status report.
func (*Connector) Parse(account channel.Account, request channel.WebhookRequest) ([]channel.Event, error) {
	u, err := url.Parse(request.URL)
	if err != nil {
		return nil, fault.Wrap(err, fault.Malformed, "The address can't be read.")
	}
	params := u.Query()
	if request.Method != http.MethodGet {
		if params, err = url.ParseQuery(string(request.Body)); err != nil {
			return nil, fault.Wrap(err, fault.Malformed, "The body is not a form.")
		}
	}
	id := params.Get("MessageSid")
	if id == "" {
		id = params.Get("SmsSid")
	}
	if id == "" {
		return nil, fault.New(fault.Malformed, "The body has no MessageSid.")
	}
	if s := params.Get("AccountSid"); s != "" && s != sid(account) {
		return []channel.Event{{Kind: channel.EventIgnored, ProviderID: "ignored:other-account:" + id}}, nil
	}
	if status := params.Get("MessageStatus"); status != "" && status != "received" && status != "receiving" {
		return []channel.Event{receipt(id, status, params, u.Query().Get("entry"))}, nil
	}
	if to := params.Get("To"); account.Address != "" && to != account.Address {
		return []channel.Event{{Kind: channel.EventIgnored, ProviderID: "ignored:other-number:" + id}}, nil
	}
	if params.Get("From") == "" {
		return nil, fault.New(fault.Malformed, "The body has no sender.")
	}
	return inbound(id, params), nil
}

// inbound makes one message of each file; the first carries the text. An opt-out that Twilio has
// recorded follows the message that asked for it.
func inbound(id string, params url.Values) []channel.Event {
	from := message.Address{Kind: message.AddressPhone, Value: params.Get("From")}
	if !strings.HasPrefix(from.Value, "+") {
		from.Kind = message.AddressScoped // a short code or a name: no E.164
	}
	base := channel.Event{
		Kind: channel.EventMessage, ProviderID: id, From: []message.Address{from},
		Profile: message.Profile{Country: params.Get("FromCountry")},
	}
	first := base
	first.Content.Text = params.Get("Body")
	first.Answered = params.Get("OptOutType") != "" // Twilio has answered it
	events := []channel.Event{first}
	for i := range min(number(params.Get("NumMedia")), 10) {
		at := strconv.Itoa(i)
		link := params.Get("MediaUrl" + at)
		if link == "" {
			continue
		}
		e := base
		if i == 0 {
			e.Content.Text, e.Answered = first.Content.Text, first.Answered
		} else {
			e.ProviderID = id + ":" + at
		}
		kind := params.Get("MediaContentType" + at)
		name := channel.FileName(kind) // MMS carries none
		e.Media = &channel.MediaRef{URL: link, Type: kind, Name: name}
		e.Content.File = &message.File{Name: name, Type: kind}
		if i == 0 {
			events[0] = e
		} else {
			events = append(events, e)
		}
	}
	if events[0].Content.Text == "" && events[0].Content.File == nil {
		events[0].Content.Unsupported = "empty message"
	}
	switch params.Get("OptOutType") {
	case "STOP":
		events = append(events, channel.Event{Kind: channel.EventOptOut, ProviderID: "opt_out:" + id, From: base.From})
	case "START":
		events = append(events, channel.Event{Kind: channel.EventOptIn, ProviderID: "opt_in:" + id, From: base.From})
	}
	return events
}

// receipt of a message that we sent. Twilio's own queue counts as sent: it has taken the message.
func receipt(id, status string, params url.Values, entry string) channel.Event {
	r := &channel.Receipt{ProviderID: id}
	switch status {
	case "accepted", "scheduled", "queued", "sending", "sent":
		r.Status = message.StatusSent
	case "delivered", "partially_delivered":
		r.Status = message.StatusDelivered
	case "read":
		r.Status = message.StatusRead
	case "undelivered", "failed", "canceled":
		r.Status = message.StatusFailed
		r.Failure = failure(params.Get("ErrorCode"), params.Get("ErrorMessage"))
	default:
		return channel.Event{Kind: channel.EventIgnored, ProviderID: "ignored:status:" + id + ":" + status}
	}
	if entryID, err := message.ParseID[message.EntryID](entry); err == nil {
		r.EntryID = entryID
	}
	e := channel.Event{Kind: channel.EventReceipt, ProviderID: "status:" + id + ":" + status, Receipt: r}
	if to := params.Get("To"); to != "" {
		e.From = []message.Address{{Kind: message.AddressPhone, Value: to}}
	}
	return e
}

func number(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		return 0
	}
	return max(n, 0)
}
