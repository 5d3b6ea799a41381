package archtest

import (
	"go/ast"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// aid reports whether a package exists for tests (store/storetest): only they import it.
func aid(name string) bool { return strings.Contains(name, "/") && strings.HasSuffix(name, "test") }

// levels that rules speak of; docs/architecture.md says what each one is.
const (
	levelWords    = 0
	levelAdapters = 5
)

// technology may be used by the rooms named here, and by nobody else.
var technology = []struct {
	path  string // an import path, or what it begins with
	rooms []string
	why   string
}{
	{"net/http", []string{"channel", "channel/*", "push/web", "egress", "identity/jwks", "sandbox", "realtime", "httpapi", "httpapi/*", "app", "load"}, "domains don't know HTTP; only the connector contract among them does"},
	{"database/sql", []string{"message", "store", "store/*"}, "domains don't know SQL; message only gives its ids the driver's Value"},
	{"modernc.org/sqlite", []string{"store", "store/*"}, "domains don't know SQL"},
	{"github.com/pressly/goose", []string{"store"}, "the schema is the store's"},
	{"github.com/jackc/pgx", []string{"store", "store/*", "bus"}, "domains don't know SQL; the bus listens to NOTIFY"},
	{"github.com/nats-io", []string{"bus"}, "one room talks to NATS"},
	{"github.com/minio", []string{"blob"}, "one room talks to S3"},
	{"github.com/danielgtaylor/huma", []string{"httpapi/*"}, "what the API looks like is not the domains' matter"},
	{"github.com/go-jose", []string{"identity"}, "one room reads keys and tokens"},
	{"github.com/coder/websocket", []string{"realtime", "httpapi/*", "load"}, "sockets are an adapter's matter"},
	{"github.com/dlclark/regexp2", []string{"privacy"}, "what backtracks runs under the bounds of one room"},
	{"go.opentelemetry.io", []string{"trace/otlp"}, "rooms name their spans; one room knows who takes them"},
	{"github.com/alecthomas/kong", []string{"cmd/*"}, "only commands read the command line"},
	{"github.com/twilio", nil, "a provider's SDK is a peer in tests, never how we call it"},
}

func TestImportsPointInward(t *testing.T) {
	levels := documentedLevels(t)
	exceptions := documentedExceptions(t)
	used := map[[2]string]bool{}
	for _, p := range packages(t) {
		from, ok := levels[p.name]
		if !ok {
			continue // TestEveryRoomIsDocumented reports it
		}
		for path, file := range p.files {
			if inTests(path) || aid(p.name) {
				continue
			}
			for _, to := range imports(file) {
				if from == levelWords && !ours(to) && strings.Contains(strings.Split(to, "/")[0], ".") {
					t.Errorf("%s: %s imports %s: the words that every room shares need nothing but the standard library", path, p.name, to)
				}
				if !ours(to) {
					continue
				}
				to = room(to)
				edge := [2]string{p.name, to}
				switch {
				case aid(to):
					t.Errorf("%s: imports %s, which is for tests", path, to)
				case house(p.name) == house(to), from > levels[to]:
				case exceptions[edge]:
					used[edge] = true
				default:
					t.Errorf("%s: %s (level %d) imports %s (level %d): a room imports only what is below it (docs/architecture.md, Direction)",
						path, p.name, from, to, levels[to])
				}
			}
		}
	}
	for edge := range exceptions {
		if !used[edge] {
			t.Errorf("docs/architecture.md excepts %s → %s, which nothing needs", edge[0], edge[1])
		}
	}
}

func TestTechnologyStaysInItsRooms(t *testing.T) {
	for _, p := range packages(t) {
		if aid(p.name) {
			continue
		}
		for path, file := range p.files {
			if inTests(path) {
				continue
			}
			for _, to := range imports(file) {
				for _, rule := range technology {
					if (to == rule.path || strings.HasPrefix(to, rule.path+"/")) && !slices.ContainsFunc(rule.rooms, func(r string) bool { return matches(r, p.name) }) {
						t.Errorf("%s: %s imports %s: %s", path, p.name, to, rule.why)
					}
				}
			}
		}
	}
}

// TestTechnologyRoomsExist finds rules that were left behind.
func TestTechnologyRoomsExist(t *testing.T) {
	all := packages(t)
	for _, rule := range technology {
		for _, r := range rule.rooms {
			if !slices.ContainsFunc(all, func(p *pkg) bool { return matches(r, p.name) }) {
				t.Errorf("%s is allowed in %s, which does not exist", rule.path, r)
			}
		}
	}
}

// imports lists what a file imports.
func imports(file *ast.File) []string {
	seen := map[string]bool{}
	for _, spec := range file.Imports {
		if path, err := strconv.Unquote(spec.Path.Value); err == nil {
			seen[path] = true
		}
	}
	return slices.Sorted(maps.Keys(seen))
}

func ours(path string) bool { return strings.HasPrefix(path, module+"/") }

// house is the room that a package is part of: httpapi/staff and httpapi/problem share one, connectors
// and the contract they fulfil share another.
func house(name string) string {
	first, _, _ := strings.Cut(name, "/")
	return first
}

// matches: a pattern ends in /* to mean every package below.
func matches(pattern, name string) bool {
	if below, ok := strings.CutSuffix(pattern, "*"); ok {
		return strings.HasPrefix(name, below)
	}
	return pattern == name
}
