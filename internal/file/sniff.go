package file

import (
	"context"
	"image"
	_ "image/gif" // formats whose dimensions are read
	_ "image/jpeg"
	_ "image/png"
	"io"
	"path"
	"strings"

	"github.com/gabriel-vasile/mimetype"
	_ "golang.org/x/image/bmp"
	_ "golang.org/x/image/tiff"
	_ "golang.org/x/image/webp"
)

// sniffBytes is how much of the beginning tells a format: mimetype's own limit.
const sniffBytes = 3072

// dimensionBytes is how far into an image its dimensions are looked for. Photos carry previews and
// profiles before them.
const dimensionBytes = 1 << 20

// Where one format has several names, channels know it by these.
var usualName = map[string]string{
	"audio/x-m4a": "audio/mp4", "audio/m4a": "audio/mp4", "application/ogg": "audio/ogg",
	"audio/x-wav": "audio/wav", "image/x-ms-bmp": "image/bmp", "image/jpg": "image/jpeg",
}

const (
	presentation = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
	slideshow    = "application/vnd.openxmlformats-officedocument.presentationml.slideshow"
)

// typeOf is the media type by content, without parameters. Plain text has no marks of its own, so
// there the claim may choose among harmless kinds of text.
func typeOf(head []byte, claimed, name string) string {
	found := base(mimetype.Detect(head).String())
	if usual, ok := usualName[found]; ok {
		found = usual
	}
	claimed = base(claimed)
	if found == "text/plain" && (claimed == "text/csv" || claimed == "text/markdown" || claimed == "text/vcard") {
		return claimed
	}
	if found == "video/mp4" && claimed == "audio/mp4" || found == "video/3gpp" && claimed == "audio/3gpp" {
		return claimed // one container for both
	}
	if found == presentation && (claimed == slideshow || strings.EqualFold(path.Ext(name), ".ppsx")) {
		return slideshow // differs by a word deep inside, and channels treat it differently
	}
	return found
}

func base(mediaType string) string {
	mediaType, _, _ = strings.Cut(mediaType, ";")
	return strings.ToLower(strings.TrimSpace(mediaType))
}

func accepted(accept []string, mediaType string) bool {
	for _, a := range accept {
		if a == mediaType || strings.HasSuffix(a, "/*") && strings.HasPrefix(mediaType, strings.TrimSuffix(a, "*")) {
			return true
		}
	}
	return false
}

// dimensions of a stored image in pixels; 0, 0 when they can't be read, which refuses nothing.
func (s *Service) dimensions(ctx context.Context, key string) (width, height int) {
	r, err := s.Blobs.Open(ctx, key)
	if err != nil {
		return 0, 0
	}
	defer r.Close()
	config, _, err := image.DecodeConfig(io.LimitReader(r, dimensionBytes))
	if err != nil {
		return 0, 0
	}
	return config.Width, config.Height
}
