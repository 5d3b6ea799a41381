// Package problem is the one place where faults become HTTP: each class of codes has its status, and
// each error is answered as RFC 9457 problem+json. Causes go to the log, once, with the request's
// trace id, and never into the answer.
package problem

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"maps"
	"net/http"
	"strconv"

	"switchboard/internal/fault"
	"switchboard/internal/httpapi/trace"
)

// ContentType of an answered error.
const ContentType = "application/problem+json"

// Problem is an error as it is answered.
type Problem struct {
	Type         string            `json:"type" doc:"where the code is described" example:"/api/docs#error-not_found"`
	Title        string            `json:"title" doc:"the status in words"`
	Status       int               `json:"status"`
	Detail       string            `json:"detail" doc:"what happened and what to do, in plain words"`
	Code         string            `json:"code" doc:"stable name of the error" example:"not_found"`
	DeliveryCode string            `json:"delivery_code,omitempty" doc:"line of the catalogue of delivery errors, where it applies" example:"0004"`
	Errors       map[string]string `json:"errors,omitempty" doc:"inputs at fault by their path, each with its own sentence"`

	// What detail and errors were made of, so that they can be said in another language.
	Wording
	ErrorTemplates map[string]Wording `json:"error_templates,omitempty" doc:"by the paths of errors: template and params of those sentences that have values"`

	extras     map[string]any
	retryAfter int // seconds; 0 for none
}

// Wording is what a sentence was made of. It is empty where the sentence has no values: it is its own template then.
type Wording struct {
	Template string `json:"template,omitempty" doc:"the sentence with {0}, {1} … where its values stand" example:"The file has {0}; this channel takes at most {1}."`
	Params   []any  `json:"params,omitempty" doc:"the values: texts and numbers"`
}

// WordingOf a sentence.
func WordingOf(s fault.Sentence) Wording {
	if s.Template == s.Text {
		return Wording{}
	}
	return Wording{s.Template, s.Params}
}

// sentences are what is wrong with each input, and the templates of those that have values.
func sentences(fields map[string]fault.Sentence) (texts map[string]string, templates map[string]Wording) {
	if len(fields) == 0 {
		return nil, nil
	}
	texts, templates = map[string]string{}, map[string]Wording{}
	for field, s := range fields {
		texts[field] = s.Text
		if t := WordingOf(s); t.Template != "" {
			templates[field] = t
		}
	}
	return texts, templates
}

var statuses = map[fault.Class]int{
	fault.ClassInternal:     http.StatusInternalServerError,
	fault.ClassMalformed:    http.StatusBadRequest,
	fault.ClassUnauthorized: http.StatusUnauthorized,
	fault.ClassForbidden:    http.StatusForbidden,
	fault.ClassNotFound:     http.StatusNotFound,
	fault.ClassState:        http.StatusConflict,
	fault.ClassPrecondition: http.StatusPreconditionFailed,
	fault.ClassExpectation:  http.StatusExpectationFailed,
	fault.ClassTooLarge:     http.StatusRequestEntityTooLarge,
	fault.ClassContent:      http.StatusUnprocessableEntity,
	fault.ClassRate:         http.StatusTooManyRequests,
	fault.ClassUnavailable:  http.StatusServiceUnavailable,
}

// Status is the HTTP status of a code.
func Status(code fault.Code) int { return statuses[code.Class()] }

// RetryAfter is the Detail key with the seconds after which a request may come again; it becomes the
// Retry-After header.
const RetryAfter = "retry_after"

// From makes an error's answer and logs what its reader must not see: the cause of failures of ours.
func From(ctx context.Context, err error) *Problem {
	var known *Problem
	if errors.As(err, &known) {
		return known
	}
	f := asFault(err)
	status := Status(f.Code)
	// Whoever is told to come again, because there is too much to do, is counted: a line for each would add to it.
	overload := f.Code == fault.Unavailable && f.Cause == nil
	if status >= 500 && !overload && !errors.Is(err, context.Canceled) {
		slog.ErrorContext(ctx, "request failed", "trace", trace.ID(ctx), "code", string(f.Code), "err", err)
	}
	p := &Problem{
		Type: "/api/docs#error-" + string(f.Code), Title: http.StatusText(status), Status: status,
		Detail: f.Text, Code: string(f.Code), DeliveryCode: string(f.Delivery), Wording: WordingOf(f.Sentence), extras: f.Detail,
	}
	p.Errors, p.ErrorTemplates = sentences(f.Fields)
	switch status {
	case http.StatusTooManyRequests, http.StatusServiceUnavailable:
		p.retryAfter = 1
		if seconds, ok := f.Detail[RetryAfter].(int); ok && seconds > 0 {
			p.retryAfter = seconds
		}
	}
	return p
}

// OfBody is what came of reading a body that did not come whole: its sender went away, or was too slow.
// Nobody hears it then, and it is no failure of ours. A body that is too large stays that.
func OfBody(err error) error {
	var f *fault.Error
	var tooLarge *http.MaxBytesError
	if errors.As(err, &f) || errors.As(err, &tooLarge) {
		return err
	}
	return fault.Wrap(err, fault.Malformed, "The body did not come whole. Send it again.")
}

// asFault reads any error as a fault: what doesn't say what it is, is internal.
func asFault(err error) *fault.Error {
	var f *fault.Error
	if errors.As(err, &f) {
		return f
	}
	var d *fault.Delivery
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &d):
		return &fault.Error{Code: fault.DeliveryFailed, Sentence: fault.Say("%s", d.Code.Advice().Agent), Delivery: d.Code, Cause: err}
	case errors.As(err, &tooLarge):
		return fault.Wrap(err, fault.TooLarge, "The body has more than %d bytes, which is the limit here.", tooLarge.Limit)
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return fault.Wrap(err, fault.Unavailable, "The request took too long or was given up. Try again.")
	}
	return fault.Wrap(err, fault.Internal, "Something went wrong on our side. The log has the details under this request's id.")
}

// Write answers a request with an error.
func Write(w http.ResponseWriter, r *http.Request, err error) {
	p := From(r.Context(), err)
	maps.Copy(w.Header(), p.GetHeaders())
	w.Header().Set("Content-Type", ContentType)
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(p.Status)
	_ = json.NewEncoder(w).Encode(p)
}

// Error is for logs.
func (p *Problem) Error() string { return p.Code + ": " + p.Detail }

// GetStatus is the HTTP status.
func (p *Problem) GetStatus() int { return p.Status }

// GetHeaders are the headers that go with the answer.
func (p *Problem) GetHeaders() http.Header {
	h := http.Header{}
	if p.retryAfter > 0 {
		h.Set("Retry-After", strconv.Itoa(p.retryAfter))
	}
	if p.Status == http.StatusUnauthorized {
		h.Set("WWW-Authenticate", `Bearer realm="switchboard"`)
	}
	return h
}

// ContentType is problem+json, whatever was asked for.
func (p *Problem) ContentType(string) string { return ContentType }

// MarshalJSON puts the extras beside the members that every problem has.
func (p *Problem) MarshalJSON() ([]byte, error) {
	type plain Problem
	b, err := json.Marshal((*plain)(p))
	if err != nil || len(p.extras) == 0 {
		return b, err
	}
	var all map[string]json.RawMessage
	if err := json.Unmarshal(b, &all); err != nil {
		return nil, err
	}
	for name, value := range p.extras {
		if _, taken := all[name]; taken {
			continue
		}
		if all[name], err = json.Marshal(value); err != nil {
			return nil, err
		}
	}
	return json.Marshal(all)
}
