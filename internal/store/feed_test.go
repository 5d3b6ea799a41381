package store_test

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"pgregory.net/rapid"

	"switchboard/internal/fault"
	"switchboard/internal/feed"
	"switchboard/internal/message"
	"switchboard/internal/store"
	"switchboard/internal/store/storetest"
)

// Many writers append to few conversations while two sequencers race and a reader tails: every line
// comes once, numbers have no gaps, and each conversation's lines stand in the order of its entries.
func TestFeedKeepsOrderUnderConcurrentWriters(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		const writers, writes, conversations = 8, 40, 3
		ctx := t.Context()
		org := message.NewID[message.OrgID]()
		ids := make([]message.ConversationID, conversations)
		for i := range ids {
			ids[i] = message.NewID[message.ConversationID]()
			insertConversation(t, db, org, ids[i])
		}

		var writing, sequencing sync.WaitGroup
		var written atomic.Bool
		for w := range writers {
			writing.Go(func() {
				for n := range writes {
					c := ids[(w+n)%conversations]
					err := db.Write(ctx, org, func(tx *store.Tx) error {
						seq, err := store.ReadInt(tx, "SELECT last_seq FROM conversation WHERE org_id = $1 AND id = $2", org, c)
						if err != nil {
							return err
						}
						if err := tx.Change(feed.Change{Type: feed.EntryCreated, Conversation: c, EntrySeq: seq + 1}); err != nil {
							return err
						}
						return store.Exec(tx, "UPDATE conversation SET last_seq = $3 WHERE org_id = $1 AND id = $2", org, c, seq+1)
					})
					if err != nil {
						t.Error(err)
					}
				}
			})
		}
		for range 2 {
			sequencing.Go(func() {
				for last := false; !last; {
					last = written.Load()
					if _, err := db.Sequence(ctx, org); err != nil {
						t.Error(err)
						return
					}
				}
			})
		}
		read := make(chan []feed.Change)
		go func() {
			var seen []feed.Change
			defer func() { read <- seen }()
			for len(seen) < writers*writes && ctx.Err() == nil {
				next, err := db.Changes(ctx, org, int64(len(seen)), 7)
				if err != nil {
					t.Error(err)
					return
				}
				seen = append(seen, next...)
				if len(next) == 0 && written.Load() {
					if _, err := db.Sequence(ctx, org); err != nil {
						t.Error(err)
						return
					}
				}
			}
		}()
		writing.Wait()
		written.Store(true)
		sequencing.Wait()

		entry := map[message.ConversationID]int64{}
		for i, c := range <-read {
			if c.Seq != int64(i+1) {
				t.Fatalf("line %d has number %d", i+1, c.Seq)
			}
			if c.EntrySeq != entry[c.Conversation]+1 {
				t.Fatalf("entry %d of a conversation after entry %d", c.EntrySeq, entry[c.Conversation])
			}
			entry[c.Conversation] = c.EntrySeq
		}
		if n := entry[ids[0]] + entry[ids[1]] + entry[ids[2]]; n != writers*writes {
			t.Fatalf("%d lines, want %d", n, writers*writes)
		}
	})
}

// Several nodes number the same lines at once: the lock of the head keeps them apart.
func TestSequencersDontCollide(t *testing.T) {
	db := storetest.Open(t, storetest.Postgres(t))
	const writers, writes, sequencers = 6, 150, 4
	ctx := t.Context()
	org := message.NewID[message.OrgID]()
	var writing, sequencing sync.WaitGroup
	var written atomic.Bool
	var moved atomic.Int64
	for range writers {
		writing.Go(func() {
			for range writes {
				if err := db.Write(ctx, org, func(tx *store.Tx) error { return tx.Change(feed.Change{Type: feed.QueueUpdated}) }); err != nil {
					t.Error(err)
				}
			}
		})
	}
	for range sequencers {
		sequencing.Go(func() {
			for last := false; !last; {
				last = written.Load()
				n, err := db.Sequence(ctx, org)
				if err != nil {
					t.Error(err)
					return
				}
				moved.Add(int64(n))
			}
		})
	}
	writing.Wait()
	written.Store(true)
	sequencing.Wait()
	lines, err := db.Changes(ctx, org, 0, 2*writers*writes)
	if err != nil || len(lines) != writers*writes || moved.Load() != writers*writes || lines[len(lines)-1].Seq != writers*writes {
		t.Fatalf("%d lines, %d moved, want %d, %v", len(lines), moved.Load(), writers*writes, err)
	}
}

// The feed agrees with a list in memory, whatever the mix of writes, failed writes, reads and purges.
func TestFeedAgreesWithItsModel(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		rapid.Check(t, func(t *rapid.T) {
			orgs := []message.OrgID{message.NewID[message.OrgID](), message.NewID[message.OrgID]()}
			model := map[message.OrgID][]feed.Change{}
			purged := map[message.OrgID]int64{}
			at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
			check := func(err error) {
				if err != nil {
					t.Fatal(err)
				}
			}
			for range rapid.IntRange(1, 12).Draw(t, "steps") {
				org := rapid.SampledFrom(orgs).Draw(t, "org")
				switch rapid.IntRange(0, 3).Draw(t, "step") {
				case 0, 1:
					fails := rapid.IntRange(0, 4).Draw(t, "fails") == 0
					var lines []feed.Change
					for range rapid.IntRange(1, 4).Draw(t, "lines") {
						// Clocks of several nodes don't agree: times go back and forth.
						at = at.Add(time.Duration(rapid.IntRange(-2, 5).Draw(t, "minutes")) * time.Minute)
						lines = append(lines, feed.Change{Type: feed.OfferCreated, Agent: message.NewID[message.UserID](), Ref: message.NewID[message.RowID](), At: at})
					}
					err := db.Write(ctx, org, func(tx *store.Tx) error {
						for _, c := range lines {
							if err := tx.Change(c); err != nil {
								return err
							}
						}
						if fails {
							return fault.New(fault.Conflict, "Undone.")
						}
						return nil
					})
					if !fails {
						check(err)
						for _, c := range lines {
							c.Seq = int64(len(model[org]) + 1)
							model[org] = append(model[org], c)
						}
					}
				case 2:
					before := at.Add(time.Duration(rapid.IntRange(-20, 3).Draw(t, "before")) * time.Minute)
					for _, o := range orgs {
						_, err := db.Sequence(ctx, o)
						check(err)
					}
					_, err := db.PurgeChanges(ctx, before)
					check(err)
					for o, lines := range model {
						for purged[o] < int64(len(lines))-1 && lines[purged[o]].At.Before(before) {
							purged[o]++
						}
					}
				case 3:
					_, err := db.Sequence(ctx, org)
					check(err)
					after := rapid.Int64Range(purged[org], max(purged[org], int64(len(model[org])))).Draw(t, "after")
					limit := rapid.IntRange(1, 5).Draw(t, "limit")
					got, err := db.Changes(ctx, org, after, limit)
					check(err)
					want := model[org][after:min(after+int64(limit), int64(len(model[org])))]
					if !slices.Equal(got, want) {
						t.Fatalf("after %d:\n got %v\nwant %v", after, got, want)
					}
					head, oldest, err := db.Head(ctx, org)
					check(err)
					if head.Seq != int64(len(model[org])) || oldest != purged[org] {
						t.Fatalf("head %d after %d, want %d after %d", head.Seq, oldest, len(model[org]), purged[org])
					}
				}
			}
		})
	})
}

// A commit wakes the feed's readers only when its lines can be read; lines of a node that died are
// found by another.
func TestSequencerPublishesWhatCanBeRead(t *testing.T) {
	storetest.EachURL(t, func(t *testing.T, url string) {
		db := storetest.Open(t, url)
		published := make(chan []string, 16)
		s := store.NewSequencer(db, func(names []string) { published <- names })
		db.OnCommit(s.Committed)
		s.Start()
		defer s.Stop()
		org := message.NewID[message.OrgID]()
		await := func(seq int64) {
			t.Helper()
			select {
			case names := <-published:
				if !slices.Equal(names, []string{message.WakeFeed(org)}) {
					t.Fatalf("published %v", names)
				}
			case <-time.After(10 * time.Second):
				t.Fatal("nothing was published")
			}
			if head, _, err := db.Head(t.Context(), org); err != nil || head.Seq != seq {
				t.Fatalf("head is %d, want %d (%v)", head.Seq, seq, err)
			}
		}
		write := func(db *store.DB) {
			if err := db.Write(t.Context(), org, func(tx *store.Tx) error {
				return tx.Change(feed.Change{Type: feed.QueueUpdated})
			}); err != nil {
				t.Fatal(err)
			}
		}
		write(db)
		await(1)
		if url[:7] == "sqlite:" {
			return // one process has a SQLite database
		}
		write(storetest.Open(t, url)) // a node that never numbers
		await(2)
	})
}

// The epoch is one for all nodes and restarts.
func TestEpochStays(t *testing.T) {
	storetest.EachURL(t, func(t *testing.T, url string) {
		org := message.NewID[message.OrgID]()
		var heads [4]feed.Cursor
		var reading sync.WaitGroup
		db := storetest.Open(t, url)
		for i := range heads {
			reading.Go(func() { heads[i], _, _ = db.Head(context.Background(), org) })
		}
		reading.Wait()
		again, _, err := storetest.Open(t, url).Head(t.Context(), org)
		if err != nil || again.Epoch == 0 {
			t.Fatalf("epoch %d, %v", again.Epoch, err)
		}
		for _, h := range heads {
			if h != again {
				t.Fatalf("head %v, later %v", h, again)
			}
		}
	})
}

func insertConversation(t *testing.T, db *store.DB, org message.OrgID, id message.ConversationID) {
	t.Helper()
	if err := db.Write(t.Context(), org, func(tx *store.Tx) error {
		return store.Exec(tx, `INSERT INTO conversation (org_id, id, channel_id, user_id, thread_key, last_seq, customer_seq, last_activity_at, created_at, version)
			VALUES ($1, $2, $3, $4, '', 0, 0, 0, 0, 1)`, org, id, message.NewID[message.ChannelID](), message.NewID[message.CustomerID]())
	}); err != nil {
		t.Fatal(err)
	}
}
