// Package sheet reads and writes lists that people keep in spreadsheets: CSV as the usual programs save
// it, and JSON. It knows rows and columns; what they mean is their importer's matter.
package sheet

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"switchboard/internal/fault"
)

// RowsMax is how many rows one file may have.
const RowsMax = 5000

// Row is one row of a file.
type Row struct {
	// Number is where people find it: the line of the table with the header as 1, or the place in the list.
	Number int
	Cells  map[string]string
}

// Several splits a cell that holds several values.
func Several(cell string) (out []string) {
	for _, part := range strings.FieldsFunc(cell, func(r rune) bool { return r == ';' || r == '|' || r == '\n' }) {
		if part = strings.TrimSpace(part); part != "" {
			out = append(out, part)
		}
	}
	return out
}

// Read reads a file whose first line, or whose objects, name these columns. JSON is a list, or begins as
// one; anything else is CSV with commas, semicolons or tabs.
func Read(data []byte, columns []string) ([]Row, error) {
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	if !utf8.Valid(data) || bytes.IndexByte(data, 0) >= 0 {
		return nil, fault.Invalid("file", "The file is no text in UTF-8. Save it as CSV (UTF-8).")
	}
	trimmed := bytes.TrimSpace(data)
	if len(trimmed) == 0 {
		return nil, fault.Invalid("file", "The file is empty.")
	}
	if trimmed[0] == '[' || trimmed[0] == '{' {
		return readJSON(trimmed, columns)
	}
	return readCSV(data, columns)
}

func readJSON(data []byte, columns []string) ([]Row, error) {
	unreadable := fault.Invalid("file", "The file is not a JSON list of objects.")
	var items []map[string]any
	if data[0] == '{' {
		var list struct {
			Items []map[string]any `json:"items"`
		}
		if json.Unmarshal(data, &list) != nil {
			return nil, unreadable
		}
		items = list.Items
	} else if json.Unmarshal(data, &items) != nil {
		return nil, unreadable
	}
	if len(items) > RowsMax {
		return nil, tooMany()
	}
	out := make([]Row, 0, len(items))
	for i, item := range items {
		row := Row{Number: i + 1, Cells: map[string]string{}}
		for name, value := range item {
			if !slices.Contains(columns, name) {
				return nil, unknownColumn(name, columns)
			}
			text, ok := cell(value)
			if !ok {
				return nil, fault.Invalid("file", "%s of row %d is no text.", name, i+1)
			}
			row.Cells[name] = text
		}
		out = append(out, row)
	}
	return filled(out)
}

func cell(value any) (string, bool) {
	switch v := value.(type) {
	case nil:
		return "", true
	case string:
		return v, true
	case float64, bool:
		return fmt.Sprint(v), true
	case []any:
		parts := make([]string, len(v))
		for i, one := range v {
			text, ok := one.(string)
			if !ok {
				return "", false
			}
			parts[i] = text
		}
		return strings.Join(parts, ";"), true
	}
	return "", false
}

func readCSV(data []byte, columns []string) ([]Row, error) {
	r := csv.NewReader(bytes.NewReader(data))
	r.Comma, r.FieldsPerRecord, r.LazyQuotes = delimiter(data), -1, false
	header, err := r.Read()
	if err != nil {
		return nil, unreadable(err)
	}
	names := make([]string, len(header))
	for i, h := range header {
		names[i] = strings.ReplaceAll(strings.ToLower(strings.TrimSpace(h)), " ", "_")
		if names[i] == "" {
			continue // a spreadsheet's empty last column
		}
		if !slices.Contains(columns, names[i]) {
			return nil, unknownColumn(h, columns)
		}
		if slices.Contains(names[:i], names[i]) {
			return nil, fault.Invalid("file", "The column %s is there twice.", names[i])
		}
	}
	var out []Row
	for number := 2; ; number++ {
		record, err := r.Read()
		if errors.Is(err, io.EOF) {
			return filled(out)
		}
		if err != nil {
			return nil, unreadable(err)
		}
		row := Row{Number: number, Cells: map[string]string{}}
		empty := true
		for i, text := range record {
			if i < len(names) && names[i] != "" {
				text = unguard(text)
				row.Cells[names[i]] = text
				empty = empty && strings.TrimSpace(text) == ""
			}
		}
		if empty {
			continue
		}
		if out = append(out, row); len(out) > RowsMax {
			return nil, tooMany()
		}
	}
}

// delimiter is the one of the usual three that the first line has most of.
func delimiter(data []byte) rune {
	line, _, _ := bytes.Cut(data, []byte("\n"))
	best, most := ',', 0
	for _, c := range []rune{',', ';', '\t'} {
		if n := strings.Count(string(line), string(c)); n > most {
			best, most = c, n
		}
	}
	return best
}

func filled(rows []Row) ([]Row, error) {
	if len(rows) == 0 {
		return nil, fault.Invalid("file", "The file has no rows below its header.")
	}
	return rows, nil
}

func unreadable(err error) error {
	var where *csv.ParseError
	if errors.As(err, &where) {
		return fault.Invalid("file", "The file can't be read at line %d: a quotation mark stands where none belongs, or one is missing.", where.Line)
	}
	return fault.Invalid("file", "The file can't be read as CSV or JSON.")
}

func unknownColumn(name string, columns []string) error {
	if r := []rune(name); len(r) > 40 {
		name = string(r[:40]) + "…"
	}
	return fault.Invalid("file", "There is no column %q. The first line names the columns: %s.", name, strings.Join(columns, ", "))
}

func tooMany() error { return fault.Invalid("file", "A file has at most %d rows.", RowsMax) }

// Write writes a table as CSV that spreadsheets open: what they would take for a formula is guarded by
// an apostrophe, which Read takes off again.
func Write(w io.Writer, columns []string, rows [][]string) error {
	out := csv.NewWriter(w)
	if err := out.Write(columns); err != nil {
		return err
	}
	for _, row := range rows {
		if err := out.Write(Guarded(row...)); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

// Guarded is a row as Write writes it.
func Guarded(row ...string) []string {
	out := make([]string, len(row))
	for i, text := range row {
		out[i] = guard(text)
	}
	return out
}

func formula(text string) bool { return text != "" && strings.ContainsRune("=+-@\t\r", rune(text[0])) }

func guard(text string) string {
	if formula(strings.TrimLeft(text, "'")) {
		return "'" + text
	}
	return text
}

func unguard(text string) string {
	if rest, ok := strings.CutPrefix(text, "'"); ok && formula(strings.TrimLeft(rest, "'")) {
		return rest
	}
	return text
}
