package whatsapp_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"switchboard/internal/channel"
	"switchboard/internal/channel/whatsapp"
	"switchboard/internal/fault"
	"switchboard/internal/message"
)

// provider records what it is sent and takes everything.
type provider struct {
	*httptest.Server
	Bodies  []string
	Uploads map[string]string // field → value, of the last upload
}

func newProvider(t *testing.T) *provider {
	p := &provider{}
	p.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer t0ken-of-access" {
			t.Errorf("authorization %q", r.Header.Get("Authorization"))
		}
		body, _ := io.ReadAll(r.Body)
		switch r.URL.Path {
		case "/v23.0/106540352242922/messages":
			p.Bodies = append(p.Bodies, string(body))
			io.WriteString(w, `{"messages":[{"id":"wamid.NEW"}]}`)
		case "/v23.0/106540352242922/media":
			p.Uploads = map[string]string{}
			_, params, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
			for form := multipart.NewReader(strings.NewReader(string(body)), params["boundary"]); ; {
				part, err := form.NextPart()
				if err != nil {
					break
				}
				v, _ := io.ReadAll(part)
				p.Uploads[part.FormName()] = string(v)
				if part.FileName() != "" {
					p.Uploads["name"], p.Uploads["content-type"] = part.FileName(), part.Header.Get("Content-Type")
				}
			}
			io.WriteString(w, `{"id":"777"}`)
		default:
			t.Errorf("call to %s", r.URL.Path)
			w.WriteHeader(http.StatusNotFound)
		}
	}))
	t.Cleanup(p.Close)
	return p
}

func (p *provider) send(t *testing.T, a channel.Account, out channel.Outbound) error {
	t.Helper()
	a.BaseURL = p.URL
	if out.To.Value == "" {
		out.To = phone("+16505551234")
	}
	_, err := whatsapp.New(p.Client()).Send(t.Context(), a, out)
	return err
}

func file(kind string, size int64) *message.File {
	return &message.File{ID: message.NewID[message.FileID](), Name: "the file", Type: kind, Size: size}
}

func opened(text string) func(context.Context) (io.ReadCloser, error) {
	return func(context.Context) (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(text)), nil }
}

func options(titles ...string) (out []message.Option) {
	for _, t := range titles {
		out = append(out, message.Option{ID: "id-" + t, Title: t})
	}
	return out
}

// TestSendShapes: each kind of content makes the body that the provider documents.
func TestSendShapes(t *testing.T) {
	var examples struct {
		Requests map[string]any `json:"requests"`
	}
	readJSON(t, "testdata/meta-examples.json", &examples)
	const link = "https://files.example/f/1"
	byLink := account()
	byLink.Settings["media"] = "link"

	for _, tt := range []struct {
		name    string
		account channel.Account
		out     channel.Outbound
		want    string
		example string
	}{
		{"text", account(), channel.Outbound{Content: message.Content{Text: "Hello"}},
			`{"type":"text","text":{"body":"Hello","preview_url":false}}`, "Send Text Message"},
		{"text with a link", account(), channel.Outbound{Content: message.Content{Text: "See https://example.com"}},
			`{"type":"text","text":{"body":"See https://example.com","preview_url":true}}`, "Send Text Message"},
		{"reply", account(), channel.Outbound{Content: message.Content{Text: "Yes"}, ReplyTo: "wamid.IN"},
			`{"type":"text","text":{"body":"Yes","preview_url":false},"context":{"message_id":"wamid.IN"}}`, "Send Reply to Text Message"},
		{"image by link", byLink, channel.Outbound{Content: message.Content{Text: "Look", File: file("image/png", 1000)}, FileURL: link, FileBody: opened("x")},
			`{"type":"image","image":{"link":"` + link + `","caption":"Look"}}`, ""},
		{"image by upload", account(), channel.Outbound{Content: message.Content{File: file("image/jpeg", 3)}, FileURL: link, FileBody: opened("abc")},
			`{"type":"image","image":{"id":"777"}}`, "Send Image Message by ID"},
		{"document", byLink, channel.Outbound{Content: message.Content{Text: "Bill", File: file("application/pdf", 1000)}, FileURL: link},
			`{"type":"document","document":{"link":"` + link + `","caption":"Bill","filename":"the file"}}`, ""},
		{"audio", byLink, channel.Outbound{Content: message.Content{File: file("audio/ogg; codecs=opus", 1000)}, FileURL: link},
			`{"type":"audio","audio":{"link":"` + link + `"}}`, "Send Audio Message by URL"},
		{"audio with words goes as a document", byLink, channel.Outbound{Content: message.Content{Text: "Listen", File: file("audio/ogg", 1000)}, FileURL: link},
			`{"type":"document","document":{"link":"` + link + `","caption":"Listen","filename":"the file"}}`, ""},
		{"video", byLink, channel.Outbound{Content: message.Content{File: file("video/mp4", 1000)}, FileURL: link},
			`{"type":"video","video":{"link":"` + link + `"}}`, "Send Video Message by URL"},
		{"sticker", byLink, channel.Outbound{Content: message.Content{File: file("image/webp", 1000)}, FileURL: link},
			`{"type":"sticker","sticker":{"link":"` + link + `"}}`, "Send Sticker Message by URL"},
		{"large image goes as a link", account(), channel.Outbound{Content: message.Content{Text: "Look", File: file("image/png", 6<<20)}, FileURL: link},
			`{"type":"text","text":{"body":"Look\n` + link + `","preview_url":true}}`, "Send Text Message"},
		{"text file goes as a link", account(), channel.Outbound{Content: message.Content{File: file("text/csv", 10)}, FileURL: link},
			`{"type":"text","text":{"body":"` + link + `","preview_url":true}}`, "Send Text Message"},
		{"location", account(), channel.Outbound{Content: message.Content{Location: &message.Location{Latitude: 1.5, Longitude: -2, Name: "Here", Address: "1 Road"}}},
			`{"type":"location","location":{"latitude":1.5,"longitude":-2,"name":"Here","address":"1 Road"}}`, "Send Location Message"},
		{"contact", account(), channel.Outbound{Content: message.Content{Contacts: []message.Contact{{Name: "Ana", Phones: []string{"+1"}, Emails: []string{"a@b.c"}, Org: "O"}}}},
			`{"type":"contacts","contacts":[{"name":{"formatted_name":"Ana","first_name":"Ana"},"phones":[{"phone":"+1","type":"WORK"}],"emails":[{"email":"a@b.c","type":"WORK"}],"org":{"company":"O"}}]}`, "Send Contact Message"},
		{"reaction", account(), channel.Outbound{Content: message.Content{Reaction: &message.Reaction{Emoji: "👍"}}, ReplyTo: "wamid.IN"},
			`{"type":"reaction","reaction":{"message_id":"wamid.IN","emoji":"👍"}}`, "Send Reply with Reaction Message"},
		{"buttons", account(), channel.Outbound{Content: message.Content{Text: "Which?", Buttons: options("A", "B")}},
			`{"type":"interactive","interactive":{"type":"button","body":{"text":"Which?"},"action":{"buttons":[{"type":"reply","reply":{"id":"id-A","title":"A"}},{"type":"reply","reply":{"id":"id-B","title":"B"}}]}}}`, "Send Reply Button"},
		{"four options make a list", account(), channel.Outbound{Content: message.Content{Text: "Which?", Buttons: options("A", "B", "C", "D")}},
			`{"type":"interactive","interactive":{"type":"list","body":{"text":"Which?"},"action":{"button":"☰","sections":[{"rows":[{"id":"id-A","title":"A"},{"id":"id-B","title":"B"},{"id":"id-C","title":"C"},{"id":"id-D","title":"D"}]}]}}}`, "Send List Message"},
		{"long options make a numbered text", account(), channel.Outbound{Content: message.Content{Text: "Which?", Buttons: options(strings.Repeat("x", 25), "B")}},
			`{"type":"text","text":{"body":"Which?\n1. ` + strings.Repeat("x", 25) + `\n2. B","preview_url":false}}`, "Send Text Message"},
		{"template", account(), channel.Outbound{Content: message.Content{Text: "rendered", Template: &message.TemplateUse{Name: "order_update", Language: "en_US", Header: []string{"H"}, Body: []string{"A", "B"}}}},
			`{"type":"template","template":{"name":"order_update","language":{"code":"en_US"},"components":[{"type":"header","parameters":[{"type":"text","text":"H"}]},{"type":"body","parameters":[{"type":"text","text":"A"},{"type":"text","text":"B"}]}]}}`, "Send Message Template Text"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := newProvider(t)
			tt.out.EntryID = message.NewID[message.EntryID]()
			if err := p.send(t, tt.account, tt.out); err != nil {
				t.Fatal(err)
			}
			var got, want map[string]any
			if err := json.Unmarshal([]byte(p.Bodies[0]), &got); err != nil {
				t.Fatal(err)
			}
			if err := json.Unmarshal([]byte(tt.want), &want); err != nil {
				t.Fatal(err)
			}
			want["messaging_product"], want["recipient_type"], want["to"] = "whatsapp", "individual", "+16505551234"
			want["biz_opaque_callback_data"] = tt.out.EntryID.String()
			if d := cmp.Diff(want, got); d != "" {
				t.Errorf("(-want +got)\n%s", d)
			}
			if example, ok := examples.Requests[tt.example]; ok {
				delete(got, "biz_opaque_callback_data") // documented, but in no example
				delete(got, "recipient_type")           // in most
				known := paths("", example)
				for _, path := range paths("", got) {
					if !slices.Contains(known, path) {
						t.Errorf("%s is not in Meta's example %q", path, tt.example)
					}
				}
			} else if tt.example != "" {
				t.Errorf("no example %q", tt.example)
			}
		})
	}
}

// paths lists where values stand, with [] for any element.
func paths(at string, v any) (out []string) {
	switch v := v.(type) {
	case map[string]any:
		for k, v := range v {
			out = append(out, paths(at+"."+k, v)...)
		}
	case []any:
		for _, v := range v {
			out = append(out, paths(at+"[]", v)...)
		}
	default:
		out = []string{at}
	}
	return out
}

func TestSendUploadsWhatItSays(t *testing.T) {
	p := newProvider(t)
	f := file("application/pdf", 5)
	f.Name = `Rechnung "Nr. 1" ü.pdf`
	if err := p.send(t, account(), channel.Outbound{Content: message.Content{File: f}, FileBody: opened("%PDF!")}); err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"messaging_product": "whatsapp", "type": "application/pdf", "file": "%PDF!", "name": f.Name, "content-type": "application/pdf"}
	if d := cmp.Diff(want, p.Uploads); d != "" {
		t.Error(d)
	}
}

func TestSendToScopedID(t *testing.T) {
	p := newProvider(t)
	if err := p.send(t, account(), channel.Outbound{To: scoped("US.13491208655302741918"), Content: message.Content{Text: "Hi"}}); err != nil {
		t.Fatal(err)
	}
	var got map[string]any
	json.Unmarshal([]byte(p.Bodies[0]), &got)
	if got["recipient"] != "US.13491208655302741918" || got["to"] != nil {
		t.Errorf("got %s", p.Bodies[0])
	}
}

// TestSendRefuses what the provider would refuse anyway, before any call.
func TestSendRefuses(t *testing.T) {
	for name, tt := range map[string]struct {
		out  channel.Outbound
		code fault.DeliveryCode
	}{
		"long text":          {channel.Outbound{Content: message.Content{Text: strings.Repeat("ä", 4097)}}, fault.TextTooLarge},
		"nothing":            {channel.Outbound{}, fault.Rejected},
		"a program":          {channel.Outbound{Content: message.Content{File: file("application/x-msdownload", 10)}, FileURL: "https://x"}, fault.FileType},
		"a zip":              {channel.Outbound{Content: message.Content{File: file("application/zip", 10)}, FileURL: "https://x"}, fault.FileType},
		"26 MB":              {channel.Outbound{Content: message.Content{File: file("video/mp4", 26<<20)}, FileURL: "https://x"}, fault.FileTooLarge},
		"a long caption":     {channel.Outbound{Content: message.Content{Text: strings.Repeat("x", 1025), File: file("image/png", 10)}, FileURL: "https://x"}, fault.TextTooLarge},
		"reaction to nought": {channel.Outbound{Content: message.Content{Reaction: &message.Reaction{Emoji: "👍"}}}, fault.Rejected},
	} {
		t.Run(name, func(t *testing.T) {
			p := newProvider(t)
			var d *fault.Delivery
			err := p.send(t, account(), tt.out)
			if !errors.As(err, &d) || d.Outcome != fault.Refused || d.Code != tt.code {
				t.Errorf("got %v, want refused %s", err, tt.code)
			}
			if len(p.Bodies) > 0 {
				t.Error("the provider was called")
			}
		})
	}
	p := newProvider(t)
	if err := p.send(t, account(), channel.Outbound{Content: message.Content{Text: strings.Repeat("ä", 4096)}}); err != nil {
		t.Errorf("4096 characters are refused: %v", err)
	}
}

// TestUploadIsNoSend: an upload that breaks has sent nothing, so it may be tried again.
func TestUploadIsNoSend(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		panic(http.ErrAbortHandler)
	}))
	defer s.Close()
	a := account()
	a.BaseURL = s.URL
	_, err := whatsapp.New(s.Client()).Send(t.Context(), a, channel.Outbound{To: phone("+16505551234"),
		Content: message.Content{File: file("image/png", 3)}, FileBody: opened("abc")})
	var d *fault.Delivery
	if !errors.As(err, &d) || d.Outcome != fault.Later {
		t.Errorf("got %v, want later", err)
	}
}

// TestFetchMediaStaysHome: the token goes to the provider's own host and nowhere else.
func TestFetchMediaStaysHome(t *testing.T) {
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("a foreign host was called") }))
	defer elsewhere.Close()
	var link string
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/v23.0/9001":
			json.NewEncoder(w).Encode(map[string]string{"url": link})
		case "/bytes":
			io.WriteString(w, "the picture")
		case "/away":
			http.Redirect(w, r, elsewhere.URL, http.StatusFound)
		}
	}))
	defer s.Close()
	a := account()
	a.BaseURL = s.URL
	c := whatsapp.New(s.Client())
	for _, bad := range []string{elsewhere.URL + "/x", "https://lookaside.fbsbx.com.evil.example/x", "file:///etc/passwd", "", s.URL + "/away", "https://user@" + strings.TrimPrefix(s.URL, "http://")} {
		link = bad
		if body, err := c.FetchMedia(t.Context(), a, channel.MediaRef{ID: "9001"}); err == nil {
			body.Close()
			t.Errorf("%s was followed", bad)
		}
	}
	link = s.URL + "/bytes"
	body, err := c.FetchMedia(t.Context(), a, channel.MediaRef{ID: "9001"})
	if err != nil {
		t.Fatal(err)
	}
	defer body.Close()
	if b, _ := io.ReadAll(body); string(b) != "the picture" {
		t.Errorf("got %q", b)
	}
}
