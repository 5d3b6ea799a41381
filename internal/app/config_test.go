package app

import (
	"encoding/base64"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var goodSecret = base64.StdEncoding.EncodeToString([]byte(strings.Repeat("k", 32)))

// good is a configuration that starts, in a folder of the test's own.
func good(t *testing.T) Config {
	return Config{Listen: "127.0.0.1:8080", Database: "sqlite:" + filepath.Join(t.TempDir(), "data", "switchboard.db")}
}

// Whoever starts the program with a setting that can't be reads its name.
func TestValidateNamesTheSetting(t *testing.T) {
	postgres := func(c *Config) {
		c.Database, c.Files, c.SecretKey = "postgres://db.test/switchboard", "file:/files", goodSecret
	}
	for what, test := range map[string]struct {
		change func(*Config)
		names  string
	}{
		"listen without a port":    {func(c *Config) { c.Listen = "localhost" }, "SWITCHBOARD_LISTEN"},
		"a certificate alone":      {func(c *Config) { c.TLSCert = "cert.pem" }, "SWITCHBOARD_TLS_KEY"},
		"a key alone":              {func(c *Config) { c.TLSKey = "key.pem" }, "SWITCHBOARD_TLS_CERT"},
		"public without scheme":    {func(c *Config) { c.PublicURL = "chat.example.com" }, "SWITCHBOARD_PUBLIC_URL"},
		"public with a path":       {func(c *Config) { c.PublicURL = "https://example.com/chat" }, "SWITCHBOARD_PUBLIC_URL"},
		"public with a query":      {func(c *Config) { c.PublicURL = "https://example.com?chat=1" }, "SWITCHBOARD_PUBLIC_URL"},
		"public with a password":   {func(c *Config) { c.PublicURL = "https://me:secret@example.com" }, "SWITCHBOARD_PUBLIC_URL"},
		"widget by ftp":            {func(c *Config) { c.WidgetURL = "ftp://example.com" }, "SWITCHBOARD_WIDGET_URL"},
		"files at nothing":         {func(c *Config) { c.FilesURL = "https://" }, "SWITCHBOARD_FILES_URL"},
		"another database":         {func(c *Config) { c.Database = "mysql://db.test" }, "SWITCHBOARD_DATABASE"},
		"a database without path":  {func(c *Config) { c.Database = "sqlite:" }, "SWITCHBOARD_DATABASE"},
		"another bus":              {func(c *Config) { c.Bus = "kafka://bus.test" }, "SWITCHBOARD_BUS"},
		"a bus without database":   {func(c *Config) { c.Bus = "postgres" }, "SWITCHBOARD_BUS"},
		"PostgreSQL's files":       {func(c *Config) { postgres(c); c.Files = "" }, "SWITCHBOARD_FILES"},
		"PostgreSQL's secret":      {func(c *Config) { postgres(c); c.SecretKey = "" }, "SWITCHBOARD_SECRET_KEY"},
		"a proxy by name":          {func(c *Config) { c.TrustedProxies = "10.0.0.0/8, proxy.test" }, "SWITCHBOARD_TRUSTED_PROXIES"},
		"an inner network by name": {func(c *Config) { c.EgressAllow = "id.internal" }, "SWITCHBOARD_EGRESS_ALLOW"},
		"a short secret":           {func(c *Config) { c.SecretKey = "aHVzaA==" }, "SWITCHBOARD_SECRET_KEY"},
		"a secret not in base64":   {func(c *Config) { c.SecretKey = strings.Repeat("!hush", 10) }, "SWITCHBOARD_SECRET_KEY"},
		"a missing secret file":    {func(c *Config) { c.SecretKey = "file:/nowhere/secret" }, "SWITCHBOARD_SECRET_KEY"},
	} {
		c := good(t)
		test.change(&c)
		err := c.validate()
		if err == nil || !strings.Contains(err.Error(), test.names) {
			t.Errorf("%s: got %v, want it to name %s", what, err, test.names)
		}
		for _, secret := range []string{"hush", "aHVzaA==", "me:secret"} {
			if err != nil && strings.Contains(err.Error(), secret) {
				t.Errorf("%s: the error tells a secret: %v", what, err)
			}
		}
	}
}

func TestValidateFillsWhatFollows(t *testing.T) {
	c := good(t)
	c.Listen, c.TrustedProxies = "0.0.0.0:9000", "10.0.0.0/8, 192.0.2.7"
	if err := c.validate(); err != nil {
		t.Fatal(err)
	}
	if c.PublicURL != "http://127.0.0.1:9000" || c.WidgetURL != c.PublicURL || c.FilesURL != c.PublicURL || c.Bus != "memory" || len(c.proxies) != 2 ||
		c.Files != "file:"+filepath.Join(filepath.Dir(strings.TrimPrefix(c.Database, "sqlite:")), "files") {
		t.Errorf("it became %+v", c)
	}
	c = Config{Listen: ":443", TLSCert: "c", TLSKey: "k", Database: "postgres://db.test/x", Files: "s3://bucket", SecretKey: goodSecret, FilesURL: "https://files.example.com/"}
	if err := c.validate(); err != nil {
		t.Fatal(err)
	}
	if c.PublicURL != "https://127.0.0.1:443" || c.FilesURL != "https://files.example.com" || c.Bus != "postgres" || len(c.secret) != 32 {
		t.Errorf("it became %+v", c)
	}
}

// The secret beside a SQLite database is made once, for its owner's eyes. A database whose secret is
// gone is not opened with another.
func TestSecretBesideTheDatabase(t *testing.T) {
	first := good(t)
	if err := first.validate(); err != nil {
		t.Fatal(err)
	}
	database := strings.TrimPrefix(first.Database, "sqlite:")
	info, err := os.Stat(database + ".secret")
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("the secret's file: %v %v", info, err)
	}
	again := Config{Listen: first.Listen, Database: first.Database}
	if err := again.validate(); err != nil || string(again.secret) != string(first.secret) || len(again.secret) != 32 {
		t.Fatalf("started again, the secret is another: %v", err)
	}
	if err := os.WriteFile(database, []byte("content"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := again.validate(); err != nil {
		t.Fatalf("with a database: %v", err)
	}
	if err := os.Remove(database + ".secret"); err != nil {
		t.Fatal(err)
	}
	if err := again.validate(); err == nil || !strings.Contains(err.Error(), "SWITCHBOARD_SECRET_KEY") || !strings.Contains(err.Error(), database+".secret is missing") {
		t.Errorf("without the secret: %v", err)
	}
	if _, err := os.Stat(database + ".secret"); err == nil {
		t.Error("another secret was made for a database that was sealed with the first")
	}
}
