package store

import (
	"bytes"
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"switchboard/internal/conversation"
	"switchboard/internal/fault"
	"switchboard/internal/message"
)

// sighting is what was seen of a channel since it was last written down. Times are microseconds.
type sighting struct {
	received, sent, called, hook, limited, failed, refusedAt int64
	code, detail                                             string // of failed
	refused                                                  int64
}

func (s *sighting) add(o sighting) {
	s.received, s.sent, s.called = max(s.received, o.received), max(s.sent, o.sent), max(s.called, o.called)
	s.hook, s.limited, s.refusedAt = max(s.hook, o.hook), max(s.limited, o.limited), max(s.refusedAt, o.refusedAt)
	if o.failed >= s.failed && o.failed > 0 {
		s.failed, s.code, s.detail = o.failed, o.code, o.detail
	}
	s.refused += o.refused
}

type seenChannel struct {
	org     message.OrgID
	channel message.ChannelID
}

// sightings are of one node. There are at most as many as channels.
type sightings struct {
	mu   sync.Mutex
	seen map[seenChannel]sighting
}

func (s *sightings) add(of map[seenChannel]sighting) {
	if len(of) == 0 {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.seen == nil {
		s.seen = map[seenChannel]sighting{}
	}
	for k, one := range of {
		now := s.seen[k]
		now.add(one)
		s.seen[k] = now
	}
}

func (s *sightings) take() map[seenChannel]sighting {
	s.mu.Lock()
	defer s.mu.Unlock()
	seen := s.seen
	s.seen = nil
	return seen
}

// saw notes something of a channel for after the commit.
func (tx *Tx) saw(channel message.ChannelID, one sighting) {
	if tx.seen == nil {
		tx.seen = map[seenChannel]sighting{}
	}
	k := seenChannel{tx.org, channel}
	now := tx.seen[k]
	now.add(one)
	tx.seen[k] = now
}

// sawEntry notes a message. What goes out by a provider is noted when the provider takes it.
func (tx *Tx) sawEntry(c *conversation.Conversation, e *conversation.Entry) {
	switch now := e.CreatedAt.UnixMicro(); {
	case e.Kind != message.KindMessage:
	case e.Author == message.AuthorCustomer:
		tx.saw(c.Channel, sighting{received: now})
	case c.Provider == "":
		tx.saw(c.Channel, sighting{sent: now})
	}
}

// ChannelCalled notes how a call to a channel's provider ended: well (nil), or with a delivery error. An
// error about a recipient or a message says that the channel itself works. sent: it took a message.
func (tx *Tx) ChannelCalled(c message.ChannelID, d *fault.Delivery, sent bool) {
	now := tx.Now().UnixMicro()
	one := sighting{called: now}
	if sent {
		one.sent = now
	}
	if d != nil && d.Outcome != "" {
		switch {
		case d.Code.OfChannel():
			one = sighting{failed: now, code: string(d.Code), detail: d.Said()}
		case d.HoldChannel:
			one.limited = now
		}
	}
	tx.saw(c, one)
}

// HookTaken notes that a provider's call was kept.
func (db *DB) HookTaken(org message.OrgID, c message.ChannelID) {
	db.seen.add(map[seenChannel]sighting{{org, c}: {hook: time.Now().UnixMicro()}})
}

// HookRefused notes a call that the channel's provider did not sign. Anybody can make such calls, so each
// is only counted in memory here.
func (db *DB) HookRefused(org message.OrgID, c message.ChannelID) {
	db.seen.add(map[seenChannel]sighting{{org, c}: {refused: 1, refusedAt: time.Now().UnixMicro()}})
}

// NoteChannels writes down what this node saw of channels since the last time. What can't be written is
// kept for the next.
func (db *DB) NoteChannels(ctx context.Context) error {
	byOrg := map[message.OrgID]map[seenChannel]sighting{}
	for k, one := range db.seen.take() {
		if byOrg[k.org] == nil {
			byOrg[k.org] = map[seenChannel]sighting{}
		}
		byOrg[k.org][k] = one
	}
	var failed error
	for org, seen := range byOrg {
		// All nodes lock the rows in one order.
		order := slices.SortedFunc(maps.Keys(seen), func(a, b seenChannel) int { return bytes.Compare(a.channel[:], b.channel[:]) })
		err := db.Write(ctx, org, func(tx *Tx) error {
			for _, k := range order {
				if err := tx.noteChannel(k.channel, seen[k]); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			db.seen.add(seen)
			failed = err
		}
	}
	return failed
}

// noteChannel writes nothing about a channel that was removed meanwhile.
func (tx *Tx) noteChannel(c message.ChannelID, s sighting) error {
	if s.refused > 0 {
		hour := s.refusedAt - s.refusedAt%time.Hour.Microseconds()
		if err := tx.exec(`INSERT INTO channel_refused (org_id, channel_id, hour, calls, last_at)
 SELECT org_id, id, CAST($3 AS bigint), CAST($4 AS bigint), CAST($5 AS bigint) FROM channel WHERE org_id = $1 AND id = $2
 ON CONFLICT (org_id, channel_id, hour) DO UPDATE SET calls = channel_refused.calls + excluded.calls, last_at = excluded.last_at`,
			tx.org, c, hour, s.refused, s.refusedAt); err != nil {
			return err
		}
	}
	return tx.exec(`INSERT INTO channel_health (org_id, channel_id, received_at, sent_at, called_at, hook_at, limited_at, failed_at, failed_code, failed_detail)
 SELECT org_id, id, CAST($3 AS bigint), CAST($4 AS bigint), CAST($5 AS bigint), CAST($6 AS bigint), CAST($7 AS bigint), CAST($8 AS bigint), CAST($9 AS text), CAST($10 AS text)
 FROM channel WHERE org_id = $1 AND id = $2
 ON CONFLICT (org_id, channel_id) DO UPDATE SET
 received_at = CASE WHEN excluded.received_at > channel_health.received_at THEN excluded.received_at ELSE channel_health.received_at END,
 sent_at = CASE WHEN excluded.sent_at > channel_health.sent_at THEN excluded.sent_at ELSE channel_health.sent_at END,
 called_at = CASE WHEN excluded.called_at > channel_health.called_at THEN excluded.called_at ELSE channel_health.called_at END,
 hook_at = CASE WHEN excluded.hook_at > channel_health.hook_at THEN excluded.hook_at ELSE channel_health.hook_at END,
 limited_at = CASE WHEN excluded.limited_at > channel_health.limited_at THEN excluded.limited_at ELSE channel_health.limited_at END,
 failed_code = CASE WHEN excluded.failed_at > channel_health.failed_at THEN excluded.failed_code ELSE channel_health.failed_code END,
 failed_detail = CASE WHEN excluded.failed_at > channel_health.failed_at THEN excluded.failed_detail ELSE channel_health.failed_detail END,
 failed_at = CASE WHEN excluded.failed_at > channel_health.failed_at THEN excluded.failed_at ELSE channel_health.failed_at END`,
		tx.org, c, s.received, s.sent, s.called, s.hook, s.limited, s.failed, s.code, s.detail)
}
