package rtx

import (
	"slices"
	"strconv"
	"strings"
)

// Limits of the manual.
const (
	lineLimit   = 4095 // characters of one command [DOC]
	setLimit    = 1001 // numbers in "ip filter set" [DOC]
	listLimit6  = 129  // filters in one IPv6 list, on all models [DOC]
	listDefault = 129  // filters in one IPv4 list, but for the large models [DOC]
)

// reader makes lines of commands, as strictly as the router does.
type reader struct {
	options Options
	place   string // what is selected
}

// read is the line that a command adds to the configuration.
func (r reader) read(words []string) (line, message, bool) {
	if len(strings.Join(words, " ")) > lineLimit {
		return line{}, parameterCount, false // [K] the wording
	}
	l := line{text: strings.Join(words, " ")}
	switch words[0] {
	case "ip", "ipv6":
		return r.ip(l, words)
	case "console":
		return r.console(l, words)
	case "schedule":
		return r.schedule(l, words)
	case "login", "description":
		return r.described(l, words)
	case "pp", "tunnel", "ppp", "pppoe":
		return r.inPlace(l, words)
	}
	if !known(words[0]) {
		return l, invalidCommand, false
	}
	if len(words) < 2 {
		return l, parameterCount, false
	}
	l.key = l.text
	if len(words) > 2 || words[0] == "timezone" {
		l.key = strings.Join(words[:len(words)-1], " ")
	}
	return l, 0, true
}

// known are the first words of commands that the lab takes and does nothing with.
func known(word string) bool {
	return slices.Contains([]string{"syslog", "sshd", "sftpd", "httpd", "telnetd", "timezone", "nat", "dns", "dhcp", "lan",
		"vlan", "bridge", "ipsec", "l2tp", "provider", "user", "snmp", "queue", "speed", "statistics", "administrator"}, word)
}

// ip is every command that begins with ip or ipv6.
func (r reader) ip(l line, words []string) (line, message, bool) {
	if len(words) < 3 {
		return l, parameterCount, false
	}
	switch {
	case words[1] == "filter":
		return r.filter(l, words)
	case words[1] == "route":
		l.key = strings.Join(words[:3], " ")
		return l, parameterCount, len(words) > 4
	case words[1] == "routing" || words[1] == "prefix" || words[1] == "keepalive":
		l.key = strings.Join(words[:len(words)-1], " ")
		return l, 0, true
	case words[1] == "pp" || words[1] == "tunnel":
		if !strings.HasPrefix(r.place, words[1]+" ") {
			return l, selectFirst, false
		}
		l.place, l.depth = r.place, 1
	case !isInterface(words[1]) || strings.HasPrefix(words[1], "tunnel"):
		return l, illegalKeyword, false // "ip pp1 …" is no command [DOC]; the wording [K]
	}
	if words[2] == "secure" {
		return r.secureFilter(l, words)
	}
	if len(words) < 4 {
		return l, parameterCount, false
	}
	l.key = strings.Join(words[:len(words)-1], " ")
	return l, 0, true
}

// filter is "ip filter …": numbered, dynamic, set, and the two that are no filters.
func (r reader) filter(l line, words []string) (line, message, bool) {
	switch words[2] {
	case "source-route", "directed-broadcast":
		l.key = strings.Join(words[:3], " ")
		return l, parameterCount, len(words) > 3
	case "set":
		return r.filterSet(l, words)
	case "dynamic":
		if len(words) < 7 {
			return l, parameterCount, false
		}
		l.key = strings.Join(words[:4], " ")
		m, ok := filterNumber(words[3])
		return l, m, ok
	}
	if m, ok := filterNumber(words[2]); !ok {
		return l, m, false
	}
	l.key = strings.Join(words[:3], " ")
	_, m, ok := readFilter(l.text, words[3:], words[0] == "ipv6")
	return l, m, ok
}

func filterNumber(s string) (message, bool) {
	n, err := strconv.Atoi(s)
	if err != nil {
		return notInteger, false
	}
	return outOfRange, n >= firstFilter && n <= lastFilter
}

func (r reader) filterSet(l line, words []string) (line, message, bool) {
	if len(words) < 6 || words[4] != "in" && words[4] != "out" {
		return l, parameterCount, false
	}
	l.key = strings.Join(words[:5], " ")
	m, ok := numbers(words[5:], setLimit)
	return l, m, ok
}

// secureFilter is "ip IF secure filter in|out N… [dynamic N…]" or "… name SET". It may come
// before the filters that it names [DOC].
func (r reader) secureFilter(l line, words []string) (line, message, bool) {
	switch {
	case len(words) < 6:
		return l, parameterCount, false
	case words[3] != "filter":
		return l, illegalKeyword, false
	case words[4] == "name":
		l.key = strings.Join(words[:5], " ")
		return l, parameterCount, len(words) == 6
	case words[4] != "in" && words[4] != "out":
		return l, illegalKeyword, false
	}
	l.key = strings.Join(words[:5], " ")
	limit := r.options.FiltersPerList
	if words[0] == "ipv6" {
		limit = listLimit6
	}
	m, ok := numbers(words[5:], limit)
	return l, m, ok
}

// numbers is a list of filters, static and behind "dynamic" the dynamic ones.
func numbers(words []string, limit int) (message, bool) {
	count := 0
	for i, w := range words {
		if w == "dynamic" && !slices.Contains(words[:i], "dynamic") && i < len(words)-1 {
			continue
		}
		if m, ok := filterNumber(w); !ok {
			return m, false
		}
		count++
	}
	return parameterCount, count > 0 && count <= limit // [K] the wording
}

// console is "console character|columns|lines|prompt|info …".
func (r reader) console(l line, words []string) (line, message, bool) {
	if len(words) < 3 {
		return l, parameterCount, false
	}
	l.key = strings.Join(words[:2], " ")
	n, err := strconv.Atoi(words[2])
	switch words[1] {
	case "character":
		return l, illegalKeyword, knownCharacter(words[2])
	case "columns": // 80 to 200, or to 4096 with newer firmware [DOC]
		if err != nil {
			return l, notInteger, false
		}
		return l, outOfRange, n >= 80 && n <= r.options.MaxColumns
	case "lines":
		if words[2] == "infinity" {
			return l, 0, true
		}
		if err != nil {
			return l, notInteger, false
		}
		return l, outOfRange, n >= 10 && n <= 100 // 0 is out of range [SAMPLE]; the rest [K]
	case "prompt":
		return l, 0, true
	case "info":
		return l, illegalKeyword, words[2] == "on" || words[2] == "off"
	}
	return l, illegalKeyword, false
}

func (r reader) described(l line, words []string) (line, message, bool) {
	if len(words) < 2 {
		return l, parameterCount, false
	}
	switch {
	case words[0] == "description" && isInterface(words[1]):
		l.key = strings.Join(words[:2], " ")
		return l, parameterCount, len(words) > 2
	case words[0] == "description":
		l.place, l.key = r.place, "description"
		if l.place != "" {
			l.depth = 1
		}
		return l, 0, true
	case words[1] == "timer" && len(words) == 3:
		l.key = "login timer"
		n, err := strconv.Atoi(words[2])
		return l, outOfRange, words[2] == "clear" || err == nil && n >= 30 && n <= lastFilter
	case words[1] == "user" && len(words) == 4:
		l.key = strings.Join(words[:3], " ")
		return l, 0, true
	}
	return l, illegalKeyword, false
}

// inPlace is a command of the selected pp or tunnel. Enable and disable have their number.
func (r reader) inPlace(l line, words []string) (line, message, bool) {
	if len(words) < 3 {
		return l, parameterCount, false
	}
	l.key = strings.Join(words[:len(words)-1], " ")
	if words[1] == "enable" || words[1] == "disable" {
		l.key = l.text
	}
	if r.place == "" {
		return l, selectFirst, words[1] == "disable"
	}
	l.place, l.depth = r.place, 1
	return l, 0, true
}

// schedule is "schedule at N TIME * COMMAND". What must not be scheduled is [DOC].
func (r reader) schedule(l line, words []string) (line, message, bool) {
	if len(words) < 6 || words[1] != "at" {
		return l, parameterCount, false
	}
	l.key = strings.Join(words[:3], " ")
	if _, err := strconv.Atoi(words[2]); err != nil {
		return l, notInteger, false
	}
	s, ok := readSchedule(l)
	switch {
	case !ok:
		return l, parameterCount, false
	case s.after > 0 && (r.options.NoRelativeSchedule || s.after > relativeLimit):
		return l, outOfRange, false
	}
	command := strings.Join(s.command, " ") + " "
	for _, forbidden := range []string{"save ", "load ", "confirm ", "rollback timer ", "cold start ", "administrator "} {
		if strings.HasPrefix(command, forbidden) {
			return l, illegalKeyword, false
		}
	}
	return l, 0, true
}
