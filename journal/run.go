package journal

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"op25b/plan"
)

// Run is one carrying out of a plan.
type Run struct {
	ID       string    // the plan's first 12 hex digits and which run of it this is: 5c1e9d0a77b1.1
	Plan     string    // the plan's whole id
	Paper    []byte    // the whole plan file; nil from Runs
	Operator string    // who began it
	Host     string    // from where
	Begun    time.Time // UTC
	Ended    time.Time // UTC; zero while it is open
	End      string    // one of the ends; "" while it is open
}

// The ends of a run.
const (
	Done       = "done"
	Aborted    = "aborted"
	RolledBack = "rolled-back"
)

// Errors of names.
var (
	ErrNoRun     = errors.New("there is no such run")
	ErrAmbiguous = errors.New("the name means more than one plan")
)

// ErrEnded says that a run has ended: Reopen it to write on.
var ErrEnded = errors.New("the run has ended")

// Begin writes the own line of a new run, and keeps the plan's paper.
func (j *Journal) Begin(p plan.Plan, operator, host string, now time.Time) (Run, error) {
	if j.write == nil {
		return Run{}, ErrReadOnly
	}
	clean(&operator, &host)
	if err := dated(now); err != nil {
		return Run{}, err
	}
	if operator == "" {
		return Run{}, errors.New("a run needs its operator")
	}
	if sealed := p.Sealed(); sealed.ID != p.ID {
		return Run{}, fmt.Errorf("%w: its id is %.12s, but its content has %.12s", plan.ErrNotAPlan, p.ID, sealed.ID)
	}
	var paper bytes.Buffer
	if err := p.Write(&paper); err != nil {
		return Run{}, err
	}
	line := runLine{Begun: stamp(now), Host: host, Operator: operator, Paper: plan.Digest(paper.Bytes()), Plan: p.ID}
	err := j.writing(func(tx *sql.Tx) error {
		return begin(tx, &line, p.Short(), paper.Bytes())
	})
	if err != nil {
		return Run{}, err
	}
	return Run{ID: line.ID, Plan: p.ID, Paper: paper.Bytes(), Operator: operator, Host: host, Begun: now.UTC().Round(0)}, nil
}

// begin gives a run its place and its name, and writes it.
func begin(tx *sql.Tx, line *runLine, short string, paper []byte) error {
	var before string
	err := tx.QueryRow("SELECT run, hash FROM run ORDER BY run DESC LIMIT 1").Scan(&line.number, &before)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	line.number++
	var runs int
	if err := tx.QueryRow("SELECT COUNT(*) FROM run WHERE substr(plan, 1, 12) = ?", short).Scan(&runs); err != nil {
		return err
	}
	line.ID = fmt.Sprintf("%s.%d", short, runs+1)
	if line.hash, err = link(before, *line); err != nil {
		return err
	}
	if _, err := tx.Exec("INSERT INTO paper SELECT ?1, ?2 WHERE NOT EXISTS (SELECT 1 FROM paper WHERE digest = ?1)", line.Paper, paper); err != nil {
		return err
	}
	_, err = tx.Exec("INSERT INTO run (run, id, plan, paper, operator, host, begun, hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
		line.number, line.ID, line.Plan, line.Paper, line.Operator, line.Host, line.Begun, line.hash)
	return err
}

// writing does something in one transaction, which is on disk when it returns nil.
func (j *Journal) writing(do func(*sql.Tx) error) error {
	if j.write == nil {
		return ErrReadOnly
	}
	tx, err := j.write.Begin()
	if err != nil {
		return explain(j.path, err)
	}
	defer tx.Rollback()
	if err := do(tx); err != nil {
		return explain(j.path, err)
	}
	return explain(j.path, tx.Commit())
}

// reading is one moment of the file, whatever is written meanwhile.
func (j *Journal) reading() (*sql.Tx, error) {
	tx, err := j.read.BeginTx(context.Background(), &sql.TxOptions{ReadOnly: true})
	return tx, explain(j.path, err)
}

// line finds a run's own line by its ID.
func (j *Journal) line(tx *sql.Tx, id string) (runLine, error) {
	l := runLine{}
	err := tx.QueryRow("SELECT run, id, plan, paper, operator, host, begun, hash FROM run WHERE id = ?", id).
		Scan(&l.number, &l.ID, &l.Plan, &l.Paper, &l.Operator, &l.Host, &l.Begun, &l.hash)
	if errors.Is(err, sql.ErrNoRows) {
		return l, fmt.Errorf("%w: %q, in %s", ErrNoRun, id, j.path)
	}
	return l, explain(j.path, err)
}

// paper is the plan file of a run.
func (j *Journal) paper(tx *sql.Tx, line runLine) ([]byte, error) {
	var paper []byte
	err := tx.QueryRow("SELECT paper FROM paper WHERE digest = ?", line.Paper).Scan(&paper)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, Broken{line.ID, 0, "its paper is missing"}
	}
	return paper, explain(j.path, err)
}

// Runs are all runs, the oldest first, without their papers.
func (j *Journal) Runs() ([]Run, error) {
	tx, err := j.reading()
	if err != nil {
		return nil, err
	}
	defer tx.Rollback()
	return j.runs(tx)
}

func (j *Journal) runs(tx *sql.Tx) ([]Run, error) {
	rows, err := tx.Query(`SELECT id, plan, operator, host, begun, COALESCE(how, ''), COALESCE(time, '') FROM run
		LEFT JOIN ending ON ending.run = run.run AND turn = (SELECT MAX(turn) FROM ending WHERE ending.run = run.run) ORDER BY run.run`)
	if err != nil {
		return nil, explain(j.path, err)
	}
	defer rows.Close()
	var out []Run
	for rows.Next() {
		var r Run
		var begun, ended string
		if err := rows.Scan(&r.ID, &r.Plan, &r.Operator, &r.Host, &begun, &r.End, &ended); err != nil {
			return nil, explain(j.path, err)
		}
		if r.Begun, err = time.Parse(time.RFC3339Nano, begun); err != nil {
			return nil, Broken{r.ID, 0, "the time of its begin cannot be read"}
		}
		if r.End == reopened {
			r.End = ""
		}
		if r.End != "" {
			if r.Ended, err = time.Parse(time.RFC3339Nano, ended); err != nil {
				return nil, Broken{r.ID, 0, "the time of its end cannot be read"}
			}
		}
		out = append(out, r)
	}
	return out, explain(j.path, rows.Err())
}

// Find is a run by name, with its paper: an ID, "last" or "" for the last run, or the first
// digits of a plan's id, four or more, for the last run of that plan. The error is ErrNoRun, or
// ErrAmbiguous where the digits are of several plans.
func (j *Journal) Find(name string) (Run, error) {
	tx, err := j.reading()
	if err != nil {
		return Run{}, err
	}
	defer tx.Rollback()
	all, err := j.runs(tx)
	if err != nil {
		return Run{}, err
	}
	r, err := named(all, name)
	if err != nil {
		return Run{}, fmt.Errorf("%w, in %s", err, j.path)
	}
	line, err := j.line(tx, r.ID)
	if err != nil {
		return Run{}, err
	}
	r.Paper, err = j.paper(tx, line)
	return r, err
}

// digits is how many of a plan's id are a name.
const digits = 4

func named(all []Run, name string) (Run, error) {
	if name == "" || name == "last" {
		if len(all) == 0 {
			return Run{}, fmt.Errorf("%w: none was begun", ErrNoRun)
		}
		return all[len(all)-1], nil
	}
	var found Run
	var ids []string
	for _, r := range all {
		if r.ID == name {
			return r, nil
		}
		if len(name) < digits || !strings.HasPrefix(r.Plan, name) {
			continue
		}
		found = r
		if short := r.Plan[:min(12, len(r.Plan))]; !slices.Contains(ids, short) {
			ids = append(ids, short)
		}
	}
	switch len(ids) {
	case 0:
		return Run{}, fmt.Errorf("%w: %q", ErrNoRun, name)
	case 1:
		return found, nil
	}
	return Run{}, fmt.Errorf("%w: %q may be %s", ErrAmbiguous, name, strings.Join(ids, ", "))
}

// PlanOf is the plan of a run that has its paper, with its id recomputed.
func (r Run) PlanOf() (plan.Plan, error) {
	p, err := plan.Read(bytes.NewReader(r.Paper))
	if err != nil {
		return plan.Plan{}, fmt.Errorf("the paper of run %s: %w", r.ID, err)
	}
	if p.ID != r.Plan {
		return plan.Plan{}, fmt.Errorf("the paper of run %s: %w: it is plan %s, and the run was of %.12s", r.ID, plan.ErrNotAPlan, p.Short(), r.Plan)
	}
	return p, nil
}
