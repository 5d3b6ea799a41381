package store

import (
	"bytes"
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"slices"
	"strings"
	"time"

	"switchboard/internal/conversation"
	"switchboard/internal/job"
	"switchboard/internal/message"
	"switchboard/internal/search"
)

// The index has two parts. What is new stands in the tail, one row a document, written in the document's
// own transaction. Every search.SegmentSize documents of the tail are folded into a segment: words that
// begin the same share a row, which says in an envelope which of the segment's documents have them. So a
// message costs one row, and a word's rows are at most as many as there are segments.

// JobSearchRebuild indexes what was written before there was this index.
const JobSearchRebuild = "search.rebuild"

// rebuildFor is how long a job indexes before it lets others run.
const rebuildFor = 15 * time.Second

// bucketBytes of a bucket's HMAC are enough to tell an organisation's buckets apart.
const bucketBytes = 12

// What a document is, without opening it.
const (
	docCustomer = 1 << iota // a customer wrote it
	docNote
	docFile
	docPerson // a messaging user's name and addresses
	docAgain  // it may be in a segment already, with fewer words
)

// subject is a conversation or a messaging user.
type subject = message.RowID

// document is one line of the index.
type document struct {
	id      message.RowID
	subject subject
	seq     int64
	at      int64 // microseconds
	flags   int
	words   string // the different spellings, by spaces
	sealed  []byte // the words as the tail has them
	// Where it stands when it is folded.
	folded  bool
	segment int64
	place   int
}

// indexEntry lets an entry be found by its words.
func (tx *Tx) indexEntry(e *conversation.Entry, flags int) error {
	if e.Kind != message.KindMessage && e.Kind != message.KindNote {
		return nil
	}
	if e.Author == message.AuthorCustomer {
		flags |= docCustomer
	}
	if e.Kind == message.KindNote {
		flags |= docNote
	}
	if e.Content.File != nil {
		flags |= docFile
	}
	return tx.tail(document{id: message.RowID(e.ID), subject: subject(e.Conversation), seq: e.Seq, at: e.CreatedAt.UnixMicro(), flags: flags,
		words: strings.Join(search.Distinct(e.Content.Plain()), " ")})
}

// indexCustomer lets a messaging user be found by their name and addresses.
func (tx *Tx) indexCustomer(id message.CustomerID) error {
	text, err := tx.personText(id)
	if err != nil || text == "" {
		return err
	}
	return tx.tail(document{id: message.RowID(id), subject: subject(id), at: tx.Now().UnixMicro(), flags: docPerson | docAgain,
		words: strings.Join(search.Distinct(text), " ")})
}

// personText is what a messaging user is found by.
func (tx *Tx) personText(id message.CustomerID) (string, error) {
	texts, err := tx.personTexts([]message.CustomerID{id})
	return texts[id], err
}

func (tx *Tx) personTexts(wanted []message.CustomerID) (map[message.CustomerID]string, error) {
	texts := map[message.CustomerID]string{}
	if len(wanted) == 0 {
		return texts, nil
	}
	add := func(r row) error {
		var id message.CustomerID
		var value string
		err := r.Scan(&id, opened{tx, &value})
		if value != "" {
			texts[id] = strings.TrimPrefix(texts[id]+"\n"+value, "\n")
		}
		return err
	}
	a := tx.ids(tx.org)
	if err := tx.query(add, "SELECT id, name_env FROM messaging_user WHERE org_id = $1 AND id "+in(&a, wanted), a.args...); err != nil {
		return nil, err
	}
	a = tx.ids(tx.org)
	return texts, tx.query(add, "SELECT user_id, address_env FROM messaging_user_address WHERE org_id = $1 AND kind IN ('phone', 'email') AND user_id "+
		in(&a, wanted)+" ORDER BY user_id, position", a.args...)
}

func (tx *Tx) tail(d document) error {
	return tx.exec(`INSERT INTO search_tail (org_id, id, subject_id, seq, at, flags, words_env) VALUES ($1, $2, $3, $4, $5, $6, $7)
 ON CONFLICT (org_id, id) DO UPDATE SET flags = excluded.flags, words_env = excluded.words_env`,
		tx.org, d.id, d.subject, d.seq, d.at, d.flags, tx.seal(message.CustomerID{}, d.words))
}

// bucket is the key of a bucket's rows. Persons have buckets of their own.
func (tx *Tx) bucket(name string, person bool) []byte {
	purpose := "search"
	if person {
		purpose = "search person"
	}
	return tx.db.sealer.Key(tx.org, purpose, name)[:bucketBytes]
}

const tailSelect = "SELECT id, subject_id, seq, at, flags, words_env FROM search_tail WHERE org_id = $1 "

func (tx *Tx) tailRow(r row, d *document) error {
	return r.Scan(&d.id, &d.subject, &d.seq, &d.at, &d.flags, opened{tx, &d.words})
}

// FoldSearch folds what stands in the tails, as far as it fills segments.
func (db *DB) FoldSearch(ctx context.Context) error {
	full, err := list(db.reader(ctx, message.OrgID{}), func(r row, id *message.OrgID) error { return r.Scan(id) },
		"SELECT org_id FROM search_tail GROUP BY org_id HAVING COUNT(*) >= $1", search.SegmentSize)
	if err != nil {
		return err
	}
	for _, org := range full {
		for more := true; more; {
			if more, err = db.foldOldest(ctx, org); err != nil {
				return err
			}
		}
	}
	return nil
}

// foldOldest makes one segment of an organisation's tail. What takes time is done before the transaction, which
// others wait for; what the tail holds otherwise by then is left to the next round.
func (db *DB) foldOldest(ctx context.Context, org message.OrgID) (more bool, err error) {
	read := db.reader(ctx, org)
	docs, err := read.oldestInTail(search.SegmentSize)
	if err != nil || len(docs) < search.SegmentSize {
		return false, err
	}
	made := read.compile(docs)
	err = db.Write(ctx, org, func(tx *Tx) error { return tx.fold(made) })
	if errors.Is(err, errTailChanged) {
		return false, nil
	}
	return err == nil, err
}

// holdIndex keeps documents where they are, in the tail or a segment, until the commit. It returns the
// next segment's number.
func (tx *Tx) holdIndex() (segment int64, err error) {
	if err := tx.exec(`INSERT INTO search_head (org_id, next_segment, old_segment, done, total) VALUES ($1, 0, -1, 0, 0) ON CONFLICT (org_id) DO NOTHING`, tx.org); err != nil {
		return 0, err
	}
	_, err = one(tx, []any{&segment}, "SELECT next_segment FROM search_head WHERE org_id = $1"+tx.db.dialect.forUpdate, tx.org)
	return segment, err
}

// oldestInTail reads the tail's oldest documents.
func (tx *Tx) oldestInTail(most int) ([]document, error) {
	return list(tx, func(r row, d *document) error {
		if err := r.Scan(&d.id, &d.subject, &d.seq, &d.at, &d.flags, &d.sealed); err != nil {
			return err
		}
		return opened{tx, &d.words}.Scan(d.sealed)
	}, tailSelect+"ORDER BY id LIMIT $2", tx.org, most)
}

// errTailChanged: documents were changed or erased while a segment was made of them.
var errTailChanged = errors.New("the tail has changed")

// fold moves documents of the tail into a segment of their own.
func (tx *Tx) fold(made compiled) error {
	segment, err := tx.holdIndex()
	if err != nil {
		return err
	}
	a, same := tx.ids(tx.org), 0
	wanted, read := make([]message.RowID, 0, len(made.docs)), make(map[message.RowID]document, len(made.docs))
	for _, d := range made.docs {
		wanted, read[d.id] = append(wanted, d.id), d
	}
	if err := tx.query(func(r row) error {
		var now document
		err := r.Scan(&now.id, &now.flags, &now.sealed)
		if d := read[now.id]; d.flags == now.flags && bytes.Equal(d.sealed, now.sealed) {
			same++
		}
		return err
	}, "DELETE FROM search_tail WHERE org_id = $1 AND id "+in(&a, wanted)+" RETURNING id, flags, words_env", a.args...); err != nil {
		return err
	}
	if same < len(made.docs) {
		return errTailChanged
	}
	for _, d := range made.docs {
		if d.flags&docAgain != 0 {
			if err := tx.unindexFolded(d.subject, d.seq, strings.Fields(d.words)); err != nil {
				return err
			}
		}
	}
	if err := tx.segment(segment, made); err != nil {
		return err
	}
	return tx.exec("UPDATE search_head SET next_segment = $2 WHERE org_id = $1", tx.org, segment+1)
}

// compiled is a segment that is not stored yet.
type compiled struct {
	docs   []document // the oldest first: the order of their places
	blocks []block    // in the order of their buckets
}

type block struct{ bucket, sealed []byte }

// compile makes a segment of documents. It reads nothing.
func (tx *Tx) compile(docs []document) compiled {
	slices.SortFunc(docs, func(a, b document) int { return cmp.Or(cmp.Compare(a.at, b.at), bytes.Compare(a.id[:], b.id[:])) })
	type bucket struct {
		name   string
		person bool
	}
	blocks := map[bucket]search.Block{}
	for i, d := range docs {
		for _, w := range strings.Fields(d.words) {
			in := bucket{search.Bucket(w), d.flags&docPerson != 0}
			if blocks[in] == nil {
				blocks[in] = search.Block{}
			}
			if blocks[in][w] == nil {
				blocks[in][w] = &search.Set{}
			}
			blocks[in][w].Add(i)
		}
	}
	made := compiled{docs: docs, blocks: make([]block, 0, len(blocks))}
	for in, words := range blocks {
		made.blocks = append(made.blocks, block{tx.bucket(in.name, in.person), tx.db.sealer.Seal(tx.org, message.CustomerID{}, words.Encode())})
	}
	slices.SortFunc(made.blocks, func(a, b block) int { return bytes.Compare(a.bucket, b.bucket) })
	return made
}

// segment stores a segment.
func (tx *Tx) segment(segment int64, made compiled) error {
	docs := made.docs
	rows := make([][]any, 0, max(len(docs), len(made.blocks)))
	for i, d := range docs {
		rows = append(rows, []any{segment, i, d.id, d.subject, d.seq, d.at, d.flags &^ docAgain})
	}
	if err := tx.insertMany("search_doc (org_id, segment, place, id, subject_id, seq, at, flags)", rows); err != nil {
		return err
	}
	rows = rows[:0]
	for _, b := range made.blocks {
		rows = append(rows, []any{b.bucket, segment, b.sealed})
	}
	if err := tx.insertMany("search_block (org_id, bucket, segment, words_env)", rows); err != nil {
		return err
	}
	return tx.exec("INSERT INTO search_segment (org_id, segment, from_at, to_at) VALUES ($1, $2, $3, $4)", tx.org, segment, docs[0].at, docs[len(docs)-1].at)
}

// insertMany inserts rows of the organisation, many with one statement.
func (tx *Tx) insertMany(into string, rows [][]any) error {
	const batch = 128
	for part := range slices.Chunk(rows, batch) {
		a := tx.ids(tx.org)
		values := make([]string, len(part))
		for i, row := range part {
			places := make([]string, len(row))
			for j, v := range row {
				places[j] = a.add(v)
			}
			values[i] = "($1, " + strings.Join(places, ", ") + ")"
		}
		if err := tx.exec("INSERT INTO "+into+" VALUES "+strings.Join(values, ", "), a.args...); err != nil {
			return err
		}
	}
	return nil
}

// unindex forgets an entry's words.
func (tx *Tx) unindex(s subject, seq int64, words []string) error {
	if err := tx.exec("DELETE FROM search_tail WHERE org_id = $1 AND id = (SELECT id FROM entry WHERE org_id = $1 AND conversation_id = $2 AND seq = $3)", tx.org, s, seq); err != nil {
		return err
	}
	return tx.unindexFolded(s, seq, words)
}

// unindexFolded takes a document out of its segment.
func (tx *Tx) unindexFolded(s subject, seq int64, words []string) error {
	type place struct {
		segment int64
		place   int
		flags   int
	}
	places, err := list(tx, func(r row, p *place) error { return r.Scan(&p.segment, &p.place, &p.flags) },
		"SELECT segment, place, flags FROM search_doc WHERE org_id = $1 AND subject_id = $2 AND seq = $3", tx.org, s, seq)
	if err != nil {
		return err
	}
	for _, p := range places {
		keys := map[string]bool{}
		for _, w := range words {
			keys[string(tx.bucket(search.Bucket(w), p.flags&docPerson != 0))] = true
		}
		for key := range keys {
			if err := tx.dropPlace([]byte(key), p.segment, p.place); err != nil {
				return err
			}
		}
		if err := tx.exec("DELETE FROM search_doc WHERE org_id = $1 AND segment = $2 AND place = $3", tx.org, p.segment, p.place); err != nil {
			return err
		}
	}
	return nil
}

func (tx *Tx) dropPlace(bucket []byte, segment int64, place int) error {
	const which = " WHERE org_id = $1 AND bucket = $2 AND segment = $3"
	var packed string
	found, err := one(tx, []any{envelope{tx, &packed}}, "SELECT words_env FROM search_block"+which+tx.db.dialect.forUpdate, tx.org, bucket, segment)
	if err != nil || !found {
		return err
	}
	block := search.Block{}
	if err := search.Walk([]byte(packed), func(string) bool { return true }, func(w string, at int) {
		if at != place {
			if block[w] == nil {
				block[w] = &search.Set{}
			}
			block[w].Add(at)
		}
	}); err != nil {
		return err
	}
	if len(block) == 0 {
		return tx.exec("DELETE FROM search_block"+which, tx.org, bucket, segment)
	}
	return tx.exec("UPDATE search_block SET words_env = $4"+which, tx.org, bucket, segment, tx.db.sealer.Seal(tx.org, message.CustomerID{}, block.Encode()))
}

// RebuildSearch indexes an organisation's earlier entries, the newest first, a segment in a transaction.
func (db *DB) RebuildSearch(ctx context.Context, j job.Job) error {
	began := time.Now()
	for {
		var more bool
		if err := db.Write(ctx, j.Org, func(tx *Tx) (err error) {
			if more, err = tx.rebuildStep(search.SegmentSize); err == nil && more && time.Since(began) > rebuildFor {
				err = tx.SetJob(JobSearchRebuild, j.Key, tx.Now(), "")
			}
			return err
		}); err != nil {
			return err
		}
		if !more || time.Since(began) > rebuildFor {
			return nil
		}
	}
}

// rebuildStep makes one segment of what is not indexed yet: entries, and then messaging users.
func (tx *Tx) rebuildStep(size int) (more bool, err error) {
	var segment int64
	var entry, user message.RowID
	found, err := one(tx, []any{&segment, &entry, &user}, "SELECT old_segment, entry_before, user_before FROM search_head WHERE org_id = $1"+tx.db.dialect.forUpdate, tx.org)
	if err != nil || !found || entry.IsZero() && user.IsZero() {
		return false, err
	}
	var docs []document
	var left any
	column := "entry_before"
	if !entry.IsZero() {
		docs, left, err = tx.earlierEntries(entry, size)
	} else {
		column = "user_before"
		docs, left, err = tx.earlierUsers(user, size)
	}
	if err != nil {
		return false, err
	}
	if len(docs) > 0 {
		if err := tx.segment(segment, tx.compile(docs)); err != nil {
			return false, err
		}
		segment--
	}
	return true, tx.exec("UPDATE search_head SET old_segment = $2, done = done + $3, "+column+" = $4 WHERE org_id = $1", tx.org, segment, len(docs), left)
}

func (tx *Tx) earlierEntries(before message.RowID, size int) (docs []document, left any, err error) {
	type line struct {
		document
		kind, author string
		content      string
	}
	lines, err := list(tx, func(r row, l *line) error {
		return r.Scan(&l.id, &l.subject, &l.seq, &l.at, &l.kind, &l.author, opened{tx, &l.content})
	}, `SELECT id, conversation_id, seq, created_at, kind, author_type, content_env FROM entry
 WHERE org_id = $1 AND id <= $2 AND kind IN ('message', 'note') AND erased_at IS NULL ORDER BY id DESC LIMIT $3`, tx.org, before, size)
	if err != nil {
		return nil, nil, err
	}
	for _, l := range lines {
		var said message.Content
		if err := readJSON(l.content, &said); err != nil {
			return nil, nil, err
		}
		d := l.document
		if l.author == string(message.AuthorCustomer) {
			d.flags |= docCustomer
		}
		if l.kind == string(message.KindNote) {
			d.flags |= docNote
		}
		if said.File != nil {
			d.flags |= docFile
		}
		d.words = strings.Join(search.Distinct(said.Plain()), " ")
		docs = append(docs, d)
	}
	if len(lines) == size {
		left = justBefore(lines[len(lines)-1].id)
	}
	return docs, left, nil
}

func (tx *Tx) earlierUsers(before message.RowID, size int) (docs []document, left any, err error) {
	type line struct {
		id message.CustomerID
		at int64
	}
	lines, err := list(tx, func(r row, l *line) error { return r.Scan(&l.id, &l.at) },
		"SELECT id, created_at FROM messaging_user WHERE org_id = $1 AND id <= $2 ORDER BY id DESC LIMIT $3", tx.org, before, size)
	if err != nil {
		return nil, nil, err
	}
	wanted := make([]message.CustomerID, len(lines))
	for i, l := range lines {
		wanted[i] = l.id
	}
	texts, err := tx.personTexts(wanted)
	if err != nil {
		return nil, nil, err
	}
	for _, l := range lines {
		docs = append(docs, document{id: message.RowID(l.id), subject: subject(l.id), at: l.at, flags: docPerson, words: strings.Join(search.Distinct(texts[l.id]), " ")})
	}
	if len(lines) == size {
		left = justBefore(message.RowID(lines[len(lines)-1].id))
	}
	return docs, left, nil
}

// justBefore is the id before an id, in their order.
func justBefore(id message.RowID) message.RowID {
	high, low := binary.BigEndian.Uint64(id[:8]), binary.BigEndian.Uint64(id[8:])
	if low--; low == ^uint64(0) {
		high--
	}
	binary.BigEndian.PutUint64(id[:8], high)
	binary.BigEndian.PutUint64(id[8:], low)
	return id
}
