package file_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"math/rand/v2"
	"testing"

	"switchboard/internal/fault"
	"switchboard/internal/file"
	"switchboard/internal/message"
	"switchboard/internal/store/storetest"
)

// noise is a picture that compresses badly, red on its left half.
func noise(w, h int) *image.RGBA {
	r := rand.New(rand.NewPCG(1, 2))
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	for i := 0; i < len(m.Pix); i += 4 {
		v := byte(r.IntN(90))
		m.Pix[i], m.Pix[i+1], m.Pix[i+2], m.Pix[i+3] = v, v, v, 255
		if i/4%w < w/2 {
			m.Pix[i] = 165 + v
		}
	}
	return m
}

// turned puts an Exif orientation into a JPEG.
func turned(b []byte, orientation byte) []byte {
	exif := []byte("Exif\x00\x00MM\x00\x2a\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00")
	exif[6+18+1] = orientation
	out := append([]byte{0xFF, 0xD8, 0xFF, 0xE1}, binary.BigEndian.AppendUint16(nil, uint16(len(exif)+2))...)
	return append(append(out, exif...), b[2:]...)
}

func TestPicturesAreMadeToFit(t *testing.T) {
	db := storetest.Open(t, storetest.SQLite(t))
	s, org := service(t, db), message.NewID[message.OrgID]()
	const limit = 60_000
	save := func(name string, b []byte) message.File {
		t.Helper()
		f, err := s.Save(t.Context(), org, name, "", bytes.NewReader(b), 50<<20, file.By{Conversation: message.NewID[message.ConversationID]()})
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	decoded := func(f message.File) image.Image {
		t.Helper()
		r, err := s.OpenByID(t.Context(), org, f.ID)
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		m, err := jpeg.Decode(r)
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	var photo, drawing, moving bytes.Buffer
	_ = jpeg.Encode(&photo, noise(900, 600), &jpeg.Options{Quality: 95})
	_ = png.Encode(&drawing, noise(500, 400))
	_ = gif.Encode(&moving, noise(500, 400), nil)

	// A photo that the camera held on its side comes out upright, and its left half is on top.
	first := save("holiday.jpg", turned(photo.Bytes(), 6))
	small, err := s.Fit(t.Context(), org, first.ID, limit)
	if err != nil || small.Size > limit || small.Type != "image/jpeg" || small.Name != "holiday.jpg" || small.Width >= small.Height || small.ID == first.ID {
		t.Fatalf("%+v, %v", small, err)
	}
	m := decoded(small)
	if b := m.Bounds(); b.Dx() != small.Width || b.Dy() != small.Height {
		t.Errorf("is %v, says %d × %d", b, small.Width, small.Height)
	}
	red := func(x, y int) bool {
		c := color.RGBAModel.Convert(m.At(x, y)).(color.RGBA)
		return c.R > 120 && c.G < 110
	}
	if w, h := small.Width, small.Height; !red(w/2, h/8) || red(w/2, h*7/8) {
		t.Error("it is not upright")
	}
	if again, err := s.Fit(t.Context(), org, first.ID, limit); err != nil || again != small {
		t.Errorf("again: %+v, %v", again, err)
	}
	kept, err := s.Get(t.Context(), org, first.ID)
	if err != nil || kept.Size != first.Size || kept.Type != "image/jpeg" || kept.Width != 900 {
		t.Errorf("the original has %d bytes, %v", kept.Size, err)
	}
	if child, err := s.Get(t.Context(), org, small.ID); err != nil || child.By != kept.By {
		t.Errorf("it belongs to %+v, %v", child.By, err)
	}
	if _, err := s.Fit(t.Context(), message.NewID[message.OrgID](), first.ID, limit); fault.CodeOf(err) != fault.NotFound {
		t.Errorf("another organisation: %v", err)
	}

	if f, err := s.Fit(t.Context(), org, save("plan.png", drawing.Bytes()).ID, limit); err != nil || f.Size > limit || f.Name != "plan.jpg" {
		t.Errorf("a drawing: %+v, %v", f, err)
	}
	little := save("little.png", []byte(picture(t, png.Encode)))
	if f, err := s.Fit(t.Context(), org, little.ID, limit); err != nil || f != little {
		t.Errorf("one that fits: %+v, %v", f, err)
	}

	// A few kilobytes that claim to be 3.6 gigapixels are refused before they are unfolded.
	bomb := []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR\x00\x00\xea\x60\x00\x00\xea\x60\x08\x02\x00\x00\x00")
	bomb = binary.BigEndian.AppendUint32(bomb, crc32.ChecksumIEEE(bomb[12:]))
	bomb = append(bomb, bytes.Repeat([]byte("x"), 2*limit)...)
	for name, c := range map[string]struct {
		content []byte
		limit   int64
		want    fault.DeliveryCode
	}{
		"what moves":      {moving.Bytes(), limit, fault.FileTooLarge},
		"a bomb":          {bomb, limit, fault.FileTooLarge},
		"never so little": {photo.Bytes(), 200, fault.FileTooLarge},
		"half a photo":    {photo.Bytes()[:photo.Len()/2], limit, fault.FileType},
	} {
		_, err := s.Fit(t.Context(), org, save("x", c.content).ID, c.limit)
		var f *fault.Error
		if !errors.As(err, &f) || f.Delivery != c.want {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
	}
}
