package store

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"switchboard/internal/failpoint"
	"switchboard/internal/message"
)

// sequence moves an organisation's committed lines from change_pending into its feed. The head's row
// is locked before the first line is taken, so one sequencer works at a time and numbers become
// visible in their order. Lines of transactions that still run are simply not there yet and come with
// a later call. Under READ COMMITTED a sequencer that waited for the lock sees the head as its
// predecessor left it, and passes over the lines that this one took.
const sequence = `WITH head AS (
	SELECT org_id, seq FROM change_head WHERE org_id = $1 FOR UPDATE
), moved AS (
	DELETE FROM change_pending p USING head WHERE p.org_id = head.org_id RETURNING p.*
), numbered AS (
	INSERT INTO change (seq, ` + changeColumns + `)
	SELECT head.seq + ROW_NUMBER() OVER (ORDER BY m.id), m.org_id, m.at, m.type, m.conversation_id, m.session_id,
		m.entry_seq, m.agent_id, m.customer_id, m.ref_id, m.trace
	FROM moved m, head
), counted AS (
	UPDATE change_head c SET seq = c.seq + (SELECT COUNT(*) FROM moved)
	FROM head WHERE c.org_id = head.org_id AND EXISTS (SELECT 1 FROM moved)
)
SELECT (SELECT COUNT(*) FROM head), (SELECT COUNT(*) FROM moved)`

// Sequence numbers what was committed to an organisation's feed since the last call, in one round
// trip, and reports how many lines that were. Any node may call it at any time. SQLite numbers lines
// as they are written and has nothing to do here.
func (db *DB) Sequence(ctx context.Context, org message.OrgID) (moved int, err error) {
	if db.dialect.name != postgresDialect.name {
		return 0, nil
	}
	for range 2 {
		var heads int
		// A reader's statement is a transaction of its own.
		if _, err := one(db.reader(ctx, org), []any{&heads, &moved}, sequence, org); err != nil || heads == 1 {
			return moved, asFault(err)
		}
		if err := db.reader(ctx, org).exec(
			"INSERT INTO change_head (org_id, seq) VALUES ($1, 0) ON CONFLICT (org_id) DO NOTHING", org); err != nil {
			return 0, asFault(err)
		}
	}
	return 0, nil
}

const (
	// sequencerPoll finds lines whose node died between its commit and its numbering.
	sequencerPoll = time.Second
	// sequencerWorkers bounds how many organisations one node numbers at once.
	sequencerWorkers = 4
)

// Sequencer stands between commits and the bus: it holds the wake-ups of feeds back until their new
// lines are numbered, and lets all others pass. Each node numbers what it wrote; every second it also
// looks for what others left. On SQLite it passes everything on at once.
type Sequencer struct {
	db      *DB
	publish func(names []string)

	mu    sync.Mutex
	dirty map[message.OrgID]struct{}
	wake  chan struct{}

	cancel context.CancelFunc
	done   chan struct{}
}

// NewSequencer publishes to the bus. Give its Committed to DB.OnCommit.
func NewSequencer(db *DB, publish func(names []string)) *Sequencer {
	return &Sequencer{db: db, publish: publish, dirty: map[message.OrgID]struct{}{}, wake: make(chan struct{}, 1), done: make(chan struct{})}
}

// Committed takes the signals of one commit. It never blocks.
func (s *Sequencer) Committed(signals []string) {
	if s.db.dialect.name != postgresDialect.name {
		s.publish(signals)
		return
	}
	var others []string
	s.mu.Lock()
	for _, name := range signals {
		if org, ok := message.WokenFeed(name); ok {
			s.dirty[org] = struct{}{}
		} else {
			others = append(others, name)
		}
	}
	s.mu.Unlock()
	if len(others) < len(signals) {
		select {
		case s.wake <- struct{}{}:
		default:
		}
	}
	if len(others) > 0 {
		s.publish(others)
	}
}

// Start runs until Stop.
func (s *Sequencer) Start() {
	ctx, cancel := context.WithCancel(context.Background())
	s.cancel = cancel
	go s.run(ctx)
}

// Stop returns when the last numbering is over. Lines that come later wait for another node, or for
// the next start.
func (s *Sequencer) Stop() {
	s.cancel()
	<-s.done
}

func (s *Sequencer) run(ctx context.Context) {
	defer close(s.done)
	if s.db.dialect.name != postgresDialect.name {
		<-ctx.Done()
		return
	}
	poll := time.NewTicker(sequencerPoll)
	defer poll.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-s.wake:
		case <-poll.C:
			s.find(ctx)
		}
		s.number(ctx, s.take())
	}
}

func (s *Sequencer) take() []message.OrgID {
	s.mu.Lock()
	defer s.mu.Unlock()
	orgs := make([]message.OrgID, 0, len(s.dirty))
	for org := range s.dirty {
		orgs = append(orgs, org)
	}
	clear(s.dirty)
	return orgs
}

// find adds the organisations that have lines waiting, whoever wrote them.
func (s *Sequencer) find(ctx context.Context) {
	orgs, err := list(s.db.reader(ctx, message.OrgID{}), func(r row, org *message.OrgID) error { return r.Scan(org) },
		"SELECT DISTINCT org_id FROM change_pending")
	if err != nil && ctx.Err() == nil {
		slog.Warn("change feed: can't look for waiting lines", "err", err)
	}
	s.mu.Lock()
	for _, org := range orgs {
		s.dirty[org] = struct{}{}
	}
	s.mu.Unlock()
}

func (s *Sequencer) number(ctx context.Context, orgs []message.OrgID) {
	limit := make(chan struct{}, sequencerWorkers)
	var running sync.WaitGroup
	for _, org := range orgs {
		limit <- struct{}{}
		running.Go(func() {
			defer func() { <-limit }()
			failpoint.Hit("sequencer.before")
			moved, err := s.db.Sequence(ctx, org)
			if moved > 0 {
				failpoint.Hit("sequencer.moved")
			}
			if err != nil && ctx.Err() == nil {
				slog.Warn("change feed: lines stay unnumbered until the next try", "org", org, "err", err)
			}
			if moved > 0 {
				s.publish([]string{message.WakeFeed(org)})
			}
		})
	}
	running.Wait()
}
