package staff_test

import (
	"net/url"
	"strings"
	"testing"
)

// AG-1: messages, notes and people are found over the whole history, by those who may read them.
func TestSearch(t *testing.T) {
	each(t, func(w *world) {
		c, other := w.company("Acme"), w.company("Other")
		anna, token := c.user("Anna", "agent")
		_, stranger := c.user("Ben", "agent")
		got := c.receive("web", "Where is my zebra, Frau Müller?", anna)
		w.call(token, "POST", "/api/v1/offers/"+got.offer.String()+"/accept", nil).is(200)
		talk := "/api/v1/conversations/" + got.conversation.String()
		w.call(token, "POST", talk+"/messages", object{"text": "The zebra is in the post."}).is(201)
		w.call(token, "POST", talk+"/notes", object{"text": "Zebras again 😀 zebra"}).is(201)
		hits := func(token, query string) (out []object) {
			t.Helper()
			for _, item := range w.call(token, "GET", "/api/v1/search?"+query, nil).is(200).at("items").([]any) {
				for _, h := range item.(object)["hits"].([]any) {
					out = append(out, h.(object))
				}
			}
			return out
		}
		for query, want := range map[string]int{"q=zebra": 3, "q=zeb": 3, "q=zebra+mueller": 1, "q=zebra&author=customer": 1, "q=zebra&author=agent": 2, "q=zebra&kind=note": 1,
			"q=zebra&channel=web": 3, "q=zebra&channel=sms": 0, "q=zebra&to=2020-01-01": 0, "q=zebra&from=2020-01-01": 3, "q=zebra&agent=" + anna: 2,
			"q=zebra&has=file": 0, "q=giraffe": 0, "q=zebra&limit=1": 1, "q=zebra&conversation_id=" + got.conversation.String(): 3} {
			if found := hits(token, query); len(found) != want {
				t.Errorf("%s finds %d, want %d", query, len(found), want)
			}
		}
		newest := hits(token, "q=zebra")[0]
		ranges := newest["ranges"].([]any)
		if last := ranges[len(ranges)-1].([]any); newest["kind"] != "note" || len(ranges) != 2 || last[0] != 16.0 || last[1] != 21.0 || newest["seq"] == nil || newest["entry_id"] == nil {
			t.Errorf("the newest hit is %v", newest)
		}
		page := w.call(token, "GET", "/api/v1/search?q=zebra&limit=2", nil).is(200)
		if rest := hits(token, "q=zebra&limit=2&cursor="+page.str("next_cursor")); len(rest) != 1 {
			t.Errorf("the second page has %d hits", len(rest))
		}
		number := w.call(token, "GET", talk, nil).is(200).str("session.number")
		if found := w.call(token, "GET", "/api/v1/search?q="+number, nil).is(200); found.str("people.0.id") != got.conversation.String() {
			t.Errorf("%s finds %s", number, found.text)
		}

		for who, token := range map[string]string{"a colleague who may not see it": stranger, "another organisation": other.admin} {
			for _, q := range []string{"zebra", number} {
				if found := w.call(token, "GET", "/api/v1/search?q="+q, nil).is(200); len(found.at("items").([]any))+len(found.at("people").([]any)) != 0 {
					t.Errorf("%s finds %s", who, found.text)
				}
			}
			w.call(token, "GET", "/api/v1/search?q=zebra&conversation_id="+got.conversation.String(), nil).refuses(404, "not_found")
		}
		for _, bad := range []string{"", "q=", "q=a&author=bot", "q=a&kind=event", "q=a&has=x", "q=a&from=x", "q=a&queue=x", "q=a&cursor=x", "q=a&limit=0", "q=" + strings.Repeat("x", 201), "q=" + url.QueryEscape("\x00")} {
			if answer := w.call(token, "GET", "/api/v1/search?"+bad, nil); answer.status < 400 || answer.status >= 500 {
				t.Errorf("%s: %d %s", bad, answer.status, answer.text)
			}
		}
	})
}
