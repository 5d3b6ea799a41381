package store_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"switchboard/internal/conversation"
	"switchboard/internal/message"
	"switchboard/internal/resource"
	"switchboard/internal/search"
	"switchboard/internal/store"
	"switchboard/internal/store/storetest"
)

// said is one line as the slow and plain search knows it.
type said struct {
	conversation message.ConversationID
	seq          int64
	kind         message.EntryKind
	author       message.AuthorType
	text         string
	file         bool
}

// says adds a line to a conversation.
func (d *desk) says(c *conversation.Conversation, kind message.EntryKind, author message.AuthorType, content message.Content) said {
	d.t.Helper()
	var line said
	d.write(func(tx *store.Tx) error {
		now, err := tx.Conversation(c.ID)
		if err != nil {
			return err
		}
		d.at = d.at.Add(time.Second)
		e := conversation.Entry{ID: message.NewID[message.EntryID](), Conversation: c.ID, Session: c.Session.ID, Customer: c.Customer, Kind: kind, Author: author,
			Content: content, Status: message.StatusDelivered, CreatedAt: d.at, Version: 1}
		if author != message.AuthorCustomer {
			e.AuthorID = d.ada
		}
		err = tx.AppendEntry(&now, &e)
		line = said{c.ID, e.Seq, kind, author, content.Plain(), content.File != nil}
		return err
	})
	return line
}

// found walks all pages of a search.
func (d *desk) found(u message.UserID, ask resource.SearchQuery) (lines []string) {
	d.t.Helper()
	seen := map[message.EntryID]bool{}
	for pages := 0; ; pages++ {
		page, err := d.views.Search(d.t.Context(), d.org, d.viewer(u), ask)
		if err != nil {
			d.t.Fatalf("%+v: %v", ask, err)
		}
		for _, c := range page.Items {
			for _, h := range c.Hits {
				if !seen[h.EntryID] {
					seen[h.EntryID] = true
					lines = append(lines, fmt.Sprintf("%s/%d", c.Conversation.ID, h.Seq))
				}
			}
		}
		if ask.Cursor = page.NextCursor; ask.Cursor == "" {
			slices.Sort(lines)
			return lines
		}
		if pages > 200 {
			d.t.Fatal("the search doesn't end")
		}
	}
}

// Whatever is in the tail, folded or indexed anew, a search finds what a slow and plain one finds, and
// nothing that its viewer may not read.
func TestSearchAgreesWithReadingEverything(t *testing.T) {
	words := []string{"parcel", "parcels", "Müller", "Mueller", "where", "WHERE", "is", "order 1234567890", "+49 30 1234 567", "請求書", "café", "ok", "invoice", "invoiced"}
	queries := []string{"parcel", "parc", "parcel ", "muller", "Müller", "where is", "is", "12345678", "030 1234567", "請求", "書", "cafe inv", "ok invoiced", "nothing"}
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		d := newDesk(t, db)
		random := rand.New(rand.NewPCG(7, 11))
		talks := []conversation.Conversation{
			d.writes(d.queued, conversation.Active, d.ada, d.sales), d.writes(d.queued, conversation.Active, d.bob, d.support),
			d.writes(d.everyone, conversation.Waiting, message.UserID{}, message.QueueID{}), d.writes(d.queued, conversation.Ended, d.bob, d.sales),
		}
		readable := map[message.ConversationID]bool{talks[0].ID: true, talks[2].ID: true, talks[3].ID: true} // by ada
		var all []said
		compare := func(step string) {
			t.Helper()
			for _, who := range []message.UserID{d.boss, d.ada} {
				for i, q := range queries {
					ask := resource.SearchQuery{Q: q, Limit: 1 + i%4}
					switch i % 5 {
					case 1:
						ask.Author = "customer"
					case 2:
						ask.Kind = "note"
					case 3:
						ask.Conversation = talks[0].ID.String()
					case 4:
						ask.Channel = "whatsapp"
					}
					var want []string
					for _, l := range all {
						if _, ok := search.Parse(q).Match(l.text); !ok || who == d.ada && !readable[l.conversation] ||
							ask.Author != "" && l.author != message.AuthorCustomer || ask.Kind != "" && l.kind != message.KindNote ||
							ask.Conversation != "" && l.conversation != talks[0].ID || ask.Channel != "" && l.conversation == talks[2].ID {
							continue
						}
						want = append(want, fmt.Sprintf("%s/%d", l.conversation, l.seq))
					}
					slices.Sort(want)
					if got := d.found(who, ask); !slices.Equal(got, want) {
						t.Fatalf("%s: %+v finds %v, want %v", step, ask, got, want)
					}
				}
			}
		}
		for round := range 6 {
			for range 10 {
				var text []string
				for range 1 + random.IntN(4) {
					text = append(text, words[random.IntN(len(words))])
				}
				content := message.Content{Text: strings.Join(text, " ")}
				kind, author := message.KindMessage, message.AuthorCustomer
				switch random.IntN(4) {
				case 0:
					kind, author = message.KindNote, message.AuthorAgent
				case 1:
					author = message.AuthorAgent
				case 2:
					content.File = &message.File{ID: message.NewID[message.FileID](), Name: "Invoice.pdf"}
				}
				all = append(all, d.says(&talks[random.IntN(len(talks))], kind, author, content))
			}
			compare(fmt.Sprintf("round %d, in the tail", round))
			size := 5 + random.IntN(9)
			if round%3 == 2 {
				d.write(func(tx *store.Tx) error { return store.IndexAnew(tx, size) })
				compare("indexed anew")
			} else {
				d.write(func(tx *store.Tx) error { return store.FoldSome(tx, size) })
				compare("folded")
			}
		}

		var files []string
		for _, l := range all {
			if l.file {
				files = append(files, fmt.Sprintf("%s/%d", l.conversation, l.seq))
			}
		}
		slices.Sort(files)
		if got := d.found(d.boss, resource.SearchQuery{Has: "file", Limit: 3}); !slices.Equal(got, files) {
			t.Errorf("files: %v, want %v", got, files)
		}
		people, err := d.views.Search(t.Context(), d.org, d.viewer(d.ada), resource.SearchQuery{Q: "custo"})
		if err != nil || len(people.People) != 3 {
			t.Errorf("Ada finds %d people, %v", len(people.People), err)
		}
		for _, ask := range []resource.SearchQuery{{}, {Q: "  "}, {Q: "a", Cursor: "x"}, {Q: "a", Author: "bot"}, {Q: "a", Kind: "event"}, {Q: "a", Has: "text"},
			{Q: "a", From: "yesterday"}, {Q: "a", To: "2026-13-01"}, {Q: "a", Queue: "x"}, {Q: "a", Agent: "x"}, {Q: "a", Conversation: "x"}} {
			if _, err := d.views.Search(t.Context(), d.org, d.viewer(d.boss), ask); err == nil {
				t.Errorf("%+v was taken", ask)
			}
		}

		// What is erased leaves no word behind.
		d.write(func(tx *store.Tx) error { return store.IndexAnew(tx, 7) })
		for i := range talks {
			d.write(func(tx *store.Tx) error {
				c, err := tx.Conversation(talks[i].ID)
				if err != nil {
					return err
				}
				return tx.EraseSession(&c, &c.Session)
			})
		}
		d.write(func(tx *store.Tx) error {
			n, err := store.IndexRows(tx)
			if people := 4; err == nil && n > people+people*6 {
				err = fmt.Errorf("%d rows are left", n)
			}
			return err
		})
		for _, q := range queries {
			if got := d.found(d.boss, resource.SearchQuery{Q: q}); len(got) > 0 {
				t.Errorf("%q finds %v, which is erased", q, got)
			}
		}
	})
}

// What is erased while a segment is made of it gets into none.
func TestErasedWhileItIsFolded(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		d := newDesk(t, db)
		kept := d.writes(d.queued, conversation.Active, d.ada, d.sales)
		erased := d.writes(d.queued, conversation.Active, d.ada, d.sales)
		d.write(func(tx *store.Tx) error { return store.IndexAnew(tx, 7) })
		for range 3 {
			d.says(&kept, message.KindMessage, message.AuthorCustomer, message.Content{Text: "parcel"})
			d.says(&erased, message.KindMessage, message.AuthorCustomer, message.Content{Text: "parcel"})
		}
		var fold func(*store.Tx) error
		d.write(func(tx *store.Tx) (err error) {
			fold, err = store.FoldLater(tx, 6)
			return err
		})
		d.write(func(tx *store.Tx) error {
			c, err := tx.Conversation(erased.ID)
			if err != nil {
				return err
			}
			return tx.EraseSession(&c, &c.Session)
		})
		if err := db.Write(t.Context(), d.org, fold); !errors.Is(err, store.ErrTailChanged) {
			t.Fatalf("folding what was erased meanwhile ends with %v", err)
		}
		d.write(func(tx *store.Tx) error { return store.FoldSome(tx, 3) })
		if got := d.found(d.boss, resource.SearchQuery{Q: "parcel"}); len(got) != 3 {
			t.Errorf("%v are found, and 3 are there", got)
		}
	})
}

// SEARCH_BENCH=1000000 measures searches over so many messages, and what writing the index costs.
func TestSearchAtScale(t *testing.T) {
	size, err := strconv.Atoi(os.Getenv("SEARCH_BENCH"))
	if err != nil {
		t.Skip("SEARCH_BENCH is not set")
	}
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		d := newDesk(t, db)
		random := rand.New(rand.NewPCG(1, 2))
		zipf := rand.NewZipf(random, 1.1, 3, 200000)
		word := func() string { return "w" + strconv.FormatUint(zipf.Uint64()*7919%1000003, 36) }
		var talks []conversation.Conversation
		for range 200 {
			talks = append(talks, d.writes(d.queued, conversation.Active, d.bob, d.support))
		}
		talks = append(talks, d.writes(d.queued, conversation.Active, d.ada, d.sales))
		began := time.Now()
		for done := 0; done < size; {
			d.write(func(tx *store.Tx) error {
				for range 1024 {
					c := &talks[random.IntN(len(talks))]
					d.at = d.at.Add(time.Millisecond)
					text := make([]string, 12)
					for i := range text {
						text[i] = word()
					}
					e := conversation.Entry{ID: message.NewID[message.EntryID](), Conversation: c.ID, Session: c.Session.ID, Customer: c.Customer, Kind: message.KindMessage,
						Author: message.AuthorCustomer, Content: message.Content{Text: strings.Join(text, " ")}, Status: message.StatusDelivered, CreatedAt: d.at, Version: 1}
					if err := tx.AppendEntry(c, &e); err != nil {
						return err
					}
				}
				return nil
			})
			if err := db.FoldSearch(t.Context()); err != nil {
				t.Fatal(err)
			}
			done += 1024
		}
		t.Logf("%d messages in %v", size, time.Since(began))
		for name, who := range map[string]message.UserID{"all": d.boss, "one queue": d.ada} {
			var times []time.Duration
			var worst string
			for range 150 {
				q := word()
				switch random.IntN(4) {
				case 0:
					q += " " + word()
				case 1:
					q = q[:min(len(q), 3)]
				case 2:
					q += " nothere"
				}
				began := time.Now()
				if _, err := d.views.Search(t.Context(), d.org, d.viewer(who), resource.SearchQuery{Q: q}); err != nil {
					t.Fatal(err)
				}
				took := time.Since(began)
				if len(times) == 0 || took > slices.Max(times) {
					worst = q
				}
				times = append(times, took)
			}
			slices.Sort(times)
			t.Logf("%s: p50 %v p95 %v max %v (%s)", name, times[75], times[142], times[149], worst)
		}
	})
}
