//go:build !linux

package lambda

import "syscall"

// endWithParent does nothing: only Linux can end a program with its parent. A
// bootstrap ends by itself, because its request for an event fails.
func endWithParent(*syscall.SysProcAttr) {}
