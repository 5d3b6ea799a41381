package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"switchboard/internal/identity"
)

// The command's public key is one that set-up takes, and its private one makes further tokens.
func TestTokenCommand(t *testing.T) {
	var out bytes.Buffer
	first := tokenCmd{Issuer: "i", Subject: "mara", Life: time.Hour, KID: "test"}
	if err := first.print(&out); err != nil {
		t.Fatal(err)
	}
	var made struct {
		Public  json.RawMessage `json:"public_jwk"`
		Private json.RawMessage `json:"private_jwk"`
		Token   string          `json:"token"`
	}
	if err := json.Unmarshal(out.Bytes(), &made); err != nil {
		t.Fatal(err)
	}
	if key, err := identity.ReadKey(made.Public, time.Now()); err != nil || key.KID != "test" {
		t.Errorf("the public key: %v %v", key.KID, err)
	}
	if _, err := identity.ReadKey(made.Private, time.Now()); err == nil {
		t.Error("the private key can be uploaded")
	}
	path := filepath.Join(t.TempDir(), "private.json")
	if err := os.WriteFile(path, made.Private, 0o600); err != nil {
		t.Fatal(err)
	}
	out.Reset()
	again := tokenCmd{Issuer: "i", Subject: "ines", Life: time.Hour, Key: path}
	if err := again.print(&out); err != nil || strings.Count(out.String(), ".") != 2 || strings.Contains(out.String(), "{") {
		t.Errorf("a further token: %q %v", out.String(), err)
	}
	if err := os.WriteFile(path, made.Public, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := again.print(&out); err == nil {
		t.Error("a public key signs")
	}
}
