package store

import (
	"bytes"
	"context"
	"encoding/hex"
	"strconv"

	"switchboard/internal/audit"
	"switchboard/internal/fault"
	"switchboard/internal/message"
	"switchboard/internal/resource"
)

// record keeps what the transaction did for somebody. The head of the organisation's chain is held until the
// commit: it is the last thing that a transaction locks.
func (tx *Tx) record(d *audit.Deed) error {
	if err := tx.exec("INSERT INTO audit_head (org_id, seq, code) VALUES ($1, 0, $2) ON CONFLICT (org_id) DO NOTHING", tx.org, []byte{}); err != nil {
		return err
	}
	r := audit.Record{At: tx.Now(), Deed: *d}
	var before []byte
	if _, err := one(tx, []any{&r.Seq, &before}, "SELECT seq, code FROM audit_head WHERE org_id = $1"+tx.db.dialect.forUpdate, tx.org); err != nil {
		return err
	}
	r.Seq++
	if r.Target.IsZero() {
		r.Target = message.RowID(tx.result)
	}
	r.Code = tx.auditCode(&r, before)
	if err := tx.exec(`INSERT INTO audit (org_id, seq, at, actor_type, actor_id, actor_name, action, noun, target_id, detail_env, ip, code)
 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`, tx.org, r.Seq, us(r.At), r.ActorType, r.Actor, r.ActorName, r.Action, r.Noun(), r.Target,
		tx.seal(message.CustomerID{}, r.Detail), r.IP, r.Code); err != nil {
		return err
	}
	return tx.exec("UPDATE audit_head SET seq = $2, code = $3 WHERE org_id = $1", tx.org, r.Seq, r.Code)
}

// auditCode is keyed: who can write to the database, and no more, can't make one.
func (tx *Tx) auditCode(r *audit.Record, before []byte) []byte {
	return tx.db.sealer.Key(tx.org, r.Parts(before)...)
}

const auditSelect = "SELECT seq, at, actor_type, actor_id, actor_name, action, target_id, detail_env, ip, code FROM audit WHERE org_id = $1"

func (tx *Tx) auditRow(r row, a *audit.Record) error {
	return r.Scan(&a.Seq, &a.At, &a.ActorType, &a.Actor, &a.ActorName, &a.Action, &a.Target, envelope{tx, &a.Detail}, &a.IP, &a.Code)
}

// auditWindow is how many lines of the whole log are in memory at a time.
const auditWindow = 500

// Audit is a page of what was changed, the newest first.
func (db *DB) Audit(ctx context.Context, org message.OrgID, q resource.AuditQuery) ([]resource.AuditLine, string, error) {
	before, err := auditCursor(q.Cursor)
	if err != nil {
		return nil, "", err
	}
	tx := db.reader(ctx, org)
	a := tx.ids(org, before, q.Limit+1)
	where := " AND seq < $2"
	if !q.Actor.IsZero() {
		where += " AND actor_id = " + a.add(q.Actor)
	}
	if !q.Target.IsZero() {
		where += " AND target_id = " + a.add(q.Target)
	}
	if q.Noun != "" {
		where += " AND noun = " + a.add(q.Noun)
	}
	// Lines are found by their number; times are numbers of lines, looked up.
	if !q.From.IsZero() {
		where += " AND seq >= COALESCE((SELECT seq FROM audit WHERE org_id = $1 AND at >= " + a.add(us(q.From)) + " ORDER BY at LIMIT 1), $2)"
	}
	if !q.To.IsZero() {
		where += " AND seq <= COALESCE((SELECT seq FROM audit WHERE org_id = $1 AND at < " + a.add(us(q.To)) + " ORDER BY at DESC LIMIT 1), 0)"
	}
	rows, err := list(tx, tx.auditRow, auditSelect+where+" ORDER BY seq DESC LIMIT $3", a.args...)
	if err != nil {
		return nil, "", err
	}
	next := ""
	if len(rows) > q.Limit {
		rows = rows[:q.Limit]
		next = strconv.FormatInt(rows[q.Limit-1].Seq, 10)
	}
	lines := make([]resource.AuditLine, len(rows))
	for i := range rows {
		lines[i] = auditLine(&rows[i])
	}
	return lines, next, nil
}

func auditCursor(cursor string) (before int64, err error) {
	if cursor == "" {
		return 1 << 62, nil
	}
	if before, err = strconv.ParseInt(cursor, 10, 64); err != nil || before < 1 {
		return 0, fault.New(fault.Malformed, "This cursor is not one of ours. Begin the list without it.")
	}
	return before, nil
}

func auditLine(r *audit.Record) resource.AuditLine {
	return resource.AuditLine{Seq: r.Seq, At: r.At, ActorType: r.ActorType, ActorID: r.Actor, ActorName: r.ActorName, Action: r.Action,
		TargetID: r.Target, Detail: resource.RawObject(r.Detail), IP: r.IP, Code: hex.EncodeToString(r.Code)}
}

// AuditAll hands out everything that was changed, the oldest first, a window at a time. It looks at each line's code:
// whole is false for the first that doesn't fit the one before it, after which none can be told.
func (db *DB) AuditAll(ctx context.Context, org message.OrgID, each func(line resource.AuditLine, whole bool) error) error {
	tx := db.reader(ctx, org)
	var code []byte
	seq, whole := int64(0), true
	for {
		rows, err := list(tx, tx.auditRow, auditSelect+" AND seq > $2 ORDER BY seq LIMIT $3", org, seq, auditWindow)
		if err != nil {
			return err
		}
		for i := range rows {
			r := &rows[i]
			whole = whole && r.Seq == seq+1 && bytes.Equal(r.Code, tx.auditCode(r, code))
			if err := each(auditLine(r), whole); err != nil {
				return err
			}
			seq, code = r.Seq, r.Code
		}
		if len(rows) < auditWindow {
			return nil
		}
	}
}

// AuditHead is the newest line's number and code: what stands behind it was cut off.
func (db *DB) AuditHead(ctx context.Context, org message.OrgID) (seq int64, code string, err error) {
	var raw []byte
	_, err = one(db.reader(ctx, org), []any{&seq, &raw}, "SELECT seq, code FROM audit_head WHERE org_id = $1", org)
	return seq, hex.EncodeToString(raw), err
}
