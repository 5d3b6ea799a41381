package file_test

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"net/url"
	"strings"
	"testing"
	"time"

	"golang.org/x/image/bmp"
	"golang.org/x/image/tiff"

	"switchboard/internal/blob"
	"switchboard/internal/fault"
	"switchboard/internal/file"
	"switchboard/internal/message"
	"switchboard/internal/store"
	"switchboard/internal/store/storetest"
)

func service(t *testing.T, db *store.DB) *file.Service {
	t.Helper()
	blobs, err := blob.OpenFolder(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return &file.Service{Write: store.Writer[file.Tx](db), Rows: db, Blobs: blobs, Links: file.Links{Base: "https://files.example", Key: []byte("k")}}
}

func picture(t *testing.T, encode func(io.Writer, image.Image) error) string {
	t.Helper()
	m := image.NewPaletted(image.Rect(0, 0, 7, 5), color.Palette{color.White, color.Black})
	var b bytes.Buffer
	if err := encode(&b, m); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// What a file is shows in its content; names and claims decide nothing.
func TestTypesAreFoundByContent(t *testing.T) {
	db := storetest.Open(t, storetest.SQLite(t))
	s, org := service(t, db), message.NewID[message.OrgID]()
	pictures := map[string]string{
		"image/png":  picture(t, png.Encode),
		"image/jpeg": picture(t, func(w io.Writer, m image.Image) error { return jpeg.Encode(w, m, nil) }),
		"image/gif":  picture(t, func(w io.Writer, m image.Image) error { return gif.Encode(w, m, nil) }),
		"image/bmp":  picture(t, bmp.Encode),
		"image/tiff": picture(t, func(w io.Writer, m image.Image) error { return tiff.Encode(w, m, nil) }),
	}
	for want, content := range pictures {
		f, err := s.Save(t.Context(), org, "a.exe", "application/x-msdownload", strings.NewReader(content), 1<<20, file.By{})
		if err != nil || f.Type != want || f.Width != 7 || f.Height != 5 || f.Size != int64(len(content)) {
			t.Errorf("%s: %+v, %v", want, f, err)
		}
		kept, err := s.Get(t.Context(), org, f.ID)
		sum := sha256.Sum256([]byte(content))
		if err != nil || kept.Name != "a.exe" || !bytes.Equal(kept.SHA256, sum[:]) {
			t.Errorf("%s: %+v, %v", want, kept, err)
		}
	}
	for _, c := range []struct{ claimed, content, want string }{
		{"image/png", "<html><body>hi</body></html>", "text/html"},
		{"image/png", `<svg xmlns="http://www.w3.org/2000/svg"></svg>`, "image/svg+xml"},
		{"text/plain", "%PDF-1.7\n", "application/pdf"},
		{"text/csv", "a,b\n1,2\n", "text/csv"},
		{"text/html", "just words", "text/plain"},
		{"audio/ogg; codecs=opus", "OggS\x00\x02\x00\x00\x00\x00\x00\x00\x00\x00\x01\x02\x03\x04\x00\x00\x00\x00\x05\x06\x07\x08\x01\x13OpusHead", "audio/ogg"},
		{"image/png", "\x00\x01\x02\x03", "application/octet-stream"},
	} {
		if f, err := s.Save(t.Context(), org, "x", c.claimed, strings.NewReader(c.content), 1<<20, file.By{}); err != nil || f.Type != c.want {
			t.Errorf("%.20q claimed as %s is %s, want %s (%v)", c.content, c.claimed, f.Type, c.want, err)
		}
	}
}

func TestLimitsAndNames(t *testing.T) {
	db := storetest.Open(t, storetest.SQLite(t))
	s, org := service(t, db), message.NewID[message.OrgID]()
	if _, err := s.Save(t.Context(), org, "x", "", strings.NewReader("12345"), 5, file.By{}); err != nil {
		t.Errorf("exactly the limit: %v", err)
	}
	if _, err := s.Save(t.Context(), org, "x", "", strings.NewReader("123456"), 5, file.By{}); fault.CodeOf(err) != fault.TooLarge {
		t.Errorf("over the limit: %v", err)
	}
	if _, err := s.Save(t.Context(), org, "x", "", strings.NewReader(""), 5, file.By{}); fault.CodeOf(err) != fault.Unprocessable {
		t.Errorf("empty: %v", err)
	}
	cut := io.MultiReader(strings.NewReader(strings.Repeat("x", 5000)), failing{})
	if _, err := s.Save(t.Context(), org, "x", "", cut, 1<<20, file.By{}); fault.CodeOf(err) != fault.Malformed {
		t.Errorf("cut off: %v", err)
	}
	for name, want := range map[string]string{
		"../../etc/passwd": "passwd", `C:\temp\a b.pdf`: "a b.pdf", "": "file", "..": "file", "evil\u202egnp.exe": "evilgnp.exe", "line\r\nbreak.txt": "linebreak.txt",
		strings.Repeat("ä", 300) + ".jpeg": strings.Repeat("ä", 195) + ".jpeg",
	} {
		if f, err := s.Save(t.Context(), org, name, "", strings.NewReader("x"), 5, file.By{}); err != nil || f.Name != want {
			t.Errorf("%q is kept as %q, want %q (%v)", name, f.Name, want, err)
		}
	}
}

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, errors.New("connection reset") }

func TestOtherOrganisationsFilesAreNotThere(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s, org := service(t, db), message.NewID[message.OrgID]()
		f, err := s.Save(t.Context(), org, "x", "", strings.NewReader("x"), 5, file.By{User: message.NewID[message.UserID]()})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.Get(t.Context(), message.NewID[message.OrgID](), f.ID); fault.CodeOf(err) != fault.NotFound {
			t.Errorf("%v", err)
		}
	})
}

func TestLinks(t *testing.T) {
	l := file.Links{Base: "https://files.example", Key: []byte("k")}
	org, f := message.NewID[message.OrgID](), message.File{ID: message.NewID[message.FileID](), Name: "ä b/c?.png"}
	l.Sign(org, &f)
	u, err := url.Parse(f.URL)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	link, err := l.Check(u.Path, u.Query(), now)
	if err != nil || link.Org != org || link.ID != f.ID {
		t.Fatalf("%+v, %v", link, err)
	}
	if left := link.Ends.Sub(now); left < 15*time.Minute || left > 30*time.Minute {
		t.Errorf("good for %s", left)
	}
	again := f
	if l.Sign(org, &again); again.URL != f.URL && link.Ends.Sub(now) < 29*time.Minute {
		t.Error("the link changes from call to call")
	}
	other := file.Links{Base: l.Base, Key: []byte("other")}
	expired := link.Ends.Add(time.Second)
	for name, check := range map[string]func() (file.Link, error){
		"over":        func() (file.Link, error) { return l.Check(u.Path, u.Query(), expired) },
		"another key": func() (file.Link, error) { return other.Check(u.Path, u.Query(), now) },
		"another file": func() (file.Link, error) {
			return l.Check(strings.Replace(u.Path, f.ID.String(), message.NewID[message.FileID]().String(), 1), u.Query(), now)
		},
		"another org": func() (file.Link, error) {
			return l.Check(strings.Replace(u.Path, org.String(), message.NewID[message.OrgID]().String(), 1), u.Query(), now)
		},
		"a longer time": func() (file.Link, error) { q := u.Query(); q.Set("exp", "99999999999"); return l.Check(u.Path, q, now) },
		"nothing":       func() (file.Link, error) { return l.Check("/files/", url.Values{}, now) },
	} {
		if _, err := check(); fault.CodeOf(err) != fault.NotFound {
			t.Errorf("%s: %v", name, err)
		}
	}
}
