package file

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"io"
	"strings"

	"switchboard/internal/fault"
	"switchboard/internal/message"
)

// Common gives the file itself when it is in the form that every phone shows: pictures of 8-bit RGB or
// RGBA, Ogg with Opus, MP4 with H.264 and at most one track of AAC (CH-9). Another picture is encoded
// anew, in at most limit bytes, and kept beside the original. Another sound or video is refused with
// file_type (3002) and a sentence that says what is wrong with it. Other types are as they are.
func (s *Service) Common(ctx context.Context, org message.OrgID, id message.FileID, limit int64) (message.File, error) {
	f, err := s.Get(ctx, org, id)
	if err != nil {
		return f.File, err
	}
	var look func(io.ReadSeeker) error
	plain := true
	switch f.Type {
	case "image/jpeg", "image/png":
		look = func(r io.ReadSeeker) (err error) { plain, err = plainColours(r); return err }
	case "audio/ogg":
		look = onlyOpus
	case "video/mp4":
		look = onlyH264
	default:
		return f.File, nil
	}
	r, err := s.Open(ctx, f)
	if err != nil {
		return f.File, err
	}
	err = look(r)
	r.Close()
	if err != nil || plain {
		return f.File, err
	}
	return s.remade(ctx, f, limit, f.Type == "image/png")
}

// plainColours reports whether a picture has 8 bits of red, green and blue in each pixel, with or without
// transparency: no palette, no greys, no inks.
func plainColours(r io.Reader) (bool, error) {
	head, err := io.ReadAll(io.LimitReader(r, dimensionBytes))
	if err != nil {
		return false, unreadable(err)
	}
	config, format, err := image.DecodeConfig(bytes.NewReader(head))
	if err != nil {
		return false, broken(err)
	}
	if format == "png" { // its header says it plainly: bits per channel, then 2 for RGB or 6 for RGBA
		return head[24] == 8 && (head[25] == 2 || head[25] == 6), nil
	}
	return config.ColorModel == color.YCbCrModel || config.ColorModel == color.RGBAModel, nil
}

// asPNG is the picture with 8-bit colours and all its pixels; nil when that takes more than limit bytes.
func asPNG(full image.Image, limit int64) []byte {
	plain := image.NewNRGBA(full.Bounds())
	draw.Draw(plain, plain.Bounds(), full, full.Bounds().Min, draw.Src)
	var out bytes.Buffer
	if err := png.Encode(&out, plain); err != nil || int64(out.Len()) > limit {
		return nil
	}
	return out.Bytes()
}

// oggStreams bounds how many beginnings of streams are looked at.
const oggStreams = 8

// onlyOpus refuses an Ogg file with anything but Opus in it. The first packet of each stream names its
// codec, and all streams begin before the first goes on.
func onlyOpus(r io.ReadSeeker) error {
	for n := range oggStreams {
		var head [27]byte
		if _, err := io.ReadFull(r, head[:]); err != nil || string(head[:4]) != "OggS" {
			if n == 0 {
				return unplayable("The sound is damaged: its beginning can't be read.")
			}
			return nil
		}
		if head[5]&2 == 0 { // not a stream's first page
			return nil
		}
		lengths := make([]byte, head[26])
		if _, err := io.ReadFull(r, lengths); err != nil {
			return unplayable("The sound is damaged: its beginning can't be read.")
		}
		size := 0
		for _, l := range lengths {
			size += int(l)
		}
		packet := make([]byte, size)
		if _, err := io.ReadFull(r, packet); err != nil {
			return unplayable("The sound is damaged: its beginning can't be read.")
		}
		if !bytes.HasPrefix(packet, []byte("OpusHead")) {
			return unplayable("The Ogg file has %s in it; this channel takes Ogg with Opus only.", oggCodec(packet))
		}
	}
	return unplayable("The Ogg file has too many streams; this channel takes one.")
}

func oggCodec(packet []byte) string {
	for begins, name := range map[string]string{"\x01vorbis": "Vorbis", "\x7fFLAC": "FLAC", "Speex": "Speex", "\x80theora": "a Theora video"} {
		if bytes.HasPrefix(packet, []byte(begins)) {
			return name
		}
	}
	return "another codec than Opus"
}

func unplayable(text string, args ...any) error {
	e := fault.New(fault.Unprocessable, text, args...)
	e.Delivery = fault.FileType
	return e
}

const (
	// moovMost is how long a video's table of contents may be. That of an hour has about a megabyte.
	moovMost = 8 << 20
	// boxesMost bounds the boxes of one level.
	boxesMost = 4096
)

// onlyH264 refuses an MP4 with other codecs than phones play. Of the file it reads the headers of its
// outermost boxes and the table of contents (moov), wherever that lies.
func onlyH264(r io.ReadSeeker) error {
	moov, err := findMoov(r)
	if err != nil {
		return err
	}
	var v tracks
	if err := v.read(moov, "moov"); err != nil {
		return unplayable("The video is damaged: its table of contents can't be read.")
	}
	return v.check()
}

func findMoov(r io.ReadSeeker) ([]byte, error) {
	damaged := unplayable("The video is damaged: it has no table of contents. It may have been cut off.")
	for range boxesMost {
		var head [16]byte
		if _, err := io.ReadFull(r, head[:8]); err != nil {
			if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
				return nil, damaged
			}
			return nil, unreadable(err)
		}
		size, begins := int64(binary.BigEndian.Uint32(head[:])), int64(8)
		if size == 1 { // the real size follows
			if _, err := io.ReadFull(r, head[8:]); err != nil {
				return nil, damaged
			}
			size, begins = int64(binary.BigEndian.Uint64(head[8:])&(1<<62-1)), 16
		}
		if string(head[4:8]) == "moov" {
			length := size - begins
			if size == 0 { // up to the end of the file
				length = moovMost
			}
			if length < 0 || length > moovMost {
				return nil, damaged
			}
			moov, err := io.ReadAll(io.LimitReader(r, length))
			if err != nil {
				return nil, unreadable(err)
			}
			return moov, nil
		}
		if size < begins {
			return nil, damaged
		}
		if _, err := r.Seek(size-begins, io.SeekCurrent); err != nil {
			return nil, damaged
		}
	}
	return nil, damaged
}

// tracks is what a video's table of contents says about pictures and sounds.
type tracks struct {
	pictures, sounds []string // their codecs
	handler          string   // of the track that is being read
}

var errBox = errors.New("a box that is longer than what holds it")

// read goes through the boxes within b, and into those on the way to the codecs.
func (v *tracks) read(b []byte, within string) error {
	for n := 0; len(b) >= 8; n++ {
		size, begins := uint64(binary.BigEndian.Uint32(b)), uint64(8)
		switch {
		case size == 1 && len(b) >= 16:
			size, begins = binary.BigEndian.Uint64(b[8:]), 16
		case size == 0:
			size = uint64(len(b))
		}
		if size < begins || size > uint64(len(b)) || n > boxesMost {
			return errBox
		}
		kind, body := string(b[4:8]), b[begins:size]
		b = b[size:]
		if err := v.box(within+"/"+kind, body); err != nil {
			return err
		}
	}
	return nil
}

func (v *tracks) box(path string, body []byte) error {
	const media = "moov/trak/mdia"
	switch path {
	case "moov/trak":
		v.handler = ""
		return v.read(body, path)
	case media, media + "/minf", media + "/minf/stbl":
		return v.read(body, path)
	case media + "/hdlr":
		if len(body) < 12 {
			return errBox
		}
		v.handler = string(body[8:12])
	case media + "/minf/stbl/stsd":
		if len(body) < 8 {
			return errBox
		}
		return v.read(body[8:], "stsd")
	}
	if kind, ok := strings.CutPrefix(path, "stsd/"); ok {
		switch v.handler {
		case "vide":
			v.pictures = append(v.pictures, kind)
		case "soun":
			if kind == "mp4a" {
				kind += "." + soundObject(body)
			}
			v.sounds = append(v.sounds, kind)
		}
	}
	return nil
}

// soundObject is the kind of MPEG sound in an mp4a entry, as two hexadecimal digits; 40 is AAC, and what
// stands for an entry that doesn't tell.
func soundObject(entry []byte) string {
	at := bytes.Index(entry, []byte("esds"))
	if at < 0 || at+8 > len(entry) {
		return "40"
	}
	b := descriptor(entry[at+8:], 3)
	if len(b) < 3 {
		return "40"
	}
	flags := b[2]
	b = b[3:]
	if flags&0x80 != 0 && len(b) >= 2 { // depends on another stream
		b = b[2:]
	}
	if flags&0x40 != 0 && len(b) >= 1 && len(b) > int(b[0]) { // has an address
		b = b[1+int(b[0]):]
	}
	if flags&0x20 != 0 && len(b) >= 2 { // has a clock of its own
		b = b[2:]
	}
	if b = descriptor(b, 4); len(b) == 0 {
		return "40"
	}
	const digits = "0123456789abcdef"
	return string([]byte{digits[b[0]>>4], digits[b[0]&15]})
}

// descriptor is the body of the descriptor with this tag at the beginning of b; nil when there is none.
func descriptor(b []byte, tag byte) []byte {
	if len(b) < 2 || b[0] != tag {
		return nil
	}
	for i := 1; i < len(b) && i <= 4; i++ { // its length has one to four bytes
		if b[i]&0x80 == 0 {
			return b[i+1:]
		}
	}
	return nil
}

// codecs as people know them.
var codecs = map[string]string{
	"hvc1": "HEVC (H.265)", "hev1": "HEVC (H.265)", "vp08": "VP8", "vp09": "VP9", "av01": "AV1", "mp4v": "MPEG-4 Part 2", "s263": "H.263",
	"jpeg": "Motion JPEG", "apch": "ProRes", "apcn": "ProRes", "dvh1": "Dolby Vision", "dvhe": "Dolby Vision", "encv": "an encrypted codec", "enca": "an encrypted codec",
	"mp4a.69": "MP3", "mp4a.6b": "MP3", ".mp3": "MP3", "ac-3": "Dolby Digital (AC-3)", "ec-3": "Dolby Digital Plus (E-AC-3)", "Opus": "Opus",
	"samr": "AMR", "alac": "Apple Lossless", "fLaC": "FLAC", "lpcm": "PCM", "sowt": "PCM", "twos": "PCM",
}

func codec(kind string) string {
	if name := codecs[kind]; name != "" {
		return name
	}
	return "another codec"
}

func (v *tracks) check() error {
	if len(v.pictures) == 0 {
		return unplayable("The video has no pictures in it, only sound. Send it as an audio file.")
	}
	for _, kind := range v.pictures {
		if kind != "avc1" && kind != "avc3" {
			return unplayable("The video is encoded with %s; this channel takes H.264 only. Convert it to an MP4 with H.264 and AAC.", codec(kind))
		}
	}
	if len(v.sounds) > 1 {
		return unplayable("The video has more than one sound track; this channel takes one or none.")
	}
	for _, kind := range v.sounds {
		if kind != "mp4a.40" && kind != "mp4a.66" && kind != "mp4a.67" && kind != "mp4a.68" { // AAC of MPEG-4 and MPEG-2
			return unplayable("The video's sound is encoded with %s; this channel takes AAC only. Convert it to an MP4 with H.264 and AAC.", codec(kind))
		}
	}
	return nil
}
