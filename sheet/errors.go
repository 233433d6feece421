package sheet

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// Place is where a value stands. Line and Col count from 1, Col in characters; Line is 0
// where the file as a whole is meant.
type Place struct {
	File      string
	Line, Col int
}

// String is FILE:LINE:COL.
func (p Place) String() string {
	if p.Line == 0 {
		return p.File
	}
	return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Col)
}

// Problem is one thing that is wrong in a file, or worth a second look.
type Problem struct {
	Place
	What string // lower case, no full stop
	Hint string // what to write or type instead, else ""
}

// String is FILE:LINE:COL: what, and the hint on a line of its own.
func (p Problem) String() string {
	s := p.Place.String() + ": " + p.What
	if p.Hint != "" {
		s += "\nhint: " + p.Hint
	}
	return s
}

// Errors is everything that is wrong in a file, or in several.
type Errors []Problem

// Error is one line FILE:LINE:COL: what for each, its hint below it.
func (e Errors) Error() string { return text(e) }

// Err is nil where nothing is wrong, else the errors in the order of their places.
func (e Errors) Err() error {
	if len(e) == 0 {
		return nil
	}
	return Errors(sorted(e))
}

// sorted is problems in the order of their places, each once.
func sorted(all []Problem) []Problem {
	out := slices.Clone(all)
	slices.SortStableFunc(out, func(a, b Problem) int { return comparePlaces(a.Place, b.Place) })
	return slices.Compact(out)
}

// Warnings are what is allowed and may still be a mistake. They are no error.
type Warnings []Problem

// Sorted is the warnings in the order of their places, each once.
func (w Warnings) Sorted() Warnings { return sorted(w) }

// String is one line FILE:LINE:COL: what for each, its hint below it.
func (w Warnings) String() string { return text(w) }

// shown is how many problems are printed: a file of a million wrong lines has one mistake.
const shown = 200

func text(all []Problem) string {
	lines := make([]string, 0, len(all))
	for i, p := range all {
		if i == shown {
			lines = append(lines, fmt.Sprintf("and %d more", len(all)-shown))
			break
		}
		lines = append(lines, p.String())
	}
	return strings.Join(lines, "\n")
}

func comparePlaces(a, b Place) int {
	return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Col, b.Col))
}

// Quote is a word of a file as an error shows it: in backticks, cut at 80 characters,
// and escaped where it holds what a terminal should not get.
func Quote(s string) string {
	if r := []rune(s); len(r) > 80 {
		s = string(r[:80]) + "…"
	}
	if s == "" || strings.ContainsRune(s, '`') || strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) }) {
		return strconv.Quote(s)
	}
	return "`" + s + "`"
}

// DidYouMean is a hint with the known word that is nearest, else all of them where they
// are few, else "".
func DidYouMean(word string, known []string) string {
	if near := Nearest(word, known); near != "" {
		return "did you mean " + Quote(near) + "?"
	}
	switch n := len(known); {
	case n == 0 || n > 12:
		return ""
	case n == 1:
		return "write " + Quote(known[0])
	}
	quoted := make([]string, len(known))
	for i, k := range known {
		quoted[i] = Quote(k)
	}
	return "write one of " + strings.Join(quoted, ", ")
}

// Nearest is the known word that is spelled most like this one, "" where none is near.
func Nearest(word string, known []string) string {
	best, least := "", max(2, len(word)/3)+1
	for _, k := range known {
		if strings.EqualFold(word, k) {
			return k
		}
		if len(k) > 200 || len(word) > 200 {
			continue
		}
		if d := distance([]rune(strings.ToLower(word)), []rune(strings.ToLower(k))); d < least && d < len(k) {
			best, least = k, d
		}
	}
	return best
}

// distance counts the letters to add, drop or change that turn a into b.
func distance(a, b []rune) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i, x := range a {
		diagonal := row[0]
		row[0] = i + 1
		for j, y := range b {
			step := diagonal
			if x != y {
				step++
			}
			diagonal = row[j+1]
			row[j+1] = min(step, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
