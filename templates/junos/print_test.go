package junos

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
	"text/template"

	"op25b/acl"
)

var update = flag.Bool("update", false, "write the golden files anew")

// printed is a config for people, without line numbers: the same for both forms of one text.
func printed(c acl.Config) string {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	if c.Hostname != "" {
		line("host %s", c.Hostname)
	}
	for _, i := range c.Interfaces {
		line("interface %s", i)
	}
	for _, g := range c.Groups {
		line("prefix-list %s %s: %s%s", g.Name, g.Family, prefixText(g), doubtText(g.Unmodelled))
		noted(line, g.Place)
	}
	for _, l := range c.Lists {
		line("filter %s %s", l.Name, l.Family)
		noted(line, l.Place)
		for _, e := range l.Entries {
			line("  %s: %s%s%s", e.Label, entryText(e), map[bool]string{true: " count"}[e.Count], doubtText(e.Unmodelled))
		}
		line("  end %s", l.End)
	}
	for _, x := range c.Bindings {
		line("bind %s: %s %s%s", x.Point(), strings.Join(x.Lists, " "), x.Tail, doubtText(x.Unmodelled))
	}
	for _, r := range c.References {
		family := ""
		if r.Family != 0 {
			family = " " + r.Family.String()
		}
		line("used %s%s%s", r.Name, family, map[bool]string{true: " (" + r.Place.Why + ")"}[r.Place.Why != ""])
	}
	for _, p := range c.Unread {
		line("unread %s", p.Why)
	}
	return b.String()
}

func noted(line func(string, ...any), p acl.Place) {
	if p.Why != "" {
		line("  note %s", p.Why)
	}
}

func doubtText(why string) string {
	if why == "" {
		return ""
	}
	return " ? " + why
}

func prefixText(g acl.Group) string {
	var out []string
	for _, p := range g.Addresses.Prefixes(g.Family) {
		out = append(out, p.String())
	}
	return strings.Join(out, " ")
}

// entryText is what the entry matches and does, with its groups by name.
func entryText(e acl.Entry) string {
	doubt := e.Unmodelled
	e.Unmodelled = ""
	s := e.Spelled(func(string) bool { return true })
	if doubt != "" {
		s = "at most " + s
	}
	return s
}

// rendered is what the dialect's own template writes.
func rendered(t testing.TB, c acl.Config) string {
	t.Helper()
	text, err := render(c)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func render(c acl.Config) (string, error) {
	d := Dialect{}
	tmpl, err := template.New("acl").Option("missingkey=error").Funcs(d.Funcs()).Parse(d.Template())
	if err != nil {
		return "", err
	}
	var b bytes.Buffer
	err = tmpl.Execute(&b, c)
	return b.String(), err
}

// golden holds a text against a file.
func golden(t *testing.T, path, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs; go test -update writes it anew\ngot:\n%s\nwant:\n%s", path, got, want)
	}
}

func parsed(t testing.TB, text string) acl.Config {
	t.Helper()
	c, err := Dialect{}.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return c
}
