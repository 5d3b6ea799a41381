package crashtest

import (
	"context"
	"encoding/json"
	"testing"

	"switchboard/internal/load"
)

// client calls one server as one person, or as nobody.
type client struct{ *load.Client }

func newClient(base, token string) *client { return &client{load.NewClient(base, token)} }

// answer to one call; its status is 0 when none came.
type answer struct{ load.Answer }

// read fills v from a good answer.
func (a answer) read(t testing.TB, v any) {
	t.Helper()
	if err := a.Read(v); err != nil {
		t.Fatal(err)
	}
}

// call makes one call; body is JSON, or bytes as they are. header is name, value, name, value …
func (c *client) call(method, path string, body any, header ...string) answer {
	return answer{c.Call(context.Background(), method, path, body, header...)}
}

// signIn as the nth user of a role.
func signIn(t testing.TB, p *program, role string, nth int) *client {
	t.Helper()
	for _, u := range p.Ready.Users {
		if u.Role != role {
			continue
		}
		if nth > 0 {
			nth--
			continue
		}
		c := newClient(p.Ready.URL, "")
		var in struct{ Token string }
		c.call("POST", "/api/v1/login", map[string]string{"email": u.Email, "password": u.Password}).read(t, &in)
		c.Token = in.Token
		return c
	}
	t.Fatalf("the demo has too few users of role %s", role)
	return nil
}

// program's API key sees everything.
func everything(p *program) *client { return newClient(p.Ready.URL, p.Ready.APIKey) }

// entries reads a whole conversation.
func entries(t testing.TB, c *client, conversation string) []load.Entry {
	t.Helper()
	all, err := c.AllEntries(context.Background(), conversation)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// entriesPage reads its newest entries, or those that more of a query names.
func entriesPage(t testing.TB, c *client, conversation, where string) []load.Entry {
	t.Helper()
	page, err := c.Entries(context.Background(), conversation, where)
	if err != nil {
		t.Fatal(err)
	}
	return page
}

// conversationIDs lists every conversation of the organisation.
func conversationIDs(t testing.TB, c *client) (ids []string) {
	t.Helper()
	if err := c.Conversations(context.Background(), "status=all", func(row load.ConversationRow) { ids = append(ids, row.ID) }); err != nil {
		t.Fatal(err)
	}
	return ids
}

type offer struct {
	ID             string `json:"id"`
	SessionID      string `json:"session_id"`
	ConversationID string `json:"conversation_id"`
	Preview        string `json:"preview"`
}

func offers(c *client) (list []offer, a answer) {
	a = c.call("GET", "/api/v1/me/offers", nil)
	var page struct{ Items []offer }
	if a.Good() {
		a.Err = json.Unmarshal(a.Body, &page)
	}
	return page.Items, a
}
