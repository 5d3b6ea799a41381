package blob

import (
	"context"
	"fmt"
	"io"
	"net/url"
	"strings"
)

// Store keeps bytes by key. A key is made of letters, digits, '-' and '/', by the caller. All methods
// are safe for concurrent use.
type Store interface {
	// Put keeps everything that r gives, or nothing: when it returns nil the bytes are durable, when it
	// returns an error (r's own included) the key holds what it held before.
	Put(ctx context.Context, key string, r io.Reader) error
	// Open reads a blob. fs.ErrNotExist when there is none. The caller closes it.
	Open(ctx context.Context, key string) (io.ReadSeekCloser, error)
	// Delete removes a blob; one that is gone already is no error.
	Delete(ctx context.Context, key string) error
}

// Open connects to "file:DIR" or "s3://BUCKET[/PREFIX]?endpoint=HOST&region=R".
func Open(ctx context.Context, address string) (Store, error) {
	switch {
	case strings.HasPrefix(address, "file:"):
		return OpenFolder(strings.TrimPrefix(address, "file:"))
	case strings.HasPrefix(address, "s3://"):
		u, err := url.Parse(address)
		if err != nil {
			return nil, fmt.Errorf("files: the s3 address can't be read") // the error would repeat the secret
		}
		return openS3(ctx, u)
	}
	scheme, _, _ := strings.Cut(address, ":")
	return nil, fmt.Errorf("files %q: want file:DIR or s3://BUCKET", scheme)
}

// lawful reports whether a key stays where it belongs: no empty, dotted or absolute parts.
func lawful(key string) bool {
	for part := range strings.SplitSeq(key, "/") {
		if part == "" {
			return false
		}
		for _, c := range part {
			if !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-') {
				return false
			}
		}
	}
	return true
}
