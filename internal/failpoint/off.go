//go:build !failpoints

// Package failpoint names the places between two steps at which a crash would tell whether a promise is
// kept. In the program that people run a place is nothing at all; built with the tag failpoints, for tests,
// the process can be made to die there.
package failpoint

// Hit is passed at a place.
func Hit(string) {}
