package main

import (
	"fmt"

	"op25b/differ"
)

// The exit codes, one table for all verbs.
const (
	done        = 0   // and no difference
	failed      = 1   // nothing was sent
	differs     = 2   // diff, prove, golden, plan --detailed-exitcode
	stopped     = 3   // by a gate; can be resumed
	rolledBack  = 4   // read-back shows the earlier state
	unknown     = 5   // the state of at least one device is not known
	refused     = 6   // stale, unapproved, outside the window, locked, somebody else's
	declined    = 7   // at the prompt
	usage       = 64  // the words of the call
	interrupted = 130 // nothing armed
)

// exit is an error that decides the exit code. Its cause may be nil: all was said already.
type exit struct {
	code  int
	cause error
	hint  string
}

func (e exit) Error() string {
	if e.cause == nil {
		return fmt.Sprintf("exit %d", e.code)
	}
	return e.cause.Error()
}

func (e exit) Unwrap() error { return e.cause }

// Hint is what to do next.
func (e exit) Hint() string { return e.hint }

func usagef(format string, args ...any) error {
	return exit{usage, fmt.Errorf(format, args...), "see op25b --help"}
}

// code is the exit code of an error: the first of 5, 4, 3, 6, 1, 2 that any part of it asks for.
func code(err error) int {
	if err == nil {
		return done
	}
	asked := map[int]bool{}
	codes(err, asked)
	for _, c := range []int{usage, interrupted, declined, unknown, rolledBack, stopped, refused, failed, differs} {
		if asked[c] {
			return c
		}
	}
	return failed
}

// codes notes what each part of an error asks for: what says nothing about it has failed.
func codes(err error, asked map[int]bool) {
	switch e := err.(type) {
	case exit:
		asked[e.code] = true
	case differ.Refusal:
		asked[refused] = true
	case interface{ Unwrap() []error }:
		for _, one := range e.Unwrap() {
			codes(one, asked)
		}
	case interface{ Unwrap() error }:
		codes(e.Unwrap(), asked)
	default:
		asked[failed] = true
	}
}
