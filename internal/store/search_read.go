package store

import (
	"encoding/base64"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"switchboard/internal/message"
	"switchboard/internal/search"
)

// How far one request looks: documents that may be what is looked for, one batch after another, and no
// longer than people wait without noticing.
const (
	searchScan  = 3000
	searchTime  = 80 * time.Millisecond
	searchBatch = 400
	// windowMin and windowMax are how many segments are looked at together: few first, since most
	// people look for something new.
	windowMin, windowMax = 16, 512
)

// spot is where a search goes on: in the tail after an id, or in the segments before a place. What was
// seen in the tail may be seen again in a segment when it was folded since; clients know a hit by its id.
type spot struct {
	Tail    message.RowID `json:"t,omitzero"`
	Folded  bool          `json:"f,omitempty"` // the tail is done
	Segment int64         `json:"s,omitempty"`
	Place   int           `json:"p,omitempty"` // places below it are not looked at yet; -1 for all
}

func (s spot) String() string {
	b, _ := json.Marshal(s) // numbers and ids
	return base64.RawURLEncoding.EncodeToString(b)
}

func parseSpot(text string) (s spot, err error) {
	if text == "" {
		return s, nil
	}
	b, err := base64.RawURLEncoding.DecodeString(text)
	if err == nil {
		err = json.Unmarshal(b, &s)
	}
	if err != nil || s.Place < -1 || s.Place > search.SegmentSize {
		return s, badCursor()
	}
	return s, nil
}

// look is one walk through the index, the newest documents first.
type look struct {
	tx       *Tx
	words    search.Query
	person   bool
	from, to int64 // microseconds; 0 for no bound
	fits     func(flags int) bool
	spot     spot
	window   int
	// hits are places found and not handed out yet, the newest first.
	hits []spot
	done bool
}

// next are some more documents that may be what is looked for; none at the end.
func (l *look) next() (docs []document, err error) {
	for len(docs) == 0 && !l.done && err == nil {
		switch {
		case !l.spot.Folded:
			docs, err = l.fromTail()
		case len(l.hits) == 0:
			err = l.findHits()
		default:
			docs, err = l.load()
		}
	}
	return docs, err
}

func (l *look) takes(d *document) bool {
	return (d.flags&docPerson != 0) == l.person && (l.fits == nil || l.fits(d.flags)) && (l.from == 0 || d.at >= l.from) && (l.to == 0 || d.at <= l.to)
}

const tailBatch = 1024

func (l *look) fromTail() (docs []document, err error) {
	a := l.tx.ids(l.tx.org, tailBatch)
	where := ""
	if !l.spot.Tail.IsZero() {
		where = "AND id < " + a.add(l.spot.Tail) + " "
	}
	rows, err := list(l.tx, l.tx.tailRow, tailSelect+where+"ORDER BY id DESC LIMIT $2", a.args...)
	if err != nil {
		return nil, err
	}
	for i := range rows {
		if l.takes(&rows[i]) && l.mayMatch(rows[i].words) {
			docs = append(docs, rows[i])
		}
	}
	if len(rows) < tailBatch {
		l.spot.Folded, l.spot.Segment, l.spot.Place = true, 1<<62, -1
	} else {
		l.spot.Tail = rows[len(rows)-1].id
	}
	return docs, nil
}

// mayMatch reports whether a document's spellings have all terms.
func (l *look) mayMatch(spellings string) bool {
	return l.words.Answers(strings.Fields(spellings))
}

// findHits looks into the next window of segments.
func (l *look) findHits() error {
	l.window = min(max(windowMin, 4*l.window), windowMax)
	a := l.tx.ids(l.tx.org, l.spot.Segment, l.window)
	where := ""
	if l.from != 0 {
		where += " AND to_at >= " + a.add(l.from)
	}
	if l.to != 0 {
		where += " AND from_at <= " + a.add(l.to)
	}
	segments, err := list(l.tx, func(r row, n *int64) error { return r.Scan(n) },
		"SELECT segment FROM search_segment WHERE org_id = $1 AND segment <= $2"+where+" ORDER BY segment DESC LIMIT $3", a.args...)
	if err != nil {
		return err
	}
	if len(segments) == 0 {
		l.done = true
		return nil
	}
	sets, err := l.sets(segments)
	if err != nil {
		return err
	}
	for _, n := range segments {
		last := search.SegmentSize
		if n == l.spot.Segment && l.spot.Place >= 0 {
			last = l.spot.Place
		}
		set := sets[n]
		for place := last - 1; set != nil && place >= 0; place-- {
			if set.Has(place) {
				l.hits = append(l.hits, spot{Folded: true, Segment: n, Place: place})
			}
		}
	}
	l.spot.Segment, l.spot.Place = segments[len(segments)-1]-1, -1
	return nil
}

// sets are the documents of some segments that have all terms.
func (l *look) sets(segments []int64) (map[int64]*search.Set, error) {
	sets := map[int64]*search.Set{}
	if l.words.Empty() {
		for _, n := range segments {
			sets[n] = &search.Set{}
			for i := range sets[n] {
				sets[n][i] = ^uint64(0)
			}
		}
		return sets, nil
	}
	for i, term := range l.words.Terms {
		has := map[int64]*search.Set{}
		var buckets [][]byte
		for _, s := range term.Spellings {
			if b := l.tx.bucket(search.Bucket(s), l.person); !slices.ContainsFunc(buckets, func(o []byte) bool { return string(o) == string(b) }) {
				buckets = append(buckets, b)
			}
		}
		a := l.tx.ids(l.tx.org, segments[len(segments)-1], segments[0])
		err := l.tx.query(func(r row) error {
			var n int64
			var block string
			if err := r.Scan(&n, opened{l.tx, &block}); err != nil {
				return err
			}
			if i > 0 && sets[n] == nil {
				return nil
			}
			return search.Walk([]byte(block), term.Takes, func(_ string, place int) {
				if has[n] == nil {
					has[n] = &search.Set{}
				}
				has[n].Add(place)
			})
		}, "SELECT segment, words_env FROM search_block WHERE org_id = $1 AND segment BETWEEN $2 AND $3 AND bucket "+in(&a, buckets), a.args...)
		if err != nil {
			return nil, err
		}
		if i > 0 {
			for n := range has {
				has[n].Cross(sets[n])
			}
		}
		for n, set := range has {
			if set.Empty() {
				delete(has, n)
			}
		}
		if sets = has; len(sets) == 0 {
			return sets, nil
		}
	}
	return sets, nil
}

// load reads the documents of the next hits, which are all of one segment.
func (l *look) load() (docs []document, err error) {
	n := 1
	for n < len(l.hits) && n < searchBatch && l.hits[n].Segment == l.hits[0].Segment {
		n++
	}
	a := l.tx.ids(l.tx.org, l.hits[0].Segment)
	places := make([]int, n)
	for i, h := range l.hits[:n] {
		places[i] = h.Place
	}
	rows, err := list(l.tx, func(r row, d *document) error {
		d.segment = l.hits[0].Segment
		return r.Scan(&d.place, &d.id, &d.subject, &d.seq, &d.at, &d.flags)
	}, "SELECT place, id, subject_id, seq, at, flags FROM search_doc WHERE org_id = $1 AND segment = $2 AND place "+in(&a, places)+" ORDER BY place DESC", a.args...)
	if err != nil {
		return nil, err
	}
	for _, d := range rows {
		if l.takes(&d) {
			d.folded = true
			docs = append(docs, d)
		}
	}
	l.hits = l.hits[n:]
	return docs, nil
}

// after is where a search goes on after a document that next handed out.
func (l *look) after(d *document) spot {
	if d.folded {
		return spot{Folded: true, Segment: d.segment, Place: d.place}
	}
	return spot{Tail: d.id}
}

// here is where a search goes on after all that next handed out.
func (l *look) here() spot {
	if len(l.hits) > 0 {
		return spot{Folded: true, Segment: l.hits[0].Segment, Place: l.hits[0].Place + 1}
	}
	return l.spot
}
