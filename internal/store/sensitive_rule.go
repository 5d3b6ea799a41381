package store

import (
	"context"
	"slices"
	"strings"
	"time"

	"switchboard/internal/conversation"
	"switchboard/internal/message"
	"switchboard/internal/privacy"
	"switchboard/internal/resource"
)

const ruleColumns = "id, name, active, preset, pattern, action, replacement, authors, priority, version FROM sensitive_rule WHERE org_id = $1"

func scanRule(r row, to *privacy.Rule) error {
	return r.Scan(&to.ID, &to.Name, &to.Active, text(&to.Preset), &to.Pattern, text(&to.Action), &to.Replacement, jsonColumn{&to.Authors}, &to.Priority, &to.Version)
}

// SensitiveRules are all of an organisation's, in the order in which they are applied, locked.
func (tx *Tx) SensitiveRules() ([]privacy.Rule, error) {
	return list(tx, scanRule, "SELECT "+ruleColumns+" ORDER BY priority, id"+tx.db.dialect.forUpdate, tx.org)
}

// SensitiveRules are all of an organisation's, in the order in which they are applied.
func (db *DB) SensitiveRules(ctx context.Context, org message.OrgID) ([]privacy.Rule, error) {
	rules, err := list(db.reader(ctx, org), scanRule, "SELECT "+ruleColumns+" ORDER BY priority, id", org)
	return rules, asFault(err)
}

// InsertSensitiveRule adds one.
func (tx *Tx) InsertSensitiveRule(r privacy.Rule) error {
	tx.made(r.ID)
	tx.Signal(message.WakeRules(tx.org))
	return tx.exec(`INSERT INTO sensitive_rule (org_id, id, name, active, preset, pattern, action, replacement, authors, priority, version)
 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
		tx.org, r.ID, r.Name, r.Active, string(r.Preset), r.Pattern, string(r.Action), r.Replacement, asJSON(r.Authors), r.Priority, r.Version)
}

// SaveSensitiveRule writes everything about it, and raises its version.
func (tx *Tx) SaveSensitiveRule(r *privacy.Rule) error {
	r.Version++
	tx.Signal(message.WakeRules(tx.org))
	return tx.exec(`UPDATE sensitive_rule SET name = $3, active = $4, preset = $5, pattern = $6, action = $7, replacement = $8, authors = $9, priority = $10,
 version = $11 WHERE org_id = $1 AND id = $2`,
		tx.org, r.ID, r.Name, r.Active, string(r.Preset), r.Pattern, string(r.Action), r.Replacement, asJSON(r.Authors), r.Priority, r.Version)
}

// DeleteSensitiveRule removes one. What it took out stays on record for its time.
func (tx *Tx) DeleteSensitiveRule(id message.SensitiveRuleID) error {
	tx.Signal(message.WakeRules(tx.org))
	return tx.exec("DELETE FROM sensitive_rule WHERE org_id = $1 AND id = $2", tx.org, id)
}

// Masked records that rules took something out.
func (tx *Tx) Masked(where conversation.MaskedIn, by []message.Masked) error {
	for _, m := range by {
		if err := tx.exec(`INSERT INTO sensitive_block (org_id, rule_id, at, id, rule_name, author, place, unchecked, conversation_id, entry_seq)
 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
			tx.org, m.Rule, us(tx.Now()), message.NewID[message.RowID](), m.Name, string(m.By), string(where.Place), m.Unchecked, where.Conversation, where.EntrySeq); err != nil {
			return err
		}
	}
	return nil
}

// FileNameMasked records that rules took something out of an upload's name.
func (tx *Tx) FileNameMasked(by []message.Masked) error {
	return tx.Masked(conversation.MaskedIn{Place: conversation.PlaceFileName}, by)
}

const (
	// blockedWithin is how far back blocks are counted, and blockedMax how many are.
	blockedWithin = 7 * 24 * time.Hour
	blockedMax    = 1000
)

// SensitiveRulesSeen are the rules with what they did lately, in the order in which they are applied.
func (db *DB) SensitiveRulesSeen(ctx context.Context, org message.OrgID) ([]resource.SensitiveRule, error) {
	rules, err := db.SensitiveRules(ctx, org)
	if err != nil {
		return nil, err
	}
	tx := db.reader(ctx, org)
	out := make([]resource.SensitiveRule, len(rules))
	for i, r := range rules {
		seen := &out[i]
		*seen = resource.SensitiveRule{ID: r.ID, Name: r.Name, Active: r.Active, Preset: string(r.Preset), Pattern: r.Pattern, Action: string(r.Action),
			Replacement: r.Replacement, Authors: r.Authors, Priority: r.Priority, Version: r.Version}
		var last time.Time
		if _, err := one(tx, []any{&seen.Blocked, &seen.Unchecked, &last}, `SELECT COUNT(*), COUNT(CASE WHEN unchecked THEN 1 END), MAX(at) FROM
 (SELECT unchecked, at FROM sensitive_block WHERE org_id = $1 AND rule_id = $2 AND at > $3 ORDER BY at DESC LIMIT $4) b`,
			org, r.ID, us(db.clock().Add(-blockedWithin)), blockedMax); err != nil {
			return nil, asFault(err)
		}
		if !last.IsZero() {
			seen.LastAt = &last
		}
	}
	return out, nil
}

// SensitiveBlocks is a page of what rules took out, of one rule or of all, the newest first.
func (db *DB) SensitiveBlocks(ctx context.Context, org message.OrgID, rule message.SensitiveRuleID, page resource.Page) ([]resource.SensitiveBlock, string, error) {
	at, id, err := newestFirst(page)
	if err != nil {
		return nil, "", err
	}
	query, args := "", []any{org, at, id, page.Limit + 1}
	if !rule.IsZero() {
		query, args = " AND rule_id = $5", append(args, rule)
	}
	rows, err := list(db.reader(ctx, org), func(r row, b *resource.SensitiveBlock) error {
		return r.Scan(&b.ID, &b.At, &b.RuleID, &b.Rule, text(&b.Author), &b.Place, &b.Unchecked, &b.ConversationID, &b.EntrySeq)
	}, `SELECT id, at, rule_id, rule_name, author, place, unchecked, conversation_id, entry_seq FROM sensitive_block
 WHERE org_id = $1`+query+` AND (at < $2 OR at = $2 AND id < $3) ORDER BY at DESC, id DESC LIMIT $4`, args...)
	rows, next := paged(rows, page.Limit, func(b resource.SensitiveBlock) position { return logPosition(b.At, b.ID) })
	return rows, next, asFault(err)
}

// PastTexts gives the texts of an organisation's latest messages and notes by these authors to look, the newest
// first, until look returns false or so many entries were read.
func (db *DB) PastTexts(ctx context.Context, org message.OrgID, by []message.AuthorType, entries int, look func(privacy.PastText) bool) error {
	tx := db.reader(ctx, org)
	type loaded struct {
		privacy.PastText
		kind    message.EntryKind
		content string
	}
	rows, err := list(tx, func(r row, l *loaded) error {
		return r.Scan(&l.Conversation, &l.Seq, &l.At, text(&l.kind), text(&l.By), opened{tx, &l.content})
	}, `SELECT conversation_id, seq, created_at, kind, author_type, content_env FROM entry WHERE org_id = $1 ORDER BY id DESC LIMIT $2`, org, entries)
	if err != nil {
		return asFault(err)
	}
	for _, l := range rows {
		if l.kind == message.KindEvent || !slices.Contains(by, l.By) {
			continue
		}
		var content message.Content
		if err := readJSON(l.content, &content); err != nil {
			return err
		}
		if l.Text = strings.TrimSpace(content.Plain()); l.Text != "" && !look(l.PastText) {
			return nil
		}
	}
	return nil
}
