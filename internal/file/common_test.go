package file_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"strings"
	"testing"

	"switchboard/internal/fault"
	"switchboard/internal/file"
	"switchboard/internal/message"
	"switchboard/internal/store/storetest"
)

// box of an MP4 file.
func box(kind string, inside ...string) string {
	body := strings.Join(inside, "")
	return string(binary.BigEndian.AppendUint32(nil, uint32(8+len(body)))) + kind + body
}

// track of an MP4 file: what handles it, and its codec's entry.
func track(handler, entry string) string {
	return box("trak", box("tkhd", strings.Repeat("\x00", 84)), box("mdia",
		box("hdlr", "\x00\x00\x00\x00\x00\x00\x00\x00"+handler+strings.Repeat("\x00", 13)),
		box("minf", box("stbl", box("stsd", "\x00\x00\x00\x00\x00\x00\x00\x01"+entry)))))
}

// sound is the entry of an MPEG sound of this kind (0x40 is AAC).
func sound(object byte) string {
	return box("mp4a", strings.Repeat("\x00", 28)+box("esds", "\x00\x00\x00\x00\x03\x80\x80\x80\x22\x00\x01\x00\x04\x80\x80\x80\x14"+string([]byte{object})+strings.Repeat("\x00", 19)))
}

func video(tracks ...string) string {
	return box("ftyp", "isom\x00\x00\x02\x00isomiso2avc1mp41") + box("moov", append([]string{box("mvhd", strings.Repeat("\x00", 100))}, tracks...)...)
}

// ogg is a first page with this packet.
func ogg(packet string) string {
	return "OggS\x00\x02" + strings.Repeat("\x00", 20) + "\x01" + string([]byte{byte(len(packet))}) + packet
}

func TestOnlyWhatPhonesPlay(t *testing.T) {
	db := storetest.Open(t, storetest.SQLite(t))
	s, org := service(t, db), message.NewID[message.OrgID]()
	h264, aac := track("vide", box("avc1", strings.Repeat("\x00", 78))), track("soun", sound(0x40))
	ftyp := box("ftyp", "isom\x00\x00\x02\x00isomiso2avc1mp41")
	late := ftyp + box("mdat", strings.Repeat("picture ", 1000)) + box("moov", h264, aac)
	large := ftyp + "\x00\x00\x00\x01mdat" + string(binary.BigEndian.AppendUint64(nil, 16+8000)) + strings.Repeat("picture ", 1000) + box("moov", h264)
	opus := "OpusHead\x01\x01" + strings.Repeat("\x00", 9)
	for name, c := range map[string]struct{ content, mediaType, refusal string }{
		"H.264 and AAC":                   {video(h264, aac), "video/mp4", ""},
		"without sound":                   {video(h264), "video/mp4", ""},
		"contents at the end":             {late, "video/mp4", ""},
		"behind a large box":              {large, "video/mp4", ""},
		"with subtitles":                  {video(h264, aac, track("sbtl", box("tx3g"))), "video/mp4", ""},
		"H.265":                           {video(track("vide", box("hvc1")), aac), "video/mp4", "HEVC (H.265)"},
		"a codec that nobody knows":       {video(track("vide", box("\x1b[2J"))), "video/mp4", "another codec"},
		"two sounds":                      {video(h264, aac, aac), "video/mp4", "more than one sound track"},
		"MP3 in it":                       {video(h264, track("soun", sound(0x6b))), "video/mp4", "MP3"},
		"Opus in it":                      {video(h264, track("soun", box("Opus", strings.Repeat("\x00", 28)))), "video/mp4", "Opus"},
		"sound only":                      {video(aac), "video/mp4", "only sound"},
		"cut off before its contents":     {late[:3000], "video/mp4", "cut off"},
		"cut off within its contents":     {late[:len(late)-30], "video/mp4", "damaged"},
		"a box longer than its file":      {ftyp + "\x7f\xff\xff\xffmoov", "video/mp4", "cut off"},
		"a box without an end of its own": {ftyp + strings.Repeat("\x00\x00\x00\x08free", 5000), "video/mp4", "cut off"},
		"a negative size":                 {ftyp + "\x00\x00\x00\x01mdat\xff\xff\xff\xff\xff\xff\xff\xff", "video/mp4", "cut off"},
		"Opus":                            {ogg(opus), "audio/ogg", ""},
		"Vorbis":                          {ogg("\x01vorbis" + strings.Repeat("\x00", 23)), "audio/ogg", "Vorbis"},
		"FLAC":                            {ogg("\x7fFLAC\x01\x00" + strings.Repeat("\x00", 40)), "audio/ogg", "FLAC"},
		"Opus beside Vorbis":              {ogg(opus) + ogg("\x01vorbis"), "audio/ogg", "Vorbis"},
		"half a page":                     {ogg(opus)[:36], "audio/ogg", "damaged"},
		"another type":                    {"%PDF-1.7\n", "application/pdf", ""},
	} {
		f, err := s.Save(t.Context(), org, name, "", strings.NewReader(c.content), 1<<20, file.By{})
		if err != nil || f.Type != c.mediaType {
			t.Errorf("%s: kept as %s, %v", name, f.Type, err)
			continue
		}
		same, err := s.Common(t.Context(), org, f.ID, 1<<20)
		var refused *fault.Error
		switch {
		case c.refusal == "":
			if err != nil || same != f {
				t.Errorf("%s: %+v, %v", name, same, err)
			}
		case !errors.As(err, &refused) || refused.Delivery != fault.FileType || !strings.Contains(refused.Text, c.refusal):
			t.Errorf("%s: %v, want %q", name, err, c.refusal)
		}
	}
}

// inked is a photo of 8 × 8 pixels for printers: four inks (CMYK), each at its half. The tables are those of
// a grey one.
func inked() []byte {
	var plain bytes.Buffer
	_ = jpeg.Encode(&plain, image.NewGray(image.Rect(0, 0, 8, 8)), nil)
	out := []byte("\xFF\xD8\xFF\xEE\x00\x0EAdobe\x00\x64\x00\x00\x00\x00\x00")
	for at, b := 2, plain.Bytes(); at+4 <= len(b) && b[at+1] != 0xDA; {
		end := at + 2 + int(binary.BigEndian.Uint16(b[at+2:]))
		if b[at+1] == 0xDB || b[at+1] == 0xC4 {
			out = append(out, b[at:end]...)
		}
		at = end
	}
	out = append(out, "\xFF\xC0\x00\x14\x08\x00\x08\x00\x08\x04\x01\x11\x00\x02\x11\x00\x03\x11\x00\x04\x11\x00"...)
	out = append(out, "\xFF\xDA\x00\x0E\x04\x01\x00\x02\x00\x03\x00\x04\x00\x00\x3F\x00"...)
	return append(out, "\x28\xA2\x8A\xFF\xD9"...) // four blocks without a difference
}

func TestPicturesGetCommonColours(t *testing.T) {
	db := storetest.Open(t, storetest.SQLite(t))
	s, org := service(t, db), message.NewID[message.OrgID]()
	encoded := func(m image.Image) []byte {
		var b bytes.Buffer
		if err := png.Encode(&b, m); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	deep := image.NewNRGBA64(image.Rect(0, 0, 9, 5))
	deep.SetNRGBA64(3, 2, color.NRGBA64{R: 0x1234, G: 0xFFFF, B: 0x8000, A: 0x7F00})
	clear := image.NewNRGBA(image.Rect(0, 0, 4, 4))
	var photo bytes.Buffer
	_ = jpeg.Encode(&photo, noise(40, 30), nil)
	for _, c := range []struct {
		name    string
		content []byte
		limit   int64
		want    string // its type anew; none when it stays as it is
	}{
		{"photo.jpg", photo.Bytes(), 1 << 20, ""},
		{"clear.png", encoded(clear), 1 << 20, ""},
		{"deep.png", encoded(deep), 1 << 20, "image/png"},
		{"grey.png", encoded(image.NewGray(image.Rect(0, 0, 4, 4))), 1 << 20, "image/png"},
		{"palette.png", []byte(picture(t, png.Encode)), 1 << 20, "image/png"},
		{"large.png", encoded(grey(noise(400, 300))), 60_000, "image/jpeg"},
		{"printed.jpg", inked(), 1 << 20, "image/jpeg"},
	} {
		f, err := s.Save(t.Context(), org, c.name, "", bytes.NewReader(c.content), 1<<20, file.By{})
		if err != nil {
			t.Fatal(err)
		}
		g, err := s.Common(t.Context(), org, f.ID, c.limit)
		if err != nil || (c.want == "") != (g == f) || g.Size > c.limit {
			t.Errorf("%s: %+v, %v", c.name, g, err)
			continue
		}
		if c.want == "" {
			continue
		}
		r, err := s.OpenByID(t.Context(), org, g.ID)
		if err != nil {
			t.Fatal(err)
		}
		m, format, err := image.Decode(r)
		r.Close()
		if err != nil || "image/"+format != c.want || g.Type != c.want || m.Bounds().Dx() != g.Width {
			t.Errorf("%s became %s (%+v), %v", c.name, format, g, err)
			continue
		}
		if _, ok := m.(*image.NRGBA); format == "png" && !ok {
			if _, ok := m.(*image.RGBA); !ok {
				t.Errorf("%s has %T", c.name, m)
			}
		}
		if again, err := s.Common(t.Context(), org, f.ID, c.limit); err != nil || again != g {
			t.Errorf("%s again: %+v, %v", c.name, again, err)
		}
		if c.name == "deep.png" {
			if got := color.NRGBAModel.Convert(m.At(3, 2)).(color.NRGBA); got.R != 0x12 || got.G != 0xFF || got.B < 0x7F || got.B > 0x81 || got.A != 0x7F {
				t.Errorf("its colour became %v", got)
			}
		}
	}
	torn, err := s.Save(t.Context(), org, "torn.png", "", bytes.NewReader(encoded(deep)[:60]), 1<<20, file.By{})
	if err != nil {
		t.Fatal(err)
	}
	var refused *fault.Error
	if _, err := s.Common(t.Context(), org, torn.ID, 1<<20); !errors.As(err, &refused) || refused.Delivery != fault.FileType {
		t.Errorf("a torn picture: %v", err)
	}
}

func grey(from *image.RGBA) image.Image {
	m := image.NewGray(from.Bounds())
	for i := range m.Pix {
		m.Pix[i] = from.Pix[4*i+1]
	}
	return m
}

func TestTextStaysText(t *testing.T) {
	db := storetest.Open(t, storetest.SQLite(t))
	s, org := service(t, db), message.NewID[message.OrgID]()
	f, err := s.SaveText(t.Context(), org, "Message.txt", "<html><script>alert(1)</script>", file.By{})
	if kept, getErr := s.Get(t.Context(), org, f.ID); err != nil || getErr != nil || kept.Type != "text/plain" || kept.Size != 31 {
		t.Errorf("%+v, %v, %v", kept, err, getErr)
	}
}
