// Package audit says what an administrator changed: who, what, from where. The door through which a request comes
// puts a Deed into its context; the transaction that does the work keeps it as a Record, so that there is no change
// without its line and no line without its change (PV-5). Each record carries a code over itself and the one before
// it: who takes one out, or changes one, breaks the chain. It knows neither HTTP nor SQL.
package audit

import (
	"context"
	"encoding/json"
	"regexp"
	"strconv"
	"strings"
	"time"

	"switchboard/internal/message"
)

// Actor kinds.
const (
	User   = "user"
	APIKey = "api_key"
)

// Deed is what somebody asks to have done.
type Deed struct {
	Org       message.OrgID
	ActorType string
	Actor     message.RowID
	ActorName string
	// Action is the route: "PATCH /channels/{id}".
	Action string
	// Target is the id in the route; what a request makes is found out by its transaction.
	Target message.RowID
	// Detail is what was asked for, without secrets: see Plain.
	Detail string
	IP     string
	// Kept: the record is committed. What the same request writes afterwards is part of the same change.
	Kept bool
}

// Record is a deed that was done.
type Record struct {
	Seq int64
	At  time.Time
	Deed
	// Code is over this record and the code of the one before.
	Code []byte
}

// Parts are everything that the code stands for, in their order.
func (r *Record) Parts(before []byte) []string {
	return []string{"audit", string(before), strconv.FormatInt(r.Seq, 10), strconv.FormatInt(r.At.UnixMicro(), 10),
		r.ActorType, r.Actor.String(), r.ActorName, r.Action, r.Target.String(), r.Detail, r.IP}
}

// Noun is what the route is about, its first part: "channels".
func (d *Deed) Noun() string {
	_, path, _ := strings.Cut(d.Action, " /")
	noun, _, _ := strings.Cut(path, "/")
	return noun
}

type contextKey struct{}

// With returns a context whose first transaction keeps the deed.
func With(ctx context.Context, d *Deed) context.Context {
	return context.WithValue(ctx, contextKey{}, d)
}

// From is the context's deed, nil without one.
func From(ctx context.Context) *Deed {
	d, _ := ctx.Value(contextKey{}).(*Deed)
	return d
}

const (
	// detailMax bounds what is kept of a request, in bytes; of longer ones the names of the fields are kept.
	detailMax = 4000
	hidden    = "•••"
)

// secret are names of fields whose values are kept nowhere.
var secret = regexp.MustCompile(`(?i)secret|password|token|private|credential|^pin$|^code$|^key$`)

// Plain is the body of a request as it may be kept: without secrets, and not longer than is good to read. named:
// only the names of the fields, where the values are people's own matter.
func Plain(body []byte, named bool) string {
	if len(strings.TrimSpace(string(body))) == 0 {
		return ""
	}
	var fields map[string]any
	if json.Unmarshal(body, &fields) != nil {
		return ""
	}
	clean(fields, named)
	out, err := json.Marshal(fields)
	if err == nil && len(out) > detailMax {
		for name := range fields {
			fields[name] = "…"
		}
		out, err = json.Marshal(fields)
	}
	if err != nil || len(out) > detailMax {
		return ""
	}
	return string(out)
}

// clean hides values, or all of them.
func clean(fields map[string]any, all bool) {
	for name, v := range fields {
		if secret.MatchString(name) {
			fields[name] = hide(v)
		} else {
			fields[name] = cleaned(v, all)
		}
	}
}

func cleaned(v any, all bool) any {
	switch v := v.(type) {
	case map[string]any:
		clean(v, all)
		return v
	case []any:
		for i := range v {
			v[i] = cleaned(v[i], all)
		}
		return v
	}
	if all {
		return "…"
	}
	return v
}

// hide keeps the names in an object of secrets: which of them was changed is worth knowing.
func hide(v any) any {
	if fields, ok := v.(map[string]any); ok {
		for name := range fields {
			fields[name] = hidden
		}
		return fields
	}
	return hidden
}
