//go:build unix

package load

import (
	"math"
	"syscall"
)

// openFilesMax is how many files and connections a process may have open. Go raises it to the hard limit.
func openFilesMax() int {
	var limit syscall.Rlimit
	if syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit) != nil || limit.Max > math.MaxInt32 {
		return math.MaxInt32
	}
	return int(limit.Max)
}
