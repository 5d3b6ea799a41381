//go:build !linux

package crashtest

import "testing"

func smallDisk(t *testing.T, _ int) string {
	t.Skip("a disk that can be filled is mounted on Linux only")
	return ""
}

func fillDisk(t *testing.T, path string) { t.Fatal(path) }
