package journal

import (
	"database/sql"
	"errors"
	"time"
)

// Row is one thing that was done or seen. What and Operator must be there; no field may have
// a secret.
type Row struct {
	Seq      int    // 1, 2, 3 … in its run; the journal gives it
	Run      string // the run's ID
	Time     time.Time
	Wave     string
	Device   string // "" where the wave or the run as a whole is meant
	Leg      string // push, cleanup, undo …
	What     string // what happened, one word
	Text     string // for people; may have several lines
	Operator string // who does it: not always who began the run
	Hash     string // the journal gives it
}

// job is a row that waits for the clerk.
type job struct {
	row    Row
	answer chan<- answer
}

type answer struct {
	row Row
	err error
}

// most is how many rows go to disk together.
const most = 512

// Write writes a row. It is on disk when Write returns, with its Seq and Hash; rows that wait
// at the same time go there together. Bytes that are not UTF-8 become U+FFFD, times are UTC.
// The error is ErrNoRun, ErrEnded, or that of a file that cannot be written: then it is not
// known to be there, and nothing more should be done.
func (j *Journal) Write(r Row) (Row, error) {
	if j.write == nil {
		return Row{}, ErrReadOnly
	}
	if r.What == "" || r.Operator == "" {
		return Row{}, errors.New("a row needs what happened, and its operator")
	}
	if err := dated(r.Time); err != nil {
		return Row{}, err
	}
	clean(&r.Run, &r.Wave, &r.Device, &r.Leg, &r.What, &r.Text, &r.Operator)
	r.Time = r.Time.UTC().Round(0)
	back := make(chan answer, 1)
	select {
	case j.jobs <- job{r, back}:
	case <-j.closing:
		return Row{}, ErrClosed
	}
	a := <-back
	return a.row, a.err
}

// clerk is the one who writes rows, until the journal is closed. What he has taken he answers.
func (j *Journal) clerk() {
	defer close(j.idle)
	for {
		select {
		case first := <-j.jobs:
			jobs := j.gather(first)
			answers := j.commit(jobs)
			for i, one := range jobs {
				one.answer <- answers[i]
			}
		case <-j.closing:
			return
		}
	}
}

// gather takes what waits besides the first.
func (j *Journal) gather(first job) []job {
	jobs := []job{first}
	for len(jobs) < most {
		select {
		case next := <-j.jobs:
			jobs = append(jobs, next)
		default:
			return jobs
		}
	}
	return jobs
}

// commit writes rows in one transaction. A row whose run is not open fails alone; any other error
// fails them all, and none is written.
func (j *Journal) commit(jobs []job) []answer {
	answers := make([]answer, len(jobs))
	err := j.writing(func(tx *sql.Tx) error {
		insert, err := tx.Prepare("INSERT INTO entry (run, seq, time, wave, device, leg, what, text, operator, hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
		if err != nil {
			return err
		}
		defer insert.Close()
		heads := map[string]*head{}
		for i, one := range jobs {
			h, there := heads[one.row.Run]
			if !there {
				found, err := j.head(tx, one.row.Run)
				if errors.Is(err, ErrNoRun) {
					answers[i].err = err
					continue
				}
				if err != nil {
					return err
				}
				h, heads[one.row.Run] = &found, &found
			}
			if h.ended() {
				answers[i].err = h.refusal(one.row.Run)
				continue
			}
			if answers[i].row, err = h.write(insert, one.row); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		for i := range answers {
			answers[i] = answer{err: err}
		}
	}
	return answers
}

// write writes a row behind the head, which moves on.
func (h *head) write(insert *sql.Stmt, r Row) (Row, error) {
	line := rowLine{
		Device: r.Device, Leg: r.Leg, Operator: r.Operator, Run: r.Run, Seq: h.seq + 1,
		Text: r.Text, Time: stamp(r.Time), Wave: r.Wave, What: r.What,
	}
	hash, err := link(h.hash, line)
	if err != nil {
		return Row{}, err
	}
	_, err = insert.Exec(h.number, line.Seq, line.Time, line.Wave, line.Device, line.Leg, line.What, line.Text, line.Operator, hash)
	if err != nil {
		return Row{}, err
	}
	h.seq, h.hash = line.Seq, hash
	r.Seq, r.Hash = int(line.Seq), hash
	return r, nil
}

// Rows are the rows of a run, in their order. They are not verified. The error is ErrNoRun, or
// that of a file that cannot be read.
func (j *Journal) Rows(run string) ([]Row, error) {
	tx, err := j.reading()
	if err != nil {
		return nil, err
	}
	defer tx.Rollback()
	line, err := j.line(tx, run)
	if err != nil {
		return nil, err
	}
	var out []Row
	err = j.each(tx, line, func(r rowLine) error {
		at, err := time.Parse(time.RFC3339Nano, r.Time)
		if err != nil {
			return Broken{run, int(r.Seq), "its time cannot be read"}
		}
		out = append(out, Row{
			Seq: int(r.Seq), Run: run, Time: at, Wave: r.Wave, Device: r.Device, Leg: r.Leg,
			What: r.What, Text: r.Text, Operator: r.Operator, Hash: r.hash,
		})
		return nil
	})
	return out, err
}

// each goes through the rows of a run in their order, until an error.
func (j *Journal) each(tx *sql.Tx, run runLine, do func(rowLine) error) error {
	rows, err := tx.Query("SELECT seq, time, wave, device, leg, what, text, operator, hash FROM entry WHERE run = ? ORDER BY seq", run.number)
	if err != nil {
		return explain(j.path, err)
	}
	defer rows.Close()
	for rows.Next() {
		r := rowLine{Run: run.ID}
		if err := rows.Scan(&r.Seq, &r.Time, &r.Wave, &r.Device, &r.Leg, &r.What, &r.Text, &r.Operator, &r.hash); err != nil {
			return explain(j.path, err)
		}
		if err := do(r); err != nil {
			return err
		}
	}
	return explain(j.path, rows.Err())
}
