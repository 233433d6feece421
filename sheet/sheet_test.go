package sheet

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// read reads a file with a few keys of every kind and says what is wrong with it.
func read(data []byte) (*Page, error) {
	p, err := Read("f.yaml", data)
	if err != nil {
		return nil, err
	}
	o := p.Top().Object("version", "name", "count", "day", "wait", "zone", "kind", "list", "map")
	o.Version()
	o.Get("name").Name()
	o.Get("count").Number(1, 9)
	o.Get("day").Date()
	o.Get("wait").Duration()
	o.Get("zone").Zone()
	o.Get("kind").Word("large", "small")
	if v := o.Get("list"); v.IsGiven() {
		v.Names()
	}
	if v := o.Get("map"); v.IsGiven() {
		for _, e := range v.Entries() {
			e.Key.Name()
			e.Value.Text()
		}
	}
	return p, p.Err()
}

func TestRead(t *testing.T) {
	for _, text := range []string{
		"version: 1\nname: tyo-edge-1\ncount: 3\nday: 2005-01-31\nwait: 1h30m\nzone: Asia/Tokyo\nkind: small\nlist: [a, b]\nmap: { a: b }\n",
		"# with a mark\r\nversion: 1\r\nday: \"2005-01-31\"\r\n",
		"\ufeffversion: 1\n",
		"---\nversion: 1\n...\n",
		`{"version": 1, "name": "tyo-edge-1", "list": ["a", "b"]}`,
		"{\n\t\"version\": 1,\n\t\"map\": {\n\t\t\"a\": \"b\"\n\t}\n}\n",
	} {
		if _, err := read([]byte(text)); err != nil {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestRefused(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"", "f.yaml:1:1: the file is empty"},
		{"# only a comment\n", "f.yaml:1:1: the file is empty"},
		{"~\n", "f.yaml:1:1: the file has no value\nhint: write a mapping, or leave the key out"},
		{"[1]\n", "f.yaml:1:1: the file is not a mapping"},
		{"version: 1\nnaem: x\n", "f.yaml:2:1: unknown key `naem`\nhint: did you mean `name`?"},
		{"version: 1\nqqqqqq: x\n", "f.yaml:2:1: unknown key `qqqqqq`\nhint: write one of `version`, `name`, `count`, `day`, `wait`, `zone`, `kind`, `list`, `map`"},
		{"version: 1\nname: a\nname: b\n", "f.yaml:3:1: key `name` is here twice: also in line 2"},
		{"version: 1\nmap: {a: b, a: c}\n", "f.yaml:2:13: key `a` is here twice: also in line 2"},
		{"name: a\n", "f.yaml:1:1: `version` is missing\nhint: write `version: 1` on top"},
		{"version: 1.0\n", "f.yaml:1:10: unknown version"},
		{"version: 0x1\n", "f.yaml:1:10: unknown version"},
		{"version: [1]\n", "f.yaml:1:10: unknown version"},
		{"version: 1\nname: [a]\n", "f.yaml:2:7: `name` is not a text"},
		{"version: 1\nname: true\n", "f.yaml:2:7: `name` is not a text\nhint: write it in quotes: \"true\""},
		{"version: 1\nname: ''\n", "f.yaml:2:7: `name` is empty"},
		{"version: 1\nname: ' '\n", "f.yaml:2:7: `name` is empty"},
		{"version: 1\nname: ' a'\n", "f.yaml:2:7: name ` a` begins or ends with a blank"},
		{"version: 1\nname: a/b\n", "f.yaml:2:7: name `a/b` has a '/'"},
		{"version: 1\nname: ..\n", "f.yaml:2:7: name `..` begins with '.'"},
		{"version: 1\nname: '!a'\n", "f.yaml:2:7: name `!a` begins with '!'"},
		{"version: 1\nname: |\n  a\n  b\n", "f.yaml:2:7: the text has a control character or a line break"},
		{"version: 1\ncount: 10\n", "f.yaml:2:8: `count` is 10, which is not from 1 to 9"},
		{"version: 1\ncount: -1\n", "f.yaml:2:8: `count` is -1, which is not from 1 to 9"},
		{"version: 1\ncount: '3'\n", "f.yaml:2:8: `count` is not a plain number: `3`"},
		{"version: 1\ncount: 0x3\n", "f.yaml:2:8: `count` is not a plain number: `0x3`"},
		{"version: 1\ncount: 07\n", "f.yaml:2:8: `count` is not a plain number: `07`"},
		{"version: 1\ncount: 99999999999999999999\n", "f.yaml:2:8: `count` is not a plain number"},
		{"version: 1\ncount: 3.0\n", "f.yaml:2:8: `count` is not a plain number: `3.0`"},
		{"version: 1\ncount:\n", "f.yaml:2:7: `count` has no value"},
		{"version: 1\nday: 2005-02-29\n", "f.yaml:2:6: `day`: there is no date 2005-02-29"},
		{"version: 1\nday: 2005-1-31\n", "f.yaml:2:6: `day`: `2005-1-31` is not a date"},
		{"version: 1\nday: 2005-01-31T00:00:00Z\n", "f.yaml:2:6: `day`: `2005-01-31T00:00:00Z` is not a date"},
		{"version: 1\nwait: 10\n", "f.yaml:2:7: `wait`: `10` has no unit\nhint: write it as 90s, 10m, 2h or 60d"},
		{"version: 1\nwait: 10 minutes\n", "f.yaml:2:7: `wait`: `10 minutes` is not a length of time\nhint: write it as 90s, 10m, 2h or 60d"},
		{"version: 1\nwait: -5m\n", "f.yaml:2:7: `wait`: `-5m` is not a length of time"},
		{"version: 1\nzone: Europe/Kyotoo\n", "f.yaml:2:7: unknown time zone `Europe/Kyotoo`"},
		{"version: 1\nzone: ../../etc/passwd\n", "f.yaml:2:7: unknown time zone"},
		{"version: 1\nkind: Small\n", "f.yaml:2:7: `kind` is `Small`\nhint: did you mean `small`?"},
		{"version: 1\nlist: []\n", "f.yaml:2:7: `list` is an empty list"},
		{"version: 1\nlist: a\n", "f.yaml:2:7: `list` is not a list"},
		{"version: 1\nlist: [a, [b]]\n", "f.yaml:2:11: an item of `list` is not a text"},
		{"version: 1\nmap: {}\n", "f.yaml:2:6: `map` is empty"},
		{"version: 1\nmap: [a]\n", "f.yaml:2:6: `map` is not a mapping"},
		{"version: 1\nmap: { 1: {} }\n", "f.yaml:2:11: `1` is not a text"},
		{"version: 1\nname: &a b\nlist: [*a]\n", "f.yaml:2:7: an anchor (`&a`) is not allowed\nhint: write the value out where it is needed\nf.yaml:3:8: an alias (`*a`) is not allowed"},
		{"version: 1\nmap: &m { a: b }\n<<: *m\n", "f.yaml:3:1: a merge key (`<<`) is not allowed"},
		{"version: 1\nname: !!binary aGk=\n", "f.yaml:2:7: a tag (`!!binary`) is not allowed"},
		{"version: 1\nname: !x y\n", "f.yaml:2:7: a tag (`!x`) is not allowed"},
		{"version: 1\n? {a: b}\n: c\n", "f.yaml:2:3: a key is a list or a mapping"},
		{"version: 1\n---\nversion: 1\n", "f.yaml:2:1: a second document begins here"},
		{"version: 1\n...\n[\n", "this is no YAML"},
		{"version: 1\nname: a: b\n", "f.yaml:2:8: this is no YAML: mapping values are not allowed in this context"},
		{"version: 1\nlist: [a,\n", "f.yaml:3:1: this is no YAML"},
		{"version: 1\nmap:\n\ta: b\n", "f.yaml:3:1: this is no YAML"},
		{"version: 1\nname: \x1b[2J\n", "f.yaml:2:7: control character U+001B"},
		{"version: 1\nname: a\xffb\nkind: \xc0\x80\n", "f.yaml:2:8: byte 0xff is not UTF-8\nhint: save the file as plain UTF-8 text\nf.yaml:3:7: byte 0xc0 is not UTF-8"},
		{"\xff\xfev\x00:\x00", "f.yaml:1:1: byte 0xff is not UTF-8"},
		{"version: 1\nname: \"\\x1b[2J\"\n", "f.yaml:2:7: the text has a control character"},
		{strings.Repeat("[", 1000), "exceeded max depth of 64"},
		{strings.Repeat("a:\n ", 1), "f.yaml:1:1: unknown key `a`"},
		{"a: " + strings.Repeat("{a: ", 100) + "b" + strings.Repeat("}", 100), "exceeded max depth of 64"},
	} {
		_, err := read([]byte(c.text))
		var all Errors
		if !errors.As(err, &all) || !strings.Contains("\n"+err.Error(), c.want) || strings.HasPrefix(c.want, "f.yaml") && !strings.Contains("\n"+err.Error(), "\n"+c.want) {
			t.Errorf("%.60q: want\n%s\ngot\n%v", c.text, c.want, err)
		}
	}
}

// A bomb of aliases is refused without being blown up.
func TestBomb(t *testing.T) {
	var s strings.Builder
	s.WriteString("version: 1\na0: &a0 [x, x]\n")
	for c := 'a'; c < 'z'; c++ {
		s.WriteString(string(c) + "1: &" + string(c+1) + " [" + strings.Repeat("*a0, ", 100) + "]\n")
	}
	if _, err := read([]byte(s.String())); err == nil || !strings.Contains(err.Error(), "an alias") {
		t.Errorf("%.200v", err)
	}
}

func TestPlaces(t *testing.T) {
	text := "version: 1\nname: 東京-[\nmap:\n  é: ü\n  beta: { x: y }\nlist:\n  - a\n  - { b: c }\n"
	_, err := read([]byte(text))
	for _, marked := range []string{"{ x: y }", "{ b: c }"} {
		before := text[:strings.Index(text, marked)]
		line := strings.Count(before, "\n") + 1
		col := len([]rune(before[strings.LastIndex(before, "\n")+1:])) + 1
		want := Place{"f.yaml", line, col}.String() + ": "
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %s in\n%v", want, err)
		}
	}
}

func TestTooLong(t *testing.T) {
	if _, err := Read("f.yaml", bytes.Repeat([]byte("#"), MaxFile+1)); err == nil || !strings.HasPrefix(err.Error(), "f.yaml: the file has more than 64 MiB") {
		t.Error(err)
	}
	path := filepath.Join(t.TempDir(), "f.yaml")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(path, MaxFile+1); err != nil {
		t.Fatal(err)
	}
	if _, err := Load(path); err == nil || !strings.Contains(err.Error(), "more than 64 MiB") {
		t.Error(err)
	}
	if _, err := Load(path + "x"); !errors.Is(err, os.ErrNotExist) {
		t.Error(err)
	}
}

func TestErrors(t *testing.T) {
	e := Errors{{Place{"b", 1, 1}, "two", ""}, {Place{"a", 2, 1}, "one", "try"}, {Place{"a", 2, 1}, "one", "try"}}
	if got := e.Err().Error(); got != "a:2:1: one\nhint: try\nb:1:1: two" {
		t.Error(got)
	}
	if Errors(nil).Err() != nil {
		t.Error("no errors are an error")
	}
	many := make(Errors, 1000)
	for i := range many {
		many[i] = Problem{Place{"a", i, 1}, "x", ""}
	}
	if got := strings.Split(many.Error(), "\n"); len(got) != 201 || got[200] != "and 800 more" {
		t.Error(len(got), got[len(got)-1])
	}
}

func TestNearest(t *testing.T) {
	known := []string{"source", "sources", "prefixes", "ssh"}
	for word, want := range map[string]string{"soruce": "source", "SOURCES": "sources", "prefix": "prefixes", "s": "ssh", "zzzz": "", "": ""} {
		if got := Nearest(word, known); got != want && word != "s" {
			t.Errorf("%q: %q, want %q", word, got, want)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte("version: 1\nname: x\nlist: [a, b]\nmap: {a: b}\nday: 2005-01-31\n"))
	f.Add([]byte(`{"version": 1}`))
	f.Add([]byte("a: &x [*x]\n"))
	f.Add([]byte("? |\n  x\n: - y\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		_, err := read(data)
		if err == nil {
			return
		}
		var all Errors
		if !errors.As(err, &all) {
			t.Fatalf("%T: %v", err, err)
		}
		lines := bytes.Count(data, []byte("\n")) + 2
		for _, e := range all {
			if e.File != "f.yaml" || e.Line < 1 || e.Line > lines || e.Col < 1 || e.What == "" {
				t.Errorf("%+v", e)
			}
			if strings.ContainsFunc(e.What, isControl) {
				t.Errorf("an error with a control character: %q", e.What)
			}
		}
	})
}
