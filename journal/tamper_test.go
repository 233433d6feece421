package journal_test

import (
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"testing"

	"op25b/journal"
)

// ended is a journal with an open run of three rows between two ended ones of five.
func ended(t testing.TB, path string) []journal.Run {
	t.Helper()
	j := open(t, path)
	var runs []journal.Run
	for n, rows := range []int{5, 3, 5} {
		r := begin(t, j, paper(fmt.Sprint("device", n)))
		for i := range rows {
			write(t, j, row(r.ID, i+1))
		}
		if rows == 5 {
			if err := j.End(r.ID, journal.Done, noon()); err != nil {
				t.Fatal(err)
			}
		}
		runs = append(runs, r)
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	return runs
}

func raw(t testing.TB, path string) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// tamper changes a file as somebody with the sqlite3 command does, and puts the triggers back.
func tamper(t testing.TB, path string, statements ...string) {
	t.Helper()
	db := raw(t, "file:"+path+"?_pragma=synchronous(OFF)")
	rows, err := db.Query("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'")
	if err != nil {
		t.Fatal(err)
	}
	triggers := map[string]string{}
	for rows.Next() {
		var name, text string
		if err := rows.Scan(&name, &text); err != nil {
			t.Fatal(err)
		}
		triggers[name] = text
	}
	var all []string
	for name := range triggers {
		all = append(all, "DROP TRIGGER "+name)
	}
	all = append(all, statements...)
	for _, text := range triggers {
		all = append(all, text)
	}
	for _, statement := range all {
		if _, err := db.Exec(statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}

// TestTampered changes a journal of three runs behind its back. Each change is named in the
// run that was changed (and in the next where that hangs on it), and in no other.
func TestTampered(t *testing.T) {
	master := filepath.Join(t.TempDir(), "j.db")
	runs := ended(t, master)
	good, err := os.ReadFile(master)
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name string
		sql  []string
		want []int // of each run: the row that is named, -1 for a chain that is whole
		says string
	}{
		{"a text", []string{"UPDATE entry SET text = 'x' WHERE run = 1 AND seq = 3"}, []int{3, -1, -1}, "not what was written"},
		{"a text of the last row of an open run", []string{"UPDATE entry SET text = 'x' WHERE run = 2 AND seq = 3"}, []int{-1, 3, -1}, "not what was written"},
		{"a device", []string{"UPDATE entry SET device = 'r9' WHERE run = 1 AND seq = 1"}, []int{1, -1, -1}, "not what was written"},
		{"a time", []string{"UPDATE entry SET time = '2026-06-01T12:00:01Z' WHERE run = 3 AND seq = 1"}, []int{-1, -1, 1}, "not what was written"},
		{"the same time, spelled otherwise", []string{"UPDATE entry SET time = replace(time, 'Z', '+00:00') WHERE run = 3 AND seq = 1"}, []int{-1, -1, 1}, "not what was written"},
		{"who did it", []string{"UPDATE entry SET operator = 'suzuki' WHERE run = 1 AND seq = 5"}, []int{5, -1, -1}, "not what was written"},
		{"wave for device", []string{"UPDATE entry SET wave = device, device = wave WHERE run = 1 AND seq = 2"}, []int{2, -1, -1}, "not what was written"},
		{"a hash", []string{"UPDATE entry SET hash = 'x' WHERE run = 1 AND seq = 2"}, []int{2, -1, -1}, "not what was written"},
		{"the last hash", []string{"UPDATE entry SET hash = 'x' WHERE run = 1 AND seq = 5"}, []int{5, -1, -1}, "not what was written"},
		{"a middle row deleted", []string{"DELETE FROM entry WHERE run = 1 AND seq = 3"}, []int{3, -1, -1}, "it is missing"},
		{"and the rows after it moved up", []string{"DELETE FROM entry WHERE run = 1 AND seq = 3", "UPDATE entry SET seq = 3 WHERE run = 1 AND seq = 4",
			"UPDATE entry SET seq = 4 WHERE run = 1 AND seq = 5"}, []int{3, -1, -1}, "not what was written"},
		{"the first row deleted", []string{"DELETE FROM entry WHERE run = 2 AND seq = 1"}, []int{-1, 1, -1}, "it is missing"},
		{"the last row of an ended run deleted", []string{"DELETE FROM entry WHERE run = 1 AND seq = 5"}, []int{5, -1, -1}, "the run ended with 5 rows"},
		{"all rows of an ended run deleted", []string{"DELETE FROM entry WHERE run = 1"}, []int{1, -1, -1}, "the run ended with 5 rows"},
		{"two rows swapped", []string{"UPDATE entry SET seq = 99 WHERE run = 1 AND seq = 2", "UPDATE entry SET seq = 2 WHERE run = 1 AND seq = 4",
			"UPDATE entry SET seq = 4 WHERE run = 1 AND seq = 99"}, []int{2, -1, -1}, "not what was written"},
		{"a row copied behind the end", []string{"INSERT INTO entry SELECT run, 6, time, wave, device, leg, what, text, operator, hash FROM entry WHERE run = 1 AND seq = 5"},
			[]int{6, -1, -1}, "not what was written"},
		{"a row before the first", []string{"INSERT INTO entry SELECT run, 0, time, wave, device, leg, what, text, operator, hash FROM entry WHERE run = 1 AND seq = 5"},
			[]int{1, -1, -1}, "missing"},
		{"a row of another run", []string{"UPDATE entry SET run = 2, seq = 4 WHERE run = 1 AND seq = 5"}, []int{5, 4, -1}, ""},
		{"the paper", []string{"UPDATE paper SET paper = CAST(replace(CAST(paper AS TEXT), 'noc', 'nic') AS BLOB) WHERE digest = (SELECT paper FROM run WHERE run = 2)"},
			[]int{-1, 0, -1}, "its paper is not the plan"},
		{"another plan's paper", []string{"UPDATE run SET paper = (SELECT paper FROM run WHERE run = 3) WHERE run = 2"}, []int{-1, 0, -1}, "its own line was changed"},
		{"the paper deleted", []string{"DELETE FROM paper WHERE digest = (SELECT paper FROM run WHERE run = 1)"}, []int{0, -1, -1}, "its paper is missing"},
		{"the operator", []string{"UPDATE run SET operator = 'suzuki' WHERE run = 2"}, []int{-1, 0, -1}, "its own line was changed"},
		{"the host", []string{"UPDATE run SET host = 'noc2' WHERE run = 1"}, []int{0, -1, -1}, "its own line was changed"},
		{"the plan's id", []string{"UPDATE run SET plan = (SELECT plan FROM run WHERE run = 1) WHERE run = 2"}, []int{-1, 0, -1}, "its own line was changed"},
		{"a run's hash", []string{"UPDATE run SET hash = 'x' WHERE run = 1"}, []int{0, 0, -1}, "its own line was changed"},
		{"an end taken back, in place", []string{"UPDATE ending SET how = 'reopened' WHERE run = 1"}, []int{0, -1, -1}, "the line of its end"},
		{"how it ended", []string{"UPDATE ending SET how = 'aborted' WHERE run = 1"}, []int{0, -1, -1}, "the line of its end"},
		{"when it ended", []string{"UPDATE ending SET time = '2027-01-01T00:00:00Z' WHERE run = 1"}, []int{0, -1, -1}, "the line of its end"},
		{"the last row and its count", []string{"DELETE FROM entry WHERE run = 1 AND seq = 5", "UPDATE ending SET entries = 4 WHERE run = 1"}, []int{4, -1, -1}, "the row with which the run ended"},
		{"an end of another run", []string{"INSERT INTO ending SELECT 2, turn, how, time, 3, last, hash FROM ending WHERE run = 1"}, []int{-1, 3, -1}, "the row with which the run ended"},
		{"a run deleted", []string{"DELETE FROM run WHERE run = 1", "DELETE FROM entry WHERE run = 1", "DELETE FROM ending WHERE run = 1"}, []int{-2, 0, -1}, "the run before it is missing"},
	} {
		t.Run(test.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "j.db")
			if err := os.WriteFile(path, good, 0o600); err != nil {
				t.Fatal(err)
			}
			tamper(t, path, test.sql...)
			j := open(t, path)
			for i, run := range runs {
				err := j.Verify(run.ID)
				var broken journal.Broken
				switch is := errors.As(err, &broken); {
				case test.want[i] == -2 && errors.Is(err, journal.ErrNoRun):
				case test.want[i] == -1 && err == nil:
				case test.want[i] >= 0 && is && broken.Run == run.ID && broken.Seq == test.want[i] && strings.Contains(broken.Why, test.says):
				default:
					t.Errorf("run %d: %v, want row %d (%s)", i+1, err, test.want[i], test.says)
				}
			}
		})
	}
}

// TestOnlyWrittenOn tries to change a journal without taking its triggers away first.
func TestOnlyWrittenOn(t *testing.T) {
	path := filepath.Join(t.TempDir(), "j.db")
	runs := ended(t, path)
	db := raw(t, path)
	for _, statement := range []string{
		"UPDATE entry SET text = 'x'", "DELETE FROM entry", "DELETE FROM entry WHERE run = 2 AND seq = 3",
		"UPDATE run SET operator = 'x'", "DELETE FROM run WHERE run = 3",
		"UPDATE ending SET how = 'aborted'", "DELETE FROM ending",
		"UPDATE paper SET paper = x'00'", "DELETE FROM paper",
		"REPLACE INTO entry SELECT run, seq, time, wave, device, leg, what, 'x', operator, hash FROM entry WHERE run = 2 AND seq = 3",
		"REPLACE INTO run SELECT run, id, plan, paper, 'x', host, begun, hash FROM run WHERE run = 3",
		"REPLACE INTO run SELECT 4, id, plan, paper, 'x', host, begun, hash FROM run WHERE run = 3",
		"REPLACE INTO ending SELECT run, turn, 'aborted', time, entries, last, hash FROM ending WHERE run = 3",
		"REPLACE INTO paper SELECT digest, x'00' FROM paper",
		"INSERT INTO entry SELECT run, 5, time, wave, device, leg, what, text, operator, hash FROM entry WHERE run = 2 AND seq = 3",
		"INSERT INTO entry (run, seq, time, wave, device, leg, what, text, operator, hash) SELECT run, seq, time, wave, device, leg, what, 'x', operator, hash FROM entry WHERE run = 2 AND seq = 3 ON CONFLICT DO UPDATE SET text = 'x'",
	} {
		if _, err := db.Exec(statement); err == nil {
			t.Errorf("it was let through: %s", statement)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	j := open(t, path)
	for n, run := range runs {
		rows, err := j.Rows(run.ID)
		if err != nil || len(rows) != []int{5, 3, 5}[n] {
			t.Errorf("run %d has %d rows (%v)", n+1, len(rows), err)
		}
		if err := j.Verify(run.ID); err != nil {
			t.Error(err)
		}
	}
}

// TestUnusable opens what is no journal, or not any more: the error says which file and what
// to do, and a file of others is as it was.
func TestUnusable(t *testing.T) {
	make := func(statements ...string) func(*testing.T, string) {
		return func(t *testing.T, path string) {
			db := raw(t, path)
			for _, s := range statements {
				if _, err := db.Exec(s); err != nil {
					t.Fatal(err)
				}
			}
			if err := db.Close(); err != nil {
				t.Fatal(err)
			}
		}
	}
	text := func(text string) func(*testing.T, string) {
		return func(t *testing.T, path string) {
			if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	ours := func(statements ...string) func(*testing.T, string) {
		return func(t *testing.T, path string) {
			ended(t, path)
			make(statements...)(t, path)
		}
	}
	for _, test := range []struct {
		name string
		make func(*testing.T, string)
		says string
		hint string
	}{
		{"a policy", text("version: 1\nisp: Example Net\n"), "is not a journal", "was not touched"},
		{"a long text", text(strings.Repeat("hostname r1\n", 10000)), "is not a journal", "was not touched"},
		{"one byte", text("x"), "is not a journal", "was not touched"},
		{"a header and no more", text("SQLite format 3\x00"), "is not a journal", "was not touched"},
		{"somebody else's database", make("CREATE TABLE t (a)", "INSERT INTO t VALUES (1)"), "is not a journal", "was not touched"},
		{"somebody else's database with a write-ahead log", make("PRAGMA journal_mode = WAL", "CREATE TABLE t (a)"), "is not a journal", "was not touched"},
		{"somebody else's mark", make("PRAGMA application_id = 7", "CREATE TABLE t (a)"), "is not a journal", "was not touched"},
		{"a newer version", ours("PRAGMA user_version = 2"), "has version 2 of the journal, and this op25b knows 1", "newer op25b"},
		{"an older version", ours("PRAGMA user_version = 0"), "its tables are not those", "backup"},
		{"a trigger less", ours("DROP TRIGGER entry_update"), "its tables are not those", "backup"},
		{"a table more", ours("CREATE TABLE x (a)"), "its tables are not those", "backup"},
		{"a trigger of somebody", ours("CREATE TRIGGER x AFTER INSERT ON entry BEGIN DELETE FROM run; END"), "its tables are not those", "backup"},
		{"a column more", ours("ALTER TABLE entry ADD COLUMN x TEXT"), "its tables are not those", "backup"},
		{"a folder", func(t *testing.T, path string) {
			if err := os.Mkdir(path, 0o700); err != nil {
				t.Fatal(err)
			}
		}, "is not a file", "--journal"},
		{"half of it", func(t *testing.T, path string) {
			ended(t, path)
			if err := os.Truncate(path, 4096*2); err != nil {
				t.Fatal(err)
			}
		}, "damaged", "backup"},
	} {
		t.Run(test.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "j.db")
			test.make(t, path)
			before, _ := os.ReadFile(path)
			for name, do := range map[string]func(string) (*journal.Journal, error){"Open": journal.Open, "Read": journal.Read} {
				j, err := do(path)
				if err == nil {
					_, err = j.Runs()
					_ = j.Close()
				}
				var u journal.Unusable
				if !errors.As(err, &u) || !strings.Contains(err.Error(), test.says) || !strings.Contains(err.Error(), path) || !strings.Contains(u.Hint(), test.hint) {
					t.Errorf("%s: %v, want %q with the path; hint %q, want %q", name, err, test.says, u.Hint(), test.hint)
				}
			}
			after, _ := os.ReadFile(path)
			if test.hint == "was not touched" && !reflect.DeepEqual(before, after) {
				t.Error("it was changed")
			}
		})
	}
}

// TestAbsent is a journal that is not there, or has nothing in it.
func TestAbsent(t *testing.T) {
	path := filepath.Join(t.TempDir(), "j.db")
	if _, err := journal.Read(path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("absent: %v", err)
	}
	if _, err := os.Stat(path); err == nil {
		t.Error("reading made a file")
	}
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := journal.Read(path); !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), path) {
		t.Errorf("empty: %v", err)
	}
	if j := open(t, path); j.Verify(begin(t, j, paper("a")).ID) != nil {
		t.Error("an empty file is no journal after it was opened")
	}
}

// TestPipe does not wait for somebody at the other end.
func TestPipe(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no /dev/null here")
	}
	for _, do := range []func(string) (*journal.Journal, error){journal.Open, journal.Read} {
		if _, err := do(os.DevNull); err == nil || !strings.Contains(err.Error(), "is not a file") {
			t.Errorf("%s: %v", os.DevNull, err)
		}
	}
}

// story is all that a journal tells, as long as no error stops it.
func story(path string) ([]journal.Run, [][]journal.Row, error) {
	j, err := journal.Read(path)
	if err != nil {
		return nil, nil, err
	}
	defer j.Close()
	runs, err := j.Runs()
	if err != nil {
		return nil, nil, err
	}
	var all [][]journal.Row
	for _, run := range runs {
		rows, err := j.Rows(run.ID)
		if err != nil {
			return nil, nil, err
		}
		if err := j.Verify(run.ID); err != nil {
			return nil, nil, err
		}
		all = append(all, rows)
	}
	return runs, all, nil
}

// told reads a spoiled journal: whatever is still told as whole must be what was written, but
// for the newest runs, ends, and rows of an open run, which may be gone. It reports whether
// the journal was refused.
func told(t *testing.T, path string, bad []byte, runs []journal.Run, rows [][]journal.Row) bool {
	t.Helper()
	if err := os.WriteFile(path, bad, 0o600); err != nil {
		t.Fatal(err)
	}
	gotRuns, gotRows, err := story(path)
	if err != nil {
		return true
	}
	for i, r := range gotRuns {
		was := i < len(runs) && r.ID == runs[i].ID && r.Plan == runs[i].Plan && r.Operator == runs[i].Operator && r.Host == runs[i].Host && r.Begun.Equal(runs[i].Begun)
		n := len(gotRows[i])
		if !was || n > len(rows[i]) || r.End != "" && n != len(rows[i]) || n > 0 && !reflect.DeepEqual(gotRows[i], rows[i][:n]) {
			t.Fatalf("run %d is told as %+v %+v", i, r, gotRows[i])
		}
	}
	return false
}

// TestSpoiled changes bytes of the file at random: nothing panics, and no other story is told.
func TestSpoiled(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "j.db")
	ended(t, path)
	good, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	runs, rows, err := story(path)
	if err != nil {
		t.Fatal(err)
	}
	random := rand.New(rand.NewPCG(25, 1))
	refused := 0
	for n := range 200 {
		bad := append([]byte(nil), good...)
		for range 1 + random.IntN(8) {
			bad[random.IntN(len(bad))] ^= byte(1 + random.IntN(255))
		}
		if random.IntN(10) == 0 {
			bad = bad[:random.IntN(len(bad))]
		}
		if told(t, filepath.Join(dir, fmt.Sprint(n)), bad, runs, rows) {
			refused++
		}
	}
	if refused < 50 {
		t.Errorf("only %d of 200 were refused", refused)
	}
}
