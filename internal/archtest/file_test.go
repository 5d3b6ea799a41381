package archtest

import (
	"go/ast"
	"go/token"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// A file is looked at for its second noun from linesAsk on, and is too long at linesMax.
const (
	linesAsk = 500
	linesMax = 600
)

func TestPackagesSayWhatLivesInThem(t *testing.T) {
	for _, p := range packages(t) {
		var said []string
		code := false
		for path, file := range p.files {
			if inTests(path) {
				code = code || strings.HasSuffix(p.name, "test") // tests are what lives in archtest
				continue
			}
			code = code || len(file.Decls) > 0
			if file.Doc == nil {
				continue
			}
			said = append(said, path)
			begins := "Package " + file.Name.Name + " "
			if file.Name.Name == "main" {
				begins = "Command " + filepath.Base(filepath.Dir(path)) + " "
			}
			if text := file.Doc.Text(); !strings.HasPrefix(text, begins) || len(text) < len(begins)+40 {
				t.Errorf("%s: the package comment begins with %q and says what lives here and what doesn't", path, begins)
			}
		}
		if len(said) != 1 {
			t.Errorf("%s: one file has the package comment, not %d %v", p.name, len(said), said)
		}
		if !code {
			t.Errorf("%s is empty: a room appears when it has something in it", p.name)
		}
	}
}

func TestFilesStayReadable(t *testing.T) {
	for _, path := range sources(t, ".go", ".ts", ".svelte", ".css", ".mjs", ".js", ".sql", ".sh") {
		lines := strings.Count(read(t, path), "\n")
		switch {
		case lines > linesMax:
			t.Errorf("%s has %d lines: look for the second noun in it", path, lines)
		case lines > linesAsk:
			t.Logf("%s has %d lines: is there a second noun in it?", path, lines)
		}
	}
}

// allowedState is what may change in a package's variables, by package and name, and why.
var allowedState = map[string]string{
	"failpoint armed":           "in test builds only: where this process dies",
	"message lastV7":            "ids ascend within a process (RFC 9562, 6.2)",
	"httpapi/staff plainErrors": "huma keeps its error builder in variables of its own; it is replaced once",
	"privacy quickClock":        "regexp2 keeps the pace of its clock in a variable of its own; it is set once",
	"store/storetest running":   "one PostgreSQL for a whole test program",
	"store/storetest migrated":  "one migrated SQLite file for a whole test program",
	"store/storetest database":  "numbers that program's databases",
}

// makers give values that nobody changes: calls of these may stand in a package's variables.
var makers = map[string]bool{
	"errors.New": true, "fmt.Errorf": true, "fault.New": true, "regexp.MustCompile": true, "strings.NewReplacer": true,
	"template.Must": true, "language.MustParse": true, "language.NewMatcher": true, "netip.MustParsePrefix": true, "big.NewInt": true,
	"time.Date": true, "time.Duration": true, "reflect.TypeFor": true, "slices.Concat": true,
}

// TestNothingHappensBeforeMain: no init, no variables that hold state, no variables that are changed
// later. What a program needs is made in app, in one order, and handed over.
func TestNothingHappensBeforeMain(t *testing.T) {
	needed := map[string]bool{}
	for _, p := range packages(t) {
		state := map[string]bool{} // names of package variables
		for path, file := range p.files {
			if inTests(path) {
				continue
			}
			for _, decl := range file.Decls {
				if f, ok := decl.(*ast.FuncDecl); ok && f.Recv == nil && f.Name.Name == "init" {
					t.Errorf("%s: init runs whether anybody wants it or not: wire it in app", files.Position(f.Pos()))
				}
				g, ok := decl.(*ast.GenDecl)
				if !ok || g.Tok != token.VAR {
					continue
				}
				for _, spec := range g.Specs {
					v := spec.(*ast.ValueSpec)
					for i, name := range v.Names {
						if name.Name == "_" {
							continue
						}
						state[name.Name] = true
						key := p.name + " " + name.Name
						if why := holdsState(g, v, i); why != "" {
							needed[key] = true
							if allowedState[key] == "" {
								t.Errorf("%s: the variable %s of package %s %s: let its owner hold it", files.Position(name.Pos()), name.Name, p.name, why)
							}
						}
					}
				}
			}
		}
		for path, file := range p.files {
			if !inTests(path) {
				changes(file, state, func(name *ast.Ident) {
					needed[p.name+" "+name.Name] = true
					if allowedState[p.name+" "+name.Name] == "" {
						t.Errorf("%s: changes the package variable %s", files.Position(name.Pos()), name.Name)
					}
				})
			}
		}
	}
	for key := range allowedState {
		if !needed[key] {
			t.Errorf("%s is allowed state that nobody needs", key)
		}
	}
}

// holdsState says why a variable holds state, or "".
func holdsState(g *ast.GenDecl, v *ast.ValueSpec, i int) string {
	if i >= len(v.Values) {
		if embedded(g, v) {
			return ""
		}
		return "has no value of its own"
	}
	switch value := v.Values[i].(type) {
	case *ast.CallExpr:
		name := called(value)
		if makers[name] {
			return ""
		}
		if _, immediate := value.Fun.(*ast.FuncLit); immediate {
			return "" // a constant that takes a few lines to write down
		}
		if name == "make" || name == "new" || strings.HasPrefix(name, "sync.") || strings.Contains(name, ".") {
			return "is made by " + name
		}
		return "" // a conversion, or a function of this package over constants
	case *ast.UnaryExpr:
		if value.Op == token.AND {
			return "is a pointer to something that can change"
		}
	case *ast.CompositeLit:
		if s, ok := value.Type.(*ast.SelectorExpr); ok {
			if x, ok := s.X.(*ast.Ident); ok && (x.Name == "sync" || x.Name == "atomic") {
				return "is a " + x.Name + "." + s.Sel.Name
			}
		}
	}
	return ""
}

// embedded: files that //go:embed puts into the binary.
func embedded(g *ast.GenDecl, v *ast.ValueSpec) bool {
	for _, doc := range []*ast.CommentGroup{g.Doc, v.Doc} {
		if doc == nil {
			continue
		}
		for _, line := range doc.List {
			if strings.HasPrefix(line.Text, "//go:embed ") {
				return true
			}
		}
	}
	return false
}

// called is the name of what a call calls: errors.New, make.
func called(call *ast.CallExpr) string {
	fun := call.Fun
	if generic, ok := fun.(*ast.IndexExpr); ok {
		fun = generic.X
	}
	switch f := fun.(type) {
	case *ast.Ident:
		return f.Name
	case *ast.SelectorExpr:
		if x, ok := f.X.(*ast.Ident); ok {
			return x.Name + "." + f.Sel.Name
		}
	}
	return ""
}

// changes reports each assignment to one of the package's variables, or to something in it.
func changes(file *ast.File, variables map[string]bool, found func(*ast.Ident)) {
	look := func(target ast.Expr) {
		for {
			switch x := target.(type) {
			case *ast.IndexExpr:
				target = x.X
				continue
			case *ast.SelectorExpr:
				target = x.X
				continue
			case *ast.StarExpr:
				target = x.X
				continue
			case *ast.Ident:
				if variables[x.Name] && !local(file, x) {
					found(x)
				}
			}
			return
		}
	}
	ast.Inspect(file, func(n ast.Node) bool {
		switch s := n.(type) {
		case *ast.AssignStmt:
			if s.Tok != token.DEFINE {
				for _, target := range s.Lhs {
					look(target)
				}
			}
		case *ast.IncDecStmt:
			look(s.X)
		}
		return true
	})
}

// local reports whether a name means something declared in a function. The parser resolves names
// within one file; what it leaves open, or finds in the file's own scope, belongs to the package.
func local(file *ast.File, name *ast.Ident) bool {
	return name.Obj != nil && file.Scope.Lookup(name.Name) != name.Obj
}

// roles are names that say what a thing does for the code and not what it is.
var roles = regexp.MustCompile(`(Manager|Helper|Util|Utils|Impl)$`)

func TestNamesAreNouns(t *testing.T) {
	for _, p := range packages(t) {
		if roles.MatchString(strings.ToUpper(p.name[:1])+p.name[1:]) || regexp.MustCompile(`(^|/)(util|utils|common|helpers?|misc)$`).MatchString(p.name) {
			t.Errorf("%s: name the room after what lives in it", p.name)
		}
		for path, file := range p.files {
			ast.Inspect(file, func(n ast.Node) bool {
				if spec, ok := n.(*ast.TypeSpec); ok && roles.MatchString(spec.Name.Name) {
					t.Errorf("%s: %s: which noun is it?", path, spec.Name.Name)
				}
				return true
			})
		}
	}
}

// leftovers are what somebody meant to come back to, and places that exist on one machine only.
var leftovers = []*regexp.Regexp{
	regexp.MustCompile(`\b(TO` + `DO|FIX` + `ME|XX` + `X)\b`),
	regexp.MustCompile(`(^|[\s"'(=:])/(home|Users|root|work|mnt)/\w`),
	regexp.MustCompile(`\b(test|it|describe)\.only\(`),
}

func TestNothingIsLeftOver(t *testing.T) {
	for _, path := range sources(t, ".go", ".ts", ".svelte", ".css", ".mjs", ".js", ".sql", ".sh", ".md", ".yml", ".html") {
		for number, line := range strings.Split(read(t, path), "\n") {
			for _, pattern := range leftovers {
				if found := pattern.FindString(line); found != "" {
					t.Errorf("%s:%d: %q is left over", path, number+1, strings.TrimSpace(found))
				}
			}
		}
	}
}
