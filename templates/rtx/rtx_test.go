package rtx

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"text/template"

	"op25b/acl"
)

// write renders a config by the dialect's own template.
func write(t testing.TB, c acl.Config) string {
	t.Helper()
	return execute(t, ownTemplate(t), c)
}

func ownTemplate(t testing.TB) *template.Template {
	t.Helper()
	d := Dialect{}
	parsed, err := template.New("acl.tmpl").Option("missingkey=error").Funcs(d.Funcs()).Parse(d.Template())
	if err != nil {
		t.Fatal(err)
	}
	return parsed
}

func execute(t testing.TB, parsed *template.Template, c acl.Config) string {
	t.Helper()
	var b bytes.Buffer
	if err := parsed.Execute(&b, c); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func read(t testing.TB, text string) acl.Config {
	t.Helper()
	c, err := Dialect{}.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func file(t testing.TB, name string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// state is what a config says, as lines for people.
func state(c acl.Config) string {
	var s strings.Builder
	if c.Hostname != "" {
		s.WriteString("hostname " + c.Hostname + "\n")
	}
	if len(c.Interfaces) > 0 {
		s.WriteString("interfaces " + strings.Join(c.Interfaces, ", ") + "\n")
	}
	for _, l := range c.Lists {
		for _, e := range l.Entries {
			s.WriteString("filter " + l.Family.String() + " " + l.Name + ": " + e.String())
			if e.Unmodelled != "" {
				s.WriteString("  (" + e.Unmodelled + "; at most " + e.Match.String() + ")")
			}
			if w := e.Why.String(); w != "" {
				s.WriteString("  # " + w)
			}
			s.WriteString("\n")
		}
	}
	for _, b := range c.Bindings {
		s.WriteString("bind " + b.Point().String() + ": " + strings.Join(append(b.Lists, b.Tail), " "))
		if b.Unmodelled != "" {
			s.WriteString("  (" + b.Unmodelled + ")")
		}
		if b.Place.Why != "" {
			s.WriteString("  (" + b.Place.Why + ")")
		}
		s.WriteString("\n")
	}
	for _, r := range c.References {
		s.WriteString("used " + r.Family.String() + " " + r.Name + " by " + strings.TrimSpace(r.Place.Text) + "\n")
	}
	for _, p := range c.Unread {
		s.WriteString("unread " + strings.TrimSpace(p.Text) + "  (" + p.Why + ")\n")
	}
	return s.String()
}

// same reports the first line in which two states differ.
func same(t testing.TB, got, want string) {
	t.Helper()
	g, w := strings.Split(strings.TrimSpace(got), "\n"), strings.Split(strings.TrimSpace(want), "\n")
	for i := range max(len(g), len(w)) {
		a, b := "", ""
		if i < len(g) {
			a = strings.TrimRight(g[i], " ")
		}
		if i < len(w) {
			b = strings.TrimRight(w[i], " ")
		}
		if a != b {
			t.Fatalf("line %d:\n got  %s\n want %s\nall of it:\n%s", i+1, a, b, got)
		}
	}
}

// TestStories reads every testdata/NAME.cfg and holds what it says against NAME.want.
func TestStories(t *testing.T) {
	texts, err := filepath.Glob("testdata/*.cfg")
	if err != nil || len(texts) == 0 {
		t.Fatal("no stories in testdata", err)
	}
	for _, path := range texts {
		name := strings.TrimSuffix(filepath.Base(path), ".cfg")
		t.Run(name, func(t *testing.T) {
			same(t, state(read(t, file(t, name+".cfg"))), file(t, name+".want"))
		})
	}
}

// TestShortened: what the router takes in shortened words is not passed over.
func TestShortened(t *testing.T) {
	for line, want := range map[string]int{
		"ip lan2 sec fil out 2":                       1,
		"ip lan2 secure fil out 2":                    1,
		"no ip lan2 sec filter out":                   1,
		"ipv6 lan2 sec f out 2":                       1,
		"ip fil 1 pass * *":                           1,
		"pp sel 2":                                    1,
		"tunnel se 1":                                 1,
		"clear conf":                                  1,
		"ip lan2 secure filter out 2":                 0,
		"ip filter 2 pass * *":                        0,
		"ip lan2 secondary address 1.2.3.4":           0,
		"ip forward filter 1 1 gateway pp 1 filter 2": 0,
		"pp select 1":                                 0,
		"pp always-on":                                0,
	} {
		if c := read(t, "ip filter 1 reject * *\nip lan2 secure filter out 1\n"+line+"\n"); len(c.Unread) != want {
			t.Errorf("%s: %v", line, c.Unread)
		}
	}
}
