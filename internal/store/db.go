package store

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"switchboard/internal/audit"
	"switchboard/internal/fault"
	"switchboard/internal/message"
	"switchboard/internal/once"
	"switchboard/internal/trace"
)

// DB is one installation's database.
type DB struct {
	engine   engine
	dialect  dialect
	onCommit func(signals []string)
	sealer   Sealer
	seen     sightings
	clock    func() time.Time
}

// Sealer keeps personal text in envelopes. Opening what was shredded gives fault.NotFound.
type Sealer interface {
	Seal(org message.OrgID, person message.CustomerID, plain []byte) []byte
	Open(org message.OrgID, envelope []byte) ([]byte, error)
	// Key is the look-up key of an address: an HMAC, so that the clear address is never searched for.
	Key(org message.OrgID, parts ...string) []byte
}

// engine runs statements on one kind of database.
type engine interface {
	// write runs fn in a transaction and returns after its commit. fn may run more than once.
	write(ctx context.Context, fn func(conn) error) error
	// read runs statements outside of any transaction, on committed data.
	read(ctx context.Context) conn
	// room is how many writes make good use of it at once, with some left for others.
	room() int
	// onWrite sets who is told of each commit: how long its first write waited, how long it took, and how many
	// writes shared it.
	onWrite(func(waited, took time.Duration, writes int))
	ping(ctx context.Context) error
	close() error
}

// conn runs single statements. Placeholders are $1, $2 … in both dialects.
type conn interface {
	// exec needs no answer: PostgreSQL sends it with the next statement that does, so an error may
	// come only then, or at the commit.
	exec(query string, args ...any) error
	// counted is exec that also counts the rows it touched, as soon as the next statement with an answer has run.
	counted(n *int64, query string, args ...any) error
	// affected runs at once and counts the rows it touched.
	affected(query string, args ...any) (int64, error)
	// query calls each once a row. The row is good only inside of it.
	query(each func(row) error, query string, args ...any) error
}

type row interface{ Scan(dest ...any) error }

// Open connects to "sqlite:PATH" or "postgres://…". The schema must be there: see Migrate.
func Open(ctx context.Context, url string, sealer Sealer) (*DB, error) {
	db := &DB{sealer: sealer, onCommit: func([]string) {}, clock: time.Now}
	var err error
	switch {
	case strings.HasPrefix(url, "sqlite:"):
		db.dialect = sqliteDialect
		db.engine, err = openSQLite(ctx, strings.TrimPrefix(url, "sqlite:"))
	case strings.HasPrefix(url, "postgres://"), strings.HasPrefix(url, "postgresql://"):
		db.dialect = postgresDialect
		db.engine, err = openPostgres(ctx, url)
	default:
		return nil, fmt.Errorf("database %q: want sqlite:PATH or postgres://…", redact(url))
	}
	if err != nil {
		return nil, fmt.Errorf("open database %s: %w", redact(url), err)
	}
	return db, nil
}

// redact leaves the scheme and what follows the credentials.
func redact(url string) string {
	if i, at := strings.Index(url, "://"), strings.LastIndex(url, "@"); i > 0 && at > i {
		return url[:i+3] + "…" + url[at:]
	}
	return url
}

// OnCommit sets who is told, after each commit, which signals its transaction raised. Set it once,
// before the first write. It must not block.
func (db *DB) OnCommit(f func(signals []string)) { db.onCommit = f }

// KeepTime sets the clock of transactions, which is this process's otherwise. Set it once, before the first
// write.
func (db *DB) KeepTime(now func() time.Time) { db.clock = now }

// OnWrite sets who is told of each commit: how long its first write waited for the writer or a connection,
// how long it took, and how many writes shared it. Set it once, before the first write.
func (db *DB) OnWrite(f func(waited, took time.Duration, writes int)) { db.engine.onWrite(f) }

// Room is how many writes of providers and customers should be under way at once: more would only wait, and
// make everybody else wait for them.
func (db *DB) Room() int { return db.engine.room() }

// Ping reports whether the database answers and takes writes' first step.
func (db *DB) Ping(ctx context.Context) error { return db.engine.ping(ctx) }

// Close waits for running writes and closes.
func (db *DB) Close() error { return db.engine.close() }

// Write runs fn in one transaction of one organisation (none for rows of the installation) and
// returns when it is committed. fn may run several times: it must set what it returns afresh each
// time, and do no network, files or long computing. Errors of fn undo everything it wrote. Failures of
// the database come back as fault.Unavailable.
func (db *DB) Write(ctx context.Context, org message.OrgID, fn func(*Tx) error) error {
	var signals []string
	var seen map[seenChannel]sighting
	claim := once.From(ctx)
	if claim != nil && claim.Committed {
		claim = nil
	}
	deed := audit.From(ctx)
	if deed != nil && (deed.Kept || deed.Org != org) {
		deed = nil
	}
	err := db.engine.write(ctx, func(c conn) error {
		tx := &Tx{conn: c, db: db, org: org, trace: trace.ID(ctx)}
		if err := tx.run(fn, claim); err != nil {
			return err
		}
		if deed != nil {
			if err := tx.record(deed); err != nil {
				return err
			}
		}
		signals, seen = tx.signals, tx.seen
		return nil
	})
	if err != nil {
		return asFault(err)
	}
	if claim != nil {
		claim.Committed = true
	}
	if deed != nil {
		deed.Kept = true
	}
	db.seen.add(seen)
	if len(signals) > 0 {
		db.onCommit(signals)
	}
	return nil
}

// run does what fn does; a keyed request (see package once) takes its key first.
func (tx *Tx) run(fn func(*Tx) error, claim *once.Claim) error {
	if claim == nil {
		return fn(tx)
	}
	if err := tx.claim(claim); err != nil {
		return err
	}
	if err := fn(tx); err != nil {
		return err
	}
	return tx.settleClaim(claim)
}

// Writer gives a use case its own view of Write: fn gets the transaction as the interface T that the
// use case declares. It panics at wiring time when *Tx does not satisfy T.
func Writer[T any](db *DB) func(ctx context.Context, org message.OrgID, fn func(T) error) error {
	if _, ok := any(&Tx{}).(T); !ok {
		panic(fmt.Sprintf("store.Tx does not satisfy %T", (*T)(nil)))
	}
	return func(ctx context.Context, org message.OrgID, fn func(T) error) error {
		return db.Write(ctx, org, func(tx *Tx) error { return fn(any(tx).(T)) })
	}
}

// asFault keeps errors that say what they are. Values that the database can't keep will not become
// better; all other errors are what they are to a caller: the database could not do it now.
func asFault(err error) error {
	var f *fault.Error
	if err == nil || errors.As(err, &f) || errors.Is(err, once.ErrTaken) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	var d *fault.Delivery
	if errors.As(err, &d) {
		return err
	}
	var pg *pgconn.PgError
	if errors.As(err, &pg) && strings.HasPrefix(pg.Code, "22") { // class "data exception"
		return fault.Wrap(err, fault.Unprocessable, "There is something in this that can't be kept, such as a zero character.")
	}
	return fault.Wrap(err, fault.Unavailable, "The database can't take this right now. Try again in a moment.")
}

// reader reads committed data of one organisation.
func (db *DB) reader(ctx context.Context, org message.OrgID) *Tx {
	return &Tx{conn: committed{db.engine.read(ctx)}, db: db, org: org}
}

// committed reads outside of any transaction; its failures are the database's.
type committed struct{ conn }

func (c committed) query(each func(row) error, query string, args ...any) error {
	return asFault(c.conn.query(each, query, args...))
}

// us is a time as the database keeps it: microseconds, NULL for the zero time.
func us(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UnixMicro()
}
