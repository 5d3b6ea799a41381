package app

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"fmt"
	"image"
	"image/png"
	"io"
	"log/slog"
	"mime/multipart"
	"net"
	"net/http"
	"net/textproto"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"switchboard/internal/message"
	"switchboard/internal/resource"
	"switchboard/internal/sandbox"
	"switchboard/internal/store/storetest"
)

// desk is the whole program with its sandbox, and the API key that may everything.
type desk struct {
	t        *testing.T
	app      *App
	base     string
	folder   string
	whatsapp message.ChannelID
}

func newDesk(t *testing.T, database string) *desk {
	t.Helper()
	return newDeskIn(t, database, t.TempDir(), slog.New(slog.DiscardHandler))
}

func newDeskIn(t *testing.T, database, folder string, log *slog.Logger, change ...func(*Config)) *desk {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	config, err := Demo{Listen: l.Addr().String(), Data: folder, Database: database}.Config()
	if err != nil {
		t.Fatal(err)
	}
	for _, set := range change {
		set(&config)
	}
	a, err := New(t.Context(), config, "test", log)
	if err != nil {
		t.Fatal(err)
	}
	if err := a.SeedDemo(t.Context()); err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: a.handler, ReadHeaderTimeout: time.Minute}
	go func() { _ = server.Serve(l) }()
	a.Start(t.Context())
	t.Cleanup(func() {
		_ = server.Close()
		if err := a.Stop(); err != nil {
			t.Error(err)
		}
	})
	d := &desk{t: t, app: a, folder: folder, base: "http://" + l.Addr().String()}
	var channels struct{ Items []resource.Channel }
	d.is(d.call("GET", "/api/v1/channels", nil, &channels), 200)
	for _, c := range channels.Items {
		if c.Type == "whatsapp" {
			d.whatsapp = c.ID
		}
	}
	return d
}

// call makes a request; body is JSON, or a request's own reader with its content type.
func (d *desk) call(method, path string, body, into any, contentType ...string) (status int) {
	d.t.Helper()
	var content io.Reader
	switch b := body.(type) {
	case nil:
	case io.Reader:
		content = b
	default:
		raw, err := json.Marshal(b)
		if err != nil {
			d.t.Fatal(err)
		}
		content = bytes.NewReader(raw)
	}
	r, err := http.NewRequestWithContext(d.t.Context(), method, d.base+path, content)
	if err != nil {
		d.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+d.app.demoKey())
	r.Header.Set("Content-Type", strings.Join(append(contentType, "application/json")[:1], ""))
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		d.t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		d.t.Fatal(err)
	}
	if into != nil {
		if err := json.Unmarshal(text, into); err != nil {
			d.t.Fatalf("%s %s: %d %.300s", method, path, res.StatusCode, text)
		}
	}
	return res.StatusCode
}

func (d *desk) is(got, want int) {
	d.t.Helper()
	if got != want {
		d.t.Fatalf("answered %d, want %d", got, want)
	}
}

// get is what anybody finds behind an address.
func (d *desk) get(address string) (status int, body []byte, header http.Header) {
	d.t.Helper()
	r, err := http.NewRequestWithContext(d.t.Context(), http.MethodGet, address, nil)
	if err != nil {
		d.t.Fatal(err)
	}
	r.Header.Set("Accept", "text/html,*/*;q=0.8")
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		d.t.Fatal(err)
	}
	defer res.Body.Close()
	body, err = io.ReadAll(res.Body)
	if err != nil {
		d.t.Fatal(err)
	}
	return res.StatusCode, body, res.Header
}

// until polls what becomes true without another signal.
func (d *desk) until(what string, ok func() bool) {
	d.t.Helper()
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); {
		if ok() {
			return
		}
		time.Sleep(10 * time.Millisecond) //nolint:forbidigo // a poll with a deadline, not a guess
	}
	d.t.Fatalf("never: %s", what)
}

func (d *desk) upload(name, mediaType string, content []byte) message.FileID {
	d.t.Helper()
	var form bytes.Buffer
	w := multipart.NewWriter(&form)
	head := textproto.MIMEHeader{}
	head.Set("Content-Disposition", multipart.FileContentDisposition("file", name))
	head.Set("Content-Type", mediaType)
	part, err := w.CreatePart(head)
	if err != nil {
		d.t.Fatal(err)
	}
	_, _ = part.Write(content)
	_ = w.Close()
	var up resource.Upload
	d.is(d.call("POST", "/api/v1/files", &form, &up, w.FormDataContentType()), 201)
	return up.ID
}

func (d *desk) entries(c message.ConversationID) []resource.Entry {
	d.t.Helper()
	var out struct{ Items []resource.Entry }
	d.is(d.call("GET", "/api/v1/conversations/"+c.String()+"/entries?limit=200", nil, &out), 200)
	return out.Items
}

// answered sends a message and waits for its end.
func (d *desk) answered(c message.ConversationID, text string, f message.FileID) resource.Entry {
	d.t.Helper()
	var e resource.Entry
	d.is(d.call("POST", "/api/v1/conversations/"+c.String()+"/messages", map[string]any{"text": text, "file_id": f}, &e), 201)
	d.until("the message is sent or failed", func() bool {
		for _, now := range d.entries(c) {
			if now.ID == e.ID {
				e = now
			}
		}
		return e.Status != message.StatusQueued
	})
	return e
}

// written makes a phone whose customer has just written this, and finds the conversation.
func (d *desk) written(text string) (sandbox.Phone, message.ConversationID) {
	d.t.Helper()
	var p sandbox.Phone
	d.is(d.call("POST", "/sandbox/api/channels/"+d.whatsapp.String()+"/phones", nil, &p), 201)
	d.is(d.call("POST", "/sandbox/api/phones/"+p.ID+"/messages", map[string]any{"text": text}, nil), 201)
	var found message.ConversationID
	d.until("the conversation is there", func() bool {
		var list struct{ Items []resource.Conversation }
		d.is(d.call("GET", "/api/v1/conversations?limit=50", nil, &list), 200)
		for _, c := range list.Items {
			if c.Customer.Name == p.Name {
				found = c.ID
			}
		}
		return !found.IsZero()
	})
	return p, found
}

// last is the business's latest message on the phone.
func (d *desk) last(p sandbox.Phone) (m sandbox.Message) {
	d.t.Helper()
	var out struct{ Items []sandbox.Message }
	d.is(d.call("GET", "/sandbox/api/phones/"+p.ID+"/messages", nil, &out), 200)
	for _, one := range out.Items {
		if !one.Customer {
			m = one
		}
	}
	return m
}

// first is the business's earliest message on the phone.
func (d *desk) first(p sandbox.Phone) (m sandbox.Message) {
	d.t.Helper()
	var out struct{ Items []sandbox.Message }
	d.is(d.call("GET", "/sandbox/api/phones/"+p.ID+"/messages", nil, &out), 200)
	for _, one := range slices.Backward(out.Items) {
		if !one.Customer {
			m = one
		}
	}
	return m
}

// filled is a file that begins like one of its kind and has this size.
func filled(begins string, size int) []byte {
	return append([]byte(begins), bytes.Repeat([]byte("."), size-len(begins))...)
}

func zipped(t *testing.T, names ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, name := range names {
		part, err := w.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = part.Write([]byte("<x/>"))
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

const mp4 = "\x00\x00\x00\x20ftypisom\x00\x00\x02\x00isomiso2avc1mp41"

// What WhatsApp doesn't take as a file reaches the customer as a link under the text: it works without a
// login for seven days, then no more. What phones don't play is refused with its reason (CH-9).
func TestWhatsAppFilesByTheirNearestForm(t *testing.T) {
	storetest.EachURL(t, func(t *testing.T, database string) {
		d := newDesk(t, database)
		p, c := d.written("Can you send me the papers?")
		const megabyte = 1 << 20
		for _, f := range []struct {
			name, mediaType string
			content         []byte
		}{
			{"photo.jpg", "image/jpeg", filled("\xFF\xD8\xFF\xE0\x00\x10JFIF\x00", 5*megabyte+1)},
			{"manual.pdf", "application/pdf", filled("%PDF-1.7\n", 16*megabyte+1)},
			{"clip.mp4", "video/mp4", filled(mp4, 16*megabyte+1)},
			{"clip.3gp", "video/3gpp", filled("\x00\x00\x00\x18ftyp3gp4\x00\x00\x00\x003gp4isom", 100)},
			{"notes ä.txt", "text/plain", []byte("Notes.\n")},
			{"data.json", "application/json", []byte(`{"a": [1, 2, 3]}`)},
			{"data.xml", "text/xml", []byte(`<?xml version="1.0"?><a/>`)},
			{"list.csv", "text/csv", []byte("a,b\n1,2\n3,4\n")},
			{"letter.rtf", "application/rtf", []byte(`{\rtf1\ansi Hello}`)},
			{"deck.ppsx", "", zipped(t, "[Content_Types].xml", "_rels/.rels", "ppt/presentation.xml")},
		} {
			e := d.answered(c, "Here it is: "+f.name, d.upload(f.name, f.mediaType, f.content))
			if e.Status == message.StatusFailed {
				t.Errorf("%s: %+v", f.name, e.Error)
				continue
			}
			said := d.last(p)
			text, link, found := strings.Cut(said.Content.Text, "\n")
			if !found || text != "Here it is: "+f.name || said.Content.File != nil {
				t.Errorf("%s: the customer reads %q with %+v", f.name, said.Content.Text, said.Content.File)
				continue
			}
			status, body, header := d.get(link)
			if status != 200 || !bytes.Equal(body, f.content) || !strings.Contains(header.Get("Content-Disposition"), "filename") {
				t.Errorf("%s: behind the link are %d bytes, %d, %v", f.name, len(body), status, header)
			}
			at, err := url.Parse(link)
			if err != nil {
				t.Fatal(err)
			}
			ends, _ := strconv.ParseInt(at.Query().Get("exp"), 10, 64)
			if left := time.Until(time.Unix(ends, 0)); left < 7*24*time.Hour-time.Hour || left > 7*24*time.Hour+time.Minute {
				t.Errorf("%s: the link is good for %s", f.name, left)
			}
			later := at.Query()
			later.Set("exp", strconv.FormatInt(ends+1, 10))
			over, err := url.Parse(d.app.files.Links.Until(demoOrganisation(d), *e.Content.File, time.Now().Add(-time.Second)))
			if err != nil {
				t.Fatal(err)
			}
			for name, address := range map[string]string{"made longer": d.base + at.Path + "?" + later.Encode(), "over": over.String()} {
				if status, body, header := d.get(address); status != 404 || !strings.HasPrefix(header.Get("Content-Type"), "text/plain") || !strings.Contains(string(body), "no longer good") {
					t.Errorf("%s: a link that was %s is answered with %d %s", f.name, name, status, body)
				}
			}
		}

		deep := image.NewRGBA64(image.Rect(0, 0, 8, 8))
		var picture bytes.Buffer
		if err := png.Encode(&picture, deep); err != nil {
			t.Fatal(err)
		}
		e := d.answered(c, "A picture", d.upload("deep.png", "image/png", picture.Bytes()))
		said := d.last(p)
		if e.Status == message.StatusFailed || said.Content.File == nil || said.Content.File.Type != "image/png" || e.Content.File.Size != int64(picture.Len()) {
			t.Fatalf("a picture of 16 bits: %+v, the customer sees %+v", e.Error, said.Content)
		}
		if status, body, _ := d.get(d.base + said.Content.File.URL); status != 200 || len(body) < 26 || body[24] != 8 {
			t.Errorf("the customer's picture has %d bytes, %d", len(body), status)
		}

		for _, f := range []struct {
			name    string
			content []byte
			says    string
		}{
			{"phone.mp4", []byte(mp4 + video("hvc1")), "HEVC (H.265)"},
			{"song.ogg", []byte("OggS\x00\x02" + strings.Repeat("\x00", 20) + "\x01\x1e\x01vorbis" + strings.Repeat("\x00", 23)), "Vorbis"},
		} {
			e := d.answered(c, "", d.upload(f.name, "", f.content))
			if e.Status != message.StatusFailed || e.Error == nil || e.Error.Code != "3002" || e.Error.Retryable || !strings.Contains(e.Error.Text, f.says) {
				t.Errorf("%s: %s %+v", f.name, e.Status, e.Error)
			}
		}
		if e := d.answered(c, "", d.upload("fine.mp4", "", []byte(mp4+video("avc1")))); e.Status == message.StatusFailed {
			t.Errorf("a video that phones play: %+v", e.Error)
		}
		for _, f := range []struct {
			name    string
			content []byte
			code    string
		}{
			{"moving.gif", []byte("GIF89a\x01\x00\x01\x00\x00\x00\x00;"), "3002"},
			{"scan.tiff", []byte("II*\x00\x08\x00\x00\x00\x00\x00"), "3002"},
			{"all.zip", zipped(t, "a.txt"), "3002"},
			{"book.pdf", filled("%PDF-1.7\n", 25*megabyte+1), "3005"},
		} {
			var refused map[string]any
			if status := d.call("POST", "/api/v1/conversations/"+c.String()+"/messages", map[string]any{"file_id": d.upload(f.name, "", f.content)}, &refused); status != 422 || refused["delivery_code"] != f.code {
				t.Errorf("%s: %d %v", f.name, status, refused)
			}
		}

		// What was made for the channel goes with what it was made from, and so do the links.
		_, link, _ := strings.Cut(d.first(p).Content.Text, "\n")
		const made = "SELECT blob FROM file WHERE made_from IS NOT NULL"
		if got := storetest.Column(t, database, made); len(got) != 1 {
			t.Errorf("made from another: %v", got)
		}
		session := "/api/v1/sessions/" + e.SessionID.String()
		d.is(d.call("POST", session+"/end", nil, nil), 200)
		d.is(d.call("DELETE", session, nil, nil), 204)
		d.until("the files are swept", func() bool {
			if _, err := d.app.files.Sweep(t.Context(), time.Now()); err != nil {
				t.Fatal(err)
			}
			return len(storetest.Column(t, database, made)) == 0
		})
		if status, _, _ := d.get(link); status != 404 {
			t.Errorf("the link of a deleted file is answered with %d", status)
		}
	})
}

// video is the table of contents of a video with one track of this codec.
func video(codec string) string {
	box := func(kind, body string) string {
		return string([]byte{0, 0, byte((8 + len(body)) >> 8), byte(8 + len(body))}) + kind + body
	}
	return box("moov", box("trak", box("mdia", box("hdlr", strings.Repeat("\x00", 8)+"vide"+strings.Repeat("\x00", 13))+
		box("minf", box("stbl", box("stsd", "\x00\x00\x00\x00\x00\x00\x00\x01"+box(codec, strings.Repeat("\x00", 78))))))))
}

func demoOrganisation(d *desk) message.OrgID {
	d.t.Helper()
	mark, err := d.app.db.Mark(d.t.Context(), demoMark)
	if err != nil {
		d.t.Fatal(err)
	}
	org, err := message.ParseID[message.OrgID](mark)
	if err != nil {
		d.t.Fatal(err)
	}
	return org
}

// A text over 9 KB reaches the desk by its webhook: the entry shows its beginning, the file has it whole.
func TestWhatsAppLongText(t *testing.T) {
	storetest.EachURL(t, func(t *testing.T, database string) {
		d := newDesk(t, database)
		var long strings.Builder
		for n := range 2000 {
			fmt.Fprintf(&long, "Line %d of a long story.\n", n)
		}
		_, c := d.written(long.String())
		var e resource.Entry
		d.until("the entry is there", func() bool {
			for _, one := range d.entries(c) {
				if one.Kind == message.KindMessage {
					e = one
				}
			}
			return !e.ID.IsZero()
		})
		if e.Content.File == nil || e.Content.File.Type != "text/plain" || len(e.Content.Text) > 9<<10 || len(e.Content.Text) < 8<<10 || !strings.HasSuffix(e.Content.Text, "…") {
			t.Fatalf("it shows %d bytes with %+v", len(e.Content.Text), e.Content.File)
		}
		if status, body, _ := d.get(e.Content.File.URL); status != 200 || string(body) != strings.TrimSpace(long.String()) && string(body) != long.String() {
			t.Errorf("the file has %d bytes, %d; want %d", len(body), status, long.Len())
		}
	})
}
