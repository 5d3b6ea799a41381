package inbound_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"switchboard/internal/blob"
	"switchboard/internal/channel"
	"switchboard/internal/conversation"
	"switchboard/internal/fault"
	"switchboard/internal/file"
	"switchboard/internal/inbound"
	"switchboard/internal/message"
	"switchboard/internal/org"
	"switchboard/internal/resource"
	"switchboard/internal/routing"
	"switchboard/internal/store"
	"switchboard/internal/store/storetest"
)

// house is one organisation with one WhatsApp channel on a real database.
type house struct {
	t       testing.TB
	db      *store.DB
	url     string
	account channel.Account
	service *inbound.Service
}

func newHouse(t testing.TB, url string) *house {
	h := &house{t: t, db: storetest.Open(t, url), url: url}
	h.account = channel.Account{Org: message.NewID[message.OrgID](), ID: message.NewID[message.ChannelID](), Type: channel.WhatsApp, Provider: channel.ProviderMeta}
	err := h.db.Write(t.Context(), h.account.Org, func(tx *store.Tx) error {
		_, err := org.Create(tx, "Acme")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	storetest.Exec(t, url, `INSERT INTO channel (org_id, id, type, provider, name, api_name, address, active, sandbox, settings, required_consent, routing, created_at, version)
 VALUES ($1, $2, 'whatsapp', 'meta', 'WhatsApp', 'wa', '+15550001111', TRUE, FALSE, '{}', 'implicitly_opted_in', '{"mode":"everyone"}', 0, 1)`, h.account.Org, h.account.ID)
	h.service = inbound.New(store.Writer[inbound.Tx](h.db), func(message.OrgID, message.ConversationID, resource.Author, bool) {}, slog.New(slog.DiscardHandler))
	return h
}

// call is a provider's call that says these events.
type call struct{ events []channel.Event }

func (c call) Verify(channel.Account, channel.WebhookRequest) error { return nil }
func (c call) Parse(channel.Account, channel.WebhookRequest) ([]channel.Event, error) {
	return c.events, nil
}

func (h *house) receive(events ...channel.Event) error {
	_, err := h.service.Receive(context.Background(), h.account, call{events}, channel.WebhookRequest{Header: http.Header{}})
	return err
}

func text(from, id, body string) channel.Event {
	return channel.Event{Kind: channel.EventMessage, ProviderID: id, From: []message.Address{{Kind: message.AddressPhone, Value: from}},
		Profile: message.Profile{Name: "Ada"}, Content: message.Content{Text: body}}
}

// conversationOf reads a customer's conversation and all of its entries.
func (h *house) conversationOf(from string) (c conversation.Conversation, entries []conversation.Entry) {
	h.t.Helper()
	err := h.db.Write(h.t.Context(), h.account.Org, func(tx *store.Tx) error {
		entries = nil
		customer, found, err := tx.CustomerByAddress(h.account.ID, message.Address{Kind: message.AddressPhone, Value: from})
		if err != nil || !found {
			return errors.Join(err, fmt.Errorf("customer %s found: %v", from, found))
		}
		if c, _, err = tx.ConversationByThread(h.account.ID, customer, ""); err != nil {
			return err
		}
		for seq := range c.LastSeq {
			e, err := tx.EntryBySeq(c.ID, seq+1)
			if err != nil {
				return fmt.Errorf("entry %d of %d: %w", seq+1, c.LastSeq, err)
			}
			entries = append(entries, e)
		}
		return nil
	})
	if err != nil {
		h.t.Fatal(err)
	}
	return c, entries
}

func TestFirstMessageOpensAWaitingSession(t *testing.T) {
	storetest.EachURL(t, func(t *testing.T, url string) {
		h := newHouse(t, url)
		if err := h.receive(text("+15550002222", "wamid.1", "Hello")); err != nil {
			t.Fatal(err)
		}
		c, entries := h.conversationOf("+15550002222")
		if c.Session.Status != conversation.Waiting || c.Session.CustomerMessages != 1 {
			t.Errorf("session %s with %d messages", c.Session.Status, c.Session.CustomerMessages)
		}
		if c.Session.Number != 1 {
			t.Errorf("session number %d", c.Session.Number)
		}
		last := entries[len(entries)-1]
		if last.Content.Text != "Hello" || last.Author != message.AuthorCustomer || last.ProviderID != "wamid.1" {
			t.Errorf("last entry %+v", last)
		}
		work, err := h.db.RoutingWork(t.Context(), h.account.Org, routingAll)
		if err != nil || len(work) != 1 || work[0].Work.ID != c.Session.ID {
			t.Errorf("work %+v, %v", work, err)
		}
	})
}

// Of many deliveries of the same calls at the same time, each message is kept once, and the numbers
// have no gap (promises 2 and 3).
func TestConcurrentDuplicatesAreKeptOnce(t *testing.T) {
	storetest.EachURL(t, func(t *testing.T, url string) {
		h := newHouse(t, url)
		const customers, messages, deliveries = 4, 10, 3
		var wait sync.WaitGroup
		for range deliveries {
			for c := range customers {
				for m := range messages {
					wait.Add(1)
					go func() {
						defer wait.Done()
						from := fmt.Sprintf("+1555000%04d", c)
						if err := h.receive(text(from, fmt.Sprintf("wamid.%d.%d", c, m), fmt.Sprint(m))); err != nil {
							t.Error(err)
						}
					}()
				}
			}
		}
		wait.Wait()
		sessions := map[int64]bool{}
		for c := range customers {
			conv, entries := h.conversationOf(fmt.Sprintf("+1555000%04d", c))
			seen := map[string]int{}
			for i, e := range entries {
				if e.Seq != int64(i+1) {
					t.Errorf("entry %d has number %d", i+1, e.Seq)
				}
				if e.Kind == message.KindMessage {
					seen[e.ProviderID]++
				}
			}
			if len(seen) != messages {
				t.Errorf("%d different messages, want %d", len(seen), messages)
			}
			for id, n := range seen {
				if n != 1 {
					t.Errorf("%s is there %d times", id, n)
				}
			}
			if conv.Session.CustomerMessages != messages {
				t.Errorf("session counts %d messages", conv.Session.CustomerMessages)
			}
			if sessions[conv.Session.Number] {
				t.Errorf("session number %d twice", conv.Session.Number)
			}
			sessions[conv.Session.Number] = true
		}
	})
}

// A status that is faster than the answer to its message waits for it (SL-5).
func TestReceiptBeforeItsMessage(t *testing.T) {
	storetest.EachURL(t, func(t *testing.T, url string) {
		h := newHouse(t, url)
		if err := h.receive(text("+15550002222", "wamid.1", "Hello")); err != nil {
			t.Fatal(err)
		}
		at := time.Now().UTC().Truncate(time.Microsecond)
		for _, status := range []message.Status{message.StatusDelivered, message.StatusSent} {
			if err := h.receive(channel.Event{Kind: channel.EventReceipt, ProviderID: "s." + string(status), At: at,
				Receipt: &channel.Receipt{ProviderID: "wamid.out", Status: status}}); err != nil {
				t.Fatal(err)
			}
		}
		c, _ := h.conversationOf("+15550002222")
		err := h.db.Write(t.Context(), h.account.Org, func(tx *store.Tx) error {
			early, err := tx.BindProvider(h.account.ID, "wamid.out", c.ID, c.LastSeq)
			if early.Status != message.StatusDelivered || !early.At.Equal(at) {
				t.Errorf("early receipt %+v", early)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

func TestUnreadableCallIsQuarantinedAndRefused(t *testing.T) {
	storetest.EachURL(t, func(t *testing.T, url string) {
		h := newHouse(t, url)
		_, err := h.service.Receive(t.Context(), h.account, unreadable{}, channel.WebhookRequest{Header: http.Header{}, Body: []byte("{")})
		if fault.CodeOf(err) != fault.Malformed {
			t.Errorf("got %v", err)
		}
	})
}

type unreadable struct{ call }

func (unreadable) Parse(channel.Account, channel.WebhookRequest) ([]channel.Event, error) {
	return nil, errors.New("no JSON")
}

var routingAll = routing.WorkFilter{}

// The time to answer counts from when the customer wrote, not from when a late call told us.
func TestWindowCountsFromTheProvidersTime(t *testing.T) {
	storetest.EachURL(t, func(t *testing.T, url string) {
		h := newHouse(t, url)
		now := time.Now().UTC().Truncate(time.Microsecond)
		said := map[string]time.Time{"wamid.1": now.Add(-25 * time.Hour), "wamid.2": now.Add(-2 * time.Hour), "wamid.3": now.Add(-30 * time.Hour), "wamid.4": now.Add(time.Hour)}
		for i, want := range []time.Time{said["wamid.1"], said["wamid.2"], said["wamid.2"], {}} {
			id := fmt.Sprintf("wamid.%d", i+1)
			e := text("+15550002222", id, "Hello")
			e.At = said[id]
			if err := h.receive(e); err != nil {
				t.Fatal(err)
			}
			c, _ := h.conversationOf("+15550002222")
			if want.IsZero() { // a clock ahead of ours: our own counts
				if c.CustomerAt.Before(now) || c.CustomerAt.After(time.Now()) {
					t.Errorf("after %s: %v", id, c.CustomerAt)
				}
			} else if !c.CustomerAt.Equal(want) {
				t.Errorf("after %s the window counts from %v, want %v", id, c.CustomerAt, want)
			}
		}
	})
}

// What can't be kept is taken out, the same on both databases: a provider would send it again for ever.
func TestZeroCharactersAreTakenOut(t *testing.T) {
	storetest.EachURL(t, func(t *testing.T, url string) {
		h := newHouse(t, url)
		e := text("+15550002222", "wamid.\x001", "Hel\x00lo \xff")
		e.Profile = message.Profile{Name: "A\x00da", Locale: "e\x00n"}
		if err := h.receive(e); err != nil {
			t.Fatal(err)
		}
		_, entries := h.conversationOf("+15550002222")
		if last := entries[len(entries)-1]; last.Content.Text != "Hello \uFFFD" || last.ProviderID != "wamid.1" || last.AuthorName != "Ada" {
			t.Errorf("kept as %+v", last)
		}
		if kept := storetest.Column(t, url, "SELECT reason FROM quarantine"); len(kept) != 0 {
			t.Errorf("in quarantine for %q", kept)
		}
	})
}

// A text over the channel's limit stands in a file, whole, and its entry shows how it begins (CH-9). The
// same call again adds nothing; when the file can't be kept nothing is, and the provider is told to try again.
func TestLongTextsAreKeptAsFiles(t *testing.T) {
	storetest.EachURL(t, func(t *testing.T, url string) {
		h := newHouse(t, url)
		blobs, err := blob.OpenFolder(t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		files := &file.Service{Write: store.Writer[file.Tx](h.db), Rows: h.db, Blobs: blobs}
		full := false
		h.service.KeepLongTexts(func(channel.Account) int { return 100 }, func(ctx context.Context, org message.OrgID, name, text string) (message.File, error) {
			if full {
				return message.File{}, fault.New(fault.Unavailable, "The disk is full.")
			}
			return files.SaveText(ctx, org, name, text, file.By{})
		})
		const from = "+15550002222"
		exact := strings.Repeat("ab ", 33) + "c"
		long := "<html>" + strings.Repeat("Grüße / 😀 ", 50)
		full = true
		if err := h.receive(text(from, "wamid.1", long)); fault.CodeOf(err) != fault.Unavailable {
			t.Fatalf("with a full disk: %v", err)
		}
		full = false
		for range 2 { // the provider says it again
			if err := h.receive(text(from, "wamid.1", long), text(from, "wamid.2", exact)); err != nil {
				t.Fatal(err)
			}
		}
		edit := text(from, "wamid.3", strings.Repeat("x", 101))
		edit.Kind, edit.RefersTo = channel.EventEdit, "wamid.2"
		if err := h.receive(edit); err != nil {
			t.Fatal(err)
		}
		c, entries := h.conversationOf(from)
		var said []conversation.Entry
		for _, e := range entries {
			if e.ProviderID != "" {
				said = append(said, e)
			}
		}
		if len(said) != 3 || said[0].ProviderID != "wamid.1" || said[1].ProviderID != "wamid.2" {
			t.Fatalf("kept %+v", said)
		}
		first := said[0].Content
		if len(first.Text) > 100 || !utf8.ValidString(first.Text) || !strings.HasPrefix(long, strings.TrimSuffix(first.Text, "…")) || !strings.HasSuffix(first.Text, "Grüße /…") && !strings.HasSuffix(first.Text, "😀…") && !strings.HasSuffix(first.Text, "/…") {
			t.Errorf("it shows %q", first.Text)
		}
		if first.File == nil || first.File.Type != "text/plain" || first.File.Size != int64(len(long)) {
			t.Fatalf("its file is %+v", first.File)
		}
		kept, err := files.Get(t.Context(), h.account.Org, first.File.ID)
		if err != nil || kept.By.Conversation != c.ID {
			t.Fatalf("it belongs to %+v, %v", kept.By, err)
		}
		r, err := files.Open(t.Context(), kept)
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		if whole, err := io.ReadAll(r); err != nil || string(whole) != long {
			t.Errorf("the file has %q, %v", whole, err)
		}
		if said[1].Content.Text != exact || said[1].Content.File != nil {
			t.Errorf("at the limit: %+v", said[1].Content)
		}
		if e := said[2]; e.Content.File == nil || e.Content.Text != strings.Repeat("x", 97)+"…" {
			t.Errorf("an edit: %+v", e.Content)
		}
		// What the repeated call kept for nothing is swept; what an entry shows stays.
		if n, err := files.Sweep(t.Context(), time.Now().Add(25*time.Hour)); err != nil || n != 1 {
			t.Errorf("swept %d, %v", n, err)
		}
		if _, err := files.Get(t.Context(), h.account.Org, first.File.ID); err != nil {
			t.Error(err)
		}
	})
}
