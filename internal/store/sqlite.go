package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"time"

	_ "modernc.org/sqlite" // the driver "sqlite"

	"switchboard/internal/failpoint"
	"switchboard/internal/fault"
)

const (
	// batchMax bounds how many writes share one commit.
	batchMax = 256
	// checkpointEvery and walHardLimit (pages) keep the WAL short without checkpoints in the writer.
	checkpointEvery = 500 * time.Millisecond
	walHardLimit    = 50_000
)

// sqliteEngine has one writer and a pool of readers. Writes that arrive while a commit is on its way
// are gathered into the next one: every caller is answered after the commit that holds its write.
type sqliteEngine struct {
	path    string
	lock    *os.File // held by the one server of this file; see TakeOver
	writer  *sql.DB
	readers *sql.DB
	conn    *sql.Conn
	stmts   map[string]sqliteStmt // prepared on conn, used by the writer goroutine only

	readStmts sync.Map // query → sqliteStmt

	requests chan *writeRequest
	observe  func(waited, took time.Duration, writes int)
	stop     chan struct{}
	ended    chan struct{} // the writer takes nothing any more
	stopped  sync.WaitGroup
}

type writeRequest struct {
	ctx   context.Context
	fn    func(conn) error
	asked time.Time
	err   error
	done  chan struct{}
}

// makePrivate makes a new database's file for its owner only: channels' secrets and what people wrote are
// in it. SQLite gives its other files (-wal, -shm) the same mode. An old file keeps the mode that it has.
func makePrivate(path string) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	return f.Close()
}

func openSQLite(ctx context.Context, path string) (*sqliteEngine, error) {
	if path == "" {
		return nil, errors.New("want sqlite:PATH")
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, err
	}
	if err := makePrivate(path); err != nil {
		return nil, err
	}
	if err := setPageSize(ctx, path); err != nil {
		return nil, err
	}
	dsn := sqliteDSN(path)
	e := &sqliteEngine{
		path:     path,
		stmts:    map[string]sqliteStmt{},
		requests: make(chan *writeRequest, batchMax),
		observe:  func(time.Duration, time.Duration, int) {},
		stop:     make(chan struct{}),
		ended:    make(chan struct{}),
	}
	var err error
	if e.writer, err = sql.Open("sqlite", dsn+fmt.Sprintf("&_pragma=wal_autocheckpoint(%d)", walHardLimit)); err != nil {
		return nil, err
	}
	e.writer.SetMaxOpenConns(1)
	if e.conn, err = e.writer.Conn(ctx); err != nil {
		return nil, err
	}
	if e.readers, err = sql.Open("sqlite", dsn+"&_pragma=query_only(1)"); err != nil {
		return nil, err
	}
	e.readers.SetMaxOpenConns(max(4, runtime.NumCPU()))
	e.readers.SetMaxIdleConns(max(4, runtime.NumCPU()))
	checkpoints, err := sql.Open("sqlite", dsn)
	if err != nil {
		return nil, err
	}
	checkpoints.SetMaxOpenConns(1)
	e.stopped.Add(2)
	go e.run()
	go e.checkpoint(checkpoints)
	return e, nil
}

// sqliteDSN is how a database's file is opened.
func sqliteDSN(path string) string {
	return "file:" + strings.NewReplacer("?", "%3f", "#", "%23").Replace(path) +
		"?_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)" +
		"&_pragma=cache_size(-16000)&_pragma=temp_store(MEMORY)&_pragma=mmap_size(268435456)"
}

// setPageSize must run before the first table, on a connection without other pragmas: the driver's
// DSN can't do it.
func setPageSize(ctx context.Context, path string) error {
	if info, err := os.Stat(path); err == nil && info.Size() > 0 {
		return nil
	}
	db, err := sql.Open("sqlite", path)
	if err != nil {
		return err
	}
	defer db.Close()
	_, err = db.ExecContext(ctx, "PRAGMA page_size = 8192; PRAGMA journal_mode = WAL; VACUUM")
	return err
}

func (e *sqliteEngine) write(ctx context.Context, fn func(conn) error) error {
	request := &writeRequest{ctx: ctx, fn: fn, asked: time.Now(), done: make(chan struct{})}
	select {
	case e.requests <- request:
	case <-ctx.Done():
		return ctx.Err()
	case <-e.stop:
		return errStopping
	}
	// Once taken a write is carried out whatever becomes of its caller: its outcome must be known.
	select {
	case <-request.done:
		return request.err
	case <-e.ended:
	}
	select {
	case <-request.done:
		return request.err
	default:
		return errStopping // it came after the writer's last look
	}
}

var errStopping = fault.New(fault.Unavailable, "The server is stopping. Try again in a moment.")

// run is the writer goroutine: it drains what waits, never waits for more, and commits.
func (e *sqliteEngine) run() {
	defer e.stopped.Done()
	defer close(e.ended)
	for {
		var batch []*writeRequest
		select {
		case r := <-e.requests:
			batch = append(batch, r)
		case <-e.stop:
			for {
				select {
				case r := <-e.requests:
					r.err = errStopping
					close(r.done)
				default:
					return
				}
			}
		}
	drain:
		for len(batch) < batchMax {
			select {
			case r := <-e.requests:
				batch = append(batch, r)
			default:
				break drain
			}
		}
		began := time.Now()
		e.commit(batch)
		e.observe(began.Sub(batch[0].asked), time.Since(began), len(batch))
		for _, r := range batch {
			close(r.done)
		}
	}
}

// commit runs a batch in one transaction, without savepoints while all goes well. When one request
// fails after it wrote something, everything is undone and run again with a savepoint each.
func (e *sqliteEngine) commit(batch []*writeRequest) {
	if e.attempt(batch, false) {
		return
	}
	if len(batch) > 1 {
		e.attempt(batch, true)
	}
}

// attempt reports whether the outcome of every request is settled.
func (e *sqliteEngine) attempt(batch []*writeRequest, savepoints bool) bool {
	fail := func(err error) {
		for _, r := range batch {
			if r.err == nil {
				r.err = err
			}
		}
	}
	for _, r := range batch {
		r.err = nil
	}
	changed := false
	if err := e.raw("BEGIN IMMEDIATE"); err != nil {
		fail(err)
		return true
	}
	for _, r := range batch {
		if err := r.ctx.Err(); err != nil {
			r.err = err
			continue
		}
		if savepoints {
			if err := e.raw("SAVEPOINT request"); err != nil {
				_ = e.raw("ROLLBACK")
				fail(err)
				return true
			}
		}
		c := &sqliteConn{ctx: context.WithoutCancel(r.ctx), stmt: e.stmt}
		r.err = safely(r.fn, c)
		changed = changed || c.changed
		switch {
		case r.err == nil && savepoints:
			if err := e.raw("RELEASE request"); err != nil {
				_ = e.raw("ROLLBACK")
				fail(err)
				return true
			}
		case r.err != nil && savepoints:
			if err := e.raw("ROLLBACK TO request"); err != nil {
				_ = e.raw("ROLLBACK")
				fail(err)
				return true
			}
		case r.err != nil && c.wrote:
			_ = e.raw("ROLLBACK")
			return len(batch) == 1
		}
	}
	failpoint.Hit("commit.before")
	if err := e.raw("COMMIT"); err != nil {
		_ = e.raw("ROLLBACK")
		fail(fmt.Errorf("commit: %w", err))
	}
	if changed {
		failpoint.Hit("commit.after")
	}
	return true
}

// safely turns a panic of one write into its own error, so that it takes nobody else down.
func safely(fn func(conn) error, c conn) (err error) {
	defer func() {
		if p := recover(); p != nil {
			buf := make([]byte, 8<<10)
			slog.Error("panic in a write", "panic", p, "stack", string(buf[:runtime.Stack(buf, false)]))
			err = fault.New(fault.Internal, "Something went wrong on our side.")
		}
	}()
	return fn(c)
}

func (e *sqliteEngine) raw(query string) error {
	s, err := e.stmt(context.Background(), query)
	if err != nil {
		return err
	}
	_, err = s.ExecContext(context.Background())
	return err
}

// stmt prepares on the writer's connection, once for each text.
func (e *sqliteEngine) stmt(ctx context.Context, query string) (sqliteStmt, error) {
	if s, ok := e.stmts[query]; ok {
		return s, nil
	}
	text, order := sqliteText(query)
	prepared, err := e.conn.PrepareContext(ctx, text)
	s := sqliteStmt{prepared, order}
	if err == nil {
		e.stmts[query] = s
	}
	return s, err
}

func (e *sqliteEngine) read(ctx context.Context) conn {
	return &sqliteConn{ctx: ctx, stmt: func(ctx context.Context, query string) (sqliteStmt, error) {
		if s, ok := e.readStmts.Load(query); ok {
			return s.(sqliteStmt), nil
		}
		text, order := sqliteText(query)
		prepared, err := e.readers.PrepareContext(ctx, text)
		s := sqliteStmt{prepared, order}
		if err != nil {
			return s, err
		}
		if prior, loaded := e.readStmts.LoadOrStore(query, s); loaded {
			_ = prepared.Close()
			return prior.(sqliteStmt), nil
		}
		return s, nil
	}}
}

// checkpoint moves the WAL into the database on a connection of its own, so that the writer's tail
// stays short.
func (e *sqliteEngine) checkpoint(db *sql.DB) {
	defer e.stopped.Done()
	defer db.Close()
	tick := time.NewTicker(checkpointEvery)
	defer tick.Stop()
	for {
		select {
		case <-e.stop:
			return
		case <-tick.C:
			if _, err := db.ExecContext(context.Background(), "PRAGMA wal_checkpoint(PASSIVE)"); err != nil {
				slog.Warn("checkpoint failed", "err", err)
			}
		}
	}
}

func (e *sqliteEngine) onWrite(f func(waited, took time.Duration, writes int)) { e.observe = f }

// room leaves half of a commit's batch to others.
func (e *sqliteEngine) room() int { return batchMax / 2 }

func (e *sqliteEngine) ping(ctx context.Context) error { return e.readers.PingContext(ctx) }

func (e *sqliteEngine) close() error {
	close(e.stop)
	e.stopped.Wait()
	for _, s := range e.stmts {
		_ = s.Close()
	}
	err := errors.Join(e.conn.Close(), e.writer.Close(), e.readers.Close())
	if e.lock != nil {
		err = errors.Join(err, e.lock.Close())
	}
	return err
}

// sqliteConn runs statements on the writer's connection or on the readers' pool.
type sqliteConn struct {
	ctx  context.Context
	stmt func(context.Context, string) (sqliteStmt, error)
	// wrote: the transaction is not what it was before. That includes a statement of any kind that
	// failed: with a full disk or a broken one SQLite may have rolled back by itself.
	wrote bool
	// changed: rows are not what they were before. A batch without any leaves no trace in the WAL.
	changed bool
}

func (c *sqliteConn) exec(query string, args ...any) error {
	_, err := c.affected(query, args...)
	return err
}

func (c *sqliteConn) counted(n *int64, query string, args ...any) (err error) {
	*n, err = c.affected(query, args...)
	return err
}

func (c *sqliteConn) affected(query string, args ...any) (int64, error) {
	s, err := c.stmt(c.ctx, query)
	if err != nil {
		return 0, fmt.Errorf("%w in %s", err, firstLine(query))
	}
	c.wrote = true
	result, err := s.ExecContext(c.ctx, s.arguments(args)...)
	if err != nil {
		return 0, fmt.Errorf("%w in %s", err, firstLine(query))
	}
	n, err := result.RowsAffected()
	c.changed = c.changed || n > 0
	return n, err
}

func (c *sqliteConn) query(each func(row) error, query string, args ...any) error {
	s, err := c.stmt(c.ctx, query)
	if err != nil {
		return fmt.Errorf("%w in %s", err, firstLine(query))
	}
	writes := !strings.HasPrefix(query, "SELECT")
	c.wrote = c.wrote || writes
	rows, err := s.QueryContext(c.ctx, s.arguments(args)...)
	if err != nil {
		c.wrote = true
		return fmt.Errorf("%w in %s", err, firstLine(query))
	}
	defer rows.Close()
	for rows.Next() {
		c.changed = c.changed || writes
		if err := each(sqliteRow{rows}); err != nil {
			return err
		}
	}
	if err := rows.Err(); err != nil {
		c.wrote = true
		return err
	}
	return nil
}

type sqliteRow struct{ rows *sql.Rows }

func (r sqliteRow) Scan(dest ...any) error { return r.rows.Scan(scanDest(dest)...) }

func firstLine(query string) string {
	query = strings.Join(strings.Fields(query), " ")
	return query[:min(len(query), 80)]
}

// sqliteStmt is a prepared statement and the order in which its places take their arguments.
type sqliteStmt struct {
	*sql.Stmt
	order []int
}

// arguments are a query's, by its places.
func (s sqliteStmt) arguments(args []any) []any {
	out := make([]any, len(s.order))
	for i, n := range s.order {
		out[i] = args[n]
	}
	return out
}

// sqliteText turns $1 into a plain ?, and says which argument each stands for. The driver would look up the
// names of numbered ones at each execution, one by one.
func sqliteText(query string) (text string, order []int) {
	var b strings.Builder
	for i := 0; i < len(query); i++ {
		end := i + 1
		for end < len(query) && query[end] >= '0' && query[end] <= '9' {
			end++
		}
		if query[i] != '$' || end == i+1 {
			b.WriteByte(query[i])
			continue
		}
		n, _ := strconv.Atoi(query[i+1 : end])
		order = append(order, n-1)
		b.WriteByte('?')
		i = end - 1
	}
	return b.String(), order
}
