package file

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/jpeg"
	"image/png"
	"io"
	"io/fs"

	"golang.org/x/image/draw"

	"switchboard/internal/fault"
)

// smallSide is the longest side of a picture as lists and logs show it, in pixels: 320 at double density.
const smallSide = 640

// HasSmall reports whether pictures of a type have a small form. What moves stays as it is.
func HasSmall(mediaType string) bool {
	return mediaType == "image/jpeg" || mediaType == "image/png" || mediaType == "image/webp"
}

// Small opens a picture in the size in which logs show it, and says its type. It is drawn anew, so that
// nothing but what is seen comes along: no place where it was taken, no camera. It is made when it is first
// asked for and kept beside the original; who removes that removes both. Pictures that are damaged or take
// too much memory are unprocessable.
func (s *Service) Small(ctx context.Context, f Stored) (io.ReadSeekCloser, string, error) {
	if r, kind, err := s.openSmall(ctx, f); err == nil || !errors.Is(err, fs.ErrNotExist) {
		return r, kind, err
	}
	if f.Size > fitSource {
		return nil, "", unfit(fitSource)
	}
	select { // one at a time, as in Fit
	case s.fitting() <- struct{}{}:
		defer func() { <-s.fitting() }()
	case <-ctx.Done():
		return nil, "", fault.Wrap(ctx.Err(), fault.Unavailable, "There was no time to make the picture smaller.")
	}
	if r, kind, err := s.openSmall(ctx, f); err == nil || !errors.Is(err, fs.ErrNotExist) {
		return r, kind, err // somebody else made it meanwhile
	}
	full, turn, err := s.decoded(ctx, f, fitSource)
	if err != nil {
		return nil, "", err
	}
	bounds := within(full.Bounds(), smallSide)
	small := image.NewRGBA(bounds)
	draw.ApproxBiLinear.Scale(small, bounds, full, full.Bounds(), draw.Src, nil)
	small = oriented(small, turn)
	var out bytes.Buffer
	if small.Opaque() {
		err = jpeg.Encode(&out, small, &jpeg.Options{Quality: 80})
	} else { // what shows through keeps doing so
		err = png.Encode(&out, small)
	}
	if err != nil {
		return nil, "", err
	}
	if err := s.Blobs.Put(ctx, smallKey(f.Blob), bytes.NewReader(out.Bytes())); err != nil {
		return nil, "", fault.Wrap(err, fault.Unavailable, "The picture can't be stored right now. Try again in a moment.")
	}
	return s.openSmall(ctx, f)
}

// openSmall opens the small form, if it has been made. Its type shows in its first byte.
func (s *Service) openSmall(ctx context.Context, f Stored) (io.ReadSeekCloser, string, error) {
	r, err := s.Blobs.Open(ctx, smallKey(f.Blob))
	if err != nil {
		return nil, "", err
	}
	first := make([]byte, 1)
	_, err = io.ReadFull(r, first)
	if err == nil {
		_, err = r.Seek(0, io.SeekStart)
	}
	if err != nil {
		return nil, "", errors.Join(err, r.Close())
	}
	if first[0] == 0xFF {
		return r, "image/jpeg", nil
	}
	return r, "image/png", nil
}

func smallKey(blob string) string { return blob + "-small" }
