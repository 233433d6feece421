package iosxe

import (
	"regexp"
	"strings"
)

// through is what comes out of `| include X`, exclude, begin and section. The pattern is a
// regular expression; one that is none is taken by its letters. Not ok: an unknown filter.
func through(text, filter string) (string, bool) {
	word, pattern, _ := strings.Cut(strings.TrimSpace(filter), " ")
	match, err := regexp.Compile(strings.TrimSpace(pattern))
	if err != nil {
		match = regexp.MustCompile(regexp.QuoteMeta(strings.TrimSpace(pattern)))
	}
	word = strings.ToLower(word)
	lines := strings.SplitAfter(text, "\n")
	switch {
	case word == "" || pattern == "":
		return "", false
	case strings.HasPrefix("include", word):
		return pick(lines, match.MatchString), true
	case strings.HasPrefix("exclude", word):
		return pick(lines, func(l string) bool { return !match.MatchString(l) }), true
	case strings.HasPrefix("begin", word):
		begun := false
		return pick(lines, func(l string) bool { begun = begun || match.MatchString(l); return begun }), true
	case strings.HasPrefix("section", word):
		return section(lines, match), true
	}
	return "", false
}

func pick(lines []string, wanted func(string) bool) string {
	var out strings.Builder
	for _, l := range lines {
		if l != "" && wanted(strings.TrimRight(l, "\n")) {
			out.WriteString(l)
		}
	}
	return out.String()
}

// section is every line that matches, with the lines under it that are indented deeper [SAMPLE].
func section(lines []string, match *regexp.Regexp) string {
	var out strings.Builder
	depth := -1
	for _, l := range lines {
		indent := len(l) - len(strings.TrimLeft(l, " "))
		if depth >= 0 && indent <= depth {
			depth = -1
		}
		if depth < 0 && l != "" && match.MatchString(strings.TrimRight(l, "\n")) {
			depth = indent
		}
		if depth >= 0 {
			out.WriteString(l)
		}
	}
	return out.String()
}
