package junos

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// logf puts a line into the file messages: when, the host, and what is said [DOC]. "DFW: jtree cutover
// failed" is from published logs [SAMPLE].
func (r *Router) logf(format string, args ...any) {
	stamp := r.options.Clock.Now().UTC().Format("Jan _2 15:04:05")
	r.logged = append(r.logged, stamp+"  "+r.hostname()+" "+fmt.Sprintf(format, args...))
	if len(r.logged) > 500 {
		r.logged = r.logged[1:]
	}
}

// matching is "| match" and "| except": a regular expression, in which small letters are great
// ones too [DOC].
func matching(lines []string, pattern string, wanted bool) string {
	match, err := regexp.Compile("(?i)" + pattern)
	if err != nil {
		match = regexp.MustCompile("(?i)" + regexp.QuoteMeta(pattern))
	}
	var kept strings.Builder
	for _, l := range lines {
		if match.MatchString(strings.TrimSuffix(l, "\n")) == wanted {
			kept.WriteString(l)
		}
	}
	return kept.String()
}

// lastCount is the number of "| last N", 0 where it is none.
func lastCount(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil || n < 0 {
		return 0
	}
	return n
}
