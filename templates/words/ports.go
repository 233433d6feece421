package words

import (
	"strconv"
)

func itoa(n int) string { return strconv.Itoa(n) }

// Names are the words that a dialect has for numbers: smtp 25.
type Names map[string]uint16

// Number reads a port or protocol, given as number or name.
func (n Names) Number(word string) (uint16, bool) {
	if v, known := n[word]; known {
		return v, true
	}
	v, err := strconv.ParseUint(word, 10, 16)
	return uint16(v), err == nil
}
