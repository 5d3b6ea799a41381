package customer

import (
	"encoding/json"
	"net/http"
	"strconv"
	"testing"
)

// FuzzLastEventID: a cursor of the stream is a whole number or refused.
func FuzzLastEventID(f *testing.F) {
	for _, text := range []string{"", "0", "-1", "9223372036854775807", "9223372036854775808", "1e3", " 1", "+7", "0x10", "１"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		n, err := lastEventID(&http.Request{Header: http.Header{"Last-Event-Id": {text}}})
		if err != nil {
			return
		}
		if again, err := lastEventID(&http.Request{Header: http.Header{"Last-Event-Id": {strconv.FormatInt(n, 10)}}}); n < 0 || err != nil || again != n {
			t.Errorf("%q is read as %d, and that as %d (%v)", text, n, again, err)
		}
	})
}

// FuzzAnswers: what is read by hand takes scalars only, and gives each as text.
func FuzzAnswers(f *testing.F) {
	for _, body := range []string{`{}`, `null`, `{"a":1e400,"b":true,"c":null,"d":"x"}`, `{"a":[]}`, `{"valueType":"TextValue","textValue":"x"}`, `{"textValue":{}}`, `"x"`, ` {"title":1}`, `{"title":"x"}`} {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		var a answers
		if json.Unmarshal(body, &a) == nil {
			if _, err := json.Marshal(a); err != nil {
				t.Error(err)
			}
		}
		var v value
		_ = json.Unmarshal(body, &v)
		var name title
		_ = json.Unmarshal(body, &name)
		var m messageBody
		if json.Unmarshal(body, &m) == nil {
			_, _ = m.draft()
		}
	})
}
