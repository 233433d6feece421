// Package journal is what was done and seen, row by row, and who may write.
//
// A journal is one SQLite file of a workspace. It is only ever written on: triggers refuse to
// change or to delete what stands in it. Each run of a plan has a line of its own (the plan's
// id, the digest of its paper, operator, host, time), then its rows, and a line for its end.
//
// A chain holds them together. The hash of a row is the SHA-256, in hex digits, of the hash
// before it, a newline, and the row as JSON: keys sorted, no spaces, no hash. Before the
// first row stands the hash of the run's own line, before that the own line of the run
// before. The chain shows what was changed later by hand. It has no key: who can write the
// file can also write a whole new one, so keep the hashes elsewhere if you must prove more.
package journal

import (
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"sync"
)

// Journal is one file, open. It is safe for several goroutines. Other processes may read the
// file at the same time; who writes should hold the Lock.
type Journal struct {
	path  string
	read  *sql.DB
	write *sql.DB // nil: only to read

	jobs    chan job
	closing chan struct{} // closed by Close
	idle    chan struct{} // closed by the clerk, who is gone
	close   *sync.Once
}

// ErrClosed says that the journal was closed before.
var ErrClosed = errors.New("the journal is closed")

// ErrReadOnly says that the journal was opened by Read.
var ErrReadOnly = errors.New("the journal was opened to read only")

// Open opens a journal to read and to write. It makes the file (0600) and the folders above it
// (0700) where there are none; those that are there keep their modes. A file that is not a
// journal, is damaged, or was written by a newer version is Unusable, and is not touched.
func Open(path string) (*Journal, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	if err := provide(path); err != nil {
		return nil, err
	}
	if err := peek(path); err != nil {
		return nil, err
	}
	write, err := openWriter(path)
	if err != nil {
		return nil, err
	}
	read, err := sql.Open(driver, source(path, "mode", "ro"))
	if err != nil {
		return nil, errors.Join(explain(path, err), write.Close())
	}
	read.SetMaxOpenConns(4)
	j := &Journal{
		path: path, read: read, write: write,
		jobs: make(chan job), closing: make(chan struct{}), idle: make(chan struct{}), close: new(sync.Once),
	}
	go j.clerk()
	return j, nil
}

// Read opens a journal to read only. It takes no lock and writes no row; a run that is going
// on may be read. The error is os.ErrNotExist where there is no journal, or nothing in it.
func Read(path string) (*Journal, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if err := regular(path, info); err != nil {
		return nil, err
	}
	if err := peek(path); err != nil {
		return nil, err
	}
	read, err := openReader(path)
	if err != nil {
		return nil, err
	}
	return &Journal{path: path, read: read, close: new(sync.Once)}, nil
}

// Close waits for the rows that are being written and closes the file. Closing twice is no error.
func (j *Journal) Close() error {
	var err error
	j.close.Do(func() {
		if j.write == nil {
			err = j.read.Close()
			return
		}
		close(j.closing)
		<-j.idle
		// The writer goes last: it folds the -wal file into the journal and takes it away.
		err = errors.Join(j.read.Close(), j.write.Close())
	})
	return err
}
