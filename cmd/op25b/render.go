package main

import (
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"op25b/planner"
)

func newRender(g *globals) *cobra.Command {
	var dir string
	c := &cobra.Command{
		Use: "render [DEVICE...]", Short: "the text that each router is to hold",
		Long: `render prints what an otherwise empty router needs to mean the policy: groups, lists and
bindings. Each text is read back and proved before it is printed. With -o it writes
DIR/<device>.cfg, one file for every selected device, also where nothing is in force.`,
		RunE: func(_ *cobra.Command, names []string) error {
			if err := g.formats("text", "json"); err != nil {
				return err
			}
			ws, err := g.workspace(names)
			if err != nil {
				return err
			}
			texts, err := ws.texts()
			if err != nil {
				return err
			}
			if dir != "" {
				return writeTexts(dir, texts)
			}
			return g.printTexts(texts)
		},
	}
	c.Flags().StringVarP(&dir, "output", "o", "", "write DIR/<device>.cfg")
	return c
}

// named is a device's name and a text of it.
type named struct {
	Device  string `json:"device"`
	Text    string `json:"text"`
	dialect string
}

// texts renders every selected device; what stands in the way of any is told at once.
func (ws workspace) texts() ([]named, error) {
	var out []named
	var failures []error
	for _, device := range ws.devices {
		text, err := ws.desk.Text(device)
		if err != nil {
			failures = append(failures, planner.Failed{Device: device.Name, Err: err})
			continue
		}
		out = append(out, named{device.Name, text.Text, device.Dialect})
	}
	return out, errors.Join(failures...)
}

func (g *globals) printTexts(texts []named) error {
	if g.format == "json" {
		return g.voice.json(texts)
	}
	for i, t := range texts {
		if len(texts) > 1 {
			if i > 0 {
				g.voice.printf("\n")
			}
			g.voice.printf("%s\n", g.voice.paint(bold, comment(t.dialect)+" ---- "+t.Device+" ----"))
		}
		g.voice.printf("%s", t.Text)
	}
	return nil
}

// writeTexts writes all files or says which one it could not write; a file is whole or as it was.
func writeTexts(dir string, texts []named) error {
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return err
	}
	for _, t := range texts {
		if err := writeWhole(filepath.Join(dir, t.Device+".cfg"), []byte(t.Text)); err != nil {
			return err
		}
	}
	return nil
}

// writeWhole writes a file beside its place and moves it there; who may read it is for the
// umask to say.
func writeWhole(path string, content []byte) error {
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return fmt.Errorf("%s is a folder, not a file", path)
	}
	beside := filepath.Join(filepath.Dir(path), fmt.Sprintf(".%s.%x", filepath.Base(path), rand.Uint64()))
	f, err := os.OpenFile(beside, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return fmt.Errorf("%s: %w", path, reason(err))
	}
	defer os.Remove(beside)
	_, err = f.Write(content)
	if err = errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("%s: %w", path, reason(err))
	}
	if err := os.Rename(beside, path); err != nil {
		return fmt.Errorf("%s: %w", path, reason(err))
	}
	return nil
}

// reason is what the system says, without the name of the file that was on its way.
func reason(err error) error {
	var path *fs.PathError
	var link *os.LinkError
	switch {
	case errors.As(err, &path):
		return path.Err
	case errors.As(err, &link):
		return link.Err
	}
	return err
}
