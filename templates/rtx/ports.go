package rtx

import (
	"strconv"
	"strings"

	"op25b/acl/packet"
)

// portNumbers is what a name stands for; nil for a word that is no name of a port. First
// come the names of the command reference (8.1.10), then those that real configurations
// have besides. ftp is two ports there; 465 has no name.
func portNumbers(name string) *packet.Ranges {
	n := uint64(0)
	switch name {
	case "ftp":
		r := packet.Numbers(20, 21)
		return &r
	case "ftpdata":
		n = 20
	case "telnet":
		n = 23
	case "smtp":
		n = 25
	case "domain":
		n = 53
	case "gopher":
		n = 70
	case "finger":
		n = 79
	case "www":
		n = 80
	case "pop3":
		n = 110
	case "sunrpc":
		n = 111
	case "ident":
		n = 113
	case "nntp":
		n = 119
	case "ntp":
		n = 123
	case "snmp":
		n = 161
	case "syslog":
		n = 514
	case "printer":
		n = 515
	case "talk":
		n = 517
	case "route":
		n = 520
	case "uucp":
		n = 540
	case "submission":
		n = 587

	case "dhcps":
		n = 67
	case "dhcpc":
		n = 68
	case "netbios_ns":
		n = 137
	case "netbios_dgm":
		n = 138
	case "netbios_ssn":
		n = 139
	case "https":
		n = 443
	default:
		return nil
	}
	r := packet.One(n)
	return &r
}

// ports reads a list of ports: `*`, numbers, names, a-b, -b, a-, with commas. why says which
// part is not understood; the set is then everything.
func ports(word string) (set packet.Ranges, why string) {
	return values(word, 65535, 16, portNumbers)
}

// types reads a list of ICMP types or codes, which have no names.
func types(word string) (set packet.Ranges, why string) {
	return values(word, 255, 16, func(string) *packet.Ranges { return nil })
}

func values(word string, most uint64, bits int, named func(string) *packet.Ranges) (packet.Ranges, string) {
	if word == "*" {
		return packet.All(bits), ""
	}
	var spans []packet.Range
	for item := range strings.SplitSeq(word, ",") {
		if r := named(item); r != nil {
			spans = append(spans, r.Spans()...)
			continue
		}
		lo, hi, isRange := strings.Cut(item, "-")
		if !isRange {
			hi = lo
		}
		a, known := value(lo, 0, most, named)
		b, known2 := value(hi, most, most, named)
		if item == "-" || item == "" || !known || !known2 || b < a {
			return packet.All(bits), strconv.Quote(item) + " is no port or range of ports that is known"
		}
		spans = append(spans, packet.Range{Lo: packet.Of(a), Hi: packet.Of(b)})
	}
	return packet.Collect(spans), ""
}

// value is one end of a range; an end that is left out is open.
func value(word string, open, most uint64, named func(string) *packet.Ranges) (uint64, bool) {
	if word == "" {
		return open, true
	}
	if r := named(word); r != nil {
		s := r.Spans()
		return s[0].Lo.Lo, s[0].Lo == s[0].Hi
	}
	n, err := strconv.ParseUint(word, 10, 16)
	return n, err == nil && n <= most && word[0] != '+'
}
