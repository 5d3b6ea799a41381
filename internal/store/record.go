package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// Recording is the statements of whole transactions, with their arguments: what a database is asked to
// do, without the program that asks. The bench repeats them on a copy of the database, as the limit that
// the program can be compared with.
type Recording struct {
	mu   sync.Mutex
	txes [][]recorded
}

type recorded struct {
	query string
	args  []any
	asks  bool // it reads rows
}

// Len is how many transactions were recorded.
func (r *Recording) Len() int { return len(r.txes) }

// Record keeps the statements of all transactions that commit from now on.
func (db *DB) Record() *Recording {
	r := &Recording{}
	db.engine = recorder{db.engine, r}
	return r
}

type recorder struct {
	engine
	to *Recording
}

func (e recorder) write(ctx context.Context, fn func(conn) error) error {
	var said []recorded
	err := e.engine.write(ctx, func(c conn) error {
		listening := &recordingConn{conn: c}
		err := fn(listening)
		said = listening.said
		return err
	})
	if err == nil && len(said) > 0 {
		e.to.mu.Lock()
		defer e.to.mu.Unlock()
		e.to.txes = append(e.to.txes, said)
	}
	return err
}

type recordingConn struct {
	conn
	said []recorded
}

// note copies the arguments: PostgreSQL's connection changes them in place.
func (c *recordingConn) note(query string, args []any, asks bool) {
	c.said = append(c.said, recorded{query, append([]any(nil), args...), asks})
}

func (c *recordingConn) exec(query string, args ...any) error {
	c.note(query, args, false)
	return c.conn.exec(query, args...)
}

func (c *recordingConn) affected(query string, args ...any) (int64, error) {
	c.note(query, args, false)
	return c.conn.affected(query, args...)
}

func (c *recordingConn) query(each func(row) error, query string, args ...any) error {
	c.note(query, args, true)
	return c.conn.query(each, query, args...)
}

// CopySQLite writes a copy of a SQLite database as it is to another file.
func (db *DB) CopySQLite(ctx context.Context, path string) error {
	e, ok := db.engine.(*sqliteEngine)
	if !ok {
		return errors.New("this is no SQLite database")
	}
	from, err := sql.Open("sqlite", sqliteDSN(e.path))
	if err != nil {
		return err
	}
	defer from.Close()
	_, err = from.ExecContext(ctx, "VACUUM INTO ?1", path)
	return err
}

// ReplaySQLite runs the transactions on the writer's kind of connection, so many to a commit, and says
// how many a second that were.
func (r *Recording) ReplaySQLite(ctx context.Context, path string, together int) (perSecond float64, err error) {
	db, err := sql.Open("sqlite", sqliteDSN(path)+fmt.Sprintf("&_pragma=wal_autocheckpoint(%d)", walHardLimit))
	if err != nil {
		return 0, err
	}
	defer db.Close()
	c, err := db.Conn(ctx)
	if err != nil {
		return 0, err
	}
	defer func() { _ = c.Close() }()
	prepared := map[string]sqliteStmt{}
	run := func(query string, asks bool, args ...any) error {
		s, ok := prepared[query]
		if !ok {
			text, order := sqliteText(query)
			statement, err := c.PrepareContext(ctx, text)
			if err != nil {
				return err
			}
			s = sqliteStmt{statement, order}
			prepared[query] = s
		}
		args = s.arguments(args)
		if !asks {
			_, err := s.ExecContext(ctx, args...)
			return err
		}
		rows, err := s.QueryContext(ctx, args...)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			continue // they are only stepped over
		}
		return rows.Err()
	}
	began := time.Now()
	for i := 0; i < len(r.txes); i += together {
		if err := run("BEGIN IMMEDIATE", false); err != nil {
			return 0, err
		}
		for _, tx := range r.txes[i:min(i+together, len(r.txes))] {
			for _, s := range tx {
				if err := run(s.query, s.asks, s.args...); err != nil {
					return 0, fmt.Errorf("%w in %s", err, firstLine(s.query))
				}
			}
		}
		if err := run("COMMIT", false); err != nil {
			return 0, err
		}
	}
	took := time.Since(began)
	for _, s := range prepared {
		_ = s.Close()
	}
	return float64(len(r.txes)) / took.Seconds(), nil
}

// ReplayPostgres runs the transactions on so many connections at once, each as one batch.
func (r *Recording) ReplayPostgres(ctx context.Context, url string, clients int) (perSecond float64, err error) {
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		return 0, err
	}
	config.MaxConns = int32(clients)
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return 0, err
	}
	defer pool.Close()
	return atOnce(clients, len(r.txes), func(i int) error {
		batch := &pgx.Batch{}
		batch.Queue("BEGIN")
		for _, s := range r.txes[i] {
			batch.Queue(s.query, postgresArgs(append([]any(nil), s.args...))...)
		}
		batch.Queue("COMMIT")
		return pool.SendBatch(ctx, batch).Close()
	})
}

// atOnce does n things on so many goroutines, and says how many a second that were.
func atOnce(workers, n int, do func(i int) error) (perSecond float64, err error) {
	var all sync.WaitGroup
	failed := make(chan error, workers)
	began := time.Now()
	for first := range workers {
		all.Go(func() {
			for i := first; i < n; i += workers {
				if err := do(i); err != nil {
					failed <- err
					return
				}
			}
		})
	}
	all.Wait()
	took := time.Since(began)
	select {
	case err := <-failed:
		return 0, err
	default:
		return float64(n) / took.Seconds(), nil
	}
}

// SingleRows is how many transactions of one row a database commits in a second, on so many connections;
// SQLite has one writer.
func SingleRows(ctx context.Context, url string, clients int, lasts time.Duration) (perSecond float64, err error) {
	driver, source := "pgx", url
	text := "INSERT INTO bench_row (body) VALUES ($1)"
	if path, ok := strings.CutPrefix(url, "sqlite:"); ok {
		driver, source, clients = "sqlite", sqliteDSN(path), 1
		text, _ = sqliteText(text)
	}
	db, err := sql.Open(driver, source)
	if err != nil {
		return 0, err
	}
	defer db.Close()
	db.SetMaxOpenConns(clients)
	db.SetMaxIdleConns(clients)
	if _, err := db.ExecContext(ctx, "CREATE TABLE bench_row (body TEXT)"); err != nil {
		return 0, err
	}
	defer func() { _, _ = db.ExecContext(context.WithoutCancel(ctx), "DROP TABLE bench_row") }()
	insert, err := db.PrepareContext(ctx, text)
	if err != nil {
		return 0, err
	}
	defer func() { _ = insert.Close() }()
	until, counts := time.Now().Add(lasts), make([]int, clients)
	began := time.Now()
	_, err = atOnce(clients, clients, func(i int) error {
		for time.Now().Before(until) {
			if _, err := insert.ExecContext(ctx, "a row of about the size of a short message, as people write them"); err != nil {
				return err
			}
			counts[i]++
		}
		return nil
	})
	total := 0
	for _, n := range counts {
		total += n
	}
	return float64(total) / time.Since(began).Seconds(), err
}
