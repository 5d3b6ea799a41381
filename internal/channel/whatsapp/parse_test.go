package whatsapp_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"switchboard/internal/channel"
	"switchboard/internal/channel/whatsapp"
	"switchboard/internal/fault"
	"switchboard/internal/message"
)

func phone(v string) message.Address {
	return message.Address{Kind: message.AddressPhone, Value: v}
}

func scoped(v string) message.Address {
	return message.Address{Kind: message.AddressScoped, Value: v}
}

// TestParse says what every kind of call means.
func TestParse(t *testing.T) {
	sheena := []message.Address{phone("+16505551234")}
	at := time.Unix(1750090702, 0).UTC()
	said := func(id string, c message.Content) channel.Event {
		return channel.Event{Kind: channel.EventMessage, ProviderID: "wamid." + id, At: at, From: sheena, Profile: message.Profile{Name: "Sheena Nelson"}, Content: c}
	}
	with := func(e channel.Event, change func(*channel.Event)) channel.Event {
		change(&e)
		return e
	}
	media := func(e channel.Event, ref channel.MediaRef) channel.Event {
		e.Media = &ref
		return e
	}
	report := func(id, status string, second int64, r channel.Receipt, from ...message.Address) channel.Event {
		r.ProviderID = id
		return channel.Event{Kind: channel.EventReceipt, ProviderID: "status:" + id + ":" + status, At: time.Unix(second, 0).UTC(), From: from, Receipt: &r}
	}
	entry, err := message.ParseID[message.EntryID]("0197a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b")
	if err != nil {
		t.Fatal(err)
	}
	bsuid := "US.13491208655302741918"
	published := func(id string, second int64, c message.Content) channel.Event {
		return channel.Event{Kind: channel.EventMessage, ProviderID: id, At: time.Unix(second, 0).UTC(), From: sheena, Profile: message.Profile{Name: "Sheena Nelson"}, Content: c}
	}
	const stem = "wamid.HBgLMTY1MDM4Nzk0MzkVAgASGBQz"

	for name, want := range map[string][]channel.Event{
		"Text Message": {published(stem+"QTRBNjU5OUFFRTAzODEwMTQ0RgA=", 1749416383, message.Content{Text: "Does it come in another color?"})},
		"Text Message with Context (Product Inquiry)": {with(published(stem+"QTA2NTUwRkNEMDdFQjJCRUU0NQA=", 1750016800,
			message.Content{Text: "Is this still available?", Referral: "product · di9ozbzfi4"}),
			func(e *channel.Event) { e.RefersTo = "wamid.HBgLMTY1MDM4Nzk0MzkVAgARGA9wcm9kdWN0X2lucXVpcnkA" })},
		"Reaction Message": {with(published(stem+"QTRBNjU5OUFFRTAzODEwMTQ0RgA=", 1749419544, message.Content{Reaction: &message.Reaction{Emoji: "👍"}}),
			func(e *channel.Event) {
				e.Kind, e.RefersTo = channel.EventReaction, "wamid.HBgLMTY1MDM4Nzk0MzkVAgARGBI0RTJEOTc2ODVERUY5RDlGNkYA"
			})},
		"Image Message": {media(published(stem+"QTRBNjU5OUFFRTAzODEwMTQ0RgA=", 1744344496, message.Content{Text: "Taj Mahal", File: &message.File{Name: "Photo.jpg", Type: "image/jpeg"}}),
			channel.MediaRef{ID: "1003383421387256", Type: "image/jpeg", Name: "Photo.jpg"})},
		"Location Message": {published(stem+"QTU2MjZEMDBGRkE3MENEMDE0RQA=", 1744344496, message.Content{Location: &message.Location{
			Latitude: 37.44221496582, Longitude: -122.16165924072, Name: "Philz Coffee", Address: "101 Forest Ave, Palo Alto, CA 94301"}})},
		"Contact Sharing Message": {published(stem+"QTRBNjU5OUFFRTAzODEwMTQ0RgA=", 1744344496, message.Content{Contacts: []message.Contact{
			{Name: "Lucía Gómez", Phones: []string{"+1 (983) 555-2319"}, Org: "Google"}}})},
		"Unsupported Message": {published("wamid.HBgLMTQyMDU1NTA3NDkVAgASGBI5N0MwRjg0RTVBNUI1RDA2OTkA", 1750090702,
			message.Content{Unsupported: "a kind that the provider doesn't pass on"})},
		"Button Message": {with(published(stem+"QUU0M0MxQzQzMUJCMTMwNUZFOQA=", 1750091045, message.Content{Choice: &message.Choice{ID: "Unsubscribe", Title: "Unsubscribe"}}),
			func(e *channel.Event) { e.RefersTo = "wamid.HBgLMTY1MDM4Nzk0MzkVAgARGBJFNjk2OTMwNEZCQjhGMzUyQUYA" })},
		"Interactive List Reply Message": {with(published(stem+"QUJDQ0NDM0FEODY4ODkzOTc5RgA=", 1749854575,
			message.Content{Choice: &message.Choice{ID: "priority_express", Title: "Priority Mail Express"}}),
			func(e *channel.Event) { e.RefersTo = "wamid.HBgLMTY1MDM4Nzk0MzkVAgARGBJGMzEyNzhENTZDMzNGODlDRDgA" })},
		"Interactive Button Reply Message": {with(published(stem+"QTZBQzg0MzQ4QjRCM0NGNkVGOAA=", 1750025136,
			message.Content{Choice: &message.Choice{ID: "cancel-button", Title: "Cancel"}}),
			func(e *channel.Event) { e.RefersTo = "wamid.HBgLMTY1MDM4Nzk0MzkVAgARGBI3MEM2RUJFNkI0RENGQTVDRjUA" })},
		"System Message": {{Kind: channel.EventMessage, ProviderID: "wamid.HBgLMTk4MzU1NTE5NzQVAgASGAoxMTgyMDg2MjY3AA==", At: time.Unix(1750269342, 0).UTC(),
			From:    []message.Address{phone("+16505551234"), phone("+12195555358")},
			Content: message.Content{Text: "User Sheena Nelson changed from 16505551234 to 12195555358", Unsupported: "user changed number"}}},

		"voice": {media(said("V1", message.Content{File: &message.File{Name: "Audio.ogg", Type: "audio/ogg; codecs=opus", Voice: true}}),
			channel.MediaRef{ID: "9001", Type: "audio/ogg; codecs=opus", Name: "Audio.ogg"})},
		"video": {media(said("V2", message.Content{Text: "Look", File: &message.File{Name: "Video.mp4", Type: "video/mp4"}}), channel.MediaRef{ID: "9002", Type: "video/mp4", Name: "Video.mp4"})},
		"document": {media(said("D1", message.Content{Text: "The bill", File: &message.File{Name: "bill.pdf", Type: "application/pdf"}}),
			channel.MediaRef{ID: "9003", Type: "application/pdf", Name: "bill.pdf"})},
		"sticker": {media(said("S1", message.Content{File: &message.File{Name: "Photo.webp", Type: "image/webp", Sticker: true}}), channel.MediaRef{ID: "9004", Type: "image/webp", Name: "Photo.webp"})},
		"reaction removed": {with(said("R1", message.Content{Reaction: &message.Reaction{}}), func(e *channel.Event) {
			e.Kind, e.RefersTo = channel.EventReaction, "wamid.OUT1"
		})},
		"form": {with(said("F1", message.Content{Text: "Sent", Form: []message.Field{
			{Name: "flow_token", Value: "t1", Hidden: true}, {Name: "size", Value: "M"}, {Name: "count", Value: "2"},
			{Name: "extras", Value: `["a","b"]`}, {Name: "gift", Value: "true"}}}), func(e *channel.Event) { e.RefersTo = "wamid.OUT2" })},
		"edit": {with(said("E1", message.Content{Text: "Corrected"}), func(e *channel.Event) {
			e.Kind, e.RefersTo = channel.EventEdit, "wamid.IN1"
		})},
		"revoke": {with(said("E2", message.Content{}), func(e *channel.Event) {
			e.Kind, e.RefersTo = channel.EventDelete, "wamid.IN1"
		})},
		"reply": {with(said("T2", message.Content{Text: "Yes, that one"}), func(e *channel.Event) { e.RefersTo = "wamid.OUT3" })},
		"scoped id only": {with(said("B1", message.Content{Text: "Hi"}), func(e *channel.Event) {
			e.From, e.Profile.Name = []message.Address{scoped(bsuid)}, "Ana"
		})},
		"scoped id instead": {with(said("B3", message.Content{Text: "Hi"}), func(e *channel.Event) {
			e.From, e.Profile.Name = []message.Address{scoped(bsuid)}, "ana"
		})},
		"phone and scoped id": {with(said("B2", message.Content{Text: "Hi"}), func(e *channel.Event) {
			e.From, e.Profile.Name = []message.Address{phone("+16505551234"), scoped(bsuid)}, "Ana"
		})},
		"poll":            {said("U1", message.Content{Unsupported: "poll creation"})},
		"unheard-of type": {said("U2", message.Content{Unsupported: "hologram"})},
		"chat opened":     {with(said("U3", message.Content{}), func(e *channel.Event) { e.Kind = channel.EventIgnored })},
		"group":           {said("G1", message.Content{Text: "Hello all", Unsupported: "message in a group"})},

		"status read": {report("wamid.OUT1", "read", 1750090705, channel.Receipt{Status: message.StatusRead, EntryID: entry}, sheena...)},
		"status failed": {report("wamid.OUT1", "failed", 1750090705, channel.Receipt{Status: message.StatusFailed,
			Failure: &channel.Failure{Code: string(fault.BadAddress), ProviderCode: "131026", ProviderText: "The person can't receive it."}}, sheena...)},
		"status of a scoped id": {report("wamid.OUT4", "delivered", 1750090705, channel.Receipt{Status: message.StatusDelivered}, scoped(bsuid))},
	} {
		t.Run(name, func(t *testing.T) {
			r, ok := webhooks(t)[name]
			if !ok {
				t.Fatal("no such example")
			}
			got, err := whatsapp.New(http.DefaultClient).Parse(account(), r)
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(want, got); d != "" {
				t.Errorf("(-want +got)\n%s", d)
			}
		})
	}
}

// TestParseSeveral: a call with several entries, changes and messages yields them all, in order.
func TestParseSeveral(t *testing.T) {
	events, err := whatsapp.New(http.DefaultClient).Parse(account(), webhooks(t)["several"])
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range events {
		switch e.Kind {
		case channel.EventMessage:
			got = append(got, e.Content.Text)
		case channel.EventReceipt:
			got = append(got, string(e.Receipt.Status))
		default:
			got = append(got, string(e.Kind))
		}
	}
	if d := cmp.Diff([]string{"one", "two ä😀", "three", "sent", "delivered", "ignored"}, got); d != "" {
		t.Error(d)
	}
}

// TestParseCounts: what isn't for this channel is ignored by name, so that it can be counted.
func TestParseCounts(t *testing.T) {
	for _, name := range []string{"another number", "account error", "status of no known kind", "Group Create Message"} {
		events, err := whatsapp.New(http.DefaultClient).Parse(account(), webhooks(t)[name])
		if err != nil || len(events) != 1 || events[0].Kind != channel.EventIgnored {
			t.Errorf("%s: got %+v, %v", name, events, err)
		}
	}
	for _, body := range []string{``, `[]`, `{"object":"page"}`, `{"object":"whatsapp_business_account","entry":[{"changes":[{"field":"messages","value":[1]}]}]}`} {
		if _, err := whatsapp.New(http.DefaultClient).Parse(account(), channel.WebhookRequest{Method: http.MethodPost, Body: []byte(body)}); fault.CodeOf(err) != fault.Malformed {
			t.Errorf("%s: got %v, want malformed", body, err)
		}
	}
}
