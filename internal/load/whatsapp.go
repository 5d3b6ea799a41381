package load

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash"
	"net/url"
	"strconv"
	"time"
)

// WhatsAppCall is a signed webhook with one text message, as Meta sends it.
func WhatsAppCall(secrets map[string]string, from, id, text string) (body []byte, signature string) {
	body, err := json.Marshal(map[string]any{"object": "whatsapp_business_account", "entry": []any{map[string]any{
		"id": secrets["waba_id"], "changes": []any{map[string]any{"field": "messages", "value": map[string]any{
			"messaging_product": "whatsapp",
			"metadata":          map[string]string{"display_phone_number": "1555", "phone_number_id": secrets["phone_number_id"]},
			"contacts":          []any{map[string]any{"wa_id": from, "profile": map[string]string{"name": "Customer " + from}}},
			"messages": []any{map[string]any{"from": from, "id": id, "timestamp": fmt.Sprint(time.Now().Unix()),
				"type": "text", "text": map[string]string{"body": text}}},
		}}},
	}}})
	if err != nil {
		panic(err) // strings and maps only
	}
	return body, Sign(secrets["app_secret"], body)
}

// Sign is Meta's signature of a body.
func Sign(secret string, body []byte) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write(body)
	return "sha256=" + hex.EncodeToString(mac.Sum(nil))
}

// whatsApp is Meta's side of one channel, on one connection: webhooks made from a frame that is
// written once, without allocations.
type whatsApp struct {
	wire   *wire
	path   string
	mac    hash.Hash
	head   string // up to the sender
	body   []byte
	sum    []byte
	header []byte
}

func newWhatsApp(c ReadyChannel) (*whatsApp, error) {
	hook, err := url.Parse(c.Webhook)
	if err != nil {
		return nil, err
	}
	w, err := newWire(c.Webhook)
	if err != nil {
		return nil, err
	}
	quoted := func(name string) string {
		text, _ := json.Marshal(c.Secrets[name]) // a string
		return string(text)
	}
	return &whatsApp{wire: w, path: hook.RequestURI(), mac: hmac.New(sha256.New, []byte(c.Secrets["app_secret"])),
		head: `{"object":"whatsapp_business_account","entry":[{"id":` + quoted("waba_id") + `,"changes":[{"field":"messages","value":{` +
			`"messaging_product":"whatsapp","metadata":{"display_phone_number":"1555","phone_number_id":` + quoted("phone_number_id") + `},"contacts":[{"wa_id":"`,
	}, nil
}

// deliver tells of a customer's message. Neither sender nor text may hold what JSON escapes.
func (p *whatsApp) deliver(ctx context.Context, from string, text []byte) (status int, err error) {
	b := p.body[:0]
	b = append(b, p.head...)
	b = append(b, from...)
	b = append(b, `","profile":{"name":"Customer `...)
	b = append(b, from...)
	b = append(b, `"}}],"messages":[{"from":"`...)
	b = append(b, from...)
	b = append(b, `","id":"wamid.`...)
	b = append(b, text[:markEnd(text)]...)
	b = append(b, `","timestamp":"`...)
	b = strconv.AppendInt(b, time.Now().Unix(), 10)
	b = append(b, `","type":"text","text":{"body":"`...)
	b = append(b, text...)
	b = append(b, `"}}]}}]}]}`...)
	p.body = b
	p.mac.Reset()
	p.mac.Write(b)
	p.sum = p.mac.Sum(p.sum[:0])
	p.header = append(p.header[:0], "Content-Type: application/json\r\nX-Hub-Signature-256: sha256="...)
	p.header = hex.AppendEncode(p.header, p.sum)
	p.header = append(p.header, "\r\n"...)
	status, _, err = p.wire.post(ctx, p.path, string(p.header), b)
	return status, err
}
