package lambda

import "syscall"

// endWithParent makes the kernel end the program when this process ends, even
// after a crash.
func endWithParent(attr *syscall.SysProcAttr) { attr.Pdeathsig = syscall.SIGKILL }
