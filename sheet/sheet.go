// Package sheet is a YAML file read strictly, each value with its place.
//
// JSON is valid too. What YAML has beyond plain values, lists and mappings (anchors,
// aliases, merge keys, tags, several documents) is refused: a policy must read the same
// to everybody. Whatever is wrong is noted in the page, and all of it comes out at once.
package sheet

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"unicode"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
	"go.yaml.in/yaml/v4/plugin/loaderlimits"
)

// MaxFile is the longest file that is read, in bytes.
const MaxFile = 64 << 20

// MaxDepth is how deep lists and mappings may be nested; ours need seven.
const MaxDepth = 64

// Page is one file and what is wrong with it.
type Page struct {
	File     string
	Bytes    []byte
	top      *yaml.Node
	errors   Errors
	warnings Warnings
}

// Load reads a file. The error is about a file that is no YAML at all, or cannot be
// opened; everything else is noted in the page.
func Load(path string) (*Page, error) {
	data, err := ReadFile(path)
	if err != nil {
		return nil, err
	}
	return Read(path, data)
}

// ReadFile is the bytes of a file of at most MaxFile.
func ReadFile(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return ReadBytes(path, f)
}

// ReadBytes is the bytes of an open file of at most MaxFile.
func ReadBytes(name string, r io.Reader) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(r, MaxFile+1))
	if err != nil {
		return nil, err
	}
	if len(data) > MaxFile {
		return nil, Errors{{Place{File: name}, fmt.Sprintf("the file has more than %d MiB", MaxFile>>20), "split it, or put long lists of prefixes into a pool file"}}
	}
	return data, nil
}

// Read reads the bytes of a file. The error is about bytes that are no YAML at all.
func Read(file string, data []byte) (*Page, error) {
	p := &Page{File: file, Bytes: data}
	if len(data) > MaxFile {
		_, err := ReadBytes(file, bytes.NewReader(data))
		return nil, err
	}
	if found := Characters(file, data); len(found) > 0 {
		return nil, found.Err()
	}
	if bytes.IndexByte(data, '\t') >= 0 && json.Valid(data) {
		data = bytes.ReplaceAll(data, []byte("\t"), []byte(" ")) // YAML takes no tabs as indentation, JSON does; columns stay
	}
	loader, err := yaml.NewLoader(bytes.NewReader(data), yaml.WithPlugin(loaderlimits.New(loaderlimits.DepthValue(MaxDepth))))
	if err != nil {
		return nil, err
	}
	var document, second yaml.Node
	if err := loader.Load(&document); err == io.EOF || err == nil && isBlank(document) {
		return nil, Errors{{Place{file, 1, 1}, "the file is empty", ""}}
	} else if err != nil {
		return nil, syntax(file, err)
	}
	if err := loader.Load(&second); err == nil {
		return nil, Errors{{Place{file, second.Line, second.Column}, "a second document begins here", "one file is one document: take the `---` line out"}}
	} else if err != io.EOF {
		return nil, syntax(file, err)
	}
	p.top = document.Content[0]
	p.walk(p.top)
	return p, nil
}

func isBlank(document yaml.Node) bool {
	return len(document.Content) == 0 || document.Content[0].Tag == "!!null" && document.Content[0].Value == ""
}

// syntax is what the YAML reader says, in our words.
func syntax(file string, err error) error {
	var load *yaml.LoadError
	if !errors.As(err, &load) {
		return Errors{{Place{File: file}, err.Error(), ""}}
	}
	at := load.Mark
	if at.Line == 0 {
		at = load.ContextMark
	}
	return Errors{{Place{file, max(1, at.Line), max(1, at.Column)}, "this is no YAML: " + strings.ToLower(load.Message), ""}}
}

// Characters are the places of bytes that no file of ours has: invalid UTF-8 and control
// characters other than tab and line ends. At most one of each line is given.
func Characters(file string, data []byte) Errors {
	var out Errors
	for number := 1; len(data) > 0; number++ {
		line, rest, _ := bytes.Cut(data, []byte("\n"))
		line = bytes.TrimSuffix(line, []byte("\r"))
		if number == 1 {
			line = bytes.TrimPrefix(line, []byte("\ufeff"))
		}
		if col, what := badCharacter(line); what != "" {
			out = append(out, Problem{Place{file, number, col}, what, "save the file as plain UTF-8 text"})
		}
		data = rest
	}
	return out
}

func badCharacter(line []byte) (int, string) {
	for col := 1; len(line) > 0; col++ {
		r, size := utf8.DecodeRune(line)
		if r == utf8.RuneError && size == 1 {
			return col, fmt.Sprintf("byte %#02x is not UTF-8", line[0])
		}
		if r != '\t' && isControl(r) {
			return col, fmt.Sprintf("control character %U", r)
		}
		line = line[size:]
	}
	return 0, ""
}

// isControl tells what moves a cursor, hides or reorders text.
func isControl(r rune) bool {
	return unicode.IsControl(r) || unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp)
}

// walk notes what YAML has and a file of ours must not have.
func (p *Page) walk(n *yaml.Node) {
	at := Place{p.File, n.Line, n.Column}
	switch {
	case n.Kind == yaml.AliasNode:
		p.Refuse(at, "an alias (`*"+n.Value+"`) is not allowed", "write the value out")
		return
	case n.Anchor != "":
		p.Refuse(at, "an anchor (`&"+n.Anchor+"`) is not allowed", "write the value out where it is needed")
	case n.Style&yaml.TaggedStyle != 0:
		p.Refuse(at, "a tag ("+Quote(n.Tag)+") is not allowed", "write the value without it; quotes make it a text")
	case n.Kind == yaml.ScalarNode && strings.ContainsFunc(n.Value, isControl):
		p.Refuse(at, "the text has a control character or a line break", "write it as plain text on one line")
	}
	if n.Kind == yaml.MappingNode {
		p.keys(n)
	}
	for _, c := range n.Content {
		p.walk(c)
	}
}

// keys notes merge keys, keys that are no text, and keys that are there twice.
func (p *Page) keys(n *yaml.Node) {
	first := map[string]int{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		k := n.Content[i]
		at := Place{p.File, k.Line, k.Column}
		switch {
		case k.Kind == yaml.AliasNode:
		case k.Kind != yaml.ScalarNode:
			p.Refuse(at, "a key is a list or a mapping", "a key is one word")
		case k.Tag == "!!merge":
			p.Refuse(at, "a merge key (`<<`) is not allowed", "write the values out")
		case first[k.Value] != 0:
			p.Refuse(at, fmt.Sprintf("key %s is here twice: also in line %d", Quote(k.Value), first[k.Value]), "")
		default:
			first[k.Value] = k.Line
		}
	}
}

// Top is the value that the file holds.
func (p *Page) Top() Value { return Value{p.top, "the file", p} }

// Refuse notes something that is wrong.
func (p *Page) Refuse(at Place, what, hint string) {
	p.errors = append(p.errors, Problem{at, what, hint})
}

// Warn notes something that may be wrong.
func (p *Page) Warn(at Place, what, hint string) {
	p.warnings = append(p.warnings, Problem{at, what, hint})
}

// Err is everything that is wrong, as Errors, else nil.
func (p *Page) Err() error { return p.errors.Err() }

// Warnings is what may be wrong, in the order of the places.
func (p *Page) Warnings() Warnings { return p.warnings.Sorted() }
