package sandbox

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"switchboard/internal/channel"
	"switchboard/internal/fault"
	"switchboard/internal/message"
)

// API is the person's side, below APIPath: phones, what they say, the log of what was exchanged, and
// the switches to misbehave. Whoever mounts it decides who may come in; Config.Org says whose
// channels they see. docs/sandbox.md describes it.
func (s *Sandbox) API() http.Handler {
	mux := http.NewServeMux()
	for pattern, handle := range map[string]func(*visit) (any, error){
		"GET /channels":                        s.listChannels,
		"GET /channels/{channel}":              s.onLine(s.showChannel),
		"POST /channels/{channel}/verify":      s.onLine(s.verifyWebhook),
		"GET /channels/{channel}/misbehaviour": s.onLine(s.showMisbehaviour),
		"PUT /channels/{channel}/misbehaviour": s.onLine(s.setMisbehaviour),
		"GET /channels/{channel}/exchange":     s.onLine(s.listExchange),
		"GET /channels/{channel}/number":       s.onLine(s.showNumber),
		"PATCH /channels/{channel}/number":     s.onLine(s.setNumber),
		"GET /channels/{channel}/templates":    s.onLine(s.listTemplates),
		"POST /channels/{channel}/templates":   s.onLine(s.addTemplate),
		"GET /channels/{channel}/phones":       s.onLine(s.listPhones),
		"POST /channels/{channel}/phones":      s.onLine(s.createPhone),
		"GET /phones/{phone}":                  s.onPhone(s.showPhone),
		"PATCH /phones/{phone}":                s.onPhone(s.changePhone),
		"DELETE /phones/{phone}":               s.onPhone(s.removePhone),
		"GET /phones/{phone}/messages":         s.onPhone(s.listMessages),
		"POST /phones/{phone}/messages":        s.onPhone(s.say),
		"PATCH /phones/{phone}/messages/{id}":  s.onPhone(s.editMessage),
		"DELETE /phones/{phone}/messages/{id}": s.onPhone(s.deleteMessage),
		"POST /phones/{phone}/read":            s.onPhone(s.readAll),
		"POST /phones/{phone}/typing":          s.onPhone(s.customerTypes),
		"POST /phones/{phone}/raw":             s.onPhone(s.sayRaw),
	} {
		method, path, _ := strings.Cut(pattern, " ")
		mux.HandleFunc(method+" "+APIPath+path, s.answer(handle))
	}
	mux.HandleFunc("GET "+APIPath+"/media/{id}", s.serveMedia)
	mux.HandleFunc("GET "+APIPath+"/events", s.serveEvents)
	mux.HandleFunc(APIPath+"/", func(w http.ResponseWriter, r *http.Request) {
		s.config.Problem(w, r, fault.New(fault.NotFound, "There is no such address."))
	})
	return mux
}

// visit is one request by a person or a script.
type visit struct {
	*http.Request
	writer http.ResponseWriter
	org    message.OrgID
	all    bool // sees every organisation's channels
	line   *line
	phone  *Phone
	// account as it was when the request came: the line's own changes under the lock.
	account channel.Account
}

// answer runs a handler that the visitor may use and writes its JSON: 201 for what a POST made, 204
// for nothing.
func (s *Sandbox) answer(handle func(*visit) (any, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		v, err := s.enter(w, r)
		var out any
		if err == nil {
			out, err = handle(v)
		}
		if err != nil {
			s.config.Problem(w, r, err)
			return
		}
		if out == nil {
			w.WriteHeader(http.StatusNoContent)
			return
		}
		raw, err := json.Marshal(out)
		if err != nil {
			s.config.Problem(w, r, err)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		if r.Method == http.MethodPost {
			w.WriteHeader(http.StatusCreated)
		}
		w.Write(raw)
	}
}

func (s *Sandbox) enter(w http.ResponseWriter, r *http.Request) (*visit, error) {
	v := &visit{Request: r, writer: w, all: s.config.Org == nil}
	if !v.all {
		org, ok := s.config.Org(r)
		if !ok || org.IsZero() {
			return nil, fault.New(fault.NoPermission, "You may not use the sandbox.")
		}
		v.org = org
	}
	return v, nil
}

func (v *visit) sees(a channel.Account) bool { return v.all || a.Org == v.org }

func (s *Sandbox) onLine(handle func(*visit) (any, error)) func(*visit) (any, error) {
	return func(v *visit) (any, error) {
		l, err := s.find(v.Context(), func(a channel.Account) bool { return a.ID.String() == v.PathValue("channel") && v.sees(a) })
		if err != nil {
			return nil, err
		}
		if l == nil {
			return nil, fault.New(fault.NotFound, "The sandbox plays no such channel.")
		}
		s.mu.Lock()
		v.line, v.account = l, l.account
		s.mu.Unlock()
		return handle(v)
	}
}

func (s *Sandbox) onPhone(handle func(*visit) (any, error)) func(*visit) (any, error) {
	return func(v *visit) (any, error) {
		s.mu.Lock()
		for _, l := range s.lines {
			if p := l.phone(v.PathValue("phone")); p != nil && v.sees(l.account) {
				v.line, v.phone, v.account = l, p, l.account
			}
		}
		s.mu.Unlock()
		if v.phone == nil {
			return nil, fault.New(fault.NotFound, "There is no such phone. The sandbox forgets its phones when the server stops.")
		}
		return handle(v)
	}
}

// read takes the JSON body.
func (v *visit) read(into any) error {
	d := json.NewDecoder(http.MaxBytesReader(v.writer, v.Body, 1<<20))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil && err != io.EOF {
		return fault.Wrap(err, fault.Malformed, "The body can't be read: %s", strings.TrimPrefix(err.Error(), "json: "))
	}
	return nil
}

type list[T any] struct {
	Items []T `json:"items"`
}

// Channel is one that the sandbox plays, as the phone page shows it.
type Channel struct {
	ID           message.ChannelID `json:"id"`
	Type         channel.Type      `json:"type"`
	Provider     string            `json:"provider"`
	Address      string            `json:"address"`
	Webhook      string            `json:"webhook"`
	Phones       int               `json:"phones"`
	Unread       int               `json:"unread"`
	Misbehaviour Misbehaviour      `json:"misbehaviour"`
}

// channelOf shows a line, and gives the account behind it.
func (s *Sandbox) channelOf(l *line) (Channel, channel.Account) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := Channel{ID: l.account.ID, Type: l.account.Type, Provider: l.account.Provider, Address: l.account.Address,
		Webhook: l.account.WebhookURL, Phones: len(l.phones), Misbehaviour: l.misbehaviour}
	for _, p := range l.phones {
		c.Unread += p.Unread
	}
	return c, l.account
}

func (s *Sandbox) listChannels(v *visit) (any, error) {
	if err := s.learn(v.Context()); err != nil {
		return nil, err
	}
	out := list[Channel]{Items: []Channel{}}
	for _, l := range s.sorted() {
		if c, account := s.channelOf(l); v.sees(account) {
			out.Items = append(out.Items, c)
		}
	}
	return out, nil
}

func (s *Sandbox) showChannel(v *visit) (any, error) {
	c, _ := s.channelOf(v.line)
	return c, nil
}

func (s *Sandbox) showMisbehaviour(v *visit) (any, error) {
	c, _ := s.channelOf(v.line)
	return c.Misbehaviour, nil
}

// setMisbehaviour replaces all switches: what is left out is off.
func (s *Sandbox) setMisbehaviour(v *visit) (any, error) {
	var m Misbehaviour
	if err := v.read(&m); err != nil {
		return nil, err
	}
	m.tame()
	s.mu.Lock()
	defer s.mu.Unlock()
	v.line.misbehaviour = m
	s.tell(v.line, "misbehaviour", map[string]any{"channel_id": v.line.account.ID, "misbehaviour": m})
	return m, nil
}

// verifyWebhook does what happens when somebody enters the webhook's address at the provider.
func (s *Sandbox) verifyWebhook(v *visit) (any, error) {
	a := v.account
	if a.Provider != channel.ProviderMeta {
		return nil, fault.New(fault.CapabilityMissing, "This provider doesn't verify webhooks.")
	}
	challenge := serial(10)
	query := url.Values{"hub.mode": {"subscribe"}, "hub.challenge": {challenge}, "hub.verify_token": {a.Secrets["verify_token"]}}
	req, err := http.NewRequestWithContext(v.Context(), http.MethodGet, a.WebhookURL+"?"+query.Encode(), nil)
	if err != nil {
		return nil, fault.Wrap(err, fault.Unprocessable, "The channel's webhook address can't be read.")
	}
	started := s.config.Now()
	res, err := s.config.HTTP.Do(req)
	if err != nil {
		return nil, fault.Wrap(err, fault.Unavailable, "The channel's webhook can't be reached.")
	}
	defer res.Body.Close()
	body, err := io.ReadAll(io.LimitReader(res.Body, 4<<10))
	if err != nil {
		return nil, fault.Wrap(err, fault.Unavailable, "The channel's webhook broke off.")
	}
	s.record(v.line, Exchange{At: started.UTC(), Kind: KindWebhook, Method: http.MethodGet, URL: a.WebhookURL, Status: res.StatusCode, Response: string(body),
		Milliseconds: s.config.Now().Sub(started).Milliseconds(), Attempt: 1, Note: "subscription check"})
	ok := res.StatusCode == http.StatusOK && string(body) == challenge
	return map[string]any{"verified": ok, "status": res.StatusCode}, nil
}

func (s *Sandbox) listExchange(v *visit) (any, error) {
	after, _ := strconv.ParseInt(v.URL.Query().Get("after"), 10, 64) // 0 when absent: all
	phone := v.URL.Query().Get("phone")
	s.mu.Lock()
	defer s.mu.Unlock()
	out := list[Exchange]{Items: []Exchange{}}
	for _, e := range v.line.exchange {
		if e.Seq > after && (phone == "" || phone == e.PhoneID) {
			out.Items = append(out.Items, e)
		}
	}
	return out, nil
}

func (s *Sandbox) listTemplates(v *visit) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return list[Template]{Items: append([]Template{}, v.line.templates...)}, nil
}

// addTemplate does what a person does in the provider's template manager. The same name and language
// replaces.
func (s *Sandbox) addTemplate(v *visit) (any, error) {
	var t Template
	if err := v.read(&t); err != nil {
		return nil, err
	}
	if v.account.Provider != channel.ProviderMeta {
		return nil, fault.New(fault.CapabilityMissing, "This channel has no templates.")
	}
	if t.Category == "" {
		t.Category = "UTILITY"
	}
	if t.Status == "" {
		t.Status = "APPROVED"
	}
	t.Category, t.Status, t.ID = strings.ToUpper(t.Category), strings.ToUpper(t.Status), serial(16)
	switch {
	case t.Name == "" || strings.Trim(t.Name, "abcdefghijklmnopqrstuvwxyz0123456789_") != "":
		return nil, fault.Invalid("name", "A template's name has small letters, digits and _ only.")
	case t.Language == "":
		return nil, fault.Invalid("language", "A template needs a language, such as en_US.")
	case t.Body == "" || len(t.Body) > 1024:
		return nil, fault.Invalid("body", "A template's body has 1 to 1024 characters.")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, old := range v.line.templates {
		if old.Name == t.Name && old.Language == t.Language {
			v.line.templates[i] = t
			return t, nil
		}
	}
	if len(v.line.templates) >= templatesMax {
		return nil, fault.New(fault.Conflict, "The provider keeps %d templates at most.", templatesMax)
	}
	v.line.templates = append(v.line.templates, t)
	return t, nil
}

func (s *Sandbox) serveMedia(w http.ResponseWriter, r *http.Request) {
	v, err := s.enter(w, r)
	if err != nil {
		s.config.Problem(w, r, err)
		return
	}
	s.mu.Lock()
	m := s.media.byID[r.PathValue("id")]
	visible := false
	if m != nil {
		l := s.lines[m.owner]
		visible = l != nil && v.sees(l.account)
	}
	s.mu.Unlock()
	if !visible {
		s.config.Problem(w, r, fault.New(fault.NotFound, "The file is gone."))
		return
	}
	// A customer's file is nobody's page: it must not run here.
	w.Header().Set("Content-Type", m.kind)
	w.Header().Set("Content-Security-Policy", "default-src 'none'; sandbox")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Cache-Control", "private, max-age=3600")
	w.Write(m.bytes)
}

// beat keeps connections of idle pages open through proxies.
const beat = 15 * time.Second

// serveEvents streams what changes. Ids are whole numbers; Last-Event-ID, or after in the query, goes on
// from there; "resync" says that too much was missed.
func (s *Sandbox) serveEvents(w http.ResponseWriter, r *http.Request) {
	v, err := s.enter(w, r)
	if err != nil {
		s.config.Problem(w, r, err)
		return
	}
	after := int64(-1)
	last := r.Header.Get("Last-Event-ID")
	if last == "" {
		last = r.URL.Query().Get("after")
	}
	if n, err := strconv.ParseInt(last, 10, 64); err == nil && n >= 0 {
		after = n
	}
	page, missed, resync := s.events.join(after)
	defer s.events.leave(page)
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Accel-Buffering", "no")
	flush := http.NewResponseController(w)
	fmt.Fprint(w, "retry: 1000\n\n")
	if resync {
		fmt.Fprint(w, "event: resync\ndata: {}\n\n")
	}
	write := func(h happening) error {
		if !v.all && h.Org != v.org {
			return nil
		}
		_, err := fmt.Fprintf(w, "id: %d\nevent: %s\ndata: %s\n\n", h.ID, h.Type, h.Data)
		return err
	}
	for _, h := range missed {
		if write(h) != nil {
			return
		}
	}
	tick := time.NewTicker(beat)
	defer tick.Stop()
	for {
		if flush.Flush() != nil {
			return
		}
		select {
		case h, open := <-page:
			if !open || write(h) != nil {
				return
			}
		case <-tick.C:
			if _, err := fmt.Fprint(w, ": still here\n\n"); err != nil {
				return
			}
		case <-r.Context().Done():
			return
		}
	}
}
