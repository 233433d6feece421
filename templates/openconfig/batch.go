package openconfig

import (
	"fmt"

	"op25b/templates/yang"
)

// Batch says why the lines of one change cannot go out as one Set, nil where they can.
func (Dialect) Batch(lines []string) error {
	var order yang.Order
	for i, line := range lines {
		verb, path, _, err := yang.ReadLine(line)
		if err != nil {
			return fmt.Errorf("line %d: %w", i+1, err)
		}
		if err := order.Take(verb, path.Canonical()); err != nil {
			return fmt.Errorf("line %d: %w", i+1, err)
		}
	}
	return nil
}
