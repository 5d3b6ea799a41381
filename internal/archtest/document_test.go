package archtest

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"switchboard/internal/conversation"
)

const architecture = "docs/architecture.md"

// table reads the rows below the heading, cells without backquotes and spaces around them.
func table(t *testing.T, document, heading string) [][]string {
	t.Helper()
	_, section, ok := strings.Cut(read(t, document), "\n"+heading+"\n")
	if !ok {
		t.Fatalf("%s has no heading %q", document, heading)
	}
	var rows [][]string
	for line := range strings.Lines(section) {
		if strings.HasPrefix(line, "#") {
			break
		}
		if !strings.HasPrefix(line, "|") {
			continue
		}
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|")
		for i := range cells {
			cells[i] = strings.ReplaceAll(strings.TrimSpace(cells[i]), "`", "")
		}
		rows = append(rows, cells)
	}
	if len(rows) < 3 {
		t.Fatalf("%s: no table below %q", document, heading)
	}
	return rows[2:] // without its head
}

// documentedLevels is the level of each room, as the document has it.
func documentedLevels(t *testing.T) map[string]int {
	t.Helper()
	levels := map[string]int{}
	for _, row := range table(t, architecture, "## Rooms") {
		if len(row) != 3 {
			t.Fatalf("%s: %q is not room, level and what lives there", architecture, row)
		}
		level, err := strconv.Atoi(row[1])
		if err != nil {
			t.Fatalf("%s: level of %s: %v", architecture, row[0], err)
		}
		if _, twice := levels[row[0]]; twice {
			t.Errorf("%s lists %s twice", architecture, row[0])
		}
		levels[row[0]] = level
	}
	return levels
}

// documentedExceptions are the imports that the document allows against the direction.
func documentedExceptions(t *testing.T) map[[2]string]bool {
	t.Helper()
	exceptions := map[[2]string]bool{}
	if !strings.Contains(read(t, architecture), "\n### Exceptions\n") {
		return exceptions
	}
	for _, row := range table(t, architecture, "### Exceptions") {
		if len(row) != 3 || len(row[2]) < 20 {
			t.Errorf("%s: the exception %q needs from, to and a reason", architecture, row)
			continue
		}
		exceptions[[2]string{row[0], row[1]}] = true
	}
	return exceptions
}

func TestEveryRoomIsDocumented(t *testing.T) {
	documented := map[string]string{}
	for _, row := range table(t, architecture, "## Rooms") {
		documented[row[0]] = row[2]
	}
	for _, p := range packages(t) {
		says, ok := documented[p.name]
		switch {
		case !ok:
			t.Errorf("%s exists, and %s does not list it with its level", p.name, architecture)
		case len(says) < 20:
			t.Errorf("%s: say what lives in %s, not %q", architecture, p.name, says)
		}
		delete(documented, p.name)
	}
	for name := range documented {
		if !webApp(t, name) {
			t.Errorf("%s lists %s, which does not exist", architecture, name)
		}
	}
}

// webApp reports whether a room is one of the web apps, or the kit they share: a folder with Svelte in it.
func webApp(t *testing.T, name string) bool {
	t.Helper()
	return slices.ContainsFunc(sources(t, ".svelte"), func(path string) bool { return strings.HasPrefix(path, name+"/") })
}

// TestSessionTableIsTheCodes compares the printed table with the one that the code obeys.
func TestSessionTableIsTheCodes(t *testing.T) {
	name := func(s conversation.Status) string {
		if s == "" {
			return "(begins)"
		}
		return string(s)
	}
	code, printed := map[string]bool{}, map[string]bool{}
	for _, lawful := range conversation.Transitions {
		code[fmt.Sprintf("%s → %s: %s", name(lawful.From), name(lawful.To), lawful.Cause)] = true
	}
	for _, row := range table(t, architecture, "## Sessions") {
		for cause := range strings.SplitSeq(row[2], "; ") {
			printed[fmt.Sprintf("%s → %s: %s", row[0], row[1], cause)] = true
		}
	}
	for _, line := range slices.Sorted(maps.Keys(code)) {
		if !printed[line] {
			t.Errorf("%s lacks %q", architecture, line)
		}
	}
	for _, line := range slices.Sorted(maps.Keys(printed)) {
		if !code[line] {
			t.Errorf("%s has %q, which the code refuses", architecture, line)
		}
	}
}

// TestDocumentsNameTestsThatExist: a promise is worth the test that tries to break it.
func TestDocumentsNameTestsThatExist(t *testing.T) {
	exist := map[string]bool{}
	declared := regexp.MustCompile(`(?m)^func (?:\(\w+ \w+\) )?((?:Test|Fuzz|Benchmark)\w+)\(`)
	for _, path := range sources(t, ".go") {
		for _, m := range declared.FindAllStringSubmatch(read(t, path), -1) {
			exist[m[1]] = true
		}
	}
	named := regexp.MustCompile(`\b(?:Test|Fuzz|Benchmark)[A-Z]\w+`)
	for _, path := range sources(t, ".md") {
		for _, name := range named.FindAllString(read(t, path), -1) {
			if !exist[name] {
				t.Errorf("%s names %s, which does not exist", path, name)
			}
		}
	}
}

// TestLinksLeadSomewhere follows the links of documents to files of this repository.
func TestLinksLeadSomewhere(t *testing.T) {
	link := regexp.MustCompile(`\]\(([^)#]+)(?:#[^)]*)?\)`)
	for _, path := range sources(t, ".md") {
		for _, m := range link.FindAllStringSubmatch(read(t, path), -1) {
			if strings.Contains(m[1], "://") || strings.HasPrefix(m[1], "mailto:") {
				continue
			}
			if _, err := os.Stat(filepath.Join(root, filepath.Dir(path), m[1])); err != nil {
				t.Errorf("%s links to %s, which does not exist", path, m[1])
			}
		}
	}
}

// TestSettingsAreDocumented: every setting of serve stands in docs/operations.md, and only those.
func TestSettingsAreDocumented(t *testing.T) {
	const document = "docs/operations.md"
	exist := map[string]bool{}
	tag := regexp.MustCompile("env:\"(SWITCHBOARD_[A-Z_]+)[,\"]")
	for _, path := range sources(t, ".go") {
		if inTests(path) {
			continue
		}
		for _, m := range tag.FindAllStringSubmatch(read(t, path), -1) {
			exist[m[1]] = true
		}
	}
	documented := map[string]bool{}
	for _, row := range table(t, document, "## Settings") {
		documented[row[0]] = true
		if !exist[row[0]] {
			t.Errorf("%s explains %s, which nobody reads", document, row[0])
		}
	}
	for _, name := range slices.Sorted(maps.Keys(exist)) {
		if !documented[name] {
			t.Errorf("%s does not explain %s", document, name)
		}
	}
}

// TestDependenciesHaveAReason: each module that our code imports stands in the list of libraries, and
// the list has none that it doesn't.
func TestDependenciesHaveAReason(t *testing.T) {
	const document = "docs/decisions/002-libraries.md"
	var modules []string
	for _, m := range regexp.MustCompile(`(?m)^(?:require)?\s+(\S+) v\S+`).FindAllStringSubmatch(read(t, "go.mod"), -1) {
		modules = append(modules, m[1])
	}
	asked := map[string]bool{}
	for _, p := range packages(t) {
		for _, file := range p.files {
			for _, path := range imports(file) {
				module := "" // modules may lie in one another
				for _, m := range modules {
					if (path == m || strings.HasPrefix(path, m+"/")) && len(m) > len(module) {
						module = m
					}
				}
				if module != "" {
					asked[module] = true
				}
			}
		}
	}
	for _, m := range regexp.MustCompile(`(?m)^\s+"([^"]+)": "[0-9][^"]*",?$`).FindAllStringSubmatch(section(read(t, "web/package.json"), "ependencies"), -1) {
		asked[m[1]] = true
	}
	listed := map[string]bool{}
	for _, heading := range []string{"## Go", "## Web"} {
		for _, row := range table(t, document, heading) {
			for name := range strings.SplitSeq(row[0], ", ") {
				listed[name] = true
				if len(row[1]) < 15 {
					t.Errorf("%s: say why %s is here", document, name)
				}
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(asked)) {
		if !listed[name] {
			t.Errorf("%s has no reason for %s", document, name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(listed)) {
		if !asked[name] {
			t.Errorf("%s has a reason for %s, which is not used directly", document, name)
		}
	}
}

// section joins the objects of a JSON text whose key ends so.
func section(text, key string) string {
	var found strings.Builder
	for _, part := range strings.Split(text, key+`": {`)[1:] {
		object, _, _ := strings.Cut(part, "}")
		found.WriteString(object)
	}
	return found.String()
}
