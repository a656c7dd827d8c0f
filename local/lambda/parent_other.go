//go:build !linux

package lambda

import "syscall"

// endWithParent does nothing where the kernel cannot. A bootstrap notices the
// end by itself: its request for an event fails.
func endWithParent(*syscall.SysProcAttr) {}
