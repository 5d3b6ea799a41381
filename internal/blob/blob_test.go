package blob_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"switchboard/internal/blob"
)

// each runs the contract on every kind of store.
func each(t *testing.T, test func(t *testing.T, s blob.Store)) {
	t.Run("folder", func(t *testing.T) {
		s, err := blob.Open(t.Context(), "file:"+t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		test(t, s)
	})
	t.Run("s3", func(t *testing.T) {
		server := httptest.NewServer(&bucket{objects: map[string][]byte{}})
		t.Cleanup(server.Close)
		s, err := blob.Open(t.Context(), "s3://key:secret@files/some/prefix?tls=false&region=eu-central-1&endpoint="+strings.TrimPrefix(server.URL, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		test(t, s)
	})
}

func read(t *testing.T, s blob.Store, key string) string {
	t.Helper()
	r, err := s.Open(t.Context(), key)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	b, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestKeepsWhatItWasGiven(t *testing.T) {
	each(t, func(t *testing.T, s blob.Store) {
		big := strings.Repeat("0123456789abcdef", 100_000)
		for key, content := range map[string]string{"org/ab/one": "hello", "org/ab/big": big, "org/cd/none": ""} {
			if err := s.Put(t.Context(), key, strings.NewReader(content)); err != nil {
				t.Fatal(err)
			}
			if got := read(t, s, key); got != content {
				t.Errorf("%s has %d bytes, want %d", key, len(got), len(content))
			}
		}
		r, err := s.Open(t.Context(), "org/ab/big")
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		if _, err := r.Seek(-6, io.SeekEnd); err != nil {
			t.Fatal(err)
		}
		if tail, err := io.ReadAll(r); err != nil || string(tail) != "abcdef" {
			t.Errorf("the tail is %q, %v", tail, err)
		}
		if err := s.Delete(t.Context(), "org/ab/one"); err != nil {
			t.Error(err)
		}
		if err := s.Delete(t.Context(), "org/ab/one"); err != nil {
			t.Errorf("deleting again: %v", err)
		}
		if _, err := s.Open(t.Context(), "org/ab/one"); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("a deleted blob: %v", err)
		}
	})
}

var errCut = errors.New("cut off")

// An upload that breaks off leaves what was there, and no trace.
func TestBrokenUploadLeavesNothing(t *testing.T) {
	each(t, func(t *testing.T, s blob.Store) {
		if err := s.Put(t.Context(), "org/ab/one", strings.NewReader("before")); err != nil {
			t.Fatal(err)
		}
		broken := io.MultiReader(strings.NewReader("after"), iotestErr{})
		if err := s.Put(t.Context(), "org/ab/one", broken); !errors.Is(err, errCut) {
			t.Errorf("broken upload: %v", err)
		}
		if got := read(t, s, "org/ab/one"); got != "before" {
			t.Errorf("it now holds %q", got)
		}
		gone, cancel := context.WithCancel(t.Context())
		cancel()
		if err := s.Put(gone, "org/ab/two", strings.NewReader("x")); !errors.Is(err, context.Canceled) {
			t.Errorf("a caller who has gone: %v", err)
		}
		if _, err := s.Open(t.Context(), "org/ab/two"); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("it is there: %v", err)
		}
	})
}

type iotestErr struct{}

func (iotestErr) Read([]byte) (int, error) { return 0, errCut }

func TestUnlawfulKeysAreRefused(t *testing.T) {
	each(t, func(t *testing.T, s blob.Store) {
		for _, key := range []string{"", "/etc/passwd", "../up", "a/../b", "a//b", "a/b.txt", `a\b`, "a\x00b"} {
			if err := s.Put(t.Context(), key, strings.NewReader("x")); err == nil {
				t.Errorf("%q was taken", key)
			}
			if _, err := s.Open(t.Context(), key); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("%q opens: %v", key, err)
			}
		}
	})
}

func TestFolderLeavesNoIncomingFiles(t *testing.T) {
	dir := t.TempDir()
	s, err := blob.OpenFolder(dir)
	if err != nil {
		t.Fatal(err)
	}
	_ = s.Put(t.Context(), "org/ab/one", iotestErr{})
	_ = s.Put(t.Context(), "org/ab/two", strings.NewReader("x"))
	if left, _ := filepath.Glob(filepath.Join(dir, "incoming", "*")); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
	if info, err := os.Stat(filepath.Join(dir, "kept", "org", "ab", "two")); err != nil || info.Mode().Perm()&0o077 != 0 {
		t.Errorf("%v %v", info, err)
	}
}

func TestBadAddresses(t *testing.T) {
	for _, address := range []string{"", "file:", "ftp://x", "s3://%zz:secret@b"} {
		_, err := blob.Open(t.Context(), address)
		if err == nil {
			t.Errorf("%q was taken", address)
		} else if strings.Contains(err.Error(), "secret") {
			t.Errorf("the error tells the secret: %v", err)
		}
	}
}

// bucket plays as much of S3 as one bucket needs.
type bucket struct {
	mu      sync.Mutex
	objects map[string][]byte
}

func (b *bucket) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	b.mu.Lock()
	defer b.mu.Unlock()
	key := strings.TrimPrefix(r.URL.Path, "/files/")
	if key == "" || key == r.URL.Path {
		return // the bucket is there
	}
	if !strings.HasPrefix(key, "some/prefix/") {
		http.Error(w, "wrong prefix", http.StatusBadRequest)
		return
	}
	switch r.Method {
	case http.MethodPut:
		body, err := io.ReadAll(r.Body)
		if err == nil && strings.HasPrefix(r.Header.Get("X-Amz-Content-Sha256"), "STREAMING-") {
			body, err = unchunk(body)
		}
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		b.objects[key] = body
		w.Header().Set("ETag", `"etag"`)
	case http.MethodDelete:
		delete(b.objects, key)
		w.WriteHeader(http.StatusNoContent)
	default:
		body, found := b.objects[key]
		if !found {
			w.Header().Set("X-Minio-Error-Code", "NoSuchKey")
			w.WriteHeader(http.StatusNotFound)
			if r.Method == http.MethodGet {
				_, _ = io.WriteString(w, "<Error><Code>NoSuchKey</Code></Error>")
			}
			return
		}
		w.Header().Set("ETag", `"etag"`)
		http.ServeContent(w, r, "", time.Unix(1, 0), bytes.NewReader(body))
	}
}

// unchunk reads aws-chunked: "size;chunk-signature=…", bytes, and so on up to a size of 0.
func unchunk(body []byte) (out []byte, err error) {
	r := bufio.NewReader(bytes.NewReader(body))
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			return nil, err
		}
		size, _, _ := strings.Cut(strings.TrimSpace(line), ";")
		n, err := strconv.ParseInt(size, 16, 64)
		if err != nil {
			return nil, fmt.Errorf("chunk %q", line)
		}
		if n == 0 {
			return out, nil
		}
		chunk := make([]byte, n+2)
		if _, err := io.ReadFull(r, chunk); err != nil {
			return nil, err
		}
		out = append(out, chunk[:n]...)
	}
}
