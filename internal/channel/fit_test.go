package channel

import (
	"strings"
	"testing"

	"switchboard/internal/message"
)

func TestFileOut(t *testing.T) {
	c := Capabilities{FilesOut: []FileRule{
		{Types: []string{"image/png"}, MaxBytes: 100, AsLinkBytes: 200},
		{Types: []string{"audio/*"}, MaxBytes: 100},
		{Types: []string{"image/jpeg"}, MaxBytes: 100, ShrinkBytes: 300},
		{Types: []string{"image/bmp"}, MaxBytes: 100, AsLinkBytes: -1},
		{Types: []string{"image/bmp"}, MaxBytes: 100, AsLinkBytes: 500},
		{Types: []string{"text/csv"}, MaxBytes: -1, AsLinkBytes: 50},
	}}
	for _, tt := range []struct {
		kind string
		size int64
		want Way
	}{
		{"image/png", 100, WayFile}, {"image/png", 101, WayLink}, {"image/png", 201, WayTooLarge},
		{"IMAGE/PNG; x=y", 1, WayFile}, {"image/pngx", 1, WayNone}, {"image/gif", 1, WayNone},
		{"image/jpeg", 300, WayShrink}, {"image/jpeg", 301, WayTooLarge}, {"image/bmp", 101, WayTooLarge},
		{"audio/ogg; codecs=opus", 1, WayFile}, {"audio/ogg", 101, WayTooLarge},
		{"text/csv", 0, WayLink}, {"text/csv", 51, WayTooLarge}, {"", 1, WayNone},
	} {
		if got := c.FileOut(tt.kind, tt.size); got != tt.want {
			t.Errorf("%s of %d: %s, want %s", tt.kind, tt.size, got, tt.want)
		}
	}
}

func TestFileName(t *testing.T) {
	for kind, want := range map[string]string{
		"image/jpeg": "Photo.jpg", "audio/ogg; codecs=opus": "Audio.ogg", "audio/mp4": "Audio.m4a", "video/mp4": "Video.mp4",
		"application/pdf": "File", "": "File", "image/../../x": "Photo", "image/svg+xml": "Photo",
	} {
		if got := FileName(kind); got != want {
			t.Errorf("%q: %q, want %q", kind, got, want)
		}
	}
}

func TestNumbered(t *testing.T) {
	options := []message.Option{{ID: "a", Title: "Red"}, {ID: "b", Title: "Blue"}}
	if got := Numbered("Which?", options); got != "Which?\n1. Red\n2. Blue" {
		t.Errorf("got %q", got)
	}
	if got := Numbered("", options); got != "1. Red\n2. Blue" {
		t.Errorf("got %q", got)
	}
}

// TestAllowed: credentials follow links to the provider and nowhere else.
func TestAllowed(t *testing.T) {
	const provider = "https://graph.facebook.com"
	for link, want := range map[string]bool{
		"https://graph.facebook.com/x":             true,
		"https://lookaside.fbsbx.com/x":            true,
		"http://lookaside.fbsbx.com/x":             false,
		"https://lookaside.fbsbx.com:8443/x":       false,
		"https://fbsbx.com.evil.example/x":         false,
		"https://evilfbsbx.com/x":                  false,
		"https://user:pass@lookaside.fbsbx.com/x":  false,
		"//lookaside.fbsbx.com/x":                  false,
		"":                                         false,
		"https://graph.facebook.com@evil.example/": false,
	} {
		if got := Allowed(link, provider, "facebook.com", "fbsbx.com"); got != want {
			t.Errorf("%q: %v", link, got)
		}
	}
	const sandbox = "http://127.0.0.1:8080/sandbox/graph"
	for link, want := range map[string]bool{
		"http://127.0.0.1:8080/sandbox/graph/bytes/1": true,
		"http://127.0.0.1:9090/x":                     false,
		"https://lookaside.fbsbx.com/x":               false,
	} {
		if got := Allowed(link, sandbox, "facebook.com", "fbsbx.com"); got != want {
			t.Errorf("from the sandbox %q: %v", link, got)
		}
	}
}

func TestBeginning(t *testing.T) {
	long := strings.Repeat("word ", 100)
	for _, c := range []struct {
		text  string
		limit int
		want  string
	}{
		{"short", 5, "short"}, {"shorter", 6, "sho…"}, {"two words", 8, "two…"}, {"ääää", 7, "ää…"}, {"😀😀😀", 8, "😀…"}, {"abc", 2, "…"},
		{long, 23, "word word word word…"}, {strings.Repeat("x", 500) + " " + strings.Repeat("y", 500), 1000, strings.Repeat("x", 500) + " " + strings.Repeat("y", 496) + "…"},
	} {
		if got := Beginning(c.text, c.limit); got != c.want {
			t.Errorf("%.20q in %d bytes is %q, want %q", c.text, c.limit, got, c.want)
		}
	}
}
