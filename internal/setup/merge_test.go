package setup

import (
	"slices"
	"testing"
)

func TestFill(t *testing.T) {
	values := map[string]string{"customer.name": "Carla {{agent.name}}", "agent.name": "Ada Lovelace", "prechat._FirstName": " Carla "}
	for _, c := range []struct {
		text, want string
		missing    []string
	}{
		{"Hi {{customer.name}}, {{ agent.name }} here", "Hi Carla {{agent.name}}, Ada Lovelace here", []string{}},
		{"Hi {{prechat._FirstName|there}}", "Hi Carla", []string{}},
		{"Hi {{queue.name|there}}!", "Hi there!", []string{}},
		{"Hi{{queue.name|}}!", "Hi!", []string{}},
		{"{{session.number}} {{org.name}} {{ session.number }}", "{{session.number}} {{org.name}} {{session.number}}", []string{"session.number", "org.name"}},
		{"{{unknown}} {{}} {{a.b|c}} {", "{{unknown}} {{}} {{a.b|c}} {", []string{}},
		{"no fields", "no fields", []string{}},
	} {
		got, missing := Fill(c.text, func(f string) string { return values[f] })
		if got != c.want || !slices.Equal(missing, c.missing) {
			t.Errorf("Fill(%q) = %q %v, want %q %v", c.text, got, missing, c.want, c.missing)
		}
	}
	for text, ok := range map[string]bool{"{{customer.name|there}}": true, "{{prechat.Order No}}": false, "{{prechat._x}}": true, "{{customer.salary}}": false, "{{prechat.}}": false} {
		if err := checkMerge(text); (err == nil) != ok {
			t.Errorf("checkMerge(%q) = %v", text, err)
		}
	}
}
