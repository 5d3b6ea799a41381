package customer_test

import (
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/json"
	"math/big"
	"strings"
	"sync"
	"testing"
	"time"

	"switchboard/internal/identity"
	"switchboard/internal/message"
	"switchboard/internal/setup"
	"switchboard/internal/store"
)

const issuer = "https://shop.example.com/id"

// madeKeys are two keys for all tests: making one takes a while.
var madeKeys = sync.OnceValue(func() (keys [2]*rsa.PrivateKey) {
	for i := range keys {
		var err error
		if keys[i], err = rsa.GenerateKey(rand.Reader, 2048); err != nil {
			panic(err)
		}
	}
	return keys
})

func b64(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

// signed makes a token as RFC 7515 has it, with nothing of the library that reads it.
func signed(key *rsa.PrivateKey, header, claims object) string {
	h, _ := json.Marshal(header)
	c, _ := json.Marshal(claims)
	text := b64(h) + "." + b64(c)
	sum := sha256.Sum256([]byte(text))
	s, err := rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, sum[:])
	if err != nil {
		panic(err)
	}
	return text + "." + b64(s)
}

// jwkOf is the public part of a key, with a certificate until a time where one is given.
func jwkOf(key *rsa.PrivateKey, kid string, until time.Time) []byte {
	jwk := object{"kty": "RSA", "kid": kid, "alg": "RS256", "n": b64(key.N.Bytes()), "e": b64(big.NewInt(int64(key.E)).Bytes())}
	if !until.IsZero() {
		template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "shop"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: until}
		der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
		if err != nil {
			panic(err)
		}
		jwk["x5c"] = []string{base64.StdEncoding.EncodeToString(der)}
	}
	b, _ := json.Marshal(jwk)
	return b
}

// keyset makes a keyset of these keys in an organisation, and has a channel of it require it.
func (h *house) keyset(org message.OrgID, channel message.ChannelID, jwks ...[]byte) message.KeysetID {
	h.t.Helper()
	id := message.NewID[message.KeysetID]()
	set := setup.Keyset{ID: id, Version: 1, KeysetSpec: setup.KeysetSpec{Name: "Shop", Issuer: issuer, Type: identity.TypeKeys}}
	err := h.db.Write(context.Background(), org, func(tx *store.Tx) error {
		set.Keys = nil
		for _, jwk := range jwks {
			read, err := identity.ReadKey(jwk, time.Now())
			if err != nil {
				return err
			}
			k := setup.Key{ID: message.NewID[message.KeyID](), Key: read, Name: read.KID, Active: true, Version: 1}
			if err := tx.InsertKey(k); err != nil {
				return err
			}
			set.Keys = append(set.Keys, k.ID)
		}
		return tx.InsertKeyset(set)
	})
	if err != nil {
		h.t.Fatal(err)
	}
	h.require(org, channel, id)
	return id
}

// require has a channel require a keyset, or none.
func (h *house) require(org message.OrgID, channel message.ChannelID, keyset message.KeysetID) {
	h.t.Helper()
	var id any
	if !keyset.IsZero() {
		id = h.id(keyset)
	}
	h.exec("UPDATE channel SET keyset_id = $1 WHERE org_id = $2 AND id = $3", id, h.id(org), h.id(channel))
}

var goodHeader = object{"alg": "RS256", "typ": "JWT", "kid": "one"}

func claimsOf(sub string) object {
	return object{"iss": issuer, "sub": sub, "exp": time.Now().Add(time.Hour).Unix()}
}

// with is an object with one member changed; nil takes it away.
func with(o object, name string, value any) object {
	out := object{}
	for k, v := range o {
		out[k] = v
	}
	if out[name] = value; value == nil {
		delete(out, name)
	}
	return out
}

// signIn asks for an access token with an identity token.
func (h *house) signIn(key, device, token string) (int, object) {
	h.t.Helper()
	return (&browser{house: h}).call("POST", "/iamessage/api/v2/authorization/authenticated/access-token", object{"orgId": key, "esDeveloperName": deployment,
		"deviceId": deviceNamed(device), "authorizationType": "JWT", "customerIdentityToken": token})
}

// member is a customer who is signed in on a device.
func (h *house) member(sub, device string) *browser {
	h.t.Helper()
	h.mu.Lock()
	ahead := h.clock
	h.mu.Unlock()
	status, body := h.signIn(orgKey, device, signed(madeKeys()[0], goodHeader, with(claimsOf(sub), "exp", time.Now().Add(ahead+time.Hour).Unix())))
	if status != 200 {
		h.t.Fatalf("sign in: %d %v", status, body)
	}
	b := &browser{house: h, device: deviceNamed(device), token: body["accessToken"].(string), head: body["lastEventId"].(string)}
	b.customer, _ = message.ParseID[message.CustomerID](at(body, "context", "endUser", "subject").(string))
	return b
}

// Each of the nine checks of UV-2 refuses what fails it, and names itself.
func TestEachCheckRefuses(t *testing.T) {
	each(t, func(h *house) {
		keys := madeKeys()
		h.keyset(h.org, h.channel, jwkOf(keys[0], "one", time.Time{}), jwkOf(keys[1], "certified", time.Now().Add(20*24*time.Hour)))
		claims := claimsOf("mara")
		good := signed(keys[0], goodHeader, claims)
		parts := strings.Split(good, ".")
		none := b64([]byte(`{"alg":"none","typ":"JWT","kid":"one"}`)) + "." + parts[1] + "."
		for what, test := range map[string]struct {
			token string
			check float64
		}{
			"nothing":                  {"", 1},
			"no token":                 {"hello", 1},
			"two parts":                {parts[0] + "." + parts[1], 1},
			"five parts":               {good + ".a.b", 1},
			"a header that is no JSON": {b64([]byte("no")) + "." + parts[1] + "." + parts[2], 1},
			"claims that are a list":   {parts[0] + "." + b64([]byte("[]")) + "." + parts[2], 1},
			"padded base64":            {parts[0] + "=." + parts[1] + "." + parts[2], 1},
			"far too long":             {good + strings.Repeat("A", 9000), 1},
			"an unknown extension":     {signed(keys[0], with(goodHeader, "crit", []string{"b64"}), claims), 1},
			"alg none":                 {none, 2},
			"no alg":                   {signed(keys[0], with(goodHeader, "alg", nil), claims), 2},
			"alg HS256":                {signed(keys[0], with(goodHeader, "alg", "HS256"), claims), 2},
			"alg ES256":                {signed(keys[0], with(goodHeader, "alg", "ES256"), claims), 2},
			"another alg than the key": {signed(keys[0], with(goodHeader, "alg", "RS512"), claims), 2},
			"no typ":                   {signed(keys[0], with(goodHeader, "typ", nil), claims), 3},
			"an access token":          {signed(keys[0], with(goodHeader, "typ", "at+jwt"), claims), 3},
			"no kid":                   {signed(keys[0], with(goodHeader, "kid", nil), claims), 4},
			"an unknown kid":           {signed(keys[0], with(goodHeader, "kid", "two"), claims), 4},
			"another key":              {signed(keys[1], goodHeader, claims), 5},
			"other claims":             {parts[0] + "." + b64([]byte(`{"iss":"`+issuer+`","sub":"root","exp":9999999999}`)) + "." + parts[2], 5},
			"a key that it brings":     {signed(keys[1], with(goodHeader, "jwk", json.RawMessage(jwkOf(keys[1], "one", time.Time{}))), claims), 5},
			"another issuer":           {signed(keys[0], goodHeader, with(claims, "iss", "https://evil.example")), 6},
			"no issuer":                {signed(keys[0], goodHeader, with(claims, "iss", nil)), 6},
			"issuers":                  {signed(keys[0], goodHeader, with(claims, "iss", []string{issuer})), 6},
			"expired":                  {signed(keys[0], goodHeader, with(claims, "exp", time.Now().Add(-10*time.Second).Unix())), 7},
			"no exp":                   {signed(keys[0], goodHeader, with(claims, "exp", nil)), 7},
			"an exp in words":          {signed(keys[0], goodHeader, with(claims, "exp", "tomorrow")), 7},
			"not yet":                  {signed(keys[0], goodHeader, with(claims, "nbf", time.Now().Add(time.Hour).Unix())), 7},
			"no sub":                   {signed(keys[0], goodHeader, with(claims, "sub", nil)), 8},
			"an empty sub":             {signed(keys[0], goodHeader, with(claims, "sub", " ")), 8},
			"a sub that is a number":   {signed(keys[0], goodHeader, with(claims, "sub", 7)), 8},
			"a sub without end":        {signed(keys[0], goodHeader, with(claims, "sub", strings.Repeat("x", 256))), 8},
		} {
			status, body := h.signIn(orgKey, "phone", test.token)
			if status != 401 || body["code"] != "identity_refused" || body["check"] != test.check {
				t.Errorf("%s: %d %v, want check %v", what, status, body, test.check)
			}
		}
		if status, body := h.signIn(orgKey, "phone", good); status != 200 {
			t.Errorf("a good token: %d %v", status, body)
		}
		certified := with(goodHeader, "kid", "certified")
		if status, body := h.signIn(orgKey, "phone", signed(keys[1], certified, claims)); status != 200 {
			t.Errorf("with a certificate: %d %v", status, body)
		}
		h.later(21 * 24 * time.Hour)
		late := signed(keys[1], certified, with(claims, "exp", time.Now().Add(22*24*time.Hour).Unix()))
		if status, body := h.signIn(orgKey, "phone", late); status != 401 || body["check"] != 9.0 {
			t.Errorf("after the certificate's end: %d %v", status, body)
		}
	})
}

// The same customer has the same history on every device, live; who else signs in has their own.
func TestSameHistoryOnEveryDevice(t *testing.T) {
	each(t, func(h *house) {
		h.keyset(h.org, h.channel, jwkOf(madeKeys()[0], "one", time.Time{}))
		phone := h.member("mara", "phone")
		thread, id := phone.talk(object{"_firstName": "Mara"})
		phone.say(thread, "from the phone")
		h.accept(id)
		desk := h.member("mara", "desk")
		if desk.customer != phone.customer || desk.token == phone.token {
			t.Fatal("another device is another customer")
		}
		list := desk.must("GET", "/iamessage/api/v2/conversation/list", nil)
		if at(list, "conversations", 0, "conversationId") != thread {
			t.Errorf("the other device's list: %v", list)
		}
		one, two := phone.open("0"), desk.open("0")
		h.answer(id, "to both")
		desk.say(thread, "from the desk")
		for what, tab := range map[string]*tab{"phone": one, "desk": two} {
			var said []string
			for len(said) < 3 {
				f := tab.next()
				if f.event == "CONVERSATION_MESSAGE" {
					said = append(said, f.text())
				}
			}
			if got := strings.Join(said, "|"); got != "from the phone|to both|from the desk" {
				t.Errorf("the %s heard %s", what, got)
			}
		}
		// What was said long ago is still there for who signed in (CH-3).
		h.later(5 * 24 * time.Hour)
		desk = h.member("mara", "desk")
		if entries := desk.must("GET", talkPath(thread)+"/entries", nil); at(entries, "conversationEntries", 0) == nil {
			t.Errorf("days later there is nothing left: %v", entries)
		}
		other := h.member("ines", "desk")
		if other.customer == phone.customer {
			t.Fatal("another subject is the same customer")
		}
		if status, _ := other.call("GET", talkPath(thread), nil); status != 404 {
			t.Errorf("another customer's conversation: %d", status)
		}
	})
}

// Signing out ends every token of the device, and none of another's.
func TestSigningOutIsForGood(t *testing.T) {
	each(t, func(h *house) {
		h.keyset(h.org, h.channel, jwkOf(madeKeys()[0], "one", time.Time{}))
		phone, again, desk := h.member("mara", "phone"), h.member("mara", "phone"), h.member("mara", "desk")
		continued := &browser{house: h, token: phone.must("GET", "/iamessage/api/v2/authorization/continuation-access-token", nil)["accessToken"].(string)}
		phone.must("DELETE", "/iamessage/api/v2/authorization/authenticated/access-token", nil)
		for what, b := range map[string]*browser{"the token": phone, "one continued from it": continued, "an earlier sign-in's": again} {
			if status, body := b.call("GET", "/iamessage/api/v2/conversation/list", nil); status != 401 {
				t.Errorf("%s: %d %v", what, status, body)
			}
		}
		desk.must("GET", "/iamessage/api/v2/conversation/list", nil)
	})
}

// An access token ends with the identity that it was got with; a new identity goes on where it was.
func TestAccessEndsWithTheIdentity(t *testing.T) {
	each(t, func(h *house) {
		h.keyset(h.org, h.channel, jwkOf(madeKeys()[0], "one", time.Time{}))
		phone := h.member("mara", "phone")
		thread, id := phone.talk(object{"_firstName": "Mara"})
		phone.say(thread, "before")
		h.accept(id)
		h.later(time.Hour + 6*time.Second)
		if status, body := phone.call("GET", talkPath(thread), nil); status != 401 || body["code"] != "token_expired" {
			t.Errorf("after the identity's end: %d %v", status, body)
		}
		h.answer(id, "meanwhile")
		phone = h.member("mara", "phone")
		phone.must("GET", talkPath(thread), nil)
		phone.open("0").until("meanwhile")
	})
}

// A channel is for customers who sign in or for those who don't, and what it is counts at once.
func TestVerifiedOrNot(t *testing.T) {
	each(t, func(h *house) {
		anonymous := h.browser("phone")
		set := h.keyset(h.org, h.channel, jwkOf(madeKeys()[0], "one", time.Time{}))
		if status, body := anonymous.call("GET", "/iamessage/api/v2/conversation/list", nil); status != 401 || body["reason"] != "verification_changed" {
			t.Errorf("an earlier anonymous token: %d %v", status, body)
		}
		if status, body := anonymous.call("POST", "/iamessage/api/v2/authorization/unauthenticated/access-token",
			object{"orgId": orgKey, "esDeveloperName": deployment, "deviceId": anonymous.device}); status != 401 || body["reason"] != "verification_required" {
			t.Errorf("without signing in: %d %v", status, body)
		}
		config := anonymous.must("GET", "/embeddedservice/v1/embedded-service-config?orgId="+orgKey+"&esConfigName="+deployment, nil)
		if mode := at(config, "embeddedServiceConfig", "embeddedServiceMessagingChannel", "authMode"); mode != "Auth" {
			t.Errorf("authMode %v", mode)
		}
		mara := h.member("mara", "phone")
		if mara.customer == anonymous.customer {
			t.Error("who signs in is who wrote before without")
		}
		h.require(h.org, h.channel, message.KeysetID{})
		if status, _ := mara.call("GET", "/iamessage/api/v2/conversation/list", nil); status != 401 {
			t.Errorf("a verified token where nobody signs in: %d", status)
		}
		h.require(h.org, h.channel, set)
		mara.must("GET", "/iamessage/api/v2/conversation/list", nil)
		// A key is taken away: who signed in before signs in again, also with what was continued since.
		h.write(func(tx *store.Tx) error { return tx.EndSignIns(set) })
		if status, body := mara.call("GET", "/iamessage/api/v2/conversation/list", nil); status != 401 || body["code"] != "token_expired" {
			t.Errorf("after a key was taken away: %d %v", status, body)
		}
		h.member("mara", "phone").must("GET", "/iamessage/api/v2/conversation/list", nil)
	})
}

// Keys, subjects and tokens of one organisation mean nothing in another.
func TestIdentitiesOfOrganisationsNeverMeet(t *testing.T) {
	each(t, func(h *house) {
		const otherKey = "00D000000000002"
		other, channel := message.NewID[message.OrgID](), message.NewID[message.ChannelID]()
		h.seed("", otherKey, other, channel, settings())
		h.keyset(h.org, h.channel, jwkOf(madeKeys()[0], "one", time.Time{}))
		h.keyset(other, channel, jwkOf(madeKeys()[1], "one", time.Time{}))
		ours := signed(madeKeys()[0], goodHeader, claimsOf("mara"))
		if status, body := h.signIn(otherKey, "phone", ours); status != 401 || body["check"] != 5.0 {
			t.Errorf("our token there: %d %v", status, body)
		}
		mara := h.member("mara", "phone")
		thread, _ := mara.talk(object{"_firstName": "Mara"})
		mara.say(thread, "hello")
		status, body := h.signIn(otherKey, "phone", signed(madeKeys()[1], goodHeader, claimsOf("mara")))
		if status != 200 {
			t.Fatalf("their own: %d %v", status, body)
		}
		theirs := &browser{house: h, token: body["accessToken"].(string)}
		if status, _ := theirs.call("GET", talkPath(thread), nil); status != 404 {
			t.Errorf("our conversation there: %d", status)
		}
		if status, _ := theirs.call("GET", "/iamessage/api/v2/conversation/list", nil, "X-Org-Id", orgKey); status != 401 {
			t.Errorf("their token here: %d", status)
		}
	})
}
