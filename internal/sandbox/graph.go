package sandbox

import (
	"bytes"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"switchboard/internal/channel"
)

// graphFault is an error as the Graph API words it.
type graphFault struct {
	Status  int
	Code    int
	Subcode int
	Type    string
	Message string
	Details string
}

func (f *graphFault) Error() string { return fmt.Sprintf("%d %s", f.Code, f.Message) }

func badParameter(details string, args ...any) *graphFault {
	return &graphFault{Status: 400, Code: 100, Message: "(#100) Invalid parameter", Details: fmt.Sprintf(details, args...)}
}

// Handler answers what Switchboard calls: everything below GraphPath and TwilioPath. It needs no
// other guard: every call carries the credentials of a sandbox channel.
func (s *Sandbox) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST "+GraphPath+"/{version}/{id}/messages", s.graph(s.graphMessages))
	mux.HandleFunc("POST "+GraphPath+"/{version}/{id}/media", s.graph(s.graphUpload))
	mux.HandleFunc("GET "+GraphPath+"/{version}/{id}/message_templates", s.graph(s.graphTemplates))
	mux.HandleFunc("GET "+GraphPath+"/{version}/{id}/phone_numbers", s.graph(s.graphNumbers))
	mux.HandleFunc("GET "+GraphPath+"/{version}/{id}/whatsapp_business_profile", s.graph(s.graphProfile))
	mux.HandleFunc("POST "+GraphPath+"/{version}/{id}/whatsapp_business_profile", s.graph(s.graphSetProfile))
	mux.HandleFunc("POST "+GraphPath+"/{version}/{id}/uploads", s.graph(s.graphBegin))
	mux.HandleFunc("POST "+GraphPath+"/{version}/{id}/{step}", s.graph(s.graphStep))
	mux.HandleFunc("POST "+GraphPath+"/{version}/{id}", s.graph(s.graphBytesUp))
	mux.HandleFunc("GET "+GraphPath+"/{version}/{id}", s.graph(s.graphObject))
	mux.HandleFunc("GET "+GraphPath+"/bytes/{id}", s.graph(s.graphBytes))
	mux.HandleFunc(GraphPath+"/", func(w http.ResponseWriter, _ *http.Request) {
		writeGraph(w, &graphFault{Status: 404, Code: 2500, Message: "Unknown path components"}, nil)
	})
	s.twilioRoutes(mux)
	return mux
}

// graphCall is one authorised call.
type graphCall struct {
	line    *line
	account channel.Account
	request *http.Request
	body    []byte
	note    string // what was misbehaved, for the log
	phone   string
}

// graph authorises, logs and answers a call. The handler returns what to answer with 200.
func (s *Sandbox) graph(handle func(*graphCall) (any, *graphFault)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		started := s.config.Now()
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, fileMax))
		if err != nil {
			writeGraph(w, badParameter("The body can't be read or is larger than %d bytes.", fileMax), nil)
			return
		}
		c, f := s.authorise(r)
		if f != nil {
			writeGraph(w, f, nil)
			return
		}
		c.body = body
		if !s.dawdle(c.line, r) {
			panic(http.ErrAbortHandler)
		}
		var answer any
		switch mood := s.moodOf(c.line); mood {
		case moodDown:
			c.note = string(mood)
		case moodRevoked:
			c.note, f = string(mood), &graphFault{Status: 401, Code: 190, Type: "OAuthException", Message: "Error validating access token: The session has been invalidated"}
		default:
			answer, f = handle(c)
		}
		var shown bytes.Buffer
		status := 0
		defer func() { // also when the handler breaks the connection
			s.record(c.line, Exchange{At: started.UTC(), Kind: KindAPI, Method: r.Method, URL: r.URL.RequestURI(), Request: readable(r, body), Status: status,
				Response: shown.String(), Milliseconds: s.config.Now().Sub(started).Milliseconds(), Note: c.note, PhoneID: c.phone})
		}()
		switch mood(c.note) {
		case moodDown, moodBreak:
			panic(http.ErrAbortHandler)
		case moodHang:
			s.hang(r)
		}
		if m, ok := answer.(*medium); ok && f == nil {
			status = http.StatusOK
			fmt.Fprintf(&shown, "[%d bytes of %s]", len(m.bytes), m.kind)
			w.Header().Set("Content-Type", m.kind)
			w.Write(m.bytes)
			return
		}
		status = writeGraph(both{w, &shown}, f, answer)
	}
}

// readable is a body as the log shows it: files by their size only.
func readable(r *http.Request, body []byte) string {
	if strings.HasPrefix(r.Header.Get("Content-Type"), "image/") {
		return fmt.Sprintf("[%d bytes of %s]", len(body), r.Header.Get("Content-Type"))
	}
	if strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/") {
		return fmt.Sprintf("[form with a file, %d bytes]", len(body))
	}
	return string(body)
}

// authorise finds the line that the token and the id belong to.
func (s *Sandbox) authorise(r *http.Request) (*graphCall, *graphFault) {
	_, token, _ := strings.Cut(r.Header.Get("Authorization"), " ") // Bearer; OAuth for uploads
	holds := func(a channel.Account) bool {
		want := a.Secrets["access_token"]
		return a.Provider == channel.ProviderMeta && want != "" && subtle.ConstantTimeCompare([]byte(token), []byte(want)) == 1
	}
	id := r.PathValue("id")
	owns := func(a channel.Account) bool {
		if holds(a) && (id == "app" || strings.HasPrefix(id, "upload:")) {
			return true
		}
		return holds(a) && (setting(a, "phone_number_id") == id || setting(a, "waba_id") == id || s.ownsMedium(a, id))
	}
	l, err := s.find(r.Context(), owns)
	if err == nil && l == nil {
		if other, _ := s.find(r.Context(), holds); other == nil {
			return nil, &graphFault{Status: 401, Code: 190, Type: "OAuthException", Message: "Invalid OAuth access token - Cannot parse access token"}
		}
		return nil, &graphFault{Status: 400, Code: 100, Subcode: 33, Type: "GraphMethodException",
			Message: fmt.Sprintf("Unsupported %s request. Object with ID '%s' does not exist, cannot be loaded due to missing permissions, or does not support this operation", strings.ToLower(r.Method), id)}
	}
	if err != nil {
		s.config.Log.Error("sandbox: the channels can't be read", "error", err)
		return nil, &graphFault{Status: 500, Code: 2, Message: "Service temporarily unavailable"}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return &graphCall{line: l, account: l.account, request: r}, nil
}

func (s *Sandbox) ownsMedium(a channel.Account, id string) bool {
	m := s.media.byID[id]
	return m != nil && m.owner == a.ID
}

// writeGraph answers and tells the status.
func writeGraph(w http.ResponseWriter, f *graphFault, answer any) int {
	w.Header().Set("Content-Type", "application/json; charset=UTF-8")
	if f == nil {
		_ = json.NewEncoder(w).Encode(answer)
		return http.StatusOK
	}
	kind := f.Type
	if kind == "" {
		kind = "OAuthException"
	}
	e := map[string]any{"message": f.Message, "type": kind, "code": f.Code, "fbtrace_id": "A" + serial(20)}
	if f.Subcode != 0 {
		e["error_subcode"] = f.Subcode
	}
	if f.Details != "" {
		e["error_data"] = map[string]string{"messaging_product": "whatsapp", "details": f.Details}
	}
	w.WriteHeader(f.Status)
	_ = json.NewEncoder(w).Encode(map[string]any{"error": e})
	return f.Status
}

// both writes an answer to the caller and to the log.
type both struct {
	http.ResponseWriter
	copy *bytes.Buffer
}

func (b both) Write(p []byte) (int, error) {
	b.copy.Write(p)
	return b.ResponseWriter.Write(p)
}

// graphObject answers for a phone number or a file.
func (s *Sandbox) graphObject(c *graphCall) (any, *graphFault) {
	id := c.request.PathValue("id")
	switch id {
	case setting(c.account, "phone_number_id"):
		return s.graphNumber(c, id)
	case setting(c.account, "waba_id"):
		return map[string]any{"id": id, "name": "Sandbox business", "timezone_id": "1"}, nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	m := s.media.byID[id]
	if m == nil {
		return nil, badParameter("The file is gone.")
	}
	sum := sha256.Sum256(m.bytes)
	return map[string]any{
		"messaging_product": "whatsapp", "id": id, "mime_type": m.kind, "file_size": len(m.bytes), "sha256": hex.EncodeToString(sum[:]),
		"url": strings.TrimSuffix(c.account.BaseURL, "/") + "/bytes/" + id,
	}, nil
}

// spaced writes a number as Meta shows it to people.
func spaced(e164 string) string {
	if len(e164) == len("+15550783881") && strings.HasPrefix(e164, "+1") {
		return fmt.Sprintf("+1 %s-%s-%s", e164[2:5], e164[5:8], e164[8:])
	}
	return e164
}

func (s *Sandbox) graphBytes(c *graphCall) (any, *graphFault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if m := s.media.byID[c.request.PathValue("id")]; m != nil {
		return m, nil
	}
	return nil, badParameter("The file is gone.")
}

func (s *Sandbox) graphTemplates(c *graphCall) (any, *graphFault) {
	if c.request.PathValue("id") != setting(c.account, "waba_id") {
		return nil, &graphFault{Status: 400, Code: 100, Message: "(#100) Tried accessing nonexisting field (message_templates)"}
	}
	limit, err := strconv.Atoi(c.request.URL.Query().Get("limit"))
	if err != nil || limit < 1 || limit > 1000 {
		limit = 25
	}
	after, _ := strconv.Atoi(c.request.URL.Query().Get("after")) // our own cursor, or none
	s.mu.Lock()
	defer s.mu.Unlock()
	all := c.line.templates
	after = min(max(after, 0), len(all))
	page := all[after:min(after+limit, len(all))]
	data := make([]any, 0, len(page))
	for _, t := range page {
		parts := []map[string]string{}
		if t.Header != "" {
			parts = append(parts, map[string]string{"type": "HEADER", "format": "TEXT", "text": t.Header})
		}
		parts = append(parts, map[string]string{"type": "BODY", "text": t.Body})
		if t.Footer != "" {
			parts = append(parts, map[string]string{"type": "FOOTER", "text": t.Footer})
		}
		data = append(data, map[string]any{"id": t.ID, "name": t.Name, "language": t.Language, "category": t.Category, "status": t.Status, "components": parts})
	}
	answer := map[string]any{"data": data}
	if c.request.URL.Query().Has("summary") {
		names := map[string]bool{}
		for _, t := range all {
			names[t.Name] = true
		}
		answer["summary"] = map[string]int{"total_count": len(all), "message_template_count": len(names), "message_template_limit": c.line.number.TemplatesLimit}
	}
	if end := after + len(page); end < len(all) {
		next := strings.TrimSuffix(c.account.BaseURL, "/") + strings.TrimPrefix(c.request.URL.Path, GraphPath)
		answer["paging"] = map[string]any{"cursors": map[string]string{"after": strconv.Itoa(end)}, "next": fmt.Sprintf("%s?limit=%d&after=%d", next, limit, end)}
	}
	return answer, nil
}

// mediaRules: what a kind of message takes, and up to which size (the provider's own limits).
var mediaRules = map[string]struct {
	types []string
	max   int
}{
	"image":    {[]string{"image/jpeg", "image/png"}, 5 << 20},
	"sticker":  {[]string{"image/webp"}, 500 << 10},
	"audio":    {[]string{"audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg"}, 16 << 20},
	"video":    {[]string{"video/mp4", "video/3gpp"}, 16 << 20},
	"document": {nil, 100 << 20},
}

// takes reports why a kind of message doesn't take a file; empty when it does.
func takes(kind, mediaType string, size int) string {
	rule := mediaRules[kind]
	if rule.types != nil && !slices.Contains(rule.types, mediaType) {
		return fmt.Sprintf("A message of type %s takes %s, not %s.", kind, strings.Join(rule.types, ", "), mediaType)
	}
	if size > rule.max {
		return fmt.Sprintf("The file has %d bytes; a message of type %s takes %d.", size, kind, rule.max)
	}
	return ""
}

func (s *Sandbox) graphUpload(c *graphCall) (any, *graphFault) {
	if c.request.PathValue("id") != setting(c.account, "phone_number_id") {
		return nil, badParameter("Files belong to a phone number.")
	}
	r := c.request.Clone(c.request.Context())
	r.Body = io.NopCloser(bytes.NewReader(c.body))
	if err := r.ParseMultipartForm(fileMax); err != nil {
		return nil, badParameter("The form can't be read.")
	}
	if r.PostFormValue("messaging_product") != "whatsapp" {
		return nil, badParameter("The parameter messaging_product is required.")
	}
	file, head, err := r.FormFile("file")
	if err != nil {
		return nil, badParameter("The parameter file is required.")
	}
	defer file.Close()
	b, err := io.ReadAll(file)
	if err != nil {
		return nil, badParameter("The file can't be read.")
	}
	claimed := head.Header.Get("Content-Type")
	if t := r.PostFormValue("type"); t != "" {
		claimed = t
	}
	kind := mediaType(claimed, b)
	if len(b) == 0 {
		return nil, badParameter("The file is empty.")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return map[string]string{"id": s.media.add(c.account.ID, head.Filename, kind, b).id}, nil
}

// typingFor is how long the provider shows that the business writes.
const typingFor = 25 * time.Second
