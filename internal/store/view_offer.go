package store

import (
	"context"
	"strconv"
	"time"

	"switchboard/internal/conversation"
	"switchboard/internal/message"
	"switchboard/internal/resource"
)

// offerLook is how many entries back an offer looks for the customer's first message of the session.
const offerLook = 200

// Offers lists what is offered to a user now, the oldest offer first.
func (v *Views) Offers(ctx context.Context, org message.OrgID, user message.UserID) ([]resource.Offer, error) {
	items, err := v.offers(v.db.reader(ctx, org), "o.agent_id = $2 AND o.state = 'open'", org, user)
	return items, asFault(err)
}

// OffersByID loads offers that are still open.
func (v *Views) OffersByID(ctx context.Context, org message.OrgID, wanted []message.OfferID) (map[message.OfferID]resource.Offer, error) {
	out := map[message.OfferID]resource.Offer{}
	if len(wanted) == 0 {
		return out, nil
	}
	a := v.db.ids(org)
	items, err := v.offers(v.db.reader(ctx, org), "o.id "+in(&a, wanted)+" AND o.state = 'open'", a.args...)
	for _, o := range items {
		out[o.ID] = o
	}
	return out, asFault(err)
}

func (v *Views) offers(tx *Tx, where string, args ...any) ([]resource.Offer, error) {
	type loaded struct {
		offer        resource.Offer
		queue        message.QueueID
		name         string
		expires      time.Time
		waiting      time.Time
		pre, content string
		session      conversation.Session
		why          message.Reason
	}
	// The first message of the session: sessions follow each other, so it is near the end.
	const first = `(SELECT e.content_env FROM entry e WHERE e.org_id = s.org_id AND e.conversation_id = s.conversation_id AND e.seq > c.last_seq - `
	rows, err := list(tx, func(r row, l *loaded) error {
		o := &l.offer
		return r.Scan(&o.ID, &o.SessionID, &o.ConversationID, reasonColumn{&l.why}, &o.CreatedAt, &l.expires, &l.waiting,
			&o.Channel.ID, &o.Channel.Type, &o.Channel.Name, &o.Channel.Address, &o.Customer.ID, opened{tx, &o.Customer.Name}, &o.Customer.Picture,
			opened{tx, &o.Customer.Address}, &l.queue, &l.name, opened{tx, &l.pre}, transferColumn{tx, &l.session}, opened{tx, &l.content})
	}, `SELECT o.id, o.session_id, s.conversation_id, o.reason, o.created_at, o.expires_at, s.waiting_since,
 s.channel_id, s.channel_type, ch.name, ch.address, s.user_id, u.name_env, u.picture,
 (SELECT a.address_env FROM messaging_user_address a WHERE a.org_id = s.org_id AND a.user_id = s.user_id AND a.kind = 'phone' ORDER BY a.position LIMIT 1),
 s.queue_id, q.name, s.prechat_env, s.transfer_env, `+first+strconv.Itoa(offerLook)+` AND e.session_id = s.id AND e.author_type = 'customer' AND e.kind = 'message' ORDER BY e.seq LIMIT 1)
 FROM offer o JOIN session s ON s.org_id = o.org_id AND s.id = o.session_id
 JOIN conversation c ON c.org_id = s.org_id AND c.id = s.conversation_id
 LEFT JOIN channel ch ON ch.org_id = s.org_id AND ch.id = s.channel_id
 LEFT JOIN messaging_user u ON u.org_id = s.org_id AND u.id = s.user_id
 LEFT JOIN queue q ON q.org_id = s.org_id AND q.id = s.queue_id
 WHERE o.org_id = $1 AND `+where+" ORDER BY o.created_at, o.id", args...)
	if err != nil {
		return nil, err
	}
	items := make([]resource.Offer, len(rows))
	for i, l := range rows {
		var content message.Content
		if err := readJSON(l.content, &content); err != nil {
			return nil, err
		}
		if err := readJSON(l.pre, &l.offer.Prechat); err != nil {
			return nil, err
		}
		l.offer.Preview = content.Preview(previewMax)
		if l.offer.Transfer = transferResource(l.session.Transfer); l.offer.Transfer != nil {
			l.offer.Note = l.offer.Transfer.Note
		}
		l.offer.Reason, l.offer.Why = l.why.Text, l.why.Said()
		l.offer.Queue = queueRef(l.queue, l.name)
		l.offer.ExpiresAt = timeOrNil(l.expires)
		if l.offer.WaitingSince = l.waiting; l.waiting.IsZero() {
			l.offer.WaitingSince = l.offer.CreatedAt
		}
		items[i] = l.offer
	}
	return items, nil
}
