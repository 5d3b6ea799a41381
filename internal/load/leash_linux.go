package load

import "syscall"

// leashed makes a child end when this process does, however that ends.
func leashed() *syscall.SysProcAttr { return &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} }
