package main

import (
	"fmt"
	"io"
)

// results is where results go. A result that could not be written is an error of the whole
// call, told once at its end, however it was printed.
type results struct {
	to  io.Writer
	err error
}

// Write never fails: it keeps the first error.
func (r *results) Write(p []byte) (int, error) {
	if r.err == nil {
		_, r.err = r.to.Write(p)
	}
	return len(p), nil
}

// lost is the error of results that did not arrive, nil where all did.
func (r *results) lost() error {
	if r.err == nil {
		return nil
	}
	return exit{failed, fmt.Errorf("the results could not be written: %w", reason(r.err)), ""}
}
