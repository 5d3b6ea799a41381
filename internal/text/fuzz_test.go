package text

import (
	"encoding/json"
	"net/url"
	"testing"
)

// FuzzCheck: no text that a database refuses gets through a body, an address, or cleaning.
func FuzzCheck(f *testing.F) {
	for _, body := range []string{`{"a":"\u0000"}`, `{"a":"b","a\u0000":[{"c":"\\u0000"}]}`, "\"\xff\"", `["\ud800",1]`, `{"a":`, `"\\\u0000"`} {
		f.Add([]byte(body), "/a?b=%00&c=%ff")
	}
	f.Fuzz(func(t *testing.T, body []byte, address string) {
		if err := Check(body); err == nil {
			var v any
			if json.Unmarshal(body, &v) == nil {
				each(v, func(s string) {
					if !Keepable(s) {
						t.Errorf("%q in %q got through", s, body)
					}
				})
			}
		}
		if u, err := url.Parse(address); err == nil && CheckURL(u) == nil {
			for name, values := range u.Query() {
				for _, s := range append(values, name, u.Path) {
					if !Keepable(s) {
						t.Errorf("%q in %q got through", s, address)
					}
				}
			}
		}
		dirty := map[string][]string{string(body): {address, string(body)}}
		Clean(&dirty)
		for name, values := range dirty {
			for _, s := range append(values, name) {
				if !Keepable(s) {
					t.Errorf("%q is called clean", s)
				}
			}
		}
	})
}

func each(v any, do func(string)) {
	switch v := v.(type) {
	case string:
		do(v)
	case []any:
		for _, e := range v {
			each(e, do)
		}
	case map[string]any:
		for name, e := range v {
			do(name)
			each(e, do)
		}
	}
}
