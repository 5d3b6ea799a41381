package fault

import (
	"fmt"
	"strings"
)

// DeliveryCode is a line of the catalogue of delivery errors (features.md ER-1).
type DeliveryCode string

// The catalogue: 0xxx the provider, 1xxx the sender, 2xxx the recipient, 3xxx the message. There is no 2003.
const (
	ServiceUnreachable DeliveryCode = "0001"
	ServiceFailed      DeliveryCode = "0002"
	ChannelSettings    DeliveryCode = "0003"
	WindowIsClosed     DeliveryCode = "0004"
	CantSendNow        DeliveryCode = "0005"
	OtherAppControls   DeliveryCode = "0006"
	SenderInvalid      DeliveryCode = "1001"
	SenderUnknown      DeliveryCode = "1002"
	SenderNotVerified  DeliveryCode = "1003"
	SenderBlocked      DeliveryCode = "1004"
	BadAddress         DeliveryCode = "2001"
	RecipientBlocked   DeliveryCode = "2002"
	CarrierBlocks      DeliveryCode = "2004"
	Rejected           DeliveryCode = "3001"
	FileType           DeliveryCode = "3002"
	Spam               DeliveryCode = "3003"
	TextTooLarge       DeliveryCode = "3004"
	FileTooLarge       DeliveryCode = "3005"
	TooManyAttachments DeliveryCode = "3006"
	IntentInvalid      DeliveryCode = "3007"
)

// Advice is what people are told about a delivery code.
type Advice struct {
	// Agent is the sentence under the message in the console: what happened and what to do.
	Agent string
	// Waiting replaces Agent while the message is still in the outbox and the sender tries again by itself,
	// with back-off; empty where it never does (ER-1).
	Waiting string
	// Admin says how to mend it.
	Admin string
}

var catalogue = map[DeliveryCode]Advice{
	ServiceUnreachable: {"The channel's provider could not be reached. Send it again later.", "The channel's provider can't be reached. We keep trying.", "Check the provider's status page and this server's network."},
	ServiceFailed:      {"The channel's provider had a problem. Send it again later.", "The channel's provider has a problem. We keep trying.", "Check the provider's status page."},
	ChannelSettings:    {"The channel's settings were refused. Ask an administrator to check the channel.", "", "Check the token, the account id and the sender of this channel."},
	WindowIsClosed:     {"The time to answer freely is over. Wait until the customer writes, or send an approved template.", "", "Approve a template, so that agents have a way to write first."},
	CantSendNow:        {"It could not be delivered at that time. Send it again later.", "It can't be delivered right now. We keep trying.", "The provider asks for a slower pace, or the phone was out of reach. If the pace is named often, ask the provider for a higher rate."},
	OtherAppControls:   {"Another app holds this conversation right now.", "", "Take the thread back in the provider's settings, or make this app the primary receiver."},
	SenderInvalid:      {"The sender is not valid for this channel.", "", "Check the number or page that this channel sends from."},
	SenderUnknown:      {"The provider doesn't know the sender.", "", "Check that the number or page still belongs to the account."},
	SenderNotVerified:  {"The sender's number is not verified yet.", "", "Verify the number with the provider."},
	SenderBlocked:      {"The provider has blocked the sender.", "", "The provider must lift it: open a case there."},
	BadAddress:         {"The address can't receive messages. Check it.", "", "The number may be mistyped, a land line, or no longer in use."},
	RecipientBlocked:   {"The customer has blocked or left this sender. Nothing can be sent until they write again.", "", "Nothing to be done: only the customer can change it."},
	CarrierBlocks:      {"The customer's carrier blocks this message. Use another way to reach them.", "", "Check the sender's registration and the text for what carriers filter."},
	Rejected:           {"The provider refused the message. Reword it and send it again.", "", "The provider's own text, when it gives one, stands in the error log."},
	FileType:           {"This channel doesn't take files of that type. Send another format.", "", "The channel's list of file types is on its page."},
	Spam:               {"The provider takes this message for spam. Reword it.", "", "Too many like messages in a short time, or words that filters catch."},
	TextTooLarge:       {"The text is too long for this channel. Shorten it.", "", "The channel's limit is on its page."},
	FileTooLarge:       {"The file is too large for this channel. Send a smaller one.", "", "The channel's limits are on its page."},
	TooManyAttachments: {"Too many files in one message. Send them one by one.", "", "The channel's limits are on its page."},
	IntentInvalid:      {"The kind of message isn't allowed here.", "", "Check the template's category and the message's tag."},
}

// Advice of the code. Unknown codes read as Rejected.
func (c DeliveryCode) Advice() Advice {
	if a, ok := catalogue[c]; ok {
		return a
	}
	return catalogue[Rejected]
}

// OfChannel reports whether the code blames the provider or the channel's settings and sender, and not one
// recipient or message: nothing will go out before that is mended.
func (c DeliveryCode) OfChannel() bool {
	switch c {
	case ServiceUnreachable, ServiceFailed, ChannelSettings, SenderInvalid, SenderUnknown, SenderNotVerified, SenderBlocked:
		return true
	}
	return false
}

// DeliveryCodes lists the catalogue, for its page and its test.
func DeliveryCodes() map[DeliveryCode]Advice { return catalogue }

// Outcome is how an attempt to send ended when it did not simply succeed.
type Outcome string

// Outcomes of a failed attempt.
const (
	Refused Outcome = "refused" // final
	Later   Outcome = "later"   // not taken; may be sent again after RetryAfter
	Unknown Outcome = "unknown" // may have been taken: never repeated blindly
)

// Delivery is the error in which a connector's Send ends (promise 4).
type Delivery struct {
	Outcome Outcome
	Code    DeliveryCode
	// ProviderCode and ProviderText are the provider's own words, for the error log.
	ProviderCode string
	ProviderText string
	// RetryAfter in seconds; 0 lets the sender choose.
	RetryAfter int
	// HoldChannel: the whole channel must pause (a 429, a bad token), not only this conversation.
	HoldChannel bool
	Cause       error
}

// Error is for logs.
func (d *Delivery) Error() string {
	s := fmt.Sprintf("delivery %s %s", d.Outcome, d.Code)
	if d.ProviderCode != "" || d.ProviderText != "" {
		s += fmt.Sprintf(" (provider: %s %s)", d.ProviderCode, d.ProviderText)
	}
	if d.Cause != nil {
		s += ": " + d.Cause.Error()
	}
	return s
}

// Said is the provider's own code and words.
func (d *Delivery) Said() string { return strings.TrimSpace(d.ProviderCode + " " + d.ProviderText) }

// Unwrap gives the cause.
func (d *Delivery) Unwrap() error { return d.Cause }
