package crashtest

import "syscall"

// leashed makes a child end when this test program does, however that ends.
func leashed() *syscall.SysProcAttr { return &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} }
