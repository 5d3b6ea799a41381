package store

import (
	"context"
	"encoding/hex"
	"slices"
	"strconv"
	"time"

	"switchboard/internal/fault"
	"switchboard/internal/message"
	"switchboard/internal/resource"
)

// newestFirst is where a page of a log ended, which is read backwards: microseconds and id.
func newestFirst(page resource.Page) (at int64, id message.RowID, err error) {
	from, err := after(page)
	if err != nil || from.Text == "" {
		return time.Now().Add(time.Hour).UnixMicro(), id, err
	}
	if at, err = strconv.ParseInt(from.Text, 10, 64); err != nil {
		err = fault.New(fault.Malformed, "This cursor is not one of ours. Begin the list without it.")
	}
	return at, from.ID, err
}

func logPosition(at time.Time, id message.RowID) position {
	return position{strconv.FormatInt(at.UnixMicro(), 10), id}
}

// DeliveryErrors is a page of the log of what could not be delivered, the newest first (TN-3).
func (db *DB) DeliveryErrors(ctx context.Context, org message.OrgID, page resource.Page) ([]resource.DeliveryFailure, string, error) {
	at, id, err := newestFirst(page)
	if err != nil {
		return nil, "", err
	}
	type line struct {
		id message.RowID
		resource.DeliveryFailure
	}
	rows, err := list(db.reader(ctx, org), func(r row, l *line) error {
		err := r.Scan(&l.id, &l.At, &l.Code, &l.Provider, &l.ConversationID, &l.EntryID, &l.Channel.ID, &l.Channel.Type, &l.Channel.Name, &l.Channel.Address)
		advice, catalogued := fault.DeliveryCodes()[fault.DeliveryCode(l.Code)]
		if l.Text, l.Advice = advice.Agent, advice.Admin; !catalogued || aboutFile(fault.DeliveryCode(l.Code), l.Provider) {
			l.Text, l.Provider = l.Provider, "" // a refusal of our own: its sentence says what to do
		}
		return err
	}, `SELECT e.id, e.at, e.code, e.detail, e.conversation_id, e.entry_id, e.channel_id, c.type, c.name, c.address
 FROM delivery_error e LEFT JOIN channel c ON c.org_id = e.org_id AND c.id = e.channel_id
 WHERE e.org_id = $1 AND (e.at < $2 OR e.at = $2 AND e.id < $3) ORDER BY e.at DESC, e.id DESC LIMIT $4`, org, at, id, page.Limit+1)
	rows, next := paged(rows, page.Limit, func(l line) position { return logPosition(l.At, l.id) })
	out := make([]resource.DeliveryFailure, len(rows))
	for i, l := range rows {
		out[i] = l.DeliveryFailure
	}
	return out, next, err
}

// Quarantined is a page of what came in and could not be understood, the newest first.
func (db *DB) Quarantined(ctx context.Context, org message.OrgID, page resource.Page) ([]resource.Quarantined, string, error) {
	at, id, err := newestFirst(page)
	if err != nil {
		return nil, "", err
	}
	rows, err := list(db.reader(ctx, org), func(r row, q *resource.Quarantined) error {
		var hash []byte
		err := r.Scan(&q.ID, &q.At, &q.Reason, &q.Size, &hash, jsonColumn{&q.Headers}, &q.Channel.ID, &q.Channel.Type, &q.Channel.Name, &q.Channel.Address)
		q.SHA256 = hex.EncodeToString(hash)
		return err
	}, `SELECT q.id, q.at, q.reason, q.size, q.sha256, q.headers, q.channel_id, c.type, c.name, c.address
 FROM quarantine q LEFT JOIN channel c ON c.org_id = q.org_id AND c.id = q.channel_id
 WHERE q.org_id = $1 AND (q.at < $2 OR q.at = $2 AND q.id < $3) ORDER BY q.at DESC, q.id DESC LIMIT $4`, org, at, id, page.Limit+1)
	rows, next := paged(rows, page.Limit, func(q resource.Quarantined) position { return logPosition(q.At, q.ID) })
	return rows, next, err
}

// SetupSteps counts what a new organisation sets up one after the other (AD-3), up to the first
// message that a customer really wrote.
func (db *DB) SetupSteps(ctx context.Context, org message.OrgID) ([]resource.SetupStep, error) {
	steps := []resource.SetupStep{{Key: "channel"}, {Key: "deployment"}, {Key: "agent"}, {Key: "queue"}, {Key: "test_message"}}
	var skipped []string
	dest := make([]any, len(steps), len(steps)+1)
	for i := range steps {
		dest[i] = &steps[i].Count
	}
	_, err := one(db.reader(ctx, org), append(dest, jsonColumn{&skipped}), `SELECT
 (SELECT count(*) FROM channel WHERE org_id = $1 AND active),
 (SELECT count(*) FROM deployment WHERE org_id = $1 AND published IS NOT NULL),
 (SELECT count(*) FROM staff_user u JOIN permission_set s ON s.org_id = u.org_id AND s.id = u.permission_set_id
  WHERE u.org_id = $1 AND u.active AND u.joined_at IS NOT NULL AND s.permissions LIKE '%"session.accept"%'),
 (SELECT count(*) FROM queue WHERE org_id = $1),
 (SELECT count(*) FROM (SELECT 1 FROM conversation WHERE org_id = $1 AND customer_seq > 0 LIMIT 1) c),
 (SELECT setup_skipped FROM org WHERE id = $1)`, org)
	for i := range steps {
		steps[i].Done = steps[i].Count > 0
		steps[i].Skipped = !steps[i].Done && slices.Contains(skipped, steps[i].Key)
	}
	return steps, err
}
