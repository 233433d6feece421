package journal

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"
)

// Lock is the right to write a journal, and to change the devices that it tells of. The
// kernel keeps it and takes it back when its process ends, however it ends.
type Lock struct{ file *os.File }

// Held says that somebody else has the lock.
type Held struct {
	Path    string
	Who     string    // "" where it is not known
	Since   time.Time // zero where it is not known
	Process int       // its number on that machine, 0 where it is not known
}

func (h Held) Error() string {
	who := "another process"
	if h.Who != "" {
		who = h.Who
	}
	if h.Process != 0 {
		who += fmt.Sprintf(" (process %d)", h.Process)
	}
	if !h.Since.IsZero() {
		who += " since " + h.Since.UTC().Format(time.RFC3339)
	}
	return fmt.Sprintf("the journal %s is held by %s", h.Path, who)
}

// Hint is what to do next.
func (h Held) Hint() string {
	return "wait until that run is done or interrupt it; do not delete the .lock file, a lock that nobody holds is free"
}

// holder is what stands in the lock's file, for the message only.
type holder struct {
	Who     string    `json:"who"`
	Since   time.Time `json:"since"`
	Process int       `json:"process"`
}

// Take takes the lock of the journal at a path: <path>.lock, which it makes (0600, its folder
// 0700) and which nobody ever deletes. It does not wait: the error is Held where somebody has it.
func Take(path string, who string) (Lock, error) {
	if err := folder(path); err != nil {
		return Lock{}, err
	}
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real // one journal has one lock, whatever it is called
	}
	name := path + ".lock"
	for {
		f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o600)
		if err != nil {
			return Lock{}, fmt.Errorf("the lock of the journal: %w", err)
		}
		if err := claim(f, path); err != nil {
			return Lock{}, errors.Join(err, f.Close())
		}
		if !stands(f, name) {
			_ = f.Close() // a lock on a file that is gone locks nobody out
			continue
		}
		if err := sign(f, holder{Who: who, Since: time.Now().UTC().Truncate(time.Second), Process: os.Getpid()}); err != nil {
			return Lock{}, errors.Join(fmt.Errorf("the lock of the journal: %w", err), f.Close())
		}
		return Lock{f}, nil
	}
}

// claim asks the kernel for the lock.
func claim(f *os.File, path string) error {
	err := flock(f)
	if errors.Is(err, errHeld) {
		var h holder
		text, _ := io.ReadAll(io.LimitReader(f, 4096))
		_ = json.Unmarshal(text, &h)
		return Held{Path: path, Who: h.Who, Since: h.Since, Process: h.Process}
	}
	if err != nil {
		return fmt.Errorf("the lock of the journal %s: %w", path, err)
	}
	return nil
}

var errHeld = errors.New("held")

// stands reports whether the file still has its name.
func stands(f *os.File, name string) bool {
	mine, err := f.Stat()
	if err != nil {
		return false
	}
	there, err := os.Stat(name)
	return err == nil && os.SameFile(mine, there)
}

func sign(f *os.File, h holder) error {
	text, err := json.Marshal(h)
	if err != nil {
		return err
	}
	if err := f.Truncate(0); err != nil {
		return err
	}
	_, err = f.WriteAt(append(text, '\n'), 0)
	return err
}

// Release gives the lock back. The file stays, empty.
func (l Lock) Release() error {
	if l.file == nil {
		return nil
	}
	err := l.file.Truncate(0)
	if errors.Is(err, os.ErrClosed) {
		return nil // given back before
	}
	return errors.Join(err, unlock(l.file), l.file.Close())
}
