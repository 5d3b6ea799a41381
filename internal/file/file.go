package file

import (
	"bufio"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"
	"log/slog"
	"path"
	"strings"
	"sync"
	"time"
	"unicode"
	"unicode/utf8"

	"switchboard/internal/fault"
	"switchboard/internal/message"
)

const (
	// nameMax is the longest file name kept, in characters.
	nameMax = 200
	// UnboundFor is how long an upload may wait for the message that carries it.
	UnboundFor = 24 * time.Hour
	// sweepBatch is how many abandoned uploads one sweep removes.
	sweepBatch = 200
)

// Stored is a file as it is kept.
type Stored struct {
	message.File
	Org       message.OrgID
	Blob      string // key in the blob store
	SHA256    []byte
	By        By
	MadeFrom  message.FileID // the original, for a picture that was encoded anew
	CreatedAt time.Time
}

// By says whose file it is: a user's or a messaging user's upload. Conversation is set for files that
// belong to one from the start, such as those that a channel brings.
type By struct {
	User         message.UserID
	Customer     message.CustomerID
	Conversation message.ConversationID
}

// Tx is what this room needs of a transaction.
type Tx interface {
	InsertFile(f *Stored) error
	// FileNameMasked records that rules took something out of an upload's name.
	FileNameMasked(by []message.Masked) error
	// DeleteUnboundFile removes an upload that no conversation holds. It reports whether it did.
	DeleteUnboundFile(id message.FileID) (bool, error)
}

// Reader reads committed rows.
type Reader interface {
	// File by id; fault.NotFound when the organisation has none.
	File(ctx context.Context, org message.OrgID, id message.FileID) (Stored, error)
	// UnboundFiles are uploads of all organisations that no conversation holds, made before a time.
	UnboundFiles(ctx context.Context, before time.Time, limit int) ([]Stored, error)
}

// Blobs keeps the bytes. See blob.Store for the contract.
type Blobs interface {
	Put(ctx context.Context, key string, r io.Reader) error
	Open(ctx context.Context, key string) (io.ReadSeekCloser, error)
	Delete(ctx context.Context, key string) error
}

// Service keeps files.
type Service struct {
	Write func(ctx context.Context, org message.OrgID, fn func(Tx) error) error
	Rows  Reader
	Blobs Blobs
	Links Links
	// MaskName takes out of the name of an upload what rules for sensitive data find; nil leaves names as they are.
	// What is in files is not looked at.
	MaskName func(ctx context.Context, org message.OrgID, by By, name string) (string, []message.Masked, error)

	fitOnce sync.Once
	fitRoom chan struct{}
}

// Save streams a file into the store and remembers it. limit is in bytes. accept names the media types
// that may come ("image/*" for all images); none accepts every type. What the sender claims decides
// nothing but breaks ties between names of one format: the type is found by content.
//
// The bytes are durable before the row is: a crash in between leaves bytes that nobody knows, never a
// file without them.
func (s *Service) Save(ctx context.Context, org message.OrgID, name, claimedType string, body io.Reader, limit int64, by By, accept ...string) (message.File, error) {
	content := bufio.NewReaderSize(body, 4096)
	head, err := content.Peek(sniffBytes)
	if err != nil && !errors.Is(err, io.EOF) {
		return message.File{}, unreadable(err)
	}
	if len(head) == 0 {
		return message.File{}, fault.Invalid("file", "The file is empty.")
	}
	mediaType := typeOf(head, claimedType, name)
	if len(accept) > 0 && !accepted(accept, mediaType) {
		refusal := fault.Invalid("file", "Files of this type (%s) are not taken here.", mediaType)
		refusal.Delivery = fault.FileType
		return message.File{}, refusal
	}

	return s.save(ctx, org, name, mediaType, content, limit, by)
}

// SaveText keeps what somebody wrote as a text file. It is text whatever it looks like: one that begins
// as a page begins doesn't become a page.
func (s *Service) SaveText(ctx context.Context, org message.OrgID, name, text string, by By) (message.File, error) {
	return s.save(ctx, org, name, "text/plain", strings.NewReader(text), int64(len(text)), by)
}

func (s *Service) save(ctx context.Context, org message.OrgID, name, mediaType string, content io.Reader, limit int64, by By) (message.File, error) {
	name, masked, err := s.maskedName(ctx, org, by, name)
	if err != nil {
		return message.File{}, err
	}
	f := Stored{Org: org, By: by, CreatedAt: time.Now().UTC()}
	f.ID, f.Name, f.Type = message.NewID[message.FileID](), cleanName(name), mediaType
	f.Blob = blobKey(org, f.ID)
	bytes := &counted{r: content, sum: sha256.New(), limit: limit}
	if err := s.Blobs.Put(ctx, f.Blob, bytes); err != nil {
		if bytes.failed != nil {
			return message.File{}, bytes.failed
		}
		return message.File{}, fault.Wrap(err, fault.Unavailable, "The file can't be stored right now. Try again in a moment.")
	}
	f.Size, f.SHA256 = bytes.n, bytes.sum.Sum(nil)
	if strings.HasPrefix(mediaType, "image/") {
		f.Width, f.Height = s.dimensions(ctx, f.Blob)
	}
	err = s.Write(ctx, org, func(tx Tx) error {
		if err := tx.InsertFile(&f); err != nil {
			return err
		}
		return tx.FileNameMasked(masked)
	})
	if err != nil {
		s.drop(ctx, f.Blob)
		return message.File{}, err
	}
	return f.File, nil
}

func (s *Service) maskedName(ctx context.Context, org message.OrgID, by By, name string) (string, []message.Masked, error) {
	if s.MaskName == nil {
		return name, nil, nil
	}
	return s.MaskName(ctx, org, by, name)
}

// Get finds a file of an organisation.
func (s *Service) Get(ctx context.Context, org message.OrgID, id message.FileID) (Stored, error) {
	return s.Rows.File(ctx, org, id)
}

// Open reads a stored file's bytes. The caller closes.
func (s *Service) Open(ctx context.Context, f Stored) (io.ReadSeekCloser, error) {
	r, err := s.Blobs.Open(ctx, f.Blob)
	if err != nil {
		return nil, fault.Wrap(err, fault.Unavailable, "The file can't be read right now. Try again in a moment.")
	}
	return r, nil
}

// OpenByID is Open for who has only the id: connectors that upload what they send.
func (s *Service) OpenByID(ctx context.Context, org message.OrgID, id message.FileID) (io.ReadCloser, error) {
	f, err := s.Get(ctx, org, id)
	if err != nil {
		return nil, err
	}
	return s.Open(ctx, f)
}

// Sweep removes uploads that no message took within UnboundFor, and reports how many. It is called
// again while it returns more than none.
func (s *Service) Sweep(ctx context.Context, now time.Time) (removed int, err error) {
	abandoned, err := s.Rows.UnboundFiles(ctx, now.Add(-UnboundFor), sweepBatch)
	if err != nil {
		return 0, err
	}
	for _, f := range abandoned {
		var gone bool
		err := s.Write(ctx, f.Org, func(tx Tx) (err error) {
			gone, err = tx.DeleteUnboundFile(f.ID)
			return err
		})
		if err != nil {
			return removed, err
		}
		if gone { // else a message took it meanwhile
			s.drop(ctx, f.Blob)
			s.drop(ctx, smallKey(f.Blob))
			removed++
		}
	}
	return removed, nil
}

func (s *Service) drop(ctx context.Context, key string) {
	if err := s.Blobs.Delete(context.WithoutCancel(ctx), key); err != nil {
		slog.Warn("a file's bytes could not be removed", "blob", key, "err", err)
	}
}

// blobKey spreads files over folders by the end of their ids, which is random.
func blobKey(org message.OrgID, id message.FileID) string {
	text := id.String()
	return path.Join(org.String(), text[len(text)-2:], text)
}

// counted passes bytes on, counts and sums them, and refuses those over the limit.
type counted struct {
	r      io.Reader
	n      int64
	limit  int64
	sum    hash.Hash
	failed error
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	if c.n > c.limit {
		c.failed = tooLarge(c.limit)
		return 0, c.failed
	}
	if err != nil && !errors.Is(err, io.EOF) {
		c.failed = unreadable(err)
		return 0, c.failed
	}
	c.sum.Write(p[:n])
	return n, err
}

func tooLarge(limit int64) error {
	e := fault.New(fault.TooLarge, "The file is too big. The limit here is %s.", megabytes(limit))
	e.Delivery = fault.FileTooLarge
	return e
}

// unreadable keeps errors that say what they are (a refusal of the body's own limit).
func unreadable(err error) error {
	var f *fault.Error
	if errors.As(err, &f) {
		return err
	}
	return fault.Wrap(err, fault.Malformed, "The upload broke off before the end of the file.")
}

func megabytes(n int64) string { return fmt.Sprintf("%.4g MB", float64(n)/1e6) }

// cleanName is the last part of a path without control characters, cut from the front of its ending.
func cleanName(name string) string {
	name = name[strings.LastIndexAny(name, `/\`)+1:]
	name = strings.TrimSpace(strings.Map(func(r rune) rune {
		if r == utf8.RuneError || unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) {
			return -1
		}
		return r
	}, name))
	if name == "" || name == "." || name == ".." {
		return "file"
	}
	if n := utf8.RuneCountInString(name); n > nameMax {
		ending := []rune(path.Ext(name))
		if len(ending) > 20 {
			ending = nil
		}
		name = string([]rune(name)[:nameMax-len(ending)]) + string(ending)
	}
	return name
}
