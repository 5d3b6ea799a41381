package inbound

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/url"
	"strings"

	"switchboard/internal/channel"
	"switchboard/internal/message"
	"switchboard/internal/privacy"
	"switchboard/internal/text"
)

// Mask sets the rules for sensitive data. Without them everything is kept as it came.
func (s *Service) Mask(rules *privacy.Rulebook) { s.rules = rules }

// mask takes out of events what rules for sensitive data find, before anything of them is written anywhere. A
// person's name and addresses stay: without them nobody could be answered.
func (s *Service) mask(ctx context.Context, org message.OrgID, events []channel.Event) error {
	for i := range events {
		e := &events[i]
		switch e.Kind {
		case channel.EventMessage, channel.EventReaction, channel.EventEdit:
		default:
			continue
		}
		mask, err := s.rules.For(ctx, org, message.AuthorCustomer)
		if err != nil || mask == nil {
			return err
		}
		said := e.Content.Text != ""
		mask.Content(&e.Content)
		if e.Media != nil {
			mask.Text(&e.Media.Name)
		}
		if said && strings.TrimSpace(e.Content.Text) == "" && e.Content.File == nil && e.Media == nil {
			e.Content.Text = privacy.Emptied
		}
		e.Content.Masked = mask.Masked()
	}
	return nil
}

// quarantine keeps a call that could not be taken in, with why. keep: its body as well, without sensitive data.
func (s *Service) quarantine(ctx context.Context, account channel.Account, request channel.WebhookRequest, why error, keep bool) error {
	mask, err := s.rules.For(ctx, account.Org, message.AuthorCustomer)
	if err != nil {
		return err
	}
	q := Quarantined{Channel: account.ID, Reason: text.Cleaned(why.Error()), Headers: plainHeaders(request), Body: request.Body}
	mask.Text(&q.Reason) // parsers' errors repeat what they could not read
	if keep {
		q.Kept = maskedBody(mask, request.Body)
		s.log.Error("an event could not be kept; its call is in quarantine", "channel", account.ID, "err", q.Reason)
	}
	q.Masked = mask.Masked()
	return s.write(ctx, account.Org, func(tx Tx) error { return tx.Quarantine(q) })
}

// maskedBody masks every text and number of a body, names too. One that is neither JSON nor a form can't be looked
// through and is not kept where there are rules.
func maskedBody(mask *privacy.Mask, body []byte) []byte {
	if mask == nil {
		return body
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	var value any
	if d.Decode(&value) == nil {
		if _, err := d.Token(); !errors.Is(err, io.EOF) {
			return nil
		}
		out, err := json.Marshal(maskedLeaves(mask, value))
		if err != nil {
			return nil
		}
		return out
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return nil
	}
	out := url.Values{}
	for name, values := range form {
		mask.Text(&name)
		mask.Texts(values)
		out[name] = append(out[name], values...)
	}
	return []byte(out.Encode())
}

func maskedLeaves(mask *privacy.Mask, value any) any {
	switch v := value.(type) {
	case string:
		mask.Text(&v)
		return v
	case json.Number:
		s := v.String()
		if mask.Text(&s); s != v.String() {
			return s
		}
	case []any:
		for i := range v {
			v[i] = maskedLeaves(mask, v[i])
		}
	case map[string]any:
		out := make(map[string]any, len(v))
		for name, member := range v {
			mask.Text(&name)
			out[name] = maskedLeaves(mask, member)
		}
		return out
	}
	return value
}
