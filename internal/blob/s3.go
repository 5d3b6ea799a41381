package blob

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"strings"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
)

// Bucket keeps each blob as an object of an S3 bucket, or of anything that speaks S3.
type Bucket struct {
	client *minio.Client
	name   string
	prefix string
}

// openS3 reads s3://[KEY:SECRET@]BUCKET[/PREFIX]?endpoint=HOST&region=R&tls=false. Without KEY and
// SECRET they come from AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.
func openS3(ctx context.Context, u *url.URL) (*Bucket, error) {
	query := u.Query()
	endpoint := query.Get("endpoint")
	if endpoint == "" {
		endpoint = "s3.amazonaws.com"
	}
	provider := credentials.NewEnvAWS()
	if u.User != nil {
		secret, _ := u.User.Password()
		provider = credentials.NewStaticV4(u.User.Username(), secret, "")
	}
	client, err := minio.New(endpoint, &minio.Options{
		Creds: provider, Secure: query.Get("tls") != "false", Region: query.Get("region"),
	})
	if err != nil {
		return nil, fmt.Errorf("files: %w", err)
	}
	b := &Bucket{client: client, name: u.Host, prefix: strings.Trim(u.Path, "/")}
	if b.prefix != "" {
		b.prefix += "/"
	}
	found, err := client.BucketExists(ctx, b.name)
	if err != nil {
		return nil, fmt.Errorf("files: bucket %s: %w", b.name, err)
	}
	if !found {
		return nil, fmt.Errorf("files: there is no bucket %s", b.name)
	}
	return b, nil
}

// Put spools to a temporary file first: S3 wants the length before the bytes, and an upload that
// breaks off leaves nothing behind.
func (b *Bucket) Put(ctx context.Context, key string, r io.Reader) error {
	if !lawful(key) {
		return fmt.Errorf("files: unlawful key %q", key)
	}
	spool, err := os.CreateTemp("", "upload")
	if err != nil {
		return err
	}
	defer func() {
		_ = spool.Close()
		_ = os.Remove(spool.Name())
	}()
	size, err := io.Copy(spool, reader{ctx, r})
	if err != nil {
		return err
	}
	if _, err := spool.Seek(0, io.SeekStart); err != nil {
		return err
	}
	_, err = b.client.PutObject(ctx, b.name, b.prefix+key, spool, size, minio.PutObjectOptions{ContentType: "application/octet-stream"})
	return err
}

// Open reads an object. It asks for it once, so that a missing one is known before the first byte.
func (b *Bucket) Open(ctx context.Context, key string) (io.ReadSeekCloser, error) {
	if !lawful(key) {
		return nil, fs.ErrNotExist
	}
	object, err := b.client.GetObject(ctx, b.name, b.prefix+key, minio.GetObjectOptions{})
	if err != nil {
		return nil, missing(err)
	}
	if _, err := object.Stat(); err != nil {
		_ = object.Close()
		return nil, missing(err)
	}
	return object, nil
}

// Delete removes an object.
func (b *Bucket) Delete(ctx context.Context, key string) error {
	if !lawful(key) {
		return nil
	}
	err := missing(b.client.RemoveObject(ctx, b.name, b.prefix+key, minio.RemoveObjectOptions{}))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// missing turns S3's own word for it into fs.ErrNotExist.
func missing(err error) error {
	if err != nil && minio.ToErrorResponse(err).Code == "NoSuchKey" {
		return fs.ErrNotExist
	}
	return err
}
