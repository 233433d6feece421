package junos

import (
	"fmt"
	"strings"
)

// read makes a tree of a configuration text: set lines, or braces. What the schema does not
// know is kept as it came.
func read(rule *statement, config string) (*node, error) {
	tree := newTree(rule)
	for _, line := range strings.Split(config, "\n") {
		first, _, _ := strings.Cut(strings.TrimSpace(line), " ")
		switch {
		case first == "" || strings.HasPrefix(first, "#") || strings.HasPrefix(first, "{master"):
			continue
		case first == "set" || first == "deactivate" || first == "insert" || first == "delete":
			return tree, readSets(tree, config)
		}
		break
	}
	r := bracesReader{words: lex(config)}
	if err := r.block(tree); err != nil {
		return nil, err
	}
	if r.at < len(r.words) {
		return nil, fmt.Errorf("line %d: %q has no beginning", r.words[r.at].line, r.words[r.at].text)
	}
	tree.prune()
	return tree, nil
}

func readSets(tree *node, config string) error {
	for i, line := range strings.Split(config, "\n") {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") || strings.HasPrefix(line, "{master") {
			continue
		}
		if err := loadLine(tree, line); err != nil {
			return fmt.Errorf("line %d: %q: %w", i+1, line, err)
		}
	}
	tree.prune()
	return nil
}

func loadLine(tree *node, line string) error {
	tokens := split(line)
	verb, tokens := tokens[0].text, tokens[1:]
	ways, m := spell(tree.rules(), tokens, toLoad)
	if m != nil {
		return m
	}
	switch verb {
	case "set":
		for _, w := range ways {
			tree.put(w)
		}
	case "deactivate":
		for _, w := range ways {
			_, found := tree.find(item(w))
			if len(found) == 0 {
				return fmt.Errorf("nothing to deactivate")
			}
			for _, n := range found {
				n.inactive = true
			}
		}
	default:
		return fmt.Errorf("a saved configuration has set and deactivate lines only")
	}
	return nil
}

// piece is a word, a brace or a semicolon of a text with braces.
type piece struct {
	text string
	line int
}

func lex(config string) []piece {
	var out []piece
	line := 1
	for i := 0; i < len(config); {
		switch c := config[i]; {
		case c == '\n':
			line++
			i++
		case c == ' ' || c == '\t' || c == '\r':
			i++
		case c == '#' || strings.HasPrefix(config[i:], "{master"):
			i += length(config[i:], "\n", 0)
		case strings.HasPrefix(config[i:], "/*"):
			n := length(config[i:], "*/", 2)
			out = append(out, piece{config[i : i+n], line})
			line += strings.Count(config[i:i+n], "\n")
			i += n
		case strings.IndexByte("{};[]", c) >= 0:
			out = append(out, piece{string(c), line})
			i++
		case c == '"':
			n := 1 + length(config[i+1:], `"`, 1)
			out = append(out, piece{config[i : i+n], line})
			i += n
		default:
			n := strings.IndexAny(config[i:], " \t\r\n{};[]")
			if n < 0 {
				n = len(config) - i
			}
			out = append(out, piece{config[i : i+n], line})
			i += n
		}
	}
	return out
}

// length is up to an end mark, with the mark or without.
func length(s, end string, with int) int {
	if n := strings.Index(s, end); n >= 0 {
		return n + with
	}
	return len(s)
}

type bracesReader struct {
	words []piece
	at    int
}

// block reads statements until the brace that ends it, or the end of the text.
func (r *bracesReader) block(n *node) error {
	for r.at < len(r.words) && r.words[r.at].text != "}" {
		if err := r.statement(n); err != nil {
			return err
		}
	}
	return nil
}

func (r *bracesReader) statement(n *node) error {
	var words []token
	var comment string
	inactive := false
	for ; r.at < len(r.words); r.at++ {
		w := r.words[r.at]
		switch {
		case strings.HasPrefix(w.text, "/*"):
			comment = strings.TrimSpace(strings.TrimSuffix(strings.TrimPrefix(w.text, "/*"), "*/"))
		case w.text == "inactive:":
			inactive = true
		case w.text == ";" || w.text == "{":
			r.at++
			if len(words) == 0 {
				return fmt.Errorf("line %d: a statement is missing before %q", w.line, w.text)
			}
			made, err := r.made(n, words, w)
			if err != nil {
				return err
			}
			for _, k := range made {
				k.inactive, k.comment = k.inactive || inactive, comment
			}
			return nil
		case w.text == "}":
			return fmt.Errorf("line %d: %q is not ended", w.line, strings.Join(texts(words), " "))
		default:
			words = append(words, token{text: w.text})
		}
	}
	if len(words) == 0 {
		return nil
	}
	return fmt.Errorf("the text ends inside %q", strings.Join(texts(words), " "))
}

// made puts a statement into the tree and reads what is below it.
func (r *bracesReader) made(n *node, words []token, end piece) ([]*node, error) {
	p := toLoad
	if end.text == "{" {
		p = toOpen // "filter" alone may open a block
	}
	ways, m := spell(n.rules(), words, p)
	if m != nil {
		ways = [][]step{{{words: texts(words)}}}
	}
	var made []*node
	for _, w := range ways {
		n.put(w)
		made = append(made, n.put(item(w)))
	}
	if end.text == ";" {
		return made, nil
	}
	if err := r.block(made[0]); err != nil {
		return nil, err
	}
	if r.at >= len(r.words) {
		return nil, fmt.Errorf("line %d: the block of %q has no end", end.line, strings.Join(texts(words), " "))
	}
	r.at++
	return made, nil
}
