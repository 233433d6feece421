// Package renderer is a config in the device's own words, and read back.
package renderer

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/template"

	"github.com/Masterminds/sprig/v3"

	"op25b/acl"
	"op25b/templates"
)

// Renderer writes configs by the dialects' templates, or by the workspace's own.
type Renderer struct {
	dialect  templates.Dialect
	template *template.Template
	source   string
	plain    *template.Template // the dialect's own, where the workspace's took its place
}

// sprigWords are the functions of sprig that a template may use: those that depend on
// nothing but their arguments and that a list of lines can need.
func sprigWords() []string {
	return []string{"default", "join", "lower", "upper", "repeat", "replace", "trim", "indent", "list", "dict", "add", "int"}
}

// File is where a workspace may keep a template of its own for a dialect, relative to its folder.
func File(dialect string) string { return filepath.Join("templates", dialect, "acl.tmpl") }

// New makes the renderer of a dialect. A template in the workspace takes the place of the
// dialect's own; workspace "" has none.
func New(d templates.Dialect, workspace string) (Renderer, error) {
	plain, err := parsed(d, d.Name()+"/acl.tmpl", d.Template())
	if err != nil || workspace == "" {
		return Renderer{d, plain, d.Template(), nil}, err
	}
	path := filepath.Join(workspace, File(d.Name()))
	own, err := os.ReadFile(path)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return Renderer{d, plain, d.Template(), nil}, nil
	case err != nil:
		return Renderer{}, err
	}
	t, err := parsed(d, path, string(own))
	return Renderer{d, t, string(own), plain}, err
}

func parsed(d templates.Dialect, name, source string) (*template.Template, error) {
	all, some := sprig.HermeticTxtFuncMap(), template.FuncMap{}
	for _, word := range sprigWords() {
		some[word] = all[word]
	}
	t, err := template.New(name).Option("missingkey=error").Funcs(some).Funcs(d.Funcs()).Parse(source)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return t, nil
}

// Dialect is the dialect that the renderer writes.
func (r Renderer) Dialect() templates.Dialect { return r.dialect }

// Fitted is the renderer for one model of device.
func (r Renderer) Fitted(m templates.Model) Renderer {
	d := templates.Fitted(r.dialect, m)
	if d == r.dialect {
		return r
	}
	r.dialect = d
	r.template = spoken(r.template, r.dialect)
	r.plain = spoken(r.plain, r.dialect)
	return r
}

// spoken is a template with the words of a dialect in place of those that it was parsed with.
func spoken(t *template.Template, d templates.Dialect) *template.Template {
	if t == nil {
		return nil
	}
	own, err := t.Clone()
	if err != nil {
		return t // only one that was carried out as HTML cannot be cloned
	}
	return own.Funcs(d.Funcs())
}

// Source is the template's text, for the plan's digest.
func (r Renderer) Source() string { return r.source }

// Text is a config and the two ways to see it: as it is written, and as a reader of what is
// written understands it.
type Text struct {
	Text string
	Back acl.Config
}

// Render writes a laid config and reads it back. That the text says what was meant, name by
// name and entry by entry, is part of it: a template that loses or changes a line is an error.
func (r Renderer) Render(laid acl.Config) (Text, error) {
	text, err := r.Write(laid)
	if err != nil {
		return Text{}, err
	}
	back, err := r.dialect.Parse(text)
	if err != nil {
		return Text{}, fmt.Errorf("the rendered text cannot be read back: %w", err)
	}
	if err := same(laid, back); err != nil {
		return Text{}, fmt.Errorf("the rendered text does not say what was meant: %w", err)
	}
	if err := r.onlyThat(laid, text, back); err != nil {
		return Text{}, fmt.Errorf("the rendered text says more than what was meant: %w", err)
	}
	return Text{text, reasoned(back, laid)}, nil
}

// reasoned gives the entries that were read back the reasons of those that were written: not
// every router keeps a remark.
func reasoned(back, laid acl.Config) acl.Config {
	why := make(map[string][]acl.Entry, len(laid.Lists))
	for _, l := range laid.Lists {
		why[l.Family.String()+l.Name] = l.Entries
	}
	for i, l := range back.Lists {
		from, n := why[l.Family.String()+l.Name], 0
		entries := slices.Clone(l.Entries)
		for j := range entries {
			if !entries[j].Implied && n < len(from) {
				entries[j].Why = from[n].Why
				n++
			}
		}
		back.Lists[i].Entries = entries
	}
	return back
}

// Write writes a config without reading it back.
func (r Renderer) Write(laid acl.Config) (string, error) { return written(r.template, laid) }

func written(t *template.Template, laid acl.Config) (string, error) {
	var b bytes.Buffer
	if err := t.Execute(&b, laid); err != nil {
		return "", err
	}
	return b.String(), nil
}

// Lines are the lines of a part of a config as they are sent. What a template of the workspace
// writes is read back here too: it may write a part otherwise than the whole.
func (r Renderer) Lines(part acl.Config) ([]string, error) {
	if r.plain == nil {
		text, err := r.Write(part)
		return r.dialect.Lines(text), err
	}
	text, err := r.Render(part)
	return r.dialect.Lines(text.Text), err
}

// same holds a laid config against what was read back.
func same(laid, back acl.Config) error {
	for _, g := range laid.Groups {
		if got, there := back.Group(g.Family, g.Name); !there || !got.Addresses.Equal(g.Addresses) {
			return fmt.Errorf("group %s is not read back as it was meant", g.Name)
		}
	}
	if len(back.Groups) != len(laid.Groups) || len(back.Lists) != len(laid.Lists) {
		return fmt.Errorf("%d lists and %d groups were meant, %d and %d are read back",
			len(laid.Lists), len(laid.Groups), len(back.Lists), len(back.Groups))
	}
	byName := make(map[string]acl.List, len(back.Lists))
	for _, l := range back.Lists {
		byName[l.Family.String()+l.Name] = l
	}
	for _, l := range laid.Lists {
		if err := sameList(l, byName[l.Family.String()+l.Name]); err != nil {
			return fmt.Errorf("list %s: %w", l.Name, err)
		}
	}
	for _, b := range laid.Bindings {
		got := back.Binding(b.Point())
		if !slices.Equal(got.Lists, b.Lists) || !slices.Equal(strings.Fields(got.Tail), strings.Fields(b.Tail)) || got.Unmodelled != "" {
			return fmt.Errorf("%s is bound to %q, read back as %q", b.Point(), strings.TrimSpace(strings.Join(b.Lists, " ")+" "+b.Tail),
				strings.TrimSpace(strings.Join(got.Lists, " ")+" "+got.Tail+" "+got.Unmodelled))
		}
	}
	if len(back.Bindings) > len(laid.Bindings) {
		return fmt.Errorf("%d bindings were meant, %d are read back", len(laid.Bindings), len(back.Bindings))
	}
	return nil
}

func sameList(meant, got acl.List) error {
	written := 0
	for _, e := range got.Entries {
		if e.Implied {
			continue
		}
		if written == len(meant.Entries) {
			return fmt.Errorf("has %q besides what was meant", e.Place.Text)
		}
		want := meant.Entries[written]
		if e.Unmodelled != "" || e.Action != want.Action || e.Log != want.Log || !e.Match.Equal(want.Match) {
			return fmt.Errorf("entry %d was meant as %q, %q is read back as %q", written+1, want, e.Place.Text, e)
		}
		written++
	}
	if written < len(meant.Entries) {
		return fmt.Errorf("%q is missing", meant.Entries[written])
	}
	return nil
}
