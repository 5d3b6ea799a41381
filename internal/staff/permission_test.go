package staff

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

// docs/permissions.md is written from the catalogue. UPDATE_DOCS=1 writes it anew.
func TestPermissionsAreDocumented(t *testing.T) {
	var b strings.Builder
	b.WriteString(`# Permissions

What a user may do is in their permission set; what a program may do is in the scopes of its API key. Both
use these names. The sets agent, supervisor and admin are built in and can't be changed; make your own
beside them. Nobody can grant a permission that they don't have.

| permission | lets its holder | agent | supervisor | admin |
| --- | --- | --- | --- | --- |
`)
	mark := map[bool]string{true: "✓", false: ""}
	for _, m := range Catalogue() {
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s | ✓ |\n", m.Permission, m.Allows, mark[m.Agent], mark[m.Supervisor])
	}
	const path = "../../docs/permissions.md"
	if os.Getenv("UPDATE_DOCS") != "" {
		if err := os.WriteFile(path, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	written, err := os.ReadFile(path)
	if err != nil || string(written) != b.String() {
		t.Errorf("docs/permissions.md is not what the code says (%v): run UPDATE_DOCS=1 go test ./internal/staff", err)
	}
}

func TestBuiltInSetsGrow(t *testing.T) {
	sets := BuiltIn()
	for i := 1; i < len(sets); i++ {
		if !setOf(sets[i].Permissions).Covers(sets[i-1].Permissions) || len(sets[i].Permissions) <= len(sets[i-1].Permissions) {
			t.Errorf("%s has not all of %s and more", sets[i].APIName, sets[i-1].APIName)
		}
	}
	if n := len(sets[len(sets)-1].Permissions); n != len(Catalogue()) {
		t.Errorf("the administrator has %d of %d permissions", n, len(Catalogue()))
	}
}
