package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"testing/fstest"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx", for goose
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

//go:embed migration/*.sql
var migrations embed.FS

// Migrate brings the schema of the database at url to the newest version and returns it. Migrations
// only go forward. On PostgreSQL several nodes may call it at once.
func Migrate(ctx context.Context, url string) (version int64, err error) {
	provider, db, err := migrator(ctx, url)
	if err != nil {
		return 0, err
	}
	defer db.Close()
	if _, err := provider.Up(ctx); err != nil {
		return 0, fmt.Errorf("migrate: %w", err)
	}
	return provider.GetDBVersion(ctx)
}

// SchemaVersions reports the database's version and the newest that this program knows.
func SchemaVersions(ctx context.Context, url string) (current, newest int64, err error) {
	provider, db, err := migrator(ctx, url)
	if err != nil {
		return 0, 0, err
	}
	defer db.Close()
	if current, err = provider.GetDBVersion(ctx); err != nil {
		return 0, 0, err
	}
	sources := provider.ListSources()
	return current, sources[len(sources)-1].Version, nil
}

func migrator(ctx context.Context, url string) (*goose.Provider, *sql.DB, error) {
	var db *sql.DB
	var dialect goose.Dialect
	var name string
	var err error
	switch {
	case strings.HasPrefix(url, "sqlite:"):
		path := strings.TrimPrefix(url, "sqlite:")
		engine, openErr := openSQLite(ctx, path) // makes the file with its page size
		if openErr != nil {
			return nil, nil, fmt.Errorf("open database: %w", openErr)
		}
		if err := engine.close(); err != nil {
			return nil, nil, err
		}
		dialect, name = goose.DialectSQLite3, "sqlite"
		db, err = sql.Open("sqlite", "file:"+path+"?_pragma=busy_timeout(10000)")
	case strings.HasPrefix(url, "postgres"):
		dialect, name = goose.DialectPostgres, "postgres"
		db, err = sql.Open("pgx", url)
	default:
		err = errors.New("want sqlite:PATH or postgres://…")
	}
	if err != nil {
		return nil, nil, fmt.Errorf("open database: %w", err)
	}
	rendered, err := render(name)
	if err != nil {
		return nil, nil, err
	}
	var options []goose.ProviderOption
	if dialect == goose.DialectPostgres {
		// Nodes that start together take turns.
		locker, err := lock.NewPostgresSessionLocker()
		if err != nil {
			return nil, nil, err
		}
		options = append(options, goose.WithSessionLocker(locker))
	}
	provider, err := goose.NewProvider(dialect, db, rendered, options...)
	if err != nil {
		_ = db.Close()
		return nil, nil, err
	}
	return provider, db, nil
}

// render keeps of each migration what both databases share and what belongs to this one.
func render(name string) (fs.FS, error) {
	files, err := fs.Glob(migrations, "migration/*.sql")
	if err != nil {
		return nil, err
	}
	out := fstest.MapFS{}
	for _, file := range files {
		text, err := migrations.ReadFile(file)
		if err != nil {
			return nil, err
		}
		out[strings.TrimPrefix(file, "migration/")] = &fstest.MapFile{Data: []byte(renderText(string(text), name))}
	}
	return out, nil
}

func renderText(text, name string) string {
	var kept strings.Builder
	only := ""
	for line := range strings.Lines(text) {
		switch strings.TrimSpace(line) {
		case "-- only postgres":
			only = "postgres"
		case "-- only sqlite":
			only = "sqlite"
		case "-- both":
			only = ""
		default:
			if only == "" || only == name {
				kept.WriteString(line)
			}
		}
	}
	return kept.String()
}
