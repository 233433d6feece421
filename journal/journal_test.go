package journal_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"op25b/journal"
	"op25b/plan"
)

func noon() time.Time { return time.Date(2026, 6, 1, 12, 0, 0, 123456789, time.UTC) }

// paper is a plan of one device.
func paper(device string) plan.Plan {
	return plan.Plan{Version: plan.Version, Author: "noc", At: "2005-01-31",
		Waves: []plan.Wave{{Name: "canary", Steps: []plan.Step{{Device: device, Dialect: "iosxe", Method: plan.Swap, Do: []string{"no <ip> & \"x\""}}}}}}.Sealed()
}

func open(t testing.TB, path string) *journal.Journal {
	t.Helper()
	j, err := journal.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = j.Close() })
	return j
}

func begin(t testing.TB, j *journal.Journal, p plan.Plan) journal.Run {
	t.Helper()
	r, err := j.Begin(p, "sato", "noc1", noon())
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func row(run string, n int) journal.Row {
	return journal.Row{Run: run, Time: noon().Add(time.Duration(n) * time.Second), Wave: "canary", Device: fmt.Sprintf("r%d", n),
		Leg: "push", What: "sent", Text: fmt.Sprintf("line %d\nanother", n), Operator: "sato"}
}

func write(t testing.TB, j *journal.Journal, rows ...journal.Row) []journal.Row {
	t.Helper()
	var out []journal.Row
	for _, r := range rows {
		w, err := j.Write(r)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, w)
	}
	return out
}

func TestOneRun(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a b?c#d%41", "journal.db")
	j := open(t, path)
	p := paper("r1")
	r := begin(t, j, p)
	if r.ID != p.Short()+".1" || r.Plan != p.ID || r.End != "" || !r.Begun.Equal(noon()) {
		t.Errorf("the run is %+v", r)
	}
	japan := row(r.ID, 3)
	japan.Time = japan.Time.In(time.FixedZone("JST", 9*3600))
	odd := row(r.ID, 4)
	odd.Text = "\x00 null, <html> & \u2028, \xff\xfe, '; DROP TABLE entry; --"
	wrote := write(t, j, row(r.ID, 1), row(r.ID, 2), japan, odd)
	if err := j.Verify(r.ID); err != nil {
		t.Error(err)
	}
	if err := j.End(r.ID, journal.Done, noon().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	back, err := journal.Read(path)
	if err != nil {
		t.Fatal(err)
	}
	defer back.Close()
	rows, err := back.Rows(r.ID)
	if err != nil || !reflect.DeepEqual(rows, wrote) {
		t.Errorf("read %+v\nwrote %+v (%v)", rows, wrote, err)
	}
	if want := strings.ToValidUTF8(odd.Text, "\uFFFD"); rows[3].Text != want || rows[3].Seq != 4 {
		t.Errorf("row %d is %q, want %q", rows[3].Seq, rows[3].Text, want)
	}
	found, err := back.Find("last")
	if err != nil || found.End != journal.Done || !found.Ended.Equal(noon().Add(time.Hour)) || found.Operator != "sato" || found.Host != "noc1" {
		t.Errorf("found %+v (%v)", found, err)
	}
	if again, err := found.PlanOf(); err != nil || !reflect.DeepEqual(again, p) {
		t.Errorf("the plan is %+v, want %+v (%v)", again, p, err)
	}
	if err := back.Verify(r.ID); err != nil {
		t.Error(err)
	}
	if _, err := back.Write(row(r.ID, 5)); !errors.Is(err, journal.ErrReadOnly) {
		t.Errorf("writing to what is read: %v", err)
	}
	if _, err := j.Write(row(r.ID, 5)); !errors.Is(err, journal.ErrClosed) {
		t.Errorf("writing to what is closed: %v", err)
	}
	if _, err := j.Begin(p, "sato", "", noon()); !errors.Is(err, journal.ErrClosed) {
		t.Errorf("beginning in what is closed: %v", err)
	}
	if _, err := j.Rows(r.ID); !errors.Is(err, journal.ErrClosed) {
		t.Errorf("reading what is closed: %v", err)
	}
	if err := j.Close(); err != nil {
		t.Errorf("closing twice: %v", err)
	}
}

func TestNames(t *testing.T) {
	j := open(t, filepath.Join(t.TempDir(), "j.db"))
	if _, err := j.Find(""); !errors.Is(err, journal.ErrNoRun) {
		t.Errorf("the last of none: %v", err)
	}
	a, b := paper("a"), paper("b")
	begin(t, j, a)
	begin(t, j, b)
	begin(t, j, a)
	for name, want := range map[string]string{
		"": a.Short() + ".2", "last": a.Short() + ".2", a.Short() + ".1": a.Short() + ".1", a.ID: a.Short() + ".2", a.Short(): a.Short() + ".2",
		b.ID: b.Short() + ".1", b.Short(): b.Short() + ".1", b.ID[:20]: b.Short() + ".1", b.ID[:4]: b.Short() + ".1",
	} {
		if r, err := j.Find(name); err != nil || r.ID != want || r.Paper == nil {
			t.Errorf("Find(%q) is %q, want %q (%v)", name, r.ID, want, err)
		}
	}
	for name, want := range map[string]error{
		"x": journal.ErrNoRun, b.ID[:3]: journal.ErrNoRun, b.Short() + ".2": journal.ErrNoRun, ".": journal.ErrNoRun, b.ID + "0": journal.ErrNoRun, "LAST": journal.ErrNoRun,
	} {
		if _, err := j.Find(name); !errors.Is(err, want) {
			t.Errorf("Find(%q): %v, want %v", name, err, want)
		}
	}
	seen := map[string]string{}
	for n := 0; ; n++ { // two plans that begin alike
		p := paper(fmt.Sprint("r", n))
		if _, alike := seen[p.ID[:4]]; alike {
			begin(t, j, p)
			begin(t, j, paper(seen[p.ID[:4]]))
			if _, err := j.Find(p.ID[:4]); !errors.Is(err, journal.ErrAmbiguous) || !strings.Contains(err.Error(), p.Short()) {
				t.Errorf("a name of two plans: %v", err)
			}
			if r, err := j.Find(p.ID); err != nil || r.ID != p.Short()+".1" {
				t.Errorf("the whole id: %+v (%v)", r, err)
			}
			break
		}
		seen[p.ID[:4]] = fmt.Sprint("r", n)
	}
	runs, err := j.Runs()
	if err != nil || len(runs) != 5 || runs[0].ID != a.Short()+".1" || runs[1].Plan != b.ID || runs[0].Paper != nil {
		t.Errorf("the runs are %+v (%v)", runs, err)
	}
	for _, bad := range []func() error{
		func() error { _, err := j.Rows("x"); return err },
		func() error { return j.Verify("x") },
		func() error { return j.End("x", journal.Done, noon()) },
		func() error { return j.Reopen("x", noon()) },
		func() error { _, err := j.Write(row("x", 1)); return err },
	} {
		if err := bad(); !errors.Is(err, journal.ErrNoRun) {
			t.Errorf("a run that is not there: %v", err)
		}
	}
}

// TestEnds ends a run, opens it again for a rollback, and ends it for good.
func TestEnds(t *testing.T) {
	j := open(t, filepath.Join(t.TempDir(), "j.db"))
	r := begin(t, j, paper("a"))
	for n, how := range []string{journal.Aborted, journal.Done, journal.RolledBack} {
		for range 2 { // an open run that is opened again stays open
			if err := j.Reopen(r.ID, noon()); err != nil {
				t.Fatal(err)
			}
		}
		if found, err := j.Find(r.ID); err != nil || found.End != "" || !found.Ended.IsZero() {
			t.Errorf("open, found %+v (%v)", found, err)
		}
		write(t, j, row(r.ID, n))
		at := noon().Add(time.Duration(n) * time.Hour)
		if err := j.End(r.ID, how, at); err != nil {
			t.Fatal(err)
		}
		if err := j.End(r.ID, how, at); !errors.Is(err, journal.ErrEnded) {
			t.Errorf("a second end: %v", err)
		}
		if _, err := j.Write(row(r.ID, 9)); !errors.Is(err, journal.ErrEnded) || !strings.Contains(err.Error(), how) {
			t.Errorf("a row after the end: %v", err)
		}
		if found, err := j.Find(r.ID); err != nil || found.End != how || !found.Ended.Equal(at) {
			t.Errorf("ended %q, found %+v (%v)", how, found, err)
		}
		if err := j.Verify(r.ID); err != nil {
			t.Error(err)
		}
	}
	if rows, err := j.Rows(r.ID); err != nil || len(rows) != 3 {
		t.Errorf("%d rows (%v)", len(rows), err)
	}
}

// TestRefused is what would make a line that tells nothing.
func TestRefused(t *testing.T) {
	j := open(t, filepath.Join(t.TempDir(), "j.db"))
	r := begin(t, j, paper("a"))
	forged := paper("a")
	forged.Waves[0].Steps[0].Do = []string{"reload"}
	for name, err := range map[string]error{
		"a plan that was changed": func() error { _, err := j.Begin(forged, "sato", "", noon()); return err }(),
		"no operator of a run":    func() error { _, err := j.Begin(paper("a"), "", "", noon()); return err }(),
		"no time of a run":        func() error { _, err := j.Begin(paper("a"), "sato", "", time.Time{}); return err }(),
		"no operator of a row":    func() error { x := row(r.ID, 1); x.Operator = ""; _, err := j.Write(x); return err }(),
		"no what of a row":        func() error { x := row(r.ID, 1); x.What = ""; _, err := j.Write(x); return err }(),
		"no time of a row":        func() error { x := row(r.ID, 1); x.Time = time.Time{}; _, err := j.Write(x); return err }(),
		"no time of an end":       j.End(r.ID, journal.Done, time.Time{}),
		"an end of its own":       j.End(r.ID, "reopened", noon()),
		"an empty end":            j.End(r.ID, "", noon()),
	} {
		if err == nil {
			t.Errorf("%s was taken", name)
		}
	}
	runs, err := j.Runs()
	rows, err2 := j.Rows(r.ID)
	if err != nil || err2 != nil || len(runs) != 1 || len(rows) != 0 || runs[0].End != "" {
		t.Errorf("what was refused was written: %+v %+v (%v, %v)", runs, rows, err, err2)
	}
}

// TestManyWriters is 200 devices at once in two runs, and one whose run is not there: all rows
// are there, each writer's in his order, and the chains hold.
func TestManyWriters(t *testing.T) {
	j := open(t, filepath.Join(t.TempDir(), "j.db"))
	runs := []journal.Run{begin(t, j, paper("a")), begin(t, j, paper("b"))}
	const writers, each = 200, 10
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			run, last := runs[w%2].ID, 0
			for n := range each {
				r := row(run, n)
				r.Device = fmt.Sprint("w", w)
				wrote, err := j.Write(r)
				if err != nil || wrote.Seq <= last || wrote.Device != r.Device || len(wrote.Hash) != 64 {
					t.Errorf("writer %d, row %d: %+v (%v)", w, n, wrote, err)
				}
				last = wrote.Seq
				if _, err := j.Write(row("nowhere", n)); !errors.Is(err, journal.ErrNoRun) {
					t.Errorf("a run that is not there: %v", err)
				}
			}
		})
	}
	wg.Go(func() {
		for range 20 {
			if err := j.Verify(runs[0].ID); err != nil {
				t.Errorf("while it is written: %v", err)
			}
		}
	})
	wg.Wait()
	for _, run := range runs {
		rows, err := j.Rows(run.ID)
		if err != nil || len(rows) != writers*each/2 {
			t.Fatalf("%d rows (%v)", len(rows), err)
		}
		next := map[string]time.Time{}
		for _, r := range rows {
			if want, there := next[r.Device]; there && !r.Time.Equal(want) {
				t.Errorf("row %d of %s is of %s, want %s", r.Seq, r.Device, r.Time, want)
			}
			next[r.Device] = r.Time.Add(time.Second)
		}
		if err := j.Verify(run.ID); err != nil {
			t.Error(err)
		}
	}
}

// TestOpenTogether is several openings at once of a file that is not there yet, as processes
// that start together do it.
func TestOpenTogether(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x", "j.db")
	var wg sync.WaitGroup
	for n := range 8 {
		wg.Go(func() {
			j, err := journal.Open(path)
			if err != nil {
				t.Errorf("opening %d: %v", n, err)
				return
			}
			r, err := j.Begin(paper(fmt.Sprint(n)), "sato", "", noon())
			if err != nil {
				t.Errorf("beginning %d: %v", n, err)
				return
			}
			if _, err := j.Write(row(r.ID, 1)); err != nil {
				t.Errorf("writing %d: %v", n, err)
			}
			if err := j.Close(); err != nil {
				t.Errorf("closing %d: %v", n, err)
			}
		})
	}
	wg.Wait()
	j := open(t, path)
	runs, err := j.Runs()
	if err != nil || len(runs) != 8 {
		t.Errorf("%d runs (%v)", len(runs), err)
	}
	for _, r := range runs {
		if err := j.Verify(r.ID); err != nil {
			t.Error(err)
		}
	}
}

// TestModes is who may look: nobody else, not even into the files beside the journal.
func TestModes(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a", "b", "j.db")
	lock, err := journal.Take(path, "sato")
	if err != nil {
		t.Fatal(err)
	}
	defer lock.Release()
	j := open(t, path)
	write(t, j, row(begin(t, j, paper("a")).ID, 1))
	want := map[string]fs.FileMode{
		"a": 0o700, "a/b": 0o700, "a/b/j.db": 0o600, "a/b/j.db-wal": 0o600, "a/b/j.db-shm": 0o600, "a/b/j.db.lock": 0o600,
	}
	seen := 0
	err = filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil || name == dir {
			return err
		}
		rel, _ := filepath.Rel(dir, name)
		info, err := d.Info()
		if err != nil {
			return err
		}
		if mode, known := want[filepath.ToSlash(rel)]; !known || info.Mode().Perm() != mode {
			t.Errorf("%s has %s, want %s", rel, info.Mode().Perm(), mode)
		}
		seen++
		return nil
	})
	if err != nil || seen != len(want) {
		t.Errorf("%d files, want %d (%v)", seen, len(want), err)
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	if left, _ := filepath.Glob(path + "-*"); len(left) > 0 {
		t.Errorf("closed, and %v is left", left)
	}
	back, err := journal.Read(path)
	if err != nil {
		t.Fatal(err)
	}
	defer back.Close()
	for _, name := range []string{path + "-wal", path + "-shm"} {
		if info, err := os.Stat(name); err == nil && info.Mode().Perm() != 0o600 {
			t.Errorf("%s has %s", name, info.Mode().Perm())
		}
	}
}
