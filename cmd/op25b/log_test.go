package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"op25b/journal"
	"op25b/plan"
)

// logged is a workspace with a run that is done and one that is open.
func logged(t *testing.T) (dir string, runs []journal.Run) {
	t.Helper()
	dir = t.TempDir()
	j, err := journal.Open(filepath.Join(dir, ".op25b", "journal.db"))
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 6, 2, 2, 0, 0, 0, time.FixedZone("JST", 9*3600))
	for n, author := range []string{"noc", "night"} {
		run, err := j.Begin(plan.Plan{Version: plan.Version, Author: author}.Sealed(), "sato", "noc1", at)
		if err != nil {
			t.Fatal(err)
		}
		runs = append(runs, run)
		for i, r := range []journal.Row{
			{Wave: "canary", What: "wave", Text: "1 device"},
			{Wave: "canary", Device: "tyo-edge-1", Leg: "push", What: "sent", Text: "ip access-list extended OP25B\n permit ip any any\n"},
			{Wave: "canary", Device: "tyo-edge-1", Leg: "push", What: "seen", Text: "\x1b[31m\u009b1m <&> é\u2028x"},
		} {
			r.Run, r.Time, r.Operator = run.ID, at.Add(time.Duration(60*n+i)*time.Second), "sato"
			if _, err := j.Write(r); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := errors.Join(j.End(runs[0].ID, journal.Done, at.Add(time.Hour)), j.Close()); err != nil {
		t.Fatal(err)
	}
	return dir, runs
}

func logTyped(t *testing.T, code int, args ...string) (stdout, stderr string) {
	t.Helper()
	var out, talk bytes.Buffer
	got := run(context.Background(), args, world{in: strings.NewReader(""), out: &out, err: &talk, environ: func(string) string { return "" }, now: clock})
	if got != code {
		t.Errorf("op25b %s: exit code %d, want %d: %s", strings.Join(args, " "), got, code, talk.String())
	}
	return out.String(), talk.String()
}

func TestLog(t *testing.T) {
	dir, runs := logged(t)
	a, b := runs[0].ID, runs[1].ID
	list, _ := logTyped(t, 0, "-C", dir, "log")
	want := a + "   2026-06-01T17:00:00Z  sato@noc1                done 2026-06-01T18:00:00Z\n" +
		b + "   2026-06-01T17:00:00Z  sato@noc1                open\n"
	if list != want {
		t.Errorf("the runs:\n%s\nwant:\n%s", list, want)
	}
	rows, _ := logTyped(t, 0, "-C", dir, "log", a)
	want = `   1 2026-06-01T17:00:00Z  sato             wave canary          wave               1 device
   2 2026-06-01T17:00:01Z  sato             tyo-edge-1           push sent          ip access-list extended OP25B |  permit ip any any
   3 2026-06-01T17:00:02Z  sato             tyo-edge-1           push seen          ?[31m?1m <&> é` + "\u2028x\n"
	if rows != want {
		t.Errorf("the rows:\n%s\nwant:\n%s", rows, want)
	}
	for _, name := range []string{"last", b, runs[1].Plan, b[:12]} {
		if last, _ := logTyped(t, 0, "-C", dir, "log", name); !strings.Contains(last, "2026-06-01T17:01:02Z") || strings.Count(last, "\n") != 3 {
			t.Errorf("log %s:\n%s", name, last)
		}
	}
	if list, _ := logTyped(t, 0, "-C", dir, "log", "--format", "json"); strings.Count(list, "\n") != 2 ||
		!strings.Contains(list, `"begun":"2026-06-01T17:00:00Z","ended":"2026-06-01T18:00:00Z","end":"done"}`) || !strings.Contains(list, `"end":""}`) {
		t.Errorf("the runs as JSON:\n%s", list)
	}
	if _, said := logTyped(t, 1, "-C", dir, "log", "x"); !strings.Contains(said, `no such run: "x"`) {
		t.Errorf("a run that is not there: %s", said)
	}
	if _, said := logTyped(t, 1, "-C", t.TempDir(), "log"); !strings.Contains(said, "there is no journal") || !strings.Contains(said, "hint: ") {
		t.Errorf("no journal: %s", said)
	}
	logTyped(t, 64, "-C", dir, "log", "--format", "html")
	logTyped(t, 64, "-C", dir, "log", a, b)
	elsewhere, _ := logTyped(t, 0, "-C", t.TempDir(), "log", "--journal", filepath.Join(dir, ".op25b", "journal.db"))
	if elsewhere != list {
		t.Errorf("with --journal:\n%s", elsewhere)
	}
}

// TestLogChain computes the chain from what --format json prints, as another program would.
func TestLogChain(t *testing.T) {
	dir, runs := logged(t)
	out, _ := logTyped(t, 0, "-C", dir, "log", runs[0].ID, "--format", "json")
	hash := regexp.MustCompile(`"hash":"([0-9a-f]{64})",`)
	before := ""
	for n, line := range strings.Split(strings.TrimSuffix(out, "\n"), "\n") {
		if strings.ContainsAny(line, "\x1b\u009b") {
			t.Errorf("a control character: %q", line)
		}
		said := hash.FindStringSubmatch(line)[1]
		line = strings.ReplaceAll(hash.ReplaceAllString(line, ""), `\u009b`, "\u009b")
		sum := sha256.Sum256([]byte(before + "\n" + line))
		if got := hex.EncodeToString(sum[:]); n > 0 && got != said {
			t.Errorf("row %d has %s, computed %s from %s", n+1, said, got, line)
		}
		before = said
	}
}

func TestLogVerify(t *testing.T) {
	dir, runs := logged(t)
	if out, _ := logTyped(t, 0, "-C", dir, "log", "last", "--verify"); out != "3 rows, chain whole\n" {
		t.Errorf("one: %s", out)
	}
	if out, _ := logTyped(t, 0, "-C", dir, "log", "--verify"); out != fmt.Sprintf("%s: 3 rows, chain whole\n%s: 3 rows, chain whole\n", runs[0].ID, runs[1].ID) {
		t.Errorf("all: %s", out)
	}
	if out, _ := logTyped(t, 0, "-C", dir, "log", "last", "--verify", "--format", "json"); out != `{"run":"`+runs[1].ID+`","rows":3,"whole":true}`+"\n" {
		t.Errorf("as JSON: %s", out)
	}
	db, err := sql.Open("sqlite", filepath.Join(dir, ".op25b", "journal.db"))
	if err != nil {
		t.Fatal(err)
	}
	var trigger string
	err = db.QueryRow("SELECT sql FROM sqlite_schema WHERE name = 'entry_update'").Scan(&trigger)
	for _, statement := range []string{"DROP TRIGGER entry_update", "UPDATE entry SET text = 'nothing' WHERE run = 1 AND seq = 2", trigger} {
		_, failed := db.Exec(statement)
		err = errors.Join(err, failed)
	}
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
	out, said := logTyped(t, 1, "-C", dir, "log", "--verify")
	if out != runs[1].ID+": 3 rows, chain whole\n" || !strings.Contains(said, "error: run "+runs[0].ID+": the chain is broken at row 2: it is not what was written") || !strings.Contains(said, "hint: ") {
		t.Errorf("tampered with: %s%s", out, said)
	}
	if out, _ := logTyped(t, 1, "-C", dir, "log", runs[0].ID, "--verify", "--format", "json"); !strings.Contains(out, `"rows":3,"whole":false,"error":"run `) {
		t.Errorf("as JSON: %s", out)
	}
}
