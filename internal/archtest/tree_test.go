package archtest

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const (
	module = "switchboard"
	root   = "../.."
)

// pkg is one folder with Go files. Its name is the path within internal ("channel/twilio"), or from
// the module's root for what is elsewhere ("cmd/switchboard", "web").
type pkg struct {
	name  string
	files map[string]*ast.File // by path from the module's root
}

// inTests tells test files from the program's own.
func inTests(path string) bool { return strings.HasSuffix(path, "_test.go") }

// packages parses the module.
func packages(t *testing.T) []*pkg {
	t.Helper()
	found := map[string]*pkg{}
	for _, path := range sources(t, ".go") {
		file, err := parser.ParseFile(files, filepath.Join(root, path), nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		name := room(filepath.Dir(path))
		if found[name] == nil {
			found[name] = &pkg{name: name, files: map[string]*ast.File{}}
		}
		found[name].files[path] = file
	}
	return slices.SortedFunc(maps.Values(found), func(a, b *pkg) int { return strings.Compare(a.name, b.name) })
}

// files remembers where in its file each piece of syntax stands.
var files = token.NewFileSet()

// room is the name of a package of this module, given as a folder or an import path.
func room(path string) string {
	path = strings.TrimPrefix(filepath.ToSlash(path), module+"/")
	return strings.TrimPrefix(path, "internal/")
}

// sources lists what people wrote, by path from the module's root: neither what is made nor what was
// recorded from elsewhere.
func sources(t *testing.T, endings ...string) []string {
	t.Helper()
	var paths []string
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := entry.Name()
		if entry.IsDir() {
			switch {
			case path == root, name == ".ci":
				return nil
			case strings.HasPrefix(name, "."), name == "node_modules", name == "dist", name == "testdata", name == "bin", name == "tools":
				return filepath.SkipDir
			}
			return nil
		}
		if len(endings) == 0 || slices.Contains(endings, filepath.Ext(name)) {
			rel, err := filepath.Rel(root, path)
			if err != nil {
				return err
			}
			paths = append(paths, filepath.ToSlash(rel))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return paths
}

// read is a file's text, by path from the module's root.
func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, path))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
