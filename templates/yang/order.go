package yang

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Verb is what a Set does at a path.
type Verb string

// The verbs, in the order in which a device carries them out within one Set.
// [gNMI specification 3.4.3]
const (
	Delete  Verb = "delete"
	Union   Verb = "union_replace"
	Replace Verb = "replace"
	Update  Verb = "update"
)

// known reports whether it is one of the verbs.
func (v Verb) known() bool { return v == Delete || v == Union || v == Replace || v == Update }

// ReadLine reads a line of a plan: `delete PATH`, or one of the other verbs with a path and a value.
// Its errors tell the path, and nothing of the value.
func ReadLine(line string) (v Verb, p Path, value string, err error) {
	word, rest, _ := strings.Cut(line, " ")
	if v = Verb(word); !v.known() {
		return "", nil, "", errors.New("neither delete, replace, union_replace nor update")
	}
	for _, r := range line {
		if r < ' ' || r > '~' {
			return "", nil, "", errors.New("a line has plain ASCII only")
		}
	}
	p, value, err = ReadPath(rest)
	switch {
	case err != nil:
		return "", nil, "", err
	case p.Wild():
		return "", nil, "", fmt.Errorf("%s: it may stand for several nodes, and a line is about one", p)
	case v == Delete && (value != "" || strings.HasSuffix(line, " ")):
		return "", nil, "", fmt.Errorf("%s: a delete has no value", p)
	}
	return v, p, value, nil
}

// ErrOrder says that a device would carry lines out in another order than that in which they stand.
var ErrOrder = errors.New("a device deletes first, replaces then and updates last, so these lines do not go out as one Set")

// Order finds out whether lines mean in one Set what they mean one after the other: no line may
// delete or replace at, above or below a path that a line before it writes. An update may stand
// behind anything.
type Order struct {
	written Forest[struct{}]
	paths   []Path // of the lines so far, nil for a delete
}

// Take puts a line behind those before it; its path is canonical. The error wraps ErrOrder.
func (o *Order) Take(v Verb, p Path) error {
	if v != Update && o.written.Overlaps(p) {
		first := slices.IndexFunc(o.paths, func(q Path) bool { return q != nil && q.Meets(p) })
		return fmt.Errorf("%s of what line %d writes: %w", v, first+1, ErrOrder)
	}
	if v == Delete {
		p = nil
	} else {
		o.written.Put(p, struct{}{})
	}
	o.paths = append(o.paths, p)
	return nil
}
