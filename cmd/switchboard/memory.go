package main

import (
	"os"
	"runtime/debug"
	"time"
)

const (
	// gcPercent lets garbage grow to three times what is alive: collecting costs a twentieth of a busy server
	// less, for some tens of MB. GOGC says otherwise.
	gcPercent = 300
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
