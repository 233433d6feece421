package openconfig

import (
	"fmt"
	"strings"

	"op25b/templates/yang"
)

// Batch says why the lines of one change cannot go out as one Set, nil where they can.
func (Dialect) Batch(lines []string) error {
	var order yang.Order
	for i, line := range lines {
		word, rest, _ := strings.Cut(line, " ")
		verb := yang.Verb(word)
		path, _, err := yang.ReadPath(rest)
		switch {
		case !verb.Known():
			return fmt.Errorf("line %d: neither delete, replace, union_replace nor update", i+1)
		case err != nil:
			return fmt.Errorf("line %d: %w", i+1, err)
		case path.Wild():
			return fmt.Errorf("line %d: the path may stand for several nodes, and a line is about one", i+1)
		}
		if err := order.Take(verb, path.Canonical()); err != nil {
			return fmt.Errorf("line %d: %w", i+1, err)
		}
	}
	return nil
}
