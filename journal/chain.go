package journal

import (
	"bytes"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"op25b/plan"
)

// Broken says where a run is not as it was written.
type Broken struct {
	Run string
	Seq int // the first row that is wrong; 0 where it is the run's own line, its paper or its end
	Why string
}

func (b Broken) Error() string {
	if b.Seq == 0 {
		return fmt.Sprintf("run %s: the chain is broken: %s", b.Run, b.Why)
	}
	return fmt.Sprintf("run %s: the chain is broken at row %d: %s", b.Run, b.Seq, b.Why)
}

// Hint is what to do next.
func (b Broken) Hint() string {
	return "the file was changed by something else than op25b, or is damaged: keep it, and compare it with a backup"
}

// The lines of the file, as they stand in it. Their fields are in the order of their keys, so
// that they are canonical as JSON.
type (
	runLine struct {
		Begun    string `json:"begun"`
		Host     string `json:"host"`
		ID       string `json:"id"`
		Operator string `json:"operator"`
		Paper    string `json:"paper"` // the digest
		Plan     string `json:"plan"`
		number   int64
		hash     string
	}
	rowLine struct {
		Device   string `json:"device"`
		Leg      string `json:"leg"`
		Operator string `json:"operator"`
		Run      string `json:"run"`
		Seq      int64  `json:"seq"`
		Text     string `json:"text"`
		Time     string `json:"time"`
		Wave     string `json:"wave"`
		What     string `json:"what"`
		hash     string
	}
	endLine struct {
		Entries int64  `json:"entries"` // how many rows there were
		How     string `json:"how"`
		Last    string `json:"last"` // the hash of the last one, or of the run's own line
		Run     string `json:"run"`
		Time    string `json:"time"`
		Turn    int64  `json:"turn"`
		hash    string
	}
)

// link is the hash of a line that stands behind another one.
func link(before string, line any) (string, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(line); err != nil {
		return "", err
	}
	sum := sha256.Sum256([]byte(before + "\n" + strings.TrimSuffix(b.String(), "\n")))
	return hex.EncodeToString(sum[:]), nil
}

// clean makes text that comes back as it went in: JSON has no other bytes than UTF-8.
func clean(texts ...*string) {
	for _, t := range texts {
		*t = strings.ToValidUTF8(*t, "\uFFFD")
	}
}

func intact(texts ...string) bool {
	for _, t := range texts {
		if !utf8.ValidString(t) {
			return false
		}
	}
	return true
}

// stamp is a time as the journal writes it: in UTC, down to the nanosecond.
func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) }

// dated refuses a time that was forgotten, or that would not come back.
func dated(t time.Time) error {
	if t.IsZero() || t.UTC().Year() < 1 || t.UTC().Year() > 9999 {
		return errors.New("the time is missing")
	}
	return nil
}

// Verify recomputes the chain of a run: its own line and paper, every row, every end. The
// error is nil, ErrNoRun, Broken, or that of a file that cannot be read.
func (j *Journal) Verify(run string) error {
	tx, err := j.reading()
	if err != nil {
		return err
	}
	defer tx.Rollback()
	line, err := j.line(tx, run)
	if err != nil {
		return err
	}
	if err := j.verifyRun(tx, line); err != nil {
		return err
	}
	ends, err := j.endings(tx, line)
	if err != nil {
		return err
	}
	if err := j.verifyRows(tx, line, ends); err != nil {
		return err
	}
	return verifyEnds(line, ends)
}

// verifyRun holds the run's own line against its hash, the run before it and its paper.
func (j *Journal) verifyRun(tx *sql.Tx, line runLine) error {
	before := ""
	if line.number > 1 {
		err := tx.QueryRow("SELECT hash FROM run WHERE run = ?", line.number-1).Scan(&before)
		if errors.Is(err, sql.ErrNoRows) {
			return Broken{line.ID, 0, "the run before it is missing"}
		}
		if err != nil {
			return explain(j.path, err)
		}
	}
	hash, err := link(before, line)
	if err != nil {
		return err
	}
	if hash != line.hash || !intact(line.Begun, line.Host, line.ID, line.Operator, line.Paper, line.Plan, line.hash) {
		return Broken{line.ID, 0, "its own line was changed: plan, operator, host, time or hash, or the run before it"}
	}
	paper, err := j.paper(tx, line)
	if err != nil {
		return err
	}
	if plan.Digest(paper) != line.Paper {
		return Broken{line.ID, 0, "its paper is not the plan that was begun"}
	}
	return nil
}

// verifyRows holds every row against the one before it, and the ends against the rows.
func (j *Journal) verifyRows(tx *sql.Tx, run runLine, ends []endLine) error {
	before, at := run.hash, int64(0)
	ended := func() error {
		for _, e := range ends {
			if e.Entries == at && e.Last != before {
				return Broken{run.ID, int(at), "it is not the row with which the run ended, or the end was changed"}
			}
		}
		return nil
	}
	if err := ended(); err != nil {
		return err
	}
	err := j.each(tx, run, func(r rowLine) error {
		if r.Seq != at+1 {
			return Broken{run.ID, int(at + 1), "it is missing"}
		}
		hash, err := link(before, r)
		if err != nil {
			return err
		}
		if hash != r.hash || !intact(r.Device, r.Leg, r.Operator, r.Text, r.Time, r.Wave, r.What, r.hash) {
			return Broken{run.ID, int(r.Seq), "it is not what was written"}
		}
		at, before = r.Seq, r.hash
		return ended()
	})
	if err != nil {
		return err
	}
	for i, e := range ends {
		switch {
		case e.Entries > at:
			return Broken{run.ID, int(at + 1), fmt.Sprintf("it is missing: the run ended with %d rows", e.Entries)}
		case e.Entries < at && i == len(ends)-1 && e.How != reopened:
			return Broken{run.ID, int(e.Entries + 1), "it was written after the run had ended"}
		}
	}
	return nil
}

// verifyEnds holds the lines of a run's ends against their hashes.
func verifyEnds(run runLine, ends []endLine) error {
	before := run.hash
	for i, e := range ends {
		hash, err := link(before, e)
		if err != nil {
			return err
		}
		if e.Turn != int64(i+1) || e.Entries < 0 || hash != e.hash || !intact(e.How, e.Last, e.Time, e.hash) {
			return Broken{run.ID, 0, "the line of its end was changed or is missing"}
		}
		before = e.hash
	}
	return nil
}
