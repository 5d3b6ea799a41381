package store

import (
	"context"
	"time"

	"switchboard/internal/job"
	"switchboard/internal/message"
)

// SetJob makes the one job of this kind and key, or moves it and starts its attempts anew.
func (tx *Tx) SetJob(kind, key string, due time.Time, payload string) error {
	tx.Signal(message.WakeJobs)
	return tx.exec(`INSERT INTO job (org_id, kind, key, due_at, attempts, payload, created_at) VALUES ($1, $2, $3, $4, 0, $5, $6)
 ON CONFLICT (org_id, kind, key) DO UPDATE SET due_at = excluded.due_at, attempts = 0, payload = excluded.payload, created_at = excluded.created_at`,
		tx.org, kind, key, us(due), payload, us(tx.Now()))
}

// ClaimJobs takes up to limit due jobs of some kinds, of all organisations: each is moved to the end of its lease, so
// that a crash makes it due again.
func (db *DB) ClaimJobs(ctx context.Context, kinds []string, now, leaseUntil time.Time, limit int) (jobs []job.Job, err error) {
	err = db.Write(ctx, message.OrgID{}, func(tx *Tx) error {
		a := db.ids(us(now), limit)
		jobs, err = list(tx, func(r row, j *job.Job) error {
			return r.Scan(&j.Org, &j.Kind, &j.Key, &j.Attempts, &j.Payload, &j.CreatedAt)
		}, "SELECT org_id, kind, key, attempts + 1, payload, created_at FROM job WHERE due_at <= $1 AND kind "+in(&a, kinds)+" ORDER BY due_at LIMIT $2"+tx.db.dialect.skipLocked,
			a.args...)
		for _, j := range jobs {
			if err == nil {
				err = tx.exec("UPDATE job SET due_at = $4, attempts = $5 WHERE org_id = $1 AND kind = $2 AND key = $3",
					j.Org, j.Kind, j.Key, us(leaseUntil), j.Attempts)
			}
		}
		return err
	})
	return jobs, err
}

// FinishJob removes a claimed job, unless it was set anew since.
func (tx *Tx) FinishJob(j job.Job) error {
	return tx.exec("DELETE FROM job WHERE org_id = $1 AND kind = $2 AND key = $3 AND attempts = $4 AND created_at = $5",
		tx.org, j.Kind, j.Key, j.Attempts, us(j.CreatedAt))
}

// RetryJob makes a claimed job due again, unless it was set anew since.
func (tx *Tx) RetryJob(j job.Job, due time.Time) error {
	return tx.exec("UPDATE job SET due_at = $6 WHERE org_id = $1 AND kind = $2 AND key = $3 AND attempts = $4 AND created_at = $5",
		tx.org, j.Kind, j.Key, j.Attempts, us(j.CreatedAt), us(due))
}

// NextJob is when the earliest job of some kinds is due; zero when there is none.
func (db *DB) NextJob(ctx context.Context, kinds []string) (due time.Time, err error) {
	a := db.ids()
	_, err = one(db.engine.read(ctx), []any{&due}, "SELECT MIN(due_at) FROM job WHERE kind "+in(&a, kinds), a.args...)
	return due, asFault(err)
}

// OtherJobs counts the jobs of all other kinds.
func (db *DB) OtherJobs(ctx context.Context, kinds []string) (map[string]int, error) {
	counts := map[string]int{}
	a := db.ids()
	err := db.reader(ctx, message.OrgID{}).query(func(r row) error {
		var kind string
		var n int
		if err := r.Scan(&kind, &n); err != nil {
			return err
		}
		counts[kind] = n
		return nil
	}, "SELECT kind, COUNT(*) FROM job WHERE NOT kind "+in(&a, kinds)+" GROUP BY kind", a.args...)
	return counts, err
}
