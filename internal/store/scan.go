package store

import (
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"switchboard/internal/fault"
	"switchboard/internal/message"
)

// scanDest wraps destinations so that NULL reads as the zero value and times come from microseconds.
func scanDest(dest []any) []any {
	out := make([]any, len(dest))
	for i, d := range dest {
		switch v := d.(type) {
		case *string, *int64, *int, *bool, *time.Time, *float64:
			out[i] = &nullable{v}
		default:
			out[i] = d
		}
	}
	return out
}

// nullable scans a column into a plain Go value, NULL as its zero value.
type nullable struct{ to any }

func (n *nullable) Scan(src any) error {
	switch to := n.to.(type) {
	case *string:
		switch v := src.(type) {
		case nil:
			*to = ""
		case string:
			*to = v
		case []byte:
			*to = string(v)
		default:
			return fmt.Errorf("text expected, got %T", src)
		}
	case *int64:
		v, err := asInt(src)
		*to = v
		return err
	case *int:
		v, err := asInt(src)
		*to = int(v)
		return err
	case *bool:
		switch v := src.(type) {
		case nil:
			*to = false
		case bool:
			*to = v
		default:
			n, err := asInt(src)
			*to = n != 0
			return err
		}
	case *time.Time:
		if src == nil {
			*to = time.Time{}
			return nil
		}
		v, err := asInt(src)
		*to = time.UnixMicro(v).UTC()
		return err
	case *float64:
		switch v := src.(type) {
		case nil:
			*to = 0
		case float64:
			*to = v
		default:
			n, err := asInt(src)
			*to = float64(n)
			return err
		}
	}
	return nil
}

func asInt(src any) (int64, error) {
	switch v := src.(type) {
	case nil:
		return 0, nil
	case int64:
		return v, nil
	case int32:
		return int64(v), nil
	case int:
		return int64(v), nil
	case bool:
		if v {
			return 1, nil
		}
		return 0, nil
	}
	return 0, fmt.Errorf("number expected, got %T", src)
}

// one reads the only row of a query. found is false when there is none.
func one(c conn, dest []any, query string, args ...any) (found bool, err error) {
	err = c.query(func(r row) error {
		found = true
		return r.Scan(dest...)
	}, query, args...)
	return found, err
}

// list reads all rows of a query through scan.
func list[T any](c conn, scan func(row, *T) error, query string, args ...any) ([]T, error) {
	var out []T
	err := c.query(func(r row) error {
		var v T
		if err := scan(r, &v); err != nil {
			return err
		}
		out = append(out, v)
		return nil
	}, query, args...)
	return out, err
}

// must turns "no row" into fault.NotFound with the noun in its text.
func must(found bool, err error, noun string) error {
	if err != nil {
		return err
	}
	if !found {
		return fault.New(fault.NotFound, "There is no such %s.", noun)
	}
	return nil
}

// asJSON is for values that we made ourselves and that always marshal.
func asJSON(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(b)
}

// jsonColumn reads a JSON text column into a value; NULL and the empty text leave it alone.
type jsonColumn struct{ to any }

func (j jsonColumn) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		return nil
	case string:
		if v == "" {
			return nil
		}
		return json.Unmarshal([]byte(v), j.to)
	case []byte:
		if len(v) == 0 {
			return nil
		}
		return json.Unmarshal(v, j.to)
	}
	return fmt.Errorf("JSON text expected, got %T", src)
}

var _ driver.Valuer = jsonColumn{}

// reasonColumn keeps a reason as JSON. What was kept before reasons had codes is read as its words.
type reasonColumn struct{ to *message.Reason }

// Scan reads the column.
func (c reasonColumn) Scan(src any) error {
	*c.to = message.Reason{}
	kept, ok := src.(string)
	if !ok {
		b, _ := src.([]byte)
		kept = string(b)
	}
	if !strings.HasPrefix(kept, "{") || json.Unmarshal([]byte(kept), c.to) != nil {
		*c.to = message.Reason{Text: kept}
	}
	return nil
}

// Value makes reasonColumn usable as an argument as well.
func (c reasonColumn) Value() (driver.Value, error) {
	if c.to.Text == "" {
		return "", nil
	}
	return asJSON(c.to), nil
}

// Value makes jsonColumn usable as an argument as well.
func (j jsonColumn) Value() (driver.Value, error) { return asJSON(j.to), nil }
