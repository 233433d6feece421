//go:build !(darwin || dragonfly || freebsd || illumos || linux || netbsd || openbsd)

package journal

import (
	"errors"
	"fmt"
	"os"
)

// flock refuses: without a lock of the kernel nobody may write.
func flock(*os.File) error { return noLock() }

func unlock(*os.File) error { return noLock() }

func noLock() error {
	return fmt.Errorf("%w: this system has no flock; carry plans out from Linux, macOS or a BSD", errors.ErrUnsupported)
}
