package archtest

import (
	"bytes"
	"encoding/json"
	"go/ast"
	"go/token"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"switchboard/internal/conversation"
	"switchboard/internal/fault"
	"switchboard/internal/routing"
	"switchboard/internal/setup"
	"switchboard/internal/staff"
)

// serverWords is what the server says to people and the console says in its languages. A test of the web
// apps holds the message files to it.
type serverWords struct {
	Sentences []string `json:"sentences"`
	Statuses  []string `json:"statuses"` // words of programs that stand in sentences as values
	// Delivery has the sentences of the catalogue by their codes, with .waiting where it has one for that.
	Delivery map[string]string `json:"delivery"`
	Reasons  []string          `json:"reasons"`
	Codes    []string          `json:"codes"` // those of which one sentence says all
}

// TestSentencesAreListed reads from the code what the server can say, and compares it with the list that the
// web apps are tested with. After a change: UPDATE_DOCS=1 go test ./internal/archtest -run Sentences
func TestSentencesAreListed(t *testing.T) {
	const path = "../../web/console/i18n/server.json"
	said := &sayings{t: t, texts: map[string]bool{}, reasons: map[string]bool{}}
	for _, p := range packages(t) {
		said.read(p)
	}
	for _, m := range staff.Catalogue() {
		said.texts[m.Allows] = true
	}
	words := serverWords{Statuses: statuses(), Delivery: map[string]string{}}
	for code, advice := range fault.DeliveryCodes() {
		said.texts[advice.Admin] = true
		words.Delivery[string(code)] = advice.Agent
		if advice.Waiting != "" {
			words.Delivery[string(code)+".waiting"] = advice.Waiting
		}
	}
	for _, code := range unreadable {
		words.Codes = append(words.Codes, string(code))
	}
	slices.Sort(words.Codes)
	words.Sentences, words.Reasons = slices.Sorted(maps.Keys(said.texts)), slices.Sorted(maps.Keys(said.reasons))
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "\t")
	if err := e.Encode(words); err != nil {
		t.Fatal(err)
	}
	if os.Getenv("UPDATE_DOCS") != "" {
		if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	listed, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(listed, b.Bytes()) {
		t.Errorf("%s is not what the code says. Write it anew with UPDATE_DOCS=1, and translate what is new.", path)
	}
}

// statuses are those of sessions and templates, and the kinds of agents' statuses.
func statuses() []string {
	all := []string{setup.TemplateApproved, setup.TemplatePending, setup.TemplateRejected, setup.TemplatePaused, setup.TemplateRetired,
		routing.KindOnline, routing.KindBusy, routing.KindAway, routing.KindOffline}
	for _, s := range []conversation.Status{conversation.New, conversation.Waiting, conversation.Active, conversation.Consent, conversation.Inactive, conversation.Error, conversation.Ended} {
		all = append(all, string(s))
	}
	slices.Sort(all)
	return all
}

// program reports whether a room speaks to programs alone: to customers' apps, providers, sockets, queries of
// lists, and to the sandbox's phone page, which is in English.
func program(room string) bool {
	return slices.Contains([]string{"sandbox", "customer", "httpapi/customer", "httpapi/hook", "inbound", "inbox", "realtime", "feed", "app", "cmd/switchboard"}, room) || aid(room)
}

// unreadable are codes of programs' mistakes, ours included; the console says one sentence of each.
var unreadable = map[string]fault.Code{
	"fault.BadSignature": fault.BadSignature, "fault.KeyReused": fault.KeyReused, "fault.Internal": fault.Internal, "fault.Malformed": fault.Malformed,
}

// keptInQuarantine: what a connector can't read is kept with its sentence, and shown to administrators.
func keptInQuarantine(path, code string) bool {
	return code == "fault.Malformed" && strings.HasPrefix(path, "internal/channel/")
}

type sayings struct {
	t       *testing.T
	texts   map[string]bool
	reasons map[string]bool
}

// forwarder is a function whose parameter is said by a call inside: what its callers give is said.
type forwarder struct {
	name   string
	param  int
	format bool // it is a format, and no value of one
}

func (s *sayings) read(p *pkg) {
	if program(p.name) {
		return
	}
	forwards := map[forwarder]bool{}
	for grown := -1; grown != len(forwards); { // forwarders of forwarders
		grown = len(forwards)
		for path, file := range p.files {
			if inTests(path) {
				continue
			}
			s.file(path, file, forwards)
		}
	}
}

func (s *sayings) file(path string, file *ast.File, forwards map[forwarder]bool) {
	var stack []ast.Node
	ast.Inspect(file, func(n ast.Node) bool {
		if n == nil {
			stack = stack[:len(stack)-1]
			return true
		}
		stack = append(stack, n)
		switch n := n.(type) {
		case *ast.CallExpr:
			s.call(path, stack, n, forwards)
		case *ast.KeyValueExpr: // what a connector asks for, shown in the set-up
			if key, ok := n.Key.(*ast.Ident); ok && (key.Name == "Label" || key.Name == "Help") && strings.HasPrefix(path, "internal/channel/") {
				if text, ok := literal(n.Value); ok {
					s.texts[text] = true
				}
			}
		case *ast.AssignStmt: // why something needs an administrator
			if to, ok := n.Lhs[0].(*ast.SelectorExpr); ok && to.Sel.Name == "Problem" {
				if text, ok := literal(n.Rhs[0]); ok {
					s.texts[text] = true
				}
			}
		}
		return true
	})
}

// constructors of sentences, by package and name: where their code and their format are among the arguments.
var constructors = map[string]struct{ code, format int }{
	"fault.New": {0, 1}, "fault.Wrap": {1, 2}, "fault.Invalid": {-1, 1}, "fault.Say": {-1, 0},
	"New": {0, 1}, "Wrap": {1, 2}, // of fault itself
}

func (s *sayings) call(path string, stack []ast.Node, c *ast.CallExpr, forwards map[forwarder]bool) {
	name := callee(c.Fun)
	if name == "message.Because" || name == "Because" {
		codes := assigned(stack, c.Args[0])
		for _, code := range codes {
			s.reasons[code] = true
		}
		if len(codes) == 0 {
			s.t.Errorf("%s:%d: this reason's code can't be read from the code", path, files.Position(c.Pos()).Line)
		}
		return
	}
	if k, ok := constructors[name]; ok && (strings.Contains(name, ".") || strings.HasPrefix(path, "internal/fault/")) {
		if k.code >= 0 && unreadable[callee(c.Args[k.code])] != "" && !keptInQuarantine(path, callee(c.Args[k.code])) {
			return
		}
		format := c.Args[k.format]
		values := c.Args[k.format+1:]
		if text, ok := literal(format); ok && text == "%s" {
			s.said(stack, values[0], true, forwards)
			return
		}
		if !s.said(stack, format, true, forwards) {
			s.t.Errorf("%s:%d: this sentence can't be read from the code: give it as a literal", path, files.Position(c.Pos()).Line)
		}
		for _, v := range values {
			s.said(stack, v, false, forwards)
		}
		return
	}
	short := name[strings.LastIndex(name, ".")+1:]
	for f := range forwards {
		if f.name == short && f.param < len(c.Args) {
			s.said(stack, c.Args[f.param], f.format, forwards)
		}
	}
}

// said takes what is said, or remembers that it comes from a parameter. False: it is neither.
func (s *sayings) said(stack []ast.Node, e ast.Expr, format bool, forwards map[forwarder]bool) bool {
	if text, ok := literal(e); ok {
		if format {
			text = fault.TemplateOf(text)
		}
		s.texts[text] = true
		return true
	}
	ident, ok := e.(*ast.Ident)
	if !ok {
		return false
	}
	if ident.Obj != nil {
		if spec, ok := ident.Obj.Decl.(*ast.ValueSpec); ok && len(spec.Values) == 1 {
			if text, ok := literal(spec.Values[0]); ok {
				s.texts[text] = true
				return true
			}
		}
	}
	for i := len(stack) - 1; i >= 0; i-- {
		switch f := stack[i].(type) {
		case *ast.FuncDecl:
			at := parameter(f.Type, ident.Name)
			if at >= 0 {
				forwards[forwarder{f.Name.Name, at, format}] = true
			}
			return at >= 0
		case *ast.FuncLit:
			at := parameter(f.Type, ident.Name)
			if assign, ok := stack[max(i-1, 0)].(*ast.AssignStmt); ok && at >= 0 {
				forwards[forwarder{assign.Lhs[0].(*ast.Ident).Name, at, format}] = true
				return true
			}
		}
	}
	return false
}

// assigned is a literal, or all those that the function around gives a variable.
func assigned(stack []ast.Node, e ast.Expr) (texts []string) {
	if text, ok := literal(e); ok {
		return []string{text}
	}
	for _, around := range stack {
		f, ok := around.(*ast.FuncDecl)
		if !ok {
			continue
		}
		ast.Inspect(f, func(n ast.Node) bool {
			a, ok := n.(*ast.AssignStmt)
			if !ok || len(a.Lhs) != len(a.Rhs) {
				return true
			}
			for i := range a.Lhs {
				if text, ok := literal(a.Rhs[i]); ok && callee(a.Lhs[i]) == callee(e) {
					texts = append(texts, text)
				}
			}
			return true
		})
	}
	return texts
}

// parameter is the place of a parameter that is a string, -1 when there is none.
func parameter(f *ast.FuncType, name string) int {
	at := 0
	for _, field := range f.Params.List {
		for _, n := range field.Names {
			if kind, ok := field.Type.(*ast.Ident); ok && n.Name == name && kind.Name == "string" {
				return at
			}
			at++
		}
	}
	return -1
}

func callee(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		if x, ok := e.X.(*ast.Ident); ok {
			return x.Name + "." + e.Sel.Name
		}
		return e.Sel.Name
	}
	return ""
}

// literal is a text, also one that is put together of literals.
func literal(e ast.Expr) (string, bool) {
	switch e := e.(type) {
	case *ast.BasicLit:
		if e.Kind == token.STRING {
			text, err := strconv.Unquote(e.Value)
			return text, err == nil
		}
	case *ast.BinaryExpr:
		a, ok1 := literal(e.X)
		b, ok2 := literal(e.Y)
		return a + b, ok1 && ok2 && e.Op == token.ADD
	}
	return "", false
}
