//go:build darwin || dragonfly || freebsd || illumos || linux || netbsd || openbsd

package journal

import (
	"path/filepath"
	"syscall"
	"testing"
)

// TestReleaseWhileForking: a child that was just forked still has all files open, and keeps no lock
// by that.
func TestReleaseWhileForking(t *testing.T) {
	path := filepath.Join(t.TempDir(), "j.db")
	mine, err := Take(path, "sato")
	if err != nil {
		t.Fatal(err)
	}
	childs, err := syscall.Dup(int(mine.file.Fd()))
	if err != nil {
		t.Fatal(err)
	}
	defer syscall.Close(childs)
	if err := mine.Release(); err != nil {
		t.Fatal(err)
	}
	again, err := Take(path, "suzuki")
	if err != nil {
		t.Fatal(err)
	}
	if err := again.Release(); err != nil {
		t.Error(err)
	}
}
