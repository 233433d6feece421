package journal_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"testing"
	"unicode/utf8"

	"op25b/journal"
)

// twin is a journal as a list in memory.
type twin struct {
	id   string
	end  string
	rows []journal.Row
}

// TestTwin does things at random, in a journal and in a list: both tell the same, through
// closing and opening, and the chain always holds.
func TestTwin(t *testing.T) {
	for seed := range uint64(4) {
		random := rand.New(rand.NewPCG(25, seed))
		path := filepath.Join(t.TempDir(), "j.db")
		j := open(t, path)
		var list []*twin
		for step := range 150 {
			if len(list) == 0 || random.IntN(20) == 0 {
				device := fmt.Sprint("device", random.IntN(3))
				runs := 1
				for _, one := range list {
					if one.id[:12] == paper(device).Short() {
						runs++
					}
				}
				r := begin(t, j, paper(device))
				if want := fmt.Sprintf("%s.%d", paper(device).Short(), runs); r.ID != want {
					t.Fatalf("seed %d, step %d: begun %s, want %s", seed, step, r.ID, want)
				}
				list = append(list, &twin{id: r.ID})
			}
			one := list[random.IntN(len(list))]
			open := one.end == ""
			switch random.IntN(8) {
			case 0:
				how := []string{journal.Done, journal.Aborted, journal.RolledBack}[random.IntN(3)]
				if err := j.End(one.id, how, noon()); (err == nil) != open || !open && !errors.Is(err, journal.ErrEnded) {
					t.Fatalf("seed %d, step %d: ending a run that is %q: %v", seed, step, one.end, err)
				}
				if open {
					one.end = how
				}
			case 1:
				if err := j.Reopen(one.id, noon()); err != nil {
					t.Fatal(err)
				}
				one.end = ""
			case 2:
				j = again(t, j, path)
			default:
				want := row(one.id, step)
				w, err := j.Write(want)
				if (err == nil) != open || !open && !errors.Is(err, journal.ErrEnded) {
					t.Fatalf("seed %d, step %d: writing to a run that is %q: %v", seed, step, one.end, err)
				}
				if open {
					want.Seq, want.Hash = len(one.rows)+1, w.Hash
					one.rows = append(one.rows, want)
				}
			}
		}
		runs, err := j.Runs()
		if err != nil || len(runs) != len(list) {
			t.Fatalf("seed %d: %d runs, want %d (%v)", seed, len(runs), len(list), err)
		}
		for i, one := range list {
			rows, err := j.Rows(one.id)
			if err != nil || !reflect.DeepEqual(rows, one.rows) || runs[i].ID != one.id || runs[i].End != one.end {
				t.Errorf("seed %d: %+v with %+v, want %+v (%v)", seed, runs[i], rows, one, err)
			}
			if err := j.Verify(one.id); err != nil {
				t.Errorf("seed %d: %v", seed, err)
			}
		}
	}
}

func again(t *testing.T, j *journal.Journal, path string) *journal.Journal {
	t.Helper()
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	return open(t, path)
}

// FuzzRow writes any text: it comes back as it went in, or with U+FFFD where it was no text.
func FuzzRow(f *testing.F) {
	f.Add("canary", "r1", "push", "sent", "line\n\tanother", "sato")
	f.Add("\x00", "\xff", "</script>", "what", "\u2028\u2029 \"\\ '", "\U0010ffff")
	j := open(f, filepath.Join(f.TempDir(), "j.db"))
	run := begin(f, j, paper("a"))
	f.Fuzz(func(t *testing.T, wave, device, leg, what, text, operator string) {
		r := journal.Row{Run: run.ID, Time: noon(), Wave: wave, Device: device, Leg: leg, What: what, Text: text, Operator: operator}
		wrote, err := j.Write(r)
		if err != nil {
			if what == "" || operator == "" {
				return
			}
			t.Fatal(err)
		}
		if utf8.ValidString(wave + device + leg + what + text + operator) {
			r.Seq, r.Hash = wrote.Seq, wrote.Hash
			if !reflect.DeepEqual(r, wrote) {
				t.Errorf("wrote %+v, want %+v", wrote, r)
			}
		}
		rows, err := j.Rows(run.ID)
		if err != nil || !reflect.DeepEqual(rows[len(rows)-1], wrote) {
			t.Errorf("read %+v, wrote %+v (%v)", rows[len(rows)-1], wrote, err)
		}
		if err := j.Verify(run.ID); err != nil {
			t.Fatal(err)
		}
		if len(rows) > 500 {
			if run, err = j.Begin(paper("a"), "sato", "", noon()); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// FuzzSpoiled changes bytes of a journal, three of the input a byte: where, and by what. No
// input may panic, or tell another story as whole.
func FuzzSpoiled(f *testing.F) {
	f.Add([]byte{0, 18, 1})
	f.Add([]byte{0, 100, 7, 16, 3, 255})
	path := filepath.Join(f.TempDir(), "j.db")
	ended(f, path)
	good, err := os.ReadFile(path)
	if err != nil {
		f.Fatal(err)
	}
	runs, rows, err := story(path)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, patches []byte) {
		bad := append([]byte(nil), good...)
		for ; len(patches) >= 3; patches = patches[3:] {
			bad[(int(patches[0])<<8|int(patches[1]))%len(bad)] ^= patches[2]
		}
		told(t, filepath.Join(t.TempDir(), "j.db"), bad, runs, rows)
	})
}
