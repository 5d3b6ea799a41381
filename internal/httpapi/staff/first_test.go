package staff_test

import (
	"strings"
	"sync"
	"testing"
)

func TestFirstAdministratorOfAnEmptyInstallation(t *testing.T) {
	each(t, func(w *world) {
		body := object{"organisation": "Acme", "name": "Ada", "email": "ada@acme.example", "password": password}
		w.call("", "GET", "/api/v1/first/wrong", nil).refuses(404, "not_found")
		w.call("", "POST", "/api/v1/first/wrong", body).refuses(404, "not_found")
		w.call("", "GET", "/api/v1/first/"+firstToken, nil).is(204)
		w.call("", "POST", "/api/v1/first/"+firstToken, object{"organisation": "Acme", "name": "Ada", "email": "ada@acme.example", "password": "short"}).refuses(422, "unprocessable")

		// Of many who use it at once, one has it.
		var wait sync.WaitGroup
		var mu sync.Mutex
		statuses := map[int]int{}
		token := ""
		for range 4 {
			wait.Go(func() {
				r := w.call("", "POST", "/api/v1/first/"+firstToken, body)
				mu.Lock()
				defer mu.Unlock()
				statuses[r.status]++
				if r.status == 200 {
					token = r.str("token")
				}
			})
		}
		wait.Wait()
		if statuses[200] != 1 || statuses[404] != 3 {
			w.t.Fatalf("answers by status: %v", statuses)
		}
		w.call(token, "GET", "/api/v1/setup/checklist", nil).is(200)
		w.call("", "GET", "/api/v1/first/"+firstToken, nil).refuses(404, "not_found")
	})
}

func TestInvitationsGoByMailWhereThereIsAServer(t *testing.T) {
	each(t, func(w *world) {
		c := w.company("Acme")
		var to, text string
		w.mail = func(recipient, body string) error { to, text = recipient, body; return nil }
		made := c.do("POST", "/users", object{"name": "Bob", "email": "bob@acme.example", "role": "agent"}).is(201)
		if made.body["invite_link"] != nil || made.body["mailed"] != true {
			w.t.Errorf("the link was shown though it was mailed: %s", made.text)
		}
		if to != "bob@acme.example" || !strings.Contains(text, publicURL+"/invite/") {
			w.t.Errorf("mailed %q to %q", text, to)
		}
		token := strings.Fields(text[strings.Index(text, "/invite/")+len("/invite/"):])[0]
		c.call("", "POST", "/api/v1/invitations/"+token, object{"password": password}).is(200)
		again := c.do("POST", "/users/"+made.str("id")+"/reset", nil).is(200)
		if again.body["mailed"] != true {
			w.t.Errorf("reset: %s", again.text)
		}
	})
}
