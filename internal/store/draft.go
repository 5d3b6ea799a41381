package store

import (
	"context"

	"switchboard/internal/conversation"
	"switchboard/internal/fault"
	"switchboard/internal/feed"
	"switchboard/internal/inbox"
	"switchboard/internal/message"
	"switchboard/internal/resource"
)

// draftContent is what a draft's envelope holds.
type draftContent struct {
	Text    string           `json:"text"`
	ReplyTo message.EntryID  `json:"reply_to,omitzero"`
	Files   []message.FileID `json:"files,omitempty"`
}

// draftPreviewMax is how much of a draft a list shows, in characters.
const draftPreviewMax = 120

// CustomerOf a conversation, which needn't be locked for it.
func (tx *Tx) CustomerOf(c message.ConversationID) (id message.CustomerID, err error) {
	found, err := one(tx, []any{&id}, "SELECT user_id FROM conversation WHERE org_id = $1 AND id = $2", tx.org, c)
	return id, must(found, err, "conversation")
}

// SaveDraft keeps a draft in place of an older one, with a version above it.
func (tx *Tx) SaveDraft(u *conversation.Unsent) error {
	if !u.ReplyTo.IsZero() {
		var there bool
		_, err := one(tx, []any{&there}, "SELECT EXISTS (SELECT 1 FROM entry WHERE org_id = $1 AND id = $2 AND conversation_id = $3)", tx.org, u.ReplyTo, u.Conversation)
		if err == nil && !there {
			err = fault.Invalid("reply_to", "There is no such entry in this conversation.")
		}
		if err != nil {
			return err
		}
	}
	content := tx.seal(u.Customer, asJSON(draftContent{u.Text, u.ReplyTo, u.Files}))
	_, err := one(tx, []any{&u.Version}, `INSERT INTO draft (org_id, user_id, conversation_id, mode, content_env, device, version) VALUES ($1, $2, $3, $4, $5, $6, $7)
 ON CONFLICT (org_id, user_id, conversation_id, mode) DO UPDATE SET content_env = excluded.content_env, device = excluded.device,
 version = CASE WHEN excluded.version > draft.version THEN excluded.version ELSE draft.version + 1 END RETURNING version`,
		tx.org, u.User, u.Conversation, string(u.Mode), content, u.Device, u.Version)
	if err != nil {
		return err
	}
	if err := tx.dropDraftFiles(u.User, u.Conversation, u.Mode); err != nil {
		return err
	}
	for _, f := range u.Files {
		n, err := tx.affected(`INSERT INTO draft_file (org_id, file_id, user_id, conversation_id, mode, at)
 SELECT org_id, id, $3, $4, $5, $6 FROM file WHERE org_id = $1 AND id = $2 AND user_id = $3 AND (conversation_id IS NULL OR conversation_id = $4)
 ON CONFLICT (org_id, file_id, user_id, conversation_id, mode) DO NOTHING`,
			tx.org, f, u.User, u.Conversation, string(u.Mode), u.Version)
		if err != nil {
			return err
		}
		if n == 0 {
			return fault.Invalid("file_ids", "There is no such file of yours, or it is named twice. Upload it again.")
		}
	}
	return tx.draftChanged(u.User, u.Conversation)
}

func (tx *Tx) dropDraftFiles(user message.UserID, c message.ConversationID, mode conversation.Mode) error {
	return tx.exec("DELETE FROM draft_file WHERE org_id = $1 AND user_id = $2 AND conversation_id = $3 AND mode = $4", tx.org, user, c, string(mode))
}

// DropDraft removes a draft unless it is newer than a version, and reports whether it did.
func (tx *Tx) DropDraft(user message.UserID, c message.ConversationID, mode conversation.Mode, upTo int64) (bool, error) {
	n, err := tx.affected("DELETE FROM draft WHERE org_id = $1 AND user_id = $2 AND conversation_id = $3 AND mode = $4 AND version <= $5", tx.org, user, c, string(mode), upTo)
	if err != nil || n == 0 {
		return false, err
	}
	if err := tx.dropDraftFiles(user, c, mode); err != nil {
		return false, err
	}
	return true, tx.draftChanged(user, c)
}

func (tx *Tx) draftChanged(user message.UserID, c message.ConversationID) error {
	return tx.Change(Change{Type: feed.DraftUpdated, Conversation: c, Agent: user})
}

const draftSelect = "SELECT user_id, conversation_id, mode, content_env, device, version FROM draft "

func (tx *Tx) drafts(where string, args ...any) ([]conversation.Unsent, error) {
	return list(tx, func(r row, u *conversation.Unsent) error {
		var sealed string
		if err := r.Scan(&u.User, &u.Conversation, text(&u.Mode), opened{tx, &sealed}, &u.Device, &u.Version); err != nil {
			return err
		}
		var content draftContent
		err := readJSON(sealed, &content)
		u.Text, u.ReplyTo, u.Files = content.Text, content.ReplyTo, content.Files
		return err
	}, draftSelect+where, args...)
}

// rowDrafts fills what the readers have begun in the conversations.
func (tx *Tx) rowDrafts(rows map[message.ConversationID]*inbox.Row, readers []message.UserID) error {
	if len(rows) == 0 || len(readers) == 0 {
		return nil
	}
	a := tx.ids(tx.org)
	found, err := tx.drafts("WHERE org_id = $1 AND user_id "+in(&a, readers)+" AND conversation_id "+in(&a, keys(rows))+" ORDER BY mode DESC", a.args...)
	for _, u := range found {
		r := rows[u.Conversation]
		if r.Drafts == nil {
			r.Drafts = map[message.UserID]resource.DraftLine{}
		}
		if _, taken := r.Drafts[u.User]; !taken { // a reply comes before a note
			r.Drafts[u.User] = resource.DraftLine{Mode: string(u.Mode), Preview: message.Content{Text: u.Text}.Preview(draftPreviewMax), Files: len(u.Files), Version: u.Version}
		}
	}
	return err
}

// Drafts are what a user has begun in conversations, without asking for rights.
func (v *Views) Drafts(ctx context.Context, org message.OrgID, wanted map[message.UserID][]message.ConversationID) ([]resource.Draft, error) {
	var users []message.UserID
	var conversations []message.ConversationID
	for user, theirs := range wanted {
		for _, c := range theirs {
			users, conversations = append(users, user), append(conversations, c)
		}
	}
	if len(users) == 0 {
		return nil, nil
	}
	tx := v.db.reader(ctx, org)
	a := tx.ids(org)
	found, err := tx.drafts("WHERE org_id = $1 AND (user_id, conversation_id) "+inPairs(&a, users, conversations)+" ORDER BY mode DESC", a.args...)
	if err != nil {
		return nil, asFault(err)
	}
	out := make([]resource.Draft, len(found))
	for i, u := range found {
		out[i] = resource.Draft{ConversationID: u.Conversation, User: u.User, Mode: string(u.Mode), Text: u.Text, Device: u.Device, Version: u.Version, Files: []resource.Upload{}}
		if !u.ReplyTo.IsZero() {
			out[i].ReplyTo = &u.ReplyTo
		}
		if out[i].Files, err = v.draftFiles(tx, u.Files); err != nil {
			return nil, asFault(err)
		}
	}
	return out, nil
}

func (v *Views) draftFiles(tx *Tx, wanted []message.FileID) ([]resource.Upload, error) {
	out := make([]resource.Upload, 0, len(wanted))
	if len(wanted) == 0 {
		return out, nil
	}
	a := tx.ids(tx.org)
	found, err := list(tx, func(r row, f *message.File) error {
		return r.Scan(&f.ID, opened{tx, &f.Name}, &f.Type, &f.Size)
	}, "SELECT id, name_env, type, size FROM file WHERE org_id = $1 AND id "+in(&a, wanted), a.args...)
	for _, id := range wanted {
		for _, f := range found {
			if f.ID == id {
				v.sign(tx.org, &f)
				out = append(out, resource.Upload{ID: f.ID, Name: f.Name, Type: f.Type, Size: f.Size, URL: f.URL})
			}
		}
	}
	return out, err
}
