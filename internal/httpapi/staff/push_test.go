package staff_test

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"math/big"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"switchboard/internal/conversation"
	"switchboard/internal/job"
	"switchboard/internal/message"
	"switchboard/internal/push"
	"switchboard/internal/store"
)

// pushService is a push service as browsers have one: it verifies who calls (RFC 8292) and, as the browser
// behind it, opens what is brought (RFC 8291). It shares no code with what sends.
type pushService struct {
	server *httptest.Server
	key    *ecdh.PrivateKey
	auth   []byte

	mu     sync.Mutex
	known  string // the key that the subscription was made with
	calls  []pushCall
	answer int
	busy   int // how many calls more are answered 503 first
}

type pushCall struct {
	object
	header  http.Header
	problem error
}

func newPushService(t *testing.T) *pushService {
	s := &pushService{auth: []byte("sixteen bytes !!"), answer: 201}
	s.key, _ = ecdh.P256().GenerateKey(rand.Reader)
	s.server = httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		defer s.mu.Unlock()
		c := pushCall{header: r.Header}
		body, err := io.ReadAll(r.Body)
		if err == nil {
			err = s.admit(r)
		}
		if err == nil {
			c.object, err = s.open(body)
		}
		c.problem = err
		s.calls = append(s.calls, c)
		if s.busy > 0 {
			s.busy--
			w.WriteHeader(503)
			return
		}
		w.WriteHeader(s.answer)
	}))
	t.Cleanup(s.server.Close)
	return s
}

func (s *pushService) subscription(name string) object {
	b64 := base64.RawURLEncoding
	return object{"endpoint": s.server.URL + "/send/" + name, "device": name,
		"keys": object{"p256dh": b64.EncodeToString(s.key.PublicKey().Bytes()), "auth": b64.EncodeToString(s.auth)}}
}

// admit verifies the caller's signed identity.
func (s *pushService) admit(r *http.Request) error {
	token, key, ok := strings.Cut(strings.TrimPrefix(r.Header.Get("Authorization"), "vapid t="), ", k=")
	parts := strings.Split(token, ".")
	if !ok || len(parts) != 3 || key != s.known {
		return fmt.Errorf("authorization %q", r.Header.Get("Authorization"))
	}
	raw, err := base64.RawURLEncoding.DecodeString(key)
	if err != nil {
		return err
	}
	public, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), raw)
	if err != nil {
		return err
	}
	sum := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
	signature, err := base64.RawURLEncoding.DecodeString(parts[2])
	if err != nil || len(signature) != 64 || !ecdsa.Verify(public, sum[:], new(big.Int).SetBytes(signature[:32]), new(big.Int).SetBytes(signature[32:])) {
		return fmt.Errorf("the signature is not the key's: %w", err)
	}
	claims, _ := base64.RawURLEncoding.DecodeString(parts[1])
	var c struct {
		Aud, Sub string
		Exp      int64
	}
	if err := json.Unmarshal(claims, &c); err != nil {
		return err
	}
	if c.Aud != s.server.URL || !strings.HasPrefix(c.Sub, "mailto:") || time.Until(time.Unix(c.Exp, 0)) > 24*time.Hour || time.Until(time.Unix(c.Exp, 0)) < 0 {
		return fmt.Errorf("claims %s", claims)
	}
	return nil
}

// open decrypts a message of content coding aes128gcm.
func (s *pushService) open(body []byte) (object, error) {
	if len(body) > 4096 || len(body) < 21 {
		return nil, fmt.Errorf("%d bytes", len(body))
	}
	salt, rs, idLen := body[:16], binary.BigEndian.Uint32(body[16:20]), int(body[20])
	sender, sealed := body[21:21+idLen], body[21+idLen:]
	if int(rs) < len(sealed) {
		return nil, fmt.Errorf("records of %d bytes", rs)
	}
	theirs, err := ecdh.P256().NewPublicKey(sender)
	if err != nil {
		return nil, err
	}
	shared, err := s.key.ECDH(theirs)
	if err != nil {
		return nil, err
	}
	info := "WebPush: info\x00" + string(s.key.PublicKey().Bytes()) + string(sender)
	ikm, _ := hkdf.Key(sha256.New, shared, s.auth, info, 32)
	key, _ := hkdf.Key(sha256.New, ikm, salt, "Content-Encoding: aes128gcm\x00", 16)
	nonce, _ := hkdf.Key(sha256.New, ikm, salt, "Content-Encoding: nonce\x00", 12)
	block, _ := aes.NewCipher(key)
	gcm, _ := cipher.NewGCM(block)
	plain, err := gcm.Open(nil, nonce, sealed, nil)
	if err != nil {
		return nil, err
	}
	text, last := strings.CutSuffix(strings.TrimRight(string(plain), "\x00"), "\x02")
	if !last {
		return nil, fmt.Errorf("no end of the last record")
	}
	var out object
	return out, json.Unmarshal([]byte(text), &out)
}

// taken are the calls since the last time, all of them good.
func (s *pushService) taken(t *testing.T) []pushCall {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	out := s.calls
	s.calls = nil
	for _, c := range out {
		if c.problem != nil {
			t.Fatalf("a call that a browser can't use: %v", c.problem)
		}
	}
	return out
}

func (s *pushService) answers(status int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answer = status
}

// settled runs jobs until there is none of push, or only ones that wait for another try.
func (w *world) settled() {
	w.t.Helper()
	wake := make(chan struct{}, 1)
	runner := job.NewRunner(w.db, store.Writer[job.Tx](w.db), map[string]job.Handler{push.Job: w.push.Do}, wake, slog.New(slog.DiscardHandler))
	runner.Start()
	defer runner.Stop()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(20 * time.Second); ; <-tick.C {
		due, err := w.db.NextJob(w.t.Context(), []string{push.Job})
		if err != nil {
			w.t.Fatal(err)
		}
		if due.IsZero() {
			return
		}
		if time.Now().After(deadline) {
			w.t.Fatalf("a call waits until %v", due)
		}
	}
}

// says is the customer, once more.
func (c *company) says(got received, text string) {
	c.t.Helper()
	err := c.db.Write(context.Background(), c.id, func(tx *store.Tx) error {
		talk, err := tx.Conversation(got.conversation)
		if err != nil {
			return err
		}
		if _, err := conversation.CustomerWrites(tx, &talk, nil, 0); err != nil {
			return err
		}
		return conversation.Received(tx, &talk, &conversation.Entry{ID: message.NewID[message.EntryID](), Kind: message.KindMessage, Content: message.Content{Text: text}}, true)
	})
	if err != nil {
		c.t.Fatal(err)
	}
}

func TestDevicesAreCalled(t *testing.T) {
	each(t, func(w *world) {
		c := w.company("Acme")
		anna, token := c.user("Anna", "agent")
		_, other := c.user("Bert", "supervisor")
		as, bert := c.as(token), c.as(other)
		w.pushes.known = as("GET", "/me/push-subscriptions", nil).is(200).str("key")
		id := as("POST", "/me/push-subscriptions", w.pushes.subscription("phone")).is(201).str("id")
		if again := as("POST", "/me/push-subscriptions", w.pushes.subscription("phone")).is(201).str("id"); again != id {
			w.t.Fatalf("one browser is two devices: %s, %s", id, again)
		}
		one := func(what string) pushCall {
			w.t.Helper()
			w.settled()
			calls := w.pushes.taken(w.t)
			if len(calls) != 1 {
				w.t.Fatalf("%s: %d calls %v", what, len(calls), calls)
			}
			return calls[0]
		}
		none := func(what string) {
			w.t.Helper()
			w.settled()
			if calls := w.pushes.taken(w.t); len(calls) != 0 {
				w.t.Fatalf("%s: called with %v", what, calls[0].object)
			}
		}

		as("POST", "/me/push-subscriptions/"+id+"/test", nil).is(204)
		if calls := w.pushes.taken(w.t); len(calls) != 1 || calls[0].object["kind"] != "test" {
			w.t.Fatalf("test %v", calls)
		}
		bert("POST", "/me/push-subscriptions/"+id+"/test", nil).refuses(404, "not_found")
		bert("DELETE", "/me/push-subscriptions/"+id, nil).refuses(404, "not_found")

		got := c.receive("whatsapp", "Where is my parcel?", anna)
		path := "/conversations/" + got.conversation.String()
		call := one("an offer")
		if call.object["kind"] != "offer" || call.object["who"] != "Carla" || call.object["text"] != "Where is my parcel?" || call.object["url"] != "/inbox" ||
			call.header.Get("Urgency") != "high" || len(call.header.Get("Topic")) != 32 || call.header.Get("TTL") == "" || len(call.header.Get("TTL")) > 2 {
			w.t.Fatalf("offer %v %v", call.object, call.header)
		}
		as("POST", "/offers/"+got.offer.String()+"/accept", nil).is(200)

		// What comes close together is one call, with the latest.
		c.says(got, "Hello?")
		c.says(got, "Anybody there?")
		call = one("two messages")
		if call.object["kind"] != "message" || call.object["text"] != "Anybody there?" || !strings.HasPrefix(call.object["url"].(string), "/inbox/"+got.conversation.String()+"?entry=") {
			w.t.Fatalf("message %v", call.object)
		}
		// Own words call nobody, and what was read meanwhile neither.
		as("POST", path+"/messages", object{"text": "It is on its way."}).is(201)
		none("an own message")
		c.says(got, "Thanks")
		as("POST", path+"/read", object{"seq": 1000}).is(204)
		none("a message that was read")

		bert("POST", path+"/notes", object{"text": "@Anna be kind", "mentions": []string{anna}}).is(201)
		if call = one("a mention"); call.object["kind"] != "mention" || call.object["who"] != "Bert" || call.object["text"] != "@Anna be kind" {
			w.t.Fatalf("mention %v", call.object)
		}

		// Who looks at a console is not called, nor who wants no calls; and no more is said than is wanted.
		user, _ := message.ParseID[message.UserID](anna)
		connection := message.NewID[message.RowID]()
		if err := c.db.Write(t.Context(), c.id, func(tx *store.Tx) error { return tx.AddConnection(user, connection, connection, tx.Now()) }); err != nil {
			w.t.Fatal(err)
		}
		look := func(visible bool) {
			w.t.Helper()
			if err := w.push.Visible(t.Context(), c.id, user, connection, visible); err != nil {
				w.t.Fatal(err)
			}
		}
		look(true)
		c.says(got, "One more thing")
		none("a message to somebody who looks")
		look(false)
		as("PATCH", "/me/preferences", object{"push_text": false}).is(200)
		c.says(got, "The number is 4711")
		if call = one("a message without its text"); call.object["who"] != "Carla" || call.object["text"] != nil {
			w.t.Fatalf("quiet %v", call.object)
		}
		no := object{"sound": true, "desktop": true, "push": false, "title": true, "favicon": true}
		as("PATCH", "/me/preferences", object{"notify": object{"offer": no, "message": no, "mention": no, "flag": object{"sound": true, "desktop": true}}}).is(200)
		c.says(got, "Still there?")
		none("a message to somebody who wants no calls")

		// A browser that is gone is forgotten.
		w.pushes.answers(410)
		as("POST", "/me/push-subscriptions/"+id+"/test", nil).refuses(404, "not_found")
		if left := as("GET", "/me/push-subscriptions", nil).is(200); len(left.at("items").([]any)) != 0 {
			w.t.Fatalf("still there: %s", left.text)
		}
		w.pushes.answers(503)
		id = as("POST", "/me/push-subscriptions", w.pushes.subscription("tablet")).is(201).str("id")
		as("POST", "/me/push-subscriptions/"+id+"/test", nil).refuses(503, "unavailable")
		as("DELETE", "/me/push-subscriptions/"+id, nil).is(204)
		as("DELETE", "/me/push-subscriptions/"+id, nil).refuses(404, "not_found")

		good := w.pushes.subscription("x")
		for _, bad := range []object{{"endpoint": "http://push.example/x"}, {"endpoint": "https://user@push.example/x"}, {"endpoint": "https:///x"}, {"endpoint": "javascript:alert(1)"},
			{"keys": object{"p256dh": "AAAA", "auth": "c2l4dGVlbiBieXRlcyAhIQ"}}, {"keys": object{"p256dh": good["keys"].(object)["p256dh"], "auth": "short"}}, {"device": ""}} {
			body := object{"endpoint": good["endpoint"], "keys": good["keys"], "device": "x"}
			for k, v := range bad {
				body[k] = v
			}
			if answer := as("POST", "/me/push-subscriptions", body); answer.status != 422 {
				w.t.Errorf("%v: %d %s", bad, answer.status, answer.text)
			}
		}
		for i := range push.DevicesMax + 3 {
			as("POST", "/me/push-subscriptions", w.pushes.subscription(fmt.Sprint("device ", i))).is(201)
		}
		if all := as("GET", "/me/push-subscriptions", nil).is(200); len(all.at("items").([]any)) != push.DevicesMax || all.str("items.0.device") != fmt.Sprint("device ", push.DevicesMax+2) {
			w.t.Fatalf("devices %s", all.text)
		}
	})
}

// Who is away and wants quiet then hears nothing; who comes back does. The language goes along.
func TestQuietWhileAway(t *testing.T) {
	each(t, func(w *world) {
		c := w.company("Acme")
		anna, token := c.user("Anna", "agent")
		as := c.as(token)
		w.pushes.known = as("GET", "/me/push-subscriptions", nil).is(200).str("key")
		as("POST", "/me/push-subscriptions", w.pushes.subscription("phone")).is(201)
		got := c.receive("whatsapp", "Where is my parcel?", anna)
		as("POST", "/offers/"+got.offer.String()+"/accept", nil).is(200)
		calls := func() []pushCall {
			w.t.Helper()
			w.settled()
			return w.pushes.taken(w.t)
		}
		calls()
		status := func(kind string) {
			w.t.Helper()
			for _, s := range as("GET", "/presence-statuses", nil).is(200).at("items").([]any) {
				if s.(object)["kind"] == kind {
					as("PUT", "/me/presence", object{"status": s.(object)["id"]})
					return
				}
			}
			w.t.Fatalf("no status of kind %s", kind)
		}
		status("away")
		c.says(got, "Hello?")
		if told := calls(); len(told) != 1 || told[0].object["language"] != nil {
			w.t.Fatalf("away without a wish for quiet: %v", told)
		}
		as("PATCH", "/me/preferences", object{"quiet_away": true, "language": "fr"}).is(200)
		c.says(got, "Anybody?")
		if told := calls(); len(told) != 0 {
			w.t.Fatalf("away: called with %v", told[0].object)
		}
		status("online")
		c.says(got, "Still there?")
		if told := calls(); len(told) != 1 || told[0].object["text"] != "Still there?" || told[0].object["language"] != "fr" {
			w.t.Fatalf("back: %v", told)
		}
	})
}

// A push service that can't take a call is asked again; one that refuses it is not.
func TestBusyPushServicesAreAskedAgain(t *testing.T) {
	each(t, func(w *world) {
		c := w.company("Acme")
		anna, token := c.user("Anna", "agent")
		as := c.as(token)
		w.pushes.known = as("GET", "/me/push-subscriptions", nil).is(200).str("key")
		as("POST", "/me/push-subscriptions", w.pushes.subscription("phone")).is(201)
		w.pushes.mu.Lock()
		w.pushes.busy = 1
		w.pushes.mu.Unlock()
		got := c.receive("whatsapp", "Where is my parcel?", anna)
		w.settled()
		calls := w.pushes.taken(w.t)
		if len(calls) != 2 || calls[0].object["text"] != calls[1].object["text"] || calls[0].header.Get("Topic") != calls[1].header.Get("Topic") {
			w.t.Fatalf("%d calls %v", len(calls), calls)
		}
		as("POST", "/offers/"+got.offer.String()+"/accept", nil).is(200)
		w.pushes.answers(400)
		c.says(got, "Hello?")
		w.settled()
		if calls := w.pushes.taken(w.t); len(calls) != 1 {
			w.t.Fatalf("refused, and called %d times", len(calls))
		}
	})
}
