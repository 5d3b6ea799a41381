// Package text says which texts can be kept: those that are UTF-8 and hold no zero character. PostgreSQL
// refuses the others and SQLite doesn't, so nothing of them gets as far as a database: what clients send
// is refused, naming the place, and what providers send is cleaned, because it would not come better.
package text

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"reflect"
	"strings"
	"unicode/utf8"

	"switchboard/internal/fault"
)

const refusal = "This text holds a zero character or bytes that are not UTF-8, which can't be kept."

// Keepable reports whether a database takes s as it is.
func Keepable(s string) bool { return utf8.ValidString(s) && !strings.Contains(s, "\x00") }

// Check refuses a JSON body with a text that can't be kept. What is no JSON at all is for its reader to
// refuse.
func Check(body []byte) error {
	if utf8.Valid(body) && !bytes.Contains(body, []byte(`\u0000`)) {
		return nil
	}
	d := json.NewDecoder(bytes.NewReader(bytes.ToValidUTF8(body, []byte(`\u0000`))))
	d.UseNumber()
	var refused *fault.Error
	if errors.As(walk(d, ""), &refused) {
		return refused
	}
	return nil
}

// walk reads one value and refuses the first text in it that can't be kept. It reads tokens, so that a
// name that occurs twice hides nothing. Other errors are the decoder's.
func walk(d *json.Decoder, path string) error {
	token, err := d.Token()
	if err != nil {
		return err
	}
	switch v := token.(type) {
	case string:
		if !Keepable(v) {
			return fault.Invalid(path, refusal)
		}
	case json.Delim:
		for i := 0; d.More(); i++ {
			at := fmt.Sprintf("%s[%d]", path, i)
			if v == '{' {
				token, err := d.Token()
				if err != nil {
					return err
				}
				name, _ := token.(string)
				if !Keepable(name) {
					return fault.Invalid(path, refusal)
				}
				at = strings.TrimPrefix(path+"."+name, ".")
			}
			if err := walk(d, at); err != nil {
				return err
			}
		}
		_, err = d.Token()
	}
	return err
}

// CheckURL refuses an address with a text that can't be kept.
func CheckURL(u *url.URL) error {
	if !Keepable(u.Path) {
		return fault.New(fault.NotFound, "There is nothing at this address.")
	}
	if strings.Contains(u.RawQuery, "%") || !Keepable(u.RawQuery) {
		for name, values := range u.Query() {
			for _, v := range append(values, name) {
				if !Keepable(v) {
					return fault.Invalid(strings.ToValidUTF8(name, ""), refusal)
				}
			}
		}
	}
	return nil
}

// Cleaned is s without what can't be kept.
func Cleaned(s string) string {
	if Keepable(s) {
		return s
	}
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "")
}

// Clean cleans every text in the value that to points to.
func Clean(to any) { clean(reflect.ValueOf(to)) }

func clean(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			clean(v.Elem())
		}
	case reflect.Interface:
		if s, ok := v.Interface().(string); ok && v.CanSet() {
			v.Set(reflect.ValueOf(Cleaned(s)))
		} else if !v.IsNil() {
			clean(v.Elem())
		}
	case reflect.Struct:
		for i := range v.NumField() {
			clean(v.Field(i))
		}
	case reflect.Slice, reflect.Array:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			return
		}
		for i := range v.Len() {
			clean(v.Index(i))
		}
	case reflect.Map:
		for _, key := range v.MapKeys() {
			if !v.CanInterface() {
				return
			}
			name, value := reflect.New(key.Type()).Elem(), reflect.New(v.Type().Elem()).Elem()
			name.Set(key)
			value.Set(v.MapIndex(key))
			clean(name)
			clean(value)
			v.SetMapIndex(key, reflect.Value{})
			v.SetMapIndex(name, value)
		}
	case reflect.String:
		if s := v.String(); v.CanSet() && !Keepable(s) {
			v.SetString(Cleaned(s))
		}
	}
}
