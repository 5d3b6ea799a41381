package customer_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/textproto"
	"strings"
	"sync"
	"testing"
	"time"

	"switchboard/internal/conversation"
	"switchboard/internal/message"
	"switchboard/internal/store/storetest"
)

// The same client-made id never makes a second entry, however often and concurrently it comes (promise 2).
func TestOneIDIsOneMessage(t *testing.T) {
	each(t, func(h *house) {
		t := h.t
		b := h.browser("device-1")
		thread, id := b.talk(nil)
		body, _ := json.Marshal(textBody(newUUID(), "once"))
		var group sync.WaitGroup
		for range 20 {
			group.Go(func() {
				r := httptest.NewRequest(http.MethodPost, talkPath(thread)+"/message", bytes.NewReader(body))
				r.Header.Set("Authorization", "Bearer "+b.token)
				w := httptest.NewRecorder()
				h.handler.ServeHTTP(w, r)
				if w.Code != http.StatusAccepted {
					t.Errorf("%d %s", w.Code, w.Body)
				}
			})
		}
		group.Wait()
		if n := messages(b, thread); n != 1 {
			t.Errorf("%d messages were made of one", n)
		}
		s, _ := sessionOf(h, id)
		if s.CustomerMessages != 1 {
			t.Errorf("the session counts %d", s.CustomerMessages)
		}
		// Making the conversation again is harmless too.
		b.must("POST", "/iamessage/api/v2/conversation", object{"conversationId": thread, "esDeveloperName": deployment})
		if list := b.must("GET", "/iamessage/api/v2/conversation/list", nil); list["openConversationsFound"] != 1.0 {
			t.Errorf("%v", list)
		}
	})
}

func messages(b *browser, thread string) int {
	return len(b.must("GET", talkPath(thread)+"/entries?entryTypeFilter=Message&limit=50", nil)["conversationEntries"].([]any))
}

// Whatever belongs to another customer or organisation is not there.
func TestOthersIDsAreNotThere(t *testing.T) {
	each(t, func(h *house) {
		t := h.t
		eve, mallory := h.browser("device-1"), h.browser("device-2")
		thread, id := eve.talk(nil)
		eve.say(thread, "secret")
		for _, call := range []struct {
			method, path string
			body         any
		}{
			{"GET", talkPath(thread), nil},
			{"GET", talkPath(thread) + "/entries", nil},
			{"GET", talkPath(thread) + "/transcript", nil},
			{"POST", talkPath(thread) + "/message", textBody(newUUID(), "hi")},
			{"POST", talkPath(thread) + "/entry", object{"entryType": "TypingStartedIndicator"}},
			{"POST", talkPath(thread) + "/acknowledge-entries", object{"acks": []object{}}},
			{"POST", talkPath(thread) + "/file", "x"},
			{"DELETE", talkPath(thread) + "/session", nil},
			{"DELETE", talkPath(thread), nil},
			{"GET", talkPath(id.String()), nil},
		} {
			if status, body := mallory.call(call.method, call.path, call.body); status != 404 {
				t.Errorf("%s %s: %d %v", call.method, call.path, status, body)
			}
		}
		// The same client-made id is another conversation in other hands.
		mallory.must("POST", "/iamessage/api/v2/conversation", object{"conversationId": thread})
		if n := messages(mallory, thread); n != 0 {
			t.Errorf("another customer sees %d messages", n)
		}
		other := message.NewID[message.OrgID]()
		h.seed("", "00D000000000002", other, message.NewID[message.ChannelID](), settings())
		if status, _ := eve.call("GET", talkPath(thread), nil, "X-Org-Id", "00D000000000002"); status != 401 {
			t.Errorf("a token in another organisation gets %d", status)
		}
		if status, _ := eve.call("GET", talkPath(thread), nil, "X-Org-Id", orgKey+"AAA"); status != 200 {
			t.Errorf("the 18-character form gets %d", status)
		}
	})
}

func TestChoicesFormsAndReplies(t *testing.T) {
	each(t, func(h *house) {
		t := h.t
		b := h.browser("device-1")
		thread, id := b.talk(nil)
		b.say(thread, "one")
		h.accept(id)
		question := h.answer(id, "Which?")
		b.must("POST", talkPath(thread)+"/message", object{"message": object{"id": newUUID(), "messageType": "ChoicesResponseMessage", "inReplyToMessageId": question.ID.String(),
			"choicesResponse": object{"formatType": "Selections", "selectedOptions": []object{{"optionIdentifier": "a", "optionTitle": object{"itemType": "TitleItem", "title": "First"}}}}}})
		b.must("POST", talkPath(thread)+"/message", object{"message": object{"id": newUUID(), "messageType": "FormResponseMessage",
			"formResponse": object{"formatType": "Inputs", "inputValues": []object{
				{"inputValueType": "SingleInputValue", "inputId": "age", "value": object{"valueType": "IntegerValue", "integerValue": 41}},
				{"inputValueType": "SelectedOptionsInputValue", "inputId": "colour", "selectedOptions": []object{{"optionIdentifier": "r", "optionTitle": "Red"}}},
			}}}})
		entries := b.must("GET", talkPath(thread)+"/entries?entryTypeFilter=Message", nil)["conversationEntries"]
		if at(entries, 1, "entryPayload", "abstractMessage", "choicesResponse", "selectedOptions", 0, "optionTitle", "title") != "First" ||
			at(entries, 1, "entryPayload", "abstractMessage", "inReplyToMessageId") != question.ID.String() {
			t.Errorf("choice: %v", at(entries, 1))
		}
		if at(entries, 0, "entryPayload", "abstractMessage", "formResponse", "inputValues", 0, "value", "textValue") != "41" ||
			at(entries, 0, "entryPayload", "abstractMessage", "formResponse", "inputValues", 1, "displayValue") != "Red" {
			t.Errorf("form: %v", at(entries, 0))
		}
		if status, body := b.call("POST", talkPath(thread)+"/message", object{"message": object{"id": newUUID(), "messageType": "StaticContentMessage",
			"inReplyToMessageId": newUUID(), "staticContent": object{"formatType": "Text", "text": "x"}}}); status != 422 {
			t.Errorf("a reply to nothing: %d %v", status, body)
		}
	})
}

func TestEndingAndClosing(t *testing.T) {
	each(t, func(h *house) {
		t := h.t
		b := h.browser("device-1")
		thread, id := b.talk(nil)
		b.say(thread, "one")
		h.accept(id)
		live := b.open("0")
		live.until("one")
		b.must("DELETE", talkPath(thread)+"/session?esDeveloperName="+deployment, nil)
		b.must("DELETE", talkPath(thread)+"/session", nil) // again: nothing is open
		if s, _ := sessionOf(h, id); s.Status != conversation.Ended || s.EndedBy != "customer" {
			t.Fatalf("session: %+v", s)
		}
		for {
			if f := live.next(); at(f.payload(), "sessionStatus") == "Ended" {
				if at(f.payload(), "sessionEndedByRole") != "EndUser" {
					t.Errorf("ended by %v", f.payload())
				}
				break
			}
		}
		b.say(thread, "again") // a new session
		if s, _ := sessionOf(h, id); s.Status != conversation.Waiting {
			t.Errorf("session: %s", s.Status)
		}
		b.must("DELETE", talkPath(thread), nil)
		for live.next().event != "CONVERSATION_CLOSE_CONVERSATION" {
		}
		if status, body := b.call("POST", talkPath(thread)+"/message", textBody(newUUID(), "late")); status != 409 || body["code"] != "unlawful_state" {
			t.Errorf("a closed conversation: %d %v", status, body)
		}
		list := b.must("GET", "/iamessage/api/v2/conversation/list?inclClosedConvs=true", nil)
		if list["closedConversationsFound"] != 1.0 || at(list, "conversations", 0, "endTimestamp") == nil {
			t.Errorf("list: %v", list)
		}
	})
}

func TestPrechatBeforeEachSession(t *testing.T) {
	storetest.EachURL(t, func(t *testing.T, url string) {
		s := settings()
		s.PrechatActive, s.PrechatEachOne = true, true
		h := newHouse(t, url, s)
		b := h.browser("device-1")
		if form := at(b.must("GET", "/embeddedservice/v1/embedded-service-config?orgId="+orgKey+"&esConfigName="+deployment, nil), "embeddedServiceConfig", "forms", 0); at(form, "displayContext") != "Session" {
			t.Errorf("form: %v", form)
		}
		thread, id := b.talk(nil)
		body := textBody(newUUID(), "one")
		if status, answer := b.call("POST", talkPath(thread)+"/message", body); status != 417 || answer["code"] != "no_session" {
			t.Fatalf("without the form: %d %v", status, answer)
		}
		body["isNewMessagingSession"] = true
		if status, answer := b.call("POST", talkPath(thread)+"/message", body); status != 417 {
			t.Fatalf("a new session without the answers that it needs: %d %v", status, answer)
		}
		body["routingAttributes"] = object{"topic": "billing"}
		if status, answer := b.call("POST", talkPath(thread)+"/message", body); status != 422 || at(answer, "errors", "routingAttributes._firstName") == nil {
			t.Fatalf("without a required field: %d %v", status, answer)
		}
		body["routingAttributes"] = object{"_firstName": "Eve", "page": strings.Repeat("x", 11)}
		if status, answer := b.call("POST", talkPath(thread)+"/message", body); status != 422 || at(answer, "errors", "routingAttributes.page") == nil {
			t.Fatalf("with a hidden field that is too long: %d %v", status, answer)
		}
		body["routingAttributes"] = object{"_firstName": "Eve", "topic": "billing"}
		b.must("POST", talkPath(thread)+"/message", body)
		if s, _ := sessionOf(h, id); len(s.Prechat) != 2 || s.Prechat[1].Value != "billing" {
			t.Errorf("pre-chat: %+v", s.Prechat)
		}
		b.say(thread, "two") // the session is open: nothing is asked
	})
}

func TestMalformedAndRefused(t *testing.T) {
	each(t, func(h *house) {
		t := h.t
		b := h.browser("device-1")
		thread, _ := b.talk(nil)
		message := talkPath(thread) + "/message"
		for name, c := range map[string]struct {
			method, path string
			body         any
			status       int
		}{
			"no JSON":            {"POST", message, "{", 400},
			"two values":         {"POST", message, "{}{}", 400},
			"wrong kind":         {"POST", message, `{"message":{"id":5}}`, 400},
			"no message":         {"POST", message, "{}", 400},
			"no id":              {"POST", message, textBody("", "x"), 400},
			"an id with NUL":     {"POST", message, textBody("a\x00b", "x"), 422},
			"nothing said":       {"POST", message, textBody(newUUID(), " \n"), 422},
			"too long":           {"POST", message, textBody(newUUID(), strings.Repeat("ä", 10_001)), 422},
			"too big":            {"POST", message, textBody(newUUID(), strings.Repeat("x", 300_000)), 413},
			"another deployment": {"POST", message, object{"esDeveloperName": "Other", "message": textBody(newUUID(), "x")["message"]}, 404},
			"upper-case id":      {"POST", "/iamessage/api/v2/conversation", object{"conversationId": strings.ToUpper(newUUID())}, 400},
			"bad receipt":        {"POST", talkPath(thread) + "/acknowledge-entries", object{"acks": []object{{"entryType": "Seen"}}}, 400},
			"bad entry":          {"POST", talkPath(thread) + "/entry", object{"entryType": "Message"}, 400},
			"bad limit":          {"GET", talkPath(thread) + "/entries?limit=0", nil, 400},
			"bad direction":      {"GET", talkPath(thread) + "/entries?direction=Up", nil, 400},
			"bad cursor":         {"GET", "/eventrouter/v1/sse", nil, 400},
			"no such route":      {"GET", "/iamessage/api/v2/nothing", nil, 404},
			"a path with NUL":    {"GET", talkPath("%00%ff"), nil, 404},
			"a receipt with NUL": {"POST", talkPath(thread) + "/acknowledge-entries", object{"acks": []object{{"entryType": "Read", "conversationEntryId": "a\x00"}}}, 422},
			"a name with NUL":    {"GET", "/embeddedservice/v1/embedded-service-config?orgId=%00&esConfigName=%ff", nil, 422},
			"unknown deployment": {"GET", "/embeddedservice/v1/embedded-service-config?orgId=" + orgKey + "&esConfigName=Nope", nil, 404},
		} {
			if status, body := b.call(c.method, c.path, c.body); status != c.status || status >= 400 && body["code"] == nil {
				t.Errorf("%s: %d %v", name, status, body)
			}
		}
		if status, body := b.call("POST", message, textBody(newUUID(), "with a NUL: \x00")); status != 422 || at(body, "errors", "message.staticContent.text") == nil {
			t.Errorf("a text with NUL: %d %v", status, body)
		}
		unknown := &browser{house: h}
		if status, body := unknown.call("GET", "/iamessage/api/v2/conversation/list", nil); status != 401 || body["code"] != "unauthorized" {
			t.Errorf("without a token: %d %v", status, body)
		}
		if status, body := unknown.call("POST", "/iamessage/api/v2/authorization/authenticated/access-token", object{"orgId": orgKey, "esDeveloperName": deployment,
			"authorizationType": "JWT", "customerIdentityToken": "x.y.z"}); status != 401 || body["reason"] != "verification_not_configured" {
			t.Errorf("an identity token: %d %v", status, body)
		}
		h.later(6*time.Hour + time.Second)
		if status, body := b.call("GET", "/iamessage/api/v2/conversation/list", nil); status != 401 || body["code"] != "token_expired" {
			t.Errorf("an old token: %d %v", status, body)
		}
	})
}

func TestContinuationDoesNotExtend(t *testing.T) {
	each(t, func(h *house) {
		b := h.browser("device-1")
		h.later(5 * time.Hour)
		b.token = b.must("GET", "/iamessage/api/v2/authorization/continuation-access-token", nil)["accessToken"].(string)
		b.must("GET", "/iamessage/api/v2/conversation/list", nil)
		h.later(time.Hour + time.Second)
		if status, _ := b.call("GET", "/iamessage/api/v2/conversation/list", nil); status != 401 {
			h.t.Errorf("a continued token outlives its first: %d", status)
		}
	})
}

func TestOriginsAndPreflight(t *testing.T) {
	each(t, func(h *house) {
		t := h.t
		b := h.browser("device-1") // apps send no Origin
		allowed := func(method, path, from string) (int, http.Header) {
			response := b.request(method, path, nil, "Origin", from)
			_, _ = io.Copy(io.Discard, response.Body)
			_ = response.Body.Close()
			return response.StatusCode, response.Header
		}
		list := "/iamessage/api/v2/conversation/list"
		if status, header := allowed("GET", list, origin); status != 200 || header.Get("Access-Control-Allow-Origin") != origin {
			t.Errorf("from the allowlist: %d %v", status, header)
		}
		if status, header := allowed("GET", list, "https://evil.example"); status != 403 || header.Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("from elsewhere: %d %v", status, header)
		}
		status, header := allowed("OPTIONS", list, origin)
		if status != 204 || header.Get("Access-Control-Allow-Headers") != "authorization, content-type, x-org-id, last-event-id" || !strings.Contains(header.Get("Access-Control-Allow-Methods"), "DELETE") {
			t.Errorf("preflight: %d %v", status, header)
		}
		// A page must be able to read that its token is refused.
		b.token = "nonsense"
		if status, header := allowed("GET", list, origin); status != 401 || header.Get("Access-Control-Allow-Origin") != origin {
			t.Errorf("refused token: %d %v", status, header)
		}
	})
}

func TestConfigurationInALanguage(t *testing.T) {
	each(t, func(h *house) {
		t := h.t
		b := &browser{house: h}
		path := "/embeddedservice/v1/embedded-service-config?orgId=" + orgKey + "&esConfigName=" + deployment
		config := at(b.must("GET", path+"&language=de_AT", nil), "embeddedServiceConfig")
		if at(config, "labels", "title") != "Frag uns" || at(config, "language") != "de" {
			t.Errorf("labels: %v %v", at(config, "labels"), at(config, "language"))
		}
		// What isn't said in German is the widget's own German, not the deployment's English.
		if _, said := at(config, "labels").(map[string]any)["send"]; said {
			t.Errorf("English in German: %v", at(config, "labels"))
		}
		if at(config, "settings", "prechatStyle") != "form" || at(config, "settings", "invitation") != nil {
			t.Errorf("settings nobody has made: %v", at(config, "settings"))
		}
		if at(config, "settings", "maxFileBytes") != float64(5<<20) || at(config, "branding2", "accent") != "#0b57d0" || at(config, "deploymentType") != "Web" {
			t.Errorf("config: %v", config)
		}
		if forms := at(config, "forms").([]any); len(forms) != 0 {
			t.Errorf("an inactive form is shown: %v", forms)
		}
		response := b.request("GET", "/embeddedservice/v1/businesshours?orgId="+orgKey+"&esConfigName="+deployment, nil)
		_ = response.Body.Close()
		if response.StatusCode != http.StatusNoContent {
			t.Errorf("business hours: %d", response.StatusCode)
		}
	})
}

const onePixel = "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89\x00\x00\x00\nIDATx\x9cc\x00\x01\x00\x00\x05\x00\x01\r\n-\xb4\x00\x00\x00\x00IEND\xaeB`\x82"

func (b *browser) upload(thread, id, name, claimed, content string) (int, object) {
	b.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	entry, _ := json.Marshal(object{"esDeveloperName": deployment, "message": object{"id": id, "fileId": newUUID(), "text": "look"}})
	_ = form.WriteField("messageEntry", string(entry))
	part, _ := form.CreatePart(textproto.MIMEHeader{
		"Content-Disposition": {fmt.Sprintf(`form-data; name="fileData"; filename=%q`, name)}, "Content-Type": {claimed}})
	_, _ = io.WriteString(part, content)
	_ = form.Close()
	response := b.request("POST", talkPath(thread)+"/file", &body, "Content-Type", form.FormDataContentType())
	defer response.Body.Close()
	var out object
	_ = json.NewDecoder(response.Body).Decode(&out)
	return response.StatusCode, out
}

func TestFiles(t *testing.T) {
	each(t, func(h *house) {
		t := h.t
		b := h.browser("device-1")
		thread, _ := b.talk(nil)
		if status, body := b.upload(thread, newUUID(), "../dot.png", "image/png", onePixel); status != 202 {
			t.Fatalf("%d %v", status, body)
		}
		attachment := at(b.must("GET", talkPath(thread)+"/entries?entryTypeFilter=Message", nil)["conversationEntries"], 0,
			"entryPayload", "abstractMessage", "staticContent", "attachments", 0)
		if at(attachment, "name") != "dot.png" || at(attachment, "mimeType") != "image/png" || at(attachment, "width") != 1.0 {
			t.Fatalf("%v", attachment)
		}
		link := strings.TrimPrefix(at(attachment, "url").(string), h.url)
		b.token = "" // the link is all that is needed
		response := b.request("GET", link, nil, "Range", "bytes=1-3")
		bytes, _ := io.ReadAll(response.Body)
		_ = response.Body.Close()
		if response.StatusCode != http.StatusPartialContent || string(bytes) != "PNG" || !strings.HasPrefix(response.Header.Get("Content-Disposition"), "inline") ||
			response.Header.Get("X-Content-Type-Options") != "nosniff" || !strings.Contains(response.Header.Get("Content-Security-Policy"), "sandbox") {
			t.Errorf("%d %q %v", response.StatusCode, bytes, response.Header)
		}
		if status, _ := b.call("GET", strings.Replace(link, "sig=", "sig=x", 1), nil); status != 404 {
			t.Errorf("a wrong signature gets %d", status)
		}

		b = h.browser("device-1")
		for name, c := range map[string]struct {
			file, claimed, content string
			status                 int
			delivery               string
		}{
			"a page that claims to be an image": {"a.png", "image/png", "<!doctype html><script>alert(1)</script>", 422, "3002"},
			"a program":                         {"a.pdf", "application/pdf", "\x7fELF\x02\x01\x01" + strings.Repeat("\x00", 100), 422, "3002"},
			"too big":                           {"a.png", "image/png", onePixel + strings.Repeat("x", 5<<20), 413, "3005"},
			"empty":                             {"a.png", "image/png", "", 422, ""},
		} {
			if status, body := b.upload(thread, newUUID(), c.file, c.claimed, c.content); status != c.status || fmt.Sprint(body["delivery_code"]) != c.delivery && c.delivery != "" {
				t.Errorf("%s: %d %v", name, status, body)
			}
		}
		if n := messages(b, thread); n != 1 {
			t.Errorf("%d messages", n)
		}
		// An upload that breaks off is swept; the one in the conversation stays.
		if _, err := h.files.Save(context.Background(), h.org, "left.txt", "", strings.NewReader("left alone"), 100, fileBy{}); err != nil {
			t.Fatal(err)
		}
		if n, err := h.files.Sweep(context.Background(), time.Now().Add(25*time.Hour)); err != nil || n != 1 {
			t.Errorf("swept %d, %v", n, err)
		}
		b.call("GET", link, nil)
		if status, _ := b.call("GET", link, nil); status != 200 {
			t.Errorf("the kept file gets %d", status)
		}
	})
}

func TestTranscript(t *testing.T) {
	each(t, func(h *house) {
		b := h.browser("device-1")
		thread, id := b.talk(object{"_firstName": "Eve"})
		b.say(thread, "one\nmore")
		h.accept(id)
		h.answer(id, "two")
		response := b.request("GET", talkPath(thread)+"/transcript?esDeveloperName="+deployment, nil)
		defer response.Body.Close()
		text, _ := io.ReadAll(response.Body)
		if !strings.Contains(string(text), "] Eve: one\n    more\n") || !strings.Contains(string(text), "] Ada: two\n") ||
			!strings.Contains(response.Header.Get("Content-Disposition"), ".txt") {
			h.t.Errorf("%s %v", text, response.Header)
		}
		nameless := h.browser("device-2")
		thread, _ = nameless.talk(object{})
		nameless.say(thread, "one")
		response = nameless.request("GET", talkPath(thread)+"/transcript?language=fr-CA&esDeveloperName="+deployment, nil)
		defer response.Body.Close()
		if text, _ := io.ReadAll(response.Body); !strings.Contains(string(text), "] Vous: one\n") {
			h.t.Errorf("in French: %s", text)
		}
	})
}
