package staff_test

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"
)

// Texts that one of the databases can't keep are refused on both, naming the place.
func TestTextsThatCantBeKept(t *testing.T) {
	each(t, func(w *world) {
		c := w.company("Acme")
		anna, token := c.user("Anna", "agent")
		r := c.receive("sms", "hello", anna)
		talk := "/api/v1/conversations/" + r.conversation.String()
		w.call(token, "POST", "/api/v1/offers/"+r.offer.String()+"/accept", nil).is(200)
		for _, call := range []struct{ method, path, body, field string }{
			{"POST", "/api/v1/queues", `{"name":"Sa\u0000les"}`, "name"},
			{"POST", "/api/v1/queues", "{\"name\":\"Sales \xc3(\"}", "name"},
			{"POST", "/api/v1/queues", `{"name":"x","members":["\u0000"]}`, "members[0]"},
			{"PATCH", "/api/v1/organisation", `{"name":"\u0000"}`, "name"},
			{"POST", talk + "/messages", `{"text":"a\u0000b"}`, "text"},
			{"POST", talk + "/notes", `{"text":"a\u0000b"}`, "text"},
			{"POST", talk + "/messages", `{"template":{"name":"x","language":"en","values":["1","\u0000"]}}`, "template.values[1]"},
			{"POST", "/api/v1/login", `{"email":"\u0000","password":"x"}`, "email"},
			{"GET", "/api/v1/conversations?q=%00", "", "q"},
			{"GET", "/api/v1/conversations?scope=all&channel=%ff", "", "channel"},
		} {
			var body any
			if call.body != "" {
				body = call.body
			}
			got := c.call(c.admin, call.method, call.path, body).refuses(422, "unprocessable")
			if fields, _ := got.body["errors"].(object); fields[call.field] == nil || len(fields) != 1 {
				w.t.Errorf("%s %s: %s", call.method, call.path, got.text)
			}
		}
		c.do("POST", "/queues", object{"name": `six characters: \u0000`}).is(201)
		w.call(token, "POST", talk+"/messages", object{"text": "fine"}, "Idempotency-Key", "\xff").refuses(400, "malformed")
	})
}

// A body that breaks off is no failure of the server's, does nothing, and leaves its key free.
func TestABodyThatBreaksOff(t *testing.T) {
	each(t, func(w *world) {
		c := w.company("Acme")
		broken := func(headers string) int {
			conn, err := net.Dial("tcp", w.server.Listener.Addr().String())
			if err != nil {
				w.t.Fatal(err)
			}
			defer conn.Close()
			const body = `{"name":"Sales"}`
			_, _ = fmt.Fprintf(conn, "POST /api/v1/queues HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nAuthorization: Bearer %s\r\nContent-Length: %d\r\n%s\r\n%s",
				c.admin, len(body)+1, headers, body)
			_ = conn.(*net.TCPConn).CloseWrite()
			res, err := http.ReadResponse(bufio.NewReader(conn), nil)
			if err != nil {
				w.t.Fatal(err)
			}
			defer res.Body.Close()
			return res.StatusCode
		}
		const key = "Idempotency-Key: only-once\r\n"
		for _, headers := range []string{key, ""} {
			if got := broken(headers); got != http.StatusBadRequest {
				w.t.Errorf("a body that breaks off (%q) is answered %d", headers, got)
			}
		}
		if list := c.do("GET", "/queues", nil).is(200).text; strings.Contains(list, "Sales") {
			w.t.Fatalf("half a request made %s", list)
		}
		made := c.do("POST", "/queues", object{"name": "Other"}, "Idempotency-Key", "only-once").is(201).str("id")
		if again := c.do("POST", "/queues", object{"name": "Other"}, "Idempotency-Key", "only-once").is(201).str("id"); again != made {
			w.t.Fatal("the key was not kept")
		}
	})
}
