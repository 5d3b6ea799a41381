package whatsapp_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"testing"

	"switchboard/internal/channel"
	"switchboard/internal/channel/channeltest"
	"switchboard/internal/channel/whatsapp"
	"switchboard/internal/fault"
	"switchboard/internal/message"
)

func account() channel.Account {
	return channel.Account{
		Type: channel.WhatsApp, Provider: channel.ProviderMeta, Address: "+15550783881",
		Settings:   map[string]string{"phone_number_id": "106540352242922", "waba_id": "102290129340398"},
		Secrets:    map[string]string{"app_secret": "s3cret-of-the-app", "verify_token": "t0ken-to-verify", "access_token": "t0ken-of-access"},
		WebhookURL: "https://switchboard.example/hooks/whatsapp/1",
	}
}

func sign(a channel.Account, r *channel.WebhookRequest) {
	mac := hmac.New(sha256.New, []byte(a.Secrets["app_secret"]))
	mac.Write(r.Body)
	r.Header.Set("X-Hub-Signature-256", "sha256="+hex.EncodeToString(mac.Sum(nil)))
}

// webhooks are Meta's published examples and our own, by name.
func webhooks(t testing.TB) map[string]channel.WebhookRequest {
	t.Helper()
	var examples struct {
		Webhooks map[string]json.RawMessage `json:"webhooks"`
	}
	readJSON(t, "testdata/meta-examples.json", &examples)
	var more, account map[string]json.RawMessage
	readJSON(t, "testdata/webhooks.json", &more)
	readJSON(t, "testdata/account.json", &account)
	out := map[string]channel.WebhookRequest{}
	for _, set := range []map[string]json.RawMessage{examples.Webhooks, more, account} {
		for name, body := range set {
			out[name] = channel.WebhookRequest{Method: http.MethodPost, URL: "https://switchboard.example/hooks/whatsapp/1",
				Header: http.Header{"Content-Type": {"application/json"}}, Body: body}
		}
	}
	if len(out) < 30 {
		t.Fatalf("only %d examples", len(out))
	}
	return out
}

func readJSON(t testing.TB, path string, into any) {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, into); err != nil {
		t.Fatal(err)
	}
}

func graph(code int, details string) string {
	return fmt.Sprintf(`{"error":{"message":"(#%d) Something","type":"OAuthException","code":%d,"error_data":{"messaging_product":"whatsapp","details":%q},"fbtrace_id":"A"}}`, code, code, details)
}

func TestConnector(t *testing.T) {
	channeltest.Run(t, channeltest.Suite{
		New:      func(c *http.Client) channeltest.Reader { return whatsapp.New(c) },
		Account:  account(),
		Sign:     sign,
		Messages: webhooks(t),
		Send: channel.Outbound{EntryID: message.NewID[message.EntryID](),
			To: message.Address{Kind: message.AddressPhone, Value: "+16505551234"}, Content: message.Content{Text: "Hello"}},
		Taken: func(w http.ResponseWriter) {
			io.WriteString(w, `{"messaging_product":"whatsapp","contacts":[{"input":"+16505551234","wa_id":"16505551234"}],"messages":[{"id":"wamid.NEW"}]}`)
		},
		TakenID: "wamid.NEW",
		Errors: map[string]channeltest.ErrorCase{
			"window closed":      channeltest.Ends(400, graph(131047, "Re-engagement message"), fault.Refused, fault.WindowIsClosed, false),
			"undeliverable":      channeltest.Ends(400, graph(131026, "x"), fault.Refused, fault.BadAddress, false),
			"throughput":         channeltest.Ends(400, graph(130429, "x"), fault.Later, fault.CantSendNow, true),
			"pair rate":          channeltest.Ends(400, graph(131056, "x"), fault.Later, fault.CantSendNow, false),
			"account rate":       channeltest.Ends(400, graph(80007, "x"), fault.Later, fault.CantSendNow, true),
			"token":              channeltest.Ends(401, graph(190, "x"), fault.Refused, fault.ChannelSettings, true),
			"spam":               channeltest.Ends(400, graph(131048, "x"), fault.Refused, fault.Spam, false),
			"marketing cap":      channeltest.Ends(400, graph(131049, "x"), fault.Refused, fault.CarrierBlocks, false),
			"opted out":          channeltest.Ends(400, graph(131050, "x"), fault.Refused, fault.CarrierBlocks, false),
			"type":               channeltest.Ends(400, graph(131051, "x"), fault.Refused, fault.Rejected, false),
			"media":              channeltest.Ends(400, graph(131053, "x"), fault.Refused, fault.FileType, false),
			"parameter count":    channeltest.Ends(400, graph(132000, "x"), fault.Refused, fault.IntentInvalid, false),
			"some template code": channeltest.Ends(400, graph(132999, "x"), fault.Refused, fault.IntentInvalid, false),
			"locked":             channeltest.Ends(403, graph(131031, "x"), fault.Refused, fault.SenderBlocked, true),
			"overloaded":         channeltest.Ends(503, graph(131016, "x"), fault.Later, fault.ServiceFailed, false),
			"unheard-of":         channeltest.Ends(400, graph(999999, "x"), fault.Refused, fault.Rejected, false),
			"its own 504":        channeltest.Ends(504, graph(999999, "x"), fault.Later, fault.ServiceFailed, false),
		},
	})
}

func TestHandshake(t *testing.T) {
	c := whatsapp.New(http.DefaultClient)
	for _, tt := range []struct {
		query, body string
		code        fault.Code
	}{
		{"?hub.mode=subscribe&hub.verify_token=t0ken-to-verify&hub.challenge=1158201444", "1158201444", ""},
		{"?hub.mode=subscribe&hub.verify_token=wrong&hub.challenge=1158201444", "", fault.BadSignature},
		{"?hub.mode=subscribe&hub.challenge=1158201444", "", fault.BadSignature},
		{"?hub.mode=unsubscribe&hub.verify_token=t0ken-to-verify", "", fault.Malformed},
		{"", "", fault.Malformed},
	} {
		body, err := c.Handshake(account(), channel.WebhookRequest{Method: http.MethodGet, URL: "https://switchboard.example/hooks/whatsapp/1" + tt.query})
		if body != tt.body || fault.CodeOf(err) != tt.code {
			t.Errorf("%s: got %q, %v", tt.query, body, err)
		}
	}
	none := account()
	none.Secrets = nil
	if _, err := c.Handshake(none, channel.WebhookRequest{URL: "/?hub.mode=subscribe&hub.verify_token=&hub.challenge=1"}); err == nil {
		t.Error("a channel without a verify token answers anybody")
	}
}

func FuzzParse(f *testing.F) {
	for _, r := range webhooks(f) {
		f.Add(r.Body)
	}
	c := whatsapp.New(http.DefaultClient)
	a := account()
	f.Fuzz(func(t *testing.T, body []byte) {
		events, err := c.Parse(a, channel.WebhookRequest{Method: http.MethodPost, Body: body})
		if err == nil {
			channeltest.CheckEvents(t, events)
		}
	})
}

func FuzzVerify(f *testing.F) {
	f.Add("sha256=00", []byte("{}"))
	f.Add("sha256=", []byte{})
	f.Add("", []byte("x"))
	c := whatsapp.New(http.DefaultClient)
	a := account()
	f.Fuzz(func(t *testing.T, signature string, body []byte) {
		r := channel.WebhookRequest{Method: http.MethodPost, Header: http.Header{"X-Hub-Signature-256": {signature}}, Body: body}
		good := channel.WebhookRequest{Method: http.MethodPost, Header: http.Header{}, Body: body}
		sign(a, &good)
		if err := c.Verify(a, r); err == nil && signature != good.Header.Get("X-Hub-Signature-256") {
			if len(signature) != len("sha256=")+64 {
				t.Errorf("%q is taken", signature)
			}
		}
	})
}
