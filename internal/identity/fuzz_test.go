package identity

import (
	"bytes"
	"encoding/json"
	"testing"
	"time"

	"switchboard/internal/fault"
)

// FuzzKey: whatever is uploaded as a key is read the same again from what is kept, or refused.
func FuzzKey(f *testing.F) {
	pair, err := NewPair("one")
	if err != nil {
		f.Fatal(err)
	}
	for _, jwk := range []string{string(pair.Public), string(pair.Private), `{}`, `[]`, `null`, `{"keys":[]}`, `{"kty":"RSA","kid":"x","alg":"RS256","n":"AQAB","e":"AQAB"}`,
		`{"kty":"RSA","kid":"x","alg":"RS256","n":"AQAB","e":"AQAB","x5c":["MIIB"]}`, `{"kty":7}`} {
		f.Add([]byte(jwk))
	}
	f.Fuzz(func(t *testing.T, jwk []byte) {
		_, _ = ReadSet(jwk)
		k, err := ReadKey(jwk, time.Now())
		if err != nil {
			if fault.CodeOf(err) != fault.Unprocessable {
				t.Errorf("%q: %v", jwk, err)
			}
			return
		}
		if bytes.Contains(k.JWK, []byte(`"d":`)) || k.Bits() < bitsMin {
			t.Errorf("%q is kept as %s", jwk, k.JWK)
		}
		again, err := ReadSet(WriteSet([]Key{k}))
		if err != nil || !bytes.Equal(again[0].JWK, k.JWK) || !again[0].Public.Equal(k.Public) {
			t.Errorf("%q is read again as %v, %v", jwk, again, err)
		}
	})
}

// FuzzToken: whatever comes as a token is refused by one of the checks, unless it is the one that was signed.
func FuzzToken(f *testing.F) {
	pair, err := NewPair("one")
	if err != nil {
		f.Fatal(err)
	}
	key, err := ReadKey(pair.Public, time.Now())
	if err != nil {
		f.Fatal(err)
	}
	now := time.Now()
	good, err := pair.Sign("i", "mara", now, time.Hour)
	if err != nil {
		f.Fatal(err)
	}
	for _, token := range []string{good, "", "..", "a.b.c", good[:len(good)-1], good + ".", "eyJhbGciOiJub25lIn0.e30.", "eyJhbGciOiJIUzI1NiIsImtpZCI6Im9uZSIsInR5cCI6IkpXVCJ9.e30.AAAA"} {
		f.Add(token)
	}
	f.Fuzz(func(t *testing.T, token string) {
		claims, err := verify(token, "i", func(kid string) (Key, bool, error) { return key, kid == "one", nil }, now)
		if err == nil && (token != good || claims.Subject != "mara") {
			t.Errorf("%q signs %q in", token, claims.Subject)
		}
		if err != nil && CheckOf(err) == 0 {
			t.Errorf("%q: %v names no check", token, err)
		}
	})
}

// A token's life is judged with some seconds of leeway, and a fraction of a second is none.
func TestLeeway(t *testing.T) {
	now := time.Unix(2_000_000_000, 0)
	for text, good := range map[string]bool{"2000000001": true, "2000000000": true, "1999999996": true, "1999999995": false, "1999999995.5": true, "0": false, "-1": false, "1e400": false, `"2000000001"`: false, "null": false} {
		_, err := inTime(map[string]json.RawMessage{"exp": json.RawMessage(text)}, now)
		if (err == nil) != good {
			t.Errorf("exp %s: %v", text, err)
		}
	}
}

// Certificates are a key's own and last for ten days more, at the upload; a set takes what signs, and nothing else.
func TestSetsPassOver(t *testing.T) {
	pair, err := NewPair("one")
	if err != nil {
		t.Fatal(err)
	}
	body := `{"keys":[null,{"kty":"EC","kid":"ec"},` + string(pair.Private) + `,` + string(pair.Public) + `,` + string(pair.Public) + `]}`
	keys, err := ReadSet([]byte(body))
	if err != nil || len(keys) != 1 || keys[0].KID != "one" {
		t.Errorf("%v, %v", keys, err)
	}
	for _, none := range []string{`{}`, `{"keys":[]}`, `{"keys":[{"kty":"EC"}]}`, `[]`, ``} {
		if keys, err := ReadSet([]byte(none)); err == nil {
			t.Errorf("%s: %v", none, keys)
		}
	}
}
