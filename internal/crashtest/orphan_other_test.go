//go:build !linux

package crashtest

import "syscall"

func leashed() *syscall.SysProcAttr { return nil }
