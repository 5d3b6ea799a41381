package file

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"image"
	"image/color/palette"
	"image/gif"
	"image/jpeg"
	"image/png"
	"net/url"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"switchboard/internal/message"
)

// FuzzName: whatever a file is called, it gets a name that leads nowhere else and hides nothing.
func FuzzName(f *testing.F) {
	for _, name := range []string{"", "a.png", `C:\x\y.pdf`, "../../etc/passwd", "..", "a\u202egnp.exe", strings.Repeat("é", 300) + ".jpeg", "\x00\xff/.\r\n", "a." + strings.Repeat("b", 400), ". "} {
		f.Add(name)
	}
	f.Fuzz(func(t *testing.T, name string) {
		got := cleanName(name)
		switch {
		case got == "" || got == "." || got == ".." || strings.ContainsAny(got, `/\`) || !utf8.ValidString(got) || strings.ContainsFunc(got, unicode.IsControl):
			t.Errorf("%q is called %q", name, got)
		case utf8.RuneCountInString(got) > nameMax:
			t.Errorf("%q has %d characters", got, utf8.RuneCountInString(got))
		case cleanName(got) != got:
			t.Errorf("%q is called %q, and that %q", name, got, cleanName(got))
		}
	})
}

// pictures are small ones in each format, as seeds.
func pictures(f *testing.F) (all [][]byte) {
	small := image.NewPaletted(image.Rect(0, 0, 3, 2), palette.WebSafe)
	for _, encode := range []func(*bytes.Buffer) error{
		func(b *bytes.Buffer) error { return png.Encode(b, small) },
		func(b *bytes.Buffer) error { return jpeg.Encode(b, small, nil) },
		func(b *bytes.Buffer) error { return gif.Encode(b, small, nil) },
	} {
		var b bytes.Buffer
		if err := encode(&b); err != nil {
			f.Fatal(err)
		}
		all = append(all, b.Bytes())
	}
	webp, err := base64.StdEncoding.DecodeString("UklGRiIAAABXRUJQVlA4IBYAAAAwAQCdASoBAAEADsD+JaQAA3AAAAAA")
	if err != nil {
		f.Fatal(err)
	}
	turned := append([]byte("\xff\xd8\xff\xe1\x00\x22Exif\x00\x00MM\x00\x2a\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00\x06\x00\x00\x00\x00\x00\x00"), all[1][2:]...)
	return append(all, webp, turned, []byte("BM"), []byte("II*\x00\x08\x00\x00\x00"))
}

// FuzzType: the type is told by the content; a claim chooses among the harmless only.
func FuzzType(f *testing.F) {
	for _, b := range pictures(f) {
		f.Add(b, "image/png", "a.png")
	}
	for _, head := range []string{"", "hello", "<html><script>", "%PDF-1.7", "PK\x03\x04", "OggS\x00\x02", "\x00\x00\x00\x18ftypisom", "BEGIN:VCARD\r\n", "<svg xmlns='http://www.w3.org/2000/svg'/>"} {
		f.Add([]byte(head), "text/csv; charset=utf-8", "a.ppsx")
	}
	f.Fuzz(func(t *testing.T, head []byte, claimed, name string) {
		head = head[:min(len(head), sniffBytes)]
		honest, got := typeOf(head, "", ""), typeOf(head, claimed, name)
		if got != honest && honest != "text/plain" && !strings.HasPrefix(honest, "video/") && honest != presentation {
			t.Errorf("%q is claimed to be %s instead of %s", head, got, honest)
		}
		if strings.ContainsAny(got, " ;\r\n") || !strings.Contains(got, "/") {
			t.Errorf("%q is no type", got)
		}
	})
}

// FuzzPicture: a broken picture is an error, never a crash.
func FuzzPicture(f *testing.F) {
	for _, b := range pictures(f) {
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		if turn := orientation(content); turn < 1 || turn > 8 {
			t.Errorf("turned by %d", turn)
		}
		_, _ = plainColours(bytes.NewReader(content))
		config, _, err := image.DecodeConfig(bytes.NewReader(content))
		if err != nil || config.Width <= 0 || config.Height <= 0 || config.Width > 1<<16/config.Height {
			return // decoded asks the same first, with more room
		}
		if full, _, err := image.Decode(bytes.NewReader(content)); err == nil {
			asPNG(full, 1<<20)
			oriented(image.NewRGBA(within(full.Bounds(), 16)), orientation(content))
		}
	})
}

// FuzzSound reads the beginnings of Ogg files.
func FuzzSound(f *testing.F) {
	page := func(packet string) string {
		return "OggS\x00\x02" + strings.Repeat("\x00", 20) + "\x01" + string([]byte{byte(len(packet))}) + packet
	}
	f.Add([]byte(page("OpusHead\x01\x01") + page("\x01vorbis")))
	f.Add([]byte(page("\x7fFLAC")[:30]))
	f.Fuzz(func(t *testing.T, content []byte) {
		if err := onlyOpus(bytes.NewReader(content)); err == nil && !bytes.Contains(content, []byte("OpusHead")) {
			t.Errorf("%q is taken for Opus", content)
		}
	})
}

// FuzzVideo reads the tables of contents of MP4 files.
func FuzzVideo(f *testing.F) {
	box := func(kind string, inside ...string) string {
		body := strings.Join(inside, "")
		return string(binary.BigEndian.AppendUint32(nil, uint32(8+len(body)))) + kind + body
	}
	track := func(handler, entry string) string {
		return box("trak", box("mdia", box("hdlr", strings.Repeat("\x00", 8)+handler), box("minf", box("stbl", box("stsd", strings.Repeat("\x00", 8)+entry)))))
	}
	sound := box("mp4a", strings.Repeat("\x00", 28)+box("esds", "\x00\x00\x00\x00\x03\x80\x80\x80\x22\x00\x01\xe0\x00\x00\x01a\x00\x00\x04\x80\x80\x80\x14\x40"))
	whole := box("ftyp", "isom") + box("moov", track("vide", box("avc1")), track("soun", sound))
	f.Add([]byte(whole))
	f.Add([]byte(whole[:len(whole)-3]))
	f.Add([]byte("\x00\x00\x00\x01mdat\x7f\xff\xff\xff\xff\xff\xff\xff\x00\x00\x00\x00moov"))
	f.Fuzz(func(t *testing.T, content []byte) {
		if err := onlyH264(bytes.NewReader(content)); err == nil && !bytes.Contains(content, []byte("moov")) {
			t.Errorf("%q is taken for a video", content)
		}
	})
}

// FuzzLink: no link opens a file but the one that was signed.
func FuzzLink(f *testing.F) {
	l := Links{Base: "https://files.example", Key: []byte("secret")}
	file := message.File{ID: message.FileID{6: 0x70, 8: 0x80, 15: 1}, Name: "a b.png"}
	now := time.Unix(1_700_000_000, 0)
	signed, err := url.Parse(l.Until(message.OrgID{6: 0x70, 8: 0x80, 15: 2}, file, now.Add(time.Hour)))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(signed.Path, signed.RawQuery)
	f.Add(Path+"x/y", "exp=1&sig=")
	good := signed.Query()
	f.Fuzz(func(t *testing.T, path, query string) {
		values, err := url.ParseQuery(query)
		if err != nil {
			return
		}
		link, err := l.Check(path, values, now)
		if err == nil && (link.ID != file.ID || values.Get("sig") != good.Get("sig")) {
			t.Errorf("%s?%s opens %+v", path, query, link)
		}
	})
}
