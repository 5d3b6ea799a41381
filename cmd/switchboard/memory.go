package main

import (
	"os"
	"runtime/debug"
	"time"
)

const (
	// gcPercent lets garbage grow to twice what is alive, for some hundredths of a busy server's time and 20 MB.
	// GOGC says otherwise.
	gcPercent = 200
	// startOver is when what the start alone needed (hashing passwords, reading schemas) is given back.
	startOver = 2 * time.Second
)

// spareMemory sets how a server holds its memory. It is called at the start.
func spareMemory() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(gcPercent)
	}
	time.AfterFunc(startOver, debug.FreeOSMemory)
}
