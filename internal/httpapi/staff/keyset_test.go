package staff_test

import (
	"crypto/rsa"
	"encoding/json"
	"math/big"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"switchboard/internal/identity"
	"switchboard/internal/identity/jwks"
)

// verification is what set-up does with keysets, as the program puts it together.
type verification struct {
	*identity.Verifier
	*jwks.Fetcher
}

// madePair is one pair for all tests: they take a while to make.
var madePair = sync.OnceValues(func() (identity.Pair, error) { return identity.NewPair("any") })

// pairNamed is that pair under a kid.
func pairNamed(t *testing.T, kid string) identity.Pair {
	t.Helper()
	made, err := madePair()
	if err != nil {
		t.Fatal(err)
	}
	var jwk jose.JSONWebKey
	if err := jwk.UnmarshalJSON(made.Private); err != nil {
		t.Fatal(err)
	}
	jwk.KeyID = kid
	private, err := jwk.MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	pair, err := identity.ReadPair(private)
	if err != nil {
		t.Fatal(err)
	}
	return pair
}

func publicJWK(t *testing.T, kid string) json.RawMessage { return pairNamed(t, kid).Public }

// without is a JWK with a member changed, or taken away.
func altered(t *testing.T, jwk json.RawMessage, name string, value any) json.RawMessage {
	t.Helper()
	var members map[string]any
	if err := json.Unmarshal(jwk, &members); err != nil {
		t.Fatal(err)
	}
	if members[name] = value; value == nil {
		delete(members, name)
	}
	out, err := json.Marshal(members)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestKeysAreReadClosely(t *testing.T) {
	each(t, func(w *world) {
		c := w.company("Acme")
		good := publicJWK(t, "one")
		small := jose.JSONWebKey{Key: &rsa.PublicKey{N: new(big.Int).SetBit(big.NewInt(1), 1023, 1), E: 65537}, KeyID: "small", Algorithm: "RS256"}
		weak, err := small.MarshalJSON()
		if err != nil {
			t.Fatal(err)
		}
		for what, test := range map[string]struct {
			jwk  any
			says string
		}{
			"a list":             {json.RawMessage("[" + string(good) + "]"), "one key at a time"},
			"a set":              {object{"keys": []any{good}}, "one key at a time"},
			"a private key":      {pairNamed(t, "one").Private, "private part"},
			"a symmetric key":    {object{"kty": "oct", "kid": "x", "alg": "HS256", "k": "c2VjcmV0"}, "private part"},
			"no kty":             {altered(t, good, "kty", nil), "no kty"},
			"no kid":             {altered(t, good, "kid", nil), "no kid"},
			"no alg":             {altered(t, good, "alg", nil), "no alg"},
			"no n":               {altered(t, good, "n", nil), "no n"},
			"no e":               {altered(t, good, "e", nil), "no e"},
			"a kid that is none": {altered(t, good, "kid", 7), "no kid"},
			"another kty":        {altered(t, good, "kty", "EC"), "kty must be RSA"},
			"alg none":           {altered(t, good, "alg", "none"), "none that tokens may be signed with"},
			"alg HS256":          {altered(t, good, "alg", "HS256"), "none that tokens may be signed with"},
			"base64 with pluses": {altered(t, good, "n", "+/=="), "not in base64url"},
			"too few bits":       {json.RawMessage(weak), "1024 bits"},
			"an even exponent":   {altered(t, good, "e", "Ag"), "not those of an RSA key"},
			"for encryption":     {altered(t, good, "use", "enc"), "not for signatures"},
			"no certificate":     {altered(t, good, "x5c", []string{"AAAA"}), "x5c can't be read"},
			"no JSON":            {"certainly not", "not a key in JSON"},
		} {
			refused := c.do("POST", "/keys", object{"name": "K", "jwk": test.jwk}).refuses(422, "unprocessable")
			if says, _ := refused.at("errors").(object)["jwk"].(string); !strings.Contains(says, test.says) {
				t.Errorf("%s: %q doesn't say %q", what, says, test.says)
			}
			if strings.Contains(refused.text, "c2VjcmV0") {
				t.Errorf("%s: the refusal repeats the secret", what)
			}
		}
		made := c.do("POST", "/keys", object{"name": "Shop", "jwk": string(good)}).is(201)
		if made.str("kid") != "one" || made.at("bits") != 2048.0 || made.at("active") != true {
			t.Errorf("the key: %s", made.text)
		}
		id := made.str("id")
		c.do("PATCH", "/keys/"+id, object{"jwk": good}).refuses(422, "unprocessable")
		if c.do("PATCH", "/keys/"+id, object{"name": "Shop 2"}).is(200).str("name") != "Shop 2" {
			t.Error("the key can't be renamed")
		}
		set := c.do("POST", "/keysets", object{"name": "Site", "issuer": "https://shop.example", "keys": []string{id}}).is(201)
		c.do("DELETE", "/keys/"+id, nil).refuses(409, "in_use")
		twin := c.do("POST", "/keys", object{"name": "Twin", "jwk": good}).is(201).str("id")
		c.do("PATCH", "/keysets/"+set.str("id"), object{"keys": []string{id, twin}}).refuses(422, "unprocessable")
		web := c.do("POST", "/channels", object{"type": "web", "name": "Site", "keyset_id": set.str("id")}).is(201)
		c.do("DELETE", "/keysets/"+set.str("id"), nil).refuses(409, "in_use")
		c.do("POST", "/channels", object{"type": "sms", "sandbox": true, "name": "Text", "keyset_id": set.str("id")}).refuses(422, "unprocessable")
		if c.do("PATCH", "/channels/"+web.str("id"), object{"name": "Web"}).is(200).str("keyset_id") != set.str("id") {
			t.Error("a renamed channel forgets its keyset")
		}
		c.do("PATCH", "/channels/"+web.str("id"), object{"keyset_id": ""}).is(200)
		c.do("DELETE", "/keysets/"+set.str("id"), nil).is(204)
		c.do("DELETE", "/keys/"+id, nil).is(204)
	})
}

// Taking a key away ends what was got with it; adding one doesn't.
func TestWhatEndsSignIns(t *testing.T) {
	each(t, func(w *world) {
		c := w.company("Acme")
		one := c.do("POST", "/keys", object{"name": "1", "jwk": publicJWK(t, "one")}).is(201).str("id")
		two := c.do("POST", "/keys", object{"name": "2", "jwk": publicJWK(t, "two")}).is(201).str("id")
		set := "/keysets/" + c.do("POST", "/keysets", object{"name": "S", "issuer": "i", "keys": []string{one}}).is(201).str("id")
		ends := func() any { return c.do("GET", set, nil).is(200).body["ends_before"] }
		c.do("PATCH", set, object{"keys": []string{one, two}, "name": "T"}).is(200)
		if ends() != nil {
			t.Error("a further key ends sign-ins")
		}
		var last any
		for what, change := range []func(){
			func() { c.do("PATCH", "/keys/"+two, object{"active": false}).is(200) },
			func() { c.do("PATCH", set, object{"keys": []string{one}}).is(200) },
			func() { c.do("PATCH", set, object{"issuer": "j"}).is(200) },
		} {
			change()
			if now := ends(); now == nil || now == last {
				t.Errorf("change %d ends nothing", what)
			} else {
				last = now
			}
		}
	})
}

func TestTokensAreTried(t *testing.T) {
	each(t, func(w *world) {
		c := w.company("Acme")
		pair := pairNamed(t, "one")
		key := c.do("POST", "/keys", object{"name": "1", "jwk": pair.Public}).is(201).str("id")
		set := "/keysets/" + c.do("POST", "/keysets", object{"name": "S", "issuer": "https://shop.example", "keys": []string{key}}).is(201).str("id")
		token, err := pair.Sign("https://shop.example", "mara", time.Now(), time.Hour)
		if err != nil {
			t.Fatal(err)
		}
		if tried := c.do("POST", set+"/check", object{"token": token}).is(200); tried.at("passed") != true || tried.str("subject") != "mara" {
			t.Errorf("a good token: %s", tried.text)
		}
		if tried := c.do("POST", set+"/check", object{"token": token[:len(token)-8] + "AAAAAAAA"}).is(200); tried.at("passed") != false || tried.at("failed") != 5.0 || tried.str("name") != "signature" {
			t.Errorf("a forged one: %s", tried.text)
		}
		made := c.do("POST", set+"/test-key", object{"subject": "ines"}).is(200)
		if tried := c.do("POST", set+"/check", object{"token": made.str("token")}).is(200); tried.str("subject") != "ines" {
			t.Errorf("the test token: %s", tried.text)
		}
		if _, has := made.at("private_jwk").(object)["d"]; !has || made.str("key.until") == "" {
			t.Errorf("the test key: %s", made.text)
		}
		if again := c.do("GET", "/keys/"+made.str("key.id"), nil).is(200); strings.Contains(again.text, `"d"`) {
			t.Error("the private part is kept")
		}
	})
}

func TestKeysOfAnAddress(t *testing.T) {
	each(t, func(w *world) {
		c := w.company("Acme")
		for _, bad := range []string{"", "ftp://id.example", "http://id.example/keys", "https://user:secret@id.example", "https://10.0.0.1/keys", "https://[fd00::1]/keys", "https://169.254.169.254/latest"} {
			c.do("POST", "/keysets", object{"name": "U", "issuer": "i", "type": "url", "url": bad}).refuses(422, "unprocessable")
		}
		var asked atomic.Int64
		provider := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) {
			asked.Add(1)
			_ = json.NewEncoder(rw).Encode(object{"keys": []any{publicJWK(t, "published"), object{"kty": "EC", "kid": "other"}}})
		}))
		defer provider.Close()
		set := c.do("POST", "/keysets", object{"name": "U", "issuer": "i", "type": "url", "url": provider.URL}).is(201)
		path := "/keysets/" + set.str("id")
		got := c.do("POST", path+"/fetch", nil).is(200)
		if got.str("fetched.keys.0.kid") != "published" || got.body["fetched"].(object)["problem"] != nil {
			t.Errorf("fetched: %s", got.text)
		}
		for range 20 {
			c.do("POST", path+"/fetch", nil).is(200)
		}
		if asked.Load() != 1 {
			t.Errorf("the address was asked %d times", asked.Load())
		}
		c.do("POST", path+"/test-key", object{"subject": "x"}).refuses(422, "unprocessable")
		c.do("PATCH", path, object{"type": "keys"}).refuses(422, "unprocessable")
		gone := httptest.NewServer(http.NotFoundHandler())
		defer gone.Close()
		c.do("PATCH", path, object{"url": gone.URL}).is(200)
		if got := c.do("POST", path+"/fetch", nil).is(200); got.str("fetched.problem") != "The address answers 404 instead of 200." {
			t.Errorf("a failed call: %s", got.text)
		}
	})
}
