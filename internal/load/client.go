package load

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"
)

// Client calls one server as one person, or as nobody. It is for setting up and looking up; what is
// measured goes over a wire.
type Client struct {
	Base  string
	Token string
	http  *http.Client
}

// NewClient makes one. An empty token calls as nobody.
func NewClient(base, token string) *Client {
	return &Client{Base: base, Token: token, http: &http.Client{
		Timeout: 30 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 64},
	}}
}

// KeepOpen keeps up to so many connections for the next calls, for who makes as many at once. Call it first.
func (c *Client) KeepOpen(connections int) {
	c.http.Transport = &http.Transport{MaxIdleConnsPerHost: connections}
}

// As is the same server, called as somebody else.
func (c *Client) As(token string) *Client { return &Client{Base: c.Base, Token: token, http: c.http} }

// Answer to one call; Status is 0 when none came.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte
	Err    error
}

// Good reports whether it is a 2xx.
func (a Answer) Good() bool { return a.Status >= 200 && a.Status < 300 }

func (a Answer) String() string {
	if a.Err != nil {
		return a.Err.Error()
	}
	return fmt.Sprintf("%d %.300s", a.Status, a.Body)
}

// Read fills v from a good answer.
func (a Answer) Read(v any) error {
	if !a.Good() {
		return fmt.Errorf("the answer was %s", a)
	}
	if err := json.Unmarshal(a.Body, v); err != nil {
		return fmt.Errorf("%w in %.300s", err, a.Body)
	}
	return nil
}

// Call makes one call; body is JSON, or bytes as they are. header is name, value, name, value …
func (c *Client) Call(ctx context.Context, method, path string, body any, header ...string) Answer {
	var content io.Reader
	switch b := body.(type) {
	case nil:
	case []byte:
		content = bytes.NewReader(b)
	default:
		raw, err := json.Marshal(b)
		if err != nil {
			return Answer{Err: err}
		}
		content = bytes.NewReader(raw)
	}
	r, err := http.NewRequestWithContext(ctx, method, c.Base+path, content)
	if err != nil {
		return Answer{Err: err}
	}
	r.Header.Set("Content-Type", "application/json")
	if c.Token != "" {
		r.Header.Set("Authorization", "Bearer "+c.Token)
	}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	res, err := c.http.Do(r)
	if err != nil {
		return Answer{Err: err}
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		return Answer{Err: err}
	}
	return Answer{Status: res.StatusCode, Header: res.Header, Body: text}
}

// get reads a resource.
func (c *Client) get(ctx context.Context, path string, v any) error {
	if err := c.Call(ctx, http.MethodGet, path, nil).Read(v); err != nil {
		return fmt.Errorf("GET %s: %w", path, err)
	}
	return nil
}

// patience is how often a call of the set-up is made that is answered 503: the server is busy.
const patience = 20

// do makes a call that must be answered well. v may be nil.
func (c *Client) do(ctx context.Context, method, path string, body, v any) error {
	a := c.Call(ctx, method, path, body)
	for n := 1; n < patience && a.Status == http.StatusServiceUnavailable; n++ {
		if !waitUntil(ctx, time.Now().Add(200*time.Millisecond)) {
			break
		}
		a = c.Call(ctx, method, path, body)
	}
	if v == nil && a.Good() {
		return nil
	}
	if err := a.Read(v); err != nil {
		return fmt.Errorf("%s %s: %w", method, path, err)
	}
	return nil
}

// Entry of a conversation, as staff read it.
type Entry struct {
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

// EntriesAtOnce is the most that one page of entries has.
const EntriesAtOnce = 200

// Entries reads one page of a conversation. where is more of the query: &before=9.
func (c *Client) Entries(ctx context.Context, conversation, where string) ([]Entry, error) {
	var page struct{ Items []Entry }
	err := c.get(ctx, fmt.Sprintf("/api/v1/conversations/%s/entries?limit=%d%s", conversation, EntriesAtOnce, where), &page)
	return page.Items, err
}

// AllEntries reads a whole conversation.
func (c *Client) AllEntries(ctx context.Context, conversation string) (all []Entry, err error) {
	for after := int64(0); ; {
		page, err := c.Entries(ctx, conversation, fmt.Sprintf("&after=%d", after))
		if err != nil {
			return nil, err
		}
		all = append(all, page...)
		if len(page) < EntriesAtOnce {
			return all, nil
		}
		after = page[len(page)-1].Seq
	}
}

// ConversationRow is a line of the list of conversations.
type ConversationRow struct {
	ID       string `json:"id"`
	LastSeq  int64  `json:"last_seq"`
	Customer struct {
		Name string `json:"name"`
	} `json:"customer"`
	LastEntry struct {
		Preview string `json:"preview"`
	} `json:"last_entry"`
}

// Conversations lists all of the organisation's that a query names: "status=active".
func (c *Client) Conversations(ctx context.Context, query string, each func(ConversationRow)) error {
	for cursor := ""; ; {
		var page struct {
			Items      []ConversationRow
			NextCursor string `json:"next_cursor"`
		}
		if err := c.get(ctx, "/api/v1/conversations?scope=all&limit=100&"+query+"&cursor="+cursor, &page); err != nil {
			return err
		}
		for _, row := range page.Items {
			each(row)
		}
		if cursor = page.NextCursor; cursor == "" {
			return nil
		}
	}
}
