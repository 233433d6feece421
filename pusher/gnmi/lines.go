package gnmi

import (
	"errors"
	"fmt"
	"strings"

	"op25b/templates/yang"
)

// operation is one line of a plan.
type operation struct {
	verb  yang.Verb
	path  yang.Path
	value *node // nil for a delete
}

// readLine reads a line of a plan: `delete PATH`, or one of the other verbs with a path and an object
// in JSON. Its errors tell the path, and nothing of the value.
func readLine(line string) (operation, error) {
	word, rest, _ := strings.Cut(line, " ")
	op := operation{verb: yang.Verb(word)}
	if !op.verb.Known() {
		return operation{}, errors.New("a line begins with delete, replace, union_replace or update")
	}
	for _, r := range line {
		if r < ' ' || r > '~' {
			return operation{}, errors.New("a line has plain ASCII only")
		}
	}
	p, value, err := yang.ReadPath(rest)
	if err != nil {
		return operation{}, err
	}
	if op.path = p; p.Wild() {
		return operation{}, fmt.Errorf("%s: it may stand for several nodes, and a line is about one", p)
	}
	if op.verb == yang.Delete {
		if value != "" || strings.HasSuffix(rest, " ") {
			return operation{}, fmt.Errorf("%s: nothing follows the path of a delete", p)
		}
		return op, nil
	}
	if op.value, err = readJSON([]byte(value)); err != nil {
		return operation{}, fmt.Errorf("%s: its value is %w", p, err)
	}
	if op.value.kind != object || op.value.empty() {
		return operation{}, fmt.Errorf("%s: its value is no JSON object, or one with nothing in it", p)
	}
	return op, nil
}

// readLines reads lines, and tells which is none.
func readLines(lines []string) ([]operation, error) {
	out := make([]operation, 0, len(lines))
	for i, line := range lines {
		op, err := readLine(line)
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", i+1, err)
		}
		out = append(out, op)
	}
	return out, nil
}
