package sheet

import (
	"bytes"
	"maps"
	"strings"
	"testing"
)

// FuzzRead: a file is refused or has rows of the known columns, and what is written is read back.
func FuzzRead(f *testing.F) {
	columns := []string{"email", "name", "teams"}
	for _, data := range []string{
		"email,name\na@example.com,Ann\n", "\xef\xbb\xbfemail;name;teams\r\na@example.com;\"A;n\";\"x|y\"\r\n", "email\tname\n\"=1+1\"\t'-x\n",
		`[{"email":"a@example.com","teams":["x",1,true,null]}]`, `{"items":[{"name":1e400}]}`, "[", "email\n\"", "email,email\nx,y", "",
	} {
		f.Add([]byte(data))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		rows, err := Read(data, columns)
		if err != nil {
			return
		}
		if len(rows) == 0 || len(rows) > RowsMax {
			t.Fatalf("%d rows", len(rows))
		}
		var table [][]string
		for _, row := range rows {
			cells := make([]string, len(columns))
			for i, name := range columns {
				cells[i] = row.Cells[name]
				Several(cells[i])
			}
			known := map[string]string{}
			for i, name := range columns {
				if _, ok := row.Cells[name]; ok {
					known[name] = cells[i]
				}
			}
			if !maps.Equal(known, row.Cells) {
				t.Fatalf("%v has other columns than %v", row.Cells, columns)
			}
			table = append(table, cells)
		}
		var out bytes.Buffer
		if err := Write(&out, columns, table); err != nil {
			t.Fatal(err)
		}
		again, err := Read(out.Bytes(), columns)
		if err != nil {
			if strings.TrimSpace(strings.Join(table[0], "")) == "" {
				return // rows of spaces are none
			}
			t.Fatalf("%v in %q, written from %q", err, out.Bytes(), data)
		}
		for i, row := range again {
			if i >= len(rows) {
				t.Fatalf("%d rows became %d", len(rows), len(again))
			}
			for _, name := range columns {
				if row.Cells[name] != strings.TrimSpace(strings.ReplaceAll(rows[i].Cells[name], "\r\n", "\n")) && len(again) == len(rows) {
					t.Errorf("%q became %q", rows[i].Cells[name], row.Cells[name])
				}
			}
		}
	})
}
