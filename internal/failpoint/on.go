//go:build failpoints

package failpoint

import (
	"fmt"
	"os"
	"sync"
	"sync/atomic"
)

// FileEnv names the setting with the file that arms a place: its name and at which passage the process
// dies, as "inbound.kept 3". The file may come and go while the process runs.
const FileEnv = "SWITCHBOARD_FAILPOINT_FILE"

type plan struct {
	file string
	hits atomic.Int64
}

var armed = sync.OnceValue(func() *plan { return &plan{file: os.Getenv(FileEnv)} })

// Hit is passed at a place. An armed one kills the process as SIGKILL does: nothing tidies up.
func Hit(name string) {
	p := armed()
	if p.file == "" {
		return
	}
	text, err := os.ReadFile(p.file)
	if err != nil {
		return
	}
	var place string
	var passage int64
	if n, _ := fmt.Sscanf(string(text), "%s %d", &place, &passage); n != 2 || place != name || p.hits.Add(1) < passage {
		return
	}
	self, err := os.FindProcess(os.Getpid())
	if err == nil {
		_ = self.Kill()
	}
	select {} // nothing of this goroutine happens after it
}
