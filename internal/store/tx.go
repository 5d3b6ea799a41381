package store

import (
	"time"

	"switchboard/internal/message"
)

// Tx is one transaction of one organisation. Its methods stand in the files of their nouns and
// together satisfy the Tx interfaces that the use cases declare. Nothing in it commits.
type Tx struct {
	conn
	db      *DB
	org     message.OrgID
	signals []string
	trace   string   // of the request that writes; stands on its change rows
	result  [16]byte // what a keyed request made: see claim
	seen    map[seenChannel]sighting
}

// Org is the organisation whose rows this transaction touches.
func (tx *Tx) Org() message.OrgID { return tx.org }

// Signal names what to wake after the commit: see the bus package for the names.
func (tx *Tx) Signal(name string) {
	for _, s := range tx.signals {
		if s == name {
			return
		}
	}
	tx.signals = append(tx.signals, name)
}

// Now is this process's clock; leases use the database's instead.
func (tx *Tx) Now() time.Time { return tx.db.clock().UTC() }

func (tx *Tx) seal(person message.CustomerID, text string) []byte {
	if text == "" {
		return nil
	}
	return tx.db.sealer.Seal(tx.org, person, []byte(text))
}

// envelope scans a sealed column into clear text.
type envelope struct {
	tx *Tx
	to *string
}

func (e envelope) Scan(src any) error {
	b, _ := src.([]byte)
	if len(b) == 0 {
		*e.to = ""
		return nil
	}
	plain, err := e.tx.db.sealer.Open(e.tx.org, b)
	*e.to = string(plain)
	return err
}
