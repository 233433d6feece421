package journal

import (
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"
)

// reopened takes the end before it back.
const reopened = "reopened"

// End closes a run: done, aborted or rolled-back. How many rows it has and the hash of the
// last one are part of the line, so that rows cannot be taken away from the end unseen.
func (j *Journal) End(run string, how string, now time.Time) error {
	if !slices.Contains([]string{Done, Aborted, RolledBack}, how) {
		return fmt.Errorf("a run ends %s, %s or %s, not %q", Done, Aborted, RolledBack, how)
	}
	return j.turn(run, how, now)
}

// Reopen takes a run's end back, so that more can be written: a run that was done may still
// be rolled back. A run that is open stays as it is.
func (j *Journal) Reopen(run string, now time.Time) error {
	return j.turn(run, reopened, now)
}

// turn writes the next line of a run's ends.
func (j *Journal) turn(run, how string, now time.Time) error {
	if err := dated(now); err != nil {
		return err
	}
	return j.writing(func(tx *sql.Tx) error {
		h, err := j.head(tx, run)
		switch {
		case err != nil:
			return err
		case !h.ended() && how == reopened:
			return nil
		case h.ended() && how != reopened:
			return h.refusal(run)
		}
		e := endLine{Entries: h.seq, How: how, Last: h.hash, Run: run, Time: stamp(now), Turn: h.end.Turn + 1}
		if e.hash, err = link(h.end.hash, e); err != nil {
			return err
		}
		_, err = tx.Exec("INSERT INTO ending (run, turn, how, time, entries, last, hash) VALUES (?, ?, ?, ?, ?, ?, ?)",
			h.number, e.Turn, e.How, e.Time, e.Entries, e.Last, e.hash)
		return err
	})
}

// head is where a run is continued: its last row and its last end.
type head struct {
	number int64
	seq    int64   // of the last row, 0 where there is none
	hash   string  // of the last row, or of the run's own line
	end    endLine // of turn 0, with the hash of the run's own line, where there is none
}

func (h head) ended() bool { return h.end.Turn > 0 && h.end.How != reopened }

func (h head) refusal(run string) error {
	return fmt.Errorf("%w: %s is %s since %s", ErrEnded, run, h.end.How, h.end.Time)
}

func (j *Journal) head(tx *sql.Tx, run string) (head, error) {
	line, err := j.line(tx, run)
	if err != nil {
		return head{}, err
	}
	h := head{number: line.number, hash: line.hash, end: endLine{hash: line.hash}}
	err = tx.QueryRow("SELECT seq, hash FROM entry WHERE run = ? ORDER BY seq DESC LIMIT 1", h.number).Scan(&h.seq, &h.hash)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return head{}, err
	}
	err = tx.QueryRow("SELECT turn, how, time, hash FROM ending WHERE run = ? ORDER BY turn DESC LIMIT 1", h.number).
		Scan(&h.end.Turn, &h.end.How, &h.end.Time, &h.end.hash)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return head{}, err
	}
	return h, nil
}

// endings are the lines of a run's ends, in their order.
func (j *Journal) endings(tx *sql.Tx, run runLine) ([]endLine, error) {
	rows, err := tx.Query("SELECT turn, how, time, entries, last, hash FROM ending WHERE run = ? ORDER BY turn", run.number)
	if err != nil {
		return nil, explain(j.path, err)
	}
	defer rows.Close()
	var out []endLine
	for rows.Next() {
		e := endLine{Run: run.ID}
		if err := rows.Scan(&e.Turn, &e.How, &e.Time, &e.Entries, &e.Last, &e.hash); err != nil {
			return nil, explain(j.path, err)
		}
		out = append(out, e)
	}
	return out, explain(j.path, rows.Err())
}
