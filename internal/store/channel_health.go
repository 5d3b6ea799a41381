package store

import (
	"context"
	"time"

	"switchboard/internal/message"
	"switchboard/internal/resource"
	"switchboard/internal/setup"
)

// healthQuery reads of some channels what was noted, what waits, and how much of the lately failed and
// refused there is, each from the end of an index and at most HealthCountMax of it. $2 is since when,
// $3 the most that is counted.
const healthQuery = `SELECT c.id, NULLIF(h.received_at, 0), NULLIF(h.sent_at, 0), NULLIF(h.called_at, 0), NULLIF(h.hook_at, 0), NULLIF(h.limited_at, 0), NULLIF(h.failed_at, 0),
 h.failed_code, h.failed_detail,
 (SELECT count(*) FROM (SELECT 1 FROM outbox o WHERE o.channel_id = c.id LIMIT $3) n),
 (SELECT o.created_at FROM outbox o WHERE o.channel_id = c.id ORDER BY o.created_at LIMIT 1),
 (SELECT CAST(COALESCE(SUM(r.calls), 0) AS bigint) FROM channel_refused r WHERE r.org_id = c.org_id AND r.channel_id = c.id AND r.hour > $2),
 (SELECT r.last_at FROM channel_refused r WHERE r.org_id = c.org_id AND r.channel_id = c.id AND r.hour > $2 ORDER BY r.hour DESC LIMIT 1),
 (SELECT count(*) FROM (SELECT 1 FROM quarantine q WHERE q.org_id = c.org_id AND q.channel_id = c.id AND q.at > $2 LIMIT $3) n),
 (SELECT q.at FROM quarantine q WHERE q.org_id = c.org_id AND q.channel_id = c.id AND q.at > $2 ORDER BY q.at DESC LIMIT 1),
 EXISTS (SELECT 1 FROM deployment d WHERE d.org_id = c.org_id AND d.channel_id = c.id AND d.published IS NOT NULL)
 FROM channel c LEFT JOIN channel_health h ON h.org_id = c.org_id AND h.channel_id = c.id WHERE c.org_id = $1 AND c.id `

// ChannelHealth is what these channels show of themselves, by id. What it means is setup.Judge's matter.
func (db *DB) ChannelHealth(ctx context.Context, org message.OrgID, channels []message.ChannelID, now time.Time) (map[message.ChannelID]setup.Signs, error) {
	out := make(map[message.ChannelID]setup.Signs, len(channels))
	if len(channels) == 0 {
		return out, nil
	}
	a := db.ids(org, us(now.Add(-setup.Lately)), setup.HealthCountMax)
	tx := db.reader(ctx, org)
	err := tx.query(func(r row) error {
		var id message.ChannelID
		var s setup.Signs
		err := r.Scan(&id, &s.Received, &s.Sent, &s.Called, &s.Hook, &s.Limited, &s.Failed, &s.FailedCode, &s.FailedDetail,
			&s.Waiting, &s.WaitsSince, &s.Refused, &s.RefusedAt, &s.Quarantined, &s.QuarantinedAt, &s.Published)
		out[id] = s
		return err
	}, healthQuery+in(&a, channels), a.args...)
	return out, err
}

// ChannelFailures counts a channel's failed messages since a time by their code, the newest first, among
// at most setup.HealthCountMax of them.
func (db *DB) ChannelFailures(ctx context.Context, org message.OrgID, id message.ChannelID, since time.Time) ([]resource.ChannelFailure, error) {
	return list(db.reader(ctx, org), func(r row, f *resource.ChannelFailure) error { return r.Scan(&f.Code, &f.Count, &f.LastAt) },
		channelFailures, org, id, us(since), setup.HealthCountMax)
}

const channelFailures = `SELECT code, count(*), max(at) FROM (SELECT code, at FROM delivery_error
 WHERE org_id = $1 AND channel_id = $2 AND at > $3 ORDER BY at DESC LIMIT $4) e GROUP BY code ORDER BY max(at) DESC`
