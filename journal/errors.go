package journal

import (
	"database/sql"
	"errors"
	"fmt"

	sqlite3 "modernc.org/sqlite/lib"
)

// Unusable is a file that cannot be a journal, or not any more.
type Unusable struct {
	Path  string
	Why   string
	Next  string // what to do
	Cause error  // what SQLite said, or nil
}

func (u Unusable) Error() string {
	if u.Cause == nil {
		return u.Path + " " + u.Why
	}
	return fmt.Sprintf("%s %s: %v", u.Path, u.Why, u.Cause)
}

// Hint is what to do next.
func (u Unusable) Hint() string { return u.Next }

func (u Unusable) Unwrap() error { return u.Cause }

// salvage is what to do with a damaged journal.
const salvage = "keep it for the inquiry: move it away together with its -wal and -shm files, then copy a backup back or go on with a new journal"

func foreign(path string) error {
	return Unusable{Path: path, Why: "is not a journal of op25b", Next: "it was not touched; name another file with --journal"}
}

// explain says what an error of SQLite means for the file. Other errors, and nil, stay as they are.
func explain(path string, err error) error {
	switch primary(err) {
	case sqlite3.SQLITE_NOTADB:
		return foreign(path)
	case sqlite3.SQLITE_CORRUPT:
		return Unusable{path, "is damaged", salvage, err}
	case sqlite3.SQLITE_FULL:
		return Unusable{path, "cannot grow: the disk is full", "make room; nothing is sent that cannot be written down", err}
	case sqlite3.SQLITE_IOERR:
		return Unusable{path, "cannot be read or written", "look after the disk; a journal on a network folder is not supported", err}
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
		return Unusable{path, fmt.Sprintf("was kept by another process for %s", patience), "wait until that process is done", err}
	case sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_AUTH:
		return Unusable{path, "cannot be opened", "it, its folder and its -wal and -shm files must be yours to read and write", err}
	}
	if errors.Is(err, sql.ErrConnDone) || err != nil && err.Error() == "sql: database is closed" {
		return ErrClosed
	}
	return err
}
