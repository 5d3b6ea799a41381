package problem

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"switchboard/internal/fault"
)

func written(t *testing.T, err error) (*http.Response, map[string]any) {
	t.Helper()
	w := httptest.NewRecorder()
	Write(w, httptest.NewRequest("GET", "/", nil), err)
	var body map[string]any
	if err := json.Unmarshal(w.Body.Bytes(), &body); err != nil {
		t.Fatal(err)
	}
	return w.Result(), body
}

func TestEveryCodeHasAStatus(t *testing.T) {
	for code, class := range fault.Codes() {
		if Status(code) == 0 || class != fault.ClassInternal && Status(code) == 500 {
			t.Errorf("%s has status %d", code, Status(code))
		}
	}
}

func TestWrite(t *testing.T) {
	e := fault.New(fault.WindowClosed, "Too late.").With("session_id", "s1").With("status", "hidden")
	e.Delivery, e.Fields = fault.WindowIsClosed, map[string]fault.Sentence{"text": fault.Say("Shorter.")}
	res, body := written(t, fmt.Errorf("send: %w", e))
	if res.StatusCode != 409 || res.Header.Get("Content-Type") != ContentType {
		t.Errorf("%d %s", res.StatusCode, res.Header.Get("Content-Type"))
	}
	for name, want := range map[string]any{"code": "window_closed", "delivery_code": "0004", "detail": "Too late.", "title": "Conflict",
		"status": 409.0, "session_id": "s1", "type": "/api/docs#error-window_closed"} {
		if body[name] != want {
			t.Errorf("%s = %v, want %v", name, body[name], want)
		}
	}
}

func TestCausesStayInside(t *testing.T) {
	for _, err := range []error{errors.New("password=hunter2"), fault.Wrap(errors.New("password=hunter2"), fault.Unavailable, "Try again.")} {
		res, body := written(t, err)
		if text := fmt.Sprint(body); res.StatusCode < 500 || strings.Contains(text, "hunter2") {
			t.Errorf("%d %s", res.StatusCode, text)
		}
	}
}

func TestRetryAfter(t *testing.T) {
	for want, err := range map[string]error{
		"1": fault.New(fault.Unavailable, "x"), "7": fault.New(fault.RateLimited, "x").With(RetryAfter, 7), "": fault.New(fault.NotFound, "x"),
	} {
		if res, _ := written(t, err); res.Header.Get("Retry-After") != want {
			t.Errorf("%v: Retry-After %q, want %q", err, res.Header.Get("Retry-After"), want)
		}
	}
}
