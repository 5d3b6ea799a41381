package sandbox

import (
	"bytes"
	"encoding/json"
	"image"
	_ "image/jpeg" // pictures of profiles
	_ "image/png"
	"mime"
	"net/http"
	"net/mail"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"switchboard/internal/fault"
)

// Number is how the played provider sees a line's own number and its business account.
type Number struct {
	Name       string `json:"name"`
	NameStatus string `json:"name_status"` // APPROVED, PENDING_REVIEW, DECLINED
	Quality    string `json:"quality"`     // GREEN, YELLOW, RED
	Verified   bool   `json:"verified"`
	Registered bool   `json:"registered"`
	// DailyLimit of unique customers: TIER_250, TIER_2K, TIER_UNLIMITED; any number will do.
	DailyLimit string `json:"daily_limit"`
	// Numbers that the account has, and may have; templates that it may have.
	Numbers        int `json:"numbers"`
	NumbersLimit   int `json:"numbers_limit"`
	TemplatesLimit int `json:"templates_limit"`
	// Code that went to the number last, and by which way; shown to whoever holds the number.
	Code    string `json:"code,omitempty"`
	CodeWay string `json:"code_way,omitempty"`
	// RefuseCode: no code is sent. WrongCode: every code is refused. Switches to misbehave.
	RefuseCode bool `json:"refuse_code,omitempty"`
	WrongCode  bool `json:"wrong_code,omitempty"`

	pin     string
	guesses int
}

func newNumber() Number {
	return Number{Name: "Sandbox business", NameStatus: "APPROVED", Quality: "GREEN", Verified: true, Registered: true,
		DailyLimit: "TIER_250", Numbers: 1, NumbersLimit: 20, TemplatesLimit: templatesMax}
}

// profile is what customers see of the business.
type profile struct {
	About       string   `json:"about,omitempty"`
	Address     string   `json:"address,omitempty"`
	Description string   `json:"description,omitempty"`
	Email       string   `json:"email,omitempty"`
	Websites    []string `json:"websites,omitempty"`
	Vertical    string   `json:"vertical,omitempty"`
	picture     string   // id in the media store
}

// upload is a resumable upload on its way.
type upload struct {
	token  string
	kind   string
	size   int64
	handle string
	bytes  []byte
}

// uploadsMax is how many uploads are remembered.
const uploadsMax = 50

// reachedWithin is the window of the daily limit.
const reachedWithin = 24 * time.Hour

// registered: the number may send.
func (s *Sandbox) registered(l *line) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return l.number.Registered && l.number.Verified
}

// limit is the number behind a tier; -1 without one.
func (n Number) limit() int {
	digits, thousands := strings.CutSuffix(strings.TrimPrefix(n.DailyLimit, "TIER_"), "K")
	v, err := strconv.Atoi(digits)
	switch {
	case err != nil:
		return -1
	case thousands:
		return v * 1000
	}
	return v
}

// reaches counts a customer who is written to outside of the window, or refuses over the daily limit.
// The lock is held.
func (l *line) reaches(p *Phone, now time.Time) *graphFault {
	for id, at := range l.reached {
		if now.Sub(at) >= reachedWithin {
			delete(l.reached, id)
		}
	}
	limit := l.number.limit()
	if _, counted := l.reached[p.ID]; !counted && limit >= 0 && len(l.reached) >= limit {
		return &graphFault{Status: 400, Code: 131048, Message: "(#131048) Spam rate limit hit",
			Details: "Message failed to send because there are restrictions on how many messages can be sent from this phone number."}
	}
	l.reached[p.ID] = now
	return nil
}

// graphNumber answers for the number, with the fields that were asked for.
func (s *Sandbox) graphNumber(c *graphCall, id string) (any, *graphFault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := c.line.number
	status := map[[2]bool]string{{true, true}: "CONNECTED", {true, false}: "PENDING", {false, false}: "UNVERIFIED", {false, true}: "UNVERIFIED"}[[2]bool{n.Verified, n.Registered}]
	all := map[string]any{
		"id": id, "display_phone_number": spaced(c.account.Address), "verified_name": n.Name, "name_status": n.NameStatus,
		"quality_rating": n.Quality, "platform_type": "CLOUD_API", "throughput": map[string]string{"level": "STANDARD"}, "status": status,
		"code_verification_status": map[bool]string{true: "VERIFIED", false: "NOT_VERIFIED"}[n.Verified],
	}
	limit := "whatsapp_business_manager_messaging_limit"
	if major, _ := strconv.Atoi(strings.TrimPrefix(strings.Split(c.request.PathValue("version"), ".")[0], "v")); major < 24 {
		limit = "messaging_limit_tier"
	}
	all[limit] = n.DailyLimit
	return chosen(all, c.request.URL.Query().Get("fields"))
}

// chosen is the fields that were asked for; all without a list. Unknown ones are refused.
func chosen(all map[string]any, fields string) (any, *graphFault) {
	if fields == "" {
		return all, nil
	}
	out := map[string]any{"id": all["id"]}
	for field := range strings.SplitSeq(fields, ",") {
		v, ok := all[field]
		if !ok {
			return nil, &graphFault{Status: 400, Code: 100, Message: "(#100) Tried accessing nonexisting field (" + field + ")"}
		}
		out[field] = v
	}
	return out, nil
}

// graphNumbers lists the account's numbers: the line's own and as many as were set beside it.
func (s *Sandbox) graphNumbers(c *graphCall) (any, *graphFault) {
	if c.request.PathValue("id") != setting(c.account, "waba_id") {
		return nil, &graphFault{Status: 400, Code: 100, Message: "(#100) Tried accessing nonexisting field (phone_numbers)"}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	data := []map[string]string{{"id": setting(c.account, "phone_number_id")}}
	for i := 1; i < min(c.line.number.Numbers, 100); i++ {
		data = append(data, map[string]string{"id": strconv.Itoa(100000 + i)})
	}
	return map[string]any{"data": data}, nil
}

// graphProfile reads the profile.
func (s *Sandbox) graphProfile(c *graphCall) (any, *graphFault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := c.line.profile
	all := map[string]any{"messaging_product": "whatsapp"}
	raw, _ := json.Marshal(p)     // texts only: can't fail
	_ = json.Unmarshal(raw, &all) // the same
	if p.picture != "" {
		all["profile_picture_url"] = APIPath + "/media/" + p.picture
	}
	for field := range all {
		if f := c.request.URL.Query().Get("fields"); f != "" && field != "messaging_product" && !slices.Contains(strings.Split(f, ","), field) {
			delete(all, field)
		}
	}
	return map[string]any{"data": []any{all}}, nil
}

var verticals = []string{"OTHER", "AUTO", "BEAUTY", "APPAREL", "EDU", "ENTERTAIN", "EVENT_PLAN", "FINANCE", "GROCERY", "GOVT", "HOTEL", "HEALTH",
	"NONPROFIT", "PROF_SERVICES", "RETAIL", "TRAVEL", "RESTAURANT", "ALCOHOL", "ONLINE_GAMBLING", "PHYSICAL_GAMBLING", "OTC_DRUGS"}

// graphSetProfile changes the parts that are given.
func (s *Sandbox) graphSetProfile(c *graphCall) (any, *graphFault) {
	if c.request.PathValue("id") != setting(c.account, "phone_number_id") {
		return nil, badParameter("A profile belongs to a phone number.")
	}
	var in struct {
		Product     string    `json:"messaging_product"`
		About       *string   `json:"about"`
		Address     *string   `json:"address"`
		Description *string   `json:"description"`
		Email       *string   `json:"email"`
		Websites    *[]string `json:"websites"`
		Vertical    *string   `json:"vertical"`
		Handle      *string   `json:"profile_picture_handle"`
	}
	if f := strict(c.body, &in); f != nil {
		return nil, f
	}
	if in.Product != "whatsapp" {
		return nil, &graphFault{Status: 400, Code: 100, Message: "(#100) The parameter messaging_product is required."}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	p := c.line.profile
	for _, part := range []struct {
		given    *string
		to       *string
		name     string
		min, max int
	}{{in.About, &p.About, "about", 1, 139}, {in.Address, &p.Address, "address", 0, 256}, {in.Description, &p.Description, "description", 0, 512}, {in.Email, &p.Email, "email", 0, 128}} {
		if part.given == nil {
			continue
		}
		if n := utf8.RuneCountInString(*part.given); n < part.min || n > part.max {
			return nil, badParameter("Param %s must have %d to %d characters.", part.name, part.min, part.max)
		}
		*part.to = *part.given
	}
	if _, err := mail.ParseAddress(p.Email); p.Email != "" && err != nil {
		return nil, badParameter("Param email is not a valid e-mail address.")
	}
	if in.Vertical != nil {
		if !slices.Contains(verticals, *in.Vertical) {
			return nil, badParameter("Param vertical must be one of {%s}", strings.Join(verticals, ", "))
		}
		p.Vertical = *in.Vertical
	}
	if in.Websites != nil {
		for _, site := range *in.Websites {
			if u, err := url.Parse(site); err != nil || u.Scheme != "http" && u.Scheme != "https" || len(site) > 256 {
				return nil, badParameter("Param websites has a value that is not a valid URL.")
			}
		}
		if len(*in.Websites) > 2 {
			return nil, badParameter("Param websites must have at most 2 values.")
		}
		p.Websites = *in.Websites
	}
	if in.Handle != nil {
		picture, f := s.pictureOf(c, *in.Handle)
		if f != nil {
			return nil, f
		}
		p.picture = picture
	}
	c.line.profile = p
	return map[string]bool{"success": true}, nil
}

// pictureOf finds the upload behind a handle and looks at the picture. The lock is held.
func (s *Sandbox) pictureOf(c *graphCall, handle string) (string, *graphFault) {
	for _, u := range s.uploads {
		if u.handle == "" || u.handle != handle || u.token != c.account.Secrets["access_token"] {
			continue
		}
		config, format, err := image.DecodeConfig(bytes.NewReader(u.bytes))
		if err != nil || format != "png" && format != "jpeg" || "image/"+format != u.kind {
			return "", badParameter("The profile picture must be a JPEG or PNG file.")
		}
		if config.Width < 192 || config.Height < 192 {
			return "", badParameter("The profile picture must be at least 192 x 192 pixels.")
		}
		return s.media.add(c.account.ID, "profile", u.kind, u.bytes).id, nil
	}
	return "", badParameter("Param profile_picture_handle is not a handle of an upload.")
}

// graphBegin opens an upload.
func (s *Sandbox) graphBegin(c *graphCall) (any, *graphFault) {
	if c.request.PathValue("id") != "app" {
		return nil, badParameter("Uploads belong to the app.")
	}
	q := c.request.URL.Query()
	size, err := strconv.ParseInt(q.Get("file_length"), 10, 64)
	if err != nil || size < 1 || size > fileMax {
		return nil, badParameter("Param file_length is required.")
	}
	kind, _, err := mime.ParseMediaType(q.Get("file_type"))
	if err != nil || !slices.Contains([]string{"image/jpeg", "image/png", "application/pdf", "video/mp4"}, kind) {
		return nil, badParameter("Param file_type must be one of {image/jpeg, image/png, application/pdf, video/mp4}")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	id := "upload:" + serial(24)
	if len(s.uploads) >= uploadsMax {
		clear(s.uploads)
	}
	s.uploads[id] = &upload{token: c.account.Secrets["access_token"], kind: kind, size: size}
	return map[string]string{"id": id + "?sig=" + serial(8)}, nil
}

// graphBytesUp takes an upload's bytes.
func (s *Sandbox) graphBytesUp(c *graphCall) (any, *graphFault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	u := s.uploads[c.request.PathValue("id")]
	switch {
	case u == nil || u.token != c.account.Secrets["access_token"]:
		return nil, badParameter("There is no such upload.")
	case !strings.HasPrefix(c.request.Header.Get("Authorization"), "OAuth "):
		return nil, &graphFault{Status: 401, Code: 190, Message: "Uploads want the token as OAuth."}
	case c.request.Header.Get("file_offset") != "0":
		return nil, badParameter("The header file_offset is required.")
	case int64(len(c.body)) != u.size:
		return nil, badParameter("The upload has %d bytes; %d were announced.", len(c.body), u.size)
	}
	u.bytes, u.handle = c.body, "4::"+serial(30)
	return map[string]string{"h": u.handle}, nil
}

var language = regexp.MustCompile(`^[a-z]{2,3}(_[A-Z]{2})?$`)

// graphStep does one step with the number itself: a code goes out, comes back, the number is registered.
func (s *Sandbox) graphStep(c *graphCall) (any, *graphFault) {
	if c.request.PathValue("id") != setting(c.account, "phone_number_id") {
		return nil, badParameter("This is done with a phone number.")
	}
	var in struct {
		Method   string `json:"code_method"`
		Language string `json:"language"`
		Code     string `json:"code"`
		Product  string `json:"messaging_product"`
		PIN      string `json:"pin"`
	}
	if f := strict(c.body, &in); f != nil {
		return nil, f
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	n := &c.line.number
	var f *graphFault
	switch step := c.request.PathValue("step"); step {
	case "request_code":
		f = n.sendCode(in.Method, in.Language)
	case "verify_code":
		f = n.takeCode(in.Code)
	case "register":
		if in.Product != "whatsapp" {
			return nil, badParameter("The parameter messaging_product is required.")
		}
		f = n.register(in.PIN)
	default:
		f = &graphFault{Status: 404, Code: 2500, Message: "Unknown path components: /" + step}
	}
	if f != nil {
		return nil, f
	}
	s.tell(c.line, "number", c.line.number)
	return map[string]bool{"success": true}, nil
}

func (n *Number) sendCode(method, lang string) *graphFault {
	switch {
	case method != "SMS" && method != "VOICE":
		return badParameter("Param code_method must be one of {SMS, VOICE}")
	case !language.MatchString(lang):
		return badParameter("Param language must be a locale.")
	case n.Verified:
		return &graphFault{Status: 400, Code: 136024, Message: "Request code error", Details: "The number is verified already."}
	case n.RefuseCode:
		return &graphFault{Status: 400, Code: 136024, Message: "Request code error", Details: "Too many codes were asked for. Try again in a few hours."}
	}
	n.Code, n.CodeWay, n.guesses = serial(6), strings.ToLower(method), 0
	return nil
}

func (n *Number) takeCode(code string) *graphFault {
	n.guesses++
	if n.Code == "" || code != n.Code || n.WrongCode || n.guesses > 5 {
		return &graphFault{Status: 400, Code: 136025, Message: "Verify code error", Details: "The code is not correct, or too old."}
	}
	n.Verified, n.Code, n.CodeWay = true, "", ""
	return nil
}

func (n *Number) register(pin string) *graphFault {
	switch {
	case len(pin) != 6 || strings.Trim(pin, "0123456789") != "":
		return badParameter("Param pin must be 6 digits long.")
	case !n.Verified:
		return &graphFault{Status: 400, Code: 133006, Message: "(#133006) Phone number re-verification needed"}
	case n.pin != "" && n.pin != pin:
		return &graphFault{Status: 400, Code: 133005, Message: "(#133005) Two-step verification PIN mismatch"}
	}
	n.Registered, n.pin = true, pin
	return nil
}

// strict reads a body and refuses names that are not known.
func strict(body []byte, into any) *graphFault {
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return badParameter("%s", strings.TrimPrefix(err.Error(), "json: "))
	}
	return nil
}

// showNumber tells whoever holds the number what came: a code, for one.
func (s *Sandbox) showNumber(v *visit) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return v.line.number, nil
}

// setNumber plays the provider changing its mind about the number, and says so by webhook. What is left
// out stays.
func (s *Sandbox) setNumber(v *visit) (any, error) {
	s.mu.Lock()
	n := v.line.number
	s.mu.Unlock()
	if err := v.read(&n); err != nil {
		return nil, err
	}
	n.DailyLimit, n.Quality, n.NameStatus = strings.ToUpper(n.DailyLimit), strings.ToUpper(n.Quality), strings.ToUpper(n.NameStatus)
	switch {
	case n.Numbers < 1 || n.NumbersLimit < 0 || n.TemplatesLimit < 0:
		return nil, fault.Invalid("numbers", "Say numbers from 1, and limits from 0.")
	case !strings.HasPrefix(n.DailyLimit, "TIER_"):
		return nil, fault.Invalid("daily_limit", "A limit is written TIER_250, TIER_2K or TIER_UNLIMITED.")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	l := v.line
	before := l.number
	l.number = n
	s.tell(l, "number", n)
	if n.Quality != before.Quality || n.Verified != before.Verified || n.Registered != before.Registered {
		s.graphAccountPost(l, "phone_number_quality_update", map[string]any{
			"display_phone_number": strings.TrimPrefix(l.account.Address, "+"), "event": "FLAGGED", "max_daily_conversations_per_business": n.DailyLimit})
	}
	if n.DailyLimit != before.DailyLimit || n.NumbersLimit != before.NumbersLimit {
		s.graphAccountPost(l, "business_capability_update", map[string]any{
			"max_daily_conversations_per_business": n.DailyLimit, "max_phone_numbers_per_waba": n.NumbersLimit})
	}
	return n, nil
}

// graphAccountPost posts a change that is about the account and no customer. The lock is held.
func (s *Sandbox) graphAccountPost(l *line, field string, value map[string]any) {
	body, err := json.Marshal(map[string]any{"object": "whatsapp_business_account", "entry": []any{
		map[string]any{"id": setting(l.account, "waba_id"), "time": s.config.Now().Unix(), "changes": []any{map[string]any{"field": field, "value": value}}},
	}})
	if err != nil {
		s.config.Log.Error("sandbox: a webhook can't be written", "error", err)
		return
	}
	s.post(l, parcel{lane: "account " + l.account.ID.String(), url: l.account.WebhookURL, header: signedHeader(l, body), body: body}, 0)
}

func signedHeader(l *line, body []byte) http.Header {
	header := http.Header{}
	header.Set("Content-Type", "application/json")
	header.Set("User-Agent", "facebookexternalua")
	header.Set("X-Hub-Signature-256", "sha256="+signedByMeta(l.account.Secrets["app_secret"], body))
	return header
}
