package store

import (
	"context"
	"time"

	"switchboard/internal/file"
	"switchboard/internal/message"
)

// InsertFile keeps a file whose bytes are stored already.
func (tx *Tx) InsertFile(f *file.Stored) error {
	return tx.exec(`INSERT INTO file (org_id, id, name_env, type, size, width, height, sha256, blob, user_id, customer_id, conversation_id, created_at, made_from)
 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`,
		tx.org, f.ID, tx.seal(f.By.Customer, f.Name), f.Type, f.Size, f.Width, f.Height, f.SHA256, f.Blob,
		f.By.User, f.By.Customer, f.By.Conversation, us(f.CreatedAt), f.MadeFrom)
}

// unheld leaves out what a draft holds.
const unheld = " AND NOT EXISTS (SELECT 1 FROM draft_file d WHERE d.org_id = file.org_id AND d.file_id = file.id)"

// DeleteUnboundFile removes an upload that no conversation holds.
func (tx *Tx) DeleteUnboundFile(id message.FileID) (bool, error) {
	n, err := tx.affected("DELETE FROM file WHERE org_id = $1 AND id = $2 AND conversation_id IS NULL"+unheld, tx.org, id)
	return n > 0, err
}

const fileSelect = `SELECT org_id, id, name_env, type, size, width, height, sha256, blob, user_id, customer_id, conversation_id, created_at FROM file `

func scanFile(tx *Tx) func(row, *file.Stored) error {
	return func(r row, f *file.Stored) error {
		return r.Scan(&f.Org, &f.ID, envelope{tx, &f.Name}, &f.Type, &f.Size, &f.Width, &f.Height, &f.SHA256, &f.Blob,
			&f.By.User, &f.By.Customer, &f.By.Conversation, &f.CreatedAt)
	}
}

// File by id.
func (db *DB) File(ctx context.Context, org message.OrgID, id message.FileID) (file.Stored, error) {
	tx := db.reader(ctx, org)
	found, err := list(tx, scanFile(tx), fileSelect+"WHERE org_id = $1 AND id = $2", org, id)
	if err := must(len(found) == 1, asFault(err), "file"); err != nil {
		return file.Stored{}, err
	}
	return found[0], nil
}

// UnboundFiles are uploads that no conversation holds, of all organisations, without their names.
func (db *DB) UnboundFiles(ctx context.Context, before time.Time, limit int) ([]file.Stored, error) {
	found, err := list(db.reader(ctx, message.OrgID{}), func(r row, f *file.Stored) error {
		return r.Scan(&f.Org, &f.ID, &f.Blob)
	}, "SELECT org_id, id, blob FROM file WHERE conversation_id IS NULL AND created_at < $1"+unheld+" ORDER BY created_at LIMIT $2", us(before), limit)
	return found, asFault(err)
}
