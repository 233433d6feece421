// Package golden is stories that a network engineer can read: policy, inventory, running
// configs, expected configs and plans as plain files; and the comparison with such files.
package golden

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
)

// Files are the wanted files of a golden folder: their content by slashed path.
type Files map[string]string

// Difference is one file that is not as wanted. Missing and Stray files have one side only.
type Difference struct {
	Path      string
	Got, Want string // Got is what stands in the folder
	State     State
}

// State says how a file differs.
type State string

// The states.
const (
	Changed State = "differs"
	Missing State = "is missing"
	Stray   State = "is not wanted"
)

// Compare holds a folder against the wanted files. Only .cfg files count.
func Compare(dir string, wanted Files) ([]Difference, error) {
	there, err := read(dir)
	if err != nil {
		return nil, err
	}
	var out []Difference
	for _, path := range paths(wanted, there) {
		want, isWanted := wanted[path]
		got, isThere := there[path]
		switch {
		case !isThere:
			out = append(out, Difference{path, "", want, Missing})
		case !isWanted:
			out = append(out, Difference{path, got, "", Stray})
		case got != want:
			out = append(out, Difference{path, got, want, Changed})
		}
	}
	return out, nil
}

// Update makes the folder hold exactly the wanted files; other kinds of files stay.
func Update(dir string, wanted Files) error {
	differences, err := Compare(dir, wanted)
	if err != nil {
		return err
	}
	for _, d := range differences {
		path := filepath.Join(dir, filepath.FromSlash(d.Path))
		if d.State == Stray {
			err = os.Remove(path)
		} else if err = os.MkdirAll(filepath.Dir(path), 0o777); err == nil {
			err = os.WriteFile(path, []byte(d.Want), 0o666)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func read(dir string) (Files, error) {
	out := Files{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) && path == dir {
			return fs.SkipAll
		}
		if err != nil || d.IsDir() || filepath.Ext(path) != ".cfg" {
			return err
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		name, err := filepath.Rel(dir, path)
		out[filepath.ToSlash(name)] = string(content)
		return err
	})
	return out, err
}

func paths(a, b Files) []string {
	var out []string
	for path := range a {
		out = append(out, path)
	}
	for path := range b {
		if _, both := a[path]; !both {
			out = append(out, path)
		}
	}
	slices.Sort(out)
	return out
}
