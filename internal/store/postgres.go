package store

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/pgxpool"

	"switchboard/internal/failpoint"
)

// serializationRetries bounds how often a write runs again after a deadlock or a serialization failure.
const serializationRetries = 10

// postgresEngine runs each write in its own READ COMMITTED transaction. Statements that need no
// answer are sent together with the next that does, so a use case costs few round trips.
type postgresEngine struct {
	pool    *pgxpool.Pool
	observe func(waited, took time.Duration, writes int)
}

func openPostgres(ctx context.Context, url string) (*postgresEngine, error) {
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, err
	}
	if config.MaxConns < 16 {
		config.MaxConns = 16
	}
	config.ConnConfig.RuntimeParams["application_name"] = "switchboard"
	config.ConnConfig.RuntimeParams["jit"] = "off" // compiling takes longer than any statement of ours
	// Each statement walks one index. A bitmap of it would look at all the dead rows of tables that are queues,
	// at each call until the next vacuum; a walk marks them in passing.
	config.ConnConfig.RuntimeParams["enable_bitmapscan"] = "off"
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, err
	}
	if err := pool.Ping(ctx); err != nil {
		pool.Close()
		return nil, err
	}
	return &postgresEngine{pool: pool, observe: func(time.Duration, time.Duration, int) {}}, nil
}

func (e *postgresEngine) write(ctx context.Context, fn func(conn) error) error {
	for attempt := 0; ; attempt++ {
		err := e.once(ctx, fn)
		var pgErr *pgconn.PgError
		if attempt < serializationRetries && errors.As(err, &pgErr) && (pgErr.Code == "40001" || pgErr.Code == "40P01") {
			select {
			case <-time.After(time.Duration(rand.IntN(5*(attempt+1))) * time.Millisecond):
				continue
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		return err
	}
}

func (e *postgresEngine) once(ctx context.Context, fn func(conn) error) error {
	asked := time.Now()
	c, err := e.pool.Acquire(ctx)
	if err != nil {
		return err
	}
	defer c.Release()
	began := time.Now()
	defer func() { e.observe(began.Sub(asked), time.Since(began), 1) }()
	// A commit under way must not be cut off: its outcome would be unknown to the caller.
	tx := &postgresConn{ctx: context.WithoutCancel(ctx), q: c.Conn()}
	tx.pending.Queue("BEGIN")
	if err = safely(fn, tx); err == nil {
		failpoint.Hit("commit.before")
		tx.pending.Queue("COMMIT")
		err = tx.flush(nil)
		failpoint.Hit("commit.after")
	}
	if err != nil && tx.begun {
		if _, rollback := c.Exec(tx.ctx, "ROLLBACK"); rollback != nil {
			_ = c.Conn().Close(tx.ctx)
		}
	}
	return err
}

func (e *postgresEngine) read(ctx context.Context) conn {
	return &postgresConn{ctx: ctx, q: e.pool}
}

func (e *postgresEngine) onWrite(f func(waited, took time.Duration, writes int)) { e.observe = f }

// room leaves a quarter of the connections to others.
func (e *postgresEngine) room() int { return int(e.pool.Config().MaxConns) * 3 / 4 }

func (e *postgresEngine) ping(ctx context.Context) error { return e.pool.Ping(ctx) }

func (e *postgresEngine) close() error { e.pool.Close(); return nil }

type postgresConn struct {
	ctx context.Context
	q   interface {
		SendBatch(context.Context, *pgx.Batch) pgx.BatchResults
	}
	pending pgx.Batch
	counts  map[int]*int64 // by the place of a pending statement: where the number of its rows goes
	begun   bool
	// failed is what went wrong in this transaction. Nothing comes after it: what was sent with the
	// statement at fault may be undone, or never have reached the database.
	failed error
}

func (c *postgresConn) exec(query string, args ...any) error {
	c.pending.Queue(query, postgresArgs(args)...)
	if _, reading := c.q.(*pgxpool.Pool); reading {
		return c.flush(nil)
	}
	return nil
}

func (c *postgresConn) counted(n *int64, query string, args ...any) error {
	if c.counts == nil {
		c.counts = map[int]*int64{}
	}
	c.counts[c.pending.Len()] = n
	return c.exec(query, args...)
}

func (c *postgresConn) affected(query string, args ...any) (n int64, err error) {
	c.pending.Queue(query, postgresArgs(args)...)
	err = c.flush(func(results pgx.BatchResults) error {
		tag, err := results.Exec()
		n = tag.RowsAffected()
		return err
	})
	return n, err
}

func (c *postgresConn) query(each func(row) error, query string, args ...any) error {
	c.pending.Queue(query, postgresArgs(args)...)
	// The connection is busy while rows are read: each must run no statements.
	var refused error // each's own: the transaction is none the worse for it
	err := c.flush(func(results pgx.BatchResults) error {
		rows, err := results.Query()
		if err != nil {
			return err
		}
		for refused == nil && rows.Next() {
			refused = each(postgresRow{rows})
		}
		rows.Close()
		if refused != nil {
			return nil //nolint:nilerr // a value that can't be scanned is in rows.Err as well
		}
		return rows.Err()
	})
	if err == nil && refused != nil {
		return fmt.Errorf("%w in %s", refused, firstLine(query))
	}
	return err
}

// flush sends everything pending in one round trip; last reads the answer of the final statement.
func (c *postgresConn) flush(last func(pgx.BatchResults) error) error {
	if c.failed == nil {
		c.failed = c.send(last)
	}
	if _, reading := c.q.(*pgxpool.Pool); reading { // each statement is a transaction of its own
		err := c.failed
		c.failed = nil
		return err
	}
	return c.failed
}

func (c *postgresConn) send(last func(pgx.BatchResults) error) error {
	batch, counts := c.pending, c.counts
	c.pending, c.counts = pgx.Batch{}, nil
	c.begun = true
	results := c.q.SendBatch(c.ctx, &batch)
	err := func() error {
		n := batch.Len()
		if last != nil {
			n--
		}
		for i := range n {
			tag, err := results.Exec()
			if err != nil {
				return fmt.Errorf("%w in %s", err, firstLine(batch.QueuedQueries[i].SQL))
			}
			if to := counts[i]; to != nil {
				*to = tag.RowsAffected()
			}
		}
		if last != nil {
			if err := last(results); err != nil {
				return fmt.Errorf("%w in %s", err, firstLine(batch.QueuedQueries[n].SQL))
			}
		}
		return nil
	}()
	return errors.Join(err, closeOnly(results, err))
}

// closeOnly closes; its error only repeats err when there is one already.
func closeOnly(results pgx.BatchResults, err error) error {
	if closing := results.Close(); err == nil {
		return closing
	}
	return nil
}

type postgresRow struct{ rows pgx.Rows }

func (r postgresRow) Scan(dest ...any) error { return r.rows.Scan(scanDest(dest)...) }

// postgresArgs hands ids over as uuids and other Valuers as their values.
func postgresArgs(args []any) []any {
	for i, a := range args {
		switch v := a.(type) {
		case interface{ Raw() [16]byte }:
			raw := v.Raw()
			args[i] = pgtype.UUID{Bytes: raw, Valid: raw != [16]byte{}}
		case driver.Valuer:
			if value, err := v.Value(); err == nil {
				args[i] = value
			}
		}
	}
	return args
}
