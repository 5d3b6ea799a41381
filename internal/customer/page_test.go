package customer

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"switchboard/internal/fault"
)

func TestWhatAPageSaysIsBounded(t *testing.T) {
	many := map[string]string{}
	for i := range pageValuesMax + 1 {
		many[fmt.Sprintf("v%d", i)] = "x"
	}
	for name, c := range map[string]struct {
		said map[string]string
		want string // the fields as name=value, or the property at fault after !
	}{
		"in the order of their names":  {map[string]string{"plan": "gold", "cart": "3"}, "cart=3 plan=gold"},
		"nothing said":                 {nil, ""},
		"taken back":                   {map[string]string{}, ""},
		"an empty value is none":       {map[string]string{"plan": " \n"}, ""},
		"control and turning letters":  {map[string]string{"plan": "go\x00\u202eld\nplus"}, "plan=gold plus"},
		"markup is text":               {map[string]string{"plan": "<b>"}, "plan=<b>"},
		"too many":                     {many, "!autoResponseParameters"},
		"too long":                     {map[string]string{"plan": strings.Repeat("ä", pageValueMax+1)}, "!autoResponseParameters.plan"},
		"as long as may be":            {map[string]string{"p": strings.Repeat("ä", pageValueMax)}, "p=" + strings.Repeat("ä", pageValueMax)},
		"a name of other letters":      {map[string]string{"plan\n": "x"}, "!autoResponseParameters"},
		"a name that begins otherwise": {map[string]string{"1plan": "x"}, "!autoResponseParameters"},
	} {
		fields, err := PageValues(c.said)
		var got []string
		for _, f := range fields {
			got = append(got, f.Name+"="+f.Value)
		}
		if property, refused := strings.CutPrefix(c.want, "!"); refused {
			if err == nil || !strings.Contains(fmt.Sprint(faultFields(err)), property+":") {
				t.Errorf("%s: %v, %v", name, got, err)
			}
		} else if err != nil || strings.Join(got, " ") != c.want {
			t.Errorf("%s: %v, %v", name, got, err)
		}
		if (fields == nil) != (c.said == nil) && err == nil {
			t.Errorf("%s: saying nothing and taking back are the same", name)
		}
	}
}

func faultFields(err error) map[string]fault.Sentence {
	f, _ := errors.AsType[*fault.Error](err)
	if f == nil {
		return nil
	}
	return f.Fields
}

func TestADeviceIsNotGuessed(t *testing.T) {
	good := "3f0b7c1a-9d2e-4c58-8a6f-1b2c3d4e5f60"
	if got := deviceOf(strings.ToUpper(good)); got != good {
		t.Errorf("a random UUID becomes %q", got)
	}
	seen := map[string]bool{}
	for _, weak := range []string{
		"", "1", "device-1", "eve@example.com", good + "0", good[1:],
		"00000000-0000-0000-0000-000000000000", "00000000-0000-4000-8000-000000000000", "11111111-2222-4111-8222-111111111111",
		"2c5ea4c0-4067-11e9-8bad-9b1deb4d3b7d", // made of time and place
		"3f0b7c1a-9d2e-7c58-8a6f-1b2c3d4e5f60", strings.Repeat("x", 1000), "\x00\xff",
	} {
		got := deviceOf(weak)
		if got == weak || deviceOf(got) != got || seen[got] {
			t.Errorf("%.40q becomes %q", weak, got)
		}
		seen[got] = true
	}
}
