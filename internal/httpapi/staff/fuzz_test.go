package staff

import (
	"encoding/json"
	"testing"
)

// FuzzChanges: a PATCH changes what it names or is refused, and If-Match is a version.
func FuzzChanges(f *testing.F) {
	for _, body := range []string{`{}`, `null`, `[]`, `{"name":"x"}`, `{"name":1}`, `{"limits":{"a":-1},"extra":{}}`, `{"tags":null,"name":"\ud800"}`, `{"name":"a","name":"b"}`} {
		f.Add([]byte(body), `"3"`)
	}
	f.Add([]byte(`{"deep":{"deep":{}}}`), `W/"9223372036854775808"`)
	f.Add([]byte(``), `*`)
	type noun struct {
		Name   string         `json:"name"`
		Tags   []string       `json:"tags,omitempty"`
		Limits map[string]int `json:"limits"`
		Deep   *struct {
			Deep json.RawMessage `json:"deep"`
		} `json:"deep"`
	}
	f.Fuzz(func(t *testing.T, body []byte, match string) {
		if n, err := (IfMatch{match}).version(); err == nil && n < 0 {
			t.Errorf("%q is version %d", match, n)
		}
		var c Changes[noun]
		if json.Unmarshal(body, &c) != nil {
			return
		}
		value := noun{Name: "kept", Tags: []string{"kept"}}
		if c.apply(&value) != nil {
			return
		}
		var named map[string]json.RawMessage
		if err := json.Unmarshal(body, &named); err != nil {
			t.Fatalf("%q was applied: %v", body, err)
		}
		if _, ok := named["name"]; !ok && value.Name != "kept" {
			t.Errorf("%q changed the name", body)
		}
		if _, ok := named["tags"]; !ok && len(value.Tags) != 1 {
			t.Errorf("%q changed the tags", body)
		}
	})
}
