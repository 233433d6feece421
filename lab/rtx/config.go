package rtx

import (
	"slices"
	"strconv"
	"strings"
)

// line is one command of a configuration, as it was typed.
type line struct {
	place string // "", "pp 1", "tunnel 1": what was selected
	key   string // what a later command of the same key replaces
	text  string
	depth int // blanks in front inside a place; nested blocks have two
}

// config is a configuration in order of entry. It is never changed in place.
type config []line

// put is the configuration with a line: instead of the one with the same key, or at the end. A
// list for what comes in stands before the one for what goes out, however they were typed [SAMPLE].
func (c config) put(l line) config {
	out := slices.Clone(c)
	at := len(out)
	way, incoming := strings.CutSuffix(l.key, " secure filter in")
	for i, o := range out {
		if o.place == l.place && o.key == l.key {
			out[i] = l
			return out
		}
		if incoming && o.place == l.place && o.key == way+" secure filter out" {
			at = i
		}
	}
	return slices.Insert(out, at, l)
}

// drop is the configuration without the line of a key.
func (c config) drop(place, key string) config {
	return slices.DeleteFunc(slices.Clone(c), func(l line) bool { return l.place == place && l.key == key })
}

// dropAll is the configuration without the lines that begin with what was typed.
func (c config) dropAll(place, typed string) config {
	return slices.DeleteFunc(slices.Clone(c), func(l line) bool {
		return l.place == place && strings.HasPrefix(l.text+" ", typed+" ")
	})
}

func hasKey(c config, place, key string) bool {
	return slices.ContainsFunc(c, func(l line) bool { return l.place == place && l.key == key })
}

// value is what stands behind a key, "" if it is not set.
func (c config) value(place, key string) string {
	for _, l := range c {
		if l.place == place && l.key == key {
			return strings.TrimSpace(strings.TrimPrefix(l.text, key))
		}
	}
	return ""
}

// String is the configuration as "show config" prints it below its header: by the firmware's
// order of commands, filters by number, blocks indented by one blank and not ended [SAMPLE].
func (c config) String() string {
	sorted := slices.Clone(c)
	slices.SortStableFunc(sorted, func(a, b line) int {
		x, y := rankOf(a), rankOf(b)
		return slices.Compare(x[:], y[:])
	})
	var out strings.Builder
	place := ""
	for _, l := range sorted {
		if l.place != place && l.place != "" {
			word, number, _ := strings.Cut(l.place, " ")
			out.WriteString(word + " select " + number + "\n")
		}
		place = l.place
		if l.text == "" {
			continue // a block with nothing in it
		}
		out.WriteString(strings.Repeat(" ", l.depth) + l.text + "\n")
	}
	return out.String()
}

// rankOf is the place of a line in the firmware's order: the group, a number within it, the
// part of a block. The groups are read off two captured "show config" (RTX1210 Rev.14.01,
// NVR500); what those do not have stands behind them [K].
func rankOf(l line) [3]int {
	switch {
	case strings.HasPrefix(l.place, "pp"):
		return [3]int{30, placeNumber(l.place), part(l)}
	case l.place != "":
		return [3]int{31, placeNumber(l.place), part(l)}
	}
	words := strings.Fields(l.text)
	for i, start := range []string{"login password", "administrator password", "login user", "user attribute", "timezone",
		"console character", "console columns", "console lines", "console prompt", "console info", "login timer",
		"ip routing", "ip route", "ip filter source-route", "ip filter directed-broadcast", "ip keepalive",
		"ipv6 routing", "ipv6 prefix", "vlan", "lan type"} {
		if strings.HasPrefix(l.text+" ", start+" ") {
			return [3]int{i, 0, 0}
		}
	}
	if len(words) > 1 && (words[0] == "ip" || words[0] == "ipv6" || words[0] == "description") && isInterface(words[1]) {
		return [3]int{25, interfaceNumber(words[1]), slices.Index([]string{"description", "ip", "ipv6"}, words[0])}
	}
	for i, start := range []string{"lan", "", "", "provider", "ip filter", "ip filter dynamic", "ip filter set", "nat descriptor",
		"ethernet", "ipsec", "l2tp", "ipv6 filter", "ipv6 filter dynamic", "syslog", "telnetd", "dhcp", "dns", "schedule at"} {
		if start != "" && strings.HasPrefix(l.text+" ", start+" ") && !longer(l.text, start) {
			return [3]int{28 + i*2, lineNumber(words), 0}
		}
	}
	return [3]int{90, 0, 0}
}

// longer reports that "ip filter" is the beginning of another command of the list.
func longer(text, start string) bool {
	return strings.HasSuffix(start, " filter") && (strings.HasPrefix(text, start+" dynamic ") || strings.HasPrefix(text, start+" set "))
}

// part: in a block the enable command is last, the ip commands before it [SAMPLE], those of
// IPv6 behind those of IPv4 as they are outside a block [SAMPLE].
func part(l line) int {
	switch {
	case strings.HasPrefix(l.text, "pp enable") || strings.HasPrefix(l.text, "tunnel enable"):
		return 3
	case strings.HasPrefix(l.text, "ipv6 "):
		return 2
	case strings.HasPrefix(l.text, "ip "):
		return 1
	}
	return 0
}

func placeNumber(place string) int {
	_, number, _ := strings.Cut(place, " ")
	n, err := strconv.Atoi(number)
	if err != nil {
		return 1 << 30 // anonymous
	}
	return n
}

// lineNumber is the number of a filter; other commands keep the order of entry.
func lineNumber(words []string) int {
	for _, w := range words[1:min(len(words), 4)] {
		if n, err := strconv.Atoi(w); err == nil && slices.Contains(words, "filter") {
			return n
		}
	}
	return 0
}

func isInterface(s string) bool { return interfaceNumber(s) > 0 }

// interfaceNumber orders lan1, lan2, …, vlan1, …, bridge1; 0 is no interface.
func interfaceNumber(s string) int {
	for i, kind := range []string{"lan", "vlan", "wan", "onu", "bridge", "loopback", "tunnel"} {
		rest, found := strings.CutPrefix(s, kind)
		number, _, _ := strings.Cut(strings.ReplaceAll(rest, "/", "."), ".")
		if n, err := strconv.Atoi(number); found && err == nil && n > 0 {
			return (i+1)*100000 + n
		}
	}
	return 0
}
