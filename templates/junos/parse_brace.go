package junos

import (
	"fmt"
	"slices"
	"strings"
)

// braces reads brace form: statements that end in a semicolon or open a block.
func (t *tree) braces() error {
	b := bracer{tree: t, stack: []block{{statement: t.root}}}
	for _, l := range t.lines {
		b.line = l.Number
		line := l.Text
		if trimmed := strings.TrimSpace(line); b.between() && trimmed != "" && len(b.stack) == 1 && banner(trimmed) {
			continue
		}
		if why := b.read(line); why != "" {
			return failed(l.Place(why))
		}
	}
	switch top := b.stack[len(b.stack)-1]; {
	case b.remark > 0:
		return failed(t.place(b.remark, "this comment is not closed: the text is cut"))
	case b.list:
		return failed(t.place(b.line, "a list in brackets is not closed: the text is cut"))
	case len(b.tags) > 0:
		return failed(t.place(b.line, "nothing follows "+b.tags[0]+" the text is cut"))
	case len(b.stack) > 1:
		return failed(t.place(top.line, fmt.Sprintf("the block that opens here is not closed: the text is cut, or %d braces are missing", len(b.stack)-1)))
	}
	return nil
}

// block is an open brace.
type block struct {
	statement *statement
	path      []string // its words
	line      int
	deep      int // words from the root
}

// bracer is what has been read of the statement that is not finished yet.
type bracer struct {
	tree   *tree
	stack  []block
	words  []string
	values []string // of a list in brackets
	tags   []string // inactive:, replace:, protect:
	list   bool     // inside brackets
	listed bool     // after brackets
	closed bool     // nothing stands behind the last closing brace
	remark int      // the line of an open comment, 0 for none
	note   string
	line   int
}

// between reports whether no statement and no comment is open.
func (b *bracer) between() bool {
	return len(b.words) == 0 && len(b.tags) == 0 && !b.list && b.remark == 0
}

// read takes one line, or returns what is wrong with it.
func (b *bracer) read(line string) string {
	for rest := line; ; {
		rest = unblank(rest)
		if rest == "" {
			break
		}
		var why string
		switch {
		case b.remark > 0 || strings.HasPrefix(rest, "/*"):
			rest = b.comment(rest)
		case rest[0] == '#':
			if b.between() {
				b.note = strings.TrimSpace(strings.TrimLeft(rest, "#"))
			}
			rest = ""
		case strings.IndexByte("{};", rest[0]) >= 0:
			why = b.mark(rest[0])
			rest = rest[1:]
		case rest[0] == '[' && !b.list && !b.listed && len(b.words) > 0:
			b.list, rest = true, rest[1:]
		case rest[0] == ']' && b.list:
			b.list, b.listed, rest = false, true, rest[1:]
		default:
			rest, why = b.word(rest)
		}
		if why != "" {
			return why
		}
	}
	if len(b.words) > 0 && !b.list {
		return "the line ends in the middle of a statement: a semicolon or brace is missing"
	}
	return ""
}

// comment skips to the end of a comment, here or on a later line.
func (b *bracer) comment(rest string) string {
	body := rest
	if b.remark == 0 {
		b.remark, b.note, body = b.line, "", rest[2:]
	}
	text, after, closed := strings.Cut(body, "*/")
	if len(b.note) < longestNote {
		b.note = strings.TrimSpace(b.note + " " + strings.TrimSpace(text))
	}
	if !closed {
		return ""
	}
	b.remark = 0
	if b.note == "OMITTED" && b.between() && len(b.stack) > 1 {
		b.omitted()
	}
	if len(b.words) > 0 {
		b.note = ""
	}
	return after
}

// longestNote is how much of a comment is kept: one of ours is a remark.
const longestNote = 1000

// omitted notes a block that the router leaves out (apply-flags omit): /* OMITTED */.
func (b *bracer) omitted() {
	var path []string
	for _, s := range b.stack[1:] {
		path = append(path, s.path...)
	}
	if concerns(path) != never || path[0] == "groups" {
		b.tree.lost = append(b.tree.lost, b.tree.place(b.line, "the router leaves this out: fetch the text with: show configuration | display omit"))
	}
}

// word takes a word, a quoted string or a tag off the front.
func (b *bracer) word(rest string) (after, why string) {
	word, isQuoted := "", rest[0] == '"'
	if isQuoted {
		var ok bool
		if word, after, ok = unquote(rest); !ok {
			return "", "a quoted string is not closed"
		}
	} else {
		stop := " \t{};"
		if b.list {
			stop += "]"
		}
		if end := strings.IndexAny(rest, stop); end > 0 {
			word, after = rest[:end], rest[end:]
		} else {
			word = rest
		}
	}
	switch {
	case b.listed:
		return after, "words after a list in brackets"
	case b.list:
		b.values = append(b.values, word)
	case len(b.words) == 0 && !isQuoted && strings.HasSuffix(word, ":"):
		switch word {
		case "inactive:", "active:", "replace:", "protect:":
			b.tags = append(b.tags, word)
		default:
			return after, "the tag " + word + " changes a configuration; it is not a part of one"
		}
	default:
		b.words = append(b.words, word)
	}
	return after, ""
}

// mark ends a statement, opens a block or closes one.
func (b *bracer) mark(c byte) string {
	top := b.stack[len(b.stack)-1]
	switch {
	case b.list:
		return "a list in brackets is not closed"
	case c == '}':
		if len(b.words) > 0 || len(b.tags) > 0 {
			return "a block ends in the middle of a statement"
		}
		if len(b.stack) == 1 {
			return "this closes a block that is not open"
		}
		b.stack, b.note, b.closed = b.stack[:len(b.stack)-1], "", true
		return ""
	case c == ';' && b.closed && b.between(): // snmp { /* OMITTED */ };
		b.closed = false
		return ""
	case len(b.words) == 0:
		return fmt.Sprintf("no word before %q", c)
	case b.listed && len(b.values) == 0:
		return "an empty list in brackets"
	case b.listed && c == '{':
		return "a block after a list in brackets"
	case top.deep+len(b.words) >= mostDeep:
		return "the blocks are too deep"
	}
	b.closed = false
	s := b.finish(top.statement, c)
	if c == '{' {
		b.stack = append(b.stack, block{s, slices.Clone(b.words), b.line, top.deep + len(b.words)})
	}
	b.words, b.values, b.tags, b.listed, b.note = b.words[:0], nil, nil, false, ""
	return ""
}

// finish adds the statement to the tree, under its tags.
func (b *bracer) finish(under *statement, end byte) *statement {
	inactive := false
	for _, tag := range b.tags {
		switch tag {
		case "inactive:":
			inactive = true
		case "replace:":
			b.replace(under, end)
		}
	}
	s := b.tree.say(under, b.words, b.line, b.note)
	if b.values == nil {
		s.inactive = s.inactive || inactive
	}
	for _, v := range b.values {
		k := b.tree.say(s, []string{v}, b.line, "")
		k.inactive = k.inactive || inactive
	}
	return s
}

// replace forgets what was said before: of a block what is in it, of "name value;" the value.
func (b *bracer) replace(under *statement, end byte) {
	path := b.words
	if end == ';' && b.values == nil && len(path) > 1 {
		path = path[:len(path)-1]
	}
	if s := under.reach(path); s != nil {
		s.clear()
	}
}
