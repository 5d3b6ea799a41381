package staff

import (
	"encoding/json"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"switchboard/internal/fault"
)

// Changes is the body of a PATCH: any of T's members, each replaced as a whole; what is not named
// stays as it is.
type Changes[T any] struct{ raw json.RawMessage }

// UnmarshalJSON keeps the text: it is applied to the present value in the transaction that saves it.
func (c *Changes[T]) UnmarshalJSON(b []byte) error {
	c.raw = slices.Clone(b)
	return nil
}

// Schema is T's with nothing required.
func (Changes[T]) Schema(r huma.Registry) *huma.Schema {
	s := *huma.SchemaFromType(r, reflect.TypeFor[T]())
	s.Required = nil
	s.PrecomputeMessages()
	return &s
}

// apply puts the changes into value.
func (c *Changes[T]) apply(value *T) error {
	var given map[string]json.RawMessage
	if err := json.Unmarshal(c.raw, &given); err != nil {
		return fault.Wrap(err, fault.Malformed, "The body is not a JSON object.")
	}
	v := reflect.ValueOf(value).Elem()
	for i := range v.NumField() {
		name, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("json"), ",")
		raw, ok := given[name]
		if !ok {
			continue
		}
		v.Field(i).SetZero()
		if err := json.Unmarshal(raw, v.Field(i).Addr().Interface()); err != nil {
			return fault.Wrap(err, fault.Malformed, "The value of %s can't be read.", name).At(name)
		}
	}
	return nil
}

// IfMatch is the If-Match header: the version that a change was made against, as "3". Without it, or
// with *, the present version is changed whatever it is.
type IfMatch struct {
	IfMatch string `header:"If-Match" doc:"the version that you changed, in quotes: a newer one answers 409 conflict"`
}

func (m IfMatch) version() (int64, error) {
	text := strings.Trim(strings.TrimPrefix(strings.TrimSpace(m.IfMatch), "W/"), `"`)
	if text == "" || text == "*" {
		return 0, nil
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 1 {
		return 0, fault.New(fault.Malformed, "If-Match takes a version in quotes, such as \"3\".")
	}
	return n, nil
}
