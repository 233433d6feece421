package main

import (
	"encoding/json"
	"strings"
)

// json prints a result for machines.
func (v voice) json(result any) error {
	e := json.NewEncoder(v.out)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(result)
}

// printUnified prints a unified diff, coloured by its signs.
func (g *globals) printUnified(text string) {
	for _, line := range strings.Split(strings.TrimSuffix(text, "\n"), "\n") {
		g.voice.printf("%s\n", g.voice.signed(line, line))
	}
}

// signed colours a line by the sign that it, or what it stands for, begins with.
func (v voice) signed(sign, line string) string {
	switch {
	case strings.HasPrefix(sign, "+++"), strings.HasPrefix(sign, "---"), strings.HasPrefix(sign, "diff "):
		return v.paint(bold, line)
	case strings.HasPrefix(sign, "+"):
		return v.paint(green, line)
	case strings.HasPrefix(sign, "-"):
		return v.paint(red, line)
	case strings.HasPrefix(sign, "~"), strings.HasPrefix(sign, ">"):
		return v.paint(yellow, line)
	case strings.HasPrefix(sign, "@@"):
		return v.paint(cyan, line)
	}
	return line
}
