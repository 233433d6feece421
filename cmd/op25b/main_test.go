package main

import (
	"context"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestMain lets the stories call the command as op25b, in a process of their own.
func TestMain(m *testing.M) {
	if os.Getenv("OP25B_CRASHING") != "" {
		os.Exit(crashing())
	}
	testscript.Main(m, map[string]func(){
		"op25b": func() {
			os.Exit(run(context.Background(), os.Args[1:], world{in: os.Stdin, out: os.Stdout, err: os.Stderr, environ: os.Getenv, now: clock}))
		},
	})
}

// clock stands still on a day on which every story is told, unless the story sets NOW.
func clock() time.Time {
	if now, err := time.Parse(time.RFC3339, os.Getenv("NOW")); err == nil {
		return now
	}
	return time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
}

// TestStories runs testdata/*.txtar: each is a workspace, what is typed, and what is printed.
// `exits N` before a command line checks its exit code.
func TestStories(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:           "testdata",
		UpdateScripts: os.Getenv("OP25B_UPDATE_GOLDEN") != "",
		Cmds:          map[string]func(*testscript.TestScript, bool, []string){"exits": exits, "sshkey": sshkey, "planid": planid},
	})
}

// exits runs a command and wants an exit code: exits 2 op25b diff.
func exits(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) < 2 {
		ts.Fatalf("usage: exits CODE COMMAND...")
	}
	err := ts.Exec(args[1], args[2:]...)
	got := "0"
	if e, is := err.(interface{ ExitCode() int }); is {
		got = strconv.Itoa(e.ExitCode())
	} else if err != nil {
		ts.Fatalf("%v", err)
	}
	if got != args[0] {
		ts.Fatalf("exit code %s, want %s", got, args[0])
	}
}
