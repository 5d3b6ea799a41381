package message

import (
	"crypto/rand"
	"database/sql/driver"
	"encoding/hex"
	"fmt"
	"sync"
	"time"
)

// ID is a server-made identifier: a UUIDv7 whose type says what it names, so that a session's id
// can't be passed where a conversation's is meant. The zero ID means "none" and is stored as NULL.
type ID[K any] [16]byte

// The kinds of identifiers. They exist only as type parameters.
type (
	orgKind           struct{}
	loginKind         struct{}
	userKind          struct{}
	permissionSetKind struct{}
	apiKeyKind        struct{}
	channelKind       struct{}
	deploymentKind    struct{}
	customerKind      struct{}
	conversationKind  struct{}
	sessionKind       struct{}
	entryKind         struct{}
	offerKind         struct{}
	queueKind         struct{}
	routingConfigKind struct{}
	presenceKind      struct{}
	quickTextKind     struct{}
	sensitiveRuleKind struct{}
	fileKind          struct{}
	templateKind      struct{}
	keyKind           struct{}
	keysetKind        struct{}
	rowKind           struct{}
)

// Typed identifiers. CustomerID names a messaging user; RowID names rows that no other room refers
// to (jobs, outbox rows, quarantine).
type (
	OrgID           = ID[orgKind]
	LoginID         = ID[loginKind]
	UserID          = ID[userKind]
	PermissionSetID = ID[permissionSetKind]
	APIKeyID        = ID[apiKeyKind]
	ChannelID       = ID[channelKind]
	DeploymentID    = ID[deploymentKind]
	CustomerID      = ID[customerKind]
	ConversationID  = ID[conversationKind]
	SessionID       = ID[sessionKind]
	EntryID         = ID[entryKind]
	OfferID         = ID[offerKind]
	QueueID         = ID[queueKind]
	RoutingConfigID = ID[routingConfigKind]
	PresenceID      = ID[presenceKind] // a presence status, not a person's presence
	QuickTextID     = ID[quickTextKind]
	SensitiveRuleID = ID[sensitiveRuleKind]
	FileID          = ID[fileKind]
	TemplateID      = ID[templateKind]
	KeyID           = ID[keyKind] // a public key that identity tokens are signed with
	KeysetID        = ID[keysetKind]
	RowID           = ID[rowKind]
)

var lastV7 struct {
	sync.Mutex
	ms  int64
	seq uint16
}

// NewID makes a UUIDv7. Within one process ids ascend: 12 bits after the millisecond count up
// (RFC 9562, 6.2 method 1), so that rows made together stay together in an index.
func NewID[T ~[16]byte]() T {
	var id T
	if _, err := rand.Read(id[8:]); err != nil {
		panic(err) // crypto/rand never fails on the systems Go supports
	}
	lastV7.Lock()
	ms := time.Now().UnixMilli()
	if ms > lastV7.ms {
		lastV7.ms, lastV7.seq = ms, 0
	} else if lastV7.seq++; lastV7.seq > 0xfff {
		lastV7.ms, lastV7.seq = lastV7.ms+1, 0
	}
	ms, seq := lastV7.ms, lastV7.seq
	lastV7.Unlock()
	id[0], id[1], id[2] = byte(ms>>40), byte(ms>>32), byte(ms>>24)
	id[3], id[4], id[5] = byte(ms>>16), byte(ms>>8), byte(ms)
	id[6], id[7] = 0x70|byte(seq>>8), byte(seq)
	id[8] = 0x80 | id[8]&0x3f
	return id
}

// ParseID reads the 36-character form. It accepts upper case and nothing else beside it.
func ParseID[T ~[16]byte](s string) (T, error) {
	var id T
	if len(s) != 36 || s[8] != '-' || s[13] != '-' || s[18] != '-' || s[23] != '-' {
		return id, fmt.Errorf("not a UUID: %.40q", s)
	}
	var packed [32]byte
	copy(packed[:], s[0:8])
	copy(packed[8:], s[9:13])
	copy(packed[12:], s[14:18])
	copy(packed[16:], s[19:23])
	copy(packed[20:], s[24:])
	if _, err := hex.Decode(id[:], packed[:]); err != nil {
		return T{}, fmt.Errorf("not a UUID: %.40q", s)
	}
	return id, nil
}

// Raw is the 16 bytes.
func (id ID[K]) Raw() [16]byte { return id }

// IsZero reports whether the id is "none".
func (id ID[K]) IsZero() bool { return id == ID[K]{} }

// String is the lowercase 36-character form; empty for none.
func (id ID[K]) String() string {
	if id.IsZero() {
		return ""
	}
	b, _ := id.MarshalText()
	return string(b)
}

// MarshalText is the lowercase 36-character form; empty for none.
func (id ID[K]) MarshalText() ([]byte, error) {
	if id.IsZero() {
		return []byte{}, nil
	}
	b := make([]byte, 36)
	hex.Encode(b[0:8], id[0:4])
	b[8] = '-'
	hex.Encode(b[9:13], id[4:6])
	b[13] = '-'
	hex.Encode(b[14:18], id[6:8])
	b[18] = '-'
	hex.Encode(b[19:23], id[8:10])
	b[23] = '-'
	hex.Encode(b[24:], id[10:])
	return b, nil
}

// UnmarshalText reads the 36-character form; the empty string is none.
func (id *ID[K]) UnmarshalText(b []byte) error {
	if len(b) == 0 {
		*id = ID[K]{}
		return nil
	}
	v, err := ParseID[ID[K]](string(b))
	if err != nil {
		return err
	}
	*id = v
	return nil
}

// Value stores the id as its 16 bytes, none as NULL.
func (id ID[K]) Value() (driver.Value, error) {
	if id.IsZero() {
		return nil, nil
	}
	return id[:], nil
}

// Scan reads 16 bytes, the text form, or NULL.
func (id *ID[K]) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		*id = ID[K]{}
		return nil
	case []byte:
		if len(v) == 16 {
			copy(id[:], v)
			return nil
		}
		return id.UnmarshalText(v)
	case string:
		return id.UnmarshalText([]byte(v))
	case [16]byte:
		*id = v
		return nil
	}
	return fmt.Errorf("an id can't be read from %T", src)
}
