// Package blob keeps the bytes of files, by key: in a folder (folder.go) or in an S3 bucket (s3.go).
// It knows nothing of what the bytes are, who may see them or how long they are kept: that is the
// file room's matter.
package blob
