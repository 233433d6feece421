// Command op25b turns one policy for Outbound Port 25 Blocking into the filters of each
// router, proves them, shows what would change, and carries the change out.
package main

import (
	"context"
	"errors"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second Ctrl-C ends the process at once
	os.Exit(run(ctx, os.Args[1:], world{in: os.Stdin, out: os.Stdout, err: os.Stderr, environ: os.Getenv, now: time.Now}))
}

// world is all that the command takes from around it.
type world struct {
	in       io.Reader
	out, err io.Writer
	environ  func(string) string
	now      func() time.Time
	sleep    func(ctx context.Context, d time.Duration) error // nil waits as a clock on the wall does
	recorded func()                                           // called after each row of the journal; nil for nothing
}

// run is the whole command as a function that a test can call.
func run(ctx context.Context, args []string, w world) int {
	out := &results{to: w.out}
	v := voice{out: out, talk: w.err, secrets: &secrets{}}
	root := newRoot(w, &v)
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	if lost := out.lost(); lost != nil {
		err = errors.Join(err, lost)
	}
	if err == nil {
		return done
	}
	var e exit
	if !errors.As(err, &e) || e.cause != nil {
		v.fail(err)
	}
	return code(err)
}
