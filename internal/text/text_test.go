package text

import (
	"errors"
	"maps"
	"net/url"
	"slices"
	"testing"
	"time"

	"switchboard/internal/fault"
)

func TestCheck(t *testing.T) {
	for body, field := range map[string]string{
		`{"a":"x"}`:                                "-",
		`{"a":"\\u0000"}`:                          "-", // six characters and no zero
		`{"a":"\u0000"}`:                           "a",
		`{"a":[{"b":"x"},{"b":"y\u0000"}]}`:        "a[1].b",
		"{\"a\":\"\xff\"}":                         "a",
		"{\"a\":{\"b\":1,\"c\":[true,\"\xc3(\"]}}": "a.c[1]",
		`{"a":{"b\u0000":1}}`:                      "a",
		`{"a":{"b":"\u0000"},"a":{}}`:              "a.b", // a struct keeps the first a.b
		`{"a":"\u0000`:                             "-",
		`"\u0000"`:                                 "",
		`{"a":1} \u0000`:                           "-",
		"":                                         "-",
	} {
		err := Check([]byte(body))
		got := "-"
		if f, ok := errors.AsType[*fault.Error](err); ok {
			if f.Code != fault.Unprocessable || len(f.Fields) != 1 {
				t.Errorf("%q: %v", body, err)
			}
			for got = range maps.Keys(f.Fields) {
			}
		}
		if got != field {
			t.Errorf("%q: field %q, want %q", body, got, field)
		}
	}
}

func TestCheckURL(t *testing.T) {
	for address, good := range map[string]bool{"/x?q=%C3%A4&r=1": true, "/x?q=%00": false, "/x?q=%ff": false, "/x%00": false, "/x?%00=1": false, "/x?q=\xff": false} {
		u, err := url.ParseRequestURI(address)
		if err != nil {
			continue // refused before us
		}
		if got := CheckURL(u); (got == nil) != good {
			t.Errorf("%q: %v", address, got)
		}
	}
}

func TestClean(t *testing.T) {
	type part struct{ Title string }
	type event struct {
		Text  string
		Parts []part
		One   *part
		None  *part
		Extra map[string]string
		Any   any
		At    time.Time
		Raw   []byte
	}
	e := []event{{Text: "a\x00b", Parts: []part{{"\xff"}}, One: &part{"fine"}, Extra: map[string]string{"k\x00": "v\x00"}, Any: "\x00x", At: time.Now(), Raw: []byte{0}}}
	Clean(&e)
	got := e[0]
	if got.Text != "ab" || got.Parts[0].Title != "\uFFFD" || got.One.Title != "fine" || !maps.Equal(got.Extra, map[string]string{"k": "v"}) || got.Any != "x" || !slices.Equal(got.Raw, []byte{0}) {
		t.Fatalf("%+v", got)
	}
}
