package crashtest

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"testing"
	"time"
)

// client calls one server as one person, or as nobody.
type client struct {
	base  string
	token string
	http  *http.Client
}

func newClient(base, token string) *client {
	return &client{base: base, token: token, http: &http.Client{
		Timeout: 20 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 64},
	}}
}

// answer to one call; status 0 when none came.
type answer struct {
	status int
	header http.Header
	body   []byte
	err    error
}

func (a answer) good() bool { return a.status >= 200 && a.status < 300 }

func (a answer) String() string {
	if a.err != nil {
		return a.err.Error()
	}
	return fmt.Sprintf("%d %.300s", a.status, a.body)
}

// read fills v from a good answer.
func (a answer) read(t testing.TB, v any) {
	t.Helper()
	if !a.good() {
		t.Fatalf("the answer was %s", a)
	}
	if err := json.Unmarshal(a.body, v); err != nil {
		t.Fatalf("%v in %.300s", err, a.body)
	}
}

// call makes one call; body is JSON, or bytes as they are. header is name, value, name, value …
func (c *client) call(method, path string, body any, header ...string) answer {
	var content io.Reader
	switch b := body.(type) {
	case nil:
	case []byte:
		content = bytes.NewReader(b)
	default:
		raw, err := json.Marshal(b)
		if err != nil {
			return answer{err: err}
		}
		content = bytes.NewReader(raw)
	}
	r, err := http.NewRequestWithContext(context.Background(), method, c.base+path, content)
	if err != nil {
		return answer{err: err}
	}
	r.Header.Set("Content-Type", "application/json")
	if c.token != "" {
		r.Header.Set("Authorization", "Bearer "+c.token)
	}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	res, err := c.http.Do(r)
	if err != nil {
		return answer{err: err}
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		return answer{err: err}
	}
	return answer{status: res.StatusCode, header: res.Header, body: text}
}

// signIn as the nth user of a role.
func signIn(t testing.TB, p *program, role string, nth int) *client {
	t.Helper()
	for _, u := range p.ready.Users {
		if u.Role != role {
			continue
		}
		if nth > 0 {
			nth--
			continue
		}
		c := newClient(p.ready.URL, "")
		var in struct{ Token string }
		c.call("POST", "/api/v1/login", map[string]string{"email": u.Email, "password": u.Password}).read(t, &in)
		c.token = in.Token
		return c
	}
	t.Fatalf("the demo has too few users of role %s", role)
	return nil
}

// program's API key sees everything.
func everything(p *program) *client { return newClient(p.ready.URL, p.ready.APIKey) }

// whatsAppCall is a signed webhook with one text message.
func whatsAppCall(secrets map[string]string, from, id, text string) (body []byte, signature string) {
	body, err := json.Marshal(map[string]any{"object": "whatsapp_business_account", "entry": []any{map[string]any{
		"id": secrets["waba_id"], "changes": []any{map[string]any{"field": "messages", "value": map[string]any{
			"messaging_product": "whatsapp",
			"metadata":          map[string]string{"display_phone_number": "1555", "phone_number_id": secrets["phone_number_id"]},
			"contacts":          []any{map[string]any{"wa_id": from, "profile": map[string]string{"name": "Customer " + from}}},
			"messages": []any{map[string]any{"from": from, "id": id, "timestamp": fmt.Sprint(time.Now().Unix()),
				"type": "text", "text": map[string]string{"body": text}}},
		}}},
	}}})
	if err != nil {
		panic(err) // strings and maps only
	}
	return body, sign(secrets["app_secret"], body)
}

func sign(secret string, body []byte) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write(body)
	return "sha256=" + hex.EncodeToString(mac.Sum(nil))
}

// entry of a conversation, as staff read it.
type entry struct {
	ID     string `json:"id"`
	Seq    int64  `json:"seq"`
	Kind   string `json:"kind"`
	Status string `json:"status"`
	Author struct {
		Type string `json:"type"`
	} `json:"author"`
	Content struct {
		Text string `json:"text"`
	} `json:"content"`
	ClientID string `json:"client_id"`
}

// entriesAtOnce is the API's most.
const entriesAtOnce = 200

// entries reads a whole conversation, from its newest page back.
func entries(t testing.TB, c *client, conversation string) (all []entry) {
	t.Helper()
	before := ""
	for {
		page := entriesPage(t, c, conversation, before)
		all = append(page, all...)
		if len(page) < entriesAtOnce {
			return all
		}
		before = fmt.Sprintf("&before=%d", page[0].Seq)
	}
}

func entriesPage(t testing.TB, c *client, conversation, where string) []entry {
	t.Helper()
	var page struct{ Items []entry }
	c.call("GET", fmt.Sprintf("/api/v1/conversations/%s/entries?limit=%d%s", conversation, entriesAtOnce, where), nil).read(t, &page)
	return page.Items
}

// conversationIDs lists every conversation of the organisation.
func conversationIDs(t testing.TB, c *client) (ids []string) {
	t.Helper()
	cursor := ""
	for {
		var page struct {
			Items      []struct{ ID string }
			NextCursor string `json:"next_cursor"`
		}
		c.call("GET", "/api/v1/conversations?scope=all&limit=100&cursor="+cursor, nil).read(t, &page)
		for _, item := range page.Items {
			ids = append(ids, item.ID)
		}
		if page.NextCursor == "" {
			return ids
		}
		cursor = page.NextCursor
	}
}

type offer struct {
	ID             string `json:"id"`
	ConversationID string `json:"conversation_id"`
	Preview        string `json:"preview"`
}

func offers(c *client) (list []offer, a answer) {
	a = c.call("GET", "/api/v1/me/offers", nil)
	var page struct{ Items []offer }
	if a.good() {
		a.err = json.Unmarshal(a.body, &page)
	}
	return page.Items, a
}
