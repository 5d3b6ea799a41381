package sandbox

import (
	"bytes"
	"crypto/subtle"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"switchboard/internal/channel"
	"switchboard/internal/channel/sms"
	"switchboard/internal/consent/phone"
	"switchboard/internal/message"
)

// twilioFault is an error as Twilio words it.
type twilioFault struct {
	Status int
	Code   int
	Text   string
}

// magic are the numbers that Twilio's own test credentials refuse, with what they answer.
var magic = map[string]twilioFault{
	"+15005550001": {400, 21211, "Invalid 'To' Phone Number: +15005550001"},
	"+15005550002": {400, 21612, "The 'To' phone number +15005550002 is not currently reachable via SMS"},
	"+15005550003": {400, 21408, "Permission to send an SMS has not been enabled for the region indicated by the 'To' number"},
	"+15005550004": {400, 21610, "Attempt to send to unsubscribed recipient"},
	"+15005550009": {400, 21614, "To number: +15005550009, is not a mobile number"},
}

// shortened are links of public shorteners, which carriers filter (CH-28).
var shortened = regexp.MustCompile(`(?i)\b(bit\.ly|goo\.gl|tinyurl\.com|tiny\.cc|is\.gd|soo\.gd|s2r\.co|budurl\.com|bc\.vc)/`)

// enabled: an account may write to its number's own region until more are switched on; the US and
// Canada are one.
func enabled(a channel.Account, to string) bool {
	from, other := phone.Read(a.Address, setting(a, channel.SettingCountry)), phone.Read(to, "")
	return phone.Pictures(from, other) || from.Country == other.Country || from.Country == "" || other.Country == ""
}

// twilioCall is one authorised call.
type twilioCall struct {
	account channel.Account // of any line with these credentials
	line    *line           // the one that the call is about, once known; for the log
	request *http.Request
	form    url.Values
	note    string
	phone   string
}

func (s *Sandbox) twilioRoutes(mux *http.ServeMux) {
	const account = TwilioPath + "/2010-04-01/Accounts/{sid}"
	mux.HandleFunc("POST "+account+"/Messages.json", s.twilio(s.twilioSend))
	mux.HandleFunc("GET "+account+"/Messages.json", s.twilio(s.twilioList))
	mux.HandleFunc("GET "+account+"/Messages/{message}", s.twilio(s.twilioFetch))
	mux.HandleFunc("GET "+account+"/Messages/{message}/Media/{media}", s.twilio(s.twilioMedia))
	mux.HandleFunc("GET "+account+"/IncomingPhoneNumbers.json", s.twilio(s.twilioNumbers))
	mux.HandleFunc("GET "+TwilioPath+"/v2/PhoneNumbers/{number}", s.twilio(s.twilioLookup))
	mux.HandleFunc(TwilioPath+"/", func(w http.ResponseWriter, r *http.Request) {
		writeTwilio(w, 0, &twilioFault{404, 20404, "The requested resource " + strings.TrimPrefix(r.URL.Path, TwilioPath) + " was not found"}, nil)
	})
}

// twilio authorises, logs and answers a call.
func (s *Sandbox) twilio(handle func(*twilioCall) (int, any, *twilioFault)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		started := s.config.Now()
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<20))
		if err != nil {
			writeTwilio(w, 0, &twilioFault{400, 20001, "The body can't be read"}, nil)
			return
		}
		sid := r.PathValue("sid")
		user, token, _ := r.BasicAuth()
		if sid == "" {
			sid = user // the Lookup API names no account
		}
		l, err := s.find(r.Context(), func(a channel.Account) bool {
			want := a.Secrets["auth_token"]
			return a.Provider == channel.ProviderTwilio && setting(a, "account_sid") == sid && user == sid && want != "" &&
				subtle.ConstantTimeCompare([]byte(token), []byte(want)) == 1
		})
		switch {
		case err != nil:
			s.config.Log.Error("sandbox: the channels can't be read", "error", err)
			writeTwilio(w, 0, &twilioFault{500, 20500, "An internal server error has occurred"}, nil)
			return
		case l == nil:
			writeTwilio(w, 0, &twilioFault{401, 20003, "Authenticate"}, nil)
			return
		}
		s.mu.Lock()
		c := &twilioCall{account: l.account, line: l, request: r}
		s.mu.Unlock()
		if r.Method == http.MethodPost {
			if c.form, err = url.ParseQuery(string(body)); err != nil || !strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded") {
				writeTwilio(w, 0, &twilioFault{400, 20001, "The body must be a form"}, nil)
				return
			}
		}
		if !s.dawdle(c.line, r) {
			panic(http.ErrAbortHandler)
		}
		var status int
		var answer any
		var f *twilioFault
		switch mood := s.moodOf(c.line); mood {
		case moodDown:
			c.note = string(mood)
		case moodRevoked:
			c.note, f = string(mood), &twilioFault{401, 20003, "Authenticate"}
		default:
			status, answer, f = handle(c)
		}
		var shown bytes.Buffer
		written := 0
		defer func() {
			s.record(c.line, Exchange{At: started.UTC(), Kind: KindAPI, Method: r.Method, URL: r.URL.RequestURI(), Request: string(body), Status: written,
				Response: shown.String(), Milliseconds: s.config.Now().Sub(started).Milliseconds(), Note: c.note, PhoneID: c.phone})
		}()
		switch mood(c.note) {
		case moodDown, moodBreak:
			panic(http.ErrAbortHandler)
		case moodHang:
			s.hang(r)
		}
		if m, ok := answer.(*medium); ok && f == nil {
			written = http.StatusOK
			fmt.Fprintf(&shown, "[%d bytes of %s]", len(m.bytes), m.kind)
			w.Header().Set("Content-Type", m.kind)
			w.Write(m.bytes)
			return
		}
		written = writeTwilio(both{w, &shown}, status, f, answer)
	}
}

func writeTwilio(w http.ResponseWriter, status int, f *twilioFault, answer any) int {
	w.Header().Set("Content-Type", "application/json")
	if f != nil {
		w.WriteHeader(f.Status)
		_ = json.NewEncoder(w).Encode(map[string]any{"code": f.Code, "message": f.Text, "more_info": "https://www.twilio.com/docs/errors/" + strconv.Itoa(f.Code), "status": f.Status})
		return f.Status
	}
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(answer)
	return status
}

// siblings are the lines of the same Twilio account. The lock is held.
func (s *Sandbox) siblings(a channel.Account) (out []*line) {
	for _, l := range s.lines {
		if l.account.Provider == channel.ProviderTwilio && setting(l.account, "account_sid") == setting(a, "account_sid") && l.account.Org == a.Org {
			out = append(out, l)
		}
	}
	return out
}

// twilioSend takes a message.
func (s *Sandbox) twilioSend(c *twilioCall) (int, any, *twilioFault) {
	if f := s.twilioSender(c); f != nil {
		return 0, nil, f
	}
	switch mood := s.moodFor(c.line); mood {
	case moodRate:
		c.note = string(mood)
		return 0, nil, &twilioFault{429, 20429, "Too Many Requests"}
	case moodFail:
		c.note = string(mood)
		return 0, nil, &twilioFault{500, 20500, "An internal server error has occurred"}
	case moodBreak:
		c.note = string(mood)
		return 0, nil, nil
	case moodHang:
		c.note = string(mood)
	}
	form := c.form
	to, text, links, callback := form.Get("To"), form.Get("Body"), form["MediaUrl"], form.Get("StatusCallback")
	number := normal(to)
	refused, isMagic := magic[to]
	switch {
	case to == "":
		return 0, nil, &twilioFault{400, 21604, "A 'To' phone number is required."}
	case isMagic:
		return 0, nil, &refused
	case number == "" || !strings.HasPrefix(to, "+"):
		return 0, nil, &twilioFault{400, 21211, "Invalid 'To' Phone Number: " + to}
	case number == normal(c.line.account.Address):
		return 0, nil, &twilioFault{400, 21266, "'To' and 'From' number cannot be the same"}
	case !enabled(c.line.account, number):
		return 0, nil, &twilioFault{400, 21408, "Permission to send an SMS has not been enabled for the region indicated by the 'To' number: " + to}
	case text == "" && len(links) == 0:
		return 0, nil, &twilioFault{400, 21602, "Message body is required."}
	case utf8.RuneCountInString(text) > 1600:
		return 0, nil, &twilioFault{400, 21617, "The concatenated message body exceeds the 1600 character limit"}
	case len(links) > 10:
		return 0, nil, &twilioFault{400, 21623, "Number of media files exceeds the limit"}
	}
	for _, link := range links {
		if u, err := url.Parse(link); err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
			return 0, nil, &twilioFault{400, 21620, "Invalid media URL(s)"}
		}
	}
	if callback != "" && !sameHost(callback, c.line.account.WebhookURL) {
		return 0, nil, &twilioFault{400, 21609, "The 'StatusCallback' URL is not a valid URL: the sandbox reports to the channel's own host only"}
	}

	s.mu.Lock()
	defer s.mu.Unlock()
	p := c.line.byNumber(number)
	if p == nil {
		var err error
		if p, err = s.addPhone(c.line, number, ""); err != nil {
			return 0, nil, &twilioFault{400, 21211, "Invalid 'To' Phone Number: " + to}
		}
	}
	c.phone = p.ID
	if p.OptedOut {
		return 0, nil, &twilioFault{400, 21610, "Attempt to send to unsubscribed recipient"}
	}
	m := &Message{ID: twilioID("SM"), Status: "sent", callback: callback, Segments: sms.Measure(text).Segments, Content: message.Content{Text: text}}
	link := ""
	if len(links) > 0 {
		m.ID = twilioID("MM")
		m.Segments = 1
		link = links[0]
		m.Content.File = &message.File{Name: "picture"}
	}
	s.keep(c.line, p, m)
	if shortened.MatchString(text) {
		s.fail(c.line, p, m, MessageError{30007, "Message filtered"}, s.config.Timing.Sent)
	} else {
		s.plan(c.line, p, m, "image", link)
	}
	return http.StatusCreated, s.twilioMessage(c.line, p, m, "queued"), nil
}

// twilioSender finds the line that a message leaves from.
func (s *Sandbox) twilioSender(c *twilioCall) *twilioFault {
	from, service := c.form.Get("From"), c.form.Get("MessagingServiceSid")
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, l := range s.siblings(c.account) {
		if from != "" && l.account.Address == from || from == "" && service != "" && setting(l.account, "messaging_service_sid") == service {
			c.line = l
			return nil
		}
	}
	switch {
	case from == "" && service == "":
		return &twilioFault{400, 21603, "A 'From' phone number is required."}
	case from == "":
		return &twilioFault{400, 21703, "The Messaging Service does not contain any phone numbers."}
	case normal(from) == "":
		return &twilioFault{400, 21212, "Invalid From Number (caller ID): " + from}
	}
	return &twilioFault{400, 21606, "The 'From' phone number " + from + " is not a valid, message-capable number of this account."}
}

func sameHost(a, b string) bool {
	x, err := url.Parse(a)
	if err != nil {
		return false
	}
	y, err := url.Parse(b)
	return err == nil && x.Scheme == y.Scheme && x.Host == y.Host
}

// twilioID is a prefix and 32 hex digits.
func twilioID(prefix string) string {
	return prefix + strings.ReplaceAll(message.NewID[message.RowID]().String(), "-", "")
}

// twilioStatus is Twilio's word for what became of a message.
func twilioStatus(m *Message) string {
	switch {
	case m.Customer:
		return "received"
	case m.Status == "failed":
		return "undelivered"
	}
	return m.Status
}

// twilioMessage is the message resource.
func (s *Sandbox) twilioMessage(l *line, p *Phone, m *Message, status string) map[string]any {
	sid := setting(l.account, "account_sid")
	path := "/2010-04-01/Accounts/" + sid + "/Messages/" + m.ID
	from, to, direction := l.account.Address, p.Number, "outbound-api"
	if m.Customer {
		from, to, direction = to, from, "inbound"
	}
	media := 0
	if m.Content.File != nil {
		media = 1
	}
	out := map[string]any{
		"sid": m.ID, "account_sid": sid, "api_version": "2010-04-01", "body": m.Content.Text, "from": from, "to": to, "direction": direction,
		"status": status, "num_segments": strconv.Itoa(max(m.Segments, 1)), "num_media": strconv.Itoa(media), "price": nil, "price_unit": "USD",
		"date_created": m.created.Format(time.RFC1123Z), "date_updated": m.created.Format(time.RFC1123Z), "date_sent": nil,
		"error_code": nil, "error_message": nil, "messaging_service_sid": nil, "uri": path + ".json",
		"subresource_uris": map[string]string{"media": path + "/Media.json"},
	}
	if v := setting(l.account, "messaging_service_sid"); v != "" && !m.Customer {
		out["messaging_service_sid"] = v
	}
	if status != "queued" {
		out["date_sent"] = m.created.Format(time.RFC1123Z)
	}
	if m.Error != nil {
		out["error_code"], out["error_message"] = m.Error.Code, m.Error.Text
	}
	return out
}

// twilioList is the account's log, newest first, filtered by number and date.
func (s *Sandbox) twilioList(c *twilioCall) (int, any, *twilioFault) {
	q := c.request.URL.Query()
	size, err := strconv.Atoi(q.Get("PageSize"))
	if err != nil || size < 1 || size > 1000 {
		size = 50
	}
	page, _ := strconv.Atoi(q.Get("Page")) // 0 when absent
	page = max(page, 0)
	s.mu.Lock()
	defer s.mu.Unlock()
	type found struct {
		seq  int64
		show map[string]any
	}
	var all []found
	for _, l := range s.siblings(c.account) {
		for _, p := range l.phones {
			for _, m := range p.messages {
				if m.Automatic || m.Customer && m.Status == "lost" {
					continue
				}
				show := s.twilioMessage(l, p, m, twilioStatus(m))
				if matches(q, "To", show["to"]) && matches(q, "From", show["from"]) && m.within(q) {
					all = append(all, found{m.Seq, show})
				}
			}
		}
	}
	slices.SortFunc(all, func(a, b found) int { return int(b.seq - a.seq) })
	first, last := min(page*size, len(all)), min(page*size+size, len(all))
	shown := make([]any, 0, last-first)
	for _, f := range all[first:last] {
		shown = append(shown, f.show)
	}
	answer := map[string]any{"messages": shown, "page": page, "page_size": size, "next_page_uri": nil, "uri": c.request.URL.RequestURI()}
	if last < len(all) {
		q.Set("Page", strconv.Itoa(page+1))
		answer["next_page_uri"] = strings.TrimPrefix(c.request.URL.Path, TwilioPath) + "?" + q.Encode()
	}
	return http.StatusOK, answer, nil
}

func matches(q url.Values, name string, v any) bool { return q.Get(name) == "" || q.Get(name) == v }

// within checks DateSent, DateSent> and DateSent<, which are days.
func (m *Message) within(q url.Values) bool {
	day := m.created.Format(time.DateOnly)
	return (q.Get("DateSent") == "" || day == q.Get("DateSent")[:min(10, len(q.Get("DateSent")))]) &&
		(q.Get("DateSent>") == "" || day >= q.Get("DateSent>")) && (q.Get("DateSent<") == "" || day <= q.Get("DateSent<"))
}

func (s *Sandbox) twilioFetch(c *twilioCall) (int, any, *twilioFault) {
	id := strings.TrimSuffix(c.request.PathValue("message"), ".json")
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, l := range s.siblings(c.account) {
		if p, m := l.messageAnywhere(id); m != nil {
			c.line, c.phone = l, p.ID
			return http.StatusOK, s.twilioMessage(l, p, m, twilioStatus(m)), nil
		}
	}
	return 0, nil, &twilioFault{404, 20404, "The requested resource was not found"}
}

func (s *Sandbox) twilioMedia(c *twilioCall) (int, any, *twilioFault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if m := s.media.byID[strings.TrimPrefix(c.request.PathValue("media"), "ME")]; m != nil {
		for _, l := range s.siblings(c.account) {
			if l.account.ID == m.owner {
				c.line = l
				return http.StatusOK, m, nil
			}
		}
	}
	return 0, nil, &twilioFault{404, 20404, "The requested resource was not found"}
}

func (s *Sandbox) twilioNumbers(c *twilioCall) (int, any, *twilioFault) {
	q := c.request.URL.Query()
	s.mu.Lock()
	defer s.mu.Unlock()
	numbers := []any{}
	for _, l := range s.siblings(c.account) {
		if matches(q, "PhoneNumber", l.account.Address) {
			numbers = append(numbers, map[string]any{"sid": "PN" + strings.Repeat("0", 32), "phone_number": l.account.Address, "friendly_name": "Sandbox " + l.account.Address,
				"sms_url": l.account.WebhookURL, "capabilities": map[string]bool{"sms": true, "mms": true, "voice": false}})
		}
	}
	return http.StatusOK, map[string]any{"incoming_phone_numbers": numbers, "next_page_uri": nil}, nil
}
