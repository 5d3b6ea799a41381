package staff_test

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"switchboard/internal/conversation"
	"switchboard/internal/inbound"
	"switchboard/internal/job"
	"switchboard/internal/message"
	"switchboard/internal/store"
)

// noted writes down what was seen of channels, as every node does every few seconds.
func (w *world) noted() {
	w.t.Helper()
	if err := w.db.NoteChannels(context.Background()); err != nil {
		w.t.Fatal(err)
	}
}

// A channel says whether it works, why not, and what that is known by.
func TestChannelHealth(t *testing.T) {
	each(t, func(w *world) {
		t := w.t
		c := w.company("Acme")
		c.played()
		anna, agent := c.user("Anna", "agent")
		id := c.do("POST", "/channels", object{"type": "whatsapp", "name": "Chat", "sandbox": true}).is(201).str("id")
		health := func(path, state string, reason any) reply {
			t.Helper()
			w.noted()
			got := c.do("GET", "/channels/"+path+"/health", nil).is(200)
			if got.str("state") != state || reason != nil && got.at("reason") != reason {
				t.Errorf("%s is %s, want %s %v", path, got.text, state, reason)
			}
			return got
		}
		health(id, "never", "unused")
		c.do("POST", "/channels/"+id+"/probe", nil).is(200)
		if got := health(id, "never", "unused"); got.at("called_at") == nil {
			t.Errorf("the provider answered: %s", got.text)
		}

		talk := c.receive("whatsapp", "Hello?", anna)
		line := talk.channel.String()
		if got := health(line, "works", nil); got.at("received_at") == nil || got.at("sent_at") != nil || got.at("waiting") != 0.0 {
			t.Errorf("a customer wrote: %s", got.text)
		}
		c.call(agent, "POST", "/api/v1/offers/"+talk.offer.String()+"/accept", nil).is(200)
		c.call(agent, "POST", "/api/v1/conversations/"+talk.conversation.String()+"/messages", object{"text": "Yes?"}, "Idempotency-Key", "one").is(201)
		if got := health(line, "works", nil); got.at("waiting") != 1.0 || got.at("waiting_since") == nil {
			t.Errorf("a message waits: %s", got.text)
		}
		err := c.db.Write(context.Background(), c.id, func(tx *store.Tx) error {
			if err := tx.LogDeliveryError(talk.channel, talk.conversation, talk.entry, "2001", ""); err != nil {
				return err
			}
			return tx.Quarantine(inbound.Quarantined{Channel: talk.channel, Reason: "no JSON", Body: []byte("?")})
		})
		if err != nil {
			t.Fatal(err)
		}
		got := health(line, "trouble", "quarantine")
		if got.at("quarantined") != 1.0 || got.str("failures.0.code") != "2001" || got.at("failures.0.count") != 1.0 || got.str("failures.0.advice") == "" {
			t.Errorf("failures: %s", got.text)
		}
		for range 3 {
			c.db.HookRefused(c.id, talk.channel)
		}
		w.noted()
		c.db.HookRefused(c.id, talk.channel)
		if got := health(line, "trouble", "unsigned"); got.at("refused") != 4.0 || got.at("refused_at") == nil {
			t.Errorf("refused calls: %s", got.text)
		}
		c.db.HookTaken(c.id, talk.channel)
		health(line, "trouble", "quarantine")

		// The provider refuses the token, then takes it again.
		played := c.provider
		c.provider = http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) {
			rw.Header().Set("Content-Type", "application/json")
			rw.WriteHeader(http.StatusUnauthorized)
			_, _ = rw.Write([]byte(`{"error":{"message":"Invalid OAuth access token","type":"OAuthException","code":190}}`))
		})
		c.do("POST", "/channels/"+id+"/probe", nil).refuses(422, "delivery_failed")
		if got := health(id, "trouble", "credentials"); got.str("failed_code") != "0003" || got.at("since") == nil {
			t.Errorf("a refused token: %s", got.text)
		}
		c.provider = played
		c.do("POST", "/channels/"+id+"/probe", nil).is(200)
		health(id, "never", "unused")

		web := c.do("POST", "/channels", object{"type": "web", "name": "Page"}).is(201).str("id")
		health(web, "trouble", "no_deployment")
		c.do("PATCH", "/channels/"+id, object{"routing": object{"mode": "none"}}).is(200)
		health(id, "trouble", "not_routed")
		c.do("PATCH", "/channels/"+id, object{"active": false}).is(200)
		health(id, "off", "inactive")

		list := c.do("GET", "/channels/health?limit=2", nil).is(200)
		if channels := c.do("GET", "/channels?limit=2", nil).is(200); list.str("items.1.channel_id") != channels.str("items.1.id") || list.str("next_cursor") == "" || list.str("items.0.state") != "off" {
			t.Errorf("the list: %s", list.text)
		}
		c.call(agent, "GET", "/api/v1/channels/health", nil).refuses(403, "no_permission")
		c.call(agent, "GET", "/api/v1/channels/"+id+"/health", nil).refuses(403, "no_permission")
		other := w.company("Other")
		other.do("GET", "/channels/"+id+"/health", nil).refuses(404, "not_found")
		if got := other.do("GET", "/channels/health", nil).is(200); len(got.at("items").([]any)) != 0 {
			t.Errorf("others see %s", got.text)
		}
		c.do("DELETE", "/channels/"+id, nil).is(204) // with what was known of it
		w.db.HookTaken(c.id, message.NewID[message.ChannelID]())
		w.noted() // nothing is noted of channels that aren't there
	})
}

// A sandbox channel goes to its real provider in one action: what isn't the account's stays, and the
// provider is asked first.
func TestFromTheSandboxToProduction(t *testing.T) {
	each(t, func(w *world) {
		t := w.t
		c := w.company("Acme")
		c.played()
		anna, agent := c.user("Anna", "agent")
		queue := c.do("POST", "/queues", object{"name": "Sales"}).is(201).str("id")
		talk := c.receive("whatsapp", "Is this a test, Paperclip?", anna)
		path := "/channels/" + talk.channel.String()
		template := c.do("POST", "/templates", object{"channel_id": talk.channel.String(), "name": "hello", "language": "de", "body": "Hallo"}).is(201).str("id")
		before := c.do("PATCH", path, object{"routing": object{"mode": "queue", "queue_id": queue}, "required_consent": "explicitly_opted_in"}).is(200)
		c.call(agent, "POST", "/api/v1/offers/"+talk.offer.String()+"/accept", nil).is(200)

		real := object{"address": "+43 660 1234567", "settings": object{"phone_number_id": "1002003004", "waba_id": "5006007008"},
			"secrets": object{"access_token": "a-real-access-token", "app_secret": "0123456789abcdef0123456789abcdef", "verify_token": "verify-me-please"}, "test_conversations": "keep"}
		live := func(change ...any) reply {
			t.Helper()
			return c.do("POST", path+"/production", with(real, change...))
		}
		c.do("PATCH", path, object{"sandbox": false}).refuses(422, "unprocessable")
		live("test_conversations", "sell").refuses(422, "unprocessable")
		live("address", "0660").refuses(422, "unprocessable")
		live("secrets", object{}).refuses(422, "unprocessable")
		c.do("POST", path+"/production", real, "If-Match", `"1"`).refuses(409, "conflict")
		c.call(agent, "POST", "/api/v1"+path+"/production", real).refuses(403, "no_permission")
		other := w.company("Other")
		other.do("POST", path+"/production", real).refuses(404, "not_found")

		// A number is active in one organisation at a time.
		theirs := other.do("POST", "/channels", object{"type": "whatsapp", "name": "Theirs", "address": "+436601234567", "settings": real["settings"], "secrets": real["secrets"]}).is(201).str("id")
		if got := live().refuses(409, "conflict"); got.at("errors.address") == nil {
			t.Errorf("without its reason: %s", got.text)
		}
		other.do("PATCH", "/channels/"+theirs, object{"active": false}).is(200)

		// A provider that refuses the token leaves everything as it was.
		played := c.provider
		answer := func(status int, body string) {
			c.provider = http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) {
				rw.Header().Set("Content-Type", "application/json")
				rw.WriteHeader(status)
				_, _ = rw.Write([]byte(body))
			})
		}
		answer(401, `{"error":{"message":"Invalid OAuth access token","type":"OAuthException","code":190}}`)
		live().refuses(422, "delivery_failed")
		c.provider = played

		// While a message is on its way to the sandbox, it stays there.
		c.call(agent, "POST", "/api/v1/conversations/"+talk.conversation.String()+"/messages", object{"text": "It is."}, "Idempotency-Key", "one").refuses(409, "consent_required")
		c.do("PATCH", path, object{"required_consent": "implicitly_opted_in"}).is(200)
		sent := c.call(agent, "POST", "/api/v1/conversations/"+talk.conversation.String()+"/messages", object{"text": "It is."}, "Idempotency-Key", "two").is(201)
		live().refuses(409, "in_use")
		seq := int64(sent.at("seq").(float64))
		if err := c.db.Write(context.Background(), c.id, func(tx *store.Tx) error {
			row, _, err := tx.OutboxOf(talk.conversation, seq)
			if err != nil {
				return err
			}
			return tx.DeleteOutbox(row.ID)
		}); err != nil {
			t.Fatal(err)
		}
		if still := c.do("GET", path, nil).is(200); still.at("sandbox") != true || still.str("address") != before.str("address") {
			t.Fatalf("refused, and yet %s", still.text)
		}

		answer(200, `{"id":"1002003004","display_phone_number":"+43 660 1234567","verified_name":"Acme Shop"}`)
		now := live("test_conversations", "delete").is(200)
		if now.at("sandbox") != false || now.str("address") != "+436601234567" || now.str("settings.phone_number_id") != "1002003004" || !strings.HasPrefix(now.str("provider_name"), "Acme Shop") ||
			now.str("routing.queue_id") != queue || now.str("name") != before.str("name") || now.str("id") != talk.channel.String() {
			t.Fatalf("in production %s", now.text)
		}
		live().refuses(409, "unlawful_state")
		c.do("GET", "/templates/"+template, nil).is(200)

		// What was played goes, with who played it; a job does it, which may run twice.
		job := job.Job{Org: c.id, Kind: conversation.JobForgetTests, Key: talk.channel.String(), Payload: strconv.FormatInt(time.Now().UnixMicro(), 10)}
		for range 2 {
			if err := conversation.ForgetTests(store.Writer[conversation.ForgetTx](c.db))(context.Background(), job); err != nil {
				t.Fatal(err)
			}
		}
		c.do("GET", "/conversations/"+talk.conversation.String(), nil).refuses(404, "not_found")
		for _, list := range []string{"/conversations?status=all", "/sessions", "/messaging-users", "/search?q=Paperclip", "/search?q=Carla"} {
			if got := c.do("GET", list, nil).is(200); strings.Contains(got.text, "Paperclip") || strings.Contains(got.text, "Carla") || strings.Contains(got.text, talk.conversation.String()) {
				t.Errorf("%s still has %s", list, got.text)
			}
		}
		if got := c.call(agent, "GET", "/api/v1/me/presence", nil).is(200); got.at("capacity.used") != 0.0 {
			t.Errorf("the agent still has work: %s", got.text)
		}
	})
}
