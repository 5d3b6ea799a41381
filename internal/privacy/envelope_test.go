package privacy

import (
	"bytes"
	"testing"

	"switchboard/internal/message"
)

func TestEnvelopes(t *testing.T) {
	e, err := NewEnvelopes(bytes.Repeat([]byte("k"), 32))
	if err != nil {
		t.Fatal(err)
	}
	org, other := message.NewID[message.OrgID](), message.NewID[message.OrgID]()
	sealed := e.Seal(org, message.CustomerID{}, []byte("Ada"))
	if plain, err := e.Open(org, sealed); err != nil || string(plain) != "Ada" {
		t.Errorf("%q, %v", plain, err)
	}
	for _, bad := range [][]byte{nil, {0x80}, {7, 1, 2}} {
		if _, err := e.Open(org, bad); err == nil {
			t.Errorf("%v was opened", bad)
		}
	}
	if _, err := NewEnvelopes(make([]byte, 31)); err == nil {
		t.Error("a short secret was taken")
	}

	key := e.Key(org, "phone", "+15550001111")
	if !bytes.Equal(key, e.Key(org, "phone", "+15550001111")) {
		t.Error("the same address has two keys")
	}
	for name, another := range map[string][]byte{
		"another organisation": e.Key(other, "phone", "+15550001111"),
		"parts cut elsewhere":  e.Key(org, "phone+", "15550001111"),
		"another purpose":      e.Derive("phone+15550001111"),
	} {
		if bytes.Equal(key, another) {
			t.Errorf("%s has the same key", name)
		}
	}
}
