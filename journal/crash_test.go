package journal_test

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"op25b/journal"
)

// TestMain is also the other process of the tests below: CHILD says which, with its words.
func TestMain(m *testing.M) {
	if words := strings.Fields(os.Getenv("CHILD")); len(words) > 0 {
		if err := child(words[0], words[1:]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func child(name string, words []string) error {
	switch name {
	case "hold": // the lock, until somebody kills us
		if _, err := journal.Take(words[0], "tanaka@noc2"); err != nil {
			return err
		}
		fmt.Println("held")
		_, err := io.Copy(io.Discard, os.Stdin)
		return err
	case "die": // after the k-th write
		k, err := strconv.Atoi(words[1])
		if err != nil {
			return err
		}
		return dieAfter(words[0], k)
	case "many": // writers, until somebody kills us
		return many(words[0])
	}
	return fmt.Errorf("no child %q", name)
}

// start runs this binary as a child, whose output is read from out.
func start(t *testing.T, words ...string) (cmd *exec.Cmd, out *bufio.Scanner) {
	t.Helper()
	cmd = exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "CHILD="+strings.Join(words, " "))
	cmd.Stderr = os.Stderr
	if _, err := cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	pipe, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill() })
	return cmd, bufio.NewScanner(pipe)
}

// dieAfter begins a run, writes k rows, says each when Write has returned, and is killed.
func dieAfter(path string, k int) error {
	j, err := journal.Open(path)
	if err != nil {
		return err
	}
	if k > 0 {
		r, err := j.Begin(paper("a"), "sato", "noc1", noon())
		if err != nil {
			return err
		}
		fmt.Println(r.ID)
		for n := 1; n < k; n++ {
			w, err := j.Write(row(r.ID, n))
			if err != nil {
				return err
			}
			fmt.Println(w.Seq, w.Hash)
		}
	}
	self, err := os.FindProcess(os.Getpid())
	if err != nil {
		return err
	}
	if err := self.Kill(); err != nil {
		return err
	}
	select {}
}

// many begins a run that 20 writers write, each saying each row when Write has returned.
func many(path string) error {
	j, err := journal.Open(path)
	if err != nil {
		return err
	}
	r, err := j.Begin(paper("a"), "sato", "noc1", noon())
	if err != nil {
		return err
	}
	fmt.Println(r.ID)
	var told sync.Mutex
	failed := make(chan error)
	for range 20 {
		go func() {
			for n := 0; ; n++ {
				w, err := j.Write(row(r.ID, n))
				if err != nil {
					failed <- err
					return
				}
				told.Lock()
				fmt.Println(w.Seq, w.Hash)
				told.Unlock()
			}
		}()
	}
	return <-failed
}

// survived holds what a dead child said against the journal that it left.
func survived(t *testing.T, path string, said []string, exactly bool) {
	t.Helper()
	j := open(t, path)
	runs, err := j.Runs()
	if err != nil {
		t.Fatal(err)
	}
	if len(said) == 0 {
		return
	}
	run := runs[len(runs)-1].ID
	if run != said[0] {
		t.Fatalf("the last run is %s, the child said %s", run, said[0])
	}
	rows, err := j.Rows(run)
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range said[1:] {
		var seq int
		var hash string
		if _, err := fmt.Sscan(line, &seq, &hash); err != nil || len(hash) != 64 {
			continue // the kill cut the line
		}
		if seq > len(rows) || rows[seq-1].Hash != hash {
			t.Fatalf("row %d was written, and is not there: %d rows are", seq, len(rows))
		}
	}
	if exactly && len(rows) != len(said)-1 {
		t.Errorf("%d rows are there, %d were written", len(rows), len(said)-1)
	}
	if err := j.Verify(run); err != nil {
		t.Error(err)
	}
	if exactly {
		next, err := j.Write(row(run, 99))
		if err != nil || next.Seq != len(rows)+1 || j.Verify(run) != nil {
			t.Errorf("going on after the crash: %+v (%v)", next, err)
		}
	}
	if err := j.Close(); err != nil {
		t.Error(err)
	}
}

// TestKilledAfterWrite kills a process after its k-th write: every row whose Write returned is
// there, no other is, the chain holds, and it can be gone on with. The journal is one and the
// same, so that each process finds what the dead one before it left.
func TestKilledAfterWrite(t *testing.T) {
	shared := filepath.Join(t.TempDir(), "shared.db")
	for _, k := range []int{0, 1, 2, 3, 4, 6, 9, 13, 20, 33, 150, 700, 1, 0, 2} {
		for _, path := range []string{shared, filepath.Join(t.TempDir(), "own.db")} {
			cmd, out := start(t, "die", path, fmt.Sprint(k))
			var said []string
			for out.Scan() {
				said = append(said, out.Text())
			}
			if err := cmd.Wait(); err == nil || cmd.ProcessState.Exited() {
				t.Fatalf("the child was not killed: %v", err)
			}
			if len(said) != k {
				t.Fatalf("the child said %d lines, want %d", len(said), k)
			}
			survived(t, path, said, true)
		}
	}
}

// TestKilledAnytime kills a process with 20 writers at a moment that nobody chose.
func TestKilledAnytime(t *testing.T) {
	random := rand.New(rand.NewPCG(25, 2))
	path := filepath.Join(t.TempDir(), "j.db")
	for range 10 {
		cmd, out := start(t, "many", path)
		var said []string
		for stop := random.IntN(2000); len(said) < stop && out.Scan(); {
			said = append(said, out.Text())
		}
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		for out.Scan() {
			said = append(said, out.Text())
		}
		_ = cmd.Wait()
		survived(t, path, said, false)
	}
}

// TestReadWhatACrashLeft reads, without opening to write, a journal whose rows are still in the -wal file.
func TestReadWhatACrashLeft(t *testing.T) {
	path := filepath.Join(t.TempDir(), "j.db")
	cmd, out := start(t, "die", path, "10")
	var said []string
	for out.Scan() {
		said = append(said, out.Text())
	}
	_ = cmd.Wait()
	if info, err := os.Stat(path + "-wal"); err != nil || info.Size() == 0 {
		t.Fatalf("there is no -wal file (%v)", err)
	}
	j, err := journal.Read(path)
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	if rows, err := j.Rows(said[0]); err != nil || len(rows) != 9 || j.Verify(said[0]) != nil {
		t.Errorf("%d rows, want 9 (%v)", len(rows), err)
	}
}

// TestCrashOfTheFirst leaves the file that is there between its making and its tables.
func TestCrashOfTheFirst(t *testing.T) {
	path := filepath.Join(t.TempDir(), "j.db")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	j := open(t, path)
	if r := begin(t, j, paper("a")); j.Verify(r.ID) != nil {
		t.Error("it is broken")
	}
}

// TestLock is two processes, and two openings of one process.
func TestLock(t *testing.T) {
	path := filepath.Join(t.TempDir(), "deep", "j.db")
	mine, err := journal.Take(path, "sato@noc1")
	if err != nil {
		t.Fatal(err)
	}
	before, err := os.Stat(path + ".lock")
	if err != nil {
		t.Fatal(err)
	}
	var held journal.Held
	if _, err := journal.Take(path, "suzuki@noc1"); !errors.As(err, &held) || held.Who != "sato@noc1" || held.Since.IsZero() || held.Process != os.Getpid() {
		t.Errorf("taken twice: %v", err)
	}
	text, _ := os.ReadFile(path + ".lock")
	if !bytes.Contains(text, []byte(`"who":"sato@noc1"`)) {
		t.Errorf("the lock says %q: a refused one must not sign", text)
	}
	if err := mine.Release(); err != nil {
		t.Fatal(err)
	}
	if err := mine.Release(); err != nil {
		t.Errorf("given back twice: %v", err)
	}
	cmd, out := start(t, "hold", path)
	if !out.Scan() || out.Text() != "held" {
		t.Fatal("the child does not hold it")
	}
	_, err = journal.Take(path, "sato@noc1")
	if !errors.As(err, &held) || held.Who != "tanaka@noc2" || held.Process != cmd.Process.Pid || time.Since(held.Since) > time.Hour {
		t.Errorf("the child holds it: %v", err)
	}
	if err == nil || !strings.Contains(err.Error(), "is held by tanaka@noc2 (process ") || held.Hint() == "" {
		t.Errorf("the message is %v", err)
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	again, err := journal.Take(path, "sato@noc1")
	if err != nil {
		t.Fatalf("the holder is dead: %v", err)
	}
	after, err := os.Stat(path + ".lock")
	if err != nil || !os.SameFile(before, after) {
		t.Errorf("the lock's file is another one (%v)", err)
	}
	if err := again.Release(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(path + ".lock"); err != nil {
		t.Errorf("the lock's file is gone: %v", err)
	}
}

// TestLockOfNobody says what can be said where the file has no words, or wrong ones.
func TestLockOfNobody(t *testing.T) {
	for _, text := range []string{"", "{", "null", `{"who": 7}`, strings.Repeat("x", 9000)} {
		path := filepath.Join(t.TempDir(), "j.db")
		mine, err := journal.Take(path, "sato")
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path+".lock", []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := journal.Take(path, "suzuki"); err == nil || !strings.Contains(err.Error(), "is held by another process") {
			t.Errorf("%.10q: %v", text, err)
		}
		if err := mine.Release(); err != nil {
			t.Fatal(err)
		}
		if mine, err = journal.Take(path, "suzuki"); err != nil {
			t.Errorf("%.10q: free, and not to be had: %v", text, err)
		}
		_ = mine.Release()
	}
}

// TestOneOfMany is 50 takers at once: one at a time has it.
func TestOneOfMany(t *testing.T) {
	path := filepath.Join(t.TempDir(), "j.db")
	var wg sync.WaitGroup
	var inside sync.Mutex
	got := 0
	for n := range 50 {
		wg.Go(func() {
			for range 50 {
				lock, err := journal.Take(path, fmt.Sprint(n))
				if errors.As(err, new(journal.Held)) {
					continue
				}
				if err != nil {
					t.Error(err)
					return
				}
				if !inside.TryLock() {
					t.Error("two have the lock")
					return
				}
				got++
				inside.Unlock()
				if err := lock.Release(); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if got == 0 {
		t.Error("nobody ever had it")
	}
}
