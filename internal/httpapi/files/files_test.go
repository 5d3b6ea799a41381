package files_test

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"switchboard/internal/blob"
	"switchboard/internal/file"
	"switchboard/internal/httpapi/files"
	"switchboard/internal/message"
	"switchboard/internal/store"
	"switchboard/internal/store/storetest"
)

// huge is a PNG of a few bytes that says it has a billion pixels.
func huge() string {
	head := binary.BigEndian.AppendUint32(nil, 40_000)
	head = append(binary.BigEndian.AppendUint32(head, 40_000), 8, 6, 0, 0, 0)
	body := append([]byte("IHDR"), head...)
	out := append([]byte("\x89PNG\r\n\x1a\n"), 0, 0, 0, byte(len(head)))
	return string(binary.BigEndian.AppendUint32(append(out, body...), crc32.ChecksumIEEE(body)))
}

// photo is a JPEG that a camera wrote down a secret in, and that must be turned by a quarter.
func photo(w, h int) string {
	var b bytes.Buffer
	_ = jpeg.Encode(&b, image.NewRGBA(image.Rect(0, 0, w, h)), nil)
	exif := []byte("Exif\x00\x00MM\x00*\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00\x06\x00\x00\x00\x00\x00\x00 SECRET PLACE")
	segment := append([]byte{0xFF, 0xE1}, binary.BigEndian.AppendUint16(nil, uint16(len(exif)+2))...)
	return string(b.Bytes()[:2]) + string(append(segment, exif...)) + string(b.Bytes()[2:])
}

func TestSmallPictures(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		blobs, err := blob.OpenFolder(t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		service := &file.Service{Write: store.Writer[file.Tx](db), Rows: db, Blobs: blobs, Links: file.Links{Key: []byte("k")}}
		server := httptest.NewServer(files.Handler(service))
		defer server.Close()
		org := message.NewID[message.OrgID]()
		get := func(name, content, also string) (*http.Response, []byte) {
			t.Helper()
			f, err := service.Save(t.Context(), org, name, "", strings.NewReader(content), 1<<20, file.By{})
			if err != nil {
				t.Fatal(err)
			}
			service.Links.Sign(org, &f)
			var answer *http.Response
			var body []byte
			for range 2 { // made, then kept
				if answer, err = http.Get(server.URL + f.URL + also); err != nil {
					t.Fatal(err)
				}
				body, _ = io.ReadAll(answer.Body)
				_ = answer.Body.Close()
			}
			return answer, body
		}

		answer, body := get("a.jpg", photo(2000, 1000), "&small=1")
		small, err := jpeg.DecodeConfig(bytes.NewReader(body))
		if err != nil || small.Width != 320 || small.Height != 640 || answer.Header.Get("Content-Type") != "image/jpeg" {
			t.Errorf("%+v %v %v", small, err, answer.Header)
		}
		if bytes.Contains(body, []byte("SECRET")) {
			t.Error("what the camera wrote down came along")
		}
		if _, whole := get("a.jpg", photo(2000, 1000), ""); !bytes.Contains(whole, []byte("SECRET")) {
			t.Error("the original was changed")
		}

		var glass bytes.Buffer
		m := image.NewNRGBA(image.Rect(0, 0, 900, 90))
		m.SetNRGBA(0, 0, color.NRGBA{R: 255, A: 100})
		_ = png.Encode(&glass, m)
		if answer, body = get("b.png", glass.String(), "&small=1"); answer.Header.Get("Content-Type") != "image/png" || answer.StatusCode != 200 {
			t.Errorf("%d %v", answer.StatusCode, answer.Header)
		} else if small, err := png.DecodeConfig(bytes.NewReader(body)); err != nil || small.Width != 640 || small.Height != 64 {
			t.Errorf("%+v %v", small, err)
		}

		for name, hostile := range map[string]string{"a billion pixels": huge(), "cut off": photo(300, 300)[:400], "only a beginning": "\x89PNG\r\n\x1a\n"} {
			if answer, body := get("c", hostile, "&small=1"); answer.StatusCode != 422 || answer.Header.Get("Content-Type") != "application/problem+json" {
				t.Errorf("%s: %d %s", name, answer.StatusCode, body)
			}
		}
		// What has no small form comes as it is.
		if answer, body := get("d.txt", "just words", "&small=1"); answer.StatusCode != 200 || string(body) != "just words" {
			t.Errorf("%d %s", answer.StatusCode, body)
		}
		if answer, _ := get("a.jpg", photo(20, 20), ""); !strings.HasPrefix(answer.Header.Get("Content-Disposition"), "inline") || answer.Header.Get("Access-Control-Allow-Origin") != "*" {
			t.Errorf("%v", answer.Header)
		}
		if answer, _ := get("a.jpg", photo(20, 20), "&download=1"); answer.Header.Get("Content-Disposition") != "attachment; filename=a.jpg" {
			t.Errorf("%v", answer.Header)
		}
		if answer, _ := get("a.jpg", photo(20, 20), "1&small=1"); answer.StatusCode != 404 {
			t.Errorf("a forged link is answered with %d", answer.StatusCode)
		}
	})
}
