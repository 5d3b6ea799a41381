package file

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	"io"
	"path"
	"strings"

	_ "image/png" // a picture to fit may be one

	"golang.org/x/image/draw"

	"switchboard/internal/fault"
	"switchboard/internal/message"
)

const (
	// fitSource is the largest picture that is looked at, in bytes.
	fitSource = 25 << 20
	// fitPixels bounds what a decoded picture takes of memory, in bytes: 40 megapixels. A file of a few
	// kilobytes can claim to be far more.
	fitPixels = 160 << 20
)

// What is tried, the best first: the longest side, and how much JPEG may lose.
var (
	fitSides     = []int{2048, 1600, 1280, 1024, 800, 640, 480, 320}
	fitQualities = []int{85, 72, 58}
)

// Fit gives the file itself when it has at most limit bytes; else the same picture, re-encoded as a JPEG
// that has. The original stays as it is. The smaller one is kept beside it, so that a second attempt
// finds it. Refusals carry file_too_large (3005) or file_type (3002) of the catalogue.
func (s *Service) Fit(ctx context.Context, org message.OrgID, id message.FileID, limit int64) (message.File, error) {
	f, err := s.Get(ctx, org, id)
	if err != nil || f.Size <= limit {
		return f.File, err
	}
	if f.Type != "image/jpeg" && f.Type != "image/png" || f.Size > fitSource {
		return f.File, unfit(limit)
	}
	return s.remade(ctx, f, limit, false)
}

// remade is the picture encoded anew, in at most limit bytes: as a PNG with all its pixels where whole
// is set and it fits, else as a JPEG. It is kept under an id that the next attempt finds.
func (s *Service) remade(ctx context.Context, f Stored, limit int64, whole bool) (message.File, error) {
	made := fittedID(f.ID, limit)
	if prior, err := s.Get(ctx, f.Org, made); err == nil || fault.CodeOf(err) != fault.NotFound {
		return prior.File, err
	}
	select { // one at a time: a picture takes its pixels' worth of memory
	case s.fitting() <- struct{}{}:
		defer func() { <-s.fitting() }()
	case <-ctx.Done():
		return f.File, fault.Wrap(ctx.Err(), fault.Unavailable, "There was no time to encode the picture anew.")
	}
	full, turn, err := s.decoded(ctx, f, limit)
	if err != nil {
		return f.File, err
	}
	g := f
	g.ID, g.MadeFrom, g.Blob = made, f.ID, blobKey(f.Org, made)
	var content []byte
	if whole {
		content = asPNG(full, limit)
		g.Width, g.Height = full.Bounds().Dx(), full.Bounds().Dy()
	}
	if content == nil {
		var bounds image.Rectangle
		if content, bounds, err = encode(ctx, full, turn, limit); err != nil {
			return f.File, err
		}
		g.Type, g.Name = "image/jpeg", strings.TrimSuffix(f.Name, path.Ext(f.Name))+".jpg"
		g.Width, g.Height = bounds.Dx(), bounds.Dy()
	}
	sum := sha256.Sum256(content)
	g.Size, g.SHA256 = int64(len(content)), sum[:]
	if err := s.Blobs.Put(ctx, g.Blob, bytes.NewReader(content)); err != nil {
		return f.File, fault.Wrap(err, fault.Unavailable, "The file can't be stored right now. Try again in a moment.")
	}
	return g.File, s.Write(ctx, f.Org, func(tx Tx) error { return tx.InsertFile(&g) })
}

// fitting is the room for one picture under way.
func (s *Service) fitting() chan struct{} {
	s.fitOnce.Do(func() { s.fitRoom = make(chan struct{}, 1) })
	return s.fitRoom
}

// fittedID is the same for the same file and limit, and tells nobody the original's.
func fittedID(id message.FileID, limit int64) (out message.FileID) {
	h := sha256.New()
	h.Write([]byte("fitted 1\x00"))
	h.Write(id[:])
	h.Write(binary.BigEndian.AppendUint64(nil, uint64(limit)))
	copy(out[:], h.Sum(nil))
	out[6], out[8] = out[6]&0x0f|0x80, out[8]&0x3f|0x80 // UUID version 8: of one's own making
	return out
}

// decoded is the whole picture, and how it must be turned to stand upright.
func (s *Service) decoded(ctx context.Context, f Stored, limit int64) (full image.Image, turn int, err error) {
	r, err := s.Open(ctx, f)
	if err != nil {
		return nil, 0, err
	}
	defer r.Close()
	head, err := io.ReadAll(io.LimitReader(r, dimensionBytes))
	if err != nil {
		return nil, 0, unreadable(err)
	}
	config, _, err := image.DecodeConfig(bytes.NewReader(head))
	if err != nil {
		return nil, 0, broken(err)
	}
	if w, h := int64(config.Width), int64(config.Height); w <= 0 || h <= 0 || w > fitPixels/pixelBytes(config.ColorModel)/h {
		return nil, 0, unfit(limit)
	}
	if _, err := r.Seek(0, io.SeekStart); err != nil {
		return nil, 0, unreadable(err)
	}
	if full, _, err = image.Decode(io.LimitReader(r, fitSource)); err != nil {
		return nil, 0, broken(err)
	}
	return full, orientation(head), nil
}

// encode finds the best of what is tried that fits.
func encode(ctx context.Context, from image.Image, turn int, limit int64) ([]byte, image.Rectangle, error) {
	var out bytes.Buffer
	for _, side := range fitSides {
		bounds := within(from.Bounds(), side)
		small := image.NewRGBA(bounds)
		draw.Draw(small, bounds, image.NewUniform(color.White), image.Point{}, draw.Src) // JPEG shows nothing through
		draw.BiLinear.Scale(small, bounds, from, from.Bounds(), draw.Over, nil)
		from = small // the next one starts from less
		upright := oriented(small, turn)
		for _, quality := range fitQualities {
			if err := ctx.Err(); err != nil {
				return nil, bounds, fault.Wrap(err, fault.Unavailable, "There was no time to make the picture smaller.")
			}
			out.Reset()
			if err := jpeg.Encode(&out, upright, &jpeg.Options{Quality: quality}); err != nil {
				return nil, bounds, err
			}
			if int64(out.Len()) <= limit {
				return out.Bytes(), upright.Bounds(), nil
			}
		}
	}
	return nil, image.Rectangle{}, unfit(limit)
}

// within scales bounds down so that no side is longer; never up.
func within(b image.Rectangle, side int) image.Rectangle {
	w, h := b.Dx(), b.Dy()
	if longest := max(w, h); longest > side {
		w, h = max(1, w*side/longest), max(1, h*side/longest)
	}
	return image.Rect(0, 0, w, h)
}

// pixelBytes is what a pixel of this model takes in memory.
func pixelBytes(m color.Model) int64 {
	if m == color.RGBA64Model || m == color.NRGBA64Model || m == color.Gray16Model {
		return 8
	}
	return 4
}

func unfit(limit int64) error {
	e := fault.New(fault.Unprocessable, "The file can't be made to fit into %s.", megabytes(limit))
	e.Delivery = fault.FileTooLarge
	return e
}

func broken(err error) error {
	e := fault.Wrap(err, fault.Unprocessable, "The picture is damaged: it can't be read.")
	e.Delivery = fault.FileType
	return e
}

var errNoTag = errors.New("no such tag")

// orientation of a JPEG as its camera wrote it down (Exif tag 0x0112), 1 when it didn't.
func orientation(head []byte) int {
	exif := segment(head, 0xE1, "Exif\x00\x00")
	if len(exif) < 8 {
		return 1
	}
	var order binary.ByteOrder = binary.BigEndian
	if exif[0] == 'I' {
		order = binary.LittleEndian
	}
	v, err := shortTag(exif, order, 0x0112)
	if err != nil || v < 1 || v > 8 {
		return 1
	}
	return v
}

// segment finds the first of a JPEG's segments with this marker and beginning; nil when there is none.
func segment(b []byte, marker byte, begins string) []byte {
	for at := 2; at+4 <= len(b) && b[at] == 0xFF; {
		size := int(binary.BigEndian.Uint16(b[at+2:]))
		end := at + 2 + size
		if size < 2 || end > len(b) || b[at+1] == 0xDA {
			return nil
		}
		if body := b[at+4 : end]; b[at+1] == marker && bytes.HasPrefix(body, []byte(begins)) {
			return body[len(begins):]
		}
		at = end
	}
	return nil
}

// shortTag reads a number of the first directory of a TIFF.
func shortTag(tiff []byte, order binary.ByteOrder, tag uint16) (int, error) {
	at := int(order.Uint32(tiff[4:]))
	if at < 8 || at+2 > len(tiff) {
		return 0, errNoTag
	}
	n := int(order.Uint16(tiff[at:]))
	for i := range n {
		entry := at + 2 + 12*i
		if entry+12 > len(tiff) {
			break
		}
		if order.Uint16(tiff[entry:]) == tag {
			return int(order.Uint16(tiff[entry+8:])), nil
		}
	}
	return 0, errNoTag
}

// oriented turns and mirrors a picture as its orientation asks, since what is re-encoded says none.
func oriented(m *image.RGBA, turn int) *image.RGBA {
	if turn <= 1 {
		return m
	}
	w, h := m.Bounds().Dx(), m.Bounds().Dy()
	size := image.Rect(0, 0, w, h)
	if turn >= 5 {
		size = image.Rect(0, 0, h, w)
	}
	out := image.NewRGBA(size)
	for y := range h {
		for x := range w {
			var to image.Point
			switch turn {
			case 2:
				to = image.Pt(w-1-x, y)
			case 3:
				to = image.Pt(w-1-x, h-1-y)
			case 4:
				to = image.Pt(x, h-1-y)
			case 5:
				to = image.Pt(y, x)
			case 6:
				to = image.Pt(h-1-y, x)
			case 7:
				to = image.Pt(h-1-y, w-1-x)
			default:
				to = image.Pt(y, w-1-x)
			}
			out.SetRGBA(to.X, to.Y, m.RGBAAt(x, y))
		}
	}
	return out
}
