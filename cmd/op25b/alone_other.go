//go:build !(darwin || dragonfly || freebsd || illumos || linux || netbsd || openbsd)

package main

// alone goes on without a lock: this system has none that a crash gives back.
func alone(string) (free func(), err error) { return func() {}, nil }
