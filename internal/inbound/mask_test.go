package inbound_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"switchboard/internal/channel"
	"switchboard/internal/message"
	"switchboard/internal/privacy"
	"switchboard/internal/store/storetest"
)

const cardNumber = "4024007103939509"

// TestQuarantineIsMasked: a call that could not be taken in is kept without what rules are for, in texts, names and
// numbers; one that can't be looked through isn't kept.
func TestQuarantineIsMasked(t *testing.T) {
	storetest.EachURL(t, func(t *testing.T, url string) {
		h := newHouse(t, url)
		h.service.Mask(privacy.NewRulebook(func(context.Context, message.OrgID) ([]privacy.Rule, error) {
			return []privacy.Rule{{ID: message.NewID[message.SensitiveRuleID](), Name: "Cards", Active: true, Preset: privacy.PaymentCard, Action: privacy.Replace,
				Replacement: "[card]", Authors: []message.AuthorType{message.AuthorCustomer}}}, nil
		}))
		for i, body := range []string{
			`{"text":"it is ` + cardNumber + ` ok","list":[` + cardNumber + `,1.5,null,true],"k` + cardNumber + `":{"deep":"4024 0071 0393 9509"}}`,
			"Body=it+is+" + cardNumber + "&n" + cardNumber + "=x",
			"\x00%zz " + cardNumber,
		} {
			e := text("+15550002222", "wamid."+string(rune('a'+i)), "hello")
			e.Content.File = &message.File{ID: message.NewID[message.FileID]()} // one that nobody has: the event can't be kept
			_, err := h.service.Receive(t.Context(), h.account, call{[]channel.Event{e}}, channel.WebhookRequest{Header: http.Header{}, Body: []byte(body)})
			if err != nil {
				t.Fatal(err)
			}
		}
		kept := storetest.Column(t, url, "SELECT payload_env FROM quarantine WHERE payload_env IS NOT NULL ORDER BY id")
		if all := storetest.Column(t, url, "SELECT reason FROM quarantine"); len(kept) != 2 || len(all) != 3 {
			t.Fatalf("%d of %d are in quarantine with a body", len(kept), len(all))
		}
		for _, k := range kept {
			if strings.Contains(k, cardNumber) || strings.Contains(k, "4024 0071") {
				t.Errorf("kept is %q", k)
			}
		}
		if !strings.Contains(kept[0], `"list":["[card]",1.5,null,true]`) || !strings.Contains(kept[0], `"text":"it is [card] ok"`) || !strings.Contains(kept[1], "it+is+%5Bcard%5D") {
			t.Errorf("kept are %q", kept)
		}
		if blocks := storetest.Column(t, url, "SELECT place FROM sensitive_block"); len(blocks) != 2 || blocks[0] != "quarantine" {
			t.Errorf("on record are %q", blocks)
		}
	})
}

// TestEmptiedMessages: of what a rule takes out whole, a sign is left that something was said.
func TestEmptiedMessages(t *testing.T) {
	storetest.EachURL(t, func(t *testing.T, url string) {
		h := newHouse(t, url)
		rule := privacy.Rule{ID: message.NewID[message.SensitiveRuleID](), Name: "Words", Active: true, Pattern: "secret|(a+)+$", Action: privacy.Remove,
			Authors: []message.AuthorType{message.AuthorCustomer}}
		h.service.Mask(privacy.NewRulebook(func(context.Context, message.OrgID) ([]privacy.Rule, error) { return []privacy.Rule{rule}, nil }))
		if err := h.receive(text("+15550002222", "wamid.1", "secret"), text("+15550002222", "wamid.2", strings.Repeat("a", 5000)+"!")); err != nil {
			t.Fatal(err)
		}
		edit := text("+15550002222", "wamid.3", "no secret")
		edit.Kind, edit.RefersTo = channel.EventEdit, "wamid.1"
		if err := h.receive(edit); err != nil {
			t.Fatal(err)
		}
		_, entries := h.conversationOf("+15550002222")
		said := entries[len(entries)-3:]
		if said[0].Content.Text != privacy.Emptied || said[1].Content.Text != privacy.Withheld || said[2].Content.Text != "no " {
			t.Errorf("kept are %+v", said)
		}
		for i, e := range said {
			if m := e.Content.Masked; len(m) != 1 || m[0].Rule != rule.ID || m[0].By != message.AuthorCustomer || m[0].Unchecked != (i == 1) {
				t.Errorf("entry %d tells of %+v", i, m)
			}
		}
	})
}
