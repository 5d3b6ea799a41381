package inbound_test

import (
	"fmt"
	"strings"
	"testing"

	"switchboard/internal/channel"
	"switchboard/internal/consent"
	"switchboard/internal/conversation"
	"switchboard/internal/message"
	"switchboard/internal/store"
	"switchboard/internal/store/storetest"
)

const ada = "+15550002222"

// talk is one customer's conversation in short: what they say, and what becomes of it.
type talk struct {
	*house
	n int
}

func (k *talk) say(text_ string) {
	k.t.Helper()
	k.n++
	if err := k.receive(text(ada, fmt.Sprintf("wamid.%d", k.n), text_)); err != nil {
		k.t.Fatal(err)
	}
}

// want compares the session's status, the level, and the answers of the house since the last look.
func (k *talk) want(status conversation.Status, level consent.Level, answers ...string) {
	k.t.Helper()
	c, entries := k.conversationOf(ada)
	if c.Session.Status != status {
		k.t.Errorf("the session is %s, want %s", c.Session.Status, status)
	}
	if got := k.column("SELECT consent FROM messaging_user WHERE id = $1", c.Customer); len(got) != 1 || got[0] != string(level) {
		k.t.Errorf("consent is %v, want %s", got, level)
	}
	var said []string
	for i := len(entries) - 1; i >= 0; i-- {
		e := entries[i]
		if e.Author == message.AuthorCustomer && e.Kind == message.KindMessage {
			break
		}
		if e.Kind == message.KindMessage {
			said = append([]string{e.Content.Text}, said...)
		}
	}
	if len(said) != len(answers) {
		k.t.Fatalf("the house said %q, want %q", said, answers)
	}
	for i, a := range answers {
		if !strings.Contains(said[i], a) {
			k.t.Errorf("the house said %q, want %q", said[i], a)
		}
	}
	k.agrees(c.Customer)
}

// agrees: the person's level is what the last line of their ledger says, and each line begins where the one before
// ended.
func (k *talk) agrees(customer message.CustomerID) {
	k.t.Helper()
	level := "none"
	for i, line := range k.column("SELECT CAST(seq AS text) || ' ' || level_before || ' ' || level_after FROM consent_event WHERE user_id = $1 ORDER BY seq", customer) {
		var seq int
		var before, after string
		if _, err := fmt.Sscan(line, &seq, &before, &after); err != nil || seq != i+1 || before != level {
			k.t.Errorf("line %d of the ledger is %q after %s: %v", i+1, line, level, err)
		}
		level = after
	}
	if got := k.column("SELECT consent FROM messaging_user WHERE id = $1", customer); got[0] != level {
		k.t.Errorf("the level is %v, the ledger says %s", got, level)
	}
}

func (h *house) column(query string, args ...any) []string {
	h.t.Helper()
	return storetest.Column(h.t, h.url, query, args...)
}

func talking(t *testing.T, required consent.Level, test func(k *talk)) {
	t.Helper()
	storetest.EachURL(t, func(t *testing.T, url string) {
		k := &talk{house: newHouse(t, url)}
		k.account.RequiredConsent = string(required)
		storetest.Exec(t, url, "UPDATE channel SET required_consent = $1", string(required))
		test(k)
	})
}

func TestImplicitConsent(t *testing.T) {
	talking(t, consent.Implicit, func(k *talk) {
		k.say("Hello")
		k.want(conversation.Waiting, consent.Implicit) // no confirmation
		k.say("yes")                                   // an answer to an agent, and no keyword
		k.want(conversation.Waiting, consent.Implicit)
		k.say("help")
		k.want(conversation.Waiting, consent.Implicit, "Message frequency varies")
		k.say("HELP") // no loop
		k.want(conversation.Waiting, consent.Implicit)
		k.say(" stop ")
		k.want(conversation.Ended, consent.OptedOut, "no more messages")
		k.say("STOP")
		k.want(conversation.Ended, consent.OptedOut) // answered just now, and nothing is begun over it
		k.say("Are you there?")
		k.want(conversation.Consent, consent.OptedOut, "reply START")
		k.say("Hello?")
		k.want(conversation.Consent, consent.OptedOut) // asked today already
		k.say("start")
		k.want(conversation.Waiting, consent.Explicit, "Thanks for opting in") // what they said meanwhile is for an agent
		work, err := k.db.RoutingWork(k.t.Context(), k.account.Org, routingAll)
		if err != nil || len(work) != 1 {
			k.t.Errorf("work %+v, %v", work, err)
		}
	})
}

func TestExplicitConsent(t *testing.T) {
	talking(t, consent.Explicit, func(k *talk) {
		k.say("Hello")
		k.want(conversation.Consent, consent.Implicit, "To receive messages from us, reply START")
		if work, err := k.db.RoutingWork(k.t.Context(), k.account.Org, routingAll); err != nil || len(work) != 0 {
			k.t.Errorf("it is routed: %+v, %v", work, err)
		}
		k.say("oui")
		k.want(conversation.Waiting, consent.Explicit, "Merci d’avoir accepté")
	})
}

// Keywords only: nobody is to be found.
func TestKeywordsAreNotRouted(t *testing.T) {
	talking(t, consent.Explicit, func(k *talk) {
		k.say("AIDE")
		k.want(conversation.Consent, consent.None, "Pour obtenir de l’aide")
		k.say("START")
		k.want(conversation.Consent, consent.Explicit, "Thanks for opting in")
		k.say("My order is late")
		k.want(conversation.Waiting, consent.Explicit)
	})
}

func TestDoubleConsent(t *testing.T) {
	talking(t, consent.Doubly, func(k *talk) {
		k.say("Hello")
		k.want(conversation.Consent, consent.Implicit, "reply START")
		k.say("Y")
		k.want(conversation.Consent, consent.Implicit) // the second yes before the first one, and asked just now
		k.say("YES")
		k.want(conversation.Consent, consent.Explicit, "reply CONFIRM")
		k.say("confirm")
		k.want(conversation.Waiting, consent.Doubly, "Thanks for opting in")
	})
}

// The same call in many deliveries at once changes and answers once.
func TestStopComesOftenAndIsTakenOnce(t *testing.T) {
	talking(t, consent.Implicit, func(k *talk) {
		k.say("Hello")
		done := make(chan error)
		for range 12 {
			go func() { done <- k.receive(text(ada, "wamid.stop", "STOP")) }()
		}
		for range 12 {
			if err := <-done; err != nil {
				t.Error(err)
			}
		}
		k.want(conversation.Ended, consent.OptedOut, "no more messages")
		if lines := k.column("SELECT cause FROM consent_event ORDER BY seq"); fmt.Sprint(lines) != "[wrote keyword]" {
			t.Errorf("the ledger says %v", lines)
		}
	})
}

// What the provider has answered by itself isn't answered again; what it recorded counts.
func TestTheProvidersOwnKeywords(t *testing.T) {
	talking(t, consent.Implicit, func(k *talk) {
		k.say("Hello")
		from := []message.Address{{Kind: message.AddressPhone, Value: ada}}
		revoke := text(ada, "wamid.r", "REVOKE") // one of theirs, and none of ours
		revoke.Answered = true
		if err := k.receive(revoke, channel.Event{Kind: channel.EventOptOut, ProviderID: "out", From: from}); err != nil {
			t.Fatal(err)
		}
		k.want(conversation.Ended, consent.OptedOut)
		start := text(ada, "wamid.s", "START")
		start.Answered = true
		if err := k.receive(start, channel.Event{Kind: channel.EventOptIn, ProviderID: "in", From: from}); err != nil {
			t.Fatal(err)
		}
		k.want(conversation.Consent, consent.Explicit)
		if lines := k.column("SELECT cause FROM consent_event ORDER BY seq"); fmt.Sprint(lines) != "[wrote provider keyword]" {
			t.Errorf("the ledger says %v", lines)
		}
	})
}

// Opting out takes back what waits to be sent, and says why.
func TestStopTakesBackWhatWaits(t *testing.T) {
	talking(t, consent.Implicit, func(k *talk) {
		k.say("Hello")
		c, _ := k.conversationOf(ada)
		if err := k.db.Write(t.Context(), k.account.Org, func(tx *store.Tx) error {
			c, err := tx.Conversation(c.ID)
			if err != nil {
				return err
			}
			_, err = conversation.SayAutomatically(tx, &c, "We are on it.", conversation.ClassAutomatic)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		k.say("STOP")
		k.want(conversation.Ended, consent.OptedOut, "no more messages")
		_, entries := k.conversationOf(ada)
		for _, e := range entries {
			if e.Content.Text == "We are on it." && (e.Status != message.StatusFailed || e.ErrorCode != "opted_out") {
				t.Errorf("what waited is %s %s", e.Status, e.ErrorCode)
			}
		}
		if rows := k.column("SELECT CAST(class AS text) FROM outbox"); fmt.Sprint(rows) != "[0]" {
			t.Errorf("in the outbox are the classes %v", rows)
		}
	})
}

// Somebody blocks the brand at their provider: nothing goes until they write again.
func TestBlockedUntilTheyWrite(t *testing.T) {
	talking(t, consent.Implicit, func(k *talk) {
		k.say("Hello")
		c, _ := k.conversationOf(ada)
		if err := k.db.Write(t.Context(), k.account.Org, func(tx *store.Tx) error {
			_, err := conversation.ChangeConsent(tx, c.Customer, consent.Change{To: consent.OptedOut, Cause: consent.ByBlock})
			return err
		}); err != nil {
			t.Fatal(err)
		}
		k.want(conversation.Ended, consent.OptedOut)
		k.say("I'm back")
		k.want(conversation.Waiting, consent.Implicit)
	})
}

// A session that holds nothing but keywords ends by itself.
func TestConsentSessionHasItsTimer(t *testing.T) {
	talking(t, consent.Explicit, func(k *talk) {
		k.say("Hello")
		c, _ := k.conversationOf(ada)
		timer := func() []string {
			return k.column("SELECT key FROM job WHERE kind = $1", conversation.TimerConsentEnds)
		}
		if got := timer(); fmt.Sprint(got) != "["+c.Session.ID.String()+"]" {
			t.Errorf("timers %v", got)
		}
		k.say("START")
		if got := timer(); len(got) != 0 {
			t.Errorf("routed, and it still ends at %v", got)
		}
	})
}
