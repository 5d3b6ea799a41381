package blob

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// Folder keeps each blob as a file below one directory.
type Folder struct{ dir string }

// incoming holds what is being written: on the same file system, so that a rename moves it in one step.
const incoming = "incoming"

// OpenFolder uses dir, and makes it when it is missing.
func OpenFolder(dir string) (*Folder, error) {
	if dir == "" {
		return nil, errors.New("files: want file:DIR")
	}
	if err := os.MkdirAll(filepath.Join(dir, incoming), 0o700); err != nil {
		return nil, fmt.Errorf("files: %w", err)
	}
	return &Folder{dir: dir}, nil
}

func (f *Folder) path(key string) (string, error) {
	if !lawful(key) {
		return "", fmt.Errorf("files: unlawful key %q", key)
	}
	return filepath.Join(f.dir, "kept", filepath.FromSlash(key)), nil
}

// Put writes beside, syncs, moves into place and syncs the folder: after a crash a blob is there
// whole or not at all.
func (f *Folder) Put(ctx context.Context, key string, r io.Reader) (err error) {
	path, err := f.path(key)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	w, err := os.CreateTemp(filepath.Join(f.dir, incoming), "*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = w.Close()
			_ = os.Remove(w.Name())
		}
	}()
	if _, err := io.Copy(w, reader{ctx, r}); err != nil {
		return err
	}
	if err := w.Sync(); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	if err := os.Rename(w.Name(), path); err != nil {
		return err
	}
	return f.sync(filepath.Dir(path))
}

// sync makes the entries of a folder durable, and those of the folders above it, which may be new.
func (f *Folder) sync(dir string) error {
	for {
		d, err := os.Open(dir)
		if err != nil {
			return err
		}
		err = d.Sync()
		_ = d.Close()
		if err != nil {
			return err
		}
		if dir == f.dir {
			return nil
		}
		dir = filepath.Dir(dir)
	}
}

// Open reads a blob.
func (f *Folder) Open(_ context.Context, key string) (io.ReadSeekCloser, error) {
	path, err := f.path(key)
	if err != nil {
		return nil, fs.ErrNotExist
	}
	return os.Open(path)
}

// Delete removes a blob.
func (f *Folder) Delete(_ context.Context, key string) error {
	path, err := f.path(key)
	if err != nil {
		return nil //nolint:nilerr // nothing is kept under a key that can't be
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// reader stops when its caller has gone.
type reader struct {
	ctx context.Context
	r   io.Reader
}

func (r reader) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.r.Read(p)
}
