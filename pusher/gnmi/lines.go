package gnmi

import (
	"fmt"

	"op25b/templates/yang"
)

// operation is one line of a plan.
type operation struct {
	verb  yang.Verb
	path  yang.Path
	value *node // nil for a delete
}

// readLine reads a line of a plan, whose value is an object in JSON.
func readLine(line string) (operation, error) {
	v, p, value, err := yang.ReadLine(line)
	op := operation{verb: v, path: p}
	if err != nil || v == yang.Delete {
		return op, err
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
