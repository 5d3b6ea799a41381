package whatsapp_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"switchboard/internal/channel"
	"switchboard/internal/channel/whatsapp"
	"switchboard/internal/fault"
)

// TestParseAccount says what every call about the account means, and whose it is.
func TestParseAccount(t *testing.T) {
	for name, want := range map[string]*channel.AccountNotice{
		"quality onboarding":            {},
		"quality upgrade":               {},
		"quality of another number":     nil,
		"name decided":                  {},
		"capability":                    {NumbersMax: 25},
		"capability without numbers":    {},
		"capability below nothing":      {},
		"capability of another account": nil,
		"capability of another shape":   nil,
		"account restricted":            {},
		"account reviewed":              {},
		"template approved":             nil,
	} {
		events, err := whatsapp.New(http.DefaultClient).Parse(account(), webhooks(t)[name])
		if err != nil || len(events) != 1 {
			t.Errorf("%s: %+v, %v", name, events, err)
			continue
		}
		kind := channel.EventAccount
		if want == nil {
			kind = channel.EventIgnored
		}
		if d := cmp.Diff(want, events[0].Account); d != "" || events[0].Kind != kind || events[0].ProviderID == "" {
			t.Errorf("%s: a %s with %s", name, events[0].Kind, d)
		}
	}
	// The same change said twice is one; another change is another.
	id := func(name string) string {
		events, _ := whatsapp.New(http.DefaultClient).Parse(account(), webhooks(t)[name])
		return events[0].ProviderID
	}
	once, again := id("capability"), id("capability")
	if once != again || once == id("capability without numbers") {
		t.Error("ids don't tell changes apart")
	}
}

// graphAPI answers as the Graph API's documentation shows, and notes what it was asked.
type graphAPI struct {
	*httptest.Server
	answers map[string]string // "METHOD path" → body
	status  int
	asked   []string
	bodies  map[string]string
}

func newGraph(t *testing.T, answers map[string]string) (*graphAPI, channel.Account) {
	g := &graphAPI{answers: answers, status: http.StatusOK, bodies: map[string]string{}}
	g.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		what := r.Method + " " + strings.TrimPrefix(r.URL.Path, "/v23.0")
		want := "Bearer t0ken-of-access"
		if strings.Contains(what, "upload") {
			want = "OAuth t0ken-of-access"
		}
		if got := r.Header.Get("Authorization"); got != want {
			t.Errorf("%s with %q", what, got)
		}
		body, _ := io.ReadAll(r.Body)
		if r.URL.RawQuery != "" {
			what += "?" + r.URL.RawQuery
		}
		g.asked = append(g.asked, what)
		g.bodies[what] = string(body)
		for begins, answer := range g.answers {
			if what == begins || strings.HasPrefix(what, begins+"?") {
				w.WriteHeader(g.status)
				io.WriteString(w, strings.ReplaceAll(answer, "BASE", g.URL))
				return
			}
		}
		t.Errorf("asked for %s", what)
		w.WriteHeader(http.StatusNotFound)
	}))
	t.Cleanup(g.Close)
	a := account()
	a.BaseURL = g.URL
	return g, a
}

const (
	numberPath  = "GET /106540352242922"
	accountPath = "GET /102290129340398"
)

func TestStanding(t *testing.T) {
	number := func(more string) string {
		return `{"verified_name":"Lucky Shrub","display_phone_number":"+1 555-078-3881","id":"106540352242922","quality_rating":"GREEN","code_verification_status":"VERIFIED","name_status":"APPROVED","status":"CONNECTED","throughput":{"level":"STANDARD"}` + more + `}`
	}
	rest := map[string]string{
		accountPath + "/message_templates":        `{"data":[{"name":"a","id":"1"}],"paging":{},"summary":{"message_template_count":17,"message_template_limit":6000}}`,
		accountPath + "/phone_numbers":            `{"data":[{"id":"1"},{"id":"2"}],"paging":{"next":"BASE/v23.0/102290129340398/phone_numbers/more?after=x"}}`,
		"GET /102290129340398/phone_numbers/more": `{"data":[{"id":"3"}],"paging":{"next":"https://elsewhere.example/steal"}}`,
	}
	for name, c := range map[string]struct {
		version, number string
		field           string
		want            channel.Standing
	}{
		"as published": {"", number(`,"messaging_limit_tier":"TIER_1K"`), "messaging_limit_tier",
			channel.Standing{Quality: "high", Throughput: "standard", DailyLimit: 1000, Status: "connected", NameStatus: "approved", Verified: true}},
		"a newer version's limit": {"v24.0", number(`,"whatsapp_business_manager_messaging_limit":"TIER_UNLIMITED"`), "whatsapp_business_manager_messaging_limit",
			channel.Standing{Quality: "high", Throughput: "standard", DailyLimit: channel.Unlimited, Status: "connected", NameStatus: "approved", Verified: true}},
		"in trouble": {"", `{"verified_name":"Lucky Shrub","display_phone_number":"+1 555-078-3881","quality_rating":"RED","code_verification_status":"EXPIRED","name_status":"PENDING_REVIEW","status":"RATE_LIMITED","throughput":{"level":"HIGH"},"messaging_limit_tier":"TIER_250"}`, "messaging_limit_tier",
			channel.Standing{Quality: "low", Throughput: "high", DailyLimit: 250, Status: "restricted", NameStatus: "pending"}},
		"not rated": {"", `{"verified_name":"Lucky Shrub","display_phone_number":"+1 555-078-3881","quality_rating":"UNKNOWN","code_verification_status":"NOT_VERIFIED","name_status":"NEW_STATE","status":"UNVERIFIED","messaging_limit_tier":"TIER_LOTS"}`, "messaging_limit_tier",
			channel.Standing{Status: "pending", NameStatus: "new_state"}},
	} {
		t.Run(name, func(t *testing.T) {
			g, a := newGraph(t, map[string]string{numberPath: c.number})
			for path, answer := range rest {
				g.answers[path] = answer
			}
			if c.version != "" {
				a.Settings["api_version"] = c.version
				for path, answer := range g.answers { // the version stands in the path there
					method, at, _ := strings.Cut(path, " ")
					g.answers[method+" /"+c.version+at] = strings.ReplaceAll(answer, "v23.0", c.version)
				}
			}
			c.want.Number, c.want.DisplayName, c.want.Templates, c.want.TemplatesMax, c.want.Numbers = "+1 555-078-3881", "Lucky Shrub", 17, 6000, 3
			got, err := whatsapp.New(http.DefaultClient).Standing(t.Context(), a)
			if d := cmp.Diff(c.want, got); err != nil || d != "" {
				t.Errorf("%v\n%s", err, d)
			}
			if !strings.HasSuffix(g.asked[0], ","+c.field) {
				t.Errorf("asked for %s", g.asked[0])
			}
		})
	}
	if got := whatsapp.New(http.DefaultClient).BusinessAccount(account()); got != "102290129340398" {
		t.Errorf("the account is %s", got)
	}
}

// TestNumberSteps: a number is proved and taken into service; what people can mend is said in words.
func TestNumberSteps(t *testing.T) {
	g, a := newGraph(t, map[string]string{"POST /106540352242922/request_code": `{"success":true}`, "POST /106540352242922/verify_code": `{"success":true}`, "POST /106540352242922/register": `{"success":true}`})
	c := whatsapp.New(http.DefaultClient)
	type step struct {
		path, body string
		do         func(context.Context) error
	}
	steps := []step{
		{"request_code", `{"code_method":"SMS","language":"en_US"}`, func(ctx context.Context) error { return c.RequestCode(ctx, a, channel.CodeBySMS, "en_US") }},
		{"request_code", `{"code_method":"VOICE","language":"de"}`, func(ctx context.Context) error { return c.RequestCode(ctx, a, channel.CodeByCall, "de") }},
		{"verify_code", `{"code":"123456"}`, func(ctx context.Context) error { return c.VerifyCode(ctx, a, "123456") }},
		{"register", `{"messaging_product":"whatsapp","pin":"482913"}`, func(ctx context.Context) error { return c.Register(ctx, a, "482913") }},
	}
	for _, s := range steps {
		if err := s.do(t.Context()); err != nil {
			t.Errorf("%s: %v", s.path, err)
		}
		if got := g.bodies["POST /106540352242922/"+s.path]; got != s.body {
			t.Errorf("%s was asked with %s", s.path, got)
		}
	}
	for _, refusal := range []struct {
		status int
		body   string
		code   fault.Code
		says   string
	}{
		{400, graph(133005, "Two step verification PIN Mismatch"), fault.DeliveryFailed, "not the PIN"},
		{400, graph(133016, "x"), fault.DeliveryFailed, "too often"},
		{400, graph(136025, "x"), fault.DeliveryFailed, "doesn't take this code"},
		{400, graph(100, "Invalid parameter: pin"), fault.DeliveryFailed, "Invalid parameter: pin"},
		{429, graph(80007, "x"), fault.Unavailable, ""},
		{503, `busy`, fault.Unavailable, ""},
		{200, `{"success":false}`, fault.Unavailable, "Look at the number's state"},
		{200, `<html>`, fault.Unavailable, "Look at the number's state"},
	} {
		for path := range g.answers {
			g.answers[path] = refusal.body
		}
		g.status = refusal.status
		for _, s := range steps {
			if err := s.do(t.Context()); fault.CodeOf(err) != refusal.code || !strings.Contains(fmt.Sprint(err), refusal.says) {
				t.Errorf("%s after %d %s: %v", s.path, refusal.status, refusal.body, err)
			}
		}
	}
	g.Close()
	for _, s := range steps {
		if err := s.do(t.Context()); fault.CodeOf(err) != fault.Unavailable {
			t.Errorf("%s without a provider: %v", s.path, err)
		}
	}
}

func TestProfile(t *testing.T) {
	g, a := newGraph(t, map[string]string{
		numberPath + "/whatsapp_business_profile":         `{"data":[{"about":"Succulent specialists!","address":"1 Hacker Way","description":"At Lucky Shrub …","email":"lucky@luckyshrub.com","profile_picture_url":"https://pps.whatsapp.net/v/t61","websites":["https://www.luckyshrub.com/"],"vertical":"UNDEFINED","messaging_product":"whatsapp"}]}`,
		"POST /106540352242922/whatsapp_business_profile": `{"success":true}`,
		"POST /app/uploads":                               `{"id":"upload:MTphdHRhY2htZW50?sig=ARZqkGC"}`,
		"POST /upload:MTphdHRhY2htZW50":                   `{"h":"4::aW1hZ2UvanBlZw=="}`,
	})
	c := whatsapp.New(http.DefaultClient)
	want := channel.Profile{About: "Succulent specialists!", Address: "1 Hacker Way", Description: "At Lucky Shrub …", Email: "lucky@luckyshrub.com",
		Websites: []string{"https://www.luckyshrub.com/"}, PictureURL: "https://pps.whatsapp.net/v/t61"}
	got, err := c.Profile(t.Context(), a)
	if d := cmp.Diff(want, got); err != nil || d != "" {
		t.Errorf("%v\n%s", err, d)
	}
	picture := &channel.Picture{Name: "logo.png", Type: "image/png", Size: 4, Open: func(context.Context) (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader([]byte("logo and what follows"))), nil
	}}
	if err := c.SaveProfile(t.Context(), a, channel.Profile{Description: "New", Vertical: "RETAIL"}, picture); err != nil {
		t.Fatal(err)
	}
	if sent := g.bodies["POST /upload:MTphdHRhY2htZW50?sig=ARZqkGC"]; sent != "logo" {
		t.Errorf("the picture went up as %q", sent)
	}
	if begin := g.asked[1]; begin != "POST /app/uploads?file_length=4&file_name=logo.png&file_type=image%2Fpng" {
		t.Errorf("the upload began with %s", begin)
	}
	var saved map[string]any
	if err := json.Unmarshal([]byte(g.bodies["POST /106540352242922/whatsapp_business_profile"]), &saved); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(map[string]any{"messaging_product": "whatsapp", "address": "", "description": "New", "email": "", "websites": []any{}, "vertical": "RETAIL",
		"profile_picture_handle": "4::aW1hZ2UvanBlZw=="}, saved); d != "" {
		t.Error(d)
	}
	g.answers["POST /upload:MTphdHRhY2htZW50"] = `{}`
	if err := c.SaveProfile(t.Context(), a, channel.Profile{}, picture); fault.CodeOf(err) != fault.Unavailable {
		t.Errorf("an upload without a handle: %v", err)
	}
	g.answers[numberPath+"/whatsapp_business_profile"] = `{"data":[]}`
	if p, err := c.Profile(t.Context(), a); err != nil || cmp.Diff(channel.Profile{}, p) != "" {
		t.Errorf("no profile yet: %+v, %v", p, err)
	}
	g.status, g.answers[numberPath+"/whatsapp_business_profile"] = 401, graph(190, "Error validating access token")
	if _, err := c.Profile(t.Context(), a); fault.CodeOf(err) != fault.DeliveryFailed || !strings.Contains(err.Error(), "access token") {
		t.Errorf("a token that is over: %v", err)
	}
}
