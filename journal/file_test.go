package journal

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"op25b/plan"
)

// TestDurable asks the writer's connection how it writes: with a log before the file, and
// every commit down to the disk.
func TestDurable(t *testing.T) {
	j, err := Open(filepath.Join(t.TempDir(), "j.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	for pragma, want := range map[string]string{
		"journal_mode": "wal", "synchronous": "2", "busy_timeout": "10000", "fullfsync": "1", "checkpoint_fullfsync": "1",
		"application_id": "1869623861", "user_version": "1",
	} {
		var got string
		if err := j.write.QueryRow("PRAGMA " + pragma).Scan(&got); err != nil || got != want {
			t.Errorf("%s is %s, want %s (%v)", pragma, got, want, err)
		}
	}
	if n := j.write.Stats().MaxOpenConnections; n != 1 {
		t.Errorf("%d connections write", n)
	}
	if _, err := j.read.Exec("CREATE TABLE x (a)"); err == nil {
		t.Error("the reader writes")
	}
}

// TestOtherWriter has another process in the middle of a transaction: a row waits for it.
func TestOtherWriter(t *testing.T) {
	path := filepath.Join(t.TempDir(), "j.db")
	j, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	other, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	at := time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
	run, err := j.Begin(plan.Plan{Version: plan.Version}.Sealed(), "sato", "", at)
	if err != nil {
		t.Fatal(err)
	}
	tx, err := other.write.Begin()
	if err != nil {
		t.Fatal(err)
	}
	back := make(chan error)
	go func() {
		_, err := j.Write(Row{Run: run.ID, Time: at, What: "sent", Operator: "sato"})
		back <- err
	}()
	if rows, err := j.Rows(run.ID); err != nil || len(rows) != 0 {
		t.Errorf("%d rows while somebody else writes (%v)", len(rows), err)
	}
	if err := tx.Rollback(); err != nil {
		t.Fatal(err)
	}
	if err := <-back; err != nil {
		t.Error(err)
	}
	if _, err := other.Write(Row{Run: run.ID, Time: at, What: "staged", Operator: "suzuki"}); err != nil {
		t.Error(err)
	}
	if rows, err := j.Rows(run.ID); err != nil || len(rows) != 2 || j.Verify(run.ID) != nil {
		t.Errorf("%d rows of two writers (%v, %v)", len(rows), err, j.Verify(run.ID))
	}
}

// TestArchive reads a journal in a folder that may not be written: on a CD, or of somebody else.
func TestArchive(t *testing.T) {
	if os.Geteuid() == 0 {
		t.Skip("root may write everywhere")
	}
	dir := filepath.Join(t.TempDir(), "archive")
	path := filepath.Join(dir, "j.db")
	j, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	run, err := j.Begin(plan.Plan{Version: plan.Version}.Sealed(), "sato", "", time.Now())
	if err != nil {
		t.Fatal(err)
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o500); err != nil {
		t.Fatal(err)
	}
	defer os.Chmod(dir, 0o700)
	back, err := Read(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := back.Verify(run.ID); err != nil {
		t.Error(err)
	}
	if err := back.Close(); err != nil {
		t.Error(err)
	}
	if err := os.Chmod(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path+"-wal", []byte(strings.Repeat("x", 5000)), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o500); err != nil {
		t.Fatal(err)
	}
	if _, err := Read(path); err == nil || !strings.Contains(err.Error(), "-wal file") {
		t.Errorf("with rows that cannot be seen: %v", err)
	}
}
