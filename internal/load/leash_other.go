//go:build !linux

package load

import "syscall"

func leashed() *syscall.SysProcAttr { return nil }
