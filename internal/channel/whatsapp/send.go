package whatsapp

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"switchboard/internal/channel"
	"switchboard/internal/fault"
	"switchboard/internal/message"
)

// Limits of outbound messages (CH-9). Lengths are in characters.
const (
	textMax        = 4096
	captionMax     = 1024
	questionMax    = 1024
	buttonsMax     = 3
	buttonTitleMax = 20
	listMax        = 10
	listTitleMax   = 24
	stickerMax     = 500 << 10
)

// callMax bounds a call whose caller set no deadline.
const callMax = 30 * time.Second

// The outbound message's shape.
type outgoing struct {
	Product       string          `json:"messaging_product"`
	RecipientType string          `json:"recipient_type"`
	To            string          `json:"to,omitempty"`
	Recipient     string          `json:"recipient,omitempty"` // a business-scoped id, in place of To
	Type          string          `json:"type"`
	Opaque        string          `json:"biz_opaque_callback_data,omitempty"`
	Context       *outContext     `json:"context,omitempty"`
	Text          *outText        `json:"text,omitempty"`
	Image         *outMedia       `json:"image,omitempty"`
	Video         *outMedia       `json:"video,omitempty"`
	Audio         *outMedia       `json:"audio,omitempty"`
	Document      *outMedia       `json:"document,omitempty"`
	Sticker       *outMedia       `json:"sticker,omitempty"`
	Location      *location       `json:"location,omitempty"`
	Contacts      []contact       `json:"contacts,omitempty"`
	Reaction      *outReaction    `json:"reaction,omitempty"`
	Interactive   *outInteractive `json:"interactive,omitempty"`
	Template      *outTemplate    `json:"template,omitempty"`
}

type outContext struct {
	MessageID string `json:"message_id"`
}

type outText struct {
	Body       string `json:"body"`
	PreviewURL bool   `json:"preview_url"`
}

type outMedia struct {
	ID       string `json:"id,omitempty"`
	Link     string `json:"link,omitempty"`
	Caption  string `json:"caption,omitempty"`
	Filename string `json:"filename,omitempty"`
}

type outReaction struct {
	MessageID string `json:"message_id"`
	Emoji     string `json:"emoji"`
}

type outInteractive struct {
	Type   string    `json:"type"`
	Body   outBody   `json:"body"`
	Action outAction `json:"action"`
}

type outBody struct {
	Text string `json:"text"`
}

type outAction struct {
	Buttons  []outButton  `json:"buttons,omitempty"`
	Button   string       `json:"button,omitempty"`
	Sections []outSection `json:"sections,omitempty"`
}

type outButton struct {
	Type  string `json:"type"`
	Reply answer `json:"reply"`
}

type outSection struct {
	Title string   `json:"title,omitempty"`
	Rows  []answer `json:"rows"`
}

type outTemplate struct {
	Name       string         `json:"name"`
	Language   outLanguage    `json:"language"`
	Components []outComponent `json:"components,omitempty"`
}

type outLanguage struct {
	Code string `json:"code"`
}

type outComponent struct {
	Type       string         `json:"type"`
	Parameters []outParameter `json:"parameters"`
}

type outParameter struct {
	Type string `json:"type"`
	Text string `json:"text"`
}

// Send makes one attempt. A file goes up first; that step sends nothing yet, so its failures are
// never unknown.
func (c *Connector) Send(ctx context.Context, account channel.Account, out channel.Outbound) (string, error) {
	ctx, cancel := channel.Limited(ctx, callMax)
	defer cancel()
	body, d := c.compose(ctx, account, out)
	if d != nil {
		return "", d
	}
	raw, err := json.Marshal(body)
	if err != nil {
		return "", &fault.Delivery{Outcome: fault.Refused, Code: fault.Rejected, Cause: err}
	}
	answer, d := c.post(ctx, account, endpoint(account, account.Settings["phone_number_id"], "messages"), "application/json", raw)
	if d != nil {
		return "", d
	}
	var taken struct {
		Messages []struct {
			ID string `json:"id"`
		} `json:"messages"`
	}
	if err := json.Unmarshal(answer.Body, &taken); err != nil || len(taken.Messages) == 0 || taken.Messages[0].ID == "" {
		// Taken by all signs, but under an id that we don't know: its statuses will tell.
		return "", &fault.Delivery{Outcome: fault.Unknown, Code: fault.ServiceFailed, ProviderText: "an answer without a message id", Cause: err}
	}
	return taken.Messages[0].ID, nil
}

// post makes a call with the account's token. Any status but 200 comes back as a Delivery.
func (c *Connector) post(ctx context.Context, account channel.Account, address, contentType string, body []byte) (channel.Answer, *fault.Delivery) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		return channel.Answer{}, &fault.Delivery{Outcome: fault.Refused, Code: fault.ChannelSettings, HoldChannel: true, ProviderText: "the provider's address can't be read"}
	}
	req.Header.Set("Authorization", "Bearer "+account.Secrets["access_token"])
	req.Header.Set("Content-Type", contentType)
	answer, d := c.caller.Call(req)
	if d != nil {
		return answer, d
	}
	if answer.Status != http.StatusOK {
		return answer, refusal(answer)
	}
	return answer, nil
}

// compose builds the one message that the content asks for.
func (c *Connector) compose(ctx context.Context, account channel.Account, out channel.Outbound) (outgoing, *fault.Delivery) {
	m := outgoing{Product: "whatsapp", RecipientType: "individual", Opaque: out.EntryID.String()}
	if out.To.Kind == message.AddressPhone {
		m.To = out.To.Value
	} else {
		m.Recipient = out.To.Value
	}
	if out.ReplyTo != "" {
		m.Context = &outContext{MessageID: out.ReplyTo}
	}
	content := out.Content
	switch {
	case content.Template != nil:
		m.Type, m.Template = "template", template(content.Template)
	case content.Reaction != nil:
		if out.ReplyTo == "" {
			return m, refused(fault.Rejected, "a reaction to nothing")
		}
		m.Type, m.Context = "reaction", nil
		m.Reaction = &outReaction{MessageID: out.ReplyTo, Emoji: content.Reaction.Emoji}
	case content.File != nil:
		return m, c.file(ctx, account, out, &m)
	case content.Location != nil:
		l := location(*content.Location)
		m.Type, m.Location = "location", &l
	case len(content.Contacts) > 0:
		m.Type, m.Contacts = "contacts", businessCards(content.Contacts)
	case len(content.Buttons) > 0:
		return m, question(content, &m)
	case content.Text != "":
		return m, plain(content.Text, &m)
	default:
		return m, refused(fault.Rejected, "nothing to send")
	}
	return m, nil
}

func refused(code fault.DeliveryCode, why string) *fault.Delivery {
	return &fault.Delivery{Outcome: fault.Refused, Code: code, ProviderText: why}
}

func plain(text string, m *outgoing) *fault.Delivery {
	if utf8.RuneCountInString(text) > textMax {
		return refused(fault.TextTooLarge, "")
	}
	m.Type = "text"
	m.Text = &outText{Body: text, PreviewURL: strings.Contains(text, "https://") || strings.Contains(text, "http://")}
	return nil
}

// question asks with buttons where they fit, else with a list, else with numbers (CH-23).
func question(content message.Content, m *outgoing) *fault.Delivery {
	options := content.Buttons
	longest := 0
	for _, o := range options {
		longest = max(longest, utf8.RuneCountInString(o.Title))
	}
	asked := utf8.RuneCountInString(content.Text)
	if len(options) > listMax || longest > listTitleMax || asked == 0 || asked > questionMax {
		return plain(channel.Numbered(content.Text, options), m)
	}
	m.Type = "interactive"
	m.Interactive = &outInteractive{Body: outBody{Text: content.Text}}
	if len(options) <= buttonsMax && longest <= buttonTitleMax {
		m.Interactive.Type = "button"
		for _, o := range options {
			m.Interactive.Action.Buttons = append(m.Interactive.Action.Buttons, outButton{Type: "reply", Reply: answer(o)})
		}
		return nil
	}
	var rows []answer
	for _, o := range options {
		rows = append(rows, answer(o))
	}
	m.Interactive.Type = "list"
	m.Interactive.Action.Button = "☰" // the button that opens the list; a sign needs no language
	m.Interactive.Action.Sections = []outSection{{Rows: rows}}
	return nil
}

func template(use *message.TemplateUse) *outTemplate {
	t := &outTemplate{Name: use.Name, Language: outLanguage{Code: use.Language}}
	add := func(kind string, values []string) {
		if len(values) == 0 {
			return
		}
		c := outComponent{Type: kind}
		for _, v := range values {
			c.Parameters = append(c.Parameters, outParameter{Type: "text", Text: v})
		}
		t.Components = append(t.Components, c)
	}
	add("header", use.Header)
	add("body", use.Body)
	return t
}

func businessCards(in []message.Contact) []contact {
	out := make([]contact, 0, len(in))
	for _, c := range in {
		// The provider wants at least one part of the name beside the whole.
		card := contact{Name: contactName{Formatted: c.Name, First: c.Name}}
		for _, p := range c.Phones {
			card.Phones = append(card.Phones, contactPhone{Phone: p, Type: "WORK"})
		}
		for _, e := range c.Emails {
			card.Emails = append(card.Emails, contactEmail{Email: e, Type: "WORK"})
		}
		if c.Org != "" {
			card.Org = &contactOrg{Company: c.Org}
		}
		out = append(out, card)
	}
	return out
}
