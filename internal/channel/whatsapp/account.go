package whatsapp

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"

	"switchboard/internal/channel"
	"switchboard/internal/fault"
	"switchboard/internal/message"
)

// MarkRead turns the customer's ticks blue.
func (c *Connector) MarkRead(ctx context.Context, account channel.Account, providerID string) error {
	return c.mark(ctx, account, providerID, false)
}

// Typing shows the customer that somebody writes. The provider ties it to a message and marks that
// message read; it shows for 25 seconds at most or until the answer comes.
func (c *Connector) Typing(ctx context.Context, account channel.Account, _ message.Address, providerID string) error {
	return c.mark(ctx, account, providerID, true)
}

func (c *Connector) mark(ctx context.Context, account channel.Account, providerID string, typing bool) error {
	ctx, cancel := channel.Limited(ctx, callMax)
	defer cancel()
	body := map[string]any{"messaging_product": "whatsapp", "status": "read", "message_id": providerID}
	if typing {
		body["typing_indicator"] = map[string]string{"type": "text"}
	}
	raw, err := json.Marshal(body)
	if err != nil {
		return err
	}
	_, d := c.post(ctx, account, endpoint(account, account.Settings["phone_number_id"], "messages"), "application/json", raw)
	if d != nil {
		return d
	}
	return nil
}

// Templates lists all templates of the business account, in every state.
func (c *Connector) Templates(ctx context.Context, account channel.Account) ([]channel.Template, error) {
	ctx, cancel := channel.Limited(ctx, callMax)
	defer cancel()
	next := endpoint(account, account.Settings["waba_id"], "message_templates") +
		"?" + url.Values{"fields": {"name,language,category,status,components"}, "limit": {"100"}}.Encode()
	var out []channel.Template
	for next != "" {
		var page struct {
			Data []struct {
				Name       string `json:"name"`
				Language   string `json:"language"`
				Category   string `json:"category"`
				Status     string `json:"status"`
				Components []struct {
					Type   string `json:"type"`
					Format string `json:"format"`
					Text   string `json:"text"`
				} `json:"components"`
			} `json:"data"`
			Paging struct {
				Next string `json:"next"`
			} `json:"paging"`
		}
		if err := c.get(ctx, account, next, &page); err != nil {
			return nil, err
		}
		for _, t := range page.Data {
			template := channel.Template{Name: t.Name, Language: t.Language, Category: strings.ToLower(t.Category), Status: state(t.Status)}
			for _, part := range t.Components {
				switch part.Type {
				case "HEADER":
					template.Header = part.Text
				case "BODY":
					template.Body = part.Text
				case "FOOTER":
					template.Footer = part.Text
				}
			}
			out = append(out, template)
		}
		next = page.Paging.Next
		if len(page.Data) == 0 || !channel.Allowed(next, baseURL(account), mediaDomains...) {
			break
		}
	}
	return out, nil
}

// state of a template, in the words of TN-1.
func state(s string) string {
	switch strings.ToUpper(s) {
	case "APPROVED":
		return "approved"
	case "REJECTED":
		return "rejected"
	case "PAUSED":
		return "paused"
	case "DISABLED", "DELETED", "ARCHIVED", "PENDING_DELETION", "LIMIT_EXCEEDED":
		return "retired"
	}
	return "pending" // PENDING, IN_APPEAL
}

// Probe asks the provider what it calls this number.
func (c *Connector) Probe(ctx context.Context, account channel.Account) (string, error) {
	ctx, cancel := channel.Limited(ctx, callMax)
	defer cancel()
	var found struct {
		Number string `json:"display_phone_number"`
		Name   string `json:"verified_name"`
	}
	address := endpoint(account, account.Settings["phone_number_id"]) + "?fields=display_phone_number,verified_name"
	if err := c.get(ctx, account, address, &found); err != nil {
		return "", err
	}
	if account.Address != "" && digitsOf(found.Number) != digitsOf(account.Address) {
		e := fault.Invalid("phone_number_id", "This ID belongs to %s, not to %s.", found.Number, account.Address)
		e.Delivery = fault.ChannelSettings
		return "", e
	}
	return strings.TrimSpace(found.Name + " " + found.Number), nil
}

// digitsOf drops the plus sign and the spaces with which the provider writes numbers for people.
func digitsOf(number string) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, number)
}

// get reads a JSON answer with the account's token.
func (c *Connector) get(ctx context.Context, account channel.Account, address string, into any) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return fault.New(fault.Unprocessable, "The provider's address can't be read.")
	}
	req.Header.Set("Authorization", "Bearer "+account.Secrets["access_token"])
	answer, d := c.caller.Call(req)
	if d != nil {
		return fault.Wrap(d, fault.Unavailable, "The provider can't be reached now. Try again.")
	}
	if answer.Status != http.StatusOK {
		return lookup(refusal(answer))
	}
	if err := json.Unmarshal(answer.Body, into); err != nil {
		return fault.Wrap(err, fault.Unavailable, "The provider's answer can't be read.")
	}
	return nil
}

// lookup words a refused look-up for the person who set the channel up.
func lookup(d *fault.Delivery) error {
	if d.Outcome != fault.Refused {
		return fault.Wrap(d, fault.Unavailable, "%s", d.Code.Advice().Agent)
	}
	e := fault.Wrap(d, fault.DeliveryFailed, "The provider refuses: %s", d.ProviderText)
	if d.ProviderText == "" {
		e.Sentence = fault.Say("%s", d.Code.Advice().Agent)
	}
	e.Delivery = d.Code
	return e
}
