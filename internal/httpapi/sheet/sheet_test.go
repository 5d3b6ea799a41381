package sheet

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
)

var columns = []string{"name", "text", "queues"}

func TestReadsWhatProgramsSave(t *testing.T) {
	for name, data := range map[string]string{
		"commas":           "name,text,queues\nHi,\"a, \"\"b\"\"\nc\",x;y\n\n",
		"semicolons, mark": "\xef\xbb\xbfName;Text;Queues\r\nHi;\"a, \"\"b\"\"\nc\";\"x;y\"\r\n;;\r\n",
		"tabs":             "queues\ttext\tname\nx|y\t\"a, \"\"b\"\"\nc\"\tHi",
		"list":             `[{"name":"Hi","text":"a, \"b\"\nc","queues":["x","y"]}]`,
		"page":             `{"items":[{"name":"Hi","text":"a, \"b\"\nc","queues":"x; y"}]}`,
	} {
		rows, err := Read([]byte(data), columns)
		if err != nil || len(rows) != 1 || rows[0].Cells["name"] != "Hi" || rows[0].Cells["text"] != "a, \"b\"\nc" || fmt.Sprint(Several(rows[0].Cells["queues"])) != "[x y]" {
			t.Errorf("%s: %+v %v", name, rows, err)
		}
	}
}

func TestRefusesWhatIsNoTable(t *testing.T) {
	for _, data := range []string{"", "\xff\xfe", "a\x00b", "name,salary\nx,1", "name,name\nx,y", "name,text\n\"x,1", "name\n", "[1]", `{"items":3}`, `[{"name":{}}]`, `[{"nope":"x"}]`,
		"name\n" + strings.Repeat("x\n", RowsMax+1)} {
		if rows, err := Read([]byte(data), columns); err == nil {
			t.Errorf("%.30q was read: %d rows", data, len(rows))
		}
	}
}

func TestFormulasAreGuarded(t *testing.T) {
	cells := []string{"=1+1", "'=1", "+43 660", "plain", "'quoted'", "@x", ""}
	var b bytes.Buffer
	for _, c := range cells {
		b.Reset()
		if err := Write(&b, []string{"name", "text"}, [][]string{{c, "x"}}); err != nil {
			t.Fatal(err)
		}
		line := strings.Split(b.String(), "\n")[1]
		if strings.ContainsAny(line[:1], "=+@") {
			t.Errorf("%q is written as a formula: %q", c, line)
		}
		rows, err := Read(b.Bytes(), []string{"name", "text"})
		if err != nil || rows[0].Cells["name"] != c {
			t.Errorf("%q came back as %+v %v", c, rows, err)
		}
	}
}
