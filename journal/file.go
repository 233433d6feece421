package journal

import (
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// Version is the version of the tables. A file of a newer one is refused.
const Version = 1

// application marks a SQLite file as a journal of ours: the letters "op25" in its header.
const application = 0x6f703235

const driver = "sqlite"

// patience is how long another process may keep the file to itself.
const patience = 10 * time.Second

// tables is all that stands in the schema of version 1, as SQLite gives it back.
func tables() []string {
	out := []string{
		"CREATE TABLE paper (digest TEXT NOT NULL PRIMARY KEY, paper BLOB NOT NULL) STRICT",
		"CREATE TABLE run (run INTEGER NOT NULL PRIMARY KEY, id TEXT NOT NULL UNIQUE, plan TEXT NOT NULL, paper TEXT NOT NULL, " +
			"operator TEXT NOT NULL, host TEXT NOT NULL, begun TEXT NOT NULL, hash TEXT NOT NULL) STRICT",
		"CREATE TABLE entry (run INTEGER NOT NULL, seq INTEGER NOT NULL, time TEXT NOT NULL, wave TEXT NOT NULL, device TEXT NOT NULL, " +
			"leg TEXT NOT NULL, what TEXT NOT NULL, text TEXT NOT NULL, operator TEXT NOT NULL, hash TEXT NOT NULL, " +
			"PRIMARY KEY (run, seq)) STRICT, WITHOUT ROWID",
		"CREATE TABLE ending (run INTEGER NOT NULL, turn INTEGER NOT NULL, how TEXT NOT NULL, time TEXT NOT NULL, entries INTEGER NOT NULL, " +
			"last TEXT NOT NULL, hash TEXT NOT NULL, PRIMARY KEY (run, turn)) STRICT, WITHOUT ROWID",
		// INSERT OR REPLACE deletes without asking the trigger of DELETE: so each insert must be of what is next.
		"CREATE TRIGGER paper_insert BEFORE INSERT ON paper WHEN EXISTS (SELECT 1 FROM paper WHERE digest = NEW.digest) " +
			"BEGIN SELECT RAISE(ABORT, 'the paper is there already'); END",
		"CREATE TRIGGER run_insert BEFORE INSERT ON run WHEN NEW.run <> (SELECT COALESCE(MAX(run), 0) + 1 FROM run) " +
			"OR EXISTS (SELECT 1 FROM run WHERE id = NEW.id) BEGIN SELECT RAISE(ABORT, 'not the next run'); END",
		"CREATE TRIGGER entry_insert BEFORE INSERT ON entry WHEN NEW.seq <> (SELECT COALESCE(MAX(seq), 0) + 1 FROM entry WHERE run = NEW.run) " +
			"BEGIN SELECT RAISE(ABORT, 'not the next row'); END",
		"CREATE TRIGGER ending_insert BEFORE INSERT ON ending WHEN NEW.turn <> (SELECT COALESCE(MAX(turn), 0) + 1 FROM ending WHERE run = NEW.run) " +
			"BEGIN SELECT RAISE(ABORT, 'not the next end'); END",
	}
	for _, table := range []string{"paper", "run", "entry", "ending"} {
		for _, doing := range []string{"UPDATE", "DELETE"} {
			out = append(out, fmt.Sprintf("CREATE TRIGGER %s_%s BEFORE %s ON %s BEGIN SELECT RAISE(ABORT, 'a journal is only written on'); END",
				table, strings.ToLower(doing), doing, table))
		}
	}
	return out
}

// source is the driver's name for a file, with more parameters as pairs.
func source(path string, pairs ...string) string {
	q := url.Values{"_txlock": {"immediate"}, "_defensive": {"1"}, "_error_rc": {"1"}}
	for _, pragma := range []string{
		fmt.Sprintf("busy_timeout(%d)", patience.Milliseconds()),
		"synchronous(FULL)", "fullfsync(1)", "checkpoint_fullfsync(1)", // fullfsync: Darwin's fsync does not reach the disk
		"trusted_schema(0)", "cell_size_check(1)",
	} {
		q.Add("_pragma", pragma)
	}
	for i := 0; i < len(pairs); i += 2 {
		q.Set(pairs[i], pairs[i+1])
	}
	return (&url.URL{Scheme: "file", Path: filepath.ToSlash(path), RawQuery: q.Encode()}).String()
}

// folder makes the folder of a file, and those above it, where there are none.
func folder(path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("the folder of the journal: %w", err)
	}
	return nil
}

// provide makes an empty file with its folder, on disk, unless it is there.
func provide(path string) error {
	if err := folder(path); err != nil {
		return err
	}
	switch info, err := os.Stat(path); {
	case err == nil:
		return regular(path, info)
	case !errors.Is(err, fs.ErrNotExist):
		return err
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return nil // somebody made it just now
	}
	if err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	for _, dir := range []string{filepath.Dir(path), filepath.Dir(filepath.Dir(path))} {
		settle(dir)
	}
	return nil
}

// settle asks that the names in a folder reach the disk. Not every system can.
func settle(dir string) {
	if d, err := os.Open(dir); err == nil {
		_ = d.Sync()
		_ = d.Close()
	}
}

// regular refuses a folder, a pipe or a device.
func regular(path string, info fs.FileInfo) error {
	if info.Mode().IsRegular() {
		return nil
	}
	return Unusable{Path: path, Why: "is not a file", Next: "name a file with --journal"}
}

// peek refuses the file of somebody else before anything is written. It looks at the file
// alone, without locks and without the files beside it.
func peek(path string) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	db, err := sql.Open(driver, source(path, "mode", "ro", "immutable", "1"))
	if err != nil {
		return explain(path, err)
	}
	defer db.Close()
	var pages, app int
	if err := db.QueryRow("PRAGMA page_count").Scan(&pages); err != nil {
		return explain(path, err)
	}
	if err := db.QueryRow("PRAGMA application_id").Scan(&app); err != nil {
		return explain(path, err)
	}
	if (pages > 0 || info.Size() > 0) && app != application {
		return foreign(path) // with a file of less than a page, SQLite would begin anew
	}
	return nil
}

func openWriter(path string) (*sql.DB, error) {
	db, err := sql.Open(driver, source(path, "mode", "rw"))
	if err != nil {
		return nil, explain(path, err)
	}
	db.SetMaxOpenConns(1)
	err = build(db, path)
	if err == nil {
		err = wal(db, path)
	}
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

// build makes the tables of an empty file, in one transaction, or looks whether they are right.
// The mark in the header comes with them, so no crash leaves a file that could be anybody's.
func build(db *sql.DB, path string) error {
	tx, err := db.Begin()
	if err != nil {
		return explain(path, err)
	}
	defer tx.Rollback()
	empty, err := known(tx, path)
	if err != nil || !empty {
		return err
	}
	for _, statement := range append(tables(),
		fmt.Sprintf("PRAGMA application_id = %d", application), fmt.Sprintf("PRAGMA user_version = %d", Version)) {
		if _, err := tx.Exec(statement); err != nil {
			return explain(path, err)
		}
	}
	return explain(path, tx.Commit())
}

// querier is a file or a transaction on it.
type querier interface {
	Query(string, ...any) (*sql.Rows, error)
	QueryRow(string, ...any) *sql.Row
}

// known reports whether the file is still empty; if not, it must hold our tables and no others.
func known(q querier, path string) (bool, error) {
	var app, version int
	if err := q.QueryRow("PRAGMA application_id").Scan(&app); err != nil {
		return false, explain(path, err)
	}
	if err := q.QueryRow("PRAGMA user_version").Scan(&version); err != nil {
		return false, explain(path, err)
	}
	have, err := column(q, "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL")
	if err != nil {
		return false, explain(path, err)
	}
	want := tables()
	slices.Sort(have)
	slices.Sort(want)
	switch {
	case app == 0 && len(have) == 0:
		return true, nil
	case app != application:
		return false, foreign(path)
	case version > Version:
		return false, Unusable{Path: path, Why: fmt.Sprintf("has version %d of the journal, and this op25b knows %d", version, Version),
			Next: "use the newer op25b that wrote it, or another journal: --journal FILE"}
	case version != Version || !slices.Equal(have, want):
		return false, Unusable{Path: path, Why: "is damaged: its tables are not those of a journal", Next: salvage}
	}
	return false, nil
}

func column(q querier, query string, args ...any) ([]string, error) {
	rows, err := q.Query(query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []string
	for rows.Next() {
		var one string
		if err := rows.Scan(&one); err != nil {
			return nil, err
		}
		out = append(out, one)
	}
	return out, rows.Err()
}

// wal turns the write-ahead log on. SQLite does not wait for other processes here, so we do.
func wal(db *sql.DB, path string) error {
	for end := time.Now().Add(patience); ; time.Sleep(10 * time.Millisecond) {
		var mode string
		err := db.QueryRow("PRAGMA journal_mode = WAL").Scan(&mode)
		switch {
		case err == nil && mode == "wal":
			return nil
		case err == nil:
			return Unusable{Path: path, Why: "cannot have a write-ahead log here (" + mode + ")", Next: "put it on a local disk: --journal FILE"}
		case primary(err) != sqlite3.SQLITE_BUSY || time.Now().After(end):
			return explain(path, err)
		}
	}
}

// openReader opens the file as it is. In a folder that may not be written, where SQLite cannot
// put its files beside it, a journal with nothing in its -wal file is read without them.
func openReader(path string) (*sql.DB, error) {
	db, err := tryReader(path, source(path, "mode", "ro"))
	if c := primary(err); c != sqlite3.SQLITE_CANTOPEN && c != sqlite3.SQLITE_READONLY {
		return db, err
	}
	for _, beside := range []string{"-wal", "-journal"} {
		if info, none := os.Stat(path + beside); none == nil && info.Size() > 0 {
			return nil, Unusable{Path: path, Why: "cannot be read in a folder that may not be written: a part of it is in its " + beside + " file",
				Next: "copy both to a folder of your own and name the copy: --journal FILE"}
		}
	}
	return tryReader(path, source(path, "mode", "ro", "immutable", "1"))
}

func tryReader(path, source string) (*sql.DB, error) {
	db, err := sql.Open(driver, source)
	if err != nil {
		return nil, explain(path, err)
	}
	db.SetMaxOpenConns(4)
	empty, err := known(db, path)
	if err == nil && empty {
		err = fmt.Errorf("%s is empty: %w", path, fs.ErrNotExist)
	}
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

// primary is the kind of an error of SQLite, 0 for others.
func primary(err error) int {
	var e *sqlite.Error
	if errors.As(err, &e) {
		return e.Code() & 0xff
	}
	return 0
}
