package setup

import (
	"testing"

	"switchboard/internal/resource"
)

func TestMatchOrigin(t *testing.T) {
	patterns := []string{"https://www.example.com", "https://*.shop.example", "http://localhost:3000"}
	for origin, want := range map[string]bool{
		"https://www.example.com":          true,
		"https://WWW.Example.COM":          true,
		"https://www.example.com:443":      true,
		"https://www.example.com:8443":     false,
		"http://www.example.com":           false,
		"https://example.com":              false,
		"https://www.example.com.evil.net": false,
		"https://wwwxexample.com":          false,
		"https://a.shop.example":           true,
		"https://a.b.shop.example":         false,
		"https://shop.example":             false,
		"https://.shop.example":            false,
		"https://*.shop.example":           false,
		"http://localhost:3000":            true,
		"http://localhost":                 false,
		"null":                             false,
		"":                                 false,
		"https://user@www.example.com":     false,
		"https://www.example.com/path":     false,
		"file://www.example.com":           false,
	} {
		if got := MatchOrigin(patterns, origin); got != want {
			t.Errorf("MatchOrigin(%q) = %v", origin, got)
		}
	}
}

func TestAllowsOriginOfItsDomain(t *testing.T) {
	s := &resource.DeploymentSettings{Domain: "example.com"}
	for origin, want := range map[string]bool{
		"https://example.com":          true,
		"https://a.b.example.com":      true,
		"http://example.com":           false,
		"https://badexample.com":       false,
		"https://example.com.evil.net": false,
		"https://example.com:8443":     false,
	} {
		if got := AllowsOrigin(s, origin); got != want {
			t.Errorf("AllowsOrigin(%q) = %v", origin, got)
		}
	}
	if AllowsOrigin(&resource.DeploymentSettings{}, "https://example.com") {
		t.Error("a deployment without domain and origins allows a page")
	}
}

func TestRenderedFillsEveryPlaceholder(t *testing.T) {
	got, err := rendered("{{1}} and {{ 2 }}, {{1}} again", []string{"A", "{{2}}"}, "f")
	if err != nil || got != "A and {{2}}, A again" {
		t.Errorf("%q, %v", got, err)
	}
	for _, values := range [][]string{{"A"}, {"A", "B", "C"}, {"A", " "}, nil} {
		if _, err := rendered("{{1}} {{2}}", values, "f"); err == nil {
			t.Errorf("%q was taken", values)
		}
	}
}
